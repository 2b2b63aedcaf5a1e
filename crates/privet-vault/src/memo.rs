//! Memos: what was sent, by keyed hash, so that it is sent the same way again.
//! To the vault a memo is bytes; it holds no raw text.

use std::sync::Arc;

use hmac::Mac;
use jiff::{SignedDuration, Timestamp};
use privet_store::{Connection, ToValue, Transaction, params};
use subtle::ConstantTimeEq;

use crate::VaultError;
use crate::hold::held_scopes;
use crate::memo_cache::Use;
use crate::reservation::lock;
use crate::scope::{HmacSha256, Scope, digest};
use crate::vault::Vault;

/// A keyed hash under which a memo is kept.
pub type MemoHash = [u8; 32];

/// A memo as it was written. Clones share it.
pub type Memo = Arc<[u8]>;

/// Hashes leaves under the scope's memo key (HMAC-SHA256). Setting up the key
/// is done; a clone is a copy of about 200 bytes.
#[derive(Clone)]
pub struct LeafHasher(HmacSha256);

impl LeafHasher {
    /// Takes `bytes` in. Frame what has no length of its own.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes `bytes` in with their length before them.
    pub fn update_framed(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// The hash of all that was taken in.
    pub fn finish(self) -> MemoHash {
        self.0.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for LeafHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeafHasher(..)")
    }
}

/// A memo that was not written because another was there first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Which of the memos given.
    pub index: usize,
    /// The memo that stands.
    pub winner: Memo,
}

/// How many rows [`Vault::expire`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Memos of request segments.
    pub segments: usize,
    /// Memos of answers.
    pub answers: usize,
    /// Notes of refused content.
    pub refused: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Table {
    Segment,
    Answer,
    Refused,
}

impl Scope {
    /// A hasher under this scope's memo key.
    pub fn leaf_key(&self) -> LeafHasher {
        LeafHasher(self.keys.memo.clone())
    }

    /// The segment memos under `hashes`, in their order. What is not in memory
    /// is read in one go.
    pub fn get_segments(
        &self,
        hashes: &[MemoHash],
        now: Timestamp,
    ) -> Result<Vec<Option<Memo>>, VaultError> {
        self.get(Table::Segment, hashes, now)
    }

    /// The answer memos under `hashes`, in their order.
    pub fn get_answers(
        &self,
        hashes: &[MemoHash],
        now: Timestamp,
    ) -> Result<Vec<Option<Memo>>, VaultError> {
        self.get(Table::Answer, hashes, now)
    }

    /// Which of the contents under `hashes` were refused before.
    pub fn get_refused(
        &self,
        hashes: &[MemoHash],
        now: Timestamp,
    ) -> Result<Vec<bool>, VaultError> {
        let found = self.get(Table::Refused, hashes, now)?;
        Ok(found.into_iter().map(|memo| memo.is_some()).collect())
    }

    /// Writes segment memos, those apart that are there already. What comes
    /// back must be empty, or the request be masked again from the winners.
    pub fn insert_segment_memos(
        &self,
        tx: &Transaction<'_>,
        memos: &[(MemoHash, Vec<u8>)],
        now: Timestamp,
    ) -> Result<Vec<Lost>, VaultError> {
        self.insert(tx, Table::Segment, memos.iter().map(|(hash, memo)| (hash, &**memo)), now)
    }

    /// Removes segment memos that others are about to take the place of.
    pub fn remove_segment_memos(
        &self,
        tx: &Transaction<'_>,
        hashes: &[MemoHash],
    ) -> Result<(), VaultError> {
        for hash in hashes {
            let sql = "DELETE FROM segment_memo WHERE scope = ?1 AND hash = ?2";
            tx.execute_later(sql, params![self.id, hash])?;
            lock(&self.shared.memos).remove(Table::Segment, self.id, hash);
        }
        Ok(())
    }

    /// Writes answer memos, those apart that are there already.
    pub fn insert_answer_memos(
        &self,
        tx: &Transaction<'_>,
        memos: &[(MemoHash, Vec<u8>)],
        now: Timestamp,
    ) -> Result<Vec<Lost>, VaultError> {
        self.insert(tx, Table::Answer, memos.iter().map(|(hash, memo)| (hash, &**memo)), now)
    }

    /// Notes that the contents under `hashes` were refused.
    pub fn insert_refused(
        &self,
        tx: &Transaction<'_>,
        hashes: &[MemoHash],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.insert(tx, Table::Refused, hashes.iter().map(|hash| (hash, &[][..])), now).map(drop)
    }

    fn get(
        &self,
        table: Table,
        hashes: &[MemoHash],
        now: Timestamp,
    ) -> Result<Vec<Option<Memo>>, VaultError> {
        let hour = hour_of(now);
        let mut found: Vec<_> = {
            let mut cache = lock(&self.shared.memos);
            hashes.iter().map(|hash| cache.get(table, self.id, hash, hour)).collect()
        };
        if found.iter().all(Option::is_some) {
            return Ok(found);
        }
        let missing: Vec<usize> =
            found.iter().enumerate().filter(|(_, memo)| memo.is_none()).map(|(at, _)| at).collect();
        let wanted: Vec<&MemoHash> = missing.iter().filter_map(|at| hashes.get(*at)).collect();
        let keys: Vec<_> =
            wanted.iter().map(|hash| [self.id.to_value(), hash.to_value()]).collect();
        let keys: Vec<_> = keys.iter().map(|key| &key[..]).collect();
        let rows = self.shared.store.read(|connection| {
            connection.query_each_of(table.select(), &keys, |index, row| {
                let hash = wanted.get(index).ok_or(VaultError::Tampered("memo"))?;
                let tagged: Vec<u8> = row.get(0)?;
                let memo: Memo = self.authenticated(table, hash, &tagged)?.into();
                Ok::<_, VaultError>((memo, row.get::<i64>(1)?))
            })
        })?;
        let mut read = Vec::new();
        for ((at, hash), row) in missing.iter().zip(&wanted).zip(rows) {
            let (Some((memo, last_used)), Some(place)) = (row, found.get_mut(*at)) else {
                continue;
            };
            read.push((**hash, Arc::clone(&memo), last_used));
            *place = Some(memo);
        }
        let mut cache = lock(&self.shared.memos);
        for (hash, memo, last_used) in read {
            let used = Use { table, scope: self.id, hash, hour };
            cache.put(used, &memo);
            if last_used < hour {
                cache.note_use(used);
            }
        }
        Ok(found)
    }

    /// The memo under `hash`, authenticated.
    fn select(
        &self,
        connection: &Connection<'_>,
        table: Table,
        hash: &MemoHash,
    ) -> Result<Option<Memo>, VaultError> {
        let tagged: Option<Vec<u8>> =
            connection.query_opt(table.select(), params![self.id, hash], |row| {
                Ok::<_, VaultError>(row.get(0)?)
            })?;
        tagged.map(|tagged| Ok(self.authenticated(table, hash, &tagged)?.into())).transpose()
    }

    fn insert<'a>(
        &self,
        tx: &Transaction<'_>,
        table: Table,
        memos: impl Iterator<Item = (&'a MemoHash, &'a [u8])>,
        now: Timestamp,
    ) -> Result<Vec<Lost>, VaultError> {
        let mut lost = Vec::new();
        for (index, (hash, memo)) in memos.enumerate() {
            let mut tagged = self.tag(table, hash, memo).to_vec();
            tagged.extend_from_slice(memo);
            let (at, hour) = (now.as_second(), hour_of(now));
            if tx.insert_new(table.insert(), params![self.id, hash, tagged, at, hour])? {
                continue;
            }
            match self.select(tx, table, hash)? {
                Some(winner) if *winner == *memo => {}
                Some(winner) => lost.push(Lost { index, winner }),
                None => return Err(VaultError::Tampered("memo")),
            }
        }
        Ok(lost)
    }

    fn authenticated<'a>(
        &self,
        table: Table,
        hash: &MemoHash,
        tagged: &'a [u8],
    ) -> Result<&'a [u8], VaultError> {
        let (tag, memo) =
            tagged.split_first_chunk::<TAG_BYTES>().ok_or(VaultError::Tampered("memo"))?;
        match bool::from(tag.ct_eq(&self.tag(table, hash, memo))) {
            true => Ok(memo),
            false => Err(VaultError::Tampered("memo")),
        }
    }

    fn tag(&self, table: Table, hash: &MemoHash, memo: &[u8]) -> [u8; TAG_BYTES] {
        let full = digest(&self.keys.memo_tag, &[table.name().as_bytes(), hash, memo]);
        let mut tag = [0; TAG_BYTES];
        for (to, from) in tag.iter_mut().zip(full) {
            *to = from;
        }
        tag
    }
}

impl Vault {
    /// Writes down which tokens and memos were used. Runs with [`expire`](Self::expire);
    /// call it before stopping, too.
    pub fn record_uses(&self) -> Result<(), VaultError> {
        self.record_token_uses()?;
        let uses = lock(&self.shared.memos).take_uses();
        for uses in uses.chunks(ROWS_A_WRITE) {
            let uses = uses.to_vec();
            let written = self.shared.store.write(move |tx| -> Result<(), VaultError> {
                for used in &uses {
                    let touched = params![used.scope, used.hash, used.hour];
                    tx.execute_later(used.table.touch(), touched)?;
                }
                Ok(())
            });
            written.wait()?;
        }
        Ok(())
    }

    /// Removes memos that nobody used for `unused_for`, a few at a time so that
    /// requests go on, but for those under a hold.
    pub fn expire(
        &self,
        now: Timestamp,
        unused_for: SignedDuration,
    ) -> Result<Expired, VaultError> {
        self.record_uses()?;
        let before = hour_of(now.checked_sub(unused_for).unwrap_or(Timestamp::MIN));
        lock(&self.shared.memos).forget_unused(before);
        Ok(Expired {
            segments: self.expire_table(Table::Segment, before)?,
            answers: self.expire_table(Table::Answer, before)?,
            refused: self.expire_table(Table::Refused, before)?,
        })
    }

    fn expire_table(&self, table: Table, before: i64) -> Result<usize, VaultError> {
        let (mut removed, mut after) = (0, (i64::MIN, Vec::new()));
        loop {
            let page = self.shared.store.read(|c| unused_rows(c, table, before, &after))?;
            let Some(last) = page.last() else { return Ok(removed) };
            after = last.clone();
            removed += self
                .shared
                .store
                .write(move |tx| -> Result<usize, VaultError> {
                    let mut removed = 0;
                    for (scope, hash) in &page {
                        removed += tx.execute(table.delete(), params![scope, hash, before])?;
                    }
                    Ok(removed)
                })
                .wait()?;
        }
    }
}

/// The next rows after `after` that were last used before the hour `before`.
fn unused_rows(
    connection: &Connection<'_>,
    table: Table,
    before: i64,
    after: &(i64, Vec<u8>),
) -> Result<Vec<(i64, Vec<u8>)>, VaultError> {
    connection.query_all(
        table.unused(),
        params![after.0, after.1, before, ROWS_A_WRITE as i64],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

macro_rules! per_table {
    ($table:expr, $before:literal, $after:literal) => {
        match $table {
            Table::Segment => concat!($before, "segment_memo", $after),
            Table::Answer => concat!($before, "answer_memo", $after),
            Table::Refused => concat!($before, "refused", $after),
        }
    };
}

impl Table {
    fn name(self) -> &'static str {
        per_table!(self, "", "")
    }

    fn select(self) -> &'static str {
        per_table!(self, "SELECT memo, last_used FROM ", " WHERE scope = ?1 AND hash = ?2")
    }

    fn insert(self) -> &'static str {
        per_table!(
            self,
            "INSERT INTO ",
            " (scope, hash, memo, created_at, last_used) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING"
        )
    }

    fn touch(self) -> &'static str {
        per_table!(
            self,
            "UPDATE ",
            " SET last_used = ?3 WHERE scope = ?1 AND hash = ?2 AND last_used < ?3"
        )
    }

    fn unused(self) -> &'static str {
        macro_rules! unused {
            ($table:literal) => {
                concat!(
                    "SELECT scope, hash FROM ",
                    $table,
                    " WHERE (scope, hash) > (?1, ?2) AND last_used < ?3 AND scope NOT IN ",
                    held_scopes!(),
                    " ORDER BY scope, hash LIMIT ?4"
                )
            };
        }
        match self {
            Self::Segment => unused!("segment_memo"),
            Self::Answer => unused!("answer_memo"),
            Self::Refused => unused!("refused"),
        }
    }

    fn delete(self) -> &'static str {
        per_table!(self, "DELETE FROM ", " WHERE scope = ?1 AND hash = ?2 AND last_used < ?3")
    }
}

pub(crate) fn hour_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

const TAG_BYTES: usize = 16;
const ROWS_A_WRITE: usize = 200;
