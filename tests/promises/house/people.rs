//! Invented values that must not leave, and the ways to write them down.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};

/// A kind of value and one of that kind. All are invented.
pub(crate) const VALUES: &[(&str, &str)] = &[
    ("EMAIL_ADDRESS", EMAIL),
    ("CREDIT_CARD", CARD),
    ("IBAN_CODE", IBAN),
    ("SECRET", GITHUB_TOKEN),
    ("US_SSN", SSN),
    ("PHONE_NUMBER", PHONE),
];

pub(crate) const EMAIL: &str = "jane.doe@kestrel-mail.com";
pub(crate) const CARD: &str = "4556737586899855";
pub(crate) const IBAN: &str = "DE89370400440532013000";
pub(crate) const GITHUB_TOKEN: &str = "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";
pub(crate) const SSN: &str = "536-22-8145";
pub(crate) const PHONE: &str = "+1 415-555-0132";

/// A way to write a value into a JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As it is.
    Plain,
    /// Every character as `\uXXXX`.
    Escaped,
    /// `/` as `\/`, and one character in three as `\uXXXX` in capitals.
    Mixed,
    /// Between characters that need two `\uXXXX` each.
    AmongSurrogates,
    /// A member of an object that stands as text in the string.
    JsonInString,
    /// The same once more inside.
    JsonInJsonInString,
}

pub(crate) const SPELLINGS: &[Spelling] = &[
    Spelling::Plain,
    Spelling::Escaped,
    Spelling::Mixed,
    Spelling::AmongSurrogates,
    Spelling::JsonInString,
    Spelling::JsonInJsonInString,
];

impl Spelling {
    /// A JSON string, with its quotes, that holds `text`.
    pub(crate) fn quote(self, text: &str) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Plain => quoted(text),
            Self::Escaped => format!("\"{}\"", escape(text, |_| true)),
            Self::Mixed => {
                let mixed = escape(text, |at| at % 3 == 1).replace('/', "\\/");
                format!("\"see https:\\/\\/example.com\\/ \\u2603 {mixed}\"")
            }
            Self::AmongSurrogates => format!("\"\\ud83d\\ude00 {} \\uD83D\\uDE00\"", &text),
            Self::JsonInString => quoted(&format!(r#"{{"note": {}, "n": 1.50}}"#, quoted(text))),
            Self::JsonInJsonInString => {
                let inner = format!(r#"{{"note":{}}}"#, quoted(text));
                quoted(&format!(r#"[{}]"#, quoted(&inner)))
            }
        }
    }
}

/// Writes the characters at those places as `\uXXXX`.
fn escape(text: &str, at: impl Fn(usize) -> bool) -> String {
    let mut escaped = String::new();
    for (index, unit) in text.encode_utf16().enumerate() {
        match char::from_u32(u32::from(unit)) {
            Some(plain) if !at(index) => escaped.push(plain),
            _ => escaped.push_str(&format!("\\u{unit:04X}")),
        }
    }
    escaped
}

/// Where `bytes` hold `value`: plain, or under JSON escapes, base64 or percent-encoding in
/// any order, or with other punctuation. `None` if nowhere.
pub(crate) fn trace(bytes: &[u8], value: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    if let Some(found) = trace_text(&text, &bare(value), 4) {
        return Some(found);
    }
    let json: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    trace_json(&json, &bare(value), 4)
}

/// Letters and digits alone: what is left of a value however it is grouped.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn trace_text(text: &str, bare_value: &str, depth: usize) -> Option<String> {
    if bare(text).contains(bare_value) {
        return Some(text.chars().take(200).collect());
    }
    let below = depth.checked_sub(1)?;
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
        && !json.is_number()
        && let Some(found) = trace_json(&json, bare_value, below)
    {
        return Some(found);
    }
    if text.contains('%')
        && let Some(found) = trace_text(&percent_decoded(text), bare_value, below)
    {
        return Some(found);
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    text.split(|c| !is_base64(c)).filter(|run| run.len() >= 12).find_map(|run| {
        let standard = run.replace('-', "+").replace('_', "/");
        let decoded = BASE64_NOPAD.decode(standard.trim_end_matches('=').as_bytes()).ok()?;
        trace_text(&String::from_utf8(decoded).ok()?, bare_value, below)
    })
}

fn trace_json(json: &serde_json::Value, bare_value: &str, depth: usize) -> Option<String> {
    match json {
        serde_json::Value::String(text) => trace_text(text, bare_value, depth),
        serde_json::Value::Array(all) => all.iter().find_map(|e| trace_json(e, bare_value, depth)),
        serde_json::Value::Object(all) => all.iter().find_map(|(key, member)| {
            trace_text(key, bare_value, depth).or_else(|| trace_json(member, bare_value, depth))
        }),
        other => trace_text(&other.to_string(), bare_value, 0),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%');
        match hex.and_then(|hex| HEXLOWER.decode(&hex.to_ascii_lowercase()).ok()) {
            Some(byte) => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a file holds `value`: plain, as base64 at any offset, as hex, or as UTF-16.
pub(crate) fn is_written(bytes: &[u8], value: &str) -> bool {
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut needles = vec![
        value.as_bytes().to_vec(),
        utf16,
        HEXLOWER.encode(value.as_bytes()).into_bytes(),
        HEXUPPER.encode(value.as_bytes()).into_bytes(),
    ];
    for offset in 0..3 {
        // What stands around the value changes the characters at its ends only.
        let padded = [&vec![b' '; offset][..], value.as_bytes()].concat();
        let encoded = BASE64.encode(&padded);
        needles.push(encoded.as_bytes()[4.min(offset * 4)..encoded.len() - 4].to_vec());
    }
    needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == &needle[..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_again() {
        for (kind, value) in VALUES {
            for spelling in SPELLINGS {
                let body = format!(r#"{{"a":[{}]}}"#, spelling.quote(value));
                assert!(trace(body.as_bytes(), value).is_some(), "{kind} {spelling:?} {body}");
            }
            let twice = BASE64.encode(BASE64.encode(value.as_bytes()).as_bytes());
            assert!(trace(format!("x {twice} y").as_bytes(), value).is_some(), "{twice}");
        }
        assert!(trace(b"GET /?mail=jane%2Edoe%40kestrel%2Dmail.com", EMAIL).is_some());
        assert!(trace(br#"{"a":"jane@kestrel-mail.com"}"#, EMAIL).is_none());
    }

    #[test]
    fn every_encoding_is_found_in_a_file() {
        for (kind, value) in VALUES {
            for padding in ["", "a", "ab", "abc"] {
                let text = format!("{padding}{value}xyz");
                let encodings = [
                    text.clone().into_bytes(),
                    BASE64.encode(text.as_bytes()).into_bytes(),
                    HEXUPPER.encode(text.as_bytes()).into_bytes(),
                    text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                ];
                for encoded in encodings {
                    assert!(is_written(&encoded, value), "{kind} after {padding:?}");
                }
            }
        }
        assert!(!is_written(b"jane.doe@kestrel-mail", EMAIL));
    }
}
