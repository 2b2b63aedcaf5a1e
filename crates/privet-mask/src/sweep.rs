//! The last line of defence: a search of the outbound bytes for every
//! distinctive raw value of the request, in the spellings it could hide in.

use privet_text::EntityType;

use crate::escape_into;
use crate::needles::Needles;

/// Whether `surface` is so much its own that meeting it anywhere else in a
/// request means the same value. Common words are not: "Will" is no evidence.
pub fn is_distinctive(entity: EntityType, surface: &str) -> bool {
    let long = surface.chars().count();
    let is_long_phrase = || long >= 7 && surface.trim().contains(char::is_whitespace);
    match entity {
        EntityType::TokenLiteral => false,
        EntityType::Person | EntityType::Organization => is_long_phrase(),
        place if place.is_a(EntityType::Location) => is_long_phrase(),
        EntityType::Username => {
            long >= 6 && surface.bytes().any(|b| matches!(b, b'.' | b'-' | b'_' | b'0'..=b'9'))
        }
        _ => long >= 7,
    }
}

/// A set of raw values, ready to be searched for.
///
/// Building costs time linear in the values, searching is linear in the bytes.
pub struct Sweep {
    needles: Needles,
}

impl Sweep {
    /// A sweep for `values`: plain, JSON-escaped once and twice, with `\u` escapes,
    /// percent-encoded, and inside base64 at each of its three alignments.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Needles::default();
        for value in values {
            spellings(value, &mut needles);
        }
        Self { needles: needles.sorted() }
    }

    /// Whether any of the values stands in `bytes`.
    pub fn hits(&self, bytes: &[u8]) -> bool {
        self.needles.is_in(bytes)
    }
}

fn spellings(value: &str, needles: &mut Needles) {
    // Nobody asks which of them it was.
    let mut push = |spelling: &[u8]| needles.push(0, |bytes| bytes.extend_from_slice(spelling));
    push(value.as_bytes());
    if value.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) || !value.is_ascii() {
        for levels in 1..=2 {
            let mut escaped = String::new();
            escape_into(value, levels, &mut escaped);
            if levels == 1 && !value.is_ascii() {
                push(unicode_escaped(&escaped).as_bytes());
            }
            push(escaped.as_bytes());
        }
    }
    if !value.bytes().all(is_unreserved) {
        push(&percent_encoded(value));
    }
    for lead in 0..3 {
        if let Some(core) = base64_core(value.as_bytes(), lead) {
            push(&core);
        }
    }
}

fn unicode_escaped(value: &str) -> String {
    let mut escaped = String::new();
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(ascii) if ascii.is_ascii() => escaped.push(ascii as char),
            _ => escaped.push_str(&format!("\\u{unit:04x}")),
        }
    }
    escaped
}

fn percent_encoded(value: &str) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        match byte {
            byte if is_unreserved(byte) => encoded.push(byte),
            _ => {
                let digit = |nibble: u8| b"0123456789ABCDEF".get(usize::from(nibble)).copied();
                encoded.push(b'%');
                encoded.extend([byte >> 4, byte & 15].into_iter().filter_map(digit));
            }
        }
    }
    encoded
}

/// Stands in a URL as it is (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What `value` looks like inside a base64 text when `lead` bytes (0 to 2) of
/// its first group are not its own: the characters that depend on it alone.
/// `None` if they are too few to mean anything.
fn base64_core(value: &[u8], lead: usize) -> Option<Vec<u8>> {
    let mut padded = Vec::with_capacity(lead + value.len());
    padded.resize(lead, 0);
    padded.extend_from_slice(value);
    let skip = (lead * 8).div_ceil(6);
    let whole = padded.len() * 8 / 6;
    if whole < skip + BASE64_CHARS_MIN {
        return None;
    }
    let mut encoded = data_encoding::BASE64_NOPAD.encode(&padded).into_bytes();
    encoded.truncate(whole);
    encoded.drain(..skip);
    Some(encoded)
}

/// Fewer characters of base64 prove nothing.
const BASE64_CHARS_MIN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_nowhere() {
        let sweep = Sweep::new(["jane.doe@acme.test", "O\"Brien & Söhne"]);
        for text in [
            "x jane.doe@acme.test y",
            "JANE.DOE@ACME.TEST",
            "jane.doe%40acme.test",
            r#"{"n":"O\"Brien & Söhne"}"#,
            r#"{"n":"O\"Brien & S\u00f6hne"}"#,
        ] {
            assert!(sweep.hits(text.as_bytes()), "{text}");
        }
        for lead in ["", "a", "ab", "abc"] {
            let hidden =
                data_encoding::BASE64.encode(format!("{lead}jane.doe@acme.test!").as_bytes());
            assert!(sweep.hits(hidden.as_bytes()), "{hidden}");
        }
        assert!(!sweep.hits(b"john.doe@acme.test"));
        assert!(!Sweep::new([]).hits(b"anything"));
    }

    #[test]
    fn common_words_prove_nothing() {
        assert!(is_distinctive(EntityType::Person, "Jane Doe-Miller"));
        assert!(!is_distinctive(EntityType::Person, "Will"));
        assert!(is_distinctive(EntityType::City, "Bad Zandern"));
        assert!(!is_distinctive(EntityType::Country, "Zandernia"));
        assert!(!is_distinctive(EntityType::Username, "anna"));
        assert!(is_distinctive(EntityType::Username, "anna.schmidt"));
        assert!(!is_distinctive(EntityType::TokenLiteral, "PERSON_K7Q2MX"));
    }
}
