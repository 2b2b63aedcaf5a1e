//! Text that looks like one of Privet's own tokens.
//!
//! A client may well send `PERSON_K7Q2MX`: a log of an earlier masked call, or a
//! test of Privet itself. Restoring must not take it for a token of ours, so it is
//! found, masked like any value, and comes back as it was written.
//!
//! Grammar: the stem of an entity type, an underscore with an optional backslash
//! before it (Markdown), then 6 to 26 characters of Crockford's base32 alphabet and no
//! further ASCII letter or digit; after `SECRET` it is 6 digits or more. The case of
//! ASCII letters does not count. A token may stand directly after letters.

use memchr::memchr_iter;
use privet_text::{EntityType, Finding, Score};

use crate::Detector;
use crate::claim::Claim;
use crate::reading::{before, precedes, run};

/// Whether the whole of `text` has the form of a token.
///
/// ```
/// assert!(privet_detect::looks_like_token("PERSON_K7Q2MX"));
/// assert!(privet_detect::looks_like_token(r"person\_k7q2mx"));
/// assert!(!privet_detect::looks_like_token("PERSON_K7Q2"));
/// ```
pub fn looks_like_token(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'_', bytes).any(|at| token_around(bytes, at) == Some((0, bytes.len())))
}

/// Finds text that has the form of a token.
pub(crate) struct TokenLiterals;

impl Detector for TokenLiterals {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let bytes = text.as_bytes();
        for at in memchr_iter(b'_', bytes) {
            let Some((start, end)) = token_around(bytes, at) else { continue };
            let claim = Claim::new(EntityType::TokenLiteral, "token-literal", Score::CHECKSUM);
            if let Some(finding) = claim.at(start, end) {
                found(finding);
            }
        }
    }
}

/// The bounds of the token whose underscore stands at `at`.
fn token_around(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let stem_end = if before(bytes, at) == b'\\' { at - 1 } else { at };
    if !before(bytes, stem_end).is_ascii_alphabetic() {
        return None;
    }
    let from = at + 1;
    // Most underscores stand in names of programs, where no digit follows soon.
    if !bytes
        .get(from..from + LABEL_MIN)
        .is_some_and(|label| label.iter().all(|byte| is_crockford(*byte)))
    {
        return None;
    }
    let entity = EntityType::ALL.iter().find(|entity| precedes(bytes, stem_end, entity.stem()))?;
    let end = if *entity == EntityType::Secret {
        run(bytes, from, usize::MAX, |byte| byte.is_ascii_digit())
    } else {
        run(bytes, from, LABEL_MAX + 1, is_crockford)
    };
    let length = end - from;
    let long_enough = length >= LABEL_MIN;
    let short_enough = length <= LABEL_MAX || *entity == EntityType::Secret;
    let ends = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    // Every label of Privet's has a digit near its start; `ip_address` has none.
    let digits = bytes.get(from..end.min(from + LABEL_HEAD)).unwrap_or_default();
    let has_digit = digits.iter().any(u8::is_ascii_digit);
    (long_enough && short_enough && ends && has_digit)
        .then(|| (stem_end - entity.stem().len(), end))
}

fn is_crockford(byte: u8) -> bool {
    byte.is_ascii_digit()
        || (byte.is_ascii_alphabetic()
            && !matches!(byte.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U'))
}

const LABEL_MIN: usize = 6;
const LABEL_HEAD: usize = 7;
const LABEL_MAX: usize = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        TokenLiterals.detect(text, &mut |f| got.extend(f.span.of(text).map(str::to_owned)));
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn tokens() {
        check(
            "ask PERSON_K7Q2MX and EMAIL_0123456789ABCDEFGHJKMNPQRS.",
            &["PERSON_K7Q2MX", "EMAIL_0123456789ABCDEFGHJKMNPQRS"],
        );
        check("person_k7q2mx's", &["person_k7q2mx"]);
        check(r"PERSON\_K7Q2MX", &[r"PERSON\_K7Q2MX"]);
        check("xPERSON_K7Q2MX", &["PERSON_K7Q2MX"]);
        check("a_PERSON_K7Q2MX_b", &["PERSON_K7Q2MX"]);
        check("SECRET_000012 SECRET_1234567", &["SECRET_000012", "SECRET_1234567"]);
        check("PERSON_K7Q2MXé", &["PERSON_K7Q2MX"]);
    }

    #[test]
    fn not_tokens() {
        check("PERSON_K7Q2M", &[]); // too short
        check("PERSON_K7Q2MXI", &[]); // I is not in the alphabet, and it is a letter
        check("PERSON_K7Q2MXO PERSON-K7Q2MX PERSONK7Q2MX", &[]);
        check("EMAIL_0123456789ABCDEFGHJKMNPQRST", &[]); // 27 characters
        check("SECRET_12345", &[]);
        check("SECRET_ABCDEF", &[]);
        check("ip_address user_settings email_marketing", &[]); // no digit
        check("__init__ some_function_name _", &[]);
    }
}
