//! Words as names are written: letters, inner hyphens and apostrophes.

use super::lexicon::{AMBIGUOUS, FAMILY, FIRST, Flags, flags_of};
use crate::reading::{before, byte};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `jane`
    Lower,
    /// `Jane`, `McDonald`, `Jean-Pierre`
    Capital,
    /// `JANE`
    Upper,
    /// `J`
    Initial,
    /// `iPhone`, `getName`
    Mixed,
}

/// One word of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte, a possessive `'s` left out.
    pub(crate) end: usize,
    /// What the dictionary knows about it.
    pub(crate) flags: Flags,
    /// How it is written.
    pub(crate) case: Case,
}

impl Word {
    /// Whether the dictionary knows any of `flags` about it.
    pub(crate) fn is(self, flags: Flags) -> bool {
        self.flags & flags != 0
    }

    /// Length in bytes.
    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it is written as a name is: capitalised, in capitals or an initial.
    pub(crate) fn looks_proper(self) -> bool {
        matches!(self.case, Case::Capital | Case::Upper | Case::Initial)
    }
}

/// The word that begins at `start`; `None` if none does, or if it is a piece of an
/// identifier such as `name_2`.
pub(crate) fn word_at(text: &str, start: usize) -> Option<Word> {
    let tail = text.get(start..)?;
    let mut hash = 0;
    let mut part_hash = 0;
    let mut shape = Shape::default();
    let mut end = 0;
    let mut chars = tail.char_indices().take(WORD_CHARS_MAX).peekable();
    while let Some((at, letter)) = chars.next() {
        if letter.is_alphabetic() {
            shape.add(letter);
            if let Some(folded) = fold(letter) {
                hash = mix(hash, folded);
            }
            end = at + letter.len_utf8();
            continue;
        }
        let joins = matches!(letter, '-' | '\'' | '’') && end > 0;
        let Some((_, next)) = chars.peek().filter(|(_, next)| joins && next.is_alphabetic()) else {
            break;
        };
        if letter != '-' && is_possessive(tail, at + letter.len_utf8(), *next) {
            break;
        }
        if part_hash == 0 {
            part_hash = hash;
        }
        shape.restart();
    }
    let next = byte(text.as_bytes(), start + end);
    if end == 0 || next == b'_' || next.is_ascii_digit() {
        return None;
    }
    // `Anne-Sophie` is known when `Anne` is, unless it is listed itself.
    let flags = match flags_of(hash) {
        0 if part_hash != 0 && shape.first_upper => {
            flags_of(part_hash) & (FIRST | FAMILY | AMBIGUOUS)
        }
        flags => flags,
    };
    Some(Word { start, end: start + end, flags, case: shape.case() })
}

/// Whether an `s` after an apostrophe ends the word: `Jane's`.
fn is_possessive(tail: &str, at: usize, next: char) -> bool {
    let after = tail.get(at + 1..).and_then(|rest| rest.chars().next());
    matches!(next, 's' | 'S') && !after.is_some_and(char::is_alphanumeric)
}

/// The word after `word` when exactly one blank lies between, or the full stop of
/// an initial and a blank.
pub(crate) fn next_word(text: &str, word: Word) -> Option<Word> {
    let bytes = text.as_bytes();
    let dotted = byte(bytes, word.end) == b'.' && word.len() <= 2;
    let at = word.end + usize::from(dotted);
    let blank = match byte(bytes, at) {
        b' ' => 1,
        0xC2 if byte(bytes, at + 1) == 0xA0 => 2,
        // "J.R. Doe": initials need no blank between them.
        _ if dotted && byte(bytes, at).is_ascii_uppercase() => 0,
        _ => return None,
    };
    word_at(text, at + blank)
}

/// The word that ends right before the blank before `at`.
pub(crate) fn previous_word(text: &str, at: usize) -> Option<Word> {
    let bytes = text.as_bytes();
    let end = at.checked_sub(1).filter(|end| byte(bytes, *end) == b' ')?;
    let end = if before(bytes, end) == b'.' { end - 1 } else { end };
    let head = text.get(..end)?;
    let start = head
        .char_indices()
        .rev()
        .take(WORD_CHARS_MAX)
        .take_while(|(_, letter)| letter.is_alphabetic())
        .last()
        .map(|(index, _)| index)?;
    word_at(text, start)
}

/// The letters of one word, to tell how it is written.
#[derive(Default)]
struct Shape {
    letters: usize,
    upper: usize,
    part: usize,
    part_upper: usize,
    first_upper: bool,
    odd: bool,
    last_part_lower: bool,
}

impl Shape {
    fn add(&mut self, letter: char) {
        let upper = letter.is_uppercase();
        if self.letters == 0 {
            self.first_upper = upper;
        }
        // `McDonald`, `MacLeod`, `DeShawn`: a second capital after two or three letters.
        if upper && self.part > 0 && self.part_upper != self.part && !matches!(self.part, 2 | 3) {
            self.odd = true;
        }
        self.letters += 1;
        self.part += 1;
        self.upper += usize::from(upper);
        self.part_upper += usize::from(upper);
        self.last_part_lower = self.part_upper == 0;
    }

    fn restart(&mut self) {
        self.part = 0;
        self.part_upper = 0;
    }

    fn case(&self) -> Case {
        match (self.first_upper, self.upper, self.letters) {
            (true, 1, 1) => Case::Initial,
            (_, upper, letters) if upper == letters => Case::Upper,
            (false, 0, _) => Case::Lower,
            (true, upper, _) if !self.odd && upper <= 3 => Case::Capital,
            _ => Case::Mixed,
        }
    }
}

/// Adds a folded letter to a hash (FNV-1a). Its high bits are the good ones.
pub(crate) fn mix(hash: u64, letter: u8) -> u64 {
    (hash ^ u64::from(letter)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The letter without accent and in lower case; `None` for hyphens and the like.
pub(crate) fn fold(letter: char) -> Option<u8> {
    if letter.is_ascii_alphabetic() {
        return Some(letter.to_ascii_lowercase() as u8);
    }
    if letter.is_ascii() {
        return None;
    }
    Some(match letter {
        'À'..='Æ' | 'à'..='æ' | 'Ā'..='ą' | 'Ǎ' | 'ǎ' | 'Ạ'..='ặ' => b'a',
        'Ç' | 'ç' | 'Ć'..='č' => b'c',
        'Ð' | 'ð' | 'Ď'..='đ' => b'd',
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' | 'Ẹ'..='ệ' => b'e',
        'Ĝ'..='ģ' | 'Ǧ' | 'ǧ' => b'g',
        'Ĥ'..='ħ' => b'h',
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' | 'Ỉ'..='ị' => b'i',
        'Ĵ' | 'ĵ' => b'j',
        'Ķ'..='ĸ' => b'k',
        'Ĺ'..='ł' => b'l',
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => b'n',
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='œ' | 'Ơ' | 'ơ' | 'Ọ'..='ợ' => b'o',
        'Ŕ'..='ř' => b'r',
        'Ś'..='š' | 'ß' | 'Ș' | 'ș' => b's',
        'Ţ'..='ŧ' | 'Þ' | 'þ' | 'Ț' | 'ț' => b't',
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' | 'Ư' | 'ư' | 'Ụ'..='ự' => b'u',
        'Ŵ' | 'ŵ' => b'w',
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' | 'Ỳ'..='ỹ' => b'y',
        'Ź'..='ž' => b'z',
        '’' => return None,
        _ => OTHER_SCRIPT,
    })
}

/// Stands for every letter that is not Latin: no such word is in the dictionary.
const OTHER_SCRIPT: u8 = 1;
const WORD_CHARS_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (text, case) in [
            ("jane", Case::Lower),
            ("Jane", Case::Capital),
            ("McDonald", Case::Capital),
            ("Jean-Pierre", Case::Capital),
            ("O'Brien", Case::Capital),
            ("Min-jun", Case::Capital),
            ("JANE", Case::Upper),
            ("J", Case::Initial),
            ("iPhone", Case::Mixed),
            ("JavaScript", Case::Mixed),
            ("getName", Case::Mixed),
            ("Émilie", Case::Capital),
        ] {
            assert_eq!(word_at(text, 0).map(|word| word.case), Some(case), "{text}");
        }
    }

    #[test]
    fn ends() {
        let end = |text: &str| word_at(text, 0).map(|word| word.end);
        assert_eq!(end("Jane's book"), Some(4));
        assert_eq!(end("Jane-"), Some(4));
        assert_eq!(end("Jane_2"), None);
        assert_eq!(end("Jane2"), None);
        assert_eq!(end("O’Brien,"), Some("O’Brien".len()));
    }
}
