//! Dictionaries: millions of names and words, found in one pass over the words of a text.
//!
//! What is kept of an entry is a hash of 64 bits over its words, without case, accents and
//! what stands between them: "Müller-Lüdenscheid GmbH" is found as "MULLER LUDENSCHEID
//! GMBH". Nothing of the entries themselves stays in memory. A word of the text costs its
//! hash and one bit of a filter, unless an entry begins with it.

use privet_text::{EntityType, Finding, Reason, Score};
use unicode_normalization::UnicodeNormalization;

use super::{Case, CustomError};
use crate::claim::Claim;

/// How many lines of a dictionary were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Those that are looked for.
    pub entries: usize,
    /// Those that are not: one letter, or more words than are compared.
    pub skipped: usize,
}

/// Every entry of every dictionary.
#[derive(Default)]
pub(super) struct Phrases {
    /// A bit for the hash of each first word.
    filter: Vec<u64>,
    /// First words, with the number of words of their longest entry.
    heads: Table,
    /// Whole entries, with the number of their list.
    wholes: Table,
    lists: Vec<List>,
}

/// One dictionary.
struct List {
    entity: EntityType,
    recognizer: &'static str,
    case: Case,
}

impl Phrases {
    /// Makes room for `entries` more.
    pub(super) fn reserve(&mut self, entries: usize) {
        self.wholes.reserve(entries);
    }

    /// Adds `entry`; says whether it is looked for.
    pub(super) fn add(
        &mut self,
        entry: &str,
        entity: EntityType,
        recognizer: &'static str,
        case: Case,
    ) -> Result<bool, CustomError> {
        let list = self.list_of(entity, recognizer, case)?;
        let mut whole = WHOLE;
        let mut head = None;
        let mut words = 0u8;
        let mut letters = 0;
        for word in Words::new(entry, 0) {
            head.get_or_insert(word.hash);
            whole = joined(whole, word.hash);
            words = words.saturating_add(1);
            letters += word.end - word.start;
        }
        let Some(head) = head else { return Ok(false) };
        if letters < LETTERS_MIN || usize::from(words) > WORDS_MAX {
            return Ok(false);
        }
        if case == Case::Exact {
            whole ^= exact_hash(entry);
        }
        self.wholes.reserve(1);
        self.heads.reserve(1);
        self.refill();
        let longest = self.heads.get(head).unwrap_or(0).max(words);
        self.heads.put(head, longest);
        self.wholes.put(whole, list);
        set_bit(&mut self.filter, head);
        Ok(true)
    }

    pub(super) fn len(&self) -> usize {
        self.wholes.used
    }

    /// Calls `found` with type, recognizer, bounds and number of words of each entry in
    /// `text`; of several that begin at the same word, the longest of each list.
    pub(super) fn detect(
        &self,
        text: &str,
        found: &mut dyn FnMut(EntityType, &'static str, usize, usize, usize),
    ) {
        if self.wholes.used == 0 {
            return;
        }
        let mut words = Words::new(text, 0);
        while let Some(word) = words.next() {
            if !has_bit(&self.filter, word.hash) {
                continue;
            }
            let Some(longest) = self.heads.get(word.hash) else { continue };
            if let Some(hit) = self.longest_at(text, word, longest) {
                found(hit.entity, hit.recognizer, word.start, hit.end, hit.words);
                words.at = hit.end;
            }
        }
    }

    fn longest_at(&self, text: &str, first: HashedWord, longest: u8) -> Option<Hit> {
        let mut whole = joined(WHOLE, first.hash);
        let mut hit = None;
        let mut last = first;
        let mut rest = Words::new(text, first.end);
        for words in 1..=usize::from(longest) {
            if words > 1 {
                let Some(next) = rest.next() else { break };
                if !may_lie_between(text, last.end, next.start) {
                    break;
                }
                whole = joined(whole, next.hash);
                last = next;
            }
            let exact = || exact_hash(text.get(first.start..last.end).unwrap_or_default());
            let list = self
                .wholes
                .get(whole)
                .or_else(|| self.has_exact().then(|| self.wholes.get(whole ^ exact())).flatten());
            if let Some(list) = list.and_then(|list| self.lists.get(usize::from(list))) {
                let (entity, recognizer) = (list.entity, list.recognizer);
                hit = Some(Hit { entity, recognizer, end: last.end, words });
            }
            if words == usize::from(longest) {
                break;
            }
        }
        hit
    }

    fn has_exact(&self) -> bool {
        self.lists.iter().any(|list| list.case == Case::Exact)
    }

    fn list_of(
        &mut self,
        entity: EntityType,
        recognizer: &'static str,
        case: Case,
    ) -> Result<u8, CustomError> {
        let known = self.lists.iter().position(|list| list.recognizer == recognizer);
        let at = known.unwrap_or(self.lists.len());
        if known.is_none() {
            self.lists.push(List { entity, recognizer, case });
        }
        u8::try_from(at).ok().filter(|at| *at < LISTS_MAX).ok_or(CustomError::TooMany)
    }

    /// Makes the filter as large as the number of entries asks for.
    fn refill(&mut self) {
        let bits = (self.heads.hashes.len() * 8).next_power_of_two().max(1 << 12);
        if self.filter.len() * 64 >= bits {
            return;
        }
        self.filter = vec![0; bits / 64];
        for hash in self.heads.hashes.iter().filter(|hash| **hash != 0) {
            set_bit(&mut self.filter, *hash);
        }
    }
}

struct Hit {
    entity: EntityType,
    recognizer: &'static str,
    end: usize,
    words: usize,
}

/// The finding for an entry of so many words.
pub(super) fn finding(
    entity: EntityType,
    recognizer: &'static str,
    start: usize,
    end: usize,
    words: usize,
) -> Option<Finding> {
    // A single word may be an ordinary one.
    let base = if words > 1 { Score::new(0.7) } else { Score::SHAPE };
    Claim::new(entity, recognizer, base).because(Reason::Dictionary).at(start, end)
}

/// Hashes with a byte each, by open addressing; a hash of 0 is a free slot.
#[derive(Default)]
struct Table {
    hashes: Vec<u64>,
    values: Vec<u8>,
    used: usize,
}

impl Table {
    /// Makes room for `more`, with a third of the slots free.
    fn reserve(&mut self, more: usize) {
        let want = ((self.used + more) * 3 / 2).next_power_of_two().max(64);
        if want <= self.hashes.len() {
            return;
        }
        let hashes = std::mem::replace(&mut self.hashes, vec![0; want]);
        let values = std::mem::replace(&mut self.values, vec![0; want]);
        self.used = 0;
        for (hash, value) in hashes.into_iter().zip(values).filter(|(hash, _)| *hash != 0) {
            self.put(hash, value);
        }
    }

    fn get(&self, hash: u64) -> Option<u8> {
        let mask = self.hashes.len().checked_sub(1)?;
        let mut at = place(hash, self.hashes.len());
        loop {
            match self.hashes.get(at) {
                Some(slot) if *slot == hash => return self.values.get(at).copied(),
                Some(0) | None => return None,
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    /// Has room for one more: [`reserve`](Self::reserve) comes first.
    fn put(&mut self, hash: u64, value: u8) {
        let Some(mask) = self.hashes.len().checked_sub(1) else { return };
        let mut at = place(hash, self.hashes.len());
        while let (Some(slot), Some(held)) = (self.hashes.get_mut(at), self.values.get_mut(at)) {
            if *slot == 0 {
                self.used += 1;
                *slot = hash;
            }
            if *slot == hash {
                *held = value;
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

/// A word of a text.
#[derive(Clone, Copy)]
pub(super) struct HashedWord {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of its letters and digits without case and accents; never 0.
    pub(super) hash: u64,
}

/// The words of a text: runs of letters and digits; in scripts that write no blanks, each
/// character.
pub(super) struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }
}

impl Iterator for Words<'_> {
    type Item = HashedWord;

    fn next(&mut self) -> Option<HashedWord> {
        let bytes = self.text.as_bytes();
        let mut start = self.at;
        loop {
            let byte = *bytes.get(start)?;
            if byte.is_ascii_alphanumeric() {
                break;
            }
            if byte.is_ascii() {
                start += 1;
                continue;
            }
            let letter = self.text.get(start..)?.chars().next()?;
            if letter.is_alphanumeric() {
                break;
            }
            start += letter.len_utf8();
        }
        let mut hash = WORD;
        let mut end = start;
        while let Some(byte) = bytes.get(end) {
            if byte.is_ascii_alphanumeric() {
                hash = mixed(hash, u32::from(byte.to_ascii_lowercase()));
                end += 1;
                continue;
            }
            if byte.is_ascii() {
                break;
            }
            let Some(letter) = self.text.get(end..).and_then(|rest| rest.chars().next()) else {
                break;
            };
            let alone = stands_alone(letter);
            if !(letter.is_alphanumeric() || is_mark(letter)) || (alone && end > start) {
                break;
            }
            hash = folded(letter).fold(hash, |hash, letter| mixed(hash, u32::from(letter)));
            end += letter.len_utf8();
            if alone {
                break;
            }
        }
        self.at = end;
        Some(HashedWord { start, end, hash: hash.max(1) })
    }
}

/// `letter` in lower case and without its accents.
fn folded(letter: char) -> impl Iterator<Item = char> {
    let spelled = match letter {
        'ß' | 'ẞ' => ['s', 's'],
        'ø' | 'Ø' => ['o', '\0'],
        'ł' | 'Ł' => ['l', '\0'],
        'đ' | 'Đ' => ['d', '\0'],
        'æ' | 'Æ' => ['a', 'e'],
        'œ' | 'Œ' => ['o', 'e'],
        _ => ['\0', '\0'],
    };
    let plain = (spelled == ['\0', '\0']).then(|| {
        std::iter::once(letter)
            .nfkd()
            .filter(|letter| !is_mark(*letter))
            .flat_map(char::to_lowercase)
    });
    spelled.into_iter().filter(|letter| *letter != '\0').chain(plain.into_iter().flatten())
}

/// A combining accent.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&letter)
}

/// Chinese and Japanese characters, which no blank parts.
fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What may stand between two words of an entry: a few blanks or signs, no more than one line end.
fn may_lie_between(text: &str, from: usize, to: usize) -> bool {
    let Some(between) = text.get(from..to) else { return false };
    let plain = |byte: u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'\n' | b'\r' | b'-' | b'_' | b'.' | b',' | b'&' | b'\'' | b'/' | b'+'
        ) || byte >= 0x80
    };
    between.len() <= BETWEEN_BYTES_MAX
        && between.bytes().all(plain)
        && between.bytes().filter(|byte| *byte == b'\n').count() <= 1
}

/// What an entry of an exact list adds to its hash.
fn exact_hash(entry: &str) -> u64 {
    entry.chars().fold(EXACT, |hash, letter| mixed(hash, u32::from(letter)))
}

fn mixed(hash: u64, letter: u32) -> u64 {
    (hash.rotate_left(5) ^ u64::from(letter)).wrapping_mul(0x517C_C1B7_2722_0A95)
}

fn joined(whole: u64, word: u64) -> u64 {
    let mixed = (whole.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).max(1)
}

fn place(hash: u64, slots: usize) -> usize {
    let spread = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(spread >> 32).unwrap_or(0) & slots.saturating_sub(1)
}

fn bit_of(filter: &[u64], hash: u64) -> (usize, u64) {
    let bit = place(hash, filter.len() * 64);
    (bit / 64, 1 << (bit % 64))
}

fn set_bit(filter: &mut [u64], hash: u64) {
    let (at, bit) = bit_of(filter, hash);
    if let Some(word) = filter.get_mut(at) {
        *word |= bit;
    }
}

fn has_bit(filter: &[u64], hash: u64) -> bool {
    let (at, bit) = bit_of(filter, hash);
    filter.get(at).is_some_and(|word| word & bit != 0)
}

const WORD: u64 = 0x2545_F491_4F6C_DD1D;
const WHOLE: u64 = 0x8A91_A6D4_0BF4_2040;
const EXACT: u64 = 0x6C62_272E_07BB_0142;
const LETTERS_MIN: usize = 2;
const WORDS_MAX: usize = 24;
const LISTS_MAX: u8 = 250;
const BETWEEN_BYTES_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;
    use crate::custom::Custom;

    #[track_caller]
    fn check(case: Case, entries: &str, text: &str, want: &[&str]) {
        let mut builder = Custom::builder();
        builder.dictionary("list", EntityType::Custom, case, entries).unwrap();
        let found = found(builder, text);
        let got: Vec<&str> = found
            .iter()
            .filter(|(_, by)| *by == "dictionary/list")
            .map(|(value, _)| value.as_str())
            .collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn without_case_and_accents() {
        let list = "# customers\nMüller-Lüdenscheid GmbH\nZanderbek\nStraße 7 AG\n\n";
        check(
            Case::Folded,
            list,
            "MULLER LUDENSCHEID GMBH and zanderbek's; Strasse 7 AG; mu\u{308}ller lüdenscheid\ngmbh",
            &[
                "MULLER LUDENSCHEID GMBH",
                "zanderbek",
                "Strasse 7 AG",
                "mu\u{308}ller lüdenscheid\ngmbh",
            ],
        );
        check(Case::Folded, list, "Zanderbeks Müller GmbH Lüdenscheid zander bek", &[]);
    }

    #[test]
    fn exact() {
        check(
            Case::Exact,
            "Rose\nProject X9",
            "rose Rose project x9 Project X9",
            &["Rose", "Project X9"],
        );
    }

    #[test]
    fn the_longest_wins() {
        check(Case::Folded, "Blue\nBlue Heron", "blue heron, blue sky", &["blue heron", "blue"]);
    }

    #[test]
    fn scripts_without_blanks() {
        check(Case::Folded, "田中商事", "昨日田中商事から連絡", &["田中商事"]);
    }

    #[test]
    fn many_entries_are_all_found() {
        let entries: String = (0..5000).map(|n| format!("Kunde {n} Nord\n")).collect();
        let mut builder = Custom::builder();
        let loaded =
            builder.dictionary("list", EntityType::Custom, Case::Folded, &entries).unwrap();
        assert_eq!(loaded, Loaded { entries: 5000, skipped: 0 });
        let text = entries.to_lowercase();
        assert_eq!(found(builder, &text).len(), 5000);
    }

    #[test]
    fn what_is_too_short_or_too_long_is_counted() {
        let long = "word ".repeat(30);
        let mut builder = Custom::builder();
        let text = format!("a\n{long}\n--\nok\n");
        let loaded = builder.dictionary("list", EntityType::Custom, Case::Folded, &text).unwrap();
        assert_eq!(loaded, Loaded { entries: 1, skipped: 3 });
    }
}
