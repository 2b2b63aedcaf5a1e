//! [`Window`]: what the encoder reads at once: sentences of one paragraph, as pieces.

use privet_tagger::{Lexicon, Sentence, Shape, Token};

use crate::vocabulary::{Vocabulary, WORD_PIECES_MAX};

/// A window has at most this many pieces, with those at its ends.
pub const PIECES_MAX: usize = 128;

/// How many rows the table of traits has; see [`Traits::rows`].
pub const TRAIT_ROWS: usize = COARSE_ROW + 256;

/// What is known about a piece beside its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Shape, lists, place: a bit each.
    bits: u32,
    frequency: u8,
    language: u8,
    coarse: u8,
}

impl Traits {
    /// Of the first piece of `token`.
    fn of(token: &Token, place: Place, lexicon: &Lexicon) -> Self {
        let shape = 1 << token.shape as u32;
        let lists = u32::from(token.known.flags.bits()) << LISTS_BIT;
        let bit = |set: bool, bit: u32| u32::from(set) << bit;
        Self {
            bits: shape | lists | bit(place.begins_line, LINE_BIT) | bit(place.spaced, SPACED_BIT),
            frequency: token.known.frequency & 7,
            language: token.known.language & 31,
            coarse: lexicon.coarse(token.known.cluster),
        }
    }

    /// Of a later piece of a word of this shape.
    fn later(shape: Shape) -> Self {
        Self { bits: 1 << shape as u32 | 1 << LATER_BIT, ..Self::default() }
    }

    /// Without what word lists say: training hides it now and then.
    #[must_use]
    pub fn without_lists(self) -> Self {
        Self { bits: self.bits & !(0x7f << LISTS_BIT), ..Self::default() }
    }

    /// The rows of the table of traits that are added for this piece.
    pub fn rows(self) -> impl Iterator<Item = usize> {
        let bits = (0..FREQUENCY_ROW).filter(move |bit| self.bits >> bit & 1 == 1);
        let row = |number: u8, from: usize| (number > 0).then_some(from + usize::from(number));
        bits.chain(row(self.frequency, FREQUENCY_ROW))
            .chain(row(self.language, LANGUAGE_ROW))
            .chain(row(self.coarse, COARSE_ROW))
    }
}

/// Where a token stands.
#[derive(Clone, Copy)]
struct Place {
    begins_line: bool,
    spaced: bool,
}

/// A piece with its traits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its number in the vocabulary.
    pub id: u16,
    /// What else is known about it.
    pub traits: Traits,
}

/// Tokens that are read at once.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// All pieces, those at the ends included.
    pub pieces: Vec<Piece>,
    /// The tokens, in order.
    pub tokens: Vec<Token>,
    /// The first piece of each token; who asks about some tokens only leaves the others out.
    pub firsts: Vec<u16>,
}

impl Window {
    fn clear(&mut self) {
        self.pieces.clear();
        self.tokens.clear();
        self.firsts.clear();
    }
}

/// Makes windows of sentences.
pub struct Windows<'v> {
    vocabulary: &'v Vocabulary,
    lexicon: &'v Lexicon,
    window: Window,
    /// Where the last token ended.
    end: usize,
    ids: Vec<u16>,
}

impl<'v> Windows<'v> {
    /// With no sentence yet.
    pub fn new(vocabulary: &'v Vocabulary, lexicon: &'v Lexicon) -> Self {
        Self { vocabulary, lexicon, window: Window::default(), end: 0, ids: Vec::new() }
    }

    /// Adds a sentence of `text`, and hands the window so far to `full` where the sentence
    /// has no room in it or begins a paragraph.
    pub fn add(&mut self, text: &str, sentence: Sentence<'_>, full: &mut dyn FnMut(&Window)) {
        let start = sentence.tokens.first().map_or(self.end, |token| token.start);
        let gap = text.get(self.end..start).unwrap_or_default();
        if gap.bytes().filter(|byte| *byte == b'\n').count() > 1 {
            self.flush(full);
        }
        if self.window.pieces.len() + sentence.tokens.len() + 1 > PIECES_MAX {
            self.flush(full);
        }
        let (pieces, tokens) = (self.window.pieces.len(), self.window.tokens.len());
        for token in sentence.tokens {
            self.push(text, token);
            if self.window.pieces.len() + WORD_PIECES_MAX + 1 > PIECES_MAX {
                // The sentence does not fit beside those before it: it begins a window.
                let carried = self.split_off(pieces, tokens);
                if self.window.tokens.is_empty() {
                    self.window = carried;
                    self.flush(full);
                } else {
                    self.flush(full);
                    self.window = carried;
                }
                return self.go_on(text, token, sentence, full);
            }
        }
    }

    /// Adds what follows `after` in `sentence`.
    fn go_on(
        &mut self,
        text: &str,
        after: &Token,
        sentence: Sentence<'_>,
        full: &mut dyn FnMut(&Window),
    ) {
        let rest = sentence.tokens.iter().skip_while(|token| token.start <= after.start);
        for token in rest {
            self.push(text, token);
            if self.window.pieces.len() + WORD_PIECES_MAX + 1 > PIECES_MAX {
                self.flush(full);
            }
        }
    }

    /// The window from these pieces and tokens on; what comes before stays.
    fn split_off(&mut self, pieces: usize, tokens: usize) -> Window {
        if tokens == 0 {
            return std::mem::take(&mut self.window);
        }
        let begin = self.window.pieces.first().copied();
        let shift = pieces.saturating_sub(1) as u16;
        let mut carried = Window {
            pieces: begin.into_iter().chain(self.window.pieces.drain(pieces..)).collect(),
            tokens: self.window.tokens.split_off(tokens),
            firsts: self.window.firsts.split_off(tokens),
        };
        carried.firsts.iter_mut().for_each(|first| *first -= shift);
        carried
    }

    fn push(&mut self, text: &str, token: &Token) {
        let gap = text.get(self.end..token.start).unwrap_or_default();
        let place = Place {
            begins_line: self.end == 0 || gap.contains('\n'),
            spaced: self.end == 0 || !gap.is_empty(),
        };
        self.end = token.end;
        let window = &mut self.window;
        if window.pieces.is_empty() {
            window.pieces.push(Piece { id: self.vocabulary.begin(), traits: Traits::default() });
        }
        self.ids.clear();
        self.vocabulary.pieces(text.get(token.start..token.end).unwrap_or_default(), &mut self.ids);
        window.tokens.push(*token);
        window.firsts.push(window.pieces.len() as u16);
        for (number, id) in self.ids.iter().enumerate() {
            let traits = match number {
                0 => Traits::of(token, place, self.lexicon),
                _ => Traits::later(token.shape),
            };
            window.pieces.push(Piece { id: *id, traits });
        }
    }

    /// Hands the last window to `full`.
    pub fn flush(&mut self, full: &mut dyn FnMut(&Window)) {
        if !self.window.tokens.is_empty() {
            self.window.pieces.push(Piece { id: self.vocabulary.end(), traits: Traits::default() });
            full(&self.window);
        }
        self.window.clear();
    }
}

/// Bits of [`Traits`]: shapes come first.
const LISTS_BIT: u32 = 9;
const LINE_BIT: u32 = 16;
const SPACED_BIT: u32 = 17;
const LATER_BIT: u32 = 18;
/// Rows of the table of traits.
const FREQUENCY_ROW: usize = 24;
const LANGUAGE_ROW: usize = FREQUENCY_ROW + 8;
const COARSE_ROW: usize = LANGUAGE_ROW + 32;

#[cfg(test)]
mod tests {
    use super::*;
    use privet_tagger::sentences;

    const LIST: &str = "[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\n.\nand";

    fn cut(text: &str) -> Vec<Window> {
        let vocabulary = Vocabulary::new(LIST).unwrap();
        let mut all = Vec::new();
        let mut windows = Windows::new(&vocabulary, Lexicon::shared());
        let mut take = |window: &Window| all.push(window.clone());
        sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
            windows.add(text, sentence, &mut take);
        });
        windows.flush(&mut take);
        all
    }

    #[test]
    fn lines_of_a_paragraph_are_read_together() {
        let windows = cut("a bb\na. And b\n\nb");
        let ids: Vec<Vec<u16>> =
            windows.iter().map(|w| w.pieces.iter().map(|p| p.id).collect()).collect();
        assert_eq!(ids, [vec![1, 4, 5, 6, 4, 7, 8, 5, 2], vec![1, 5, 2]]);
        assert_eq!(windows[0].firsts, [1, 2, 4, 5, 6, 7]);
        let line: Vec<bool> =
            windows[0].pieces.iter().map(|p| p.traits.bits >> LINE_BIT & 1 == 1).collect();
        assert_eq!(line, [false, true, false, false, true, false, false, false, false]);
    }

    #[test]
    fn windows_are_full_and_whole() {
        let line = "a b bb and b bb. And ".repeat(60) + &"bb ".repeat(300) + "\n\n\na";
        for text in [line.clone(), line.replace(". ", " "), line.replace(". ", ".\n")] {
            let windows = cut(&text);
            let mut starts = Vec::new();
            for window in &windows {
                assert!(window.pieces.len() <= PIECES_MAX);
                assert_eq!((window.pieces[0].id, window.pieces.last().unwrap().id), (1, 2));
                assert_eq!(window.firsts.len(), window.tokens.len());
                assert_eq!(window.firsts[0], 1);
                for (token, first) in window.tokens.iter().zip(&window.firsts) {
                    let first = window.pieces[usize::from(*first)];
                    assert_eq!(first.traits.bits >> LATER_BIT & 1, 0);
                    assert_eq!(first.id == 4, &text[token.start..token.end] == "a");
                }
                starts.extend(window.tokens.iter().map(|token| token.start));
            }
            let mut want = Vec::new();
            sentences(&text, Lexicon::shared(), &mut Vec::new(), |sentence| {
                want.extend(sentence.tokens.iter().map(|token| token.start));
            });
            assert_eq!(starts, want);
        }
    }
}
