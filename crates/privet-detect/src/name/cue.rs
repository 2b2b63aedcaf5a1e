//! Names behind a cue in running text: "my name is", and the greeting and closing of
//! a letter.

use privet_text::{EntityType, Finding, Reason, Score};

use super::lexicon::{AMBIGUOUS, FIRST, STOP, TITLE};
use super::person::{Known, Words, after_cue, first_and_family, whole};
use super::word::{Case, word_at};
use crate::claim::Claim;
use crate::reading::{before, byte, is_blank, run, run_back, word_starts};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    Rule {
        triggers: &[
            "my name is ",
            "i am called ",
            "this is ",
            "i am ",
            "i'm ",
            "i’m ",
            "ich bin ",
            "ich heiße ",
            "mein name ist ",
            "je m'appelle ",
            "je m’appelle ",
            "me llamo ",
            "mi nombre es ",
            "mi chiamo ",
            "meu nome é ",
            "mijn naam is ",
            "jag heter ",
            "named ",
            "spoke with ",
            "speak to ",
            "name's ",
        ],
        reader: read_introduction,
    },
    Rule {
        triggers: &[
            "dear ", "hi ", "hello ", "hey ", "liebe ", "lieber ", "hallo ", "bonjour ", "hola ",
            "cher ", "chère ",
        ],
        reader: read_greeting,
    },
    Rule {
        triggers: &[
            "regards,",
            "sincerely,",
            "best,",
            "cheers,",
            "thanks,",
            "thank you,",
            "signed,",
            "yours,",
            "truly,",
            "faithfully,",
            "wishes,",
            "grüßen",
            "grüße,",
            "cordialement,",
            "saludos,",
            "saluti,",
            "atentamente,",
            "groeten,",
            "hälsningar,",
            "/s/",
        ],
        reader: read_closing,
    },
];

/// Reports a name behind a cue.
pub(super) fn report(
    id: &'static str,
    base: f32,
    cue: &'static str,
    known: bool,
    start: usize,
    end: usize,
    found: &mut dyn FnMut(Finding),
) {
    let claim = Claim::new(EntityType::Person, id, Score::new(base)).because(Reason::Context(cue));
    let claim = if known { claim.because(Reason::Dictionary) } else { claim };
    if let Some(finding) = claim.at(start, end) {
        found(finding);
    }
}

/// "My name is Jane", "I am Jane Doe".
fn read_introduction(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let Some(first) = word_at(site.text, site.end).filter(|_| word_starts(site.bytes, site.start))
    else {
        return site.end;
    };
    let says_name = site.text.get(site.start..site.end).is_some_and(|cue| {
        let cue = cue.to_lowercase();
        cue.contains("nam")
            || cue.contains("hei")
            || cue.contains("appelle")
            || cue.contains("chiamo")
            || cue.contains("nombre")
            || cue.contains("llamo")
            || cue.contains("heter")
    }) && !site
        .text
        .get(site.start..site.end)
        .is_some_and(|cue| cue.eq_ignore_ascii_case("named "));
    let words = Words::from(site.text, first);
    let sure = first.is(FIRST) && !first.is(AMBIGUOUS | STOP);
    let proper = matches!(first.case, Case::Capital);
    let person = if says_name && first.looks_proper() {
        after_cue(&words)
    } else {
        first_and_family(&words)
    };
    let end =
        person.map(|person| person.end).or((sure && (proper || says_name)).then_some(first.end));
    if let Some(end) = end {
        report("person/introduction", 0.4, "introduction", sure, first.start, end, found);
    }
    site.end
}

/// "Dear Jane,".
fn read_greeting(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let Some(first) = word_at(site.text, site.end).filter(|_| word_starts(site.bytes, site.start))
    else {
        return site.end;
    };
    let sure = first.is(FIRST) && !first.is(STOP | TITLE);
    if !begins_sentence(site.bytes, site.start) {
        return site.end;
    }
    if first.case != Case::Capital || first.is(TITLE) {
        return site.end;
    }
    let Some(person) = after_cue(&Words::from(site.text, first)) else { return site.end };
    let closed =
        matches!(byte(site.bytes, person.end), b',' | b':' | b'!' | b'\n' | b'\r' | b'-' | b'\\');
    let formal = matches!(byte(site.bytes, site.start) | 0x20, b'd' | b'l' | b'c');
    if closed && (sure || (formal && !first.is(STOP))) {
        report("person/greeting", 0.4, "greeting", sure, first.start, person.end, found);
    }
    site.end
}

/// Whether a sentence begins at `at`.
fn begins_sentence(bytes: &[u8], at: usize) -> bool {
    let blanks = run_back(bytes, at, 8, is_blank);
    matches!(
        before(bytes, blanks),
        0 | b'\n' | b'\r' | b'"' | b'\'' | b'>' | b'.' | b'!' | b'?' | b'*' | b'(' | b':'
    ) || (matches!(before(bytes, blanks), b'n' | b't')
        && before(bytes, blanks.saturating_sub(1)) == b'\\')
}

/// The line under "Best regards,".
fn read_closing(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let here = run(site.bytes, site.end, 4, |byte| is_blank(byte) || byte == b',');
    let slash = before(site.bytes, site.end) == b'/';
    let start = skip_lines(site.bytes, here);
    let under_a_closing = start > here && word_starts(site.bytes, site.start);
    if !(slash || under_a_closing) {
        return site.end;
    }
    let end = line_end(site.bytes, start);
    let line = site.text.get(start..end).unwrap_or_default();
    let name = line.split([',', '|', '(']).next().unwrap_or_default().trim_end();
    let end = start + name.len();
    let Some(known) = whole(site.text, start, end) else { return site.end };
    let words = name.split_whitespace().count();
    let capital = word_at(site.text, start)
        .is_some_and(|word| matches!(word.case, Case::Capital | Case::Initial | Case::Upper));
    if known == Known::First
        || (capital && words >= 2 && name.len() >= 5)
        || (capital && known == Known::Part)
    {
        report("person/closing", 0.4, "closing", known != Known::No, start, end, found);
    }
    site.end
}

/// Skips up to three line ends, real ones or `\n`, with blanks around them.
fn skip_lines(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut lines = 0;
    while lines < 3 {
        let blank = run(bytes, at, 16, |byte| is_blank(byte) || matches!(byte, b'\r' | b'>'));
        let next = if byte(bytes, blank) == b'\n' {
            blank + 1
        } else if byte(bytes, blank) == b'\\' && byte(bytes, blank + 1) == b'n' {
            blank + 2
        } else {
            break;
        };
        at = next;
        lines += 1;
    }
    if lines == 0 {
        from
    } else {
        run(bytes, at, 16, |byte| is_blank(byte) || matches!(byte, b'-' | b'>'))
    }
}

/// Where the line that holds `from` ends, at a real line end or `\n`.
pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    let mut last = 0;
    let end = run(bytes, from, LINE_BYTES_MAX, |byte| {
        let ends = byte == b'\n' || byte == b'\r' || (last == b'\\' && byte == b'n');
        last = byte;
        !ends
    });
    let escaped = byte(bytes, end) == b'n' && before(bytes, end) == b'\\';
    if escaped { end - 1 } else { end }
}

const LINE_BYTES_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn cues() {
        check("Hi, my name is Quill Zanderbek and I need help", &["Quill Zanderbek"]);
        check("I'm Jane, I am Jane Doe", &["Jane", "Jane Doe"]);
        check("Dear Zanderbek,\nHi Jane!\n", &["Zanderbek", "Jane"]);
        check("Best regards,\nQuill Zanderbek\nSales Lead", &["Quill Zanderbek"]);
        check("Regards,\\nJane\\n", &["Jane"]);
    }

    #[test]
    fn no_people_there() {
        for text in [
            "I am German and I'm Happy; this is Important",
            "Dear Customer, Hi Team, Hello World!",
            "Best regards,\nThe Support Team",
            "Thanks, I will try",
        ] {
            check(text, &[]);
        }
    }
}
