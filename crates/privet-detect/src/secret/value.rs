//! What a value must look like to be taken for a secret.

/// Whether `value` stands where somebody is meant to put a secret, or refers to one:
/// `<your-key>`, `${TOKEN}`, `changeme`, `xxxxxxxx`.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let trimmed = value.trim_matches(['"', '\'', '`']);
    let Some(first) = trimmed.bytes().next() else { return true };
    if is_reference(trimmed, first) || PUBLIC.iter().any(|prefix| trimmed.starts_with(prefix)) {
        return true;
    }
    let distinct = distinct_letters(trimmed);
    if distinct <= 2 || (distinct <= 3 && trimmed.len() >= 8) {
        return true;
    }
    let lower = trimmed.to_ascii_lowercase();
    STOP_WORDS.contains(&lower.as_str()) || MARKS.iter().any(|mark| lower.contains(mark))
}

/// Templates, variables, paths and links.
fn is_reference(value: &str, first: u8) -> bool {
    let wrapped = matches!(
        (first, value.bytes().next_back()),
        (b'<', Some(b'>'))
            | (b'{', Some(b'}'))
            | (b'[', Some(b']'))
            | (b'(', Some(b')'))
            | (b'%', Some(b'%'))
    );
    let variable = first == b'$'
        && value
            .bytes()
            .skip(1)
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'{' | b'}' | b':'));
    wrapped
        || variable
        || [
            "${", "$(", "{", "#{", "%(", "<%", "@{", "./", "../", "~/", "arn:", "op://", "vault:",
            "file:",
        ]
        .iter()
        .any(|start| value.starts_with(start))
}

/// Whether `value` looks drawn at random: long enough, with digits among the
/// letters, and changing between kinds of character the way words do not.
pub(crate) fn looks_random(value: &str) -> bool {
    let length = value.len();
    if length < 16 {
        return false;
    }
    let kinds = Kinds::of(value);
    if kinds.digits == 0 && !(kinds.upper > 0 && kinds.lower > 0 && kinds.changes * 3 >= length) {
        return false;
    }
    let letters = kinds.upper + kinds.lower;
    if letters == 0 {
        return false;
    }
    let hexadecimal = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let floor = if hexadecimal { 2.6 } else { 3.1 };
    let lively = kinds.changes * 7 >= length || (kinds.digits * 5 >= length && kinds.changes >= 3);
    lively && entropy(value) >= floor
}

/// Whether `value` looks like what a person chose as a password, rather than a word
/// of the sentence around it.
pub(super) fn looks_chosen(value: &str) -> bool {
    let kinds = Kinds::of(value);
    let camel =
        kinds.upper > 0 && kinds.lower > 0 && value.bytes().skip(1).any(|b| b.is_ascii_uppercase());
    let letters = kinds.upper + kinds.lower;
    let mixed = kinds.digits > 0 && letters > 0;
    let marked = kinds.marks > 0 && letters > 0;
    value.len() >= 5 && (mixed || marked || camel)
        || (value.len() >= 6 && kinds.digits == value.len())
}

/// Whether `value` is a name in a program: `user_password`, `config.secret`.
pub(super) fn is_identifier(value: &str) -> bool {
    let kinds = Kinds::of(value);
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':' | b'?' | b'!'));
    let starts = value.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    plain
        && starts
        && (kinds.digits == 0 || !looks_random(value) && kinds.changes * 5 < value.len())
}

/// Whether `value` is a piece of a program that no quotes hold: a path such as
/// `core::PCSTR`, a constant such as `D3DKMT_ESCAPE_OPERATION`, a type, a number with its type.
pub(crate) fn is_program(value: &str) -> bool {
    let constant = value.bytes().filter(|b| *b == b'_').count() >= 2
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let typed = value
        .rfind(['i', 'u', 'f'])
        .and_then(|at| value.split_at_checked(at))
        .is_some_and(|(number, kind)| is_number(number) && is_type_name(kind));
    value.contains("::") || constant || typed || is_type_name(value)
}

/// Whether `value` counts up byte by byte, as keys of test vectors do, or is a time.
pub(super) fn is_sample(value: &str) -> bool {
    let time = matches!(value.as_bytes(), [y, _, _, _, b'-', _, _, b'-', d, ..]
        if y.is_ascii_digit() && d.is_ascii_digit() && (value.len() <= 10 || value.contains(':')));
    let lower = value.to_ascii_lowercase();
    time || lower.contains("000102030405")
}

/// Whether `value` is a number in a program: `-3226494487`, `0x0000_0013`.
pub(super) fn is_number(value: &str) -> bool {
    let value = value.strip_prefix('-').unwrap_or(value);
    let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"));
    let hex = digits.is_some_and(|digits| {
        digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_')
    });
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'_' | b'.');
    hex || (!value.is_empty() && value.bytes().all(plain))
}

/// Whether `value` is the name of a number type: `__u32`, `uint64_t`, `Int32`, `f64`.
fn is_type_name(value: &str) -> bool {
    let name = value.trim_matches(['_', '&', '*', '?', '!']);
    let name = name.strip_suffix("_t").unwrap_or(name);
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let width = name.get(stem.len()..).unwrap_or_default();
    NUMBER_TYPES.contains(&name)
        || ["8", "16", "32", "64", "128", "256"].contains(&width)
            && [
                "u", "i", "f", "s", "int", "uint", "float", "be", "le", "bytes", "char", "fixed",
                "utf",
            ]
            .iter()
            .any(|known| stem.eq_ignore_ascii_case(known))
}

/// Shannon entropy in bits per byte.
fn entropy(value: &str) -> f32 {
    let mut counts = [0u16; 256];
    for byte in value.bytes().take(ENTROPY_BYTES_MAX) {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = value.len().min(ENTROPY_BYTES_MAX) as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f32::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

fn distinct_letters(value: &str) -> usize {
    let mut seen = [false; 256];
    for byte in value.bytes().take(ENTROPY_BYTES_MAX) {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// How many characters of each kind, and how often the kind changes within a word.
struct Kinds {
    digits: usize,
    upper: usize,
    lower: usize,
    marks: usize,
    changes: usize,
}

impl Kinds {
    fn of(value: &str) -> Self {
        let mut kinds = Self { digits: 0, upper: 0, lower: 0, marks: 0, changes: 0 };
        let mut last = 0u8;
        for byte in value.bytes() {
            let kind = match byte {
                b'0'..=b'9' => {
                    kinds.digits += 1;
                    1
                }
                b'A'..=b'Z' => {
                    kinds.upper += 1;
                    2
                }
                b'a'..=b'z' => {
                    kinds.lower += 1;
                    3
                }
                b'_' | b'-' | b'.' | b'/' | b':' => 0,
                _ => {
                    kinds.marks += 1;
                    0
                }
            };
            // A capital followed by small letters is how words are written.
            if kind != 0 && last != 0 && kind != last && (last, kind) != (2, 3) {
                kinds.changes += 1;
            }
            last = kind;
        }
        kinds
    }
}

const ENTROPY_BYTES_MAX: usize = 512;

/// Types without a width in their name.
const NUMBER_TYPES: &[&str] =
    &["usize", "isize", "c_int", "c_uint", "c_long", "c_ulong", "size", "ssize", "str", "bool"];

/// Words that stand in the place of a secret.
const STOP_WORDS: &[&str] = &[
    "null",
    "none",
    "nil",
    "undefined",
    "true",
    "false",
    "yes",
    "no",
    "empty",
    "string",
    "str",
    "text",
    "bytes",
    "number",
    "int",
    "integer",
    "bool",
    "boolean",
    "object",
    "array",
    "any",
    "password",
    "passwd",
    "pass",
    "passwort",
    "secret",
    "token",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "required",
    "optional",
    "hidden",
    "redacted",
    "masked",
    "test",
    "testing",
    "changeme",
    "change_me",
    "change-me",
    "default",
    "todo",
    "tbd",
    "n/a",
    "na",
    "foo",
    "bar",
    "foobar",
    "baz",
    "dummy",
    "fake",
    "sample",
    "example",
    "secretref",
    "env",
    "username",
    "user",
    "value",
    "basic",
    "bearer",
    "digest",
    "oauth",
    "oauth2",
    "jwt",
    "hmac",
    "rsa",
    "aes",
    "argon2",
    "argon2id",
    "bcrypt",
    "scrypt",
    "pbkdf2",
    "sha256",
    "sha512",
    "md5",
    "base64",
    "plaintext",
    "encrypted",
    "hashed",
    "invalid",
    "incorrect",
    "wrong",
    "expired",
    "missing",
    "valid",
    "correct",
    "opensesame",
    "open sesame",
    "unknown",
    "unset",
    "disabled",
    "enabled",
    "strong",
    "weak",
    "forgotten",
    "lost",
    "here",
    "there",
    "this",
    "that",
    "it",
    "not",
    "now",
    "the",
    "a",
    "self",
    "cls",
    "new",
    "old",
    "input",
    "field",
    "prompt",
    "config",
    "settings",
    "process",
    "options",
    "option",
    "type",
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "access_token",
];

/// Keys that are made to be published.
const PUBLIC: &[&str] = &[
    "pk_test_",
    "pk_live_",
    "ssh-rsa ",
    "ssh-ed25519 ",
    "AAAA",
    "age1",
    "sha256-",
    "sha384-",
    "sha512-",
];

/// Pieces that betray a placeholder.
const MARKS: &[&str] = &[
    "example",
    "your-",
    "your_",
    "youra",
    "yourp",
    "yours",
    "yourt",
    "yourk",
    "placeholder",
    "xxxx",
    "****",
    "....",
    "changeme",
    "change-me",
    "change_me",
    "insert",
    "replace",
    "redacted",
    "<your",
    "my-secret",
    "mysecret",
    "my_secret",
    "dummy",
    "notasecret",
    "not-a-secret",
    "••••",
    "-here",
    "_here",
    "goes_here",
    "null",
    "undefined",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for value in [
            "<your-api-key>",
            "${TOKEN}",
            "$TOKEN",
            "changeme",
            "xxxxxxxxxxxx",
            "********",
            "YOUR_API_KEY",
            "{{ x }}",
            "",
        ] {
            assert!(is_placeholder(value), "{value:?}");
        }
        for value in ["hunter2", "m4ngo%jbg3uxW%", "correct-horse-7"] {
            assert!(!is_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn numbers_and_types() {
        assert!(is_number("3226494487") && is_number("0x0000_0013") && !is_number("36a5"));
        assert!(is_program("-2147221430i32") && is_program("windows::core::PCSTR"));
        assert!(is_program("D3D_ESCAPE_OPERATION") && !is_program("Hunter_2_x"));
        assert!(is_sample("1979-05-27T07:32:00Z") && is_sample("000102030405060708090a0b"));
        assert!(is_type_name("__u32") && is_type_name("uint64_t") && !is_type_name("hunter32"));
    }

    #[test]
    fn randomness() {
        for value in [
            "c26e41b5-12a1-47b9-a9f5-e3e0b73c47da",
            "AVBvgkqO3nsr5d1O6Ri3Bl1WtrpGbGIUJ",
            "62bcea795caee3af29f5d8cfdd2a58ef",
        ] {
            assert!(looks_random(value), "{value:?}");
        }
        for value in [
            "my-very-long-service-name-2",
            "get_secret_from_vault_v2",
            "ThisIsAVeryLongClassName",
            "aaaaaaaaaaaaaaaaaaaa1",
        ] {
            assert!(!looks_random(value), "{value:?}");
        }
    }
}
