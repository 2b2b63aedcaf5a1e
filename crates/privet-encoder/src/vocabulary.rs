//! [`Vocabulary`]: words as pieces (WordPiece; Schuster and Nakajima, 2012), without case
//! and accents.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The pieces that the encoder knows, by number.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Pieces that begin a word.
    heads: HashMap<&'static str, u16>,
    /// Pieces that go on, without the `##` before them.
    tails: HashMap<&'static str, u16>,
    unknown: u16,
    begin: u16,
    end: u16,
    hidden: u16,
}

impl Vocabulary {
    /// Of a list of pieces, one a line, numbered from 0. `None` if a special piece is
    /// missing or there are too many.
    pub fn new(list: &'static str) -> Option<Self> {
        let (mut heads, mut tails) = (HashMap::new(), HashMap::new());
        for (number, piece) in list.lines().enumerate() {
            let number = u16::try_from(number).ok()?;
            match piece.strip_prefix("##").filter(|tail| !tail.is_empty()) {
                Some(tail) => tails.insert(tail, number),
                None => heads.insert(piece, number),
            };
        }
        let special = |name: &str| heads.get(name).copied();
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
        let letters = word.chars().take(WORD_LETTERS_MAX).flat_map(char::to_lowercase);
        let plain: String = letters.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
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
            let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let ends: Vec<usize> = ends.take(PIECE_LETTERS_MAX).collect();
            let fits = ends.iter().rev().find_map(|end| {
                let (piece, after) = rest.split_at_checked(*end)?;
                Some((*known.get(piece)?, after))
            });
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
/// No piece has more letters.
const PIECE_LETTERS_MAX: usize = 20;

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
