//! Appending to the log and reading it.

use std::io::{self, Write};

use jiff::Timestamp;
use privet_store::{Connection, Row, Store, StoreError, Transaction, ValueRef, params};

use crate::chain::Hash;
use crate::entry::{Entry, Event, Record};

/// Why the log could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The database failed.
    #[error("audit log: {0}")]
    Store(#[from] StoreError),
    /// A stored entry is no entry; `privet audit verify` says more.
    #[error("audit log: entry {0} cannot be read")]
    Unreadable(i64),
    /// The record could not be turned into JSON.
    #[error("audit log: the record has no JSON form")]
    Unwritable,
    /// Two logs do not continue each other.
    #[error("audit log: the copy is of another log, or of one that was rewritten since")]
    Unrelated,
    /// The export's destination failed.
    #[error("audit log: cannot write the export")]
    Export(#[source] io::Error),
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its number.
    pub seq: u64,
    /// Its time, which may be later than asked for: time never runs backwards.
    pub time: Timestamp,
    /// Its hash.
    pub hash: Hash,
}

/// Appends `record` in the store's transaction. It is in the log when that
/// transaction has committed.
pub fn append(
    tx: &Transaction<'_>,
    record: &Record,
    now: Timestamp,
) -> Result<Position, AuditError> {
    let Tail { seq: last_seq, time: last_time, hash: prev } = match tx.recall::<Tail>() {
        Some(tail) => tail,
        None => stored_tail(tx)?,
    };
    let time = now.as_millisecond().max(last_time);
    let seq = u64::try_from(last_seq).map_err(|_| AuditError::Unreadable(last_seq))? + 1;
    let entry = EntryRef { seq, time: time_of(time), record };
    let json = serde_json::to_string(&entry).map_err(|_| AuditError::Unwritable)?;
    let hash = prev.next(seq, time, &json);
    tx.execute_later(
        "INSERT INTO audit (seq, time, event, request_id, entry, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![last_seq + 1, time, record.event.name(), record.request_id, json, hash.as_bytes()],
    )?;
    tx.keep(Tail { seq: last_seq + 1, time, hash });
    Ok(Position { seq, time: entry.time, hash })
}

/// The end of the chain, as a transaction keeps it: nobody else appends meanwhile.
#[derive(Clone)]
struct Tail {
    seq: i64,
    time: i64,
    hash: Hash,
}

fn stored_tail(connection: &Connection<'_>) -> Result<Tail, AuditError> {
    let sql = "SELECT seq, time, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last = connection.query_opt(sql, &[], |row| {
        let (seq, time, hash) = (row.get(0)?, row.get(1)?, Hash(row.get(2)?));
        Ok::<_, AuditError>(Tail { seq, time, hash })
    })?;
    Ok(last.unwrap_or(Tail { seq: 0, time: i64::MIN, hash: Hash::START }))
}

/// The last `count` entries, oldest first.
pub fn tail(connection: &Connection<'_>, count: u32) -> Result<Vec<Entry>, AuditError> {
    let mut entries = rows(
        connection,
        "SELECT seq, entry FROM audit WHERE entry <> '' ORDER BY seq DESC LIMIT ?1",
        params![count],
    )?;
    entries.reverse();
    Ok(entries)
}

/// Up to `count` entries after number `seq`, oldest first.
pub fn entries_after(
    connection: &Connection<'_>,
    seq: u64,
    count: u32,
) -> Result<Vec<Entry>, AuditError> {
    rows(
        connection,
        "SELECT seq, entry FROM audit WHERE seq > ?1 AND entry <> '' ORDER BY seq LIMIT ?2",
        params![column(seq), count],
    )
}

/// What to look for. What is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Entries of this request.
    pub request_id: Option<String>,
    /// Entries of this event.
    pub event: Option<Event>,
    /// Entries at this time or later.
    pub since: Option<Timestamp>,
    /// Entries before this time.
    pub until: Option<Timestamp>,
}

/// The last `count` entries that match, oldest first.
pub fn search(
    connection: &Connection<'_>,
    search: &Search,
    count: u32,
) -> Result<Vec<Entry>, AuditError> {
    // Time never falls as numbers rise, so the time range is a number range,
    // found by bisection: no index on time to keep up at each append.
    let first = first_at(connection, search.since)?;
    let end = match search.until {
        Some(until) => first_at(connection, Some(until))?,
        None => i64::MAX,
    };
    let event = search.event.map(Event::name);
    let mut entries = match (&search.request_id, event) {
        (Some(request_id), event) => rows(
            connection,
            "SELECT seq, entry FROM audit
             WHERE entry <> '' AND request_id = ?1
               AND (CAST(?2 AS TEXT) IS NULL OR event = ?2) AND seq >= ?3 AND seq < ?4
             ORDER BY seq DESC LIMIT ?5",
            params![request_id, event, first, end, count],
        ),
        (None, Some(event)) if is_rare(event) => rows(
            connection,
            "SELECT seq, entry FROM audit
             WHERE entry <> '' AND event = ?1 AND event NOT IN ('request_intent', 'request_outcome')
               AND seq >= ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4",
            params![event, first, end, count],
        ),
        (None, event) => rows(
            connection,
            "SELECT seq, entry FROM audit
             WHERE entry <> '' AND (CAST(?1 AS TEXT) IS NULL OR event = ?1) AND seq >= ?2 AND seq < ?3
             ORDER BY seq DESC LIMIT ?4",
            params![event, first, end, count],
        ),
    }?;
    entries.reverse();
    Ok(entries)
}

/// Writes every entry to `to`, one JSON object a line, as it stands in the log; those apart
/// whose text was let go. Says how many.
pub fn export(connection: &Connection<'_>, mut to: impl Write) -> Result<u64, AuditError> {
    let (mut count, mut after) = (0, 0);
    loop {
        let (from, mut page) = (after, 0);
        connection.query_each(
            "SELECT seq, entry FROM audit WHERE seq > ?1 AND entry <> '' ORDER BY seq LIMIT ?2",
            params![from, PAGE],
            |row| {
                after = row.get(0)?;
                let entry = row.text(1).map_err(|_| AuditError::Unreadable(after))?;
                page += 1;
                writeln!(to, "{entry}").map_err(AuditError::Export)
            },
        )?;
        count += page;
        if page < PAGE {
            break;
        }
    }
    to.flush().map_err(AuditError::Export)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Appends to `restored`, an older copy of a log, the entries that `live` has beyond it, if
/// the one continues the other; says how many. So a log goes on when a backup of its
/// database is put back.
pub fn carry_over(live: &Store, restored: &Store) -> Result<u64, AuditError> {
    let last = |store: &Store, at: Option<i64>| {
        store.read(|connection| {
            let sql = "SELECT seq, hash FROM audit WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1";
            connection.query_opt(sql, params![at.unwrap_or(i64::MAX)], |row| {
                Ok::<(i64, [u8; 32]), AuditError>((row.get(0)?, row.get(1)?))
            })
        })
    };
    let copied = last(restored, None)?;
    let mut after = copied.map_or(0, |(seq, _)| seq);
    if copied.is_some() && last(live, Some(after))? != copied {
        return Err(AuditError::Unrelated);
    }
    let mut count = 0;
    loop {
        let page = live.read(|connection| {
            connection.query_all(
                "SELECT seq, time, event, request_id, entry, hash FROM audit
                 WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                params![after, PAGE],
                stored,
            )
        })?;
        let Some(end) = page.last() else { return Ok(count) };
        after = end.seq;
        count += page.len() as u64;
        let written = restored.write(move |tx| -> Result<(), AuditError> {
            for row in &page {
                tx.execute(
                    "INSERT INTO audit (seq, time, event, request_id, entry, hash)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![row.seq, row.time, row.event, row.request_id, row.entry, row.hash],
                )?;
            }
            Ok(())
        });
        written.wait()?;
    }
}

/// An entry as it lies in the database.
struct Stored {
    seq: i64,
    time: i64,
    event: String,
    request_id: Option<String>,
    entry: String,
    hash: Vec<u8>,
}

fn stored(row: &Row<'_>) -> Result<Stored, AuditError> {
    Ok(Stored {
        seq: row.get(0)?,
        time: row.get(1)?,
        event: row.get(2)?,
        request_id: row.get(3)?,
        entry: row.get(4)?,
        hash: row.get(5)?,
    })
}

/// An entry that borrows its record.
#[derive(serde::Serialize)]
struct EntryRef<'a> {
    seq: u64,
    #[serde(with = "crate::entry::millis")]
    time: Timestamp,
    #[serde(flatten)]
    record: &'a Record,
}

fn rows(
    connection: &Connection<'_>,
    sql: &str,
    params: &[ValueRef<'_>],
) -> Result<Vec<Entry>, AuditError> {
    connection.query_all(sql, params, entry)
}

pub(crate) fn entry(row: &Row<'_>) -> Result<Entry, AuditError> {
    let seq = row.get(0)?;
    let text = row.text(1).map_err(|_| AuditError::Unreadable(seq))?;
    serde_json::from_str(text).map_err(|_| AuditError::Unreadable(seq))
}

/// The number of the first entry at `since` or later.
pub(crate) fn first_at(
    connection: &Connection<'_>,
    since: Option<Timestamp>,
) -> Result<i64, AuditError> {
    let Some(since) = since else { return Ok(1) };
    let since = since.as_millisecond();
    let last: Option<i64> =
        connection.query_one("SELECT max(seq) FROM audit", &[], |row| row.get(0))?;
    let (mut low, mut high) = (1, last.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let sql = "SELECT time FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT 1";
        let time: i64 = connection.query_one(sql, params![middle], |row| row.get(0))?;
        match time < since {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

fn is_rare(event: &str) -> bool {
    event != Event::RequestIntent.name() && event != Event::RequestOutcome.name()
}

pub(crate) fn time_of(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

fn column(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Entries read at once.
pub(crate) const PAGE: i64 = 1000;
