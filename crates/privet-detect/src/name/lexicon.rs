//! The dictionary of names and of the words that tell names from other text.

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
    LEXICON.flags_of(hash)
}

/// Words by hash. A word that is not listed costs one bit; two words of 64 bits that
/// share a hash are too rare to matter, and would only make a name of a word.
struct Lexicon {
    filter: Vec<u64>,
    /// Open addressing; a hash of 0 is a free slot.
    slots: Vec<(u64, Flags)>,
}

impl Lexicon {
    fn new() -> Self {
        Self { filter: vec![0; FILTER_BITS / 64], slots: vec![(0, 0); SLOTS] }
    }

    fn flags_of(&self, hash: u64) -> Flags {
        let bit = high_bits(hash, FILTER_BITS);
        // Nearly every word of a text is unknown: one bit says so without a look-up.
        if self.filter.get(bit / 64).is_none_or(|word| word & (1 << (bit % 64)) == 0) {
            return 0;
        }
        let from = high_bits(hash, SLOTS);
        let probed = self.slots.iter().cycle().skip(from).take(SLOTS);
        probed
            .take_while(|(slot, _)| *slot != 0)
            .find(|(slot, _)| *slot == hash)
            .map_or(0, |(_, flags)| *flags)
    }

    fn add(&mut self, hash: u64, flags: Flags) {
        let bit = high_bits(hash, FILTER_BITS);
        if let Some(word) = self.filter.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        let from = high_bits(hash, SLOTS);
        for at in (from..SLOTS).chain(0..from) {
            let Some((slot, known)) = self.slots.get_mut(at) else { return };
            if *slot == 0 || *slot == hash {
                *slot = hash;
                *known |= flags;
                return;
            }
        }
    }
}

/// As many of the high bits of `hash` as number `count` places, a power of two.
fn high_bits(hash: u64, count: usize) -> usize {
    (hash >> (u64::BITS - count.ilog2())) as usize
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::new();
    let mut section = 0;
    for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = section_flag(name);
            continue;
        }
        for word in line.split_whitespace() {
            lexicon.add(word.chars().filter_map(fold).fold(0, mix), section);
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
/// Several times the number of words, so that a look-up ends at once.
const SLOTS: usize = 1 << 15;

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
