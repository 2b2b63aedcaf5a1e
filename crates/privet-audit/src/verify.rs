//! Reading the whole log and checking every link.

use std::fmt;

use privet_store::{Connection, Row, StoreError, params};

use crate::chain::Hash;
use crate::entry::{Entry, Event};
use crate::log::{AuditError, PAGE};

/// The end of the log at some moment. Kept elsewhere, it shows later that the
/// log was cut or rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries there were.
    pub seq: u64,
    /// The hash of the last one.
    pub hash: Hash,
}

/// What a sound log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// How many of them have no text any more, as the log says.
    pub let_go: u64,
    /// Where it ends.
    pub head: Head,
}

/// Where the log is not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log is broken at entry {seq}: {why}")]
pub struct Broken {
    /// The first entry that does not fit.
    pub seq: u64,
    /// What does not fit.
    pub why: Why,
}

/// Why the log did not verify.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The log is not sound.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read to its end.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        Self::Audit(error.into())
    }
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The entry is missing.
    Missing,
    /// The text is no entry.
    Unreadable,
    /// The text is gone, and no entry says that it was let go.
    TextGone,
    /// The hash is not that of the entry and the one before.
    Hash,
    /// The columns say something else than the entry.
    Columns,
    /// The entry is earlier than the one before.
    Time,
    /// The log has another entry there than when the given head was taken.
    OtherHead,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is missing",
            Self::Unreadable => "it cannot be read",
            Self::TextGone => "its text is gone, and the log does not say that it was let go",
            Self::Hash => "its hash does not match: it, or one before it, was changed",
            Self::Columns => "its columns say something else than its text",
            Self::Time => "it is earlier than the one before",
            Self::OtherHead => "it is not the entry of the head you gave",
        })
    }
}

/// Reads every entry, one at a time, and checks number, time, columns and hash;
/// with `known`, also that the log still holds the entry of that earlier head.
pub fn verify(connection: &Connection<'_>, known: Option<Head>) -> Result<Verified, VerifyError> {
    let mut link = Link { seq: 0, time: i64::MIN, hash: Hash::START, text: Text::Here(None) };
    let (mut let_go, mut last_gone, mut through) = (0, 0, 0);
    let mut known_seen = known.is_none_or(|known| known.seq == 0);
    let mut after = i64::MIN;
    loop {
        let mut page = 0;
        let read = after;
        connection.query_each(
            "SELECT seq, time, event, request_id, entry, hash FROM audit
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            params![read, PAGE],
            |row| {
                page += 1;
                link = link.next(row)?;
                after = row.get(0)?;
                match link.text {
                    Text::Gone => (let_go, last_gone) = (let_go + 1, link.seq),
                    Text::Here(said) => through = through.max(said.unwrap_or(0)),
                }
                if let Some(known) = known.filter(|known| known.seq == link.seq) {
                    if known.hash != link.hash {
                        return Err(Broken { seq: link.seq, why: Why::OtherHead }.into());
                    }
                    known_seen = true;
                }
                Ok::<_, VerifyError>(())
            },
        )?;
        if page < PAGE {
            break;
        }
    }
    if last_gone > through {
        return Err(Broken { seq: last_gone, why: Why::TextGone }.into());
    }
    if !known_seen {
        return Err(Broken { seq: link.seq + 1, why: Why::Missing }.into());
    }
    Ok(Verified { entries: link.seq, let_go, head: Head { seq: link.seq, hash: link.hash } })
}

struct Link {
    seq: u64,
    time: i64,
    hash: Hash,
    text: Text,
}

/// What an entry says about texts that were let go.
enum Text {
    /// Its own is gone. What it was nobody can tell, but its hash is held by those after it.
    Gone,
    /// It is there, and may say up to which entry they are gone.
    Here(Option<u64>),
}

impl Link {
    fn next(&self, row: &Row<'_>) -> Result<Self, Broken> {
        let want = self.seq + 1;
        let broken = |why| Broken { seq: want, why };
        let unreadable = |_| broken(Why::Unreadable);
        let seq: i64 = row.get(0).map_err(unreadable)?;
        if u64::try_from(seq) != Ok(want) {
            return Err(broken(Why::Missing));
        }
        let time: i64 = row.get(1).map_err(unreadable)?;
        let text: String = row.get(4).map_err(unreadable)?;
        let hash: [u8; 32] = row.get(5).map_err(unreadable)?;
        let hash = Hash(hash);
        if time < self.time {
            return Err(broken(Why::Time));
        }
        if text.is_empty() {
            return Ok(Self { seq: want, time, hash, text: Text::Gone });
        }
        if self.hash.next(want, time, &text) != hash {
            return Err(broken(Why::Hash));
        }
        let entry: Entry = serde_json::from_str(&text).map_err(|_| broken(Why::Unreadable))?;
        let event: String = row.get(2).map_err(unreadable)?;
        let request_id: Option<String> = row.get(3).map_err(unreadable)?;
        let agree = entry.seq == want
            && entry.time.as_millisecond() == time
            && entry.record.event.name() == event
            && entry.record.request_id == request_id;
        if !agree {
            return Err(broken(Why::Columns));
        }
        let said = match entry.record.event {
            Event::EntriesLetGo => entry.record.through,
            _ => None,
        };
        Ok(Self { seq: want, time, hash, text: Text::Here(said) })
    }
}
