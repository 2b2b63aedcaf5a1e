//! Tokens and sentences: words with their shape, every other mark by itself.

use crate::lexicon::{Known, Lexicon, fold, mix};

/// How a token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Shape {
    /// `jane`
    Lower,
    /// `Jane`
    Capital,
    /// `JANE`
    Upper,
    /// `J`
    Initial,
    /// `iPhone`, `McDonald`
    Mixed,
    /// `2026`
    Digits,
    /// `x64`, `snake_case`
    Identifier,
    /// Letters of a script without case.
    Caseless,
    /// A mark.
    Mark,
}

/// A word, number or mark.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// How it is written.
    pub shape: Shape,
    /// What the lists know about it.
    pub known: Known,
    /// Of its letters in lower case.
    pub(crate) hash: u64,
    /// Of its first and last letters: two, three, four of each.
    pub(crate) heads: [u64; 3],
    pub(crate) tails: [u64; 3],
    /// Number of letters, at most 15.
    pub(crate) length: u8,
    /// A blank stands before it.
    pub(crate) spaced: bool,
}

/// Tokens that are tagged together, all of one line.
#[derive(Clone, Copy, Debug)]
pub struct Sentence<'t> {
    /// The tokens.
    pub tokens: &'t [Token],
    /// The first token of the line, by hash: often a label such as `Name`.
    pub(crate) line_head: u64,
    /// Whether the sentence begins the line.
    pub(crate) begins_line: bool,
}

/// Longer lines are tagged in pieces of this many tokens.
const TOKENS_MAX: usize = 160;

/// Hands every sentence of `text` to `each`. `room` is reused between calls.
pub fn sentences(
    text: &str,
    lexicon: &Lexicon,
    room: &mut Vec<Token>,
    mut each: impl FnMut(Sentence<'_>),
) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        room.clear();
        tokens(line, at, lexicon, room);
        at += line.len();
        let line_head = room.first().map_or(0, |token| token.hash);
        let mut from = 0;
        while from < room.len() {
            let rest = room.get(from..).unwrap_or_default();
            let length = sentence_length(text, rest);
            let tokens = rest.get(..length).unwrap_or(rest);
            each(Sentence { tokens, line_head, begins_line: from == 0 });
            from += length.max(1);
        }
    }
}

/// Whether words are more than half of `tokens`: in programs and tables they are not.
pub fn is_prose(tokens: &[Token]) -> bool {
    let is_word = |token: &&Token| {
        !matches!(token.shape, Shape::Mark | Shape::Digits | Shape::Identifier | Shape::Caseless)
    };
    tokens.iter().filter(is_word).count() * 2 > tokens.len()
}

/// Tokens up to the end of the first sentence of `tokens`.
fn sentence_length(text: &str, tokens: &[Token]) -> usize {
    let ends = tokens.windows(3).take(TOKENS_MAX).position(|window| {
        let [before, mark, after] = window else { return false };
        let stop = mark.shape == Shape::Mark
            && matches!(text.as_bytes().get(mark.start), Some(b'.' | b'!' | b'?'));
        // After an initial or a short title a full stop ends nothing.
        let abbreviated = before.shape == Shape::Initial || before.length <= 3;
        stop && !abbreviated && after.spaced && after.shape != Shape::Lower
    });
    ends.map_or(tokens.len().min(TOKENS_MAX), |position| position + 2)
}

fn tokens(line: &str, offset: usize, lexicon: &Lexicon, room: &mut Vec<Token>) {
    let mut letters = line.char_indices().peekable();
    let mut spaced = true;
    while let Some((start, letter)) = letters.next() {
        if letter.is_whitespace() {
            spaced = true;
            continue;
        }
        let mut word = Reading::default();
        word.add(letter);
        let mut end = start + letter.len_utf8();
        if word.is_word {
            while let Some((at, letter)) = letters.peek().copied() {
                if !(letter.is_alphanumeric() || letter == '_' || is_combining(letter)) {
                    break;
                }
                word.add(letter);
                end = at + letter.len_utf8();
                letters.next();
            }
        }
        room.push(word.token(offset + start, offset + end, spaced, lexicon));
        spaced = false;
    }
}

fn is_combining(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// A token in the making.
#[derive(Default)]
struct Reading {
    is_word: bool,
    hash: u64,
    folded: u64,
    heads: [u64; 3],
    last: [u64; 4],
    count: u32,
    uppers: u32,
    lowers: u32,
    digits: u32,
    marks: u32,
    first_upper: bool,
}

impl Reading {
    fn add(&mut self, letter: char) {
        let lower = if letter.is_ascii() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_lowercase().next().unwrap_or(letter)
        };
        if self.count == 0 {
            self.is_word = letter.is_alphanumeric() || letter == '_';
            self.first_upper = letter.is_uppercase();
        }
        self.count += 1;
        if letter.is_numeric() {
            self.digits += 1;
        } else if letter == '_' {
            self.marks += 1;
        } else if letter.is_uppercase() {
            self.uppers += 1;
        } else if letter.is_lowercase() {
            self.lowers += 1;
        }
        self.hash = mix(self.hash, u64::from(u32::from(lower)));
        if let Some(folded) = fold(lower) {
            self.folded = mix(self.folded, u64::from(u32::from(folded)));
        }
        match self.count {
            2 => self.heads[0] = self.hash,
            3 => self.heads[1] = self.hash,
            4 => self.heads[2] = self.hash,
            _ => {}
        }
        self.last.rotate_left(1);
        self.last[3] = u64::from(u32::from(lower));
    }

    fn token(self, start: usize, end: usize, spaced: bool, lexicon: &Lexicon) -> Token {
        let tail = |letters: &[u64]| letters.iter().fold(7, |hash, letter| mix(hash, *letter));
        let [_, b, c, d] = self.last;
        Token {
            start,
            end,
            shape: self.shape(),
            known: if self.is_word { lexicon.known(self.folded) } else { Known::default() },
            hash: self.hash,
            heads: self.heads,
            tails: [tail(&[c, d]), tail(&[b, c, d]), tail(&self.last)],
            length: u8::try_from(self.count.min(15)).unwrap_or(15),
            spaced,
        }
    }

    fn shape(&self) -> Shape {
        let (upper, lower) = (self.uppers > 0, self.lowers > 0);
        if !self.is_word {
            Shape::Mark
        } else if self.digits == self.count {
            Shape::Digits
        } else if self.digits > 0 || self.marks > 0 {
            Shape::Identifier
        } else if self.uppers == 1 && self.count == 1 {
            Shape::Initial
        } else if !upper && !lower {
            Shape::Caseless
        } else if !upper {
            Shape::Lower
        } else if !lower {
            Shape::Upper
        } else if self.first_upper && self.uppers == 1 {
            Shape::Capital
        } else {
            Shape::Mixed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<Vec<(&str, Shape)>> {
        let mut all = Vec::new();
        sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
            let tokens = sentence.tokens.iter();
            all.push(tokens.map(|token| (&text[token.start..token.end], token.shape)).collect());
        });
        all
    }

    #[test]
    fn words_and_marks() {
        use Shape::{Capital, Caseless, Digits, Identifier, Initial, Lower, Mark, Mixed, Upper};
        let want = vec![
            ("J", Initial),
            (".", Mark),
            ("O", Initial),
            ("'", Mark),
            ("Brien", Capital),
            ("(", Mark),
            ("CEO", Upper),
            (")", Mark),
            ("wrote", Lower),
            ("x64", Identifier),
            ("in", Lower),
            ("2026", Digits),
            (",", Mark),
            ("McAfee", Mixed),
            ("Zoë", Capital),
            ("東京", Caseless),
        ];
        assert_eq!(cut("J. O'Brien (CEO) wrote x64 in 2026, McAfee Zoë 東京"), [want]);
    }

    #[test]
    fn sentences_end() {
        let lengths = |text: &str| cut(text).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths("She went home. Then J. Doe came."), [4, 6]);
        assert_eq!(lengths("one two\n\nthree"), [2, 1]);
        assert_eq!(lengths(""), Vec::<usize>::new());
        assert_eq!(lengths(&"a ".repeat(400)), [160, 160, 80]);
    }
}
