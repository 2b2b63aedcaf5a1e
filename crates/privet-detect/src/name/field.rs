//! Names in fields: `"first_name": "Jane"`, `customerName=Jane Doe`.

use privet_text::{EntityType, Finding, Reason, Score};

use super::person::{Known, whole};
use crate::claim::Claim;
use crate::reading::{byte, char_ceil, is_blank, run, run_back};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[Rule { triggers: &["name"], reader: read_field }];

fn read_field(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let start = run_back(site.bytes, site.start, FIELD_BYTES_MAX, is_part);
    let end = run(site.bytes, site.end, 4, |byte| byte.is_ascii_digit());
    let qualifier = qualifier(site, start);
    let field = site.text.get(start..end).unwrap_or_default();
    let Some(trust) = trust_of(field, qualifier) else { return site.end };
    let Some((from, to)) = value_after(site.bytes, end) else { return site.end };
    let from = char_ceil(site.text, from);
    let Some(known) = whole(site.text, from, to) else { return site.end };
    let two = site.text.get(from..to).is_some_and(|value| value.contains(' '));
    let fits = match trust {
        Trust::Person => known != Known::No || !is_type(site.text.get(from..to).unwrap_or("")),
        Trust::Plain => known == Known::First || (two && known == Known::Part),
    };
    if fits {
        let claim = Claim::new(EntityType::Person, "person/field", Score::new(0.4))
            .because(Reason::Context("name"));
        let claim = if known == Known::No { claim } else { claim.because(Reason::Dictionary) };
        if let Some(finding) = claim.at(from, to) {
            found(finding);
        }
    }
    site.end
}

/// Whether `value` is a type of a program rather than a name: `LPWSTR`, `VpcId`.
fn is_type(value: &str) -> bool {
    let capitals = value.bytes().filter(u8::is_ascii_uppercase).count();
    let one_word = value.len() >= 4 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let hump = value.bytes().any(|byte| byte.is_ascii_lowercase());
    let celtic = ["Mc", "Mac", "De", "Di", "La", "Le", "Van", "Fitz"];
    let prefixed = celtic.iter().any(|prefix| value.starts_with(prefix));
    one_word && capitals >= 2 && (!hump || !prefixed)
}

/// How far a field's name is to be trusted to hold a person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// `first_name`, `customer_name`.
    Person,
    /// `name`: of anything.
    Plain,
}

/// In "Full Name: ..." the qualifier is a word of its own.
fn qualifier<'t>(site: &Site<'t>, start: usize) -> &'t str {
    let end = run_back(site.bytes, start, 1, |byte| byte == b' ');
    let from = run_back(site.bytes, end, 16, |byte| byte.is_ascii_alphabetic());
    if end == start { "" } else { site.text.get(from..end).unwrap_or_default() }
}

/// What `field` says; `None` for `filename`, `hostname`, `class_name`.
pub(super) fn trust_of(field: &str, qualifier: &str) -> Option<Trust> {
    let lower = field.to_ascii_lowercase();
    let lower = lower.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    let head = lower.strip_suffix("name")?.trim_end_matches(['_', '-', ' ']);
    let head = head.rsplit(['_', '-', ' ']).next().unwrap_or_default();
    let is_person = |word: &str| {
        PERSON_HEADS.iter().any(|head| {
            word.eq_ignore_ascii_case(head)
                || word.to_ascii_lowercase().ends_with(head) && head.len() > 4
        })
    };
    match head {
        "" if is_person(qualifier) => Some(Trust::Person),
        "" => Some(Trust::Plain),
        _ if is_person(head) => Some(Trust::Person),
        _ => None,
    }
}

/// The bounds of the value after the field that ends at `end`.
fn value_after(bytes: &[u8], end: usize) -> Option<(usize, usize)> {
    let closed = run(bytes, end, 4, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b'*' | b']'));
    let at = run(bytes, closed, 4, is_blank);
    if !matches!(byte(bytes, at), b':' | b'=') || byte(bytes, at + 1) == byte(bytes, at) {
        return None;
    }
    let after = run(bytes, at + 1, 8, |byte| is_blank(byte) || matches!(byte, b'*' | b'\\' | b'>'));
    let quote = byte(bytes, after);
    let quoted = matches!(quote, b'"' | b'\'');
    let from = after + usize::from(quoted);
    let to = run(bytes, from, VALUE_BYTES_MAX, |byte| {
        if quoted {
            byte != quote && byte != b'\n' && byte != b'\\'
        } else {
            !matches!(
                byte,
                b'\n'
                    | b'\r'
                    | b';'
                    | b'|'
                    | b'<'
                    | b'&'
                    | b'('
                    | b'{'
                    | b'}'
                    | b'"'
                    | b'\\'
                    | b'\t'
            )
        }
    });
    let blank =
        run_back(bytes, to, to - from, |byte| is_blank(byte) || matches!(byte, b',' | b'.'));
    (blank > from).then_some((from, blank))
}

/// What stands before `name` in the name of a field that holds a person.
const PERSON_HEADS: &[&str] = &[
    "first",
    "last",
    "full",
    "given",
    "family",
    "sur",
    "middle",
    "maiden",
    "customer",
    "client",
    "patient",
    "employee",
    "contact",
    "person",
    "holder",
    "cardholder",
    "author",
    "sender",
    "recipient",
    "legal",
    "doctor",
    "physician",
    "student",
    "teacher",
    "member",
    "guest",
    "passenger",
    "owner",
    "manager",
    "spouse",
    "father",
    "mother",
    "applicant",
    "candidate",
    "borrower",
    "insured",
    "beneficiary",
    "buyer",
    "seller",
    "tenant",
    "landlord",
    "preferred",
    "f",
    "l",
    "fore",
    "supervisor",
    "agent",
    "attorney",
    "signer",
    "signatory",
    "subscriber",
    "billing",
    "shipping",
    "receiver",
    "lead",
    "staff",
    "hcp",
];

const FIELD_BYTES_MAX: usize = 40;
const VALUE_BYTES_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn fields() {
        check("{\"first_name\": \"Quill\", \"lastName\":\"Zanderbek\"}", &["Quill", "Zanderbek"]);
        check("{\\\"customer_name\\\": \\\"Quill Zanderbek\\\"}", &["Quill Zanderbek"]);
        check("Full Name: Quill Zanderbek\nCity: x", &["Quill Zanderbek"]);
        check("\"name\": \"Jane Doe\"", &["Jane Doe"]);
        check("name: jane doe\n", &["jane doe"]);
    }

    #[test]
    fn other_names() {
        for text in [
            "\"name\": \"billing-service\", name: Build and Test",
            "file_name = \"Report\"; className=\"Header\"; hostname: Server",
            "\"name\": \"Visual Studio\", \"displayName\": \"Python\"",
            "def f(name=None, first_name: str = \"\"):",
        ] {
            check(text, &[]);
        }
    }
}
