//! [`Features`]: what is looked at for each token, as rows of the model's table.

use crate::lexicon::mix;
use crate::model::ROWS;
use crate::token::{Sentence, Shape, Token};

/// No token has more features than this.
pub const FEATURES_MAX: usize = 40;

/// Rows of the table for one token.
#[derive(Clone, Debug)]
pub struct Features {
    rows: [u32; FEATURES_MAX],
    count: usize,
    /// How many of `rows`, from the first, hold the word itself.
    lexical: usize,
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

impl Features {
    /// The rows, all of them.
    pub fn rows(&self) -> &[u32] {
        self.rows.get(..self.count).unwrap_or_default()
    }

    /// The rows that do not name the word itself, for training on its surroundings.
    pub fn without_word(&self) -> &[u32] {
        self.rows.get(self.lexical..self.count).unwrap_or_default()
    }

    /// Hands the features of each token of `sentence` to `each`, in order.
    pub fn of_each(sentence: Sentence<'_>, mut each: impl FnMut(&Self)) {
        let case = case_of(sentence.tokens) as u64;
        let mut features = Self { rows: [0; FEATURES_MAX], count: 0, lexical: 0 };
        for at in 0..sentence.tokens.len() {
            features.count = 0;
            features.read(sentence, at, case);
            each(&features);
        }
    }

    fn read(&mut self, sentence: Sentence<'_>, at: usize, case: u64) {
        let Some(token) = sentence.tokens.get(at) else { return };
        let near = |by: isize| at.checked_add_signed(by).and_then(|at| sentence.tokens.get(at));
        let hash = |token: Option<&Token>| token.map_or(NOTHING, |token| token.hash);
        let (before, after) = (near(-1), near(1));
        let (word, left, right) = (token.hash, hash(before), hash(after));
        let (left2, right2) = (hash(near(-2)), hash(near(2)));
        let look = |token: Option<&Token>| token.map_or(15, look_of);
        let (shape, lshape, rshape) = (look(Some(token)), look(before), look(after));
        let known =
            |token: Option<&Token>| token.map_or(255, |token| u64::from(token.flags.bits()));
        let (flags, lflags, rflags) = (known(Some(token)), known(before), known(after));
        let start = u64::from(at == 0) + 2 * u64::from(at == 0 && sentence.begins_line);

        self.add(1, word, 0);
        self.add(2, left, word);
        self.add(3, word, right);
        self.add(4, word, shape);
        self.add(5, token.heads[2], shape);
        self.add(6, token.tails[2], shape);
        self.lexical = self.count;

        self.add(7, left, shape);
        self.add(8, right, shape);
        self.add(9, left2, shape);
        self.add(10, right2, shape);
        self.add(11, mix(left2, left), shape);
        self.add(12, mix(right, right2), shape);
        self.add(13, mix(left, right), shape);
        self.add(14, token.heads[0], shape);
        self.add(15, token.heads[1], shape);
        self.add(16, token.tails[0], shape);
        self.add(17, token.tails[1], shape);
        self.add(18, shape, start);
        self.add(19, shape << 8 | lshape, start);
        self.add(20, shape << 8 | rshape, start);
        self.add(21, (shape << 8 | lshape) << 8 | rshape, case);
        self.add(22, flags, shape << 8 | start);
        self.add(23, flags << 8 | lflags, shape);
        self.add(24, flags << 8 | rflags, shape);
        self.add(25, (flags << 8 | lflags) << 8 | rflags, case << 8 | shape);
        self.add(26, flags << 8 | case, shape);
        self.add(27, left, flags);
        self.add(28, right, flags);
        self.add(29, u64::from(token.length), shape << 8 | flags);
        self.add(30, sentence.line_head, shape << 8 | u64::from(at.min(8) as u8));
        self.add(31, token.tails[1], flags);
        self.add(32, before.map_or(0, |token| token.tails[1]), shape);
        self.add(33, after.map_or(0, |token| token.tails[1]), shape);
        self.add(34, look(near(-2)) << 16 | lshape << 8 | shape, known(near(-2)) << 8 | lflags);
        self.add(35, look(near(2)) << 16 | rshape << 8 | shape, known(near(2)) << 8 | rflags);
    }

    fn add(&mut self, template: u64, part: u64, other: u64) {
        let mixed = mix(mix(part, template.wrapping_mul(0x9e37_79b9_7f4a_7c15)), other);
        if let Some(row) = self.rows.get_mut(self.count) {
            *row = (mixed >> (64 - ROWS.ilog2())) as u32;
            self.count += 1;
        }
    }
}

/// The shape; for a mark also which.
fn look_of(token: &Token) -> u64 {
    let shape = token.shape as u64;
    match token.shape {
        Shape::Mark => shape + 16 + (token.hash & 0x3f),
        _ => shape,
    }
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
