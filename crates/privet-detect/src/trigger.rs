//! Rules that start from a literal, run by one automaton over all of them.
//!
//! The automaton passes the text once and wakes a rule only where one of its
//! triggers stands, so that clean text costs the same for ten rules and for a
//! thousand. A new rule is a line in its family's `RULES`.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use privet_text::Finding;

use crate::Detector;
use crate::secret::{Prefixed, read_prefixed};

/// One rule: when to wake it and how it reads on from there.
pub(crate) struct Rule {
    /// Lower-case literals, found whatever the case of ASCII letters.
    pub(crate) triggers: &'static [&'static str],
    /// How the rule reads on from a trigger.
    pub(crate) reader: Reader,
}

/// How a rule reads on from a trigger.
pub(crate) enum Reader {
    /// A token that begins with its trigger.
    Prefixed(Prefixed),
    /// Anything else. Gives the place up to which the rule has read, so that it is
    /// not woken again before it: this keeps time linear.
    Code(fn(&Site<'_>, &mut dyn FnMut(Finding)) -> usize),
}

/// The place where a trigger stands.
pub(crate) struct Site<'t> {
    /// The whole text.
    pub(crate) text: &'t str,
    /// The same as bytes.
    pub(crate) bytes: &'t [u8],
    /// First byte of the trigger.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
}

/// All rules of all families that start from a literal.
pub(crate) struct Triggered {
    automaton: Option<AhoCorasick>,
    rules: Vec<&'static Rule>,
    rule_of_pattern: Vec<usize>,
}

impl Triggered {
    /// Builds the automaton over the triggers of `families`.
    pub(crate) fn new(families: &[&'static [Rule]]) -> Self {
        let rules: Vec<&'static Rule> = families.iter().flat_map(|rules| rules.iter()).collect();
        let mut literals = Vec::new();
        let mut rule_of_pattern = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for literal in rule.triggers {
                literals.push(*literal);
                rule_of_pattern.push(index);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals)
            .ok();
        Self { automaton, rules, rule_of_pattern }
    }
}

impl Detector for Triggered {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let Some(automaton) = &self.automaton else { return };
        let mut read_until = vec![0usize; self.rules.len()];
        for hit in automaton.find_overlapping_iter(text) {
            let Some(index) = self.rule_of_pattern.get(hit.pattern().as_usize()) else { continue };
            let Some(until) = read_until.get_mut(*index) else { continue };
            let Some(rule) = self.rules.get(*index) else { continue };
            if hit.start() < *until {
                continue;
            }
            let site = Site { text, bytes: text.as_bytes(), start: hit.start(), end: hit.end() };
            *until = match &rule.reader {
                Reader::Prefixed(token) => read_prefixed(token, &site, found),
                Reader::Code(read) => read(&site, found),
            };
        }
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn the_automaton_builds() {
        assert!(crate::analyzer::triggered().automaton.is_some());
    }

    #[test]
    fn triggers_are_lower_case() {
        for rule in &crate::analyzer::triggered().rules {
            for literal in rule.triggers {
                assert_eq!(*literal, literal.to_lowercase());
            }
        }
    }
}
