//! [`DeepTagger`]: both tiers together. The fast tagger reads everything; the encoder reads
//! the windows that are worth it, and there both are heard.

use privet_tagger::{
    Chain, Eagerness, Flags, LABELS, Label, Lexicon, Marginals, Mention, Sentence, Shape, Tagger,
    Token, Unary, is_prose, mentions, sentences,
};

use crate::encoder::{Encoder, Room};
use crate::window::{PIECES_MAX, Window, Windows};

/// Which windows the encoder reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Those of prose in which the fast tagger is unsure, or decided against a word that looks
    /// like a name.
    Unsure,
    /// All in which some word could be a name: not those of marks, numbers and common words
    /// of which the fast tagger is certain that they name nobody.
    Everything,
}

/// Says, for a number of pieces, whether the encoder may read so many more.
pub type Allowance<'a> = dyn FnMut(usize) -> bool + 'a;

/// Finds names with both tiers.
pub struct DeepTagger {
    tagger: Tagger,
    encoder: Encoder,
    chain: Chain,
    reach: Reach,
    eagerness: Eagerness,
    blend: Blend,
}

/// How much each tier is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    /// The fast tagger.
    pub fast: f32,
    /// The encoder.
    pub deep: f32,
}

impl Default for Blend {
    fn default() -> Self {
        Self { fast: 0.4, deep: 0.9 }
    }
}

impl DeepTagger {
    /// Of two models. `eagerness` is that of both together.
    pub fn new(tagger: Tagger, encoder: Encoder, reach: Reach, eagerness: Eagerness) -> Self {
        let tagger = tagger.with_eagerness(eagerness);
        let chain = Chain::new([[0.0; LABELS]; LABELS]);
        Self { tagger, encoder, chain, reach, eagerness, blend: Blend::default() }
    }

    /// The same with another blend.
    #[must_use]
    pub fn with_blend(self, blend: Blend) -> Self {
        Self { blend, ..self }
    }

    /// Hands the names in `text` to `found`, in order. Before the encoder reads, `allowance` is
    /// asked; once it says no, the rest is left to the fast tagger alone.
    pub fn tag(&self, text: &str, allowance: &mut Allowance<'_>, found: &mut dyn FnMut(Mention)) {
        let mut reading = Reading { tagger: self, allowance, found, shelf: Shelf::default() };
        let mut windows = Windows::new(self.encoder.vocabulary(), Lexicon::shared());
        let mut room = privet_tagger::Room::default();
        sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
            reading.sentence(sentence, &mut room);
            windows.add(text, sentence, &mut |window| reading.window(window));
        });
        windows.flush(&mut |window| reading.window(window));
        reading.read();
    }

    /// Whether the encoder should read a token of which the fast tagger thinks this.
    fn is_unsure(&self, token: &Token, marginals: &Marginals) -> bool {
        let [outside, ..] = *marginals;
        let highest = marginals.iter().fold(0.0f32, |high, share| high.max(*share));
        let names = Flags::FIRST.with(Flags::FAMILY);
        let looks_like_name = outside > 0.5
            && matches!(token.shape, Shape::Capital | Shape::Upper | Shape::Mixed | Shape::Lower)
            && token.known.flags.any(names)
            && token.known.frequency <= COMMON_MAX;
        highest < SURE || looks_like_name && highest < VERY_SURE
    }

    /// Whether the encoder should read a window of which the fast tagger thinks this.
    fn is_worth_reading(&self, window: &Window, marginals: &[Marginals]) -> bool {
        let mut tokens = window.tokens.iter().zip(marginals);
        match self.reach {
            Reach::Everything => tokens.any(|(token, own)| could_be_name(token, own)),
            Reach::Unsure => {
                // In programs and tables the encoder knows no better.
                is_prose(&window.tokens) && tokens.any(|(token, own)| self.is_unsure(token, own))
            }
        }
    }

    /// Mentions in a window, by both. `scores` are those of the tokens that were asked about,
    /// in order; of the others the fast tagger's word is taken.
    fn blend(
        &self,
        heard: &Heard,
        scores: &[Unary],
        room: &mut Decoding,
        found: &mut dyn FnMut(Mention),
    ) {
        let Heard { window, marginals, asked, .. } = heard;
        room.unary.clear();
        let eagerness = self.eagerness.of(&window.tokens);
        let mut scores = scores.iter();
        for (marginals, asked) in marginals.iter().zip(asked) {
            let fast = marginals.map(|share| share.max(LEAST).ln());
            let deep = asked.then(|| scores.next()).flatten().map_or(fast, logarithms);
            let mut unary = [0.0; LABELS];
            for (unary, (deep, fast)) in unary.iter_mut().zip(deep.iter().zip(&fast)) {
                *unary = self.blend.deep * deep + self.blend.fast * fast;
            }
            if let Some(outside) = unary.first_mut() {
                *outside -= eagerness;
            }
            room.unary.push(unary);
        }
        self.chain.best(&room.unary, &mut room.steps, &mut room.labels);
        if room.labels.iter().any(|label| *label != Label::OUTSIDE) {
            self.chain.marginals(&room.unary, &[], &mut room.marginals);
            mentions(&window.tokens, &room.labels, &room.marginals, found);
        }
    }
}

/// Of which tokens the encoder is asked: those that could be part of a name, and what stands
/// between two of them.
fn worth_asking(window: &Window, marginals: &[Marginals]) -> Vec<bool> {
    let could: Vec<bool> =
        window.tokens.iter().zip(marginals).map(|(token, own)| could_be_name(token, own)).collect();
    let at = |at: Option<usize>| at.and_then(|at| could.get(at)).copied().unwrap_or_default();
    (0..could.len())
        .map(|own| at(Some(own)) || at(own.checked_sub(1)) && at(Some(own + 1)))
        .collect()
}

/// Whether a token of which the fast tagger thinks this may still be part of a name.
fn could_be_name(token: &Token, [outside, ..]: &Marginals) -> bool {
    let is_plain = matches!(token.shape, Shape::Mark | Shape::Digits | Shape::Caseless)
        || token.known.frequency > COMMON_MAX;
    *outside < CERTAIN || !is_plain && *outside < ALL_BUT_CERTAIN
}

/// The logarithms of the shares that `scores` stand for.
fn logarithms(scores: &Unary) -> Unary {
    let highest = scores.iter().fold(f32::MIN, |high, score| high.max(*score));
    let sum: f32 = scores.iter().map(|score| crate::curve::exp(score - highest)).sum();
    let least = LEAST.ln();
    scores.map(|score| (score - highest - sum.ln()).max(least))
}

/// A window and what the fast tagger thinks of it.
#[derive(Default)]
struct Heard {
    window: Window,
    marginals: Vec<Marginals>,
    mentions: Vec<Mention>,
    is_read: bool,
    /// Of which of its tokens the encoder is asked.
    asked: Vec<bool>,
}

/// Windows that wait until it is worth to read them.
#[derive(Default)]
struct Shelf {
    /// What was heard of the sentences that are in no finished window yet.
    marginals: Vec<Marginals>,
    mentions: Vec<Mention>,
    waiting: Vec<Heard>,
    pieces: usize,
    room: Room,
    decoding: Decoding,
}

/// Buffers that are used again.
#[derive(Default)]
struct Decoding {
    unary: Vec<Unary>,
    steps: Vec<[u8; LABELS]>,
    labels: Vec<Label>,
    marginals: Vec<Marginals>,
}

/// A text that is being read.
struct Reading<'r, 'a> {
    tagger: &'r DeepTagger,
    allowance: &'r mut Allowance<'a>,
    found: &'r mut dyn FnMut(Mention),
    shelf: Shelf,
}

impl Reading<'_, '_> {
    fn sentence(&mut self, sentence: Sentence<'_>, room: &mut privet_tagger::Room) {
        let Shelf { marginals, mentions, .. } = &mut self.shelf;
        let own = self.tagger.tagger.read_sentence(sentence, room, &mut |m| mentions.push(m));
        marginals.extend_from_slice(own);
    }

    /// Takes a finished window. What was heard of its tokens comes first on the shelf.
    fn window(&mut self, window: &Window) {
        let end = window.tokens.last().map_or(0, |token| token.end);
        let shelf = &mut self.shelf;
        let rest = shelf.marginals.split_off(window.tokens.len().min(shelf.marginals.len()));
        let marginals = std::mem::replace(&mut shelf.marginals, rest);
        let inside = shelf.mentions.partition_point(|mention| mention.start < end);
        let rest = shelf.mentions.split_off(inside);
        let mentions = std::mem::replace(&mut shelf.mentions, rest);
        let mut window = window.clone();
        let is_read = self.tagger.is_worth_reading(&window, &marginals);
        let mut asked = Vec::new();
        if is_read {
            shelf.pieces += window.pieces.len();
            asked = worth_asking(&window, &marginals);
            let mut each = asked.iter();
            window.firsts.retain(|_| each.next().copied().unwrap_or_default());
        }
        shelf.waiting.push(Heard { window, marginals, mentions, is_read, asked });
        if shelf.pieces >= PIECES_MAX || shelf.waiting.len() >= WAITING_MAX {
            self.read();
        }
    }

    /// Reads what waits, and hands out what was found.
    fn read(&mut self) {
        let shelf = &mut self.shelf;
        let pieces = std::mem::take(&mut shelf.pieces);
        let may = pieces > 0 && (self.allowance)(pieces);
        let mut waiting = std::mem::take(&mut shelf.waiting);
        let mut scores = Vec::new();
        if may {
            let read = waiting.iter_mut().filter(|heard| heard.is_read);
            let windows: Vec<Window> =
                read.map(|heard| std::mem::take(&mut heard.window)).collect();
            self.tagger.encoder.read(&windows, &mut shelf.room, &mut scores);
            let read = waiting.iter_mut().filter(|heard| heard.is_read);
            read.zip(windows).for_each(|(heard, window)| heard.window = window);
        }
        let mut scores = scores.as_slice();
        for heard in &waiting {
            if !(may && heard.is_read) {
                heard.mentions.iter().for_each(|mention| (self.found)(*mention));
                continue;
            }
            let (own, rest) = scores.split_at(heard.window.firsts.len().min(scores.len()));
            scores = rest;
            self.tagger.blend(heard, own, &mut shelf.decoding, self.found);
        }
    }
}

/// A label that is less likely was most likely forgotten by the model: nobody's certainty
/// outweighs the other's by more.
const LEAST: f32 = 1e-4;
/// Above this the fast tagger is sure of a label.
const SURE: f32 = 0.95;
/// Above this it is also sure that a known name is none here.
const VERY_SURE: f32 = 0.995;
/// Above this it is certain of a common word, a mark or a number,
const CERTAIN: f32 = 0.999;
/// and above this of any other word.
const ALL_BUT_CERTAIN: f32 = 0.999_9;
/// Words more common than this are names too, but seldom.
const COMMON_MAX: u8 = 4;
/// No more windows wait than these.
const WAITING_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use privet_tagger::Name;

    fn people(text: &str, reach: Reach) -> Vec<&str> {
        let (fast, encoder) =
            (Tagger::shared(Eagerness::NONE).unwrap(), Encoder::shared().unwrap());
        let mut all = Vec::new();
        DeepTagger::new(fast, encoder, reach, Eagerness::NONE).tag(
            text,
            &mut |_| true,
            &mut |mention| {
                if mention.name == Name::Person {
                    all.extend(text.get(mention.start..mention.end));
                }
            },
        );
        all
    }

    #[test]
    fn names_in_any_case() {
        for (text, want) in [
            ("Yesterday Ingrid Maier flew to Paris.", "Ingrid Maier"),
            ("yesterday ingrid maier flew to paris.", "ingrid maier"),
            ("YESTERDAY INGRID MAIER FLEW TO PARIS.", "INGRID MAIER"),
        ] {
            for reach in [Reach::Unsure, Reach::Everything] {
                assert_eq!(people(text, reach), [want], "{reach:?}");
            }
        }
    }

    #[test]
    fn programs_are_no_prose() {
        let count = |text: &str| {
            let encoder = Encoder::shared().unwrap();
            let both = DeepTagger::new(
                Tagger::shared(Eagerness::NONE).unwrap(),
                encoder,
                Reach::Unsure,
                Eagerness::NONE,
            );
            let mut pieces = 0;
            let mut allowance = |count| {
                pieces += count;
                true
            };
            both.tag(text, &mut allowance, &mut |_| {});
            pieces
        };
        assert_eq!(count("let maria = Maria::new(rosa, 1, &[2, 3]); // (1)"), 0);
        assert!(count("will rose and mark come in june, or is hope with jordan") > 0);
    }
}
