//! The ledger of erasures: what was to be erased, written before the first deletion, in the
//! database of keys, which no backup of the data brings back.

use jiff::Timestamp;
use privet_store::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::VaultError;
use crate::purpose::{Key, Purpose, framed};
use crate::random::Random;
use crate::ring::KeyRing;
use crate::scope_keys::Reference;
use crate::seal::{self, Place};

/// What one erasure takes from one scope. No values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FromScope {
    pub(crate) reference: Reference,
    pub(crate) tenant: String,
    pub(crate) workspace: String,
    pub(crate) principal: String,
    pub(crate) narrow: String,
    pub(crate) tokens: Vec<String>,
    pub(crate) secrets: Vec<i64>,
}

/// An entry of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerEntry {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) created_at: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) scopes: Vec<FromScope>,
    /// What came of it; `None` while it is not complete.
    pub(crate) report: Option<String>,
}

struct StoredEntry {
    seq: i64,
    id: String,
    created_at: i64,
    body: Vec<u8>,
    hash: [u8; 32],
    report: Option<String>,
}

impl KeyRing {
    /// Writes down what will be erased. When this returns, it is on the disk.
    pub(crate) fn begin_erasure(
        &self,
        id: &str,
        scopes: Vec<FromScope>,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<LedgerEntry, VaultError> {
        let body = postcard::to_stdvec(&scopes).map_err(|_| VaultError::TooLong)?;
        let sealed = seal::seal(&self.ledger_key(), &place(id), &body, random)?;
        let (owned, created_at) = (id.to_owned(), now.as_second());
        let written = self.store.write(move |tx| -> Result<(i64, [u8; 32]), VaultError> {
            let last = last(tx)?;
            let seq = last.map_or(0, |(seq, _)| seq) + 1;
            let before = last.map_or([0; 32], |(_, hash)| hash);
            let hash = chain(&before, seq, &owned, created_at, &sealed);
            tx.execute(
                "INSERT INTO erasure (seq, id, created_at, body, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![seq, owned, created_at, sealed, hash],
            )?;
            Ok((seq, hash))
        });
        let (seq, hash) = written.wait()?;
        let id = id.to_owned();
        Ok(LedgerEntry { seq, id, created_at, hash, scopes, report: None })
    }

    /// Notes that an erasure is complete.
    pub(crate) fn finish_erasure(&self, seq: i64, report: String) -> Result<(), VaultError> {
        let written = self.store.write(move |tx| -> Result<(), VaultError> {
            tx.execute("UPDATE erasure SET report = ?2 WHERE seq = ?1", params![seq, report])?;
            Ok(())
        });
        written.wait()
    }

    /// Every erasure, the first one first; each link of the chain is checked.
    pub(crate) fn erasures(&self) -> Result<Vec<LedgerEntry>, VaultError> {
        let rows = self.store.read(|connection| {
            connection.query_all(
                "SELECT seq, id, created_at, body, hash, report FROM erasure ORDER BY seq",
                &[],
                stored_entry,
            )
        })?;
        let (mut entries, mut before, key) = (Vec::new(), [0; 32], self.ledger_key());
        for (row, seq) in rows.into_iter().zip(1..) {
            let hash = chain(&before, row.seq, &row.id, row.created_at, &row.body);
            if row.seq != seq || hash != row.hash {
                return Err(VaultError::Tampered("erasure"));
            }
            let body = seal::open(&key, &place(&row.id), &row.body);
            let scopes = body.and_then(|body| scopes_in(&body));
            before = hash;
            entries.push(LedgerEntry {
                seq,
                id: row.id,
                created_at: row.created_at,
                hash,
                scopes: scopes.ok_or(VaultError::Tampered("erasure"))?,
                report: row.report,
            });
        }
        Ok(entries)
    }

    fn ledger_key(&self) -> Key {
        self.house(Purpose::Ledger, "")
    }
}

/// What an entry's body says, once it is unsealed.
fn scopes_in(body: &[u8]) -> Option<Vec<FromScope>> {
    postcard::from_bytes(body).ok()
}

fn last(connection: &Connection<'_>) -> Result<Option<(i64, [u8; 32])>, VaultError> {
    let sql = "SELECT seq, hash FROM erasure ORDER BY seq DESC LIMIT 1";
    connection.query_opt(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn stored_entry(row: &Row<'_>) -> Result<StoredEntry, VaultError> {
    Ok(StoredEntry {
        seq: row.get(0)?,
        id: row.get(1)?,
        created_at: row.get(2)?,
        body: row.get(3)?,
        hash: row.get(4)?,
        report: row.get(5)?,
    })
}

fn chain(before: &[u8; 32], seq: i64, id: &str, created_at: i64, body: &[u8]) -> [u8; 32] {
    let framed = framed(&[
        b"privet-erasure/1",
        before,
        &seq.to_be_bytes(),
        id.as_bytes(),
        &created_at.to_be_bytes(),
        body,
    ]);
    Sha256::digest(framed).into()
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "erasure",
        column: "body",
        tenant: "",
        scope: id.as_bytes(),
        token: "",
        entity: "",
        key_version: 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is written is read; what is cut off or changed is refused or reads as something
        /// else, and never takes more room than it says.
        #[test]
        fn bodies_are_read(
            tokens in prop::collection::vec("[A-Z_0-9]{0,12}", 0..5),
            secrets in prop::collection::vec(any::<i64>(), 0..3),
            at in any::<prop::sample::Index>(),
            byte: u8,
        ) {
            let name = String::from("acme");
            let scopes = vec![FromScope {
                reference: [7; 32],
                tenant: name.clone(),
                workspace: name.clone(),
                principal: name.clone(),
                narrow: String::new(),
                tokens,
                secrets,
            }];
            let mut body = postcard::to_stdvec(&scopes).unwrap();
            prop_assert_eq!(scopes_in(&body), Some(scopes));
            let at = at.index(body.len());
            prop_assert_eq!(scopes_in(&body[..at]), None);
            body[at] = byte;
            if let Some(read) = scopes_in(&body) {
                let tokens: usize = read.iter().map(|scope| scope.tokens.len()).sum();
                prop_assert!(tokens <= body.len());
            }
        }
    }
}
