//! Words that are findings themselves: illnesses, religions, offences.

use aho_corasick::{AhoCorasick, MatchKind};
use privet_text::Finding;

use super::judge::Verdict;
use super::{Rule, Way};
use crate::reading::{before, byte, is_word, word_starts};

/// All words of some rules in one automaton.
pub(super) struct Dictionary {
    automaton: Option<AhoCorasick>,
    rows: Vec<(&'static Rule, &'static str)>,
}

impl Dictionary {
    /// The words of those of `rules` that have any.
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        let mut rows = Vec::new();
        for rule in rules {
            if let Way::Words { words, .. } = rule.way {
                rows.extend(words.iter().map(|word| (*rule, *word)));
            }
        }
        if rows.is_empty() {
            return Self { automaton: None, rows };
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(rows.iter().map(|(_, word)| word))
            .ok();
        Self { automaton, rows }
    }

    /// Reports the words that stand in `text`.
    pub(super) fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let Some(automaton) = &self.automaton else { return };
        let bytes = text.as_bytes();
        for hit in automaton.find_iter(text) {
            let Some((rule, word)) = self.rows.get(hit.pattern().as_usize()) else { continue };
            let Way::Words { score, exact, .. } = rule.way else { continue };
            let as_written = bytes.get(hit.range()) == Some(word.as_bytes());
            let name = matches!(before(bytes, hit.start()), b'_' | b'/' | b'.' | b'@' | b'-')
                || matches!(byte(bytes, hit.end()), b'_' | b'/' | b'@' | b'(' | b'=');
            let whole =
                word_starts(bytes, hit.start()) && !is_word(byte(bytes, hit.end())) && !name;
            if !whole || (exact && !as_written) {
                continue;
            }
            let mut window = None;
            let verdict = Verdict::on(rule, score, text, (hit.start(), hit.end()), &mut window);
            if let Some(finding) = verdict.and_then(|verdict| verdict.finding()) {
                found(finding);
            }
        }
    }
}
