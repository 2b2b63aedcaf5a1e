//! Texts made from templates: mails, forms, judgments, tables, code and logs, which the
//! labelled texts have few of, in eight languages. Some have names, many have none.

use privet_tagger::Name;

use crate::corpus::{Corpus, Document, Span};
use crate::random::Random;
use crate::variant::Names;
use crate::words::listed;

const TEMPLATES: &str = include_str!("../data/template.txt");
const THINGS: &str = include_str!("../data/thing.txt");
const COMPANIES: &str = include_str!("../data/company.txt");
const CODE: &str = include_str!("../data/code.txt");
const SPECIAL: &str = include_str!("../data/special.txt");

/// How much these texts count.
const WEIGHT: f32 = 0.5;
/// Texts of each template.
const TEXTS: usize = 12;

/// The texts, always the same ones.
pub(crate) fn corpus(names: &Names) -> Corpus {
    let mut random = Random::new(0x7e57);
    let filler = Filler::new(names);
    let mut documents = Vec::new();
    for template in listed(TEMPLATES) {
        for _ in 0..TEXTS {
            documents.push(filler.filled(template, &mut random));
        }
    }
    documents.extend(code());
    Corpus { file: "generated", group: "generated", weight: WEIGHT, documents }
}

/// Lines of programs, some to a text.
fn code() -> impl Iterator<Item = Document> {
    let without_credit = CODE.split_once("text.\n").map_or(CODE, |(_, lines)| lines);
    let texts = without_credit.split("\n\n").filter(|text| !text.is_empty());
    texts.map(|text| Document { text: text.chars().collect(), spans: Vec::new(), held_back: false })
}

/// Fills the gaps of templates.
struct Filler<'n> {
    names: &'n Names,
    things: Vec<&'static str>,
    companies: Vec<&'static str>,
    days: Vec<&'static str>,
}

/// What stands in a gap: its text and what it names.
type Filling = (String, Option<Name>);

impl<'n> Filler<'n> {
    fn new(names: &'n Names) -> Self {
        let calendar = listed(SPECIAL).find_map(|line| line.strip_prefix("calendar\t"));
        Self {
            names,
            things: listed(THINGS).flat_map(|line| line.split(' ')).collect(),
            companies: listed(COMPANIES).collect(),
            days: calendar.unwrap_or_default().split(' ').collect(),
        }
    }

    fn filled(&self, template: &str, random: &mut Random) -> Document {
        let template = template.replace("\\n", "\n").replace("\\t", "\t");
        let mut text: Vec<char> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        let mut rest = template.as_str();
        while let Some((before, gap, after)) = next_gap(rest) {
            text.extend(before.chars());
            let start = text.len();
            let (filling, name) = self.filling(gap, random).unwrap_or_default();
            text.extend(filling.chars());
            let span = Span { start, end: text.len(), name };
            let joined = rest.strip_prefix(before).is_some() && in_address(&text, start, after);
            if joined {
                spans.push(Span { name: None, ..span });
            } else if name.is_some() {
                add(&mut spans, span, before);
            }
            rest = after;
        }
        text.extend(rest.chars());
        Document { text, spans, held_back: false }
    }

    fn filling(&self, gap: char, random: &mut Random) -> Option<Filling> {
        let person = Some(Name::Person);
        Some(match gap {
            'P' => (self.full_name(random)?, person),
            'F' => (self.names.first(random)?, person),
            'L' => (self.names.family(random)?, person),
            'U' => (self.names.family(random)?.to_uppercase(), person),
            'I' => (initial(random).to_string(), person),
            'C' => (self.names.place(random)?, Some(Name::Location)),
            'O' => (self.company(random)?, Some(Name::Organization)),
            'N' => ((1 + random.below(60)).to_string(), None),
            'D' => (capitalised(random.pick(&self.days)?), None),
            _ => ((*random.pick(&self.things)?).to_owned(), None),
        })
    }

    fn full_name(&self, random: &mut Random) -> Option<String> {
        let (first, family) = (self.names.first(random)?, self.names.family(random)?);
        Some(match random.below(10) {
            0 => format!("{first} {}. {family}", initial(random)),
            1 => format!("{first} {} {family}", self.names.first(random)?),
            2 => format!("{first} {family}-{}", self.names.family(random)?),
            3 => format!("{}. {family}", initial(random)),
            4 => {
                let particles = ["van", "de", "von", "di", "del", "da", "bin", "El", "Mc", "O'"];
                let particle = random.pick(&particles)?;
                let joined = matches!(*particle, "Mc" | "O'");
                format!("{first} {particle}{}{family}", if joined { "" } else { " " })
            }
            _ => format!("{first} {family}"),
        })
    }

    fn company(&self, random: &mut Random) -> Option<String> {
        if random.chance(0.5) {
            return random.pick(&self.companies).map(|company| (*company).to_owned());
        }
        let forms = ["GmbH", "AG", "Inc.", "Ltd", "LLC", "S.p.A.", "SARL", "S.L.", "BV", "& Co."];
        Some(format!("{} {}", self.names.family(random)?, random.pick(&forms)?))
    }
}

/// The text before the next gap, its letter, and the text after it.
fn next_gap(text: &str) -> Option<(&str, char, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let inner = text.get(at + 1..)?;
        let gap = inner.chars().next().filter(|letter| "PFLUICONDW".contains(*letter))?;
        let after = inner.get(1..)?.strip_prefix('}')?;
        Some((text.get(..at)?, gap, after))
    })
}

/// Adds `span`, or makes the last one longer where both are parts of one name.
fn add(spans: &mut Vec<Span>, span: Span, between: &str) {
    let joins = matches!(between, " " | ", " | ". " | ".-" | "/");
    if let Some(last) = spans.last_mut() {
        let beside = last.end + between.chars().count() == span.start;
        if joins && beside && last.name == span.name && span.name == Some(Name::Person) {
            last.end = span.end;
            return;
        }
    }
    spans.push(span);
}

/// Whether the gap at `start` is part of an address or a handle.
fn in_address(text: &[char], start: usize, after: &str) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    after.starts_with('@')
        || after.starts_with(".{")
        || before.is_some_and(|letter| matches!(letter, '@' | '<'))
}

fn initial(random: &mut Random) -> char {
    char::from(b'A' + random.below(26) as u8)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_become_names() {
        let names = Names::new();
        let filler = Filler::new(&names);
        let mut random = Random::new(1);
        let named = |template: &str, random: &mut Random| {
            let document = filler.filled(template, random);
            document.spans.iter().map(|span| (span.start, span.name)).collect::<Vec<_>>()
        };
        let person = Some(Name::Person);
        assert_eq!(named("From: {L}, {F}", &mut random), [(6, person)]);
        assert_eq!(named("{\"a\": 1} {W} {N}", &mut random), []);
        assert_eq!(named("<{F}@x> {C}", &mut random)[0], (1, None));
        assert_eq!(named("a: {O}", &mut random), [(3, Some(Name::Organization))]);
    }

    #[test]
    fn the_same_texts_each_time() {
        let names = Names::new();
        let texts =
            |corpus: Corpus| corpus.documents.into_iter().map(|d| d.text).collect::<Vec<_>>();
        assert_eq!(texts(corpus(&names)), texts(corpus(&names)));
    }
}
