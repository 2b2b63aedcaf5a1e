//! Settles overlaps, once, before anything is replaced.
//!
//! Where two candidates share a byte, the first of these that differs decides:
//!
//! 1. a token literal wins over everything: a token of the client's that was only
//!    half masked could be taken for one of ours on the way back;
//! 2. a type that is masked wins over one that is only counted;
//! 3. what a checksum confirms;
//! 4. a handle that only its sentence tells loses;
//! 5. names, places and organisations lose against what has a form;
//! 6. the longer one;
//! 7. the higher score;
//! 8. the one that begins first, then the entity type first in the catalogue.
//!
//! The loser is not simply dropped: what the winner leaves uncovered stays a finding
//! of the loser's type, so that no overlap uncovers a part of a value. A rest
//! without three letters or digits is no value and goes.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use privet_text::{EntitySet, EntityType, Finding, Reason, Span};

use crate::custom::is_own;
use crate::handle::SPOKEN;

/// A candidate and what became of it.
pub(crate) struct Settled {
    /// Parts of the candidate that are reported; empty if it lost altogether.
    pub(crate) kept: Vec<Span>,
    /// The candidate that took bytes from it, by index.
    pub(crate) beaten_by: Option<usize>,
}

/// Settles `candidates` of `text`: for each, in the same order, what became of it.
pub(crate) fn settle(text: &str, candidates: &[Finding], counted: EntitySet) -> Vec<Settled> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|left, right| match (candidates.get(*left), candidates.get(*right)) {
        (Some(left), Some(right)) => rank(left, right, counted),
        _ => Ordering::Equal,
    });
    let mut taken = Taken::default();
    let mut settled: Vec<Settled> =
        candidates.iter().map(|_| Settled { kept: Vec::new(), beaten_by: None }).collect();
    for index in order {
        let (Some(candidate), Some(slot)) = (candidates.get(index), settled.get_mut(index)) else {
            continue;
        };
        let (rest, beaten_by) = taken.uncovered(candidate.span);
        slot.beaten_by = beaten_by;
        for span in rest {
            let whole = span == candidate.span;
            let Some(span) = (if whole { Some(span) } else { trimmed(text, span) }) else {
                continue;
            };
            taken.add(span, index);
            slot.kept.push(span);
        }
    }
    settled
}

/// Which of two candidates comes first.
fn rank(left: &Finding, right: &Finding, counted: EntitySet) -> Ordering {
    let literal = |finding: &Finding| finding.entity == EntityType::TokenLiteral;
    // What a company looks for itself is masked, whatever the profile does with its type.
    let only_counted =
        |finding: &Finding| counted.contains(finding.entity) && !is_own(finding.recognizer);
    // The model's mentions are longer than they should be now and then.
    let is_name = |finding: &Finding| {
        use EntityType::{Location, Organization, Person};
        let is_any = |types: [EntityType; 3]| types.iter().any(|one| finding.entity.is_a(*one));
        is_any([Person, Location, Organization]) && !is_own(finding.recognizer)
    };
    let is_spoken = |finding: &Finding| finding.recognizer == SPOKEN;
    let checked = |finding: &Finding| finding.reasons.contains(&Reason::Checksum);
    literal(right)
        .cmp(&literal(left))
        .then_with(|| only_counted(left).cmp(&only_counted(right)))
        .then_with(|| checked(right).cmp(&checked(left)))
        .then_with(|| is_spoken(left).cmp(&is_spoken(right)))
        .then_with(|| is_name(left).cmp(&is_name(right)))
        .then_with(|| right.span.len().cmp(&left.span.len()))
        .then_with(|| right.score.get().total_cmp(&left.score.get()))
        .then_with(|| left.span.start().cmp(&right.span.start()))
        .then_with(|| Reverse(right.entity).cmp(&Reverse(left.entity)))
}

/// The rest of a loser without blanks and marks at its edges; `None` if nothing of
/// a value is in it.
fn trimmed(text: &str, span: Span) -> Option<Span> {
    let part = span.of(text)?;
    let inner = part.trim_matches(|c: char| !c.is_alphanumeric());
    let start = span.start() + part.find(inner)?;
    let letters = inner.chars().filter(|c| c.is_alphanumeric()).take(REST_LETTERS_MIN).count();
    if letters < REST_LETTERS_MIN { None } else { Span::new(start, start + inner.len()) }
}

/// The bytes that winners hold.
#[derive(Default)]
struct Taken {
    by_start: BTreeMap<usize, (usize, usize)>,
}

impl Taken {
    fn add(&mut self, span: Span, index: usize) {
        self.by_start.insert(span.start(), (span.end(), index));
    }

    /// What of `span` nobody holds, and who holds the rest.
    fn uncovered(&self, span: Span) -> (Vec<Span>, Option<usize>) {
        let before = self.by_start.range(..span.start()).next_back();
        let inside = self.by_start.range(span.start()..span.end());
        let mut at = span.start();
        let mut rest = Vec::new();
        let mut beaten_by = None;
        for (start, (end, index)) in before.into_iter().chain(inside) {
            if *end <= at && *start < span.start() {
                continue;
            }
            beaten_by = beaten_by.or(Some(*index));
            rest.extend(Span::new(at, *start));
            at = at.max(*end);
        }
        rest.extend(Span::new(at, span.end()));
        (rest, beaten_by)
    }
}

const REST_LETTERS_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use privet_text::Score;

    fn finding(entity: EntityType, start: usize, end: usize, reason: Reason) -> Finding {
        let span = Span::new(start, end).unwrap();
        Finding { entity, span, score: Score::PATTERN, recognizer: "test", reasons: vec![reason] }
    }

    #[track_caller]
    fn check(text: &str, candidates: &[Finding], want: &[&[&str]]) {
        let settled = settle(text, candidates, EntitySet::NONE);
        let got: Vec<Vec<&str>> = settled
            .iter()
            .map(|s| s.kept.iter().filter_map(|span| span.of(text)).collect())
            .collect();
        assert_eq!(got, want);
    }

    #[test]
    fn overlaps() {
        let literal = finding(EntityType::TokenLiteral, 4, 17, Reason::Pattern);
        let address = finding(EntityType::EmailAddress, 0, 29, Reason::Pattern);
        check(
            "jan.PERSON_K7Q2MX@example.com",
            &[address, literal],
            &[&["jan", "example.com"], &["PERSON_K7Q2MX"]],
        );
        let card = finding(EntityType::CreditCard, 4, 23, Reason::Checksum);
        let phone = finding(EntityType::PhoneNumber, 0, 13, Reason::Pattern);
        check("12  4111 1111 1111 1111", &[phone, card], &[&[], &["4111 1111 1111 1111"]]);
        let long = finding(EntityType::Secret, 0, 10, Reason::Pattern);
        let short = finding(EntityType::Person, 2, 5, Reason::Pattern);
        check("0123456789", &[short, long], &[&[], &["0123456789"]]);
    }
}
