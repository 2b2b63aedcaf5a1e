//! Names at the head of a mail, behind a label such as `Patient:`, and before an
//! address in angle brackets.

use privet_text::Finding;

use super::cue::{line_end, report};
use super::lexicon::{AMBIGUOUS, FAMILY, FIRST, STOP, TITLE};
use super::person::{Known, Words, after_cue, whole};
use super::word::{next_word, word_at};
use crate::reading::{before, byte, is_blank, run, run_back, word_starts};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    Rule {
        triggers: &[
            "from:",
            "to:",
            "cc:",
            "bcc:",
            "author:",
            "sender:",
            "recipient:",
            "reply-to:",
            "-by:",
            "attendees:",
            "participants:",
            "assignee:",
            "reviewer:",
            "von:",
            "an:",
            "de:",
            "para:",
        ],
        reader: read_mail_head,
    },
    Rule {
        triggers: &[
            "contact:",
            "customer:",
            "client:",
            "patient:",
            "patient name:",
            "employee:",
            "attn:",
            "buyer:",
            "seller:",
            "tenant:",
            "cardholder:",
            "account holder:",
            "beneficiary:",
            "applicant:",
            "candidate:",
            "witness:",
            "passenger:",
            "guest:",
            "student:",
            "physician:",
            "doctor:",
            "médico:",
            "nurse:",
            "insured:",
            "claimant:",
            "borrower:",
            "nombre:",
            "apellidos:",
            "apellido:",
            "paciente:",
            "remitido por:",
            "vorname:",
            "nachname:",
            "prénom:",
            "prenom:",
            "cognome:",
            "voornaam:",
            "achternaam:",
            "förnamn:",
            "efternamn:",
            "kunde:",
            "patientin:",
            "cliente:",
            "owner:",
            "manager:",
            "reported by:",
            "assigned to:",
        ],
        reader: read_label,
    },
    Rule { triggers: &[" <"], reader: read_before_address },
];

/// `From: Jane Doe <jane@example.com>, John Smith`.
fn read_mail_head(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    if !word_starts(site.bytes, site.start) && byte(site.bytes, site.start) != b'-' {
        return site.end;
    }
    let stop = line_end(site.bytes, site.end);
    let mut at = run(site.bytes, site.end, 4, is_blank);
    for _ in 0..RECIPIENTS_MAX {
        let end = run(site.bytes, at, stop.saturating_sub(at), |byte| {
            !matches!(byte, b'<' | b',' | b';' | b'(' | b'[' | b'"')
        });
        let name = site.text.get(at..end).unwrap_or_default().trim_end();
        let addressed = matches!(byte(site.bytes, end), b'<' | b'[' | b'(');
        let name_end = at + name.len();
        if let Some(known) = whole(site.text, at, name_end).filter(|_| name.len() >= 3) {
            let two = name.contains(' ');
            if (two && (known != Known::No || addressed)) || (known == Known::First && addressed) {
                report(
                    "person/mail-head",
                    0.5,
                    "mail header",
                    known != Known::No,
                    at,
                    name_end,
                    found,
                );
            }
        }
        let next =
            run(site.bytes, end, stop.saturating_sub(end), |byte| !matches!(byte, b',' | b';'));
        at = run(site.bytes, next, 3, |byte| is_blank(byte) || matches!(byte, b',' | b';' | b'"'));
        if at >= stop || at == next {
            break;
        }
    }
    site.end
}

/// `Patient: Jane Doe`.
fn read_label(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    if !word_starts(site.bytes, site.start) {
        return site.end;
    }
    let start = run(site.bytes, site.end, 8, |byte| is_blank(byte) || matches!(byte, b'*' | b'"'));
    let Some(first) = word_at(site.text, start) else { return site.end };
    let first = if first.is(TITLE) && !first.is(FIRST) {
        next_word(site.text, first).unwrap_or(first)
    } else {
        first
    };
    let Some(person) = after_cue(&Words::from(site.text, first)) else { return site.end };
    let two = site.text.get(first.start..person.end).is_some_and(|name| name.contains(' '));
    let known = first.is(FIRST) && !first.is(STOP);
    let label = site.text.get(site.start..site.end).unwrap_or_default();
    let strict = GIVEN.iter().any(|given| label.eq_ignore_ascii_case(given));
    if known
        || ((two || strict) && !first.is(STOP))
        || first.is(FAMILY) && !first.is(STOP | AMBIGUOUS)
    {
        report("person/label", 0.4, "label", known, first.start, person.end, found);
    }
    site.end
}

/// `Jane Doe <jane@example.com>` anywhere.
fn read_before_address(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let close = run(site.bytes, site.end, ADDRESS_BYTES_MAX, |byte| {
        !matches!(byte, b'>' | b'<' | b' ' | b'\n' | b'"')
    });
    let address = site.bytes.get(site.end..close).unwrap_or_default();
    if byte(site.bytes, close) != b'>' || !address.contains(&b'@') {
        return site.end;
    }
    let quoted = before(site.bytes, site.start) == b'"';
    let end = run_back(site.bytes, site.start - usize::from(quoted), 4, is_blank);
    let head = site.text.get(..end).unwrap_or_default();
    let start = head
        .char_indices()
        .rev()
        .take(NAME_CHARS_MAX)
        .take_while(|(_, c)| {
            c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’') || (quoted && *c == ',')
        })
        .last()
        .map_or(end, |(index, _)| index);
    let skip = site
        .text
        .get(start..end)
        .map_or(0, |name| name.len() - name.trim_start_matches([' ', '.', '-', '\'']).len());
    let start = start + skip;
    // Only as many words as are written like a name count, from the right.
    let mut from = start;
    for (index, _) in site.text.get(start..end).unwrap_or_default().match_indices(' ') {
        if whole(site.text, from, end).is_some() {
            break;
        }
        from = start + index + 1;
    }
    if let Some(known) = whole(site.text, from, end) {
        let two = site.text.get(from..end).is_some_and(|name| name.contains(' '));
        if two || known == Known::First {
            report("person/mail-head", 0.5, "mail address", known != Known::No, from, end, found);
        }
    }
    site.end
}

/// Labels that only a person's name stands behind.
const GIVEN: &[&str] = &[
    "nombre:",
    "apellidos:",
    "apellido:",
    "vorname:",
    "nachname:",
    "prénom:",
    "prenom:",
    "cognome:",
    "voornaam:",
    "achternaam:",
    "förnamn:",
    "efternamn:",
    "patient name:",
    "cardholder:",
    "account holder:",
];

const RECIPIENTS_MAX: usize = 64;
const ADDRESS_BYTES_MAX: usize = 120;
const NAME_CHARS_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn heads_and_labels() {
        check(
            "From: Quill Zanderbek <q@example.com>\nTo: Jane Doe, John Smith\n",
            &["Quill Zanderbek", "Jane Doe", "John Smith"],
        );
        check("Signed-off-by: Quill Zanderbek <q@example.com>", &["Quill Zanderbek"]);
        check("Patient: Quill Zanderbek, 54", &["Quill Zanderbek"]);
        check("ask Quill Zanderbek  <q@example.com>", &["Quill Zanderbek"]);
        check("Nombre:  Ernesto.\nApellidos: Rivera Bueno.", &["Ernesto", "Rivera Bueno"]);
        check("Vorname: Zanderbek", &["Zanderbek"]);
        check("cc: Wei Zhang, Mohammed Al-Fayed", &["Wei Zhang", "Mohammed Al-Fayed"]);
    }

    #[test]
    fn other_labels() {
        for text in [
            "From: Berlin To: Paris",
            "Contact: Sales Department",
            "to: string, from: number",
            "a <b@c> x <div>",
        ] {
            check(text, &[]);
        }
    }
}
