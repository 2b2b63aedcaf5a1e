//! Telephone numbers: international ones by numbering plan, national ones by the
//! way they are written, everything else only beside a word such as "tel".

use privet_text::{EntityType, Finding, Score};

use super::chain::Chain;
use super::phone_plan::{Fit, fit_of, fits_nanp, is_written_nationally};
use crate::claim::Claim;
use crate::reading::{before, byte, continues, cue_before, is_blank, precedes, run, word_ends};
use crate::secret::is_program;

/// Finds telephone numbers in a chain.
pub(super) fn read(chain: &Chain<'_>, found: &mut dyn FnMut(Finding)) {
    let groups = chain.groups.len();
    let mut from = 0;
    while from < groups {
        // A form that is sure by itself wins over a longer row of digits beside a cue.
        let taken = find_from(chain, from, Trust::Form, found)
            .or_else(|| find_from(chain, from, Trust::Cue, found));
        from = taken.unwrap_or(from + 1);
    }
}

/// What a number must be known by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Form,
    Cue,
}

/// Reports the longest number that begins with group `from`; gives the group after it.
fn find_from(
    chain: &Chain<'_>,
    from: usize,
    trust: Trust,
    found: &mut dyn FnMut(Finding),
) -> Option<usize> {
    (from + 1..=chain.groups.len().min(from + GROUPS_MAX)).rev().find(|to| {
        chain.part(from, *to).and_then(|part| read_one(&part, trust)).is_some_and(|finding| {
            found(finding);
            true
        })
    })
}

/// The telephone number that fills the whole of `part`.
fn read_one(part: &Chain<'_>, trust: Trust) -> Option<Finding> {
    if !(7..=17).contains(&part.digits) || !is_free_after(part) {
        return None;
    }
    let (start, form) = form_of(part)?;
    let plus = start < part.start();
    let free = if plus { plus_is_free(part.bytes, start) } else { part.left_is_free(start) };
    if !free || (trust == Trust::Cue) != matches!(form, Form::Loose) {
        return None;
    }
    let cue =
        cue_before(part.bytes, start, CUE_REACH, CUES).or_else(|| says_number(part.bytes, start));
    let base = match form {
        Form::International(Fit::InUse) => Score::new(0.8),
        Form::International(Fit::Possible) => Score::SHAPE,
        Form::National => Score::SHAPE,
        Form::Loose => {
            cue?;
            if is_constant(part.bytes, start) {
                return None;
            }
            Score::WEAK
        }
    };
    if cue.is_none() && cue_before(part.bytes, start, 14, OTHER_CUES).is_some() {
        return None;
    }
    let (start, end) = with_surroundings(part, start);
    Claim::new(EntityType::PhoneNumber, "phone", base).near(cue).at(start, end)
}

/// Whether a `+` at `start` begins a number: "Tel.+49" does, "a+49" and "1e+49" do not.
fn plus_is_free(bytes: &[u8], start: usize) -> bool {
    let last = before(bytes, start);
    let escaped = matches!(last, b'n' | b'r' | b't') && before(bytes, start - 1) == b'\\';
    escaped || !(last.is_ascii_alphanumeric() || matches!(last, b'_' | b'+' | b'-'))
}

/// Whether the number ends here: nothing goes on, or only an extension does.
fn is_free_after(part: &Chain<'_>) -> bool {
    part.right_is_free() || extension_end(part.bytes, part.end()).is_some()
}

/// Whether a program gives the number to a constant: `NG_CALL: u32 = 2148052769`.
fn is_constant(bytes: &[u8], start: usize) -> bool {
    let low = start.saturating_sub(CONSTANT_REACH);
    let head = bytes.get(low..start).and_then(|head| std::str::from_utf8(head).ok());
    let Some(head) = head.and_then(|head| head.trim_end().strip_suffix('=')) else { return false };
    let kind = head.trim_end().rsplit([' ', ':']).next().unwrap_or_default();
    is_program(kind)
}

/// "My number is ...", unless it is that of an order or an account.
fn says_number(bytes: &[u8], start: usize) -> Option<&'static str> {
    let says = ["number is ", "number: ", "number's ", "nummer ist ", "numéro est ", "número es "];
    let said = says.iter().any(|words| precedes(bytes, start, words));
    let other = || cue_before(bytes, start, CUE_REACH, OTHER_CUES).is_some();
    (said && !other()).then_some("number")
}

/// How a number is written.
enum Form {
    /// With country code, behind `+` or an international prefix.
    International(Fit),
    /// As its country writes it.
    National,
    /// A row of digits that could be anything.
    Loose,
}

/// Where the number begins, `+` included, and how it is written.
fn form_of(part: &Chain<'_>) -> Option<(usize, Form)> {
    let start = part.start();
    let (digits, count) = part.number::<17>();
    let number = digits.get(..count)?;
    // "a + 14785156250" is a sum.
    let separated = part.groups.len() > 1;
    let blank = usize::from(separated && before(part.bytes, start) == b' ');
    if before(part.bytes, start - blank) == b'+' {
        let fit = fit_of(number).or_else(|| without_trunk_zero(part, number));
        let form = fit.map_or(Form::Loose, Form::International);
        return Some((start - blank - 1, form));
    }
    let dialled = number.strip_prefix(b"00").or_else(|| number.strip_prefix(b"011"));
    if let Some(fit) = dialled.filter(|_| separated).and_then(fit_of) {
        return Some((start, Form::International(fit)));
    }
    if is_nanp(part, number) || is_written_nationally(part) {
        return Some((start, Form::National));
    }
    (count <= 15 && !is_other_notation(part)).then_some((start, Form::Loose))
}

/// `+49 (0)30 ...`: the zero is not dialled from abroad.
fn without_trunk_zero(part: &Chain<'_>, number: &[u8]) -> Option<Fit> {
    let code = part.groups.first()?;
    let zero_at = code.len();
    if part.gap(0).last() != Some(&b'(') || number.get(zero_at) != Some(&b'0') {
        return None;
    }
    let mut dialled = [0u8; 17];
    let rest = number.get(..zero_at).into_iter().chain(number.get(zero_at + 1..)).flatten();
    let mut count = 0;
    for (slot, digit) in dialled.iter_mut().zip(rest) {
        *slot = *digit;
        count += 1;
    }
    dialled.get(..count).and_then(fit_of)
}

/// `(415) 555-0123`, `415-555-0123`, `415.555.0123`, `1-415-555-0123`.
fn is_nanp(part: &Chain<'_>, number: &[u8]) -> bool {
    let lengths = part.lengths();
    let shape = lengths.get(..part.groups.len()).unwrap_or_default();
    let (national, first) = match shape {
        [3, 3, 4] => (number, 0),
        [1, 3, 3, 4] if number.first() == Some(&b'1') => (number.get(1..).unwrap_or_default(), 1),
        _ => return false,
    };
    // "252.227-7013" is a clause.
    if part.gap(first) == b"." && part.gap(first + 1) != b"." {
        return false;
    }
    let marked = matches!(part.gap(first), b") " | b")" | b")-" | b"-" | b"." | b" - ");
    marked && matches!(part.gap(first + 1), b"-" | b"." | b" " | b" - ") && fits_nanp(national)
}

/// Dates, decimals and numbers with thousands separators.
fn is_other_notation(part: &Chain<'_>) -> bool {
    let lengths = part.lengths();
    let shape = lengths.get(..part.groups.len()).unwrap_or_default();
    // "Copyright 1995-2011"
    let year = |group: usize| {
        let digits = part.groups.get(group).map(|group| group.start..group.start + 2);
        digits.and_then(|at| part.bytes.get(at)).is_some_and(|head| head == b"19" || head == b"20")
    };
    if matches!(shape, [4, 4]) && year(0) && year(1) {
        return true;
    }
    let is_date = matches!(shape, [4, 1..=2, 1..=2, ..] | [1..=2, 1..=2, 4 | 2, ..]);
    let small = |length: &usize| matches!(length, 1 | 3);
    let is_decimal = part.joined_by(b".") && (shape.len() == 2 || shape.iter().skip(1).all(small));
    let is_fragmented =
        shape.len() > 6 || (shape.len() > 2 && shape.iter().all(|length| *length == 1));
    is_date || is_decimal || is_fragmented
}

/// Adds an opening parenthesis that the number closes, and an extension.
fn with_surroundings(part: &Chain<'_>, start: usize) -> (usize, usize) {
    let bytes = part.bytes;
    let end = part.end();
    let inside = bytes.get(start..end).unwrap_or_default();
    let closes = inside.iter().position(|byte| *byte == b')');
    let opens = inside.iter().position(|byte| *byte == b'(');
    let unbalanced = closes.is_some_and(|close| opens.is_none_or(|open| close < open));
    let start = if unbalanced && before(bytes, start) == b'(' { start - 1 } else { start };
    (start, extension_end(bytes, end).unwrap_or(end))
}

/// Where an extension such as ` ext. 12` ends.
fn extension_end(bytes: &[u8], end: usize) -> Option<usize> {
    let at = run(bytes, end, 2, |byte| is_blank(byte) || byte == b',');
    let word = ["extension", "ext.", "ext", "x"].iter().find(|word| continues(bytes, at, word))?;
    let digits = run(bytes, at + word.len(), 2, |byte| is_blank(byte) || byte == b':');
    let stop = run(bytes, digits, 6, |byte| byte.is_ascii_digit());
    (stop > digits && word_ends(bytes, stop) && byte(bytes, stop) != b'.').then_some(stop)
}

const CONSTANT_REACH: usize = 24;
const CUE_REACH: usize = 40;
const GROUPS_MAX: usize = 7;

const CUES: &[&str] = &[
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "call",
    "sms",
    "whatsapp",
    "dial",
    "phones",
    "ph",
    "mob",
    "hotline",
    "voicemail",
    "telefon",
    "telefono",
    "teléfono",
    "teléfonos",
    "tfno",
    "tfnos",
    "telf",
    "telfs",
    "telef",
    "tlfno",
    "tfn",
    "facsimile",
    "telefax",
    "teléf",
    "telephones",
    "telefones",
    "móvil",
    "movil",
    "celular",
    "tél",
    "téléphone",
    "telephon",
    "portable",
    "mobil",
    "handy",
    "rufnummer",
    "telefonnummer",
    "handynummer",
    "mobilnummer",
    "festnetz",
    "durchwahl",
    "tlf",
    "telefone",
    "telemóvel",
    "cellulare",
    "gsm",
    "telefoon",
    "mobiel",
    "puhelin",
    "phoneno",
    "msisdn",
    "тел",
    "телефон",
    "电话",
    "手机",
    "電話",
];

/// Words that say a number is something else.
const OTHER_CUES: &[&str] = &[
    "account",
    "policy",
    "member",
    "customer",
    "confirmation",
    "card",
    "model",
    "part",
    "license",
    "passport",
    "room",
    "id",
    "ids",
    "order",
    "invoice",
    "isbn",
    "issn",
    "ref",
    "reference",
    "ticket",
    "case",
    "serial",
    "sku",
    "version",
    "port",
    "pid",
    "uuid",
    "tracking",
    "ean",
    "vat",
    "bug",
    "issue",
    "doi",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::check;

    const PHONE: EntityType = EntityType::PhoneNumber;

    #[test]
    fn international() {
        check(PHONE, "+49 30 1234567, +49 (0)30 1234567", &["+49 30 1234567", "+49 (0)30 1234567"]);
        check(PHONE, "+14155550123", &["+14155550123"]);
        check(PHONE, "+1 (415) 555-0123 ext. 12", &["+1 (415) 555-0123 ext. 12"]);
        check(PHONE, "(+44) 20 7946 0958", &["(+44) 20 7946 0958"]);
        check(
            PHONE,
            "0049 30 1234567; 011 44 20 7946 0958",
            &["0049 30 1234567", "011 44 20 7946 0958"],
        );
        check(PHONE, "+33 6 12 34 56 78/", &["+33 6 12 34 56 78"]);
        check(PHONE, "Tel.:+41-44-668-18-00", &["+41-44-668-18-00"]);
        check(
            PHONE,
            "a@b,+1 415-555-0132,open;+44 20 7946 0018;x,(415) 555-0123,y",
            &["+1 415-555-0132", "+44 20 7946 0018", "(415) 555-0123"],
        );
    }

    #[test]
    fn national() {
        check(PHONE, "(415) 555-0123 2026-01-01", &["(415) 555-0123"]);
        check(PHONE, "415-555-0123 or 415.555.0199x22", &["415-555-0123", "415.555.0199x22"]);
        check(PHONE, "06 12 34 56 78, 01.23.45.67.89", &["06 12 34 56 78", "01.23.45.67.89"]);
        check(PHONE, "07700 900123 and 020 7946 0958", &["07700 900123", "020 7946 0958"]);
        check(PHONE, "030/1234567, 0171-1234567", &["030/1234567", "0171-1234567"]);
        check(PHONE, "(02) 9876 5432; 0412 345 678", &["(02) 9876 5432", "0412 345 678"]);
        check(PHONE, "070-123 45 67", &["070-123 45 67"]);
        check(PHONE, "090-1234-5678", &["090-1234-5678"]);
    }

    #[test]
    fn beside_a_word() {
        check(PHONE, "phone 4155550123", &["4155550123"]);
        check(PHONE, "Teléfono: 612 345 678", &["612 345 678"]);
        check(PHONE, "\"phoneNumber\": \"5550123456\"", &["5550123456"]);
        check(PHONE, "call me at 555-0123", &["555-0123"]);
        check(PHONE, "Handy 0171 1234567", &["0171 1234567"]);
        check(PHONE, "my number is 4155550123", &["4155550123"]);
    }

    #[test]
    fn not_phones() {
        check(PHONE, "1700000000 1700000000123 20260101 4155550123", &[]);
        check(PHONE, "550e8400-e29b-41d4-a716-446655440000", &[]);
        check(PHONE, "1.2.3456789 3.14159265 0.4155550123", &[]);
        check(PHONE, "2026-11-21 10:22:33,123 call at 2026-11-21", &[]);
        check(PHONE, "order 415-555-0123, my account number is 4155550123", &[]);
        check(PHONE, "+1234567890 1e+10000000 a+4915112345678", &[]);
        check(PHONE, "$415-555-0123 #4155550123 id=4155550123", &[]);
        check(PHONE, "978-3-16-148410-0 100 200 3000", &[]);
        check(PHONE, "10.0.19045.3693 911-911-0000", &[]);
    }
}
