//! In which forms a name may be written: with an article, in the genitive, with a word that
//! says what it is.

use privet_text::EntityType;

use super::key::{hash, key};
use super::table;

/// Whether a place of that name is a city, a state or a country; a
/// [`Location`](EntityType::Location) if no list says. The same name always has the same kind.
///
/// ```
/// use privet_detect::kind_of_place;
/// use privet_text::EntityType;
///
/// assert_eq!(kind_of_place("the Netherlands"), EntityType::Country);
/// assert_eq!(kind_of_place("Loch Ness"), EntityType::Location);
/// ```
pub fn kind_of_place(value: &str) -> EntityType {
    let value = value.trim();
    if value.len() > NAME_BYTES_MAX {
        return EntityType::Location;
    }
    let bare = POSSESSIVE.iter().find_map(|end| value.strip_suffix(end));
    let elided = ELIDED.iter().find_map(|article| value.strip_prefix(article));
    let kind = bare.and_then(known).or_else(|| known(value)).or_else(|| elided.and_then(known));
    kind.or_else(|| code(value)).unwrap_or(EntityType::Location)
}

/// The kind of a name in any of its forms, but for marks that [`key`] does not keep.
fn known(name: &str) -> Option<EntityType> {
    let key = key(name);
    let without_article =
        key.split_once(' ').filter(|(word, _)| ARTICLES.contains(word)).map(|(_, rest)| rest);
    // "Berlins", "Sveriges".
    let genitive = |key: &str| {
        let stem = key.strip_suffix('s').filter(|stem| stem.len() >= GENITIVE_STEM_MIN);
        stem.and_then(listed)
    };
    listed(&key)
        .or_else(|| without_article.and_then(listed))
        .or_else(|| named(&key))
        .or_else(|| without_article.and_then(named))
        .or_else(|| genitive(&key))
        .or_else(|| without_article.and_then(genitive))
}

/// What the lists say of a key: a location if it is one of those that are nothing else.
fn listed(key: &str) -> Option<EntityType> {
    table::kind(hash(key))
}

/// The kind of a name with a word that says it: "City of Ely", "Commonwealth of Virginia",
/// "New York State".
fn named(key: &str) -> Option<EntityType> {
    use EntityType::{City, Country, Location, State};
    let listed = |name| listed(name).filter(|kind| *kind != Location);
    let after = |words: &[&str]| {
        let rest = words.iter().find_map(|word| key.strip_prefix(word)?.strip_prefix(' '));
        rest.filter(|rest| !rest.is_empty())
    };
    let before = |words: &[&str]| words.iter().find_map(|word| key.strip_suffix(word));
    if after(TOWNS).is_some() {
        return Some(City);
    }
    if let Some(name) = after(STATES).or_else(|| before(PROVINCES)) {
        // "State of Israel"; a state may be called like its capital.
        return listed(name).map(|kind| if kind == Country { Country } else { State });
    }
    listed(after(REALMS)?).filter(|kind| *kind != City)
}

/// A state by its code. In small letters codes are words.
fn code(value: &str) -> Option<EntityType> {
    let letters: String = value.chars().filter(|c| *c != '.').collect();
    CODES.split(' ').any(|code| code == letters).then_some(EntityType::State)
}

/// Longer texts are no names.
const NAME_BYTES_MAX: usize = 80;
const GENITIVE_STEM_MIN: usize = 4;

const POSSESSIVE: &[&str] = &["'s", "’s", "'S", "’S"];
const ELIDED: &[&str] = &["l'", "l’", "L'", "L’", "d'", "d’"];
const ARTICLES: &[&str] = &[
    "the", "die", "der", "das", "dem", "den", "la", "le", "les", "el", "los", "las", "il", "lo",
    "gli", "i", "de", "het", "o", "a", "os", "as",
];

/// What stands before a town, as [`key`] writes it.
const TOWNS: &[&str] = &[
    "city of",
    "town of",
    "village of",
    "municipality of",
    "ciudad de",
    "cidade de",
    "municipio de",
    "ville de",
    "commune de",
    "comune di",
    "citta di",
    "stadt",
    "hansestadt",
    "gemeinde",
    "gemeente",
];

/// What stands before a state.
const STATES: &[&str] = &[
    "state of",
    "commonwealth of",
    "province of",
    "canton of",
    "estado de",
    "estado do",
    "estado da",
    "provincia de",
    "provincia di",
    "province de",
    "canton de",
    "kanton",
    "bundesland",
    "freistaat",
    "land",
    "comunidad de",
    "comunidad autonoma de",
    "regione",
    "provincie",
    "delstaten",
];

/// What stands before a country.
const REALMS: &[&str] = &[
    "republic of",
    "kingdom of",
    "republik",
    "konigreich",
    "republica de",
    "republica del",
    "republica do",
    "republica da",
    "reino de",
    "republique de",
    "royaume de",
    "repubblica di",
    "koninkrijk",
    "konungariket",
];

/// What stands behind a state.
const PROVINCES: &[&str] = &[" state", " province", " prefecture", " oblast", " governorate"];

/// States of the United States, provinces of Canada, states of Australia and some of Brazil
/// (ISO 3166-2).
const CODES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT \
    NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS NT NU \
    ON PE QC SK YT NSW VIC QLD TAS ACT SA SP RJ MG RS BA CE GO DF RN PB";
