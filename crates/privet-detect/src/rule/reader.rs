//! Code for cues whose values no regular expression can read, because they begin before
//! the cue. Each gives the bounds of the value.

use crate::reading::{before, byte, continues, is_blank, run, run_back};
use crate::trigger::Site;

/// The machine whose name ends with the domain at the cue: "db-01.prod" + ".internal".
pub(super) fn host_before(site: &Site<'_>) -> Option<(usize, usize)> {
    let bytes = site.bytes;
    let next = byte(bytes, site.end);
    let goes_on = next == b'.' && byte(bytes, site.end + 1).is_ascii_alphanumeric();
    if next.is_ascii_alphanumeric() || matches!(next, b'-' | b'_' | b'(' | b'@') || goes_on {
        return None;
    }
    let start = run_back(bytes, site.start, HOST_BYTES_MAX, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
    });
    let host = bytes.get(start..site.start)?;
    let clean = host.iter().position(u8::is_ascii_alphanumeric)?;
    // `SpanKind.INTERNAL` is a constant.
    if byte(bytes, site.start + 1).is_ascii_uppercase() {
        return None;
    }
    let fits = host.len() - clean >= 2
        && !matches!(before(bytes, start), b'_' | b'$' | b'/' | b'\\')
        && !NOT_HOSTS.iter().any(|word| host.eq_ignore_ascii_case(word.as_bytes()));
    fits.then_some((start + clean, site.end))
}

/// The address around a spelled-out `@`: "jane.doe at example dot org".
pub(super) fn email_spelled(site: &Site<'_>) -> Option<(usize, usize)> {
    let bytes = site.bytes;
    let bare = byte(bytes, site.start) == b' ' && byte(bytes, site.start + 1).is_ascii_alphabetic();
    let english = continues(bytes, site.start, " at ");
    let (end, spelled) = spelled_domain(bytes, run(bytes, site.end, 1, is_blank), english)?;
    if bare && !spelled {
        return None; // "arrived at example.org"
    }
    let blank = run_back(bytes, site.start, 1, is_blank);
    let start = run_back(bytes, blank, LOCAL_BYTES_MAX, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+')
    });
    let local = bytes.get(start..blank)?;
    let first = local.iter().position(u8::is_ascii_alphanumeric)?;
    let word = local.get(first..)?;
    let plain = NOT_LOCAL.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    (word.len() >= 2 && !plain).then_some((start + first, end))
}

/// Reads "example dot org". Gives its end and whether a dot was a word.
fn spelled_domain(bytes: &[u8], from: usize, bare: bool) -> Option<(usize, bool)> {
    let mut at = label_end(bytes, from)?;
    let mut spelled = false;
    let mut dots = 0;
    while dots < DOTS_MAX {
        let Some((next, word)) = dot_end(bytes, at, bare) else { break };
        let Some(end) = label_end(bytes, next) else { break };
        at = end;
        spelled |= word;
        dots += 1;
    }
    let last = run_back(bytes, at, LABEL_BYTES_MAX, |byte| byte.is_ascii_alphabetic());
    let plausible = (2..=10).contains(&(at - last)) && !byte(bytes, at).is_ascii_alphanumeric();
    (dots > 0 && plausible).then_some((at, spelled))
}

fn label_end(bytes: &[u8], from: usize) -> Option<usize> {
    let end =
        run(bytes, from, LABEL_BYTES_MAX, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (end > from + 1).then_some(end)
}

/// Where a dot ends that stands at `at`, and whether it is spelled out. Behind a `bare`
/// "at", "point" is no dot: "held at any point in time".
fn dot_end(bytes: &[u8], at: usize, bare: bool) -> Option<(usize, bool)> {
    let rest = bytes.get(at..)?;
    if rest.first() == Some(&b'.') {
        return Some((at + 1, false));
    }
    let forms = [
        " dot ", "(dot)", "[dot]", " (dot) ", " [dot] ", "{dot}", "_dot_", " punkt ", "(punkt)",
        " punto ", " point ", " ponto ", " punt ",
    ];
    let form = forms.iter().find(|form| {
        let english = !matches!(**form, " punto " | " point " | " ponto " | " punt ");
        (english || !bare)
            && rest.get(..form.len()).is_some_and(|part| part.eq_ignore_ascii_case(form.as_bytes()))
    })?;
    Some((at + form.len(), true))
}

/// The address around the kind of a street: "Hauptstraße 12, 10115 Berlin".
pub(super) fn street_around(site: &Site<'_>) -> Option<(usize, usize)> {
    let bytes = site.bytes;
    let number = run(bytes, site.end, 4, |byte| byte.is_ascii_digit());
    if number == site.end || byte(bytes, site.end) == b'0' || byte(bytes, number).is_ascii_digit() {
        return None;
    }
    let start = street_start(site)?;
    let mut end = number;
    // "12a", "12 a", "12-14", "12/3"
    let letter = end + usize::from(byte(bytes, end) == b' ');
    if byte(bytes, letter).is_ascii_alphabetic() && !is_letter(byte(bytes, letter + 1)) {
        end = letter + 1;
    }
    if matches!(byte(bytes, end), b'-' | b'/') && byte(bytes, end + 1).is_ascii_digit() {
        end = run(bytes, end + 1, 4, |byte| byte.is_ascii_digit());
    }
    if is_letter(byte(bytes, end))
        || (byte(bytes, end) == b'.' && byte(bytes, end + 1).is_ascii_digit())
    {
        return None;
    }
    Some((start, town_end(bytes, end).unwrap_or(end)))
}

/// Where the street begins: at the word that ends with the cue, or up to three words that
/// begin with a capital letter before a kind of street that is a word of its own.
fn street_start(site: &Site<'_>) -> Option<usize> {
    let bytes = site.bytes;
    let cue = bytes.get(site.start..site.end)?;
    let word = run_back(bytes, site.start, WORD_BYTES_MAX, |byte| is_letter(byte) || byte == b'-');
    if word < site.start {
        // "Hauptstraße": one word, which begins with a capital letter. "String 5" is none.
        let stem = site.start - word;
        let fits =
            is_capital(bytes, word) && stem >= 3 && !is_known_word(bytes.get(word..site.end)?);
        return fits.then_some(word);
    }
    let capital = is_capital(bytes, site.start);
    let mut start = None;
    let mut at = site.start;
    for _ in 0..STREET_WORDS_MAX {
        if before(bytes, at) != b' ' {
            break;
        }
        let word = run_back(bytes, at - 1, WORD_BYTES_MAX, |byte| is_letter(byte) || byte == b'-');
        let lead = bytes.get(word..at - 1)?;
        if is_capital(bytes, word) && word < at - 1 && !is_article(lead) {
            start = Some(word);
        } else if !is_particle(lead) {
            break;
        }
        at = word;
    }
    // "Am Alten Markt 3" has a capital kind; "platz 3" and "der Platz 3" are no streets.
    start.filter(|_| capital && cue.len() > 3)
}

/// Where postcode and town end that follow at `from`: ", 10115 Berlin", ", 1015 CJ Amsterdam".
fn town_end(bytes: &[u8], from: usize) -> Option<usize> {
    let comma = run(bytes, from, 1, |byte| byte == b',');
    let blank = run(bytes, comma, 2, |byte| matches!(byte, b' ' | b'\n'));
    if blank == comma {
        return None;
    }
    let country = run(bytes, blank, 2, |byte| byte.is_ascii_uppercase());
    let start = if country > blank && byte(bytes, country) == b'-' { country + 1 } else { blank };
    let code = run(bytes, start, 5, |byte| byte.is_ascii_digit());
    let length = code - start;
    // "111 22" in Sweden, "1015 CJ" in the Netherlands
    let more = run(bytes, code + 1, 2, |byte| match length {
        3 => byte.is_ascii_digit(),
        4 => byte.is_ascii_uppercase(),
        _ => false,
    });
    let code = if byte(bytes, code) == b' ' && more == code + 3 { more } else { code };
    if !(4..=6).contains(&(code - start)) && length != 4 || byte(bytes, code) != b' ' {
        return None;
    }
    let town = run(bytes, code + 1, WORD_BYTES_MAX, |byte| is_letter(byte) || byte == b'-');
    (is_capital(bytes, code + 1) && town > code + 2).then_some(town)
}

/// ASCII letters and the bytes of characters beyond ASCII.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a capital letter stands at `at`, also one of Latin-1 such as `Ö`.
fn is_capital(bytes: &[u8], at: usize) -> bool {
    let first = byte(bytes, at);
    first.is_ascii_uppercase() || (first == 0xC3 && (0x80..=0x9E).contains(&byte(bytes, at + 1)))
}

fn is_article(word: &[u8]) -> bool {
    ["Der", "Die", "Das", "Den", "Dem", "Im", "Ein", "Auf", "Op", "De", "Het"]
        .iter()
        .any(|known| known.as_bytes() == word)
}

fn is_particle(word: &[u8]) -> bool {
    ["den", "der", "dem", "de", "van", "von", "zum", "zur"]
        .iter()
        .any(|known| known.as_bytes() == word)
}

/// Words that end like a street and are none.
fn is_known_word(word: &[u8]) -> bool {
    let known = [
        "Spring ",
        "String ",
        "During ",
        "Bring ",
        "Arbeitsplatz ",
        "Marketing ",
        "Engineering ",
        "Monitoring ",
        "Supermarkt ",
        "Bahnhof ",
        "Parkplatz ",
        "Listenplatz ",
        "Tabellenplatz ",
        "Scoring ",
        "Offering ",
        "Manufacturing ",
        "Gathering ",
        "Filtering ",
        "Rendering ",
        "Restructuring ",
        "Exploring ",
    ];
    known.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
        || word.ends_with(b"ing ") && !word.ends_with(b"ring ")
}

const HOST_BYTES_MAX: usize = 200;
const LOCAL_BYTES_MAX: usize = 64;
const LABEL_BYTES_MAX: usize = 63;
const WORD_BYTES_MAX: usize = 40;
const STREET_WORDS_MAX: usize = 3;
const DOTS_MAX: usize = 4;

/// Names of programs that end in `.local`.
const NOT_HOSTS: &[&str] = &[
    "self",
    "this",
    "settings",
    "env",
    "config",
    "threading",
    "usr",
    "window",
    "asyncio",
    "gevent",
    "options",
    "host.docker",
];

/// Words before "at" that are no mailbox.
const NOT_LOCAL: &[&str] = &[
    "me",
    "us",
    "is",
    "was",
    "are",
    "be",
    "look",
    "looks",
    "looked",
    "meet",
    "sat",
    "it",
    "and",
    "available",
    "found",
    "located",
    "hosted",
    "visit",
    "up",
    "him",
    "her",
    "them",
    "or",
    "published",
    "website",
    "page",
    "site",
    "online",
    "read",
    "more",
    "work",
    "works",
    "working",
    "based",
    "stay",
    "live",
    "lives",
];
