//! What may pass unread: fields with a fixed shape, each with a grammar and a length.
//!
//! A field that is exempt by name but does not fit its grammar is read like any other.

/// The shape of an exempt field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// A word of the protocol, an id or a tool name: at most 128 letters, digits and
    /// `_ - . :`, with a letter first and never six digits in a row unless the word
    /// has the prefix of an id that Claude gives out.
    Word,
    /// A model name: as `Word`, also with `/`, and with `@` before a version.
    Model,
    /// Ciphertext and signatures: base64 or base64url. Plain only from 64 characters on,
    /// and only if it does not decode to text.
    Base64,
    /// `type/subtype`, at most 128 characters.
    MediaType,
    /// A property name: as `Word`, but may also begin with `_`, `$` or `@`.
    Name,
}

/// Prefixes of ids that Claude gives out, followed by random characters.
const ID_PREFIXES: &[&str] = &[
    "toolu_",
    "srvtoolu_",
    "mcptoolu_",
    "msg_",
    "file_",
    "container_",
    "req_",
    "call_",
    "thread_",
    "skill_",
    "compaction_",
];

impl Grammar {
    /// Whether `text` has this shape and is too plain to hide a value: with so few digits
    /// that it is no number of anybody's, or with the prefix of an id that Claude gave out.
    /// What fits but is not plain must be read.
    pub fn is_plain(self, text: &str) -> bool {
        const PLAIN_DIGITS: usize = 4;
        if self == Self::Base64 {
            return self.fits(text) && is_ciphertext(text);
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let dated = if is_dated(text) { DATE_DIGITS } else { 0 };
        self.fits(text) && (digits < PLAIN_DIGITS + dated || is_random_id(text))
    }

    /// Whether `text` has this shape.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Word => text.len() <= 128 && is_word(text, b"_-.:", false),
            Self::Name => text.len() <= 128 && is_word(text, b"_-.:$@/", true),
            Self::Model => {
                let (name, version) = text.split_once('@').unwrap_or((text, "1"));
                text.len() <= 256
                    && version.len() <= 16
                    && version.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && is_model(name)
            }
            Self::Base64 => text.bytes().all(is_base64),
            Self::MediaType => {
                text.len() <= 128
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+-.;= ".contains(&b))
                    && !has_long_digits(text)
            }
        }
    }
}

fn is_word(text: &str, marks: &[u8], lead_marks: bool) -> bool {
    let Some(first) = text.bytes().next() else { return true };
    let short = text.len() <= 4 && first.is_ascii_digit(); // `5m`, `1h`
    let leads = short || first.is_ascii_alphabetic() || (lead_marks && b"_$@".contains(&first));
    leads
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
        && !(lead_marks && text.bytes().skip(1).any(|b| b == b'@'))
        && (!has_long_digits(text) || is_dated(text) || is_issued(text))
}

fn is_model(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:/[]".contains(&b))
        && (!has_long_digits(name) || is_dated(name))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// Whether base64 is long enough and random enough to be somebody's ciphertext: an account
/// number or a key fits the alphabet as well, and so does a text that was encoded.
fn is_ciphertext(text: &str) -> bool {
    /// 48 bytes. That random ones are valid UTF-8 is out of the question.
    const HEAD: usize = 64;
    let Some(head) = text.get(..HEAD) else { return false };
    let head = head.replace('-', "+").replace('_', "/");
    data_encoding::BASE64_NOPAD
        .decode(head.as_bytes())
        .is_ok_and(|bytes| std::str::from_utf8(&bytes).is_err())
}

fn is_issued(text: &str) -> bool {
    ID_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

/// An id that Claude gave out, with nothing but random letters and digits behind the prefix.
fn is_random_id(text: &str) -> bool {
    let rest = ID_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix));
    let Some(rest) = rest else { return false };
    let platform = ["bdrk_", "vrtx_"].iter().find_map(|prefix| rest.strip_prefix(prefix));
    let random = platform.unwrap_or(rest);
    random.bytes().all(|b| b.is_ascii_alphanumeric())
        && (random.len() < LONG_DIGITS || random.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// `web_search_20250305`, `claude-x-20251001`: the only long run of digits is a date.
fn is_dated(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= LONG_DIGITS);
    runs.next().is_some_and(|run| run.len() == DATE_DIGITS && run.starts_with("20"))
        && runs.next().is_none()
}

const LONG_DIGITS: usize = 6;

const DATE_DIGITS: usize = 8;

fn has_long_digits(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|b| {
        run = if b.is_ascii_digit() { run + 1 } else { 0 };
        run >= LONG_DIGITS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_hide_nothing() {
        for (text, want) in [
            ("web_search_20250305", true),
            ("toolu_01A09q90qw90lq917835lq9", true),
            ("toolu_bdrk_01A09q90qw90lq917835lq9", true),
            ("file_path", true),
            ("web_search_20250305: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", false),
            ("toolu_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", false),
            ("toolu_4556737586899855", false),
            ("ssn-078-05-1120", false),
            ("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", false),
        ] {
            assert_eq!(Grammar::Name.is_plain(text), want, "{text}");
        }
    }

    #[test]
    fn ciphertext_is_long_and_no_text() {
        let encode = |bytes: &[u8]| data_encoding::BASE64.encode(bytes);
        let noise: Vec<u8> = (0..90u8).map(|n| n.wrapping_mul(151) ^ 0x95).collect();
        for (text, want) in [
            (encode(&noise), true),
            (data_encoding::BASE64URL.encode(&noise), true),
            (encode(&noise[..30]), false),
            (
                encode("the mail is jane.doe@kestrel-mail.com, she wrote it herself".as_bytes()),
                false,
            ),
            ("DE89370400440532013000".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(Grammar::Base64.is_plain(&text), want, "{text}");
        }
    }

    #[test]
    fn shapes() {
        for (grammar, text, want) in [
            (Grammar::Word, "web_search_20250305", true),
            (Grammar::Word, "toolu_01A09q90qw90lq917835lq9", true),
            (Grammar::Word, "end_turn", true),
            (Grammar::Word, "5m", true),
            (Grammar::Word, "mcp__github__create_issue", true),
            (Grammar::Word, "jane@acme.test", false),
            (Grammar::Word, "Jane Doe", false),
            (Grammar::Word, "078-05-1120", false),
            (Grammar::Word, "x4111111111111111", false),
            (Grammar::Model, "us.anthropic.claude-opus-5-5", true),
            (Grammar::Model, "claude-haiku-4-5@20251001", true),
            (Grammar::Model, "jane@acme.test", false),
            (Grammar::Base64, "EqQBCkYIARgCKkA+/w==", true),
            (Grammar::Base64, "Jane Doe", false),
            (Grammar::MediaType, "text/plain; charset=utf-8", true),
            (Grammar::Name, "$schema", true),
            (Grammar::Name, "additionalProperties", true),
            (Grammar::Name, "jane@acme.test", false),
            (Grammar::Name, "", true),
        ] {
            assert_eq!(grammar.fits(text), want, "{grammar:?} {text}");
        }
    }
}
