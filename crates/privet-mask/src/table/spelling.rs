//! How a token may be spelled: in its own way, by its random part alone, and telephone
//! numbers in other groups.

use std::collections::BTreeMap;

use privet_text::EntityType;

use super::{Entry, Value};
use crate::stem_of;

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

/// The entries for `values`, sorted. Those after the first `whole` are parts.
pub(super) fn entries(values: &[Value], whole: usize) -> Vec<Entry> {
    let mut named: BTreeMap<String, (Kind, usize)> = BTreeMap::new();
    for (number, value) in values.iter().enumerate().take(whole) {
        let spelling = value.token.to_ascii_uppercase();
        named.entry(spelling).or_insert_with(|| (kind_of(&value.token), number));
    }
    let mut derived: BTreeMap<String, Option<(Kind, usize)>> = BTreeMap::new();
    let mut derive = |spelling: String, kind: Kind, number: usize| {
        let same = |(_, other): &(Kind, usize)| {
            let alike = |number: usize| values.get(number).map(|v| v.value.expose());
            alike(*other) == alike(number)
        };
        derived
            .entry(spelling)
            .and_modify(|known| {
                // What could be two values is neither.
                if !known.as_ref().is_some_and(same) {
                    *known = None;
                }
            })
            .or_insert(Some((kind, number)));
    };
    for (number, value) in values.iter().enumerate() {
        if number >= whole {
            derive(value.token.to_ascii_uppercase(), kind_of(&value.token), number);
            continue;
        }
        match kind_of(&value.token) {
            Kind::Typed => {
                if let Some(label) = label_of(&value.token) {
                    derive(label.to_ascii_uppercase(), Kind::Label, number);
                }
            }
            Kind::Whole if value.entity == EntityType::PhoneNumber => {
                phone_spellings(&value.token).for_each(|s| derive(s, Kind::Whole, number));
            }
            _ => {}
        }
    }
    for (spelling, found) in derived {
        if let Some(found) = found {
            named.entry(spelling).or_insert(found);
        }
    }
    named.into_iter().map(|(spelling, (kind, value))| Entry { spelling, kind, value }).collect()
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

/// The same digits in the groups that people write.
fn phone_spellings(token: &str) -> impl Iterator<Item = String> {
    let digits: String = token.chars().filter(char::is_ascii_digit).collect();
    let mut spellings = Vec::new();
    if token.starts_with('+') && digits.len() >= 9 {
        spellings.push(format!("+{digits}"));
    }
    let ten = digits.strip_prefix('1').filter(|ten| ten.len() == 10);
    let ten = ten.or_else(|| (digits.len() == 10 && !digits.starts_with('0')).then_some(&digits));
    if let Some((area, rest)) = ten.and_then(|ten| ten.split_at_checked(3))
        && let Some((exchange, line)) = rest.split_at_checked(3)
        && (digits.len() == 11 || !token.starts_with('+'))
    {
        for lead in ["", "+1 ", "+1-", "1-", "+1"] {
            for (open, close, dash) in
                [("", "-", "-"), ("(", ") ", "-"), ("", ".", "."), ("", " ", " "), ("", "", "")]
            {
                spellings.push(format!("{lead}{open}{area}{close}{exchange}{dash}{line}"));
            }
        }
    }
    spellings.into_iter().filter(|spelling| spelling.len() >= 10)
}
