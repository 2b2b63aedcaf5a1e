//! Values beside a word that says what they are: "passport no. 123456789".

use privet_text::Finding;

use super::judge::Verdict;
use super::pattern::Walker;
use super::shape::right_is_free;
use super::{Cues, Reading, Rule, SpanOf};
use crate::reading::{before, byte, continues, is_word, run, word_starts};
use crate::secret::is_program;
use crate::trigger::Site;

/// Reads on from a cue of `rule` with pattern number `pattern`. Gives the place up to which
/// it has read.
pub(crate) fn read(
    rule: &'static Rule,
    cues: &Cues,
    pattern: usize,
    walker: Option<&mut Walker<'_>>,
    site: &Site<'_>,
    found: &mut dyn FnMut(Finding),
) -> usize {
    // Another cue of the same rule may begin here or before, so nothing counts as read.
    let Some((start, end)) = bounds(cues, pattern, walker, site) else { return 0 };
    let whole = if cues.span == SpanOf::All { start.min(site.start) } else { start };
    let mut window = None;
    let verdict = Verdict::on(rule, cues.score, site.text, (whole, end), &mut window);
    if let Some(finding) = verdict.and_then(|verdict| verdict.finding()) {
        found(finding);
        return end.max(site.end);
    }
    0
}

fn bounds(
    cues: &Cues,
    pattern: usize,
    walker: Option<&mut Walker<'_>>,
    site: &Site<'_>,
) -> Option<(usize, usize)> {
    let bytes = site.bytes;
    if let Reading::Code(read) = cues.reading {
        return read(site);
    }
    let fits = if cues.direct { cue_begins(site) } else { cue_stands_alone(site) };
    if !fits {
        return None;
    }
    // `age(5)`, `.zip(-10000)`: a call.
    if !cues.direct && byte(bytes, site.end) == b'(' {
        return None;
    }
    let start = if cues.direct { site.end } else { value_start(bytes, site.end)? };
    let end = walker?.furthest(pattern, bytes, start, |end| {
        right_is_free(bytes, end) && (cues.digitless || has_digit(bytes, start, end))
    })?;
    let program = !cues.direct && site.text.get(start..end).is_some_and(is_program);
    (end > start && !program).then_some((start, end))
}

/// Whether the cue, if it begins with a letter or is `@`, begins a word.
fn cue_begins(site: &Site<'_>) -> bool {
    let first = byte(site.bytes, site.start);
    !(is_word(first) || first == b'@') || word_starts(site.bytes, site.start)
}

/// Whether the cue is a word of its own, or a part of a name such as `passportNumber`.
fn cue_stands_alone(site: &Site<'_>) -> bool {
    let (bytes, first) = (site.bytes, byte(site.bytes, site.start));
    // Chinese, Japanese and Korean are written without blanks.
    if !is_word(first) || (0xE3..=0xED).contains(&first) {
        return true;
    }
    let hump = first.is_ascii_uppercase()
        && site.start.checked_sub(1).is_some_and(|at| byte(bytes, at).is_ascii_lowercase());
    let starts =
        word_starts(bytes, site.start) || hump || byte(bytes, site.start.wrapping_sub(1)) == b'_';
    let next = byte(bytes, site.end);
    let last = byte(bytes, site.end.saturating_sub(1));
    // "C.I." is an identity card, "S.A.C.I." a company.
    let longer = last == b'.'
        && before(bytes, site.start) == b'.'
        && before(bytes, site.start.saturating_sub(1)).is_ascii_alphabetic();
    if longer {
        return false;
    }
    let ends = !next.is_ascii_lowercase() || !last.is_ascii_alphabetic() || joined(bytes, site.end);
    starts && ends
}

/// Whether a connecting word follows without a blank: "passportno".
fn joined(bytes: &[u8], at: usize) -> bool {
    let end = run(bytes, at, CONNECTOR_MAX + 1, is_word_letter);
    // "fin" and "d" are no "fin d".
    end > at + 1 && bytes.get(at..end).is_some_and(is_connector)
}

/// Where the value begins behind "number", ":", quotes and the like. `None` if it would
/// follow directly.
pub(super) fn value_start(bytes: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    for _ in 0..STEPS_MAX {
        let signs = skip_wide_sign(bytes, skip_signs(bytes, at));
        let word = run(bytes, signs, CONNECTOR_MAX + 1, is_word_letter);
        // "no4711" is a label and its value, "DE4711" is a value.
        let short = word - signs < 2 || byte(bytes, signs) | 0x20 != b'n';
        let joined = byte(bytes, word).is_ascii_digit() && short;
        if word == signs || joined || !bytes.get(signs..word).is_some_and(is_connector) {
            at = signs;
            break;
        }
        at = word;
    }
    (at > end).then_some(at)
}

fn is_word_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Skips signs that stand between a label and its value, and at most one line end.
fn skip_signs(bytes: &[u8], from: usize) -> usize {
    let mut lines = 0;
    let mut at = from;
    run(bytes, from, SIGNS_MAX, |byte| {
        at += 1;
        match byte {
            b'\n' => {
                lines += 1;
                lines == 1
            }
            // Markdown's `**label:** value`, not the stars of a hidden number.
            b'*' => stars_end(bytes, at),
            b' ' | b'\t' | b'\r' | b'_' | b'-' | b'"' | b'\'' | b':' | b'=' | b'#' | b'.'
            | b'(' | b')' | b'[' | b'>' | b'|' | b'\\' | b'`' | b',' => true,
            _ => false,
        }
    })
}

/// Skips a full-width colon, or "is" in Chinese.
fn skip_wide_sign(bytes: &[u8], at: usize) -> usize {
    let wide = ["：", "是", "为", "は"];
    wide.iter().find(|sign| continues(bytes, at, sign)).map_or(at, |sign| at + sign.len())
}

/// Whether what follows at `at` is at most one more star and then a blank.
fn stars_end(bytes: &[u8], at: usize) -> bool {
    let end = run(bytes, at, 2, |byte| byte == b'*');
    end - at < 2 && matches!(byte(bytes, end), b' ' | b':' | b'\n')
}

fn has_digit(bytes: &[u8], start: usize, end: usize) -> bool {
    bytes.get(start..end).is_some_and(|value| value.iter().any(u8::is_ascii_digit))
}

fn is_connector(word: &[u8]) -> bool {
    CONNECTORS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

const STEPS_MAX: usize = 5;
const SIGNS_MAX: usize = 12;
const CONNECTOR_MAX: usize = 10;

/// Words that stand between a label and its value.
const CONNECTORS: &[&str] = &[
    "no",
    "nos",
    "nr",
    "num",
    "number",
    "numbers",
    "nummer",
    "numero",
    "número",
    "numéro",
    "nº",
    "n°",
    "№",
    "n",
    "id",
    "ids",
    "code",
    "ref",
    "reference",
    "is",
    "was",
    "ist",
    "lautet",
    "est",
    "es",
    "é",
    "är",
    "the",
    "of",
    "kennung",
    "serial",
    "value",
    "key",
    "string",
    "text",
    "und",
    "số",
    "nomor",
    "numer",
    "číslo",
    "szám",
    "номер",
    "numarası",
    "nomeri",
    "de",
    "del",
    "da",
    "du",
    "bei",
    "van",
    "d",
];
