//! What a name such as `DB_PASSWORD` or `stripeSecretKey` says about its value.

/// What kind of value a name announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Chosen by a person: need not look random.
    Password,
    /// Made by a machine.
    Key,
    /// Perhaps a key, perhaps a key of a map.
    Weak,
}

/// The kind of value that `name` announces; `None` for `password_hash` or `max_tokens`.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    let (parts, count) = parts_of(name);
    let mut parts = parts.get(..count)?;
    while let [head @ .., last] = parts {
        let number = last.bytes().all(|byte| byte.is_ascii_digit());
        if head.is_empty()
            || !(number || SUFFIXES.iter().any(|suffix| last.eq_ignore_ascii_case(suffix)))
        {
            break;
        }
        parts = head;
    }
    let [head @ .., last] = parts else { return None };
    let last = &last.trim_end_matches(|c: char| c.is_ascii_digit());
    let previous = head.last().copied().unwrap_or_default();
    let is = |words: &[&str], part: &str| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    let ends = |words: &[&str]| words.iter().any(|word| ends_with(last, word));
    if ends(PASSWORDS) || (is(SHORT_PASSWORDS, last) && !previous.is_empty()) || *last == "PASS" {
        return Some(Kind::Password);
    }
    if head.iter().any(|part| is(OTHER_HEADS, part)) {
        return None;
    }
    if ends(KEYS) || (last.eq_ignore_ascii_case("pat") && !previous.is_empty()) {
        return Some(Kind::Key);
    }
    if last.eq_ignore_ascii_case("key") {
        return Some(if is(KEY_HEADS, previous) { Kind::Key } else { Kind::Weak });
    }
    None
}

fn ends_with(part: &str, word: &str) -> bool {
    let Some(from) = part.len().checked_sub(word.len()) else { return false };
    part.get(from..).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// Splits a name at `_`, `-`, `.`, and where a hump of camel case begins.
fn parts_of(name: &str) -> ([&str; PARTS_MAX], usize) {
    let mut parts = [""; PARTS_MAX];
    let mut count = 0;
    let bytes = name.as_bytes();
    let mut start = 0;
    for (at, byte) in name.bytes().enumerate().chain(std::iter::once((name.len(), b'_'))) {
        let separator = matches!(byte, b'_' | b'-' | b'.' | b' ');
        let last = crate::reading::before(bytes, at);
        let hump =
            byte.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit());
        if !(separator || hump) {
            continue;
        }
        if let Some(part) = name.get(start..at).filter(|part| !part.is_empty()) {
            if count == PARTS_MAX {
                parts.rotate_left(1);
                count -= 1;
            }
            if let Some(slot) = parts.get_mut(count) {
                *slot = part;
                count += 1;
            }
        }
        start = if separator { at + 1 } else { at };
    }
    (parts, count)
}

const PARTS_MAX: usize = 8;

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
    "motdepasse",
    "passe",
    "lösenord",
    "passord",
    "adgangskode",
    "hasło",
    "heslo",
    "parola",
    "şifre",
    "пароль",
    "passcode",
];

/// Too short to count without a part before them: `db_pass`, `smtpPwd`.
const SHORT_PASSWORDS: &[&str] = &["pass", "pwd", "pw", "psw", "mdp"];

const KEYS: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
    "credential",
    "credentials",
];

/// What may stand before `key` so that it opens a door.
const KEY_HEADS: &[&str] = &[
    "api",
    "secret",
    "private",
    "access",
    "auth",
    "app",
    "application",
    "account",
    "storage",
    "signing",
    "encryption",
    "encrypt",
    "master",
    "license",
    "licence",
    "service",
    "client",
    "admin",
    "deploy",
    "subscription",
    "shared",
    "function",
    "functions",
    "root",
    "hmac",
    "jwt",
    "session",
    "cookie",
    "crypto",
    "ssh",
    "webhook",
    "server",
    "consumer",
    "write",
    "read",
    "ingest",
    "integration",
    "host",
    "data",
    "sdk",
    "maps",
    "bot",
    "security",
    "stripe",
    "openai",
    "anthropic",
    "claude",
];

/// What stands before `key` or `token` that opens no door.
const OTHER_HEADS: &[&str] = &[
    "public",
    "publishable",
    "pub",
    "primary",
    "foreign",
    "cache",
    "sort",
    "partition",
    "idempotency",
    "page",
    "next",
    "continuation",
    "pagination",
    "sync",
    "eos",
    "bos",
    "pad",
    "unk",
    "cls",
    "sep",
    "mask",
    "special",
    "stop",
    "cancellation",
    "hash",
    "i18n",
    "translation",
    "locale",
    "react",
    "row",
    "object",
    "s3",
    "group",
    "lookup",
    "index",
    "composite",
    "unique",
    "surrogate",
    "dedup",
    "dedupe",
    "metric",
    "label",
    "column",
    "field",
    "property",
    "map",
    "dict",
    "json",
    "yaml",
    "redis",
    "storagekey",
    "checksum",
    "site",
];

/// What may stand behind the word without changing what it says.
const SUFFIXES: &[&str] = &[
    "value",
    "val",
    "prod",
    "production",
    "dev",
    "staging",
    "stage",
    "live",
    "test",
    "b64",
    "base64",
    "plain",
    "str",
    "string",
    "text",
    "new",
    "old",
    "current",
    "raw",
    "default",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (name, want) in [
            ("DB_PASSWORD", Some(Kind::Password)),
            ("PGPASSWORD", Some(Kind::Password)),
            ("smtpPass", Some(Kind::Password)),
            ("password2", Some(Kind::Password)),
            ("AWS_SECRET_ACCESS_KEY", Some(Kind::Key)),
            ("stripeSecretKey", Some(Kind::Key)),
            ("X-Token", Some(Kind::Key)),
            ("CI_PAT", Some(Kind::Key)),
            ("API_KEY_PROD", Some(Kind::Key)),
            ("key", Some(Kind::Weak)),
            ("password_hash_algo", None),
            ("max_tokens", None),
            ("public_key", None),
            ("next_page_token", None),
            ("FILE_PATH", None),
            ("monkey", None),
            ("pass", None),
        ] {
            assert_eq!(kind_of(name), want, "{name}");
        }
    }
}
