//! `surrogate`: a name becomes an invented one of the same kind.
//!
//! Keeps the kind (person, company, city, country), gender and language where the name or its title
//! tells them, titles and particles, the order of the words, and who shares a word with whom:
//! "Jane Doe", "Ms. Doe" and jane.doe@… become "Mary Smith", "Ms. Smith" and
//! mary.smith@example.com. Gives all of that away, and reads like real people: nobody can
//! tell by looking that something was masked. Undone by the vault, word by word.

mod names;

use privet_text::EntityType;

use super::Draw;
use crate::stem_of;
use names::{
    COMPANIES, COUNTRY_ENDS, COUNTRY_STARTS, LANGUAGES, LEGAL_FORMS, PLACE_ENDS, PLACE_STARTS,
    STATE_ENDS, TITLES,
};

/// A piece of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'s> {
    /// Stays: titles, particles, punctuation, the reserved domain of an address.
    Kept(&'s str),
    /// The first letter of something.
    Initial(char),
    /// Gets a stand-in of its own.
    Word {
        /// As it was written.
        word: &'s str,
        /// What it is.
        kind: WordKind,
    },
}

/// What a word of a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// A given name.
    Given {
        /// Of whom, if known.
        gender: Option<Gender>,
        /// Number of the language.
        language: usize,
    },
    /// A family name, in that language.
    Family {
        /// Number of the language.
        language: usize,
    },
    /// A company's name without its legal form.
    Company,
    /// The name of a place.
    Place,
    /// The name of a city.
    City,
    /// The name of a state.
    State,
    /// The name of a country.
    Country,
}

/// What a given name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// Hers.
    Female,
    /// His.
    Male,
}

impl WordKind {
    /// Whether several values have such words in common, as a family has its name.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Given { .. } | Self::Family { .. } | Self::Company)
    }

    /// The type under which its stand-ins are claimed.
    pub fn entity(self) -> EntityType {
        match self {
            Self::Given { .. } | Self::Family { .. } => EntityType::Person,
            Self::Company => EntityType::Organization,
            Self::Place => EntityType::Location,
            Self::City => EntityType::City,
            Self::State => EntityType::State,
            Self::Country => EntityType::Country,
        }
    }
}

/// The pieces of a value; `None` if values of its type have no invented names, or it has no
/// letters.
pub fn pieces(entity: EntityType, surface: &str) -> Option<Vec<Piece<'_>>> {
    let pieces = match entity {
        EntityType::Person => person(surface),
        EntityType::EmailAddress => {
            let (local, _) = surface.rsplit_once('@')?;
            let mut pieces = handle(local);
            pieces.push(Piece::Kept("@example.com"));
            pieces
        }
        EntityType::Username | EntityType::SocialHandle => handle(surface),
        EntityType::Organization => company(surface),
        EntityType::Location => vec![place(surface, WordKind::Place)],
        EntityType::City => vec![place(surface, WordKind::City)],
        EntityType::State => vec![place(surface, WordKind::State)],
        EntityType::Country => vec![place(surface, WordKind::Country)],
        _ => return None,
    };
    let whole = |piece: &Piece<'_>| match piece {
        Piece::Word { word, .. } => word.chars().any(char::is_alphabetic),
        _ => false,
    };
    pieces.iter().any(whole).then_some(pieces)
}

/// A stand-in for the word `known`, as `draw` decides, in which nothing of it stands. Later
/// attempts join two names, so that there are always more.
pub fn word(kind: WordKind, known: &str, attempt: u32, draw: &mut Draw) -> Option<String> {
    let one = |draw: &mut Draw| match kind {
        WordKind::Given { gender, language } => {
            let names = LANGUAGES.get(language)?;
            let female = match gender {
                Some(gender) => gender == Gender::Female,
                None => draw.below(2) == 0,
            };
            draw.pick(if female { names.female } else { names.male })
                .map(|name| String::from(*name))
        }
        WordKind::Family { language } => {
            draw.pick(LANGUAGES.get(language)?.family).map(|name| String::from(*name))
        }
        WordKind::Company => draw.pick(COMPANIES).map(|name| String::from(*name)),
        WordKind::Place | WordKind::City => joined(PLACE_STARTS, PLACE_ENDS, draw),
        WordKind::State => joined(PLACE_STARTS, STATE_ENDS, draw),
        WordKind::Country => joined(COUNTRY_STARTS, COUNTRY_ENDS, draw),
    };
    let joint = match kind {
        WordKind::Company => " & ",
        WordKind::Place | WordKind::City | WordKind::State | WordKind::Country => " ",
        _ => "-",
    };
    let other = |draw: &mut Draw| {
        (0..DRAWS).find_map(|_| one(draw).filter(|made| !holds_part_of(made, known, kind)))
    };
    let made = other(draw)?;
    if attempt < SINGLE_ATTEMPTS {
        return Some(made);
    }
    Some(format!("{made}{joint}{}", other(draw)?))
}

/// Whether some part of the word `known` stands in `made`, as "Kestrel" does in "Kestrelby". Of
/// places only the whole name counts: many are called "New" or "Republic".
fn holds_part_of(made: &str, known: &str, kind: WordKind) -> bool {
    let (made, known) = (made.to_lowercase(), known.to_lowercase());
    let is_place =
        !matches!(kind, WordKind::Given { .. } | WordKind::Family { .. } | WordKind::Company);
    let parts = known.split(|c: char| !(c.is_alphanumeric() || is_place));
    let mut parts = parts.filter(|part| part.chars().count() >= PART_LETTERS_MIN);
    made == known || parts.any(|part| made.contains(part))
}

/// A name made of two halves.
fn joined(starts: &[&str], ends: &[&str], draw: &mut Draw) -> Option<String> {
    Some(format!("{}{}", draw.pick(starts)?, draw.pick(ends)?))
}

/// So many names are drawn until one has nothing of the word.
const DRAWS: usize = 8;
/// Shorter parts stand in every other name.
const PART_LETTERS_MIN: usize = 3;
/// After so many taken names two are joined.
const SINGLE_ATTEMPTS: u32 = 8;

/// The form in which a word is known: spellings that differ in case are one word.
pub fn plain(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    first + letters.as_str()
}

/// `made` in capitals or small letters if `word` is.
pub fn cased_like(word: &str, made: &str) -> String {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    if letters().all(char::is_lowercase) {
        // Addresses and handles hold no spaces.
        made.to_lowercase().replace(" & ", "-").replace(' ', "-")
    } else if letters().count() > 1 && letters().all(char::is_uppercase) {
        made.to_uppercase()
    } else {
        made.to_owned()
    }
}

/// A letter for the initial `c`, of the same case.
pub fn initial(c: char, draw: &mut Draw) -> char {
    let letter = char::from(b'A' + u8::try_from(draw.below(26)).unwrap_or(0));
    if c.is_lowercase() { letter.to_ascii_lowercase() } else { letter }
}

/// The `attempt`-th form of an invented name that is taken: addresses get a number.
pub fn again(made: &str, attempt: u32) -> Option<String> {
    match (attempt, made.split_once('@')) {
        (0, _) => Some(made.to_owned()),
        (1..=99, Some((local, domain))) => Some(format!("{local}{}@{domain}", attempt + 1)),
        _ => None,
    }
}

/// The words of `token` and what each stands for in `surface`, if they can be told apart and
/// mean something by themselves.
pub fn parts(entity: EntityType, surface: &str, token: &str) -> Vec<(String, String)> {
    if entity != EntityType::Person || stem_of(token).is_some() {
        return Vec::new();
    }
    let pieces = person(surface);
    if pieces.len() < 2 {
        return Vec::new();
    }
    let mut rest = token;
    let mut parts = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let taken = match piece {
            Piece::Kept(text) => rest.strip_prefix(text).map(|after| ("", after)),
            Piece::Initial(_) => rest.split_at_checked(1),
            Piece::Word { .. } => match pieces.get(at + 1) {
                None => Some((rest, "")),
                Some(Piece::Kept(next)) if !next.starts_with('-') => {
                    rest.find(next).and_then(|at| rest.split_at_checked(at))
                }
                Some(_) => None,
            },
        };
        let Some((made, after)) = taken else { return Vec::new() };
        if let Piece::Word { word, .. } = piece
            && made.len() >= PART_BYTES_MIN
        {
            parts.push((made.to_owned(), (*word).to_owned()));
        }
        rest = after;
    }
    if rest.is_empty() { parts } else { Vec::new() }
}

/// Shorter words are too common to mean somebody.
const PART_BYTES_MIN: usize = 4;

/// Words and what stands between them.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let letter = rest.chars().next()?.is_alphabetic();
        let inside = |c: char| c.is_alphabetic() || (letter && matches!(c, '\'' | '’'));
        let end = rest.find(|c| inside(c) != letter).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end.max(1))?;
        rest = after;
        Some(piece)
    })
}

fn person(surface: &str) -> Vec<Piece<'_>> {
    let title = |word: &str| TITLES.iter().find(|(title, ..)| title.eq_ignore_ascii_case(word));
    let words: Vec<&str> =
        split(surface).filter(|piece| is_name(piece) && piece.chars().count() > 1).collect();
    let told = split(surface).find_map(title);
    let gender = told.and_then(|(_, gender, _)| *gender);
    let known = |word: &&str| given(word).map(|(language, _)| language);
    let language = told.and_then(|(.., language)| *language);
    let language = language.or_else(|| words.iter().find_map(known)).unwrap_or(0);
    // "Doe, Jane"
    let reversed = surface.contains(',') && words.len() > 1;
    let mut number = 0;
    split(surface)
        .map(|piece| {
            if !is_name(piece) {
                return Piece::Kept(piece);
            }
            let mut letters = piece.chars();
            if let (Some(letter), None) = (letters.next(), letters.next()) {
                return Piece::Initial(letter);
            }
            let alone = words.len() == 1;
            let first = number == 0;
            number += 1;
            let family = match (alone, reversed) {
                (true, _) => told.is_some() || given(piece).is_none(),
                (false, true) => first,
                (false, false) => number == words.len(),
            };
            if family {
                return Piece::Word { word: piece, kind: WordKind::Family { language } };
            }
            let own = given(piece);
            let gender = own.map(|(_, gender)| gender).or(gender);
            let language = own.map_or(language, |(language, _)| language);
            Piece::Word { word: piece, kind: WordKind::Given { gender, language } }
        })
        .collect()
}

/// Whether a piece is a word of the name itself: no title, no particle.
fn is_name(piece: &str) -> bool {
    piece.chars().next().is_some_and(char::is_alphabetic)
        && !TITLES.iter().any(|(title, ..)| title.eq_ignore_ascii_case(piece))
        && !PARTICLES.iter().any(|particle| particle.eq_ignore_ascii_case(piece))
}

const PARTICLES: &[&str] = &[
    "von", "vom", "zu", "van", "de", "den", "der", "ter", "la", "le", "du", "des", "di", "da",
    "del", "dos", "bin", "al", "el", "af", "av", "y", "e", "und", "and", "jr", "sr", "ii", "iii",
    "iv",
];

fn given(word: &str) -> Option<(usize, Gender)> {
    LANGUAGES.iter().enumerate().find_map(|(language, names)| {
        let among = |list: &[&str]| list.iter().any(|name| name.eq_ignore_ascii_case(word));
        match (among(names.female), among(names.male)) {
            (true, _) => Some((language, Gender::Female)),
            (_, true) => Some((language, Gender::Male)),
            _ => None,
        }
    })
}

/// The local part of an address, or a login name. Digits go: addresses that would become
/// alike get numbers.
fn handle(surface: &str) -> Vec<Piece<'_>> {
    split(surface)
        .filter_map(|piece| {
            let mut letters = piece.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_alphabetic() => Some(Piece::Initial(letter)),
                (Some(letter), _) if letter.is_alphabetic() => {
                    let kind = match given(piece) {
                        Some((language, gender)) => {
                            WordKind::Given { gender: Some(gender), language }
                        }
                        None => WordKind::Family { language: 0 },
                    };
                    Some(Piece::Word { word: piece, kind })
                }
                _ => {
                    let kept = piece.trim_matches(|c: char| c.is_ascii_digit());
                    kept.chars()
                        .all(|c| matches!(c, '.' | '_' | '-' | '+' | '@'))
                        .then_some(Piece::Kept(kept))
                }
            }
        })
        .collect()
}

fn place(surface: &str, kind: WordKind) -> Piece<'_> {
    Piece::Word { word: surface.trim(), kind }
}

fn company(surface: &str) -> Vec<Piece<'_>> {
    let name = surface.trim();
    let form = LEGAL_FORMS.iter().filter_map(|form| {
        let start = name.len().checked_sub(form.len())?;
        let (stem, end) = name.split_at_checked(start)?;
        let stem = stem.trim_end_matches([' ', ',']);
        (end.eq_ignore_ascii_case(form) && stem.len() < start && !stem.is_empty()).then_some(stem)
    });
    match form.min_by_key(|stem| stem.len()) {
        Some(stem) => {
            let rest = name.get(stem.len()..).unwrap_or_default();
            vec![Piece::Word { word: stem, kind: WordKind::Company }, Piece::Kept(rest)]
        }
        None => vec![Piece::Word { word: name, kind: WordKind::Company }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of a name: given names, family names and so on by their first letter.
    fn told(entity: EntityType, surface: &str) -> String {
        let Some(pieces) = pieces(entity, surface) else { return String::from("none") };
        let piece = |piece: &Piece<'_>| match piece {
            Piece::Kept(text) => (*text).to_owned(),
            Piece::Initial(c) => format!("<{c}>"),
            Piece::Word { kind, .. } => match kind {
                WordKind::Given { gender: Some(Gender::Female), language } => {
                    format!("<f{language}>")
                }
                WordKind::Given { gender: Some(Gender::Male), language } => {
                    format!("<m{language}>")
                }
                WordKind::Given { gender: None, language } => format!("<g{language}>"),
                WordKind::Family { language } => format!("<n{language}>"),
                WordKind::Company => String::from("<company>"),
                WordKind::Place => String::from("<place>"),
                WordKind::City => String::from("<city>"),
                WordKind::State => String::from("<state>"),
                WordKind::Country => String::from("<country>"),
            },
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn names_are_taken_apart() {
        use EntityType as E;
        for (entity, surface, want) in [
            (E::Person, "Jane Zanderbek", "<f0> <n0>"),
            (E::Person, "ZANDERBEK, James", "<n0>, <m0>"),
            (E::Person, "Ms. Zanderbek", "Ms. <n0>"),
            (E::Person, "Frau Dr. Zanderbek", "Frau Dr. <n1>"),
            (E::Person, "Mme Quillfeather", "Mme <n2>"),
            (E::Person, "Jane M. van der Zanderbek-Holl", "<f0> <M>. van der <f0>-<n0>"),
            (E::Person, "Jane", "<f0>"),
            (E::Person, "Klaus Zanderbek", "<m1> <n1>"),
            (E::Person, "Xyloq Zanderbek", "<g0> <n0>"),
            (E::EmailAddress, "jane.zanderbek77@acme.test", "<f0>.<n0>@example.com"),
            (E::EmailAddress, "j_zanderbek@acme.test", "<j>_<n0>@example.com"),
            (E::EmailAddress, "77@acme.test", "none"),
            (E::Organization, "Zanderbek & Sons GmbH", "<company> GmbH"),
            (E::Organization, "Zanderbek", "<company>"),
            (E::Location, "Bad Zandern", "<place>"),
            (E::City, "Bad Zandern", "<city>"),
            (E::State, "Upper Zandern", "<state>"),
            (E::Country, "Zandernia", "<country>"),
            (E::City, "…", "none"),
            (E::Person, "…", "none"),
            (E::Uuid, "x", "none"),
        ] {
            let want = want.replace("<f0>-<n0>", "<g0>-<n0>");
            assert_eq!(told(entity, surface), want, "{surface}");
        }
    }

    #[test]
    fn places_keep_their_kind() {
        for (kind, ends) in [
            (WordKind::Place, PLACE_ENDS),
            (WordKind::City, PLACE_ENDS),
            (WordKind::State, STATE_ENDS),
            (WordKind::Country, COUNTRY_ENDS),
        ] {
            let made = word(kind, "Zandern", 0, &mut Draw::new(&[7; 32])).unwrap();
            assert!(ends.iter().any(|end| made.ends_with(end)), "{kind:?}: {made}");
        }
    }

    #[test]
    fn stand_ins_never_run_out() {
        let kinds = [
            WordKind::Given { gender: None, language: 0 },
            WordKind::Family { language: 3 },
            WordKind::Company,
            WordKind::Place,
            WordKind::City,
            WordKind::State,
            WordKind::Country,
        ];
        for kind in kinds {
            let mut made = std::collections::HashSet::new();
            for n in 0..600u32 {
                let seed = std::array::from_fn(|at| {
                    (n.wrapping_mul(0x9E37_79B1) >> (at % 24)) as u8 ^ at as u8
                });
                made.insert(word(kind, "Doe", 8, &mut Draw::new(&seed)).unwrap());
            }
            assert!(made.len() > 400, "{kind:?} {}", made.len());
            let seed = std::array::from_fn(|at| (at * 37) as u8);
            let own = word(kind, "Doe", 0, &mut Draw::new(&seed)).unwrap();
            assert_ne!(word(kind, &own, 0, &mut Draw::new(&seed)).unwrap(), own);
        }
    }

    #[test]
    fn nothing_of_a_word_stands_in_its_stand_in() {
        let given = WordKind::Given { gender: Some(Gender::Female), language: 0 };
        for (kind, known, part) in
            [(given, "Jane", "jane"), (WordKind::Company, "Kestrel Systems", "kestrel")]
        {
            for n in 0..4000u32 {
                let seed = std::array::from_fn(|at| (n >> (at % 12)) as u8 ^ (at * 37) as u8);
                for attempt in [0, 8] {
                    let made = word(kind, known, attempt, &mut Draw::new(&seed)).unwrap();
                    assert!(!made.to_lowercase().contains(part), "{made}");
                }
            }
        }
    }

    #[test]
    fn case_and_parts() {
        assert_eq!(cased_like("DOE", "Smith"), "SMITH");
        assert_eq!(cased_like("doe", "Smith"), "smith");
        assert_eq!(cased_like("Doe", "Smith"), "Smith");
        assert_eq!(plain("DOE"), plain("doe"));
        let parts = |surface, token| parts(EntityType::Person, surface, token);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parts("Jane Doe", "Mary Smith"), [pair("Mary", "Jane"), pair("Smith", "Doe")]);
        assert_eq!(parts("Ms. Doe", "Ms. Smith"), [pair("Smith", "Doe")]);
        assert_eq!(
            parts("DOE, Jane", "SMITH-ROE, Mary"),
            [pair("SMITH-ROE", "DOE"), pair("Mary", "Jane")]
        );
        assert_eq!(parts("Jane Doe", "PERSON_K7Q2MX4"), []);
        assert_eq!(parts("Doe", "Smith"), []);
        assert_eq!(again("mary@example.com", 1).as_deref(), Some("mary2@example.com"));
        assert_eq!(again("Mary Smith", 1), None);
    }
}
