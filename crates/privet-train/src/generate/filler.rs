//! [`Filler`]: puts invented names into the gaps of templates.

use privet_tagger::Name;

use super::calendar::{Calendars, year};
use super::template::{Gap, Part, Template, parts};
use crate::corpus::{Document, Span};
use crate::random::Random;
use crate::variant::Names;
use crate::words::listed;

const THINGS: &str = include_str!("../../data/thing.txt");
const COMPANIES: &str = include_str!("../../data/company.txt");
const NICKNAMES: &str = include_str!("../../data/nickname.txt");
const COUNTRIES: &str = include_str!("../../data/country.txt");

/// Fills the gaps of templates.
pub(super) struct Filler<'n> {
    names: &'n Names,
    things: Vec<&'static str>,
    companies: Vec<&'static str>,
    nicknames: Vec<&'static str>,
    countries: Vec<&'static str>,
    calendars: Calendars,
}

/// Who is spoken of more than once in a text: first and family names.
type People = [(String, String); 4];

/// A text in the making.
struct Draft<'t> {
    language: &'t str,
    people: People,
    text: Vec<char>,
    spans: Vec<Span>,
    /// The kind of the last gap, and where it ended.
    last: Option<(char, usize)>,
}

/// What stands in a gap: its text and what it names.
type Filling = (String, Option<Name>);

impl<'n> Filler<'n> {
    pub(super) fn new(names: &'n Names) -> Self {
        let words = |list: &'static str, by| listed(list).flat_map(move |l| l.split(by)).collect();
        Self {
            names,
            things: words(THINGS, ' '),
            companies: listed(COMPANIES).collect(),
            nicknames: words(NICKNAMES, ' '),
            countries: words(COUNTRIES, ';'),
            calendars: Calendars::new(),
        }
    }

    /// The templates one after the other, with the same people in all.
    pub(super) fn filled(&self, templates: &[Template], random: &mut Random) -> Document {
        let language = templates.first().map_or("any", |template| template.language);
        let people = [(); 4].map(|()| self.somebody(random).unwrap_or_default());
        let mut draft = Draft { language, people, text: Vec::new(), spans: Vec::new(), last: None };
        for template in templates {
            if !draft.text.is_empty() {
                draft.text.push('\n');
            }
            let chosen = template.chosen(random);
            parts(&chosen, &mut |part| self.put(part, &mut draft, random));
        }
        draft.leave_addresses_alone();
        Document { text: draft.text, spans: draft.spans, held_back: false }
    }

    fn put(&self, part: Part<'_>, draft: &mut Draft<'_>, random: &mut Random) {
        match part {
            Part::Text(text) => draft.text.extend(text.chars()),
            Part::Gap(gap) => {
                let (filling, name) = self.filling(gap, draft, random).unwrap_or_default();
                draft.name(gap.kind, &filling, name);
            }
            Part::Whole(name, inside) => {
                let spans = draft.spans.len();
                let start = draft.text.len();
                parts(inside, &mut |part| self.put(part, draft, random));
                draft.spans.truncate(spans);
                draft.spans.push(Span { start, end: draft.text.len(), name: Some(name) });
                draft.last = None;
            }
        }
    }

    fn filling(&self, gap: Gap, draft: &Draft<'_>, random: &mut Random) -> Option<Filling> {
        let who = gap.person.and_then(|number| draft.people.get(number));
        let person = Some(Name::Person);
        let first = |random: &mut Random| match who {
            Some((first, _)) => Some(first.clone()),
            None => self.names.first(random),
        };
        let family = |random: &mut Random| match who {
            Some((_, family)) => Some(family.clone()),
            None => self.names.family(random),
        };
        let language = draft.language;
        Some(match gap.kind {
            'P' => match who {
                Some((first, family)) => (format!("{first} {family}"), person),
                None => (self.full_name(random)?, person),
            },
            'F' => (first(random)?, person),
            'f' if who.is_none() => ((*random.pick(&self.nicknames)?).to_owned(), person),
            'f' => (first(random)?, person),
            'L' => (family(random)?, person),
            'U' => (family(random)?.to_uppercase(), person),
            'I' => (initial(random).to_string(), person),
            'C' => (self.names.place(random)?, Some(Name::Location)),
            'K' => ((*random.pick(&self.countries)?).to_owned(), Some(Name::Location)),
            'O' => (self.company(random)?, Some(Name::Organization)),
            'N' => ((1 + random.below(60)).to_string(), None),
            'D' => (self.calendars.day(language, random)?.to_owned(), None),
            'X' => (self.calendars.date(language, random)?, None),
            'Y' => (year(random).to_string(), None),
            'T' => (format!("{}:{:02}", random.below(24), random.below(60)), None),
            _ => ((*random.pick(&self.things)?).to_owned(), None),
        })
    }

    fn somebody(&self, random: &mut Random) -> Option<(String, String)> {
        let first = match random.chance(0.3) {
            true => (*random.pick(&self.nicknames)?).to_owned(),
            false => self.names.first(random)?,
        };
        Some((first, self.names.family(random)?))
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
        let family = self.names.family(random)?;
        Some(match random.below(10) {
            0..4 => (*random.pick(&self.companies)?).to_owned(),
            4 => format!("{family} & {}", self.names.family(random)?),
            5 => family,
            _ => {
                let forms = [
                    "GmbH",
                    "AG",
                    "Inc.",
                    "Ltd",
                    "LLC",
                    "S.p.A.",
                    "SARL",
                    "S.L.",
                    "BV",
                    "& Co.",
                    "Group",
                    "Bank",
                    "Energy",
                    "Systems",
                    "Partners",
                    "Capital",
                    "Foundation",
                ];
                format!("{family} {}", random.pick(&forms)?)
            }
        })
    }
}

impl Draft<'_> {
    /// Adds what stands in a gap, or makes the last name longer where both are parts of one.
    fn name(&mut self, kind: char, filling: &str, name: Option<Name>) {
        let start = self.text.len();
        self.text.extend(filling.chars());
        let end = self.text.len();
        let before = self.last.replace((kind, end));
        if name.is_none() {
            return;
        }
        let joins = before.is_some_and(|(earlier, ended)| {
            let between: String = self.text.get(ended..start).unwrap_or_default().iter().collect();
            are_one(earlier, &between, kind)
        });
        match self.spans.last_mut().filter(|_| joins) {
            Some(last) => last.end = end,
            None => self.spans.push(Span { start, end, name }),
        }
    }

    /// Names in addresses, handles and tags are of no kind that is learned.
    fn leave_addresses_alone(&mut self) {
        for span in &mut self.spans {
            let is_one = |letter: &&char| !letter.is_whitespace() && **letter != ';';
            let before: Vec<&char> =
                self.text.iter().take(span.start).rev().take_while(is_one).collect();
            let after = self.text.iter().skip(span.end).take_while(is_one);
            let marked = |letter: &&char| matches!(letter, '@' | '#');
            let glued =
                |letter: &&char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-');
            let mailbox = after.clone().find(|letter| !glued(letter)) == Some(&'@');
            let handle = before.iter().find(|letter| !glued(letter)).is_some_and(marked);
            if (mailbox || handle) && span.name == Some(Name::Person) {
                span.name = None;
            }
        }
    }
}

/// Whether two gaps with that between them are one person: "Doe, Jane", "J. Doe".
fn are_one(earlier: char, between: &str, later: char) -> bool {
    match between {
        " " => "FfLUI".contains(earlier) && "FLUI".contains(later),
        ", " | "/" => "LU".contains(earlier) && later == 'F',
        ". " | ".-" => earlier == 'I' && "LUI".contains(later),
        _ => false,
    }
}

fn initial(random: &mut Random) -> char {
    char::from(b'A' + random.below(26) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &'static str, want: &[Option<Name>]) {
        let names = Names::new();
        let template = Template { text, language: "en" };
        let document = Filler::new(&names).filled(&[template], &mut Random::new(1));
        let got: Vec<_> = document.spans.iter().map(|span| span.name).collect();
        assert_eq!(got, want, "in {:?}", document.text.iter().collect::<String>());
    }

    #[test]
    fn gaps_become_names() {
        let person = Some(Name::Person);
        check("From: {L}, {F}", &[person]);
        check("{f}, {L} and {F} {I}. {L}", &[person; 3]);
        check("Hi {f}, {F}; {P}, {P}", &[person; 4]);
        check("{\"a\": 1} {W} {N} {D} {X}", &[]);
        check("<O:Bank of {C}> in {K}", &[Some(Name::Organization), Some(Name::Location)]);
    }

    #[test]
    fn addresses_are_left_alone() {
        let person = Some(Name::Person);
        check("{P} <{F}.{L}@example.com>", &[person, None, None]);
        check("@{F}_{L} saw {F}", &[None, None, person]);
        check("<{F}@x> #{F}{N}", &[None, None]);
        check("{L}/Legal/{O}@{O}", &[person, Some(Name::Organization), Some(Name::Organization)]);
    }

    #[test]
    fn one_person_through_a_text() {
        let names = Names::new();
        let template = Template { text: "{P1}|{F1} {L1}", language: "en" };
        let document = Filler::new(&names).filled(&[template], &mut Random::new(3));
        let text: String = document.text.iter().collect();
        let (whole, parts) = text.split_once('|').unwrap();
        assert_eq!(whole, parts);
    }
}
