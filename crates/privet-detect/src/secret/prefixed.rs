//! [`Prefixed`]: a token that begins with letters of its own, such as `ghp_`.

use std::ops::RangeInclusive;

use privet_text::{EntityType, Finding, Reason, Score};

use super::value::{is_placeholder, looks_random};
use crate::claim::Claim;
use crate::reading::{byte, run, word_starts};
use crate::trigger::Site;

/// One kind of token: its prefix, then so many characters of an alphabet.
pub(crate) struct Prefixed {
    /// Recognizer id, such as `secret/github-token`.
    pub(super) id: &'static str,
    /// The prefix with its true case.
    pub(super) prefix: &'static str,
    /// What may follow.
    pub(super) alphabet: Alphabet,
    /// How many characters may follow.
    pub(super) length: RangeInclusive<usize>,
    /// What else must or may hold.
    pub(super) proof: Proof,
}

/// The characters of a token's body.
#[derive(Clone, Copy)]
pub(super) enum Alphabet {
    /// Letters and digits.
    Base62,
    /// Letters, digits, `-` and `_`.
    Url,
    /// Letters, digits, `-`, `_` and `.`.
    UrlDots,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Lower-case hexadecimal.
    Hex,
    /// Capital letters and digits.
    Upper,
    /// Everything up to a blank, quote or bracket.
    Link,
}

/// What speaks for a token beyond its shape.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    /// Nothing else has this shape.
    Shape,
    /// The body must look random, since the prefix is common.
    Random,
    /// A checksum that confirms if it holds; old tokens have none.
    Checksum(fn(&str) -> bool),
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Base62 => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::UrlDots => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Link => {
                byte.is_ascii_graphic()
                    && !matches!(
                        byte,
                        b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b'\\' | b',' | b';'
                    )
            }
        }
    }
}

/// Reads the token that begins at a trigger.
pub(crate) fn read_prefixed(
    token: &Prefixed,
    site: &Site<'_>,
    found: &mut dyn FnMut(Finding),
) -> usize {
    if !site.bytes.get(site.start..).is_some_and(|rest| rest.starts_with(token.prefix.as_bytes())) {
        return site.start;
    }
    let from = site.start + token.prefix.len();
    let max = *token.length.end();
    let end = run(site.bytes, from, max + 1, |byte| token.alphabet.holds(byte));
    // A sentence may end right after a token.
    let end = trim_end(site.bytes, from, end);
    let fits = token.length.contains(&(end - from));
    let followed = token_goes_on(byte(site.bytes, end));
    let Some(value) = site.text.get(site.start..end) else { return from };
    let body = site.text.get(from..end).unwrap_or_default();
    if !fits || followed || !word_starts(site.bytes, site.start) || is_placeholder(body) {
        return from;
    }
    let claim = |base| Claim::new(EntityType::Secret, token.id, base);
    let claim = match token.proof {
        Proof::Random if !looks_random(body) => return from,
        Proof::Checksum(holds) if holds(value) => claim(Score::SHAPE).because(Reason::Checksum),
        Proof::Shape | Proof::Random | Proof::Checksum(_) => claim(Score::PATTERN),
    };
    if let Some(finding) = claim.at(site.start, end) {
        found(finding);
    }
    end
}

/// Leaves out full stops and dashes that end a sentence rather than the token.
fn trim_end(bytes: &[u8], from: usize, end: usize) -> usize {
    let body = bytes.get(from..end).unwrap_or_default();
    end - body.iter().rev().take_while(|byte| matches!(byte, b'.' | b'!' | b'?' | b':')).count()
}

/// Whether a token that ends here would be a piece of something longer.
fn token_goes_on(next: u8) -> bool {
    next.is_ascii_alphanumeric() || next == b'_'
}
