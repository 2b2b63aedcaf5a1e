//! Ways to write a text differently, so that the tagger does not lean on capitals or
//! on the names it happened to see.

use privet_tagger::Name;

use crate::corpus::{Document, Span};
use crate::random::Random;

/// How the letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    AsIs,
    Lower,
    Upper,
}

/// A text and its labels, written in some way.
pub(crate) struct Variant {
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
}

/// `document` in that writing. Letters keep their number.
pub(crate) fn written(document: &Document, writing: Writing) -> Variant {
    let text = document.text.iter().map(|letter| rewritten(*letter, writing)).collect();
    Variant { text, spans: document.spans.clone() }
}

fn rewritten(letter: char, writing: Writing) -> char {
    let only = |mut letters: Box<dyn Iterator<Item = char>>| match (letters.next(), letters.next())
    {
        (Some(one), None) => one,
        _ => letter,
    };
    match writing {
        Writing::AsIs => letter,
        Writing::Lower => only(Box::new(letter.to_lowercase())),
        Writing::Upper => only(Box::new(letter.to_uppercase())),
    }
}

/// Words to put in the place of names.
pub(crate) struct Names {
    first: Vec<String>,
    family: Vec<String>,
    place: Vec<String>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let list = |text: &'static str| {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let latin =
                lines.filter(|l| l.chars().all(|c| c < '\u{250}') && l.chars().count() >= 3);
            latin.map(capitalised).collect()
        };
        Self {
            first: list(include_str!("../data/first.txt")),
            family: list(include_str!("../data/family.txt")),
            place: list(include_str!("../data/place.txt")),
        }
    }

    /// A first name.
    pub(crate) fn first(&self, random: &mut Random) -> Option<String> {
        random.pick(&self.first).cloned()
    }

    /// A family name.
    pub(crate) fn family(&self, random: &mut Random) -> Option<String> {
        random.pick(&self.family).cloned()
    }

    /// A place.
    pub(crate) fn place(&self, random: &mut Random) -> Option<String> {
        random.pick(&self.place).cloned()
    }

    /// `document` with other names: each person of one to three words written with
    /// capitals, and each place, becomes another in half of all cases.
    pub(crate) fn replaced(&self, document: &Document, random: &mut Random) -> Document {
        let mut spans = document.spans.clone();
        spans.sort_by_key(|span| span.start);
        let mut text = Vec::with_capacity(document.text.len());
        let mut written = Vec::with_capacity(spans.len());
        let mut at = 0;
        for span in spans {
            if span.start < at || span.end > document.text.len() {
                continue;
            }
            text.extend_from_slice(document.text.get(at..span.start).unwrap_or_default());
            let old: String =
                document.text.get(span.start..span.end).unwrap_or_default().iter().collect();
            let new = if random.chance(0.5) { self.other(&old, span.name, random) } else { None };
            let start = text.len();
            text.extend(new.unwrap_or(old).chars());
            written.push(Span { start, end: text.len(), name: span.name });
            at = span.end;
        }
        text.extend_from_slice(document.text.get(at..).unwrap_or_default());
        Document { text, spans: written, held_back: document.held_back }
    }

    fn other(&self, old: &str, name: Option<Name>, random: &mut Random) -> Option<String> {
        let words: Vec<&str> = old.split(' ').collect();
        let proper = |word: &&str| {
            let mut letters = word.chars();
            letters.next().is_some_and(char::is_uppercase)
                && word.chars().count() >= 2
                && letters.all(|letter| letter.is_alphabetic() || letter == '-')
        };
        if !words.iter().all(proper) {
            return None;
        }
        let first = |random: &mut Random| self.first(random);
        let family = |random: &mut Random| self.family(random);
        match (name?, words.len()) {
            (Name::Person, 1) if random.chance(0.5) => first(random),
            (Name::Person, 1) => family(random),
            (Name::Person, 2) => Some(format!("{} {}", first(random)?, family(random)?)),
            (Name::Person, 3) => {
                Some(format!("{} {} {}", first(random)?, family(random)?, family(random)?))
            }
            (Name::Location, 1) => random.pick(&self.place).cloned(),
            _ => None,
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut upper = true;
    let mut out = String::with_capacity(word.len());
    for letter in word.chars() {
        if upper {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
        upper = matches!(letter, ' ' | '\'');
    }
    out
}
