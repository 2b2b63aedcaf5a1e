//! Lines that are written for machines, and the words in them that name things of a program.

use crate::eponym::is_term;

/// The line in which `text[start..end]` stands, or what of it is near, and where it begins.
pub(crate) fn line_around(text: &str, start: usize, end: usize) -> (usize, &str) {
    let head = text.get(..start).unwrap_or_default();
    let tail = text.get(end..).unwrap_or_default();
    let from = text.floor_char_boundary(start.saturating_sub(LINE_SEEN_MAX));
    let begin = head.get(from..).and_then(|head| head.rfind('\n')).map_or(from, |at| from + at + 1);
    let to = text.floor_char_boundary((end + LINE_SEEN_MAX).min(text.len())).max(end);
    let stop = tail.get(..to - end).and_then(|tail| tail.find('\n')).map_or(to, |at| end + at);
    (begin, text.get(begin..stop).unwrap_or_default())
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// For a machine.
    Code,
    /// As comments, headings and items of lists are.
    Comment,
    /// As anything else.
    Prose,
}

impl Written {
    pub(crate) fn of(line: &str) -> Self {
        if looks_like_code(line) {
            Self::Code
        } else if is_comment(line) {
            Self::Comment
        } else {
            Self::Prose
        }
    }
}

/// Whether a line looks written for a machine: marks of code among few words.
pub(crate) fn looks_like_code(line: &str) -> bool {
    let line = line.trim();
    if is_comment(line) {
        return false;
    }
    let marks = line.bytes().filter(|b| b"{}[]()<>=;_|&$\\`~^*+/@#%:\"".contains(b)).count();
    let blanks = line.bytes().filter(|b| *b == b' ').count();
    let block = line.ends_with(['{', '}']);
    let ends = line.ends_with([';', '(', '[', ']', '>']);
    block || marks >= 3 && marks * 2 > blanks || ends && marks >= 2
}

/// Whether a line begins as comments do, and headings and items of lists.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    let begins = |mark: &&str| line.starts_with(*mark);
    // `#[derive(Debug)]` is none.
    COMMENTS.iter().any(begins) && !line.starts_with("#[")
}

const COMMENTS: &[&str] = &["//", "#", "/*", "*", "--", ";", "<!--", "%"];

/// Whether a line is one word of a list in a program, or a field and its type or value:
/// `        max,`, `    mark: Marker,`.
pub(crate) fn is_entry(line: &str) -> bool {
    let indented = line.starts_with('\t') || line.starts_with("    ");
    let is_word = |word: &str| !word.contains(char::is_whitespace);
    line.trim().strip_suffix([',', ';']).is_some_and(|entry| match entry.split_once(": ") {
        _ if !indented => false,
        Some((field, word)) => is_word(field) && is_word(word) && !word.contains(['"', '\'']),
        None => is_word(entry),
    })
}

/// Whether `value`, which stands at `start..end` of `line`, names a thing of a program.
pub(crate) fn names_a_thing(
    line: &str,
    (start, end): (usize, usize),
    value: &str,
    written: Written,
) -> bool {
    let lower = value.chars().all(char::is_lowercase);
    if is_term(value) && (lower || written != Written::Prose) {
        return true;
    }
    if written != Written::Code {
        return is_one_word(value) && is_declared(line, start);
    }
    let is_constant = || lower || value.chars().all(char::is_uppercase);
    let is_attribute = || value.split_once('.').is_some_and(|(_, own)| is_one_word(own));
    match is_one_word(value) {
        true => is_constant() || is_declared(line, start) || is_identifier(line, start, end),
        false => is_attribute() && is_identifier(line, start, end),
    }
}

pub(crate) fn is_one_word(value: &str) -> bool {
    value.chars().all(char::is_alphabetic)
}

/// Whether what stands at `start` of a line is declared there: `class Parker:`.
fn is_declared(line: &str, start: usize) -> bool {
    let head = line.get(..start).unwrap_or_default();
    let before = head.strip_suffix(' ').and_then(|head| head.rsplit([' ', '\t', '(', '<']).next());
    before.is_some_and(|word| DECLARES.contains(&word))
}

const DECLARES: [&str; 11] = [
    "class",
    "struct",
    "enum",
    "trait",
    "interface",
    "namespace",
    "extends",
    "implements",
    "def",
    "fn",
    "impl",
];

/// Whether the word at `start..end` of a line of code names a thing of the program: marks of
/// code stand on both sides of it or nothing does, and it is neither in a string nor between
/// tags.
pub(crate) fn is_identifier(line: &str, start: usize, end: usize) -> bool {
    let (head, tail) = (line.get(..start).unwrap_or_default(), line.get(end..).unwrap_or_default());
    let in_string = head.matches('"').count() % 2 == 1 && tail.contains('"');
    let in_tags = head.ends_with('>') && tail.starts_with('<');
    let opens = |c: char| "([{<,;:=&*!|+-".contains(c);
    let closes = |c: char| ")]}>,;:=&*|+-.".contains(c);
    !in_string
        && !in_tags
        && head.trim_end().chars().next_back().is_none_or(opens)
        && tail.trim_start().chars().next().is_none_or(closes)
}

/// This many bytes before and after a mention are looked at.
const LINE_SEEN_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_code() {
        for line in [
            "let maria = Maria::new(rosa, 1);",
            "if (x[0] == y) {",
            "{\"a\":[1,2],",
            "#[derive(Clone, Ord)]",
        ] {
            assert!(looks_like_code(line), "{line}");
        }
        for line in ["Dear Ms. Maier (and all),", "// by Ingrid Maier <i@example.com>", ""] {
            assert!(!looks_like_code(line), "{line}");
        }
        for (line, want) in [
            ("    max,", true),
            ("\tParker;", true),
            ("    mark: Marker,", true),
            ("    name: \"Jane\",", false),
            ("name: Jane,", false),
            ("Jane,", false),
            ("    Jane Doe,", false),
        ] {
            assert_eq!(is_entry(line), want, "{line}");
        }
    }

    /// The word is `Ord`.
    #[test]
    fn identifiers() {
        for (line, want) in [
            ("#[derive(Clone, Ord, Hash)]", true),
            ("impl Ord for Key {", false),
            ("ready!(Ord", true),
            ("    Ord,", true),
            ("let a: Ord = b;", true),
            ("say(\"Ord, come here\");", false),
            ("<name>Ord</name>", false),
            ("[12:00] (main) sent by Ord [id=4]", false),
        ] {
            let at = line.find("Ord").unwrap();
            assert_eq!(is_identifier(line, at, at + 3), want, "{line}");
        }
    }

    #[test]
    fn lines_are_cut_at_their_ends() {
        let text = "one\ntwo Doe ü\nthree";
        assert_eq!(line_around(text, 8, 11), (4, "two Doe ü"));
        let long = format!("{}Doe{}", "ü".repeat(400), "ü".repeat(401));
        assert_eq!(line_around(&long, 800, 803), (600, &long[600..1003]));
    }
}
