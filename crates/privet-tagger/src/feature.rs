//! [`Features`]: what is looked at for each token, as keys of the model's table.

use crate::lexicon::{Lexicon, mix};
use crate::model::KEY_BITS;
use crate::token::{Sentence, Shape, Token};

/// No token has more features than this.
pub const FEATURES_MAX: usize = 52;

/// What a feature looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The word itself.
    Word,
    /// The words beside it.
    Neighbours,
    /// What lists say about it and its neighbours.
    Lists,
    /// Clusters of words that stand in like contexts.
    Clusters,
    /// Its letters and shape.
    Form,
}

impl View {
    /// All of them, in the order in which [`Features`] has them.
    pub const ALL: [Self; 5] =
        [Self::Word, Self::Neighbours, Self::Lists, Self::Clusters, Self::Form];
}

/// Keys of the table for one token.
#[derive(Clone, Debug)]
pub struct Features {
    keys: [u32; FEATURES_MAX],
    count: usize,
    /// Where the keys of each view end.
    ends: [usize; View::ALL.len()],
}

/// How the letters of a sentence are written as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Usual,
    Lower,
    Upper,
    Title,
}

/// A neighbour beyond the ends of the sentence.
const NOTHING: u64 = 0x5e17;

/// One token as the features need it.
#[derive(Clone, Copy)]
struct Seen {
    hash: u64,
    shape: u64,
    flags: u64,
    /// Flags and frequency.
    known: u64,
    cluster: u64,
    coarse: u64,
    tail: u64,
}

/// A token and what stands around it.
struct Around<'a> {
    sentence: Sentence<'a>,
    /// Its number in the sentence.
    at: usize,
    token: &'a Token,
    /// Two tokens before it, itself, and two after it.
    window: &'a [Seen; 5],
    case: u64,
    /// Whether it begins the sentence, and the line.
    start: u64,
}

impl Features {
    /// The keys, all of them.
    pub fn keys(&self) -> &[u32] {
        self.keys.get(..self.count).unwrap_or_default()
    }

    /// The keys of one view.
    pub fn of(&self, view: View) -> &[u32] {
        let at = view as usize;
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_default();
        let start = at.checked_sub(1).map_or(0, end);
        self.keys.get(start..end(at)).unwrap_or_default()
    }

    /// Hands the features of each token of `sentence` to `each`, in order.
    pub fn of_each(sentence: Sentence<'_>, lexicon: &Lexicon, mut each: impl FnMut(&Self)) {
        let case = case_of(sentence.tokens) as u64;
        let mut features = Self { keys: [0; FEATURES_MAX], count: 0, ends: [0; View::ALL.len()] };
        let seen =
            |at: usize| sentence.tokens.get(at).map_or(Seen::NOTHING, |t| Seen::new(t, lexicon));
        let mut window = [Seen::NOTHING, Seen::NOTHING, Seen::NOTHING, seen(0), seen(1)];
        for (at, token) in sentence.tokens.iter().enumerate() {
            window.rotate_left(1);
            if let Some(last) = window.last_mut() {
                *last = seen(at + 2);
            }
            features.count = 0;
            let start = u64::from(at == 0) + 2 * u64::from(at == 0 && sentence.begins_line);
            features.read(&Around { sentence, at, token, window: &window, case, start });
            each(&features);
        }
    }

    /// Each view in turn, in the order of their numbers.
    fn read(&mut self, around: &Around<'_>) {
        self.words(around);
        self.end(View::Word);
        self.neighbours(around);
        self.end(View::Neighbours);
        self.lists(around);
        self.end(View::Lists);
        self.clusters(around);
        self.end(View::Clusters);
        self.form(around);
        self.end(View::Form);
    }

    fn words(&mut self, around: &Around<'_>) {
        let [_, l, own, r, _] = *around.window;
        let ([_, _, head4], [_, _, tail4]) = (around.token.heads, around.token.tails);
        self.add(1, own.hash, 0);
        self.add(2, l.hash, own.hash);
        self.add(3, own.hash, r.hash);
        self.add(4, own.hash, own.shape);
        self.add(5, head4, own.shape);
        self.add(6, tail4, own.shape);
    }

    fn neighbours(&mut self, around: &Around<'_>) {
        let [l2, l, Seen { shape, flags, .. }, r, r2] = *around.window;
        let line_head = around.sentence.line_head;
        let at = u64::from(around.at.min(8) as u8);
        self.add(7, l.hash, shape);
        self.add(8, r.hash, shape);
        self.add(9, l2.hash, shape);
        self.add(10, r2.hash, shape);
        self.add(11, mix(l2.hash, l.hash), shape);
        self.add(12, mix(r.hash, r2.hash), shape);
        self.add(13, mix(l.hash, r.hash), shape);
        self.add(27, l.hash, flags);
        self.add(28, r.hash, flags);
        self.add(30, line_head, shape << 8 | at);
    }

    fn lists(&mut self, around: &Around<'_>) {
        let [l2, l, Seen { shape, flags, known, tail, .. }, r, r2] = *around.window;
        let Around { token, case, start, .. } = *around;
        let (length, language) = (u64::from(token.length), u64::from(token.known.language));
        self.add(22, known, shape << 8 | start);
        self.add(23, flags << 8 | l.flags, shape);
        self.add(24, flags << 8 | r.flags, shape);
        self.add(25, (flags << 8 | l.flags) << 8 | r.flags, case << 8 | shape);
        self.add(26, known, case << 8 | shape);
        self.add(29, length, shape << 12 | known);
        self.add(31, tail, flags);
        self.add(34, l2.shape << 16 | l.shape << 8 | shape, l2.flags << 8 | l.flags);
        self.add(35, r2.shape << 16 | r.shape << 8 | shape, r2.flags << 8 | r.flags);
        self.add(36, l.known << 12 | known, shape);
        self.add(37, r.known << 12 | known, shape);
        self.add(38, language, shape << 12 | known);
    }

    fn clusters(&mut self, around: &Around<'_>) {
        let [l2, l, Seen { shape, flags, known, cluster, coarse, .. }, r, r2] = *around.window;
        let case = around.case;
        self.add(39, cluster, shape);
        self.add(40, l.cluster, shape);
        self.add(41, r.cluster, shape);
        self.add(42, l2.cluster, shape);
        self.add(43, r2.cluster, shape);
        self.add(44, l.cluster, flags << 1 | 1);
        self.add(45, r.cluster, flags << 1 | 1);
        self.add(46, l.coarse << 8 | coarse, shape);
        self.add(47, coarse << 8 | r.coarse, shape);
        self.add(48, (l.coarse << 8 | coarse) << 8 | r.coarse, case);
        self.add(49, coarse, shape << 12 | known);
    }

    fn form(&mut self, around: &Around<'_>) {
        let [_, l, Seen { shape, tail, .. }, r, _] = *around.window;
        let ([head2, head3, _], [tail2, ..]) = (around.token.heads, around.token.tails);
        let Around { case, start, .. } = *around;
        self.add(14, head2, shape);
        self.add(15, head3, shape);
        self.add(16, tail2, shape);
        self.add(17, tail, shape);
        self.add(18, shape, start);
        self.add(19, shape << 8 | l.shape, start);
        self.add(20, shape << 8 | r.shape, start);
        self.add(21, (shape << 8 | l.shape) << 8 | r.shape, case);
        self.add(32, l.tail, shape);
        self.add(33, r.tail, shape);
    }

    fn add(&mut self, template: u64, part: u64, other: u64) {
        let mixed = mix(mix(part, template.wrapping_mul(0x9e37_79b9_7f4a_7c15)), other);
        if let Some(key) = self.keys.get_mut(self.count) {
            *key = (mixed >> (64 - KEY_BITS)) as u32;
            self.count += 1;
        }
    }

    fn end(&mut self, view: View) {
        if let Some(end) = self.ends.get_mut(view as usize) {
            *end = self.count;
        }
    }
}

impl Seen {
    const NOTHING: Self = Self {
        hash: NOTHING,
        shape: 15,
        flags: 255,
        known: 0xfff,
        cluster: 0xffff,
        coarse: 255,
        tail: 0,
    };

    fn new(token: &Token, lexicon: &Lexicon) -> Self {
        let known = token.known;
        let flags = u64::from(known.flags.bits());
        let shape = token.shape as u64;
        let [_, tail, _] = token.tails;
        Self {
            hash: token.hash,
            // For a mark also which.
            shape: match token.shape {
                Shape::Mark => shape + 16 + (token.hash & 0x3f),
                _ => shape,
            },
            flags,
            known: flags | u64::from(known.frequency) << 8,
            cluster: u64::from(known.cluster),
            coarse: u64::from(lexicon.coarse(known.cluster)) + u64::from(known.cluster > 0),
            tail,
        }
    }
}

/// Whether nothing in `tokens` is told by capitals: all words are in lower or in upper case.
pub(crate) fn is_one_case(tokens: &[Token]) -> bool {
    matches!(case_of(tokens), Case::Lower | Case::Upper)
}

fn case_of(tokens: &[Token]) -> Case {
    let (mut lowers, mut capitals, mut uppers) = (0, 0, 0);
    for token in tokens.iter().filter(|token| token.length >= 2) {
        match token.shape {
            Shape::Lower => lowers += 1,
            Shape::Capital => capitals += 1,
            Shape::Upper => uppers += 1,
            _ => {}
        }
    }
    let all = lowers + capitals + uppers;
    if all >= 2 && lowers == all {
        Case::Lower
    } else if all >= 2 && uppers * 10 >= all * 7 {
        Case::Upper
    } else if all >= 4 && capitals * 10 >= all * 7 {
        Case::Title
    } else {
        Case::Usual
    }
}
