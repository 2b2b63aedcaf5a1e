//! [`RestoreTable`]: the tokens of one request and what each stands for.

mod spelling;

use std::collections::BTreeMap;

use privet_text::{EntityType, Raw};

use crate::is_escaped_surface;
pub(crate) use spelling::Kind;

/// Every token that Privet put into one request, with its value. An answer
/// restores these and no others (promise 8).
#[derive(Debug, Default)]
pub struct RestoreTable {
    /// Sorted by what is looked for.
    entries: Vec<Entry>,
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

/// A spelling of a token, in capitals.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) spelling: String,
    pub(crate) kind: Kind,
    /// Its number among the values.
    value: usize,
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

/// Collects the entries of a [`RestoreTable`].
#[derive(Debug, Default)]
pub struct RestoreTableBuilder {
    tokens: BTreeMap<String, Value>,
    /// Parts of tokens; `None` where one part would stand for two values.
    parts: BTreeMap<String, Option<Value>>,
}

impl RestoreTableBuilder {
    /// Says that `token` stands for `value` in this request. The first word counts:
    /// within a request a token has one value.
    pub fn insert(&mut self, token: &str, entity: EntityType, value: &str) {
        if !token.is_empty() && !self.tokens.contains_key(token) {
            self.tokens.insert(token.to_owned(), Value::new(token, entity, value));
        }
    }

    /// Says that `part` of a token stands for `value`, a part of what the token stands
    /// for. A part of two values restores neither.
    pub fn insert_part(&mut self, part: &str, entity: EntityType, value: &str) {
        let same = |known: &Value| known.value.expose() == value;
        match self.parts.get(part) {
            None => {
                self.parts.insert(part.to_owned(), Some(Value::new(part, entity, value)));
            }
            Some(Some(known)) if same(known) => {}
            Some(_) => {
                self.parts.insert(part.to_owned(), None);
            }
        }
    }

    /// Whether `token` stands for something.
    pub fn contains(&self, token: &str) -> bool {
        self.tokens.contains_key(token)
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.keys().map(String::as_str)
    }

    /// The finished table.
    pub fn build(self) -> RestoreTable {
        let Self { tokens, parts } = self;
        let parts: Vec<Value> = parts
            .into_iter()
            .filter(|(part, _)| !tokens.contains_key(part))
            .filter_map(|p| p.1)
            .collect();
        let mut values: Vec<Value> = tokens.into_values().collect();
        let whole = values.len();
        values.extend(parts);
        if values.is_empty() {
            return RestoreTable::default();
        }
        let entries = spelling::entries(&values, whole);
        let mut starts = Box::new([Starts::default(); 256]);
        for entry in &entries {
            let Some(first) = entry.spelling.bytes().next() else { continue };
            for case in [first.to_ascii_uppercase(), first.to_ascii_lowercase()] {
                if let Some(slot) = starts.get_mut(usize::from(case)) {
                    slot.anywhere |= entry.kind.stands_anywhere();
                    slot.word = true;
                }
            }
        }
        RestoreTable { entries, values, whole, starts: Some(starts), withholds_secrets: false }
    }
}

impl Value {
    fn new(token: &str, entity: EntityType, value: &str) -> Self {
        Self {
            token: token.to_owned(),
            value: Raw::new(value.to_owned()),
            entity,
            escaped: is_escaped_surface(value),
        }
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
        self.values.len()
    }

    /// Tokens and entity types, in order of the tokens.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, EntityType)> {
        self.values.iter().map(|value| (value.token.as_str(), value.entity))
    }

    /// The builder that makes this table.
    pub fn reopen(self) -> RestoreTableBuilder {
        let mut builder = RestoreTableBuilder::default();
        for (at, value) in self.values.into_iter().enumerate() {
            let token = value.token.clone();
            if at < self.whole {
                builder.tokens.insert(token, value);
            } else {
                builder.parts.insert(token, Some(value));
            }
        }
        builder
    }

    /// Every spelling looked for, in capitals.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.spelling.as_str())
    }

    /// Whether something may begin with `byte`, after a letter or digit or not.
    pub(crate) fn may_start(&self, byte: u8, after_word: bool) -> bool {
        let starts = self.starts.as_ref().and_then(|starts| starts.get(usize::from(byte)));
        starts.is_some_and(|starts| starts.anywhere || starts.word && !after_word)
    }

    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// What an entry stands for when it was written as `written`. Tokens that differ in
    /// nothing but case stand for spellings of one value; any other way of writing them means
    /// the first.
    pub(crate) fn value_of(&self, entry: &Entry, written: &str) -> Option<&Value> {
        let named = self.values.get(entry.value)?;
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
        Candidates { low: 0, high: self.entries.len(), matched: 0 }
    }

    /// The candidates that go on with `byte`, in either case; `None` if there are none.
    pub(crate) fn narrow(&self, from: Candidates, byte: u8) -> Option<Candidates> {
        let byte = byte.to_ascii_uppercase();
        let slice = self.entries.get(from.low..from.high)?;
        let at = |entry: &Entry| entry.spelling.as_bytes().get(from.matched).copied();
        let low = from.low + slice.partition_point(|entry| at(entry) < Some(byte));
        let high = from.low + slice.partition_point(|entry| at(entry) <= Some(byte));
        (low < high).then_some(Candidates { low, high, matched: from.matched + 1 })
    }

    /// The entry that the candidates have matched whole. Sorting puts it first.
    pub(crate) fn complete(&self, from: Candidates) -> Option<usize> {
        let entry = self.entries.get(from.low)?;
        (entry.spelling.len() == from.matched).then_some(from.low)
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
