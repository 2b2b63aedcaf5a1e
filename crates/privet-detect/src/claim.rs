//! [`Claim`]: how a recognizer builds a finding, and how scores add up.
//!
//! A score is a base, said by the recognizer from the constants of [`Score`], plus
//! fixed points per further reason. That way `explain` can take a score apart again.

use privet_text::{EntityType, Finding, Reason, Score, Span};

/// A finding in the making: who claims what, and on which grounds.
pub(crate) struct Claim {
    entity: EntityType,
    recognizer: &'static str,
    score: f32,
    reasons: Vec<Reason>,
}

impl Claim {
    /// A claim by shape alone.
    pub(crate) fn new(entity: EntityType, recognizer: &'static str, base: Score) -> Self {
        Self { entity, recognizer, score: base.get(), reasons: vec![Reason::Pattern] }
    }

    /// Adds a reason and its points.
    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.score += points(reason);
        self.reasons.push(reason);
        self
    }

    /// Adds a context word, if there is one.
    pub(crate) fn near(self, word: Option<&'static str>) -> Self {
        match word {
            Some(word) => self.because(Reason::Context(word)),
            None => self,
        }
    }

    /// The finding at `start..end`; `None` when that is empty.
    pub(crate) fn at(self, start: usize, end: usize) -> Option<Finding> {
        Some(Finding {
            entity: self.entity,
            span: Span::new(start, end)?,
            score: Score::new(self.score),
            recognizer: self.recognizer,
            reasons: self.reasons,
        })
    }
}

/// What a reason beyond the shape adds to a score.
pub(crate) fn points(reason: Reason) -> f32 {
    match reason {
        Reason::Checksum => 0.4,
        Reason::Context(_) => 0.3,
        Reason::Dictionary => 0.2,
        Reason::Together => 0.1,
        Reason::Against(_) => -0.3,
        Reason::Pattern | Reason::Model | Reason::Repeated | Reason::Decoded(_) => 0.0,
    }
}
