//! Later mentions of somebody whose full name was found: "Jane Kowalski ... Kowalski's, KOWALSKI,
//! Jane ... kowalski".

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasickBuilder;
use privet_tagger::{Lexicon, folded_hash};
use privet_text::{EntityType, Finding, Reason, Score, Span};

use crate::claim::Claim;
use crate::code::{is_comment, is_entry, is_identifier, line_around, looks_like_code};
use crate::name::{
    AMBIGUOUS, Case, FAMILY, FIRST, ORG, STOP, TITLE, Word, next_word, previous_word, word_at,
};
use crate::plausible::is_plausible;
use crate::reading::{before, is_word};

/// Adds a finding for each later mention of the last word of a name that was found
/// with at least two words, together with the first name if it stands beside it.
pub(crate) fn repeats(text: &str, found: &mut Vec<Finding>) {
    let mut people: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (first, family) in found.iter().filter_map(|finding| parts(text, finding)) {
        if people.len() < NAMES_MAX || people.contains_key(family) {
            let firsts = people.entry(family).or_default();
            if firsts.len() < FIRST_NAMES_MAX && !firsts.contains(&first) {
                firsts.push(first);
            }
        }
    }
    if people.is_empty() {
        return;
    }
    let known: BTreeSet<Span> = found.iter().map(|finding| finding.span).collect();
    let list: Vec<(&str, &Vec<&str>)> =
        people.iter().map(|(name, firsts)| (*name, firsts)).collect();
    let names = list.iter().map(|(name, _)| name);
    let mut builder = AhoCorasickBuilder::new();
    let Ok(automaton) = builder.ascii_case_insensitive(true).build(names) else { return };
    for hit in automaton.find_iter(text) {
        let alone = !is_word(before(text.as_bytes(), hit.start()))
            && !matches!(before(text.as_bytes(), hit.start()), b'@' | b'.' | b'/' | b'-' | b'#');
        let Some(word) = word_at(text, hit.start()).filter(|word| alone && word.end == hit.end())
        else {
            continue;
        };
        let Some((_, firsts)) = list.get(hit.pattern().as_usize()) else { continue };
        let (start, end) = with_first_name(text, word, firsts);
        let whole = start < word.start || end > word.end;
        if whole && Span::new(start, end).is_some_and(|span| known.contains(&span)) {
            continue; // Perhaps the very mention that made the name known.
        }
        if !whole && (!is_written_as_name(text, word) || is_part_of_more(text, word)) {
            continue;
        }
        if !whole && is_of_a_program(text, word) {
            continue;
        }
        let claim = Claim::new(EntityType::Person, "person/repeated", Score::SHAPE)
            .because(Reason::Repeated);
        found.extend(claim.at(start, end));
    }
}

/// The mention with one of `firsts`, if it stands before `word`, or after it and a comma.
fn with_first_name(text: &str, word: Word, firsts: &[&str]) -> (usize, usize) {
    let is_first = |other: &Word| {
        let written = text.get(other.start..other.end).unwrap_or_default();
        firsts.iter().any(|first| first.eq_ignore_ascii_case(written))
    };
    if let Some(first) = previous_word(text, word.start).filter(is_first) {
        return (first.start, word.end);
    }
    let after = text.get(word.end..).is_some_and(|tail| tail.starts_with(", "));
    let first = if after { word_at(text, word.end + 2).filter(is_first) } else { None };
    (word.start, first.map_or(word.end, |first| first.end))
}

/// Capitalised, in capitals, or in lower case where it is hardly any other word.
fn is_written_as_name(text: &str, word: Word) -> bool {
    match word.case {
        Case::Capital | Case::Upper => true,
        Case::Lower => is_rare(text.get(word.start..word.end).unwrap_or_default()),
        Case::Initial | Case::Mixed => false,
    }
}

/// Whether a word by itself is part of an identifier or names a thing of a program.
fn is_of_a_program(text: &str, word: Word) -> bool {
    let (from, line) = line_around(text, word.start, word.end);
    let written = looks_like_code(line) || is_entry(line);
    !is_plausible(text, word.start, word.end)
        || written && is_identifier(line, word.start - from, word.end - from)
        || word.case == Case::Lower && (written || is_comment(line))
}

/// Whether a word is seldom met in any language that the word lists know.
fn is_rare(word: &str) -> bool {
    Lexicon::shared().known(folded_hash(word)).frequency <= RARE_FREQUENCY_MAX
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

/// The first and the last word of a full name, if the last is safe to look for by itself.
fn parts<'t>(text: &'t str, finding: &Finding) -> Option<(&'t str, &'t str)> {
    if finding.entity != EntityType::Person || finding.score < Score::SHAPE {
        return None;
    }
    let value = finding.span.of(text)?;
    let (head, last) = value.rsplit_once(' ')?;
    let (first, last, offset) = match head.strip_suffix(',') {
        Some(family) if !family.contains(' ') => (last, family, 0),
        _ => (head.split(' ').next()?, last, value.len() - last.len()),
    };
    let word = word_at(text, finding.span.start() + offset)?;
    let guessed = finding.recognizer == "person/dictionary"
        && finding.score < Score::CONTEXT
        && !word.is(FAMILY);
    let begins = word_at(text, finding.span.start())?;
    // "fat Teddy", "Thompson NFA".
    let odd = begins.case == Case::Lower
        || word.case == Case::Upper && last.len() < 4 && begins.case != Case::Upper;
    let safe = !guessed
        && !odd
        && matches!(word.case, Case::Capital | Case::Upper)
        && last.len() == word.len()
        && (last.len() >= 4 || last.len() == 3 && is_rare(last))
        && !word.is(AMBIGUOUS | STOP)
        && (word.is(FAMILY) || !word.is(FIRST));
    safe.then_some((first, last))
}

const NAMES_MAX: usize = 256;
const FIRST_NAMES_MAX: usize = 8;
/// Words of the lowest class of frequency and those in none are rare.
const RARE_FREQUENCY_MAX: u8 = 1;

#[cfg(test)]
mod tests {
    use crate::{Analyzer, AnalyzerOptions, ModelUse};

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let options = AnalyzerOptions { model: ModelUse::Off, ..AnalyzerOptions::default() };
        let found = Analyzer::new(options).analyze(text);
        let got: Vec<_> = found.iter().filter_map(|f| f.span.of(text)).collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn a_family_name_alone() {
        check(
            "Jane Kowalski called. Later Kowalski wrote; Kowalskis@x Kowalski2",
            &["Jane Kowalski", "Kowalski"],
        );
        check("Jane Kowalski called. It was Kowalski's.", &["Jane Kowalski", "Kowalski"]);
    }

    #[test]
    fn in_another_case() {
        check("Jane Kowalski called. ASK KOWALSKI.", &["Jane Kowalski", "KOWALSKI"]);
        check("Jane Kowalski called. ask kowalski", &["Jane Kowalski", "kowalski"]);
        check("Jane Brown called. the brown fox", &["Jane Brown"]);
        check("Jane Kowalski called. jane kowalski,", &["Jane Kowalski", "jane kowalski"]);
    }

    #[test]
    fn not_in_a_program() {
        check("// by Jane Kowalski\nuse x::Kowalski;\n", &["Jane Kowalski"]);
        check("Jane Kowalski wrote this.\n// kowalski, see\n", &["Jane Kowalski"]);
        check("// by Jane Kowalski\nsay(\"Kowalski\");\n", &["Jane Kowalski", "Kowalski"]);
        check("// by Jane Kowalski\n    Kowalski,\n", &["Jane Kowalski"]);
    }

    #[test]
    fn the_family_name_first() {
        check("Jane Kowalski called. kowalski, jane", &["Jane Kowalski", "kowalski, jane"]);
        check("Kowalski, Jane called. Kowalski left", &["Kowalski, Jane", "Kowalski"]);
    }
}
