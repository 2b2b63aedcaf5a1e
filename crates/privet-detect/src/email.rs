//! E-mail addresses, also internationalised ones (RFC 5321, RFC 6531).

use memchr::memchr_iter;
use privet_text::{EntityType, Finding, Score};

use crate::Detector;
use crate::claim::Claim;
use crate::reading::{before, byte, precedes};

/// Finds e-mail addresses.
pub(crate) struct Emails;

impl Detector for Emails {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        for at in memchr_iter(b'@', text.as_bytes()) {
            if let Some(finding) = address_around(text, at) {
                found(finding);
            }
        }
    }
}

/// The address whose `@` stands at `at`.
fn address_around(text: &str, at: usize) -> Option<Finding> {
    let bytes = text.as_bytes();
    let start = local_start(text, at)?;
    let (end, score) = domain_end(text, at + 1)?;
    // `git@host:path` is a repository, `scheme://user:password@host` a credential.
    let is_repository = text.get(start..at) == Some("git") && byte(bytes, end) == b':';
    if is_repository || in_userinfo(bytes, start) {
        return None;
    }
    Claim::new(EntityType::EmailAddress, "email", score).at(start, end)
}

/// Where the local part that ends at `at` begins.
fn local_start(text: &str, at: usize) -> Option<usize> {
    let head = text.get(..at)?;
    // Chinese or Japanese is written without spaces, so that a whole sentence would
    // be taken for the local part unless the address itself is written that way.
    let unspaced = head.chars().next_back().is_some_and(is_unspaced);
    let local = head.char_indices().rev().take(LOCAL_CHARS_MAX).take_while(|(_, letter)| {
        if letter.is_ascii() {
            is_local_byte(*letter as u8)
        } else {
            letter.is_alphanumeric() && (unspaced || !is_unspaced(*letter))
        }
    });
    let start = local.last().map(|(index, _)| index)?;
    // Punctuation may stand before an address, but does not begin one.
    let skipped = text.get(start..at)?.bytes().take_while(|b| is_leading_noise(*b)).count();
    let start = after_escape(text.as_bytes(), start + skipped);
    (start < at && before(text.as_bytes(), at) != b'.').then_some(start)
}

/// Skips the letter of an escape such as `\n` directly before an address.
fn after_escape(bytes: &[u8], start: usize) -> usize {
    let escaped = before(bytes, start) == b'\\' && matches!(byte(bytes, start), b'n' | b'r' | b't');
    if escaped { start + 1 } else { start }
}

/// Where the domain that begins at `from` ends, and how sure its ending makes us.
fn domain_end(text: &str, from: usize) -> Option<(usize, Score)> {
    let tail = text.get(from..)?;
    let stop = domain_run(tail);
    let domain = tail.get(..stop)?.trim_end_matches(['.', '-']);
    let (body, last) = domain.rsplit_once('.')?;
    let labels_hold = domain.split('.').all(|label| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    });
    if !labels_hold || body.is_empty() || is_image_scale(body) {
        return None;
    }
    // A sentence may follow without a space: "jane@example.com.Please".
    let score = top_level_score(last)?;
    Some((from + domain.len(), score))
}

/// How many bytes at the start of `tail` can belong to a domain.
fn domain_run(tail: &str) -> usize {
    let mut last = '.';
    let mut end = 0;
    for (at, letter) in tail.char_indices().take(DOMAIN_CHARS_MAX) {
        let fits = if letter.is_ascii() {
            letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.')
        } else {
            // "jane@example.com谢谢": a sentence goes on where the script changes.
            letter.is_alphanumeric() && !(is_unspaced(letter) && last.is_ascii_alphanumeric())
        };
        if !fits {
            break;
        }
        last = letter;
        end = at + letter.len_utf8();
    }
    end
}

/// How much a top-level domain speaks for an address; `None` if it cannot be one.
fn top_level_score(label: &str) -> Option<Score> {
    if !label.is_ascii() {
        return Some(Score::PATTERN);
    }
    let lower = label.to_ascii_lowercase();
    if let Some(puny) = lower.strip_prefix("xn--") {
        return (!puny.is_empty()).then_some(Score::PATTERN);
    }
    if lower.len() < 2 || !lower.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    // `getty@tty1.service`: units of systemd.
    if UNITS.contains(&lower.as_str()) {
        return None;
    }
    let known = lower.len() == 2 || TOP_LEVEL.contains(&lower.as_str());
    Some(if known { Score::PATTERN } else { Score::SHAPE })
}

/// Whether what begins at `start` stands in the user part of a URL.
fn in_userinfo(bytes: &[u8], start: usize) -> bool {
    let mut at = start;
    for _ in 0..LOCAL_CHARS_MAX {
        let last = before(bytes, at);
        if last == b'/' {
            return precedes(bytes, at, "://");
        }
        if last == 0
            || last.is_ascii_whitespace()
            || matches!(last, b'"' | b'\'' | b'<' | b'?' | b'#')
        {
            return false;
        }
        at -= 1;
    }
    false
}

/// `icon@2x.png` is a picture.
fn is_image_scale(body: &str) -> bool {
    let mut bytes = body.bytes();
    matches!(
        (bytes.next(), bytes.next(), bytes.next()),
        (Some(b'1'..=b'4'), Some(b'x'), None | Some(b'.'))
    )
}

fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'&')
}

fn is_leading_noise(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'\'' | b'&' | b'%' | b'+')
}

/// Scripts written without spaces between words.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

/// Kinds of units of systemd.
const UNITS: &[&str] = &[
    "service",
    "socket",
    "target",
    "mount",
    "automount",
    "timer",
    "slice",
    "scope",
    "device",
    "swap",
];

const LOCAL_CHARS_MAX: usize = 64;
const DOMAIN_CHARS_MAX: usize = 253;

/// Top-level domains of three letters and more that addresses are seen under,
/// with those reserved for examples and private networks.
const TOP_LEVEL: &[&str] = &[
    "academy",
    "aero",
    "agency",
    "app",
    "art",
    "asia",
    "bank",
    "berlin",
    "biz",
    "blog",
    "business",
    "care",
    "cat",
    "center",
    "clinic",
    "cloud",
    "club",
    "coach",
    "com",
    "community",
    "company",
    "consulting",
    "coop",
    "corp",
    "design",
    "dev",
    "digital",
    "edu",
    "education",
    "email",
    "energy",
    "engineering",
    "eus",
    "example",
    "expert",
    "finance",
    "foundation",
    "fund",
    "gal",
    "global",
    "gmbh",
    "gov",
    "group",
    "hamburg",
    "health",
    "hospital",
    "house",
    "inc",
    "info",
    "insurance",
    "int",
    "internal",
    "international",
    "invalid",
    "jobs",
    "koeln",
    "lan",
    "law",
    "legal",
    "life",
    "limited",
    "live",
    "llc",
    "local",
    "london",
    "ltd",
    "management",
    "marketing",
    "media",
    "mil",
    "mobi",
    "museum",
    "name",
    "net",
    "network",
    "news",
    "ngo",
    "ninja",
    "one",
    "online",
    "ong",
    "org",
    "page",
    "paris",
    "partners",
    "post",
    "press",
    "pro",
    "pub",
    "quebec",
    "reisen",
    "rocks",
    "school",
    "science",
    "scot",
    "services",
    "shop",
    "site",
    "social",
    "software",
    "solutions",
    "space",
    "store",
    "studio",
    "support",
    "swiss",
    "systems",
    "team",
    "tech",
    "technology",
    "tel",
    "test",
    "tips",
    "tirol",
    "today",
    "tokyo",
    "tools",
    "top",
    "travel",
    "university",
    "ventures",
    "vip",
    "wales",
    "wien",
    "wiki",
    "work",
    "works",
    "world",
    "xyz",
    "zone",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        Emails.detect(text, &mut |f| got.extend(f.span.of(text).map(str::to_owned)));
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn addresses() {
        check("write to jane.doe@example.com.", &["jane.doe@example.com"]);
        check(
            "<jane+news@mail.example.co.uk>,x_y@example.org",
            &["jane+news@mail.example.co.uk", "x_y@example.org"],
        );
        check("mailto:o'brien@example.ie", &["o'brien@example.ie"]);
        check(
            "müller@straße.example und 张伟@例子.中国",
            &["müller@straße.example", "张伟@例子.中国"],
        );
        check("请联系jane@example.com谢谢", &["jane@example.com"]);
        check("to\\njane@example.com\\n", &["jane@example.com"]);
        check("jane@xn--strae-oqa.xn--p1ai", &["jane@xn--strae-oqa.xn--p1ai"]);
        check("https://example.com/?to=jane@example.com", &["jane@example.com"]);
        check("user@host.internal", &["user@host.internal"]);
        check("'jane@example.com'", &["jane@example.com"]);
    }

    #[test]
    fn not_addresses() {
        check("git@github.com:acme/repo.git", &[]);
        check("icon@2x.png logo@3x.png", &[]);
        check("lodash@4.17.21 react@^18.2.0 @types/node", &[]);
        check("postgres://app:hunter2@db.example.com/x", &[]);
        check("ssh://deploy@git.example.com/x", &[]);
        check("a @ b, @Override, x@y, me@localhost", &[]);
        check("C = A@B.T", &[]);
    }
}
