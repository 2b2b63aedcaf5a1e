//! Judging a candidate: check digits, words beside it, score.

use privet_text::{Finding, Reason, Score};

use super::Rule;
use super::context::Window;
use crate::claim::Claim;

/// A candidate whose checks hold.
pub(super) struct Verdict {
    rule: &'static Rule,
    score: f32,
    start: usize,
    end: usize,
    /// The context word and its distance.
    context: Option<(&'static str, usize)>,
    against: Option<&'static str>,
}

impl Verdict {
    /// What becomes of `start..end` as found by `rule` with the score `score` for its
    /// shape; `None` if a check fails.
    pub(super) fn on(
        rule: &'static Rule,
        score: f32,
        text: &str,
        (start, end): (usize, usize),
        window: &mut Option<Window>,
    ) -> Option<Self> {
        if rule.check.is_some() || rule.holds.is_some() {
            let written = text.as_bytes().get(start..end)?;
            let (value, length) = compact(written);
            let value = value.get(..length)?;
            let holds = [&rule.holds, &rule.check]
                .into_iter()
                .all(|check| check.as_ref().is_none_or(|check| check.holds(value, written)));
            if !holds {
                return None;
            }
        }
        let mut context = None;
        let mut against = None;
        if !(rule.context.is_empty() && rule.against.is_empty()) {
            let window = window.get_or_insert_with(|| Window::around(text, start, end));
            context = window.nearest(rule.context);
            against = window.nearest(rule.against);
        }
        if rule.needs_context && context.is_none() {
            return None;
        }
        let against = against
            .filter(|(_, distance)| context.is_none_or(|(_, nearer)| *distance < nearer))
            .map(|(word, _)| word);
        Some(Self { rule, score, start, end, context, against })
    }

    /// Its finding.
    pub(super) fn finding(&self) -> Option<Finding> {
        let mut claim = Claim::new(self.rule.entity, self.rule.id, Score::new(self.score));
        if self.rule.check.is_some() {
            claim = claim.because(Reason::Checksum);
        }
        claim = claim.near(self.context.map(|(word, _)| word));
        if let Some(word) = self.against {
            claim = claim.because(Reason::Against(word));
        }
        claim.at(self.start, self.end)
    }
}

/// Reports `verdicts`, all of which begin at the same place. Where two kinds of number
/// fit, the word that stands nearest decides: in "NIF or SIN: 123 456 782" it is a SIN.
pub(super) fn report(verdicts: &mut Vec<Verdict>, found: &mut dyn FnMut(Finding)) {
    let nearest = verdicts.iter().filter_map(|v| v.context.map(|(_, distance)| distance)).min();
    for verdict in verdicts.iter_mut() {
        if verdict.context.is_some_and(|(_, distance)| Some(distance) > nearest) {
            verdict.context = None;
            if verdict.rule.needs_context {
                continue;
            }
        }
        if let Some(finding) = verdict.finding() {
            found(finding);
        }
    }
    verdicts.clear();
}

/// The letters and digits of `text` in capitals, and how many there are.
fn compact(text: &[u8]) -> ([u8; VALUE_MAX], usize) {
    let mut value = [0; VALUE_MAX];
    let mut length = 0;
    for byte in text.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        let Some(slot) = value.get_mut(length) else { return (value, 0) };
        *slot = byte.to_ascii_uppercase();
        length += 1;
    }
    (value, length)
}

const VALUE_MAX: usize = 128;
