//! Rules that start from a literal, run by one automaton over all of them.
//!
//! The automaton passes the text once and wakes a rule only where one of its
//! triggers stands, so that clean text costs the same for ten rules and for a
//! thousand. A new rule is a line in its family's `RULES`.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, MatchKind, dfa};
use privet_text::Finding;

use crate::Detector;
use crate::rule::{self, Patterns, Reading, Walker, Way};

/// One rule: when to wake it and how it reads on from there.
pub(crate) struct Rule {
    /// Lower-case literals, found whatever the case of ASCII letters.
    pub(crate) triggers: &'static [&'static str],
    /// How the rule reads on from a trigger. Gives the place up to which it has read, so
    /// that it is not woken again before it: this keeps time linear.
    pub(crate) reader: fn(&Site<'_>, &mut dyn FnMut(Finding)) -> usize,
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
    automaton: Option<dfa::DFA>,
    rules: Vec<Woken>,
    rule_of_literal: Vec<usize>,
    /// The values of cues.
    values: Option<Patterns>,
}

/// What a literal wakes.
enum Woken {
    /// A rule written in code.
    Code(&'static Rule),
    /// A rule of a file, and which of the values is its own.
    Cue(&'static rule::Rule, &'static rule::Cues, usize),
    /// A rule of a file whose words are what it finds.
    Word(&'static rule::Rule),
    /// A rule of a file for tokens that begin with the literal.
    Token(&'static rule::Rule, &'static rule::Token),
}

impl Triggered {
    /// Builds the automaton over the triggers of `families` and the cues of `data`.
    pub(crate) fn new(families: &[&'static [Rule]], data: &[&'static rule::Rule]) -> Self {
        let mut rules = Vec::new();
        let mut literals = Vec::new();
        let mut rule_of_literal = Vec::new();
        let mut values = Vec::new();
        for rule in families.iter().flat_map(|rules| rules.iter()) {
            for literal in rule.triggers {
                literals.push(*literal);
                rule_of_literal.push(rules.len());
            }
            rules.push(Woken::Code(rule));
        }
        for rule in data {
            literals.extend_from_slice(rule.triggers());
            rule_of_literal.resize(literals.len(), rules.len());
            match &rule.way {
                Way::Shapes(_) | Way::Beside(_) => {}
                Way::Words { .. } => rules.push(Woken::Word(rule)),
                Way::Token(token) => rules.push(Woken::Token(rule, token)),
                Way::Cues(cues) => {
                    rules.push(Woken::Cue(rule, cues, values.len()));
                    if let Reading::Value(pattern) = cues.reading {
                        values.push(pattern);
                    }
                }
            }
        }
        let automaton = dfa::DFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(literals)
            .ok();
        let values = if values.is_empty() { None } else { Patterns::new(&values).ok() };
        Self { automaton, rules, rule_of_literal, values }
    }

    /// Whether the automata could be built.
    #[cfg(test)]
    pub(crate) fn is_built(&self) -> bool {
        self.automaton.is_some() && self.values.is_some()
    }
}

impl Detector for Triggered {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let Some(automaton) = &self.automaton else { return };
        let Ok(mut state) = automaton.start_state(Anchored::No) else { return };
        let mut pass = Pass { text, read_until: vec![0; self.rules.len()], walker: None };
        let mut at = 0;
        while at < text.len() {
            (at, state) = next_special(automaton, text.as_bytes(), at, state);
            if automaton.is_match(state) {
                for index in 0..automaton.match_len(state) {
                    let literal = automaton.match_pattern(state, index);
                    let start = at - automaton.pattern_len(literal);
                    self.wake(&mut pass, literal.as_usize(), (start, at), found);
                }
            }
        }
    }
}

/// Walks from `at` up to where something may have matched, or to the end.
///
/// By itself, so that the state stays in a register: this is where most of the time goes.
#[inline(never)]
fn next_special(
    automaton: &dfa::DFA,
    bytes: &[u8],
    at: usize,
    mut state: StateID,
) -> (usize, StateID) {
    let rest = bytes.get(at..).unwrap_or_default();
    for (index, byte) in rest.iter().enumerate() {
        state = automaton.next_state(Anchored::No, state, *byte);
        if automaton.is_special(state) {
            return (at + index + 1, state);
        }
    }
    (bytes.len(), state)
}

/// What is known while one text is read.
struct Pass<'p, 't> {
    text: &'t str,
    /// For each rule the place up to which it has read.
    read_until: Vec<usize>,
    walker: Option<Walker<'p>>,
}

impl Triggered {
    /// Lets the rule of `literal`, which stands at `start..end`, read on from there.
    fn wake<'p>(
        &'p self,
        pass: &mut Pass<'p, '_>,
        literal: usize,
        (start, end): (usize, usize),
        found: &mut dyn FnMut(Finding),
    ) {
        let Some(index) = self.rule_of_literal.get(literal) else { return };
        let Some(until) = pass.read_until.get_mut(*index) else { return };
        let Some(rule) = self.rules.get(*index) else { return };
        if start < *until {
            return;
        }
        let site = Site { text: pass.text, bytes: pass.text.as_bytes(), start, end };
        *until = match rule {
            Woken::Code(rule) => (rule.reader)(&site, found),
            Woken::Token(rule, token) => rule::read_token(rule, token, &site, found),
            Woken::Cue(rule, cues, pattern) => {
                if pass.walker.is_none() {
                    pass.walker = self.values.as_ref().map(Patterns::walker);
                }
                rule::read_cue(rule, cues, *pattern, pass.walker.as_mut(), &site, found)
            }
            Woken::Word(rule) => rule::read_word(rule, &site, found),
        };
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn triggers_are_lower_case() {
        for rule in crate::secret::FAMILIES.iter().chain(crate::name::FAMILIES).copied().flatten() {
            for literal in rule.triggers {
                assert_eq!(*literal, literal.to_lowercase());
            }
        }
    }
}
