//! [`Chain`]: the best labels of a sentence, and how sure they are.

use crate::label::{LABELS, Label};

/// The score of each label for one token.
pub type Unary = [f32; LABELS];

/// The share of each label for one token; adds up to one.
pub type Marginals = [f32; LABELS];

/// Scores of one label after another.
#[derive(Clone, Debug)]
pub struct Chain {
    /// `scores[from][to]`; what may not follow is minus infinity.
    scores: [[f32; LABELS]; LABELS],
    factors: [[f32; LABELS]; LABELS],
}

impl Chain {
    /// Of these scores; what may not follow is ruled out.
    pub fn new(mut scores: [[f32; LABELS]; LABELS]) -> Self {
        for (from, row) in scores.iter_mut().enumerate() {
            for (to, score) in row.iter_mut().enumerate() {
                if !Label::of(from).may_precede(Label::of(to)) {
                    *score = f32::NEG_INFINITY;
                }
            }
        }
        Self { factors: scores.map(|row| row.map(f32::exp)), scores }
    }

    /// The labels with the highest score together (Viterbi).
    pub fn best(&self, unary: &[Unary], room: &mut Vec<[u8; LABELS]>, labels: &mut Vec<Label>) {
        room.clear();
        labels.clear();
        // Before the first token everything is outside.
        let mut scores = only_outside(0.0, f32::NEG_INFINITY);
        for token in unary {
            let mut best = [f32::NEG_INFINITY; LABELS];
            let mut from = [0; LABELS];
            for (number, (score, row)) in scores.iter().zip(&self.scores).enumerate() {
                for ((best, from), step) in best.iter_mut().zip(&mut from).zip(row) {
                    if score + step > *best {
                        *best = score + step;
                        *from = number as u8;
                    }
                }
            }
            for (best, own) in best.iter_mut().zip(token) {
                *best += own;
            }
            scores = best;
            room.push(from);
        }
        let highest = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let mut label = highest.map_or(0, |(number, _)| number);
        for from in room.iter().rev() {
            labels.push(Label::of(label));
            label = usize::from(from.get(label).copied().unwrap_or_default());
        }
        labels.reverse();
    }

    /// The marginals of each token, over all labellings in which token `i` has one of
    /// the labels whose bit is set in `allowed[i]` (all, where `allowed` ends).
    pub fn marginals(&self, unary: &[Unary], allowed: &[u8], out: &mut Vec<Marginals>) {
        let factors: Vec<Unary> = unary
            .iter()
            .enumerate()
            .map(|(at, scores)| own_factors(scores, allowed.get(at).copied().unwrap_or(u8::MAX)))
            .collect();
        out.clear();
        let mut forward = only_outside(1.0, 0.0);
        for own in &factors {
            let mut next = [0.0; LABELS];
            for (share, row) in forward.iter().zip(&self.factors) {
                for (next, step) in next.iter_mut().zip(row) {
                    *next += share * step;
                }
            }
            for (next, own) in next.iter_mut().zip(own) {
                *next *= own;
            }
            normalise(&mut next);
            forward = next;
            out.push(next);
        }
        let mut backward = [1.0; LABELS];
        for (marginals, own) in out.iter_mut().zip(&factors).rev() {
            let mut before = [0.0; LABELS];
            for (share, back) in marginals.iter_mut().zip(&backward) {
                *share *= back;
            }
            normalise(marginals);
            for (before, row) in before.iter_mut().zip(&self.factors) {
                *before = row.iter().zip(own).zip(&backward).map(|((s, o), b)| s * o * b).sum();
            }
            normalise(&mut before);
            backward = before;
        }
    }
}

/// `outside` for the label of that name, `other` for all others.
fn only_outside(outside: f32, other: f32) -> Unary {
    std::array::from_fn(|label| if label == Label::OUTSIDE.number() { outside } else { other })
}

/// Factors scaled so that the largest is one: only their ratios matter.
fn own_factors(scores: &Unary, allowed: u8) -> Unary {
    let may = |label: usize| allowed >> label & 1 == 1;
    let highest = scores
        .iter()
        .enumerate()
        .filter(|(label, _)| may(*label))
        .map(|(_, score)| *score)
        .fold(f32::NEG_INFINITY, f32::max);
    let mut factors = [0.0; LABELS];
    for (label, (factor, score)) in factors.iter_mut().zip(scores).enumerate() {
        if may(label) {
            *factor = (score - highest).exp();
        }
    }
    factors
}

fn normalise(shares: &mut [f32; LABELS]) {
    let sum: f32 = shares.iter().sum();
    if sum > 0.0 {
        shares.iter_mut().for_each(|share| *share /= sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Name;

    #[test]
    fn a_name_goes_on_only_as_it_began() {
        let chain = Chain::new([[0.0; LABELS]; LABELS]);
        let begin = Label::begin(Name::Person);
        let inside = Label::inside(Name::Person);
        let mut unary = vec![[0.0; LABELS]; 3];
        unary[1][begin.number()] = 2.0;
        unary[2][inside.number()] = 2.0;
        let (mut room, mut labels) = (Vec::new(), Vec::new());
        chain.best(&unary, &mut room, &mut labels);
        assert_eq!(labels, [Label::OUTSIDE, begin, inside]);
        let mut marginals = Vec::new();
        chain.marginals(&unary, &[], &mut marginals);
        for token in &marginals {
            assert!((token.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(marginals[2][inside.number()] > 0.5);
        assert_eq!(marginals[0][inside.number()], 0.0);
        chain.marginals(&unary, &[1, 1, 1], &mut marginals);
        assert_eq!(marginals[1][0], 1.0);
    }
}
