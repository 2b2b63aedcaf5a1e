//! [`Shadow`]: a stretch of text in plain letters, with a map back.

use memchr::memchr2_iter;
use privet_text::{Finding, Reason, Span};

use super::letter::{Plain, is_suspicious, plain};
use crate::reading::{byte, char_ceil, char_floor, run, run_back};

/// The shadows of those stretches of `text` that may hide something. Together they
/// are not longer than the text.
pub(crate) fn windows(text: &str) -> impl Iterator<Item = Shadow> + '_ {
    let mut sites = Vec::new();
    percent_and_entities(text, &mut sites);
    if !text.is_ascii() {
        foreign_letters(text, &mut sites);
        sites.sort_unstable();
    }
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for site in sites {
        match ranges.last_mut() {
            Some((_, end)) if site < *end => {}
            last => {
                let floor = last.as_ref().map_or(0, |(_, end)| *end);
                let (start, end) = around(text, site, floor);
                match last {
                    Some((_, last_end)) if start <= *last_end => *last_end = end,
                    _ => ranges.push((start, end)),
                }
            }
        }
    }
    ranges.into_iter().map(move |(start, end)| Shadow::new(text, start, end))
}

/// A stretch around `site`: to the next blanks, and some context beyond them.
fn around(text: &str, site: usize, floor: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let dense = |byte: u8| !byte.is_ascii_whitespace();
    let start = run_back(bytes, site, (site - floor).min(STRETCH_BYTES_MAX), dense);
    let end = run(bytes, site, STRETCH_BYTES_MAX, dense);
    let start = start.saturating_sub(CONTEXT_BYTES).max(floor);
    let end = (end + CONTEXT_BYTES).min(bytes.len());
    // A number may go on where another disguised place follows.
    let start = run_back(bytes, start, 64.min(start - floor), dense);
    let end = run(bytes, end, 64, dense);
    (char_floor(text, start).max(floor), char_ceil(text, end))
}

fn percent_and_entities(text: &str, sites: &mut Vec<usize>) {
    let bytes = text.as_bytes();
    for at in memchr2_iter(b'%', b'&', bytes) {
        if percent_byte(bytes, at).is_some_and(|byte| byte >= b' ') || entity_at(text, at).is_some()
        {
            sites.push(at);
        }
    }
}

fn foreign_letters(text: &str, sites: &mut Vec<usize>) {
    let bytes = text.as_bytes();
    for (at, letter) in text.char_indices().filter(|(_, letter)| !letter.is_ascii()) {
        let next = byte(bytes, at + letter.len_utf8());
        if is_suspicious(letter, crate::reading::before(bytes, at), next) {
            sites.push(at);
        }
    }
}

/// A stretch of text in plain letters.
pub(crate) struct Shadow {
    text: String,
    pieces: Vec<Piece>,
}

/// A run of the shadow and where it comes from.
struct Piece {
    /// Where it begins in the shadow.
    at: usize,
    /// Its origin.
    from: usize,
    /// One past its origin. Of a changed piece only the whole origin can be named.
    to: usize,
    /// What it was read behind; `None` if it stands there as it is.
    behind: Option<&'static str>,
}

impl Shadow {
    fn new(text: &str, start: usize, end: usize) -> Self {
        let mut shadow = Self { text: String::new(), pieces: Vec::new() };
        let mut at = start;
        while at < end {
            let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            at = shadow.take(text, at, letter);
        }
        shadow
    }

    /// Takes over the character at `at`; gives where the next one begins.
    fn take(&mut self, text: &str, at: usize, letter: char) -> usize {
        if let Some((decoded, end)) = percent_char(text.as_bytes(), at).filter(|_| letter == '%') {
            self.push(&String::from(decoded), at, end, Some("percent-encoding"));
            return end;
        }
        if let Some((decoded, end)) = entity_at(text, at).filter(|_| letter == '&') {
            self.push(&String::from(decoded), at, end, Some("HTML entities"));
            return end;
        }
        let end = at + letter.len_utf8();
        if letter.is_ascii() {
            self.push_same(letter, at, end);
            return end;
        }
        match plain(letter, stands_beside_latin(text, at, end)) {
            Plain::Same => self.push_same(letter, at, end),
            Plain::Removed => self.push("", at, end, Some("invisible characters")),
            Plain::Text(plain) => self.push(&plain, at, end, Some("look-alike characters")),
        }
        end
    }

    fn push_same(&mut self, letter: char, from: usize, to: usize) {
        match self.pieces.last_mut() {
            Some(piece) if piece.behind.is_none() => piece.to = to,
            _ => self.pieces.push(Piece { at: self.text.len(), from, to, behind: None }),
        }
        self.text.push(letter);
    }

    fn push(&mut self, plain: &str, from: usize, to: usize, behind: Option<&'static str>) {
        self.pieces.push(Piece { at: self.text.len(), from, to, behind });
        self.text.push_str(plain);
    }

    /// The plain text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The finding at its place in the original; `None` if it touches nothing that
    /// was changed, since then the plain reading saw it as well.
    pub(crate) fn mapped_back(&self, finding: Finding) -> Option<Finding> {
        let (start, end) = (finding.span.start(), finding.span.end());
        let first = self.piece_at(start);
        let last = self.piece_at(end - 1);
        let touched = self.pieces.get(first..=last)?;
        let behind = touched.iter().find_map(|piece| piece.behind)?;
        let (head, tail) = (touched.first()?, touched.last()?);
        let from = if head.behind.is_some() { head.from } else { head.from + (start - head.at) };
        let to = if tail.behind.is_some() { tail.to } else { tail.from + (end - tail.at) };
        let mut reasons = finding.reasons;
        reasons.push(Reason::Decoded(behind));
        Some(Finding { span: Span::new(from, to)?, reasons, ..finding })
    }

    /// The index of the piece that holds byte `at` of the shadow. Of pieces that
    /// begin at the same place, the last: the others are empty.
    fn piece_at(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1)
    }
}

/// Whether a Latin letter or a digit stands in the same word.
fn stands_beside_latin(text: &str, start: usize, end: usize) -> bool {
    let is_part = |letter: &char| letter.is_alphanumeric();
    let left = text
        .get(..start)
        .unwrap_or_default()
        .chars()
        .rev()
        .take(WORD_CHARS_MAX)
        .take_while(is_part);
    let right =
        text.get(end..).unwrap_or_default().chars().take(WORD_CHARS_MAX).take_while(is_part);
    left.chain(right).any(|letter| letter.is_ascii_alphanumeric())
}

/// The byte that `%XX` at `at` stands for.
fn percent_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(byte(bytes, at)).to_digit(16);
    if byte(bytes, at) != b'%' {
        return None;
    }
    u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()
}

/// The character that one or more `%XX` at `at` stand for, and where they end.
fn percent_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = percent_byte(bytes, at)?;
    let length = match first {
        0x00..=0x7F => 1,
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut buffer = [0; 4];
    for (index, slot) in buffer.iter_mut().enumerate().take(length) {
        *slot = percent_byte(bytes, at + index * 3)?;
    }
    let decoded = std::str::from_utf8(buffer.get(..length)?).ok()?;
    Some((decoded.chars().next()?, at + length * 3))
}

/// The character that an HTML entity at `at` stands for, and where it ends.
fn entity_at(text: &str, at: usize) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if byte(bytes, at) != b'&' {
        return None;
    }
    let end =
        run(bytes, at + 1, ENTITY_BYTES_MAX, |byte| byte.is_ascii_alphanumeric() || byte == b'#');
    if byte(bytes, end) != b';' {
        return None;
    }
    let name = text.get(at + 1..end)?;
    let decoded = match name.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal
                .map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok());
            char::from_u32(code?)?
        }
        None => ENTITIES.iter().find(|(entity, _)| *entity == name)?.1,
    };
    Some((decoded, end + 1))
}

/// Named entities that can stand inside a value.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("commat", '@'),
    ("period", '.'),
    ("colon", ':'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("ndash", '-'),
    ("shy", '\u{AD}'),
    ("plus", '+'),
    ("equals", '='),
    ("num", '#'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("aacute", 'á'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("oslash", 'ø'),
    ("aring", 'å'),
];

const CONTEXT_BYTES: usize = 64;
const STRETCH_BYTES_MAX: usize = 4096;
const ENTITY_BYTES_MAX: usize = 10;
const WORD_CHARS_MAX: usize = 32;
