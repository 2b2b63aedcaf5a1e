//! Secrets known by the name they are given to: `DB_PASSWORD=...`, `"apiKey": "..."`,
//! `--token ...`, and in prose "the password is ...".

use privet_text::{EntityType, Finding, Reason, Score};

use super::ident::{Kind, kind_of};
use super::value::{
    is_identifier, is_number, is_placeholder, is_program, is_sample, looks_chosen, looks_random,
};
use super::vendor::vendor_of;
use crate::claim::Claim;
use crate::reading::{before, byte, continues, is_blank, precedes, run, run_back};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    // By itself, since `pass` would be read first.
    Rule { triggers: &["mot de passe"], reader: read_assignment },
    Rule {
        triggers: &[
            "key",
            "token",
            "secret",
            "passw",
            "passphrase",
            "passcode",
            "passord",
            "pwd",
            "pass",
            "credential",
            "_pat",
            "_pw",
            "kennwort",
            "contrase",
            "senha",
            "wachtwoord",
            "senord",
            "mdp",
            "adgangskode",
            "heslo",
            "parola",
            "пароль",
        ],
        reader: read_assignment,
    },
];

fn read_assignment(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let (start, end) = name_around(site);
    let Some(kind) = site.text.get(start..end).and_then(kind_of) else { return end };
    let kind =
        if kind == Kind::Weak && follows_qualifier(site.bytes, start) { Kind::Key } else { kind };
    let Some((from, link)) = link_after(site.bytes, start, end) else { return end };
    let Some(value) = read_value(site.text, from, link) else { return end };
    if let Some(finding) = of_vendor(site.text, start, &value) {
        found(finding);
        return end;
    }
    if link == Link::Blank && is_loose(site.text.get(start..end).unwrap_or_default(), &value) {
        return end;
    }
    let compound = site.bytes.get(start..end).is_some_and(|name| name.contains(&b'_'));
    let Some(base) = judge(kind, link, compound, &value) else { return end };
    let (id, cue) = match kind {
        Kind::Password => ("secret/password", "password"),
        Kind::Key | Kind::Weak => ("secret/assigned-key", "key"),
    };
    let claim = Claim::new(EntityType::Secret, id, base).because(Reason::Context(cue));
    if let Some(finding) = claim.at(value.start, value.end) {
        found(finding);
    }
    end
}

/// The finding for a value whose vendor is named beside it.
fn of_vendor(text: &str, name_start: usize, value: &Value<'_>) -> Option<Finding> {
    let (rule, vendor) = vendor_of(text, name_start, value.start, value.text)?;
    if is_placeholder(value.text) || value.text.contains("://") {
        return None;
    }
    Claim::new(rule.entity, rule.id, Score::SHAPE)
        .because(Reason::Context(vendor))
        .at(value.start, value.end)
}

/// Whether nothing but a blank joins a name and a value that are no pair: "two-pass SWAR2",
/// `struct Fts3Token Fts3Token`.
fn is_loose(name: &str, value: &Value<'_>) -> bool {
    let tail = |end: &str| name.len() >= end.len() && name.ends_with(end) && !name.contains('_');
    tail("-pass") || name.eq_ignore_ascii_case(value.text)
}

/// The whole name in which the trigger stands.
fn name_around(site: &Site<'_>) -> (usize, usize) {
    let is_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80;
    let start = run_back(site.bytes, site.start, NAME_BYTES_MAX, is_name);
    let end = run(site.bytes, site.end, NAME_BYTES_MAX, is_name);
    (crate::reading::char_ceil(site.text, start), crate::reading::char_floor(site.text, end))
}

/// "API key", "access key": in prose the qualifier is a word of its own.
fn follows_qualifier(bytes: &[u8], start: usize) -> bool {
    ["api ", "secret ", "access ", "private ", "license ", "encryption ", "signing ", "account "]
        .iter()
        .any(|word| precedes(bytes, start, word))
}

/// How a name and its value are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// `NAME=value`, nothing between.
    Tight,
    /// `name = "value"`, `name := value`, `name => value`.
    Assign,
    /// `name: value`.
    Colon,
    /// "name is value".
    Says,
    /// `--name value`.
    Flag,
    /// "NAME value".
    Blank,
    /// `<name>value</name>`.
    Tag,
}

/// Where the value of the name at `start..end` begins, and how it is joined.
fn link_after(bytes: &[u8], start: usize, end: usize) -> Option<(usize, Link)> {
    if before(bytes, start) == b'<' && byte(bytes, end) == b'>' {
        return Some((end + 1, Link::Tag));
    }
    let closed = run(bytes, end, 4, |b| matches!(b, b'\\' | b'"' | b'\'' | b'`' | b']' | b'*'));
    let at = run(bytes, closed, 8, is_blank);
    if let Some(value) = value_beside(bytes, end, closed) {
        return Some((value, Link::Assign));
    }
    let tight = at == end;
    let (after, link) = match byte(bytes, at) {
        b'=' if byte(bytes, at + 1) == b'=' => return None,
        b'=' => (
            at + 1 + usize::from(byte(bytes, at + 1) == b'>'),
            if tight { Link::Tight } else { Link::Assign },
        ),
        b':' if byte(bytes, at + 1) == b'=' => (at + 2, Link::Assign),
        b':' if byte(bytes, at + 1) == b':' => return None,
        b':' => after_annotation(bytes, at + 1)
            .map_or((at + 1, Link::Colon), |after| (after, Link::Assign)),
        _ if at > end => return words_after(bytes, start, at),
        _ => return None,
    };
    let value = run(bytes, after, 8, |b| is_blank(b) || b == b'*');
    Some((value, if value > after && link == Link::Tight { Link::Assign } else { link }))
}

/// `{"name": "DB_PASSWORD", "value": "..."}`, in YAML, and as attributes of XML.
fn value_beside(bytes: &[u8], end: usize, closed: usize) -> Option<usize> {
    let quoted = closed > end;
    let at = run(bytes, closed, 48, |b| {
        b.is_ascii_whitespace() || (quoted && matches!(b, b',' | b'"' | b'\'' | b'\\'))
    });
    if at == closed || !continues(bytes, at, "value") {
        return None;
    }
    let at = run(bytes, at + 5, 3, |b| matches!(b, b'"' | b'\'' | b'\\'));
    let joint = run(bytes, at, 6, |b| is_blank(b) || matches!(b, b':' | b'='));
    (joint > at).then_some(joint)
}

/// Skips a type between a name and `=`: `password: str = "..."`.
fn after_annotation(bytes: &[u8], from: usize) -> Option<usize> {
    let at = run(bytes, from, 4, is_blank);
    let kind = run(bytes, at, 64, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'&' | b'<' | b'>' | b'_' | b'|' | b'[' | b']')
    });
    let joint = run(bytes, kind, 4, is_blank);
    (kind > at && joint > kind && byte(bytes, joint) == b'=' && byte(bytes, joint + 1) != b'=')
        .then_some(joint + 1)
}

/// A value after a word such as "is", or after nothing but a blank.
fn words_after(bytes: &[u8], start: usize, at: usize) -> Option<(usize, Link)> {
    let flag = before(bytes, start) == b'-' || byte(bytes, start) == b'-';
    for word in SAYING {
        if !continues(bytes, at, word) {
            continue;
        }
        let after = run(bytes, at + word.len(), 4, |b| is_blank(b) || b == b':');
        if after > at + word.len() {
            return Some((after, Link::Says));
        }
    }
    Some((at, if flag { Link::Flag } else { Link::Blank }))
}

/// A value and how it stands there.
struct Value<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    quoted: bool,
    /// Whether the line ends with it.
    last: bool,
}

/// Reads the value at `from`: what is quoted, or up to a blank or closing mark.
fn read_value(text: &str, from: usize, link: Link) -> Option<Value<'_>> {
    let bytes = text.as_bytes();
    let prefix = usize::from(
        matches!(byte(bytes, from), b'f' | b'r' | b'b' | b'u' | b'@')
            && matches!(byte(bytes, from + 1), b'"' | b'\''),
    );
    let slashes = run(bytes, from + prefix, 3, |b| b == b'\\') - from - prefix;
    let quote_at = from + prefix + slashes;
    let quote = byte(bytes, quote_at);
    let quoted = matches!(quote, b'"' | b'\'' | b'`');
    let (start, end) = if quoted {
        let start = run(bytes, quote_at, 3, |b| b == quote);
        let end = run(bytes, start, VALUE_BYTES_MAX, |b| b != quote && b != b'\n');
        if byte(bytes, end) != quote {
            return None;
        }
        let escape = run_back(bytes, end, slashes, |b| b == b'\\');
        (start, escape.max(start))
    } else {
        let end = bare_end(bytes, from, link);
        // `get_secret(...)`, `os.environ[...]`: computed, not written down.
        if link != Link::Says && matches!(byte(bytes, end), b'(' | b'[') {
            return None;
        }
        let closed = byte(bytes, end) == b'<' && byte(bytes, end + 1) == b'/';
        if (byte(bytes, end) == b'<' || link == Link::Tag) && !closed {
            return None;
        }
        (from, end)
    };
    let value = text.get(start..end)?;
    let value = if quoted {
        value
    } else {
        value.trim_end_matches(['.', ',', ':', '?', ';', ')', ']', '}'])
    };
    let last = matches!(byte(bytes, end), 0 | b'\n' | b'\r');
    (!value.is_empty()).then_some(Value {
        text: value,
        start,
        end: start + value.len(),
        quoted,
        last,
    })
}

/// Where a value without quotes ends.
fn bare_end(bytes: &[u8], from: usize, link: Link) -> usize {
    let ends_line = |byte: u8| byte.is_ascii_whitespace() || byte == 0;
    run(bytes, from, VALUE_BYTES_MAX, |b| {
        let closes = matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\');
        let separates = matches!(b, b',' | b';' | b')' | b'}' | b']' | b'&' | b'|' | b'(' | b'[');
        !(ends_line(b) || closes || (separates && link != Link::Says))
    })
}

/// The base score of a value under a name of that kind; `None` if it is no secret.
fn judge(kind: Kind, link: Link, compound: bool, value: &Value<'_>) -> Option<Score> {
    // What a value is shows in its beginning; the rest would only cost time.
    let text = value
        .text
        .get(..crate::reading::char_floor(value.text, JUDGED_BYTES))
        .unwrap_or(value.text);
    let program = !value.quoted && (is_program(text) || kind != Kind::Password && is_number(text));
    if program || (kind != Kind::Password && is_sample(text)) {
        return None;
    }
    if is_placeholder(text) || text.contains("://") || text.contains("{{") || text.contains("${") {
        return None;
    }
    let spaced = text.bytes().any(|b| b.is_ascii_whitespace());
    if spaced {
        let phrase =
            kind == Kind::Password && link == Link::Says && value.quoted && is_passphrase(text);
        return phrase.then_some(Score::WEAK);
    }
    let named = matches!(link, Link::Tight | Link::Colon | Link::Says | Link::Flag | Link::Tag);
    let bare_name = !value.quoted && is_identifier(text);
    // Keys are made of letters and digits; patterns and code are not.
    let is_code = text
        .bytes()
        .any(|b| matches!(b, b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b'|' | b'\\'));
    let random = looks_random(text) && !is_code;
    match kind {
        Kind::Weak => (random && text.len() >= 20 && link != Link::Blank).then_some(Score::WEAK),
        Kind::Key if random && !bare_name => {
            Some(if link == Link::Blank { Score::new(0.5) } else { Score::SHAPE })
        }
        Kind::Key => {
            let short = text.len() >= 8
                && looks_chosen(text)
                && text.bytes().filter(u8::is_ascii_digit).count() >= 2;
            let marked = text.len() >= 8 && looks_chosen(text) && has_marks(text);
            let refers = matches!(text.as_bytes().first(), Some(b'#' | b'&' | b'*' | b'@'));
            ((short || marked) && !refers && !is_code && !bare_name && link != Link::Blank)
                .then_some(Score::WEAK)
        }
        Kind::Password if value.quoted => {
            if looks_chosen(text) {
                Some(Score::SHAPE)
            } else {
                // A label of a form is a word with a capital; a password in lower
                // case is rarer, but written in programs.
                let plain = text.len() >= 6 && text.bytes().all(|b| b.is_ascii_lowercase());
                (plain && (link != Link::Says || text.len() >= 8)).then_some(Score::WEAK)
            }
        }
        Kind::Password if link == Link::Blank => {
            let marked = text.len() >= 8 && looks_chosen(text) && has_marks(text);
            let sure = random || (marked && (compound || text.bytes().any(|b| b.is_ascii_digit())));
            sure.then_some(Score::WEAK)
        }
        Kind::Password => {
            let names_itself =
                text.to_ascii_lowercase().contains("pass") || text.contains('.') && bare_name;
            let fits = looks_chosen(text) && (named || value.last) && !names_itself;
            fits.then_some(Score::SHAPE)
        }
    }
}

/// Whether `text` is a row of small words that says nothing: "correct horse battery".
fn is_passphrase(text: &str) -> bool {
    let small = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let says = |word: &str| word.len() < 3 || PROSE_WORDS.contains(&word);
    let words = || text.split(' ');
    (3..=10).contains(&words().count()) && words().all(|word| small(word) && !says(word))
}

fn has_marks(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'-' | b'.' | b'/' | b':'))
}

/// Words between a name and its value, in prose.
const SAYING: &[&str] = &[
    "is",
    "was",
    "ist",
    "lautet",
    "est",
    "es",
    "era",
    "é",
    "è",
    "to",
    "are",
    "equals",
    "set to",
    "=",
    "será",
    "is set to",
    "is now",
    "has been changed to",
    "->",
    "is:",
];

/// Words of sentences about passwords.
const PROSE_WORDS: &[&str] = &[
    "the",
    "and",
    "not",
    "too",
    "must",
    "should",
    "can",
    "cannot",
    "your",
    "has",
    "have",
    "was",
    "are",
    "been",
    "than",
    "for",
    "with",
    "required",
    "invalid",
    "incorrect",
    "wrong",
    "long",
    "short",
    "weak",
    "strong",
    "empty",
    "missing",
    "expired",
    "correct!",
    "password",
];

const NAME_BYTES_MAX: usize = 48;
const VALUE_BYTES_MAX: usize = 512;
const JUDGED_BYTES: usize = 96;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn in_code() {
        check(
            "API_KEY=AVBvgkqO3nsr5d1O6Ri3Bl1WtrpGbGIUJgnAqZOql\n",
            &["AVBvgkqO3nsr5d1O6Ri3Bl1WtrpGbGIUJgnAqZOql"],
        );
        check(
            "client_secret = \"xSbKBNIAXZoGbBUNmR2lKuiuHIXo49AdAjpMWRy\"",
            &["xSbKBNIAXZoGbBUNmR2lKuiuHIXo49AdAjpMWRy"],
        );
        check("password: str = 'm4ngo%jbg3uxW%'", &["m4ngo%jbg3uxW%"]);
        check("password=m4ngo%jbg3uxW%\nLOG=1", &["m4ngo%jbg3uxW%"]);
        check("{\\\"password\\\": \\\"hunter2\\\"}", &["hunter2"]);
        check("{\"name\": \"DB_PASSWORD\", \"value\": \"hunter2x\"}", &["hunter2x"]);
        check("- name: DB_PASSWORD\n  value: hunter2x\n", &["hunter2x"]);
        check("<password>hunter2x</password>", &["hunter2x"]);
        check("Server=x;User Id=sa;Password=Hunter2!;Database=y", &["Hunter2!"]);
        check("curl -H 'X-Token: basalt*BNnATz%' https://x.example", &["basalt*BNnATz%"]);
        check("mysql --password hunter2x db", &["hunter2x"]);
        check(
            "DD_API_KEY: a0dd91b6bed40fc8db9cd0340efee903",
            &["a0dd91b6bed40fc8db9cd0340efee903"],
        );
        check("\"password\": \"swordfish\"", &["swordfish"]);
    }

    #[test]
    fn in_prose() {
        check("The password is hunter2, please", &["hunter2"]);
        check("My API key is AVBvgkqO3nsr5d1O6Ri3Bl1W.", &["AVBvgkqO3nsr5d1O6Ri3Bl1W"]);
        check(
            "using AWS_SECRET_ACCESS_KEY 7s8Stqcbnr3yBdGBLEPH1qhT61qtc4xatws8phP9 and",
            &["7s8Stqcbnr3yBdGBLEPH1qhT61qtc4xatws8phP9"],
        );
        check("Das Passwort lautet Sommer2026!", &["Sommer2026!"]);
        check("mot de passe : Soleil_2026", &["Soleil_2026"]);
        check("La contraseña es gato77negro.", &["gato77negro"]);
        check("password: `Tr0ub4dor&3`", &["Tr0ub4dor&3"]);
        check(
            "The wifi password is \"purple horse battery lamp\".",
            &["purple horse battery lamp"],
        );
        check("it says the password is \"too weak for the policy\"", &[]);
    }

    #[test]
    fn left_alone() {
        for text in [
            "secret = get_secret(user, scope=\"read\")",
            "password = os.environ[\"PASSWORD\"]",
            "password = user.password",
            "password: ${{ secrets.PASSWORD }}",
            "API_KEY=<your-api-key>",
            "client_secret=null",
            "password=\"\"",
            "password_hash_algo = \"argon2id\"; salt_len = 17",
            "enum TokenKind { Identifier, Keyword, Password, ApiKeyV7 }",
            "Our password must have 12 characters and a symbol.",
            "Write a policy about API key rotation every 90 days.",
            "the password is required and the token is invalid",
            "\"password\": \"Please enter your password\"",
            "max_tokens: 4096, key: \"value\", sort_key=\"created_at\"",
            "<input type=\"password\" name=\"pw\">",
            "if (token == otherToken1) { return next_token; }",
            "let token = self.tokens[3];",
            "public_key = \"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\"",
            "key: user_profile_cache_key_2",
        ] {
            check(text, &[]);
        }
    }
}
