//! Carrying an erasure out, step by step. Every step may be done again.

use aho_corasick::AhoCorasick;
use jiff::Timestamp;
use privet_store::{StoreError, Transaction, params};

use super::ErasureReport;
use super::ledger::{FromScope, LedgerEntry};
use crate::VaultError;
use crate::reservation::lock;
use crate::scope::{Names, Scope, ScopeName};
use crate::scope_row::ScopeRow;
use crate::vault::{LastErasure, Shared, last_erasure};

use std::sync::Arc;

/// Carries out what the ledger names and this database has not, or not all of it, done:
/// after a crash, or after a backup was restored. Gives back what it has carried out.
pub(crate) fn catch_up(
    shared: &Arc<Shared>,
    now: Timestamp,
) -> Result<Vec<LedgerEntry>, VaultError> {
    let entries = shared.ring.erasures()?;
    let last = shared.store.read(last_erasure)?;
    if last > entries.last().map_or(0, |entry| entry.seq) {
        return Err(VaultError::OldLedger);
    }
    let mut done = Vec::new();
    for mut entry in entries {
        let here = shared.store.read(|connection| {
            connection.query_opt(
                "SELECT hash, done_at IS NOT NULL FROM erasure WHERE seq = ?1",
                params![entry.seq],
                |row| Ok::<([u8; 32], bool), VaultError>((row.get(0)?, row.get(1)?)),
            )
        })?;
        match here {
            Some((hash, _)) if hash != entry.hash => return Err(VaultError::OldLedger),
            Some((_, true)) if entry.report.is_some() => {}
            _ => {
                let report = out(shared, &entry, now)?;
                entry.report = serde_json::to_string(&report).ok();
                done.push(entry);
            }
        }
    }
    Ok(done)
}

/// Carries out one erasure and notes that it is complete.
pub(super) fn out(
    shared: &Arc<Shared>,
    entry: &LedgerEntry,
    now: Timestamp,
) -> Result<ErasureReport, VaultError> {
    let mut report = ErasureReport { scopes: entry.scopes.len() as u64, ..Default::default() };
    // Whoever has written nothing yet about this erasure goes by what is left to count.
    for scope in &entry.scopes {
        report.keys_given_up += give_up_keys(shared, scope)?;
    }
    let ids = delete_values(shared, entry, now, &mut report)?;
    for (scope, id) in entry.scopes.iter().zip(ids) {
        report.memos += delete_memos(shared, scope, id)?;
    }
    let seq = entry.seq;
    let noted = shared.store.write(move |tx| -> Result<(), VaultError> {
        let sql = "UPDATE erasure SET done_at = ?2 WHERE seq = ?1";
        tx.execute(sql, params![seq, now.as_second()])?;
        Ok(())
    });
    noted.wait()?;
    // What was deleted is overwritten; now the logs of both databases let go of it, too.
    shared.store.compact().wait()?;
    shared.ring.store.compact().wait()?;
    let report = first_report(entry).unwrap_or(report);
    let text = serde_json::to_string(&report).map_err(|_| VaultError::TooLong)?;
    shared.ring.finish_erasure(entry.seq, text)?;
    Ok(report)
}

/// An erasure that is carried out once more says what it said the first time.
fn first_report(entry: &LedgerEntry) -> Option<ErasureReport> {
    entry.report.as_deref().and_then(|report| serde_json::from_str(report).ok())
}

fn give_up_keys(shared: &Arc<Shared>, from: &FromScope) -> Result<u64, VaultError> {
    let Some(scope) = Scope::of_names(shared, names(from, 0))? else { return Ok(0) };
    let leaves: Vec<_> = from.tokens.iter().map(|token| scope.leaf(token)).collect();
    let given_up = shared.ring.give_up(&from.tenant, &from.reference, &leaves, &*shared.random)?;
    Ok(u64::try_from(given_up).unwrap_or(u64::MAX))
}

/// Deletes the rows and marks the tokens, all in one transaction, which also tells every
/// machine to forget what it keeps in memory. Gives back the scopes' rows.
fn delete_values(
    shared: &Arc<Shared>,
    entry: &LedgerEntry,
    now: Timestamp,
    report: &mut ErasureReport,
) -> Result<Vec<i64>, VaultError> {
    let scopes = entry.scopes.clone();
    let (seq, hash) = (entry.seq, entry.hash);
    let written = shared.store.write(move |tx| {
        let mut values = ErasureReport::default().values;
        let mut ids = Vec::with_capacity(scopes.len());
        for from in &scopes {
            // Made anew when a restored backup does not know the scope yet, so that its tokens
            // are marked before it is used again.
            let row = ScopeRow {
                tenant: &from.tenant,
                workspace: &from.workspace,
                principal: &from.principal,
                narrow: &from.narrow,
                reference: &from.reference,
            };
            let id = row.id(tx, now)?;
            ids.push(id);
            for token in &from.tokens {
                delete_value(tx, id, token, &mut values)?;
            }
            for number in &from.secrets {
                let sql = "DELETE FROM secret WHERE scope = ?1 AND number = ?2";
                if tx.execute(sql, params![id, *number])? > 0 {
                    *values.entry(String::from("SECRET")).or_default() += 1;
                }
            }
        }
        tx.execute(
            "INSERT INTO erasure (seq, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![seq, hash],
        )?;
        tx.keep(LastErasure(last_erasure(tx)?));
        Ok::<_, VaultError>((values, ids))
    });
    let (values, ids) = written.wait()?;
    report.values = values;
    shared.forget_before(seq);
    Ok(ids)
}

fn delete_value(
    tx: &Transaction<'_>,
    scope: i64,
    token: &str,
    values: &mut std::collections::BTreeMap<String, u64>,
) -> Result<(), StoreError> {
    let entity = tx.query_opt(
        "SELECT entity FROM token WHERE scope = ?1 AND token = ?2",
        params![scope, token],
        |row| row.get::<String>(0),
    )?;
    if let Some(entity) = entity {
        *values.entry(entity).or_default() += 1;
        tx.execute("DELETE FROM token WHERE scope = ?1 AND token = ?2", params![scope, token])?;
    }
    tx.execute(
        "INSERT INTO tombstone (scope, token) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![scope, token],
    )?;
    Ok(())
}

/// Deletes the scope's memos that name one of the tokens.
fn delete_memos(shared: &Arc<Shared>, from: &FromScope, scope: i64) -> Result<u64, VaultError> {
    let markers = from.secrets.iter().map(|number| crate::secret::marker_text(*number));
    let tokens = from.tokens.iter().cloned().chain(markers).map(|token| distinctive(&token));
    // Models change the case of a token and the sign between its parts, and a memo of what
    // one wrote keeps that. A memo too many costs a detection, one too few would stay.
    let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(tokens);
    let Ok(finder) = finder else { return Err(VaultError::TooLong) };
    let mut deleted = 0;
    for table in ["segment_memo", "answer_memo"] {
        let select = format!(
            "SELECT hash, memo FROM {table} WHERE scope = ?1 AND hash > ?2 ORDER BY hash LIMIT ?3"
        );
        let delete = format!("DELETE FROM {table} WHERE scope = ?1 AND hash = ?2");
        let mut after = Vec::new();
        loop {
            let page = shared.store.read(|connection| {
                connection.query_all(&select, params![scope, after, PAGE_ROWS], |row| {
                    let row: (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
                    Ok::<_, VaultError>(row)
                })
            })?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            let named: Vec<Vec<u8>> = page
                .into_iter()
                .filter(|(_, memo)| finder.is_match(memo))
                .map(|(hash, _)| hash)
                .collect();
            deleted += named.len() as u64;
            let delete = delete.clone();
            let written = shared.store.write(move |tx| -> Result<(), VaultError> {
                for hash in &named {
                    tx.execute(&delete, params![scope, hash])?;
                }
                Ok(())
            });
            written.wait()?;
        }
    }
    lock(&shared.memos).clear();
    Ok(deleted)
}

/// The part of a token that no other token has: the label of `PERSON_K7Q2MX4`, the whole of
/// one without a label.
fn distinctive(token: &str) -> String {
    let label = token.rsplit_once('_').map_or("", |(_, rest)| rest);
    let end = label.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(label.len());
    match label.get(..end) {
        Some(label) if label.len() >= LABEL_CHARS_MIN => label.to_owned(),
        _ => token.to_owned(),
    }
}

fn names(from: &FromScope, id: i64) -> Names {
    let narrow = Some(from.narrow.clone()).filter(|narrow| !narrow.is_empty());
    let name = ScopeName {
        tenant: from.tenant.clone(),
        workspace: from.workspace.clone(),
        principal: from.principal.clone(),
        narrow,
    };
    Names { id, name, reference: from.reference }
}

const PAGE_ROWS: i64 = 500;
const LABEL_CHARS_MIN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_in_memos() {
        let rows = [
            ("PERSON_K7Q2MX4", "K7Q2MX4"),
            ("SECRET_000001", "000001"),
            ("email_465y5tr@example.com", "465y5tr"),
            ("CLIENT_A", "CLIENT_A"),
            ("192.0.2.17", "192.0.2.17"),
            ("", ""),
        ];
        for (token, want) in rows {
            assert_eq!(distinctive(token), want);
        }
    }
}
