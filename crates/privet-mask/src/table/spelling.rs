//! How a token may be spelled: in its own way, by its random part alone, and telephone
//! numbers in other groups.

mod phone;

use privet_text::EntityType;

use super::Value;
use crate::stem_of;
pub(crate) use phone::ten_digits_of;

/// What kind of spelling it is, and so what may stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `PERSON_K7Q2MX4`: it may stand directly after letters.
    Typed,
    /// `SECRET_000001`: its number is no random part, so it is spelled with its underscore.
    Marker,
    /// `K7Q2MX4`, the random part of a typed token, as a word of its own.
    Label,
    /// A number that stands for a number.
    Number,
    /// Anything else, such as an address, as a word of its own.
    Whole,
    /// A full name: of several words, so that it may take an ending.
    Name,
}

impl Kind {
    /// Whether it may stand directly after a letter.
    pub(crate) fn stands_anywhere(self) -> bool {
        matches!(self, Self::Typed | Self::Marker | Self::Number)
    }
}

/// A spelling of a token, as a place in the letters of all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    start: u32,
    end: u32,
    /// Number of its value.
    value: u32,
    pub(crate) kind: Kind,
    /// It is the token itself, not made of it.
    named: bool,
}

impl Entry {
    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Number of what it stands for among the values.
    pub(crate) fn value(&self) -> usize {
        self.value as usize
    }
}

/// Every spelling looked for.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    /// One behind another, in capitals.
    letters: Vec<u8>,
    /// Sorted by how they are spelled.
    entries: Vec<Entry>,
}

impl Spellings {
    /// Those of `values`. Those after the first `whole` are parts.
    pub(super) fn of_values(values: &[Value], whole: usize) -> Self {
        let mut spellings = Self::default();
        spellings.entries.reserve(values.len() * 2);
        for (number, value) in values.iter().enumerate() {
            let kind = kind_of(&value.token);
            spellings.push(number, kind, number < whole, &value.token);
            if number >= whole {
                continue;
            }
            match kind {
                Kind::Typed => {
                    if let Some(label) = label_of(&value.token) {
                        spellings.push(number, Kind::Label, false, label);
                    }
                }
                Kind::Whole if value.entity == EntityType::PhoneNumber => {
                    phone::spell(&value.token, |pieces| {
                        spellings.push(number, Kind::Whole, false, pieces);
                    });
                }
                _ => {}
            }
        }
        spellings.sort();
        spellings.settle(values);
        spellings
    }

    /// The entries, by their spelling.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How one of them is spelled.
    pub(crate) fn of(&self, entry: &Entry) -> &[u8] {
        self.letters.get(entry.start as usize..entry.end as usize).unwrap_or_default()
    }

    fn push(&mut self, value: usize, kind: Kind, named: bool, spelling: &str) {
        let at = |at: usize| u32::try_from(at).ok();
        let start = self.letters.len();
        let end = start + spelling.len();
        // No request is as large as that.
        if let (Some(from), Some(to), Some(value)) = (at(start), at(end), at(value)) {
            self.letters.extend(spelling.bytes().map(|byte| byte.to_ascii_uppercase()));
            self.entries.push(Entry { start: from, end: to, value, kind, named });
        }
    }

    /// By spelling; of one spelling, tokens before what is made of them.
    fn sort(&mut self) {
        let letters = &self.letters;
        let of = |entry: &Entry| {
            letters.get(entry.start as usize..entry.end as usize).unwrap_or_default()
        };
        // Their first letters as one number: comparing hardly ever has to look further.
        let mut drafts: Vec<(u128, Entry)> = Vec::with_capacity(self.entries.len());
        drafts.extend(self.entries.iter().map(|entry| {
            let mut first = [0; 16];
            first.iter_mut().zip(of(entry)).for_each(|(to, from)| *to = *from);
            (u128::from_be_bytes(first), *entry)
        }));
        drafts.sort_unstable_by(|(a_first, a), (b_first, b)| {
            let further = || of(a).cmp(of(b)).then(b.named.cmp(&a.named));
            a_first.cmp(b_first).then_with(further).then(a.value.cmp(&b.value))
        });
        self.entries.clear();
        self.entries.extend(drafts.into_iter().map(|(_, entry)| entry));
    }

    /// Leaves one entry of each spelling: that of the first token spelled like this, or what
    /// was made of tokens if all of them stand for the same. What could be two values is
    /// neither.
    fn settle(&mut self, values: &[Value]) {
        let said = |entry: &Entry| values.get(entry.value()).map(|value| value.value.expose());
        let entries = std::mem::take(&mut self.entries);
        let alike = entries.chunk_by(|a, b| self.of(a) == self.of(b));
        let one = alike.filter_map(|alike| {
            let first = alike.first()?;
            let sure = first.named || alike.iter().all(|other| said(other) == said(first));
            sure.then_some(*first)
        });
        self.entries = one.collect();
    }
}

fn kind_of(token: &str) -> Kind {
    if token.bytes().all(|byte| byte.is_ascii_digit()) {
        return Kind::Number;
    }
    match stem_of(token) {
        Some(EntityType::Secret) => Kind::Marker,
        Some(_) if !token.contains(['@', '.', ' ']) => Kind::Typed,
        _ if token.contains(' ') && token.chars().all(is_of_name) => Kind::Name,
        _ => Kind::Whole,
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\'')
}

/// The random part of a typed token, if it is long and odd enough to mean nothing else.
fn label_of(token: &str) -> Option<&str> {
    let (_, label) = token.rsplit_once('_')?;
    let has = |is: fn(&u8) -> bool| label.bytes().any(|byte| is(&byte));
    let odd = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    (label.len() >= LABEL_CHARS_MIN && odd).then_some(label)
}

/// Almost 35 bits.
const LABEL_CHARS_MIN: usize = 7;
