//! The dictionary of names and of the words that tell names from other text.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::word::{fold, mix};

/// What the dictionary knows about a word: a set of the constants below.
pub(crate) type Flags = u16;

/// A first name.
pub(crate) const FIRST: Flags = 1;
/// A family name.
pub(crate) const FAMILY: Flags = 1 << 1;
/// A name that is an ordinary word, a place or a product as well.
pub(crate) const AMBIGUOUS: Flags = 1 << 2;
/// A form of address.
pub(crate) const TITLE: Flags = 1 << 3;
/// A small word inside names: `van`, `de`.
pub(crate) const PARTICLE: Flags = 1 << 4;
/// What follows a name: `Jr`, `PhD`.
pub(crate) const SUFFIX: Flags = 1 << 5;
/// What turns the name before it into a company, street or place.
pub(crate) const ORG: Flags = 1 << 6;
/// A capitalised word that is no part of a name.
pub(crate) const STOP: Flags = 1 << 7;

/// What is known about the word with this hash; 0 if nothing.
pub(super) fn flags_of(hash: u64) -> Flags {
    let lexicon = &*LEXICON;
    let bit = (hash as usize) & (FILTER_BITS - 1);
    // Nearly every word of a text is unknown: one bit says so without a look-up.
    let seen = lexicon.filter.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0);
    if seen { lexicon.flags.get(&hash).copied().unwrap_or(0) } else { 0 }
}

struct Lexicon {
    filter: Vec<u64>,
    flags: HashMap<u64, Flags>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { filter: vec![0; FILTER_BITS / 64], flags: HashMap::new() };
    let mut section = 0;
    for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = section_flag(name);
            continue;
        }
        for word in line.split_whitespace() {
            let hash = word.chars().filter_map(fold).fold(0, mix);
            let bit = (hash as usize) & (FILTER_BITS - 1);
            if let Some(slot) = lexicon.filter.get_mut(bit / 64) {
                *slot |= 1 << (bit % 64);
            }
            *lexicon.flags.entry(hash).or_insert(0) |= section;
        }
    }
    lexicon
});

fn section_flag(name: &str) -> Flags {
    match name {
        "first" => FIRST,
        "family" => FAMILY,
        "ambiguous" => AMBIGUOUS,
        "title" => TITLE,
        "particle" => PARTICLE,
        "suffix" => SUFFIX,
        "org" => ORG,
        "stop" => STOP,
        _ => 0,
    }
}

const NAMES: &str = include_str!("../../data/names.txt");
const FILTER_BITS: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(word: &str) -> Flags {
        flags_of(word.chars().filter_map(fold).fold(0, mix))
    }

    #[test]
    fn words_are_found_whatever_their_accents() {
        assert_eq!(flags("jurgen"), FIRST);
        assert_eq!(flags("MÜLLER") & FAMILY, FAMILY);
        assert_eq!(flags("o'brien") & FAMILY, FAMILY);
        assert_eq!(flags("zzyzx"), 0);
    }
}
