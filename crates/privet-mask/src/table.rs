//! [`RestoreTable`]: the tokens of one request and what each stands for.

use std::collections::BTreeMap;

use privet_text::{EntityType, Raw};

use crate::is_escaped_surface;

/// Every token that Privet put into one request, with its value. An answer
/// restores these and no others (promise 8).
#[derive(Debug, Default)]
pub struct RestoreTable {
    /// Sorted by token.
    entries: Vec<Entry>,
    /// Whether a token begins with that ASCII byte, in either case.
    starts: Option<Box<[bool; 256]>>,
    /// Secrets never come back, not even into files.
    withholds_secrets: bool,
}

#[derive(Debug)]
pub(crate) struct Entry {
    token: String,
    pub(crate) value: Raw<String>,
    pub(crate) entity: EntityType,
    /// The value was copied from inside a JSON string, with its escapes.
    pub(crate) escaped: bool,
    pub(crate) numeric: bool,
}

/// Collects the entries of a [`RestoreTable`].
#[derive(Debug, Default)]
pub struct RestoreTableBuilder(BTreeMap<String, Entry>);

impl RestoreTableBuilder {
    /// Says that `token` stands for `value` in this request. The first word counts:
    /// within a request a token has one value.
    pub fn insert(&mut self, token: &str, entity: EntityType, value: &str) {
        if self.0.contains_key(token) || token.is_empty() {
            return;
        }
        let entry = Entry {
            token: token.to_ascii_uppercase(),
            value: Raw::new(value.to_owned()),
            entity,
            escaped: is_escaped_surface(value),
            numeric: token.bytes().all(|b| b.is_ascii_digit()),
        };
        self.0.insert(token.to_owned(), entry);
    }

    /// The finished table.
    pub fn build(self) -> RestoreTable {
        let entries: Vec<Entry> = self.0.into_values().collect();
        if entries.is_empty() {
            return RestoreTable::default();
        }
        let mut starts = Box::new([false; 256]);
        for first in entries.iter().filter_map(|entry| entry.token.bytes().next()) {
            for case in [first.to_ascii_uppercase(), first.to_ascii_lowercase()] {
                if let Some(slot) = starts.get_mut(usize::from(case)) {
                    *slot = true;
                }
            }
        }
        RestoreTable { entries, starts: Some(starts), withholds_secrets: false }
    }
}

impl RestoreTable {
    /// Whether there is nothing to restore.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The same table, but secrets never come back: a tool that would write a marker into a
    /// file is reported instead.
    #[must_use]
    pub fn withholding_secrets(mut self) -> Self {
        self.withholds_secrets = true;
        self
    }

    pub(crate) fn withholds_secrets(&self) -> bool {
        self.withholds_secrets
    }

    /// How many tokens it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tokens and entity types, in order of the tokens.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, EntityType)> {
        self.entries.iter().map(|entry| (entry.token.as_str(), entry.entity))
    }

    pub(crate) fn may_start(&self, byte: u8) -> bool {
        self.starts
            .as_ref()
            .is_some_and(|starts| starts.get(usize::from(byte)).copied().unwrap_or(false))
    }

    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// All entries, as the start of a search.
    pub(crate) fn all(&self) -> Candidates {
        Candidates { low: 0, high: self.entries.len(), matched: 0 }
    }

    /// The candidates that go on with `byte`, in either case; `None` if there are none.
    pub(crate) fn narrow(&self, from: Candidates, byte: u8) -> Option<Candidates> {
        let byte = byte.to_ascii_uppercase();
        let slice = self.entries.get(from.low..from.high)?;
        let at = |entry: &Entry| entry.token.as_bytes().get(from.matched).copied();
        let low = from.low + slice.partition_point(|entry| at(entry) < Some(byte));
        let high = from.low + slice.partition_point(|entry| at(entry) <= Some(byte));
        (low < high).then_some(Candidates { low, high, matched: from.matched + 1 })
    }

    /// The entry that the candidates have matched whole. Sorting puts it first.
    pub(crate) fn complete(&self, from: Candidates) -> Option<usize> {
        let entry = self.entries.get(from.low)?;
        (entry.token.len() == from.matched).then_some(from.low)
    }
}

/// The entries that agree with what was read so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates {
    low: usize,
    high: usize,
    matched: usize,
}

impl Candidates {
    /// How many entries they are.
    pub(crate) fn remain(self) -> usize {
        self.high - self.low
    }
}
