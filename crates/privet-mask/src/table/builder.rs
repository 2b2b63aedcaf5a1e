//! [`RestoreTableBuilder`]: collects what a [`RestoreTable`] holds.

use std::collections::BTreeMap;

use privet_text::{EntityType, Raw};

use super::spelling::Spellings;
use super::{RestoreTable, Starts, Value};
use crate::is_escaped_surface;

/// Collects the entries of a [`RestoreTable`].
#[derive(Clone, Debug, Default)]
pub struct RestoreTableBuilder {
    tokens: BTreeMap<String, Meaning>,
    /// Parts of tokens; `None` where one part would stand for two values.
    parts: BTreeMap<String, Option<Meaning>>,
}

/// What a token or a part of one stands for.
#[derive(Clone, Debug)]
struct Meaning {
    value: Raw<String>,
    entity: EntityType,
}

impl RestoreTableBuilder {
    /// Says that `token` stands for `value` in this request. The first word counts:
    /// within a request a token has one value.
    pub fn insert(&mut self, token: &str, entity: EntityType, value: &str) {
        if !token.is_empty() && !self.tokens.contains_key(token) {
            self.tokens.insert(token.to_owned(), Meaning::new(entity, value));
        }
    }

    /// Says that `part` of a token stands for `value`, a part of what the token stands
    /// for. A part of two values restores neither.
    pub fn insert_part(&mut self, part: &str, entity: EntityType, value: &str) {
        let same = |known: &Meaning| known.value.expose() == value;
        match self.parts.get_mut(part) {
            None => {
                self.parts.insert(part.to_owned(), Some(Meaning::new(entity, value)));
            }
            Some(known) if known.as_ref().is_some_and(same) => {}
            Some(known) => *known = None,
        }
    }

    /// Whether `token` stands for something.
    pub fn contains(&self, token: &str) -> bool {
        self.tokens.contains_key(token)
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.parts.is_empty()
    }

    /// The tokens with their types, in order.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, EntityType)> {
        self.tokens.iter().map(|(token, meaning)| (token.as_str(), meaning.entity))
    }

    /// The parts that stand for one value.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, EntityType)> {
        let parts = self.parts.iter();
        parts.filter_map(|(part, known)| Some((part.as_str(), known.as_ref()?.entity)))
    }

    /// The finished table.
    pub fn build(self) -> RestoreTable {
        let Self { tokens, parts } = self;
        let parts: Vec<Value> = parts
            .into_iter()
            .filter(|(part, _)| !tokens.contains_key(part))
            .filter_map(|(part, meaning)| Some(meaning?.of(part)))
            .collect();
        let mut values: Vec<Value> =
            tokens.into_iter().map(|(token, meaning)| meaning.of(token)).collect();
        let whole = values.len();
        values.extend(parts);
        if values.is_empty() {
            return RestoreTable::default();
        }
        let spellings = Spellings::of_values(&values, whole);
        let mut starts = Box::new([Starts::default(); 256]);
        for entry in spellings.entries() {
            let Some(first) = spellings.of(entry).first() else { continue };
            for case in [first.to_ascii_uppercase(), first.to_ascii_lowercase()] {
                if let Some(slot) = starts.get_mut(usize::from(case)) {
                    slot.anywhere |= entry.kind.stands_anywhere();
                    slot.word = true;
                }
            }
        }
        RestoreTable { spellings, values, whole, starts: Some(starts), withholds_secrets: false }
    }
}

impl Meaning {
    fn new(entity: EntityType, value: &str) -> Self {
        Self { value: Raw::new(value.to_owned()), entity }
    }

    fn of(self, token: String) -> Value {
        let escaped = is_escaped_surface(self.value.expose());
        Value { token, value: self.value, entity: self.entity, escaped }
    }
}
