//! The trainer: stochastic gradients of the likelihood, with AdaGrad (Duchi, Hazan and
//! Singer, 2011).

use privet_tagger::{
    Chain, Features, LABELS, Label, Lexicon, Marginals, Model, ROWS, Sentence, Token, Unary,
    sentences,
};

use crate::corpus::{Corpus, Document, Span};
use crate::random::Random;
use crate::variant::{Names, Variant, Writing, written};

/// Weights of a row, and the sums of their squared gradients.
#[derive(Clone, Copy, Default)]
struct Row {
    weights: [f32; LABELS],
    squares: [f32; LABELS],
}

pub(crate) struct Trainer {
    rows: Vec<Row>,
    steps: [Row; LABELS],
    random: Random,
    names: Names,
    mean: Vec<[f32; LABELS]>,
    taken: f32,
}

/// How far a step goes.
const RATE: f32 = 0.12;
/// This share of a token's features is left out at each step.
const DROPPED: f32 = 0.15;
/// Smaller gradients are not worth a look-up.
const GRADIENT_MIN: f32 = 0.003;
/// In this share of tokens the word itself is hidden.
const HIDDEN: f32 = 0.12;
/// In this share of passes over a text it is written lower, and upper.
const LOWER: f32 = 0.5;
const UPPER: f32 = 0.4;
/// In this share its names are replaced first.
const REPLACED: f32 = 0.4;
/// Weights shrink by this share of the rate, towards nothing.
const SHRINK: f32 = 0.00002;

impl Trainer {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rows: vec![Row::default(); ROWS],
            steps: [Row::default(); LABELS],
            random: Random::new(seed),
            names: Names::new(),
            mean: Vec::new(),
            taken: 0.0,
        }
    }

    /// Adds the weights of now to the mean that is written.
    pub(crate) fn take_into_mean(&mut self) {
        self.taken += 1.0;
        let share = 1.0 / self.taken;
        self.mean.resize(ROWS, [0.0; LABELS]);
        for (mean, row) in self.mean.iter_mut().zip(&self.rows) {
            for (mean, weight) in mean.iter_mut().zip(row.weights) {
                *mean += (weight - *mean) * share;
            }
        }
    }

    /// Goes once over all texts, in random order. Returns how many tokens were seen.
    pub(crate) fn pass(&mut self, corpora: &[Corpus], all: bool) -> usize {
        let mut order: Vec<(&Document, f32)> = corpora
            .iter()
            .flat_map(|corpus| corpus.documents.iter().map(|document| (document, corpus.weight)))
            .filter(|(document, _)| all || !document.held_back)
            .collect();
        self.random.shuffle(&mut order);
        let mut tokens = 0;
        for (document, weight) in order {
            let other = self
                .random
                .chance(REPLACED)
                .then(|| self.names.replaced(document, &mut self.random));
            let document = other.as_ref().unwrap_or(document);
            tokens += self.learn(&written(document, Writing::AsIs), weight);
            if self.random.chance(LOWER) {
                tokens += self.learn(&written(document, Writing::Lower), weight);
            }
            if self.random.chance(UPPER) {
                tokens += self.learn(&written(document, Writing::Upper), weight);
            }
        }
        tokens
    }

    fn learn(&mut self, variant: &Variant, weight: f32) -> usize {
        let labels = CharLabels::new(variant);
        let mut room = Vec::new();
        let mut count = 0;
        let mut learned = Vec::new();
        sentences(&variant.text, Lexicon::shared(), &mut room, |sentence| {
            count += sentence.tokens.len();
            learned.push(Example::new(sentence, &labels));
        });
        for example in &learned {
            self.step(example, weight);
        }
        count
    }

    fn step(&mut self, example: &Example, weight: f32) {
        let hidden: Vec<bool> =
            example.features.iter().map(|_| self.random.chance(HIDDEN)).collect();
        let kept: Vec<Vec<u32>> = example
            .features
            .iter()
            .zip(&hidden)
            .map(|(features, hidden)| {
                let rows = if *hidden { features.without_word() } else { features.rows() };
                rows.iter().copied().filter(|_| !self.random.chance(DROPPED)).collect()
            })
            .collect();
        let rows = |at: usize| kept.get(at).map(Vec::as_slice).unwrap_or_default();
        let unary: Vec<Unary> =
            (0..example.features.len()).map(|at| self.unary(rows(at))).collect();
        let chain = self.chain();
        let (mut free, mut told) = (Vec::new(), Vec::new());
        chain.marginals(&unary, &[], &mut free);
        chain.marginals(&unary, &example.allowed, &mut told);
        for at in 0..unary.len() {
            let (Some(free), Some(told)) = (free.get(at), told.get(at)) else { continue };
            self.nudge(rows(at), free, told, weight);
        }
        self.nudge_steps(&free, &told, weight);
    }

    fn unary(&self, rows: &[u32]) -> Unary {
        let mut scores = [0.0; LABELS];
        for row in rows {
            let Some(row) = self.rows.get(*row as usize) else { continue };
            for (score, weight) in scores.iter_mut().zip(row.weights) {
                *score += weight;
            }
        }
        scores
    }

    fn nudge(&mut self, rows: &[u32], free: &Marginals, told: &Marginals, weight: f32) {
        let mut gradients = [0.0; LABELS];
        let mut any = false;
        for (gradient, (told, free)) in gradients.iter_mut().zip(told.iter().zip(free)) {
            *gradient = (told - free) * weight;
            any |= gradient.abs() > GRADIENT_MIN;
        }
        if !any {
            return;
        }
        for row in rows {
            if let Some(row) = self.rows.get_mut(*row as usize) {
                row.nudge(&gradients);
            }
        }
    }

    /// Scores of one label after another: told by products of neighbouring marginals,
    /// which is close where labels are told and good enough elsewhere.
    fn nudge_steps(&mut self, free: &[Marginals], told: &[Marginals], weight: f32) {
        let pairs = free.windows(2).zip(told.windows(2));
        for (free, told) in pairs {
            let ([free_from, free_to], [told_from, told_to]) = (free, told) else { continue };
            for (from, row) in self.steps.iter_mut().enumerate() {
                let share = |shares: &Marginals| shares.get(from).copied().unwrap_or_default();
                let mut gradients = [0.0; LABELS];
                for (gradient, (told_to, free_to)) in
                    gradients.iter_mut().zip(told_to.iter().zip(free_to))
                {
                    *gradient = (share(told_from) * told_to - share(free_from) * free_to) * weight;
                }
                row.nudge(&gradients);
            }
        }
    }

    fn chain(&self) -> Chain {
        Chain::new(self.steps.map(|row| row.weights))
    }

    /// The table as it is now.
    pub(crate) fn encode(&self) -> Vec<u8> {
        Model::encode(self.mean.iter(), &self.steps.map(|row| row.weights))
    }
}

impl Row {
    fn nudge(&mut self, gradients: &[f32; LABELS]) {
        let parts = self.weights.iter_mut().zip(&mut self.squares).zip(gradients);
        for ((weight, square), gradient) in parts {
            let gradient = gradient - SHRINK * *weight;
            *square += gradient * gradient;
            if *square > 0.0 {
                *weight += RATE * gradient / square.sqrt();
            }
        }
    }
}

/// A sentence to learn from.
struct Example {
    features: Vec<Features>,
    allowed: Vec<u8>,
}

impl Example {
    fn new(sentence: Sentence<'_>, labels: &CharLabels) -> Self {
        let mut features = Vec::with_capacity(sentence.tokens.len());
        Features::of_each(sentence, |of| features.push(of.clone()));
        let allowed = sentence.tokens.iter().map(|token| labels.allowed(token)).collect();
        Self { features, allowed }
    }
}

/// Which labels the tokens of a text may have.
pub(crate) struct CharLabels {
    /// Where each span begins and ends, in bytes.
    spans: Vec<Span>,
}

impl CharLabels {
    pub(crate) fn new(variant: &Variant) -> Self {
        let mut starts: Vec<usize> = variant.text.char_indices().map(|(at, _)| at).collect();
        starts.push(variant.text.len());
        let byte = |char: usize| starts.get(char).copied().unwrap_or(variant.text.len());
        let spans = variant.spans.iter().map(|span| Span {
            start: byte(span.start),
            end: byte(span.end),
            name: span.name,
        });
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_by_key(|span| span.start);
        Self { spans }
    }

    /// The labels, as bits. A token in a name of another kind may have any.
    fn allowed(&self, token: &Token) -> u8 {
        let after = self.spans.partition_point(|span| span.end <= token.start);
        let Some(span) = self.spans.get(after).filter(|span| span.start < token.end) else {
            return 1 << Label::OUTSIDE.number();
        };
        match span.name {
            None => u8::MAX,
            Some(name) if span.start >= token.start => 1 << Label::begin(name).number(),
            Some(name) => 1 << Label::inside(name).number(),
        }
    }
}
