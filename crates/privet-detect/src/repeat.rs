//! Family names that stand alone after the full name was found: "Jane Doe ... Doe".

use std::collections::HashSet;

use privet_text::{EntityType, Finding, Reason, Score};

use crate::claim::Claim;
use crate::name::{
    AMBIGUOUS, Case, FAMILY, FIRST, ORG, STOP, TITLE, Word, next_word, previous_word, word_at,
};
use crate::reading::{before, is_word};

/// Adds a finding for each later mention of the last word of a name that was found
/// with at least two words.
pub(crate) fn repeats(text: &str, found: &mut Vec<Finding>) {
    let names: HashSet<&str> =
        found.iter().filter_map(|finding| family_part(text, finding)).take(NAMES_MAX).collect();
    if names.is_empty() {
        return;
    }
    let mut list: Vec<&str> = names.into_iter().collect();
    list.sort_unstable();
    let Ok(automaton) = aho_corasick::AhoCorasick::new(&list) else { return };
    for hit in automaton.find_iter(text) {
        let alone = !is_word(before(text.as_bytes(), hit.start()))
            && !matches!(before(text.as_bytes(), hit.start()), b'@' | b'.' | b'/' | b'-' | b'#');
        let Some(word) = word_at(text, hit.start()).filter(|word| alone && word.end == hit.end())
        else {
            continue;
        };
        if is_part_of_more(text, word) {
            continue;
        }
        let claim = Claim::new(EntityType::Person, "person/repeated", Score::SHAPE)
            .because(Reason::Repeated);
        found.extend(claim.at(word.start, word.end));
    }
}

/// Whether a capitalised word stands directly beside `word`: "Kowalski Towers". One
/// that begins the sentence does not count.
fn is_part_of_more(text: &str, word: Word) -> bool {
    let beside = |other: Word| {
        other.looks_proper() && other.case != Case::Initial && !other.is(FIRST | TITLE | STOP)
    };
    let previous = previous_word(text, word.start);
    let within = |previous: &Word| {
        let ended = text
            .get(..previous.start)
            .is_some_and(|head| head.trim_end().ends_with(['.', '!', '?', ':']));
        !ended && previous_word(text, previous.start).is_some()
    };
    next_word(text, word).is_some_and(beside)
        || previous.is_some_and(|other| other.is(ORG))
        || previous.filter(within).is_some_and(beside)
}

/// The last word of a full name, if it is safe to look for by itself.
fn family_part<'t>(text: &'t str, finding: &Finding) -> Option<&'t str> {
    if finding.entity != EntityType::Person || finding.score < Score::SHAPE {
        return None;
    }
    let value = finding.span.of(text)?;
    let (_, last) = value.rsplit_once(' ')?;
    let word = word_at(text, finding.span.end() - last.len())?;
    let guessed = finding.recognizer == "person/dictionary"
        && finding.score < Score::CONTEXT
        && !word.is(FAMILY);
    let safe = !guessed
        && word.case == Case::Capital
        && last.len() >= 4
        && !word.is(AMBIGUOUS | STOP)
        && (word.is(FAMILY) || !word.is(FIRST));
    safe.then_some(last)
}

const NAMES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use crate::Analyzer;

    #[test]
    fn a_family_name_alone() {
        let text = "Jane Kowalski called. Later Kowalski wrote; Kowalskis@x Kowalski2";
        let found = Analyzer::default().analyze(text);
        let got: Vec<_> = found.iter().filter_map(|f| f.span.of(text)).collect();
        assert_eq!(got, ["Jane Kowalski", "Kowalski"]);
    }
}
