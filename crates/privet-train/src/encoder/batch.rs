//! Labelled texts as batches: which texts, written how, with which words hidden.

use privet_encoder::{Piece, Vocabulary, Window, Windows};
use privet_tagger::{Lexicon, sentences};

use super::Recipe;
use super::net::Batch;
use crate::corpus::{Corpus, Document};
use crate::random::Random;
use crate::trainer::CharLabels;
use crate::variant::{Names, Writing, written};

/// A window with the labels of its pieces.
struct Lesson {
    pieces: Vec<Piece>,
    wanted: Vec<Option<(usize, f32)>>,
}

/// Makes batches.
pub(crate) struct Teacher<'t> {
    pub(crate) vocabulary: &'t Vocabulary,
    pub(crate) names: &'t Names,
    pub(crate) recipe: &'t Recipe,
}

impl Teacher<'_> {
    /// The batches of one pass over `corpora`, each in [`PARTS`] parts.
    pub(crate) fn pass(
        &self,
        corpora: &[Corpus],
        takes: impl Fn(&Corpus, &Document) -> bool,
        random: &mut Random,
    ) -> Vec<[Batch; PARTS]> {
        let mut lessons = Vec::new();
        for corpus in corpora {
            let mut documents: Vec<&Document> =
                corpus.documents.iter().filter(|document| takes(corpus, document)).collect();
            random.shuffle(&mut documents);
            let all: usize = documents.iter().map(|document| document.text.len()).sum();
            let wanted = (all.min(self.recipe.letters) as f32 * corpus.share) as usize;
            let mut letters = 0;
            for document in documents.iter().cycle() {
                if letters >= wanted {
                    break;
                }
                letters += document.text.len();
                self.lessons(document, corpus, random, &mut lessons);
            }
        }
        random.shuffle(&mut lessons);
        let mut batches = Vec::new();
        let mut batch: [Batch; PARTS] = Default::default();
        for lesson in lessons {
            let smallest = batch.iter_mut().min_by_key(|part| part.pieces.len());
            smallest.into_iter().for_each(|part| part.add(&lesson));
            let pieces: usize = batch.iter().map(|part| part.pieces.len()).sum();
            if pieces >= self.recipe.batch {
                batches.push(std::mem::take(&mut batch));
            }
        }
        batches
    }

    fn lessons(
        &self,
        document: &Document,
        corpus: &Corpus,
        random: &mut Random,
        into: &mut Vec<Lesson>,
    ) {
        let writings = [
            (Writing::AsIs, 1.0),
            (Writing::Lower, self.recipe.lower * corpus.cases),
            (Writing::Upper, self.recipe.upper * corpus.cases),
        ];
        for (writing, share) in writings {
            if !random.chance(share) {
                continue;
            }
            let other =
                random.chance(self.recipe.replaced).then(|| self.names.replaced(document, random));
            let variant = written(other.as_ref().unwrap_or(document), writing);
            let labels = CharLabels::new(&variant);
            windows(&variant.text, self.vocabulary, &mut |window| {
                into.push(self.lesson(window, &labels, corpus.weight, random));
            });
        }
    }

    fn lesson(
        &self,
        window: &Window,
        labels: &CharLabels,
        weight: f32,
        random: &mut Random,
    ) -> Lesson {
        let mut pieces = window.pieces.clone();
        let mut wanted = vec![None; pieces.len()];
        let ends = window.firsts.iter().skip(1).map(|first| usize::from(*first));
        let ends = ends.chain([pieces.len().saturating_sub(1)]);
        for ((token, first), end) in window.tokens.iter().zip(&window.firsts).zip(ends) {
            let first = usize::from(*first);
            let allowed = labels.allowed(token);
            let label = allowed.trailing_zeros() as usize;
            if let Some(wanted) = wanted.get_mut(first).filter(|_| allowed.is_power_of_two()) {
                *wanted = Some((label, weight));
            }
            let word = pieces.get_mut(first..end).unwrap_or_default();
            if random.chance(self.recipe.word_hidden) {
                word.iter_mut().for_each(|piece| piece.id = self.vocabulary.hidden());
            }
            if random.chance(self.recipe.lists_hidden) {
                word.iter_mut().for_each(|piece| piece.traits = piece.traits.without_lists());
            }
        }
        Lesson { pieces, wanted }
    }
}

impl Batch {
    fn add(&mut self, lesson: &Lesson) {
        let from = self.pieces.len();
        self.pieces.extend_from_slice(&lesson.pieces);
        self.wanted.extend_from_slice(&lesson.wanted);
        self.texts.push(from..self.pieces.len());
    }
}

/// Hands the windows of `text` to `each`.
pub(crate) fn windows(text: &str, vocabulary: &Vocabulary, each: &mut dyn FnMut(&Window)) {
    let mut windows = Windows::new(vocabulary, Lexicon::shared());
    sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
        windows.add(text, sentence, each);
    });
    windows.flush(each);
}

/// Every batch has so many parts, whose gradients are computed apart and added in order:
/// the result does not depend on how many threads there are.
pub(crate) const PARTS: usize = 2;
