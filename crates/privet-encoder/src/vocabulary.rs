//! [`Vocabulary`]: words as pieces (WordPiece; Schuster and Nakajima, 2012), without case
//! and accents.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The pieces that the encoder knows, by number.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Pieces that begin a word.
    heads: Numbers,
    /// Pieces that go on, without the `##` before them.
    tails: Numbers,
    unknown: u16,
    begin: u16,
    end: u16,
    hidden: u16,
}

/// Numbers of pieces, by [`hashed`].
type Numbers = HashMap<u64, u16, BuildHasherDefault<Hashed>>;

impl Vocabulary {
    /// Of a list of pieces, one a line, numbered from 0. `None` if a special piece is
    /// missing or there are too many.
    pub fn new(list: &'static str) -> Option<Self> {
        let (mut heads, mut tails) = (Numbers::default(), Numbers::default());
        for (number, piece) in list.lines().enumerate() {
            let number = u16::try_from(number).ok()?;
            match piece.strip_prefix("##").filter(|tail| !tail.is_empty()) {
                Some(tail) => tails.insert(hashed(tail), number),
                None => heads.insert(hashed(piece), number),
            };
        }
        let special = |name: &str| heads.get(&hashed(name)).copied();
        let (unknown, begin) = (special("[UNK]")?, special("[CLS]")?);
        let (end, hidden) = (special("[SEP]")?, special("[MASK]")?);
        Some(Self { heads, tails, unknown, begin, end, hidden })
    }

    /// The piece that stands before each window.
    pub fn begin(&self) -> u16 {
        self.begin
    }

    /// The piece that stands after each window.
    pub fn end(&self) -> u16 {
        self.end
    }

    /// The piece that hides a word in training.
    pub fn hidden(&self) -> u16 {
        self.hidden
    }

    /// The pieces of a word or mark, at most [`WORD_PIECES_MAX`], at least one. Time is
    /// bounded, whatever the word.
    pub fn pieces(&self, word: &str, into: &mut Vec<u16>) {
        let from = into.len();
        let mut plain = String::with_capacity(word.len().min(WORD_LETTERS_MAX * 4));
        if word.is_ascii() {
            plain.extend(
                word.bytes().take(WORD_LETTERS_MAX).map(|b| b.to_ascii_lowercase() as char),
            );
        } else {
            let letters = word.chars().take(WORD_LETTERS_MAX).flat_map(char::to_lowercase);
            plain.extend(letters.nfd().filter(|letter| !is_combining_mark(*letter)));
        }
        let is_mark = |letter: char| !letter.is_alphanumeric();
        for part in plain.split_inclusive(is_mark) {
            match part.char_indices().next_back() {
                Some((at, last)) if is_mark(last) => {
                    let (word, mark) = part.split_at(at);
                    self.part(word, into);
                    self.part(mark, into);
                }
                _ => self.part(part, into),
            }
        }
        if into.len() == from {
            into.push(self.unknown);
        }
        into.truncate(from + WORD_PIECES_MAX);
    }

    /// The pieces of letters without marks: the longest that fits, again and again.
    fn part(&self, part: &str, into: &mut Vec<u16>) {
        let from = into.len();
        let mut rest = part;
        while !rest.is_empty() {
            let known = if into.len() == from { &self.heads } else { &self.tails };
            let mut hash = HASH_SEED;
            let mut fits = None;
            for (at, byte) in rest.bytes().enumerate().take(PIECE_BYTES_MAX) {
                hash = hash_step(hash, byte);
                if let Some(piece) = known.get(&hash) {
                    fits = rest.split_at_checked(at + 1).map(|(_, after)| (*piece, after)).or(fits);
                }
            }
            let Some((piece, after)) = fits else {
                into.truncate(from);
                into.push(self.unknown);
                return;
            };
            into.push(piece);
            rest = after;
        }
    }
}

/// Longer words are cut off: identifiers and hashes say nothing by their ends.
pub const WORD_PIECES_MAX: usize = 6;
/// So many letters of a word are read.
const WORD_LETTERS_MAX: usize = 40;
/// No piece has more bytes.
const PIECE_BYTES_MAX: usize = 20;

/// The hash of a piece (FNV-1a). Who finds a word that collides with a piece gets that piece.
fn hashed(piece: &str) -> u64 {
    piece.bytes().fold(HASH_SEED, hash_step)
}

fn hash_step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

const HASH_SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Takes a hash as it is, its upper half below.
#[derive(Clone, Copy, Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash_step(hash, *byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash ^ hash.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[UNK]\n[CLS]\n[SEP]\n[MASK]\nzoe\njan\n##e\n##ssen\n_\n.\nx\n##64\n#\n##j";

    fn check(word: &str, want: &[&str]) {
        let mut got = Vec::new();
        Vocabulary::new(LIST).unwrap().pieces(word, &mut got);
        let names: Vec<&str> = LIST.lines().collect();
        assert_eq!(got.iter().map(|n| names[usize::from(*n)]).collect::<Vec<_>>(), want, "{word}");
    }

    #[test]
    fn words_and_their_pieces() {
        check("Jane", &["jan", "##e"]);
        check("JANSSEN", &["jan", "##ssen"]);
        check("Zoë", &["zoe"]);
        check("Zoe\u{308}", &["zoe"]);
        check("jan_x64", &["jan", "_", "x", "##64"]);
        check(".", &["."]);
        check("##", &["#", "#"]);
        check("东", &["[UNK]"]);
        check("janq", &["[UNK]"]);
        check("\u{301}", &["[UNK]"]);
        check("x_x_x_x_x", &["x", "_", "x", "_", "x", "_"]);
    }

    #[test]
    fn a_list_without_special_pieces_is_none() {
        assert!(Vocabulary::new("jan\n[UNK]").is_none());
    }
}
