//! [`Lexicon`]: what word lists know about a word.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What the lists know about a word, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// A first name.
    pub const FIRST: Self = Self(1);
    /// A family name.
    pub const FAMILY: Self = Self(2);
    /// A place of one word.
    pub const PLACE: Self = Self(4);
    /// A word in the name of a place of several.
    pub const PLACE_PART: Self = Self(8);

    /// As bits.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether any bit of `other` is set.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Words by hash. Two words that share a hash of 64 bits are too rare to matter.
pub struct Lexicon {
    /// Open addressing; a hash of 0 is a free slot.
    slots: Vec<(u64, Flags)>,
}

const FIRST: &str = include_str!("../data/first.txt");
const FAMILY: &str = include_str!("../data/family.txt");
const PLACE: &str = include_str!("../data/place.txt");
/// More than twice the number of words.
const SLOTS: usize = 1 << 18;

static SHARED: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { slots: vec![(0, Flags::default()); SLOTS] };
    let listed = |list: &'static str| list.lines().filter(|line| !line.starts_with('#'));
    listed(FIRST).for_each(|word| lexicon.add(word, Flags::FIRST));
    listed(FAMILY).for_each(|word| lexicon.add(word, Flags::FAMILY));
    for place in listed(PLACE) {
        match place.split_once(' ') {
            None => lexicon.add(place, Flags::PLACE),
            Some(_) => {
                let words = place.split(' ').filter(|word| word.chars().count() >= 4);
                words.for_each(|word| lexicon.add(word, Flags::PLACE_PART));
            }
        }
    }
    lexicon
});

impl Lexicon {
    /// The lists that come with the program, built at the first use.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// What is known about the word with this [`folded_hash`].
    pub fn flags(&self, hash: u64) -> Flags {
        let from = (hash >> (64 - SLOTS.ilog2())) as usize;
        for at in (from..SLOTS).chain(0..from) {
            match self.slots.get(at) {
                Some((slot, flags)) if *slot == hash => return *flags,
                Some((0, _)) | None => break,
                Some(_) => {}
            }
        }
        Flags::default()
    }

    fn add(&mut self, word: &str, flags: Flags) {
        let hash = folded_hash(word);
        let from = (hash >> (64 - SLOTS.ilog2())) as usize;
        for at in (from..SLOTS).chain(0..from) {
            let Some((slot, known)) = self.slots.get_mut(at) else { return };
            if *slot == 0 || *slot == hash {
                *slot = hash;
                known.0 |= flags.0;
                return;
            }
        }
    }
}

/// The hash of a word without regard to case and accents.
pub fn folded_hash(word: &str) -> u64 {
    let lower = word.chars().flat_map(char::to_lowercase);
    lower.filter_map(fold).fold(0, |hash, letter| mix(hash, u64::from(u32::from(letter))))
}

/// A lower-case letter without its accent; `None` for an accent by itself.
pub(crate) fn fold(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return Some(letter);
    }
    match letter {
        'ø' => Some('o'),
        'ł' => Some('l'),
        'đ' => Some('d'),
        'ı' => Some('i'),
        '’' => Some('\''),
        '\u{300}'..='\u{36f}' => None,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => std::iter::once(letter).nfd().next(),
        _ => Some(letter),
    }
}

/// Takes another part into a hash.
pub(crate) fn mix(hash: u64, part: u64) -> u64 {
    let mixed =
        (hash ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_whatever_their_accents() {
        let flags = |word: &str| Lexicon::shared().flags(folded_hash(word));
        assert!(flags("Jürgen").any(Flags::FIRST) && flags("JURGEN").any(Flags::FIRST));
        assert!(flags("Müller").any(Flags::FAMILY));
        assert!(flags("Berlin").any(Flags::PLACE));
        assert!(flags("Angeles").any(Flags::PLACE_PART));
        assert_eq!(flags("zzyzx"), Flags::default());
    }
}
