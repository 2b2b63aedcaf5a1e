//! The trainer: stochastic gradients of the likelihood, with AdaGrad (Duchi, Hazan and
//! Singer, 2011).

use privet_tagger::{
    Chain, FEATURES_MAX, Features, LABELS, Label, Lexicon, Marginals, Model, Sentence, Token,
    Unary, View, sentences,
};

use crate::corpus::{Corpus, Document, Span};
use crate::random::Random;
use crate::silver::TEACHERS;
use crate::variant::{Names, Variant, Writing, written};
use crate::vocabulary::Vocabulary;

/// Weights of a feature, and the sums of their squared gradients.
#[derive(Clone, Copy, Default)]
struct Row {
    weights: [f32; LABELS],
    squares: [f32; LABELS],
}

/// A text, and where it is from.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) document: &'t Document,
    pub(crate) corpus: &'t Corpus,
}

/// How the trainer goes about it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Recipe {
    /// Passes over the texts.
    #[arg(long, default_value_t = 8)]
    pub(crate) epochs: u32,
    /// Passes before weights are taken into the mean that is written.
    #[arg(long, default_value_t = 2)]
    pub(crate) warm_up: u32,
    /// How far a step goes.
    #[arg(long, default_value_t = 0.2)]
    pub(crate) rate: f32,
    /// Weights shrink by this share of the rate, towards nothing.
    #[arg(long, default_value_t = 0.0005)]
    pub(crate) shrink: f32,
    /// A feature must be seen in so many texts.
    #[arg(long, default_value_t = 3)]
    pub(crate) documents_min: u32,
    /// This share of a token's features is left out at each step.
    #[arg(long, default_value_t = 0.1)]
    pub(crate) dropped: f32,
    /// In this share of tokens the word itself is hidden.
    #[arg(long, default_value_t = 0.2)]
    pub(crate) word_hidden: f32,
    /// In this share of tokens each other view is hidden.
    #[arg(long, default_value_t = 0.1)]
    pub(crate) view_hidden: f32,
    /// In this share of passes over a text it is written lower.
    #[arg(long, default_value_t = 0.7)]
    pub(crate) lower: f32,
    /// In this share of passes over a text it is written upper.
    #[arg(long, default_value_t = 0.6)]
    pub(crate) upper: f32,
    /// In this share of passes its names are replaced first.
    #[arg(long, default_value_t = 0.5)]
    pub(crate) replaced: f32,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

pub(crate) struct Trainer {
    recipe: Recipe,
    vocabulary: Vocabulary,
    rows: Vec<Row>,
    steps: [Row; LABELS],
    random: Random,
    names: Names,
    mean: Vec<[f32; LABELS]>,
    steps_mean: [[f32; LABELS]; LABELS],
    taken: f32,
}

/// Smaller gradients are not worth a look-up.
const GRADIENT_MIN: f32 = 0.003;

impl Trainer {
    /// A trainer that knows the features of `texts` and no weights yet. What only teachers'
    /// texts have gets none: the table has no room for it.
    pub(crate) fn new(recipe: Recipe, texts: &[Text<'_>]) -> Self {
        let mut random = Random::new(recipe.seed);
        let names = Names::new();
        let mut vocabulary = Vocabulary::new();
        let by_people = texts.iter().filter(|text| text.corpus.group != TEACHERS);
        for (number, Text { document, .. }) in by_people.enumerate() {
            let other = names.replaced(document, &mut random);
            for document in [*document, &other] {
                for writing in [Writing::AsIs, Writing::Lower, Writing::Upper] {
                    vocabulary.count(&written(document, writing), number);
                }
            }
        }
        let kept = vocabulary.close(recipe.documents_min);
        Self {
            recipe,
            vocabulary,
            rows: vec![Row::default(); kept],
            steps: [Row::default(); LABELS],
            random,
            names,
            mean: vec![[0.0; LABELS]; kept],
            steps_mean: [[0.0; LABELS]; LABELS],
            taken: 0.0,
        }
    }

    /// How many features are known.
    pub(crate) fn features(&self) -> usize {
        self.rows.len()
    }

    /// Goes over `texts` as often as the recipe says.
    pub(crate) fn train(&mut self, texts: &[Text<'_>]) {
        for epoch in 1..=self.recipe.epochs {
            self.pass(texts);
            if epoch > self.recipe.warm_up {
                self.take_into_mean();
            }
        }
    }

    fn take_into_mean(&mut self) {
        self.taken += 1.0;
        let share = 1.0 / self.taken;
        let rows = self.mean.iter_mut().chain(&mut self.steps_mean);
        for (mean, row) in rows.zip(self.rows.iter().chain(&self.steps)) {
            for (mean, weight) in mean.iter_mut().zip(row.weights) {
                *mean += (weight - *mean) * share;
            }
        }
    }

    /// Goes once over all texts, in random order.
    fn pass(&mut self, texts: &[Text<'_>]) {
        let mut order: Vec<&Text<'_>> = texts.iter().collect();
        self.random.shuffle(&mut order);
        for Text { document, corpus } in order {
            let other = self
                .random
                .chance(self.recipe.replaced)
                .then(|| self.names.replaced(document, &mut self.random));
            let document = other.as_ref().unwrap_or(document);
            self.learn(&written(document, Writing::AsIs), corpus.weight);
            if self.random.chance(self.recipe.lower * corpus.cases) {
                self.learn(&written(document, Writing::Lower), corpus.weight);
            }
            if self.random.chance(self.recipe.upper * corpus.cases) {
                self.learn(&written(document, Writing::Upper), corpus.weight);
            }
        }
    }

    fn learn(&mut self, variant: &Variant, weight: f32) {
        let labels = CharLabels::new(variant);
        let mut room = Vec::new();
        let mut learned = Vec::new();
        sentences(&variant.text, Lexicon::shared(), &mut room, |sentence| {
            learned.push(Example::new(sentence, &labels));
        });
        for example in &learned {
            self.step(example, weight);
        }
    }

    /// The numbers of the features of a token that are looked at in one step.
    fn looked_at(&mut self, features: &Features) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(FEATURES_MAX);
        for view in View::ALL {
            let hidden = match view {
                View::Word => self.recipe.word_hidden,
                _ => self.recipe.view_hidden,
            };
            if self.random.chance(hidden) {
                continue;
            }
            for key in features.of(view) {
                if !self.random.chance(self.recipe.dropped) {
                    numbers.extend(self.vocabulary.number(*key));
                }
            }
        }
        numbers
    }

    fn step(&mut self, example: &Example, weight: f32) {
        let kept: Vec<Vec<u32>> =
            example.features.iter().map(|features| self.looked_at(features)).collect();
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
                row.nudge(&gradients, &self.recipe);
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
                row.nudge(&gradients, &self.recipe);
            }
        }
    }

    fn chain(&self) -> Chain {
        Chain::new(self.steps.map(|row| row.weights))
    }

    /// The table as it is now.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let keys = self.vocabulary.keys().iter().copied();
        let weights: Vec<(u32, [f32; LABELS])> = keys.zip(self.mean.iter().copied()).collect();
        Model::encode(&weights, &self.steps_mean)
    }
}

impl Row {
    fn nudge(&mut self, gradients: &[f32; LABELS], recipe: &Recipe) {
        let parts = self.weights.iter_mut().zip(&mut self.squares).zip(gradients);
        for ((weight, square), gradient) in parts {
            let gradient = gradient - recipe.shrink * *weight;
            *square += gradient * gradient;
            if *square > 0.0 {
                *weight += recipe.rate * gradient / square.sqrt();
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
        Features::of_each(sentence, Lexicon::shared(), |of| features.push(of.clone()));
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
    pub(crate) fn allowed(&self, token: &Token) -> u8 {
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
