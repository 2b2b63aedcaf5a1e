//! [`Explained`]: a candidate, what its score is made of, and what became of it.

use privet_text::{EntityType, Finding, Reason, Score, Span};

use crate::claim::points;
use crate::options::AnalyzerOptions;
use crate::resolve::settle;

/// One candidate and its story.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The candidate as the recognizer proposed it.
    pub finding: Finding,
    /// What its score is made of. The points add up to the score.
    pub parts: Vec<ScorePart>,
    /// The words beside it that spoke for it.
    pub context: Vec<&'static str>,
    /// What became of it.
    pub outcome: Outcome,
    /// The other candidates that share a byte with it.
    pub competitors: Vec<Competitor>,
}

/// One reason and its points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScorePart {
    /// Why.
    pub reason: Reason,
    /// How much of the score it gave.
    pub points: f32,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Reported, as it stands.
    Reported,
    /// Reported in part: another candidate took the rest.
    Cut(Vec<Span>),
    /// Another candidate took all of it.
    Lost,
    /// Its score is below the minimum.
    BelowMinimum,
    /// Its entity type is not looked for.
    NotAsked,
    /// It is on the list of terms that never count.
    Allowed,
}

/// Another candidate at the same place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Competitor {
    /// Which recognizer proposed it.
    pub recognizer: &'static str,
    /// What it took it for.
    pub entity: EntityType,
    /// Where.
    pub span: Span,
    /// How surely.
    pub score: Score,
    /// Whether it won against this candidate.
    pub won: bool,
}

/// Tells the story of each of `candidates`, which are sorted by place.
pub(crate) fn explain(
    text: &str,
    candidates: Vec<Finding>,
    options: &AnalyzerOptions,
    wants: impl Fn(&Finding) -> bool,
) -> Vec<Explained> {
    let wanted: Vec<Finding> =
        candidates.iter().filter(|finding| wants(finding)).cloned().collect();
    let mut settled = settle(text, &wanted, options.counted).into_iter();
    let mut index = 0;
    let outcomes: Vec<(Outcome, Option<usize>)> = candidates
        .iter()
        .map(|finding| {
            if !wants(finding) {
                return (refusal(finding, options), None);
            }
            index += 1;
            let Some(settled) = settled.next() else { return (Outcome::Lost, None) };
            let outcome = match settled.kept.as_slice() {
                [] => Outcome::Lost,
                [span] if *span == finding.span => Outcome::Reported,
                kept => Outcome::Cut(kept.to_vec()),
            };
            (outcome, settled.beaten_by)
        })
        .collect();
    let rivals: Vec<Vec<usize>> =
        (0..candidates.len()).map(|at| overlapping(&candidates, at)).collect();
    let mut explained = Vec::with_capacity(candidates.len());
    for ((finding, (outcome, beaten_by)), rivals) in candidates.iter().zip(outcomes).zip(rivals) {
        let winner = beaten_by.and_then(|index| wanted.get(index));
        let competitors = rivals
            .into_iter()
            .filter_map(|rival| candidates.get(rival))
            .map(|rival| Competitor {
                recognizer: rival.recognizer,
                entity: rival.entity,
                span: rival.span,
                score: rival.score,
                won: winner == Some(rival),
            })
            .collect();
        explained.push(Explained {
            parts: parts_of(finding),
            context: context_of(finding),
            finding: finding.clone(),
            outcome,
            competitors,
        });
    }
    explained
}

fn refusal(finding: &Finding, options: &AnalyzerOptions) -> Outcome {
    if !options.entities.contains(finding.entity) && !crate::custom::is_own(finding.recognizer) {
        Outcome::NotAsked
    } else if finding.score < options.score_min {
        Outcome::BelowMinimum
    } else {
        Outcome::Allowed
    }
}

/// The neighbours of candidate `at` that share a byte with it. Candidates are sorted
/// by where they begin; a bounded look to either side keeps time linear.
fn overlapping(candidates: &[Finding], at: usize) -> Vec<usize> {
    let Some(finding) = candidates.get(at) else { return Vec::new() };
    let low = at.saturating_sub(NEIGHBOURS_MAX);
    let high = (at + NEIGHBOURS_MAX).min(candidates.len());
    (low..high)
        .filter(|other| *other != at)
        .filter(|other| {
            candidates.get(*other).is_some_and(|rival| rival.span.overlaps(finding.span))
        })
        .collect()
}

/// The points of each reason; the first, the shape, gave what the others did not.
fn parts_of(finding: &Finding) -> Vec<ScorePart> {
    let lifts: f32 = finding.reasons.iter().skip(1).map(|reason| points(*reason)).sum();
    let base = (finding.score.get() - lifts).max(0.0);
    let mut parts: Vec<ScorePart> = finding
        .reasons
        .iter()
        .map(|reason| ScorePart { reason: *reason, points: points(*reason) })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.points = base;
    }
    parts
}

fn context_of(finding: &Finding) -> Vec<&'static str> {
    let word = |reason: &Reason| match reason {
        Reason::Context(word) => Some(*word),
        _ => None,
    };
    finding.reasons.iter().filter_map(word).collect()
}

const NEIGHBOURS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Analyzer;

    #[test]
    fn parts_add_up() {
        for explained in Analyzer::default()
            .explain("SSN 536-22-1847, GB82WEST12345698765432, Dr. Jane Doe, password=hunter2x")
        {
            let sum: f32 = explained.parts.iter().map(|part| part.points).sum();
            assert!((sum - explained.finding.score.get()).abs() < 1e-5, "{explained:?}");
        }
    }

    #[test]
    fn what_lost_says_to_whom() {
        let explained = Analyzer::default().explain("API_KEY=key-36d29ba78a71cdd24221683cf863fe92");
        assert!(explained.iter().any(|e| e.outcome == Outcome::Reported));
        assert!(
            explained
                .iter()
                .any(|e| e.outcome == Outcome::Lost && e.competitors.iter().any(|c| c.won))
        );
    }
}
