//! Names in running text: by dictionary and by title.

use privet_text::{EntityType, Finding, Reason, Score};

use super::lexicon::{AMBIGUOUS, FAMILY, FIRST, ORG, PARTICLE, STOP, TITLE, flags_of};
use super::person::{Person, Words, first_and_family};
use super::title::{by_title, by_title_in_one_case};
use super::word::{Case, Word, fold, mix, next_word, previous_word, word_at};
use crate::Detector;
use crate::claim::Claim;
use crate::reading::{before, byte};

/// Finds names in running text.
pub(crate) struct Names;

impl Detector for Names {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte_here) = bytes.get(at) {
            if !(byte_here.is_ascii_alphabetic() || byte_here >= 0xC3) {
                at = skip_other(bytes, at);
                continue;
            }
            let (end, flags) = read_word(text, at);
            let flags = flags & (FIRST | FAMILY | TITLE);
            at = if flags == 0 { end } else { name_at(text, at, end, found) };
        }
    }
}

/// Where the next word may begin after a byte that begins none.
fn skip_other(bytes: &[u8], at: usize) -> usize {
    let here = byte(bytes, at);
    // What goes on after a digit or an underscore is an identifier.
    if here.is_ascii_digit() || here == b'_' {
        return crate::reading::run(bytes, at, usize::MAX, |b| {
            b.is_ascii_alphanumeric() || b == b'_'
        });
    }
    at + 1
}

/// The end of the run of letters at `at`, and what the dictionary knows about it.
fn read_word(text: &str, at: usize) -> (usize, u16) {
    let mut hash = 0;
    let mut end = at;
    let bytes = text.as_bytes();
    for byte in bytes.get(at..).unwrap_or_default() {
        let letter = byte | 0x20;
        if !letter.is_ascii_lowercase() {
            break;
        }
        hash = mix(hash, letter);
        end += 1;
    }
    if byte(bytes, end) < 0x80 {
        let joined = matches!(byte(bytes, end), b'_' | b'0'..=b'9');
        return (end, if joined { 0 } else { flags_of(hash) });
    }
    let Some(tail) = text.get(end..) else { return (end + 1, 0) };
    for letter in tail.chars() {
        let Some(folded) = fold(letter).filter(|_| letter.is_alphabetic()) else { break };
        hash = mix(hash, folded);
        end += letter.len_utf8();
    }
    // A character beyond ASCII that is no letter, such as a dash.
    if end == at {
        end += tail.chars().next().map_or(1, char::len_utf8);
    }
    (end, flags_of(hash))
}

/// Reports the name at `start`, if one is there; gives where to go on.
fn name_at(text: &str, start: usize, end: usize, found: &mut dyn FnMut(Finding)) -> usize {
    let Some(word) = word_at(text, start) else { return end };
    if is_inside_code(text.as_bytes(), start) && !(word.is(TITLE) && is_elided(text, start)) {
        return end;
    }
    let person = by_title(text, word)
        .or_else(|| by_title_in_one_case(text, word))
        .or_else(|| by_dictionary(text, word));
    let Some((claim, from, person)) = person else { return end };
    if let Some(finding) = claim.at(from, person.end) {
        found(finding);
    }
    person.end.max(end)
}

/// `@jane`, `#jane`, `x.jane`, `a-jane`, `/jane`, `$jane` are no prose.
fn is_inside_code(bytes: &[u8], start: usize) -> bool {
    match before(bytes, start) {
        b'@' | b'#' | b'$' | b'/' | b'\\' | b'_' | b'&' => true,
        b'.' | b'-' | b'\'' => before(bytes, start - 1).is_ascii_alphanumeric(),
        last => last.is_ascii_alphanumeric(),
    }
}

/// "l'avv. Rossi", "dell'Ing. Rossi": an article without its vowel stands before it.
fn is_elided(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default();
    head.strip_suffix(['\'', '’']).is_some_and(|head| head.ends_with('l'))
}

/// What is said of a name, where it begins, and where it ends.
pub(super) type Match = (Claim, usize, Person);

fn by_dictionary(text: &str, word: Word) -> Option<Match> {
    if is_named_place(text, word.start) {
        return None;
    }
    let person = if word.is(FIRST) { first_and_family(&Words::from(text, word)) } else { None };
    let person = person.or_else(|| family_and_first(text, word))?;
    let unsure = person.base < Score::SHAPE;
    if unsure && previous_word(text, word.start).is_some_and(|word| is_article(text, word)) {
        return None; // "the Clarence Dock", "this Loan Agreement"
    }
    let taken = text.get(word.start..person.end)?;
    if BRANDS.iter().any(|brand| taken.eq_ignore_ascii_case(brand)) {
        return None;
    }
    let claim = Claim::new(EntityType::Person, "person/dictionary", person.base)
        .because(Reason::Dictionary);
    Some((claim, word.start, person))
}

/// Whether what stands before `at` makes a place or institution of the name that
/// begins there: "Lake Charles", "Calle de Miguel Benitez", "Paseo Dr. Esquerdo".
pub(super) fn is_named_place(text: &str, at: usize) -> bool {
    let mut at = at;
    for _ in 0..3 {
        if text.get(..at).is_some_and(|head| head.ends_with("C/ ") || head.ends_with("c/ ")) {
            return true;
        }
        let Some(word) = previous_word(text, at) else { return false };
        if (word.is(ORG) && word.looks_proper()) || is_saint(text, word) {
            return true;
        }
        if !word.is(PARTICLE | TITLE) {
            return false;
        }
        at = word.start;
    }
    false
}

fn is_saint(text: &str, word: Word) -> bool {
    let word = text.get(word.start..word.end).unwrap_or_default();
    [
        "Saint", "St", "San", "Santa", "Sankt", "Sainte", "São", "Port", "Fort", "Mount", "Grand",
        "Hong",
    ]
    .contains(&word)
}

fn is_article(text: &str, word: Word) -> bool {
    let word = text.get(word.start..word.end).unwrap_or_default();
    [
        "the", "The", "this", "This", "a", "A", "an", "An", "our", "your", "each", "any", "das",
        "Das", "Als",
    ]
    .contains(&word)
}

/// "Doe, Jane", and "Tanaka Hiroshi".
fn family_and_first(text: &str, family: Word) -> Option<Person> {
    if !family.is(FAMILY) || !matches!(family.case, Case::Capital | Case::Upper) {
        return None;
    }
    let comma = text.get(family.end..)?.starts_with(", ");
    let first = if comma { word_at(text, family.end + 2)? } else { next_word(text, family)? };
    let sure = |word: Word| !word.is(AMBIGUOUS | STOP);
    if !first.is(FIRST) || !matches!(first.case, Case::Capital | Case::Upper) {
        return None;
    }
    let fits = if comma {
        sure(family) || sure(first)
    } else {
        sure(family) && sure(first) && first.case == family.case && !family.is(FIRST)
    };
    if !fits {
        return None;
    }
    let second = next_word(text, first).filter(|word| word.case == Case::Initial && comma);
    let end = second.map_or(first.end, |word| word.end);
    Some(Person {
        end,
        base: Score::new(if comma && sure(family) && sure(first) { 0.6 } else { 0.4 }),
    })
}

/// Companies and products that are called like people.
const BRANDS: &[&str] = &[
    "Morgan Stanley",
    "Calvin Klein",
    "Ralph Lauren",
    "Tommy Hilfiger",
    "Jim Beam",
    "Jack Daniel",
    "Jack Daniels",
    "Mary Kay",
    "Aston Martin",
    "Alfa Romeo",
    "Harley Davidson",
    "Wells Fargo",
    "Ben Jerry",
    "Johnnie Walker",
    "Marks Spencer",
    "Dolby Atmos",
    "Hugo Boss",
    "Estee Lauder",
    "Tim Horton",
    "Tim Hortons",
    "Mercedes Benz",
    "Rolls Royce",
    "Philip Morris",
    "Eli Lilly",
    "Charles Schwab",
    "Merrill Lynch",
    "Edward Jones",
    "John Deere",
    "Saint Laurent",
    "Louis Vuitton",
    "Victoria Secret",
    "Grand Marnier",
    "Martin Luther",
    "Christian Dior",
    "Hong Kong",
];

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn by_dictionary() {
        check("I met Jane Doe and Jürgen Müller.", &["Jane Doe", "Jürgen Müller"]);
        check(
            "Maria de la Cruz spoke to John Q. Smith Jr.",
            &["Maria de la Cruz", "John Q. Smith Jr"],
        );
        check("JANE DOE; jane doe; Doe, Jane; DOE, JANE", &["JANE DOE", "Doe, Jane", "DOE, JANE"]);
        check("ask thomas kowalski about it", &["thomas kowalski"]);
        check("Fatima Hassan's invoice", &["Fatima Hassan"]);
        check("Tanaka Hiroshi, Nagy László", &["Tanaka Hiroshi", "Nagy László"]);
        check("Robert Schörgenhofer refereed.", &["Robert Schörgenhofer"]);
    }

    #[test]
    fn not_people() {
        for text in [
            "Morgan Stanley and Johns Hopkins University",
            "May Day, Monday March, Will Smithers?",
            "Jane Doe Foundation, Martin Luther King Street",
            "Jordan River, Virginia Beach, San Jose Martinez",
            "class JohnSmith { getJane() } john_smith @john.smith",
            "Mr. President, Dr. Who Knows, Sr. Software Engineer",
            "Visual Studio Code, Apache Maven, Ruby Gems, Travis CI",
            "Dear Sir or Madam, Best Regards",
            "Chapter One, Data Model, Release Notes",
        ] {
            let allowed: &[&str] = &[];
            check(text, allowed);
        }
    }
}
