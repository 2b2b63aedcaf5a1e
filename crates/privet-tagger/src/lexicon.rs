//! [`Lexicon`]: what word lists know about a word.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::model::ModelError;

/// Which lists a word stands in, as bits.
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
    /// Stands before a name: "Mrs", "Herr", "Mme".
    pub const TITLE: Self = Self(16);
    /// Says that a name is a company's or an institution's: "GmbH", "University".
    pub const COMPANY: Self = Self(32);
    /// A day or a month.
    pub const CALENDAR: Self = Self(64);

    /// As bits.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether any bit of `other` is set.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The bits of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is known about a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The lists it stands in.
    pub flags: Flags,
    /// The cluster of words that stand in like contexts, from 1; 0 if it is in none.
    pub cluster: u16,
    /// How common it is, from 1 to 7; 0 for rare words.
    pub frequency: u8,
    /// The language in which it is most common, from 1; 0 for rare words.
    pub language: u8,
}

/// A language, by its number in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language(u8);

impl Language {
    pub(crate) const PORTUGUESE: Self = Self(7);
    pub(crate) const SWEDISH: Self = Self(8);

    /// The one in which most of these words are most common, the first of several; `None` if
    /// all are rare.
    pub(crate) fn of(words: impl Iterator<Item = Known>) -> Option<Self> {
        let mut counts = [0; LANGUAGES + 1];
        for word in words {
            if let Some(count) = counts.get_mut(usize::from(word.language)) {
                *count += 1;
            }
        }
        let counts = (0..).zip(counts).skip(1).filter(|(_, count)| *count > 0);
        let most = counts.reduce(|most, next| if next.1 > most.1 { next } else { most });
        most.map(|(number, _)| Self(number))
    }
}

/// English, German, Spanish, French, Italian, Dutch, Portuguese, Swedish.
const LANGUAGES: usize = 8;

/// Clusters are numbered from 1 up to this.
pub const CLUSTERS: usize = 1024;

/// Words by hash: one table, used as it lies in the program.
#[derive(Clone, Copy, Debug)]
pub struct Lexicon {
    /// The cluster of clusters of each cluster.
    coarse: &'static [u8],
    /// Open addressing; a slot whose fingerprint is 0 is free.
    slots: &'static [[u8; SLOT_BYTES]],
}

static TABLE: &[u8] = include_bytes!("../model/words.bin");

static SHARED: LazyLock<Lexicon> = LazyLock::new(|| {
    let none = Lexicon { coarse: &[], slots: &[] };
    Lexicon::decode(TABLE).unwrap_or(none)
});

impl Lexicon {
    /// The lists that come with the program.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// The table that [`encode`](Self::encode) made.
    ///
    /// # Errors
    /// If it is none.
    pub fn decode(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError)?;
        let (coarse, rest) = rest.split_at_checked(CLUSTERS + 1).ok_or(ModelError)?;
        match rest.as_chunks() {
            (slots, []) if !slots.is_empty() => Ok(Self { coarse, slots }),
            _ => Err(ModelError),
        }
    }

    /// `words` by [`folded_hash`], and the cluster of each cluster, as bytes.
    pub fn encode(words: &[(u64, Known)], coarse: &[u8]) -> Vec<u8> {
        let count = (words.len() * 7 / 5).max(8);
        let mut slots = vec![[0; SLOT_BYTES]; count];
        for (hash, known) in words {
            let from = first_slot(*hash, count);
            let free = (from..count).chain(0..from).find(|at| slots.get(*at) == Some(&[0; 8]));
            if let Some(slot) = free.and_then(|at| slots.get_mut(at)) {
                *slot = spelled(*hash, *known);
            }
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend((0..=CLUSTERS).map(|at| coarse.get(at).copied().unwrap_or_default()));
        slots.iter().for_each(|slot| bytes.extend_from_slice(slot));
        bytes
    }

    /// What is known about the word with this [`folded_hash`].
    pub fn known(&self, hash: u64) -> Known {
        let from = first_slot(hash, self.slots.len());
        let wanted = fingerprint(hash).to_le_bytes();
        let (wrapped, straight) = self.slots.split_at(from.min(self.slots.len()));
        for slot in straight.iter().chain(wrapped) {
            let [a, b, c, d, low, high, flags, common] = *slot;
            if [a, b, c, d] == wanted {
                return Known {
                    flags: Flags(flags),
                    cluster: u16::from_le_bytes([low, high]),
                    frequency: common & 7,
                    language: common >> 3,
                };
            }
            if [a, b, c, d] == [0; 4] {
                break;
            }
        }
        Known::default()
    }

    /// The cluster in which the cluster with this number lies.
    pub fn coarse(&self, cluster: u16) -> u8 {
        self.coarse.get(usize::from(cluster)).copied().unwrap_or_default()
    }
}

const MAGIC: &[u8] = b"privetW1";
/// Fingerprint, cluster, flags, frequency and language.
const SLOT_BYTES: usize = 8;

fn first_slot(hash: u64, slots: usize) -> usize {
    (((hash >> 32) * slots as u64) >> 32) as usize
}

fn fingerprint(hash: u64) -> u32 {
    hash as u32 | 1
}

fn spelled(hash: u64, known: Known) -> [u8; SLOT_BYTES] {
    let [a, b, c, d] = fingerprint(hash).to_le_bytes();
    let [low, high] = known.cluster.to_le_bytes();
    [a, b, c, d, low, high, known.flags.0, known.frequency & 7 | known.language << 3]
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
        let flags = |word: &str| Lexicon::shared().known(folded_hash(word)).flags;
        assert!(flags("Jürgen").any(Flags::FIRST) && flags("JURGEN").any(Flags::FIRST));
        assert!(flags("Müller").any(Flags::FAMILY));
        assert!(flags("Berlin").any(Flags::PLACE));
        assert!(flags("Angeles").any(Flags::PLACE_PART));
        assert!(flags("Mme").any(Flags::TITLE) && flags("GmbH").any(Flags::COMPANY));
        assert_eq!(flags("zzyzx"), Flags::default());
    }

    #[test]
    fn a_table_comes_back() {
        let words: Vec<(u64, Known)> = (0..100u16)
            .map(|n| {
                let known = Known {
                    flags: Flags((n % 8) as u8),
                    cluster: n + 1,
                    frequency: (n % 7) as u8,
                    language: (n % 9) as u8,
                };
                (folded_hash(&format!("word{n}")), known)
            })
            .collect();
        let bytes = Lexicon::encode(&words, &[0, 7, 9]).leak();
        let lexicon = Lexicon::decode(bytes).unwrap();
        for (hash, known) in &words {
            assert_eq!(lexicon.known(*hash), *known);
        }
        assert_eq!(lexicon.known(folded_hash("other")), Known::default());
        assert_eq!((lexicon.coarse(1), lexicon.coarse(2), lexicon.coarse(3)), (7, 9, 0));
        assert!(Lexicon::decode(b"privetW1").is_err());
    }
}
