//! [`RestoreTable`]: the tokens of one request and what each stands for.

mod builder;
mod spelling;

use privet_text::{EntityType, Raw};

pub use builder::RestoreTableBuilder;
use spelling::Spellings;
pub(crate) use spelling::{Entry, Kind, ten_digits_of};

/// Every token that Privet put into one request, with its value. An answer
/// restores these and no others (promise 8).
#[derive(Debug, Default)]
pub struct RestoreTable {
    /// What is looked for, sorted.
    spellings: Spellings,
    /// Whole tokens, sorted, then parts.
    values: Vec<Value>,
    whole: usize,
    /// By ASCII byte, in either case: what may begin with it.
    starts: Option<Box<[Starts; 256]>>,
    /// Secrets never come back, not even into files.
    withholds_secrets: bool,
}

/// What may begin with a byte.
#[derive(Clone, Copy, Debug, Default)]
struct Starts {
    /// Something that may stand directly after a letter.
    anywhere: bool,
    /// Something that begins a word.
    word: bool,
}

/// What a token stands for.
#[derive(Debug)]
pub(crate) struct Value {
    token: String,
    pub(crate) value: Raw<String>,
    pub(crate) entity: EntityType,
    /// The value was copied from inside a JSON string, with its escapes.
    pub(crate) escaped: bool,
}

impl RestoreTable {
    /// Whether there is nothing to restore.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
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
        self.values.len()
    }

    /// Tokens and entity types, in order of the tokens.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, EntityType)> {
        self.values.iter().map(|value| (value.token.as_str(), value.entity))
    }

    /// Whether something may begin with `byte`, after a letter or digit or not.
    pub(crate) fn may_start(&self, byte: u8, after_word: bool) -> bool {
        let starts = self.starts.as_ref().and_then(|starts| starts.get(usize::from(byte)));
        starts.is_some_and(|starts| starts.anywhere || starts.word && !after_word)
    }

    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        self.spellings.entries().get(index)
    }

    /// What an entry stands for when it was written as `written`. Tokens that differ in
    /// nothing but case stand for spellings of one value; any other way of writing them means
    /// the first.
    pub(crate) fn value_of(&self, entry: &Entry, written: &str) -> Option<&Value> {
        let named = self.values.get(entry.value())?;
        if named.token == written {
            return Some(named);
        }
        let whole = self.values.get(..self.whole).unwrap_or_default();
        // As it was before Markdown and line breaks.
        let plain = written.replace('\\', "");
        let plain: Vec<&str> = plain.split_whitespace().collect();
        let plain = plain.join(" ");
        let exact = whole.binary_search_by(|value| value.token.as_str().cmp(&plain)).ok();
        let exact = exact.and_then(|at| whole.get(at));
        Some(exact.filter(|v| v.token.eq_ignore_ascii_case(&named.token)).unwrap_or(named))
    }

    /// All entries, as the start of a search.
    pub(crate) fn all(&self) -> Candidates {
        Candidates { low: 0, high: self.spellings.entries().len(), matched: 0 }
    }

    /// The candidates that go on with `byte`, in either case; `None` if there are none.
    pub(crate) fn narrow(&self, from: Candidates, byte: u8) -> Option<Candidates> {
        let byte = byte.to_ascii_uppercase();
        let slice = self.spellings.entries().get(from.low..from.high)?;
        let at = |entry: &Entry| self.spellings.of(entry).get(from.matched).copied();
        let low = from.low + slice.partition_point(|entry| at(entry) < Some(byte));
        let high = from.low + slice.partition_point(|entry| at(entry) <= Some(byte));
        (low < high).then_some(Candidates { low, high, matched: from.matched + 1 })
    }

    /// The entry that the candidates have matched whole. Sorting puts it first.
    pub(crate) fn complete(&self, from: Candidates) -> Option<usize> {
        (self.entry(from.low)?.len() == from.matched).then_some(from.low)
    }

    /// Whether one of the candidates goes on.
    pub(crate) fn goes_on(&self, from: Candidates) -> bool {
        from.high - from.low > usize::from(self.complete(from).is_some())
    }
}

/// The entries that agree with what was read so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates {
    low: usize,
    high: usize,
    matched: usize,
}
