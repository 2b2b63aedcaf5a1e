//! Names of people that name things: "Crohn's disease", "Bayes' theorem", "Morbus Basedow",
//! "Sarbanes-Oxley Act". Nobody is meant, though each word is a name.

use std::collections::HashMap;
use std::sync::LazyLock;

use privet_tagger::{Flags, Lexicon, folded_hash};

use crate::name::{FIRST, TITLE, previous_word};

/// Whether the name at `text[start..end]` stands for a thing: it is a listed one, no title or
/// first name stands before it, and a word beside it says what it names.
pub(crate) fn is_eponym(text: &str, start: usize, end: usize) -> bool {
    let (Some(value), Some(tail)) = (text.get(start..end), text.get(end..)) else { return false };
    let (name, possessive) = without_possessive(value, tail);
    if let Some((before, name)) = name.rsplit_once(' ')
        && says_before(before)
    {
        return Uses::of(name).is_some() && !is_first_name(name);
    }
    let Some(uses) = Uses::of(name) else { return false };
    if is_somebody(text, start) {
        return false;
    }
    let tail = possessive.map_or(tail, |mark| tail.strip_prefix(mark).unwrap_or(tail));
    let possessive = possessive.is_some();
    if uses.term {
        return true;
    }
    // "Pascal's test", "la maladie de Marie": more likely somebody's.
    if is_first_name(name) {
        return !possessive && uses.last.iter().any(|one| one.has_head(tail, false));
    }
    uses.last.iter().any(|one| one.stands_alone(possessive) || one.has_head(tail, possessive))
        || uses.last.iter().any(|one| !one.common) && is_named_before(text, start)
}

fn is_first_name(name: &str) -> bool {
    Lexicon::shared().known(folded_hash(name)).flags.any(Flags::FIRST)
}

/// Whether `value` is a name that science knows, or several such names joined: in a program
/// it is a word of the trade, "laguerre".
pub(crate) fn is_term(value: &str) -> bool {
    Uses::of(value).is_some_and(|uses| uses.last.iter().any(|one| one.field == Field::Science))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Medicine,
    Science,
    Law,
    Prize,
    /// Needs nothing beside it but an apostrophe.
    Alone,
}

/// What a name names.
#[derive(Clone, Copy)]
struct Use {
    field: Field,
    /// The words that say so after it, in a row, blanks between them.
    heads: &'static str,
    /// Many people bear it as well.
    common: bool,
}

/// What a name, or several joined ones, can name.
struct Uses {
    /// Of the last of them.
    last: &'static [Use],
    /// They are joined as the word of a trade, whatever follows: "Boyer-Moore". All of them
    /// stand for something in science, and one for hardly anybody else.
    term: bool,
}

impl Use {
    fn stands_alone(self, possessive: bool) -> bool {
        self.field == Field::Alone && possessive
    }

    /// Whether a head stands in `tail`, at once or after another word: one in lower case, or a
    /// listed name that is joined, as in "Aho"-"Corasick automaton".
    fn has_head(self, tail: &str, possessive: bool) -> bool {
        if possessive && matches!(self.field, Field::Law | Field::Prize) {
            return false;
        }
        let mut rest = tail;
        for _ in 0..WORDS_BETWEEN {
            let Some(next) = rest.strip_prefix([' ', '-', '\u{2013}', '\u{a0}']) else { break };
            let length = next.find(|c: char| !c.is_alphabetic()).unwrap_or(next.len());
            let (word, after) = next.split_at(length);
            let lower = word.to_lowercase();
            if !word.is_empty() && self.is_head(&lower) {
                return true;
            }
            let joined = !rest.starts_with(' ') && Uses::of(word).is_some();
            if word.is_empty() || !joined && lower != word {
                break;
            }
            rest = after;
        }
        false
    }

    fn is_head(self, word: &str) -> bool {
        let singular = word.strip_suffix('s').unwrap_or(word);
        self.heads.split(' ').any(|head| head == word || head == singular)
    }
}

impl Uses {
    /// Of `name`; of several joined names each must name something.
    fn of(name: &str) -> Option<Self> {
        let listed = |name: &str| EPONYMS.names.get(&folded_hash(name)).map(Vec::as_slice);
        if let Some(last) = listed(name) {
            return Some(Self { last, term: false });
        }
        let parts = name.split(['-', '\u{2013}', '/']).map(listed).collect::<Option<Vec<_>>>()?;
        let in_science = |uses: &&&[Use]| uses.iter().any(|one| one.field == Field::Science);
        let for_nobody = |uses: &&[Use]| uses.iter().any(|one| !one.common);
        let term =
            parts.iter().filter(in_science).count() == parts.len() && parts.iter().any(for_nobody);
        Some(Self { last: parts.last()?, term })
    }
}

/// The name without an apostrophe and what follows it, and these, if they are in `tail`.
fn without_possessive<'t>(value: &'t str, tail: &str) -> (&'t str, Option<&'static str>) {
    let own = POSSESSIVES.iter().find_map(|mark| value.strip_suffix(mark));
    let after = POSSESSIVES.iter().copied().find(|mark| tail.starts_with(mark));
    match own {
        Some(name) => (name, Some("")),
        None => (value, after),
    }
}

const WORDS_BETWEEN: usize = 2;
/// Longer ones first.
const POSSESSIVES: &[&str] = &["'s", "\u{2019}s", "'", "\u{2019}"];

/// "Mr Parkinson", "Ada Parkinson", "J. Parkinson".
fn is_somebody(text: &str, start: usize) -> bool {
    let initial = text.get(..start).is_some_and(|head| head.ends_with(". "));
    let titled = previous_word(text, start).is_some_and(|word| word.is(FIRST | TITLE));
    let one_letter = initial && previous_word(text, start).is_some_and(|w| w.end - w.start <= 2);
    titled || one_letter
}

/// "maladie de Crohn", "Morbus Basedow", "teorema di Bayes".
fn is_named_before(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default();
    let Some(head) = head.strip_suffix([' ', '\'', '\u{2019}']) else { return false };
    let mut words = head.rsplit([' ', '\n', '\'', '\u{2019}']).map(str::to_lowercase);
    let Some(last) = words.next() else { return false };
    let joins = PARTICLES.contains(&last.as_str());
    says_before(&last) || joins && words.next().is_some_and(|word| says_before(&word))
}

/// Whether a thing is called by the name after `word`: "Morbus".
fn says_before(word: &str) -> bool {
    EPONYMS.before.contains(&folded_hash(word))
}

const PARTICLES: &[&str] = &["de", "d", "du", "di", "van", "von", "der", "del", "da"];

struct Eponyms {
    names: HashMap<u64, Vec<Use>>,
    before: Vec<u64>,
}

static EPONYMS: LazyLock<Eponyms> = LazyLock::new(|| {
    let mut all = Eponyms { names: HashMap::new(), before: Vec::new() };
    let (mut field, mut heads) = (Field::Alone, "");
    for line in LIST.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some((name, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            heads = rest.trim_start();
            match name {
                "medicine" => field = Field::Medicine,
                "science" => field = Field::Science,
                "law" => field = Field::Law,
                "prize" => field = Field::Prize,
                "before" => all.before = heads.split(' ').map(folded_hash).collect(),
                _ => field = Field::Alone,
            }
            continue;
        }
        let own = line.split_once(": ");
        let (names, heads) = own.unwrap_or((line, heads));
        for name in names.split(' ') {
            let uses = all.names.entry(folded_hash(name)).or_default();
            uses.push(Use { field, heads, common: own.is_some() });
        }
    }
    all
});

static LIST: &str = include_str!("../data/eponyms.txt");

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, want: bool) {
        let start = text.find(name).unwrap();
        assert_eq!(is_eponym(text, start, start + name.len()), want, "{name} in {text:?}");
    }

    #[test]
    fn things_that_are_named_after_people() {
        for (text, name) in [
            ("He has Parkinson's disease.", "Parkinson"),
            ("has Crohn\u{2019}s, not colitis", "Crohn"),
            ("Cushing syndrome", "Cushing"),
            ("an Epstein-Barr virus infection", "Epstein-Barr"),
            ("die Parkinson-Krankheit", "Parkinson-Krankheit"),
            ("Morbus Basedow", "Basedow"),
            ("Morbus Basedow", "Morbus Basedow"),
            ("Boyer-Moore, too", "Boyer-Moore"),
            ("the Aho-Corasick automaton", "Aho"),
            ("la maladie de Crohn", "Crohn"),
            ("Bayes' theorem", "Bayes"),
            ("the Gauss-Jordan elimination", "Gauss-Jordan"),
            ("a Bessel differential equation", "Bessel"),
            ("Laguerre polynomials", "Laguerre"),
            ("the Sarbanes-Oxley Act", "Sarbanes-Oxley"),
            ("a Daubert motion", "Daubert"),
            ("the Nobel Prize", "Nobel"),
            ("el teorema de Bayes", "Bayes"),
        ] {
            if name.ends_with("Krankheit") {
                check(text, "Parkinson", true);
            } else {
                check(text, name, true);
            }
        }
    }

    #[test]
    fn people_of_the_same_names() {
        for (text, name) in [
            ("Mr Parkinson's disease got worse", "Parkinson"),
            ("Ada Cushing syndrome", "Cushing"),
            ("ask Maxwell about it", "Maxwell"),
            ("Wilson's test results came back", "Wilson"),
            ("Brady's motion is denied", "Brady"),
            ("Taylor's report", "Taylor"),
            ("J. Bell's palsy", "Bell"),
            ("Taylor-Young was there", "Taylor-Young"),
            ("la maladie de Marie", "Marie"),
            ("le score de Taylor", "Taylor"),
            ("Pascal's test results came back", "Pascal"),
            ("Tony's award", "Tony"),
            ("Morbus Marie", "Morbus Marie"),
            ("Jane Doe's disease", "Doe"),
        ] {
            check(text, name, false);
        }
    }

    #[test]
    fn terms_of_the_trade() {
        assert!(is_term("laguerre") && is_term("Aho-Corasick") && is_term("Käsper-Schwabe"));
        assert!(!is_term("Parkinson-Maier") && !is_term("Crohn") && !is_term("Doe"));
    }
}
