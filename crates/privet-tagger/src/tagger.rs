//! [`Tagger`]: names in a text.

use std::sync::LazyLock;

use crate::chain::{Marginals, Unary};
use crate::eagerness::Eagerness;
use crate::feature::Features;
use crate::label::{LABELS, Label, Name};
use crate::lexicon::Lexicon;
use crate::model::{HEAD_BYTES, Model, ModelError};
use crate::token::{Sentence, Token, sentences};

/// A name in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mention {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it names.
    pub name: Name,
    /// How sure the model is that these words name something at all, from 0 to 1.
    pub confidence: f32,
}

/// Finds names with one model.
#[derive(Clone, Debug)]
pub struct Tagger {
    model: Model,
    eagerness: Eagerness,
}

/// The table, so placed that no bucket of it stands in two lines of the cache.
#[repr(C, align(64))]
struct Placed<const N: usize> {
    before: [u8; BEFORE_BYTES],
    table: [u8; N],
}

/// Up to where its buckets begin at a full line.
const BEFORE_BYTES: usize = 64 - HEAD_BYTES % 64;

static PLACED: Placed<{ include_bytes!("../model/names.bin").len() }> =
    Placed { before: [0; BEFORE_BYTES], table: *include_bytes!("../model/names.bin") };
static TABLE: &[u8] = &PLACED.table;

static SHARED: LazyLock<Result<Model, ModelError>> = LazyLock::new(|| Model::decode(TABLE));

impl Tagger {
    /// The tagger that comes with the program. `None` only if its table is broken, which
    /// a test rules out.
    pub fn shared(eagerness: Eagerness) -> Option<Self> {
        SHARED.as_ref().ok().map(|model| Self::new(model.clone(), eagerness))
    }

    /// A tagger with another model.
    pub fn new(model: Model, eagerness: Eagerness) -> Self {
        Self { model, eagerness }
    }

    /// The same with another eagerness.
    #[must_use]
    pub fn with_eagerness(self, eagerness: Eagerness) -> Self {
        Self { eagerness, ..self }
    }

    /// Hands the names in `text` to `found`, in order.
    pub fn tag(&self, text: &str, found: &mut dyn FnMut(Mention)) {
        let mut room = Room::default();
        let mut tokens = Vec::new();
        sentences(text, Lexicon::shared(), &mut tokens, |sentence| {
            self.tag_sentence(sentence, &mut room, found);
        });
    }

    /// Hands the names in `sentence` to `found`, in order.
    pub fn tag_sentence(
        &self,
        sentence: Sentence<'_>,
        room: &mut Room,
        found: &mut dyn FnMut(Mention),
    ) {
        self.weigh(sentence, room);
        self.model.chain().best(&room.unary, &mut room.steps, &mut room.labels);
        if room.labels.iter().all(|label| *label == Label::OUTSIDE) {
            return;
        }
        self.model.chain().marginals(&room.unary, &[], &mut room.marginals);
        mentions(sentence.tokens, &room.labels, &room.marginals, found);
    }

    /// As [`tag_sentence`](Self::tag_sentence), and how likely the model by itself, without
    /// eagerness, takes each label of each token to be.
    pub fn read_sentence<'r>(
        &self,
        sentence: Sentence<'_>,
        room: &'r mut Room,
        found: &mut dyn FnMut(Mention),
    ) -> &'r [Marginals] {
        self.tag_sentence(sentence, room, found);
        let eagerness = self.eagerness.of(sentence.tokens);
        for outside in room.unary.iter_mut().filter_map(|scores| scores.first_mut()) {
            *outside += eagerness;
        }
        self.model.chain().marginals(&room.unary, &[], &mut room.marginals);
        &room.marginals
    }

    /// The scores of all labels for each token.
    fn weigh(&self, sentence: Sentence<'_>, room: &mut Room) {
        room.unary.clear();
        let eagerness = self.eagerness.of(sentence.tokens);
        Features::of_each(sentence, Lexicon::shared(), |features| {
            let mut scores = self.model.unary(features.keys());
            if let Some(outside) = scores.first_mut() {
                *outside -= eagerness;
            }
            room.unary.push(scores);
        });
    }
}

/// Hands the mentions that `labels` make of `tokens` to `found`; `marginals` say how sure
/// each is.
pub fn mentions(
    tokens: &[Token],
    labels: &[Label],
    marginals: &[Marginals],
    found: &mut dyn FnMut(Mention),
) {
    let mut open: Option<(usize, Name)> = None;
    for at in 0..=labels.len() {
        let label = labels.get(at).copied().unwrap_or(Label::OUTSIDE);
        let goes_on = open.is_some() && label.name().is_some() && !label.begins();
        if goes_on {
            continue;
        }
        if let Some((from, name)) = open.take() {
            mention(tokens, from, at, name, marginals).into_iter().for_each(&mut *found);
        }
        open = label.name().map(|name| (at, name));
    }
}

/// Buffers that are used again for every sentence.
#[derive(Default)]
pub struct Room {
    unary: Vec<Unary>,
    steps: Vec<[u8; LABELS]>,
    labels: Vec<Label>,
    marginals: Vec<Marginals>,
}

fn mention(
    tokens: &[Token],
    from: usize,
    to: usize,
    name: Name,
    marginals: &[Marginals],
) -> Option<Mention> {
    let (first, last) = (tokens.get(from)?, tokens.get(to.checked_sub(1)?)?);
    let outside = marginals.get(from..to)?.iter().filter_map(|token| token.first());
    let count = (to - from) as f32;
    let confidence = 1.0 - outside.sum::<f32>() / count;
    Some(Mention { start: first.start, end: last.end, name, confidence })
}
