//! [`Vocabulary`]: the features that are seen often enough to learn a weight.

use privet_tagger::{Features, KEY_BITS, Lexicon, sentences};

use crate::variant::Variant;

/// Keys of features, numbered.
pub(crate) struct Vocabulary {
    /// Per key: how many documents it was seen in, then its number.
    numbers: Vec<u32>,
    /// Per key: the last document it was seen in.
    last: Vec<u16>,
    keys: Vec<u32>,
}

/// No number.
const NONE: u32 = u32::MAX;

impl Vocabulary {
    pub(crate) fn new() -> Self {
        Self { numbers: vec![0; 1 << KEY_BITS], last: vec![0; 1 << KEY_BITS], keys: Vec::new() }
    }

    /// Counts the features of a text, once for each `document`.
    pub(crate) fn count(&mut self, variant: &Variant, document: usize) {
        let mark = (document % 65_535) as u16 + 1;
        let mut room = Vec::new();
        let lexicon = Lexicon::shared();
        sentences(&variant.text, lexicon, &mut room, |sentence| {
            Features::of_each(sentence, lexicon, |features| {
                for key in features.keys() {
                    let at = *key as usize;
                    let (Some(count), Some(last)) =
                        (self.numbers.get_mut(at), self.last.get_mut(at))
                    else {
                        continue;
                    };
                    if *last != mark {
                        *last = mark;
                        *count += 1;
                    }
                }
            });
        });
    }

    /// Keeps what was seen in at least `documents_min` documents. Returns how much that is.
    pub(crate) fn close(&mut self, documents_min: u32) -> usize {
        self.last = Vec::new();
        self.keys.clear();
        for (key, count) in (0u32..).zip(&mut self.numbers) {
            let number = if *count >= documents_min { self.keys.len() as u32 } else { NONE };
            if number != NONE {
                self.keys.push(key);
            }
            *count = number;
        }
        self.keys.len()
    }

    /// The number of a key that was kept.
    pub(crate) fn number(&self, key: u32) -> Option<u32> {
        self.numbers.get(key as usize).copied().filter(|number| *number != NONE)
    }

    /// The keys, in the order of their numbers.
    pub(crate) fn keys(&self) -> &[u32] {
        &self.keys
    }
}
