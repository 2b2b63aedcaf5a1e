//! Letting go of old entries: their text goes, their hash stays, so that the chain still
//! verifies from the first entry to the last.

use jiff::Timestamp;
use privet_store::{Connection, Store, StoreError, Transaction, params};

use crate::entry::{Event, Record};
use crate::log::{AuditError, append, first_at};

/// Takes the text of every entry from before `before`; says of how many. First an entry says up
/// to which one: [`verify`](crate::verify()) allows no other to be without its text. What was cut
/// off is gone on with the next time.
pub fn let_go(store: &Store, before: Timestamp, now: Timestamp) -> Result<u64, AuditError> {
    let through = store
        .write(move |tx| -> Result<i64, AuditError> {
            let known = let_go_through(tx)?;
            let through = first_at(tx, Some(before))? - 1;
            if through <= known {
                return Ok(known);
            }
            let mut record = Record::new(Event::EntriesLetGo);
            record.through = u64::try_from(through).ok();
            append(tx, &record, now)?;
            Ok(through)
        })
        .wait()?;
    let (mut gone, mut from) = (0, store.read(first_with_text)?);
    while from <= through {
        let end = (from + PAGE - 1).min(through);
        let emptied = store.write(move |tx| -> Result<usize, StoreError> { empty(tx, from, end) });
        gone += emptied.wait()? as u64;
        from = end + 1;
    }
    if gone > 0 {
        store.compact().wait()?;
    }
    Ok(gone)
}

/// The last entry of which the log says that its text may be gone; 0 if there is none.
fn let_go_through(connection: &Connection<'_>) -> Result<i64, AuditError> {
    let last = connection.query_opt(
        "SELECT seq, entry FROM audit
         WHERE event = ?1 AND event NOT IN ('request_intent', 'request_outcome') AND entry <> ''
         ORDER BY seq DESC LIMIT 1",
        params![Event::EntriesLetGo.name()],
        crate::log::entry,
    )?;
    let through = last.and_then(|entry| entry.record.through).unwrap_or(0);
    Ok(i64::try_from(through).unwrap_or(i64::MAX))
}

fn first_with_text(connection: &Connection<'_>) -> Result<i64, AuditError> {
    let sql = "SELECT seq FROM audit WHERE entry <> '' ORDER BY seq LIMIT 1";
    Ok(connection.query_opt(sql, &[], |row| row.get::<i64>(0))?.unwrap_or(i64::MAX))
}

fn empty(tx: &Transaction<'_>, from: i64, end: i64) -> Result<usize, StoreError> {
    tx.execute(
        "UPDATE audit SET entry = '', request_id = NULL
         WHERE seq BETWEEN ?1 AND ?2 AND entry <> ''",
        params![from, end],
    )
}

const PAGE: i64 = 1000;
