//! [`Encoder`]: scores of the labels for each token of windows.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use privet_tagger::{LABELS, Unary};

use crate::attention::{self, attend};
use crate::curve::gelu;
use crate::kernel::{Kernel, Work};
use crate::model::{Layer, Matrix, Model, ModelError, Norm};
use crate::row::{normalise, quantise};
use crate::vocabulary::Vocabulary;
use crate::window::Window;

/// Reads windows with one model.
#[derive(Clone, Debug)]
pub struct Encoder {
    model: Arc<Model>,
    kernel: Kernel,
}

static TABLE: &[u8] = include_bytes!("../model/encoder.bin");

static SHARED: LazyLock<Result<Arc<Model>, ModelError>> =
    LazyLock::new(|| Model::decode(TABLE).map(Arc::new));

impl Encoder {
    /// The encoder that comes with the program. `None` only if its table is broken, which
    /// a test rules out.
    pub fn shared() -> Option<Self> {
        let model = SHARED.as_ref().ok()?.clone();
        Some(Self { model, kernel: Kernel::best() })
    }

    /// What stands for the weights that come with the program in versions.
    pub fn shared_digest() -> u64 {
        Model::digest(TABLE)
    }

    /// An encoder with another model.
    pub fn new(model: Model) -> Self {
        Self { model: Arc::new(model), kernel: Kernel::best() }
    }

    /// The same with other instructions. The results are the same.
    #[must_use]
    pub fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// The pieces that it knows.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.model.vocabulary()
    }

    /// Appends the scores of all labels, for each of the `firsts` of `windows`, to `scores`.
    pub fn read(&self, windows: &[Window], room: &mut Room, scores: &mut Vec<Unary>) {
        self.kernel.run(Reading { model: &self.model, windows, room, scores });
    }
}

/// Buffers that are used again.
#[derive(Debug, Default)]
pub struct Room {
    texts: Vec<Range<usize>>,
    /// The first piece of each token that is asked about.
    firsts: Vec<usize>,
    /// The pieces of one text that look at the others.
    looking: Vec<usize>,
    state: Vec<f32>,
    whole: Vec<u8>,
    scales: Vec<f32>,
    products: Vec<i32>,
    wide: Vec<f32>,
    taken: Vec<f32>,
    row: Vec<f32>,
    attention: attention::Room,
}

struct Reading<'r> {
    model: &'r Model,
    windows: &'r [Window],
    room: &'r mut Room,
    scores: &'r mut Vec<Unary>,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self, kernel: Kernel) {
        embed(self.model, self.windows, self.room);
        let last = self.model.layers.len().saturating_sub(1);
        for (number, layer) in self.model.layers.iter().enumerate() {
            pass(self.model, layer, kernel, number == last, self.room);
        }
        for row in self.room.state.chunks_exact(self.model.size.width) {
            self.scores.push(labels(self.model, row));
        }
    }
}

/// The first state: pieces, their places and traits.
#[inline(always)]
fn embed(model: &Model, windows: &[Window], room: &mut Room) {
    let width = model.size.width;
    let count: usize = windows.iter().map(|window| window.pieces.len()).sum();
    room.texts.clear();
    room.firsts.clear();
    room.state.clear();
    room.state.resize(count * width, 0.0);
    let mut rows = room.state.chunks_exact_mut(width);
    let mut from = 0;
    for window in windows {
        room.texts.push(from..from + window.pieces.len());
        room.firsts.extend(window.firsts.iter().map(|first| from + usize::from(*first)));
        from += window.pieces.len();
        for (position, (piece, row)) in window.pieces.iter().zip(rows.by_ref()).enumerate() {
            model.positions.add(position, row);
            model.pieces.add(usize::from(piece.id), row);
            for number in piece.traits.rows() {
                model.traits.add(number, row);
            }
            normalise(row, &model.norm.scale, &model.norm.shift);
        }
    }
}

/// One layer. Of the last one only what it makes of the first piece of each token is wanted.
#[inline(always)]
fn pass(model: &Model, layer: &Layer, kernel: Kernel, is_last: bool, room: &mut Room) {
    let size = model.size;
    // What each piece asks, offers and gives.
    quantise_rows(&room.state, size.width, &mut room.whole, &mut room.scales);
    multiply(kernel, &room.whole, &layer.ask, &mut room.products);
    grow(&mut room.wide, 3 * room.state.len());
    let rows = room.products.chunks_exact(3 * size.width).zip(&room.scales);
    for ((products, scale), out) in rows.zip(room.wide.chunks_exact_mut(3 * size.width)) {
        finish(products, *scale, &layer.ask, out);
    }
    let count = if is_last { room.firsts.len() } else { room.scales.len() };
    room.taken.resize(count * size.width, 0.0);
    let (mut taken, mut firsts) = (room.taken.as_mut_slice(), room.firsts.as_slice());
    for text in &room.texts {
        room.looking.clear();
        if is_last {
            let (own, rest) = firsts.split_at(firsts.partition_point(|first| *first < text.end));
            firsts = rest;
            room.looking.extend(own.iter().map(|first| first - text.start));
        } else {
            room.looking.extend(0..text.len());
        }
        let (own, rest) = taken.split_at_mut(room.looking.len() * size.width);
        taken = rest;
        let asked = room.wide.get(text.start * 3 * size.width..text.end * 3 * size.width);
        attend(asked.unwrap_or_default(), &room.looking, own, size, &mut room.attention);
    }
    if is_last {
        keep(&room.firsts, size.width, &mut room.state);
    }
    quantise_rows(&room.taken, size.width, &mut room.whole, &mut room.scales);
    multiply(kernel, &room.whole, &layer.out, &mut room.products);
    add(&layer.out, &layer.out_norm, room);
    // What each piece makes of it.
    quantise_rows(&room.state, size.width, &mut room.whole, &mut room.scales);
    multiply(kernel, &room.whole, &layer.up, &mut room.products);
    room.whole.resize(room.scales.len() * size.inner, 0);
    room.row.resize(size.inner, 0.0);
    let rows = room.products.chunks_exact(size.inner).zip(&mut room.scales);
    for ((products, scale), whole) in rows.zip(room.whole.chunks_exact_mut(size.inner)) {
        finish(products, *scale, &layer.up, &mut room.row);
        for number in &mut room.row {
            *number = gelu(*number);
        }
        *scale = quantise(&room.row, whole);
    }
    multiply(kernel, &room.whole, &layer.down, &mut room.products);
    add(&layer.down, &layer.down_norm, room);
}

/// Only `rows`, which are in order.
fn keep(rows: &[usize], width: usize, numbers: &mut Vec<f32>) {
    for (to, from) in rows.iter().enumerate() {
        numbers.copy_within(from * width..(from + 1) * width, to * width);
    }
    numbers.truncate(rows.len() * width);
}

#[inline(always)]
fn quantise_rows(numbers: &[f32], width: usize, whole: &mut Vec<u8>, scales: &mut Vec<f32>) {
    whole.resize(numbers.len(), 0);
    scales.clear();
    for (row, whole) in numbers.chunks_exact(width).zip(whole.chunks_exact_mut(width)) {
        scales.push(quantise(row, whole));
    }
}

#[inline(always)]
fn multiply(kernel: Kernel, whole: &[u8], matrix: &Matrix, products: &mut Vec<i32>) {
    let count = whole.len() / matrix.depth.max(1) * matrix.width;
    grow(products, count);
    kernel.multiply(whole, matrix, products.get_mut(..count).unwrap_or_default());
}

/// Makes room for so many numbers. What is there stays: it is written over.
fn grow<T: Clone + Default>(numbers: &mut Vec<T>, count: usize) {
    if numbers.len() < count {
        numbers.resize(count, T::default());
    }
}

/// The products as real numbers.
#[inline(always)]
fn finish(products: &[i32], scale: f32, matrix: &Matrix, out: &mut [f32]) {
    let columns = products.iter().zip(&matrix.scales).zip(&matrix.bias);
    for (out, ((product, own), bias)) in out.iter_mut().zip(columns) {
        *out = *product as f32 * (scale * own) + bias;
    }
}

/// Adds the products to the state, and normalises it.
#[inline(always)]
fn add(matrix: &Matrix, norm: &Norm, room: &mut Room) {
    let width = matrix.width;
    let rows = room.products.chunks_exact(width).zip(&room.scales);
    for ((products, scale), state) in rows.zip(room.state.chunks_exact_mut(width)) {
        let columns = products.iter().zip(&matrix.scales).zip(&matrix.bias);
        for (state, ((product, own), bias)) in state.iter_mut().zip(columns) {
            *state += *product as f32 * (scale * own) + bias;
        }
        normalise(state, &norm.scale, &norm.shift);
    }
}

/// The scores of the labels for a row of the last state.
#[inline(always)]
fn labels(model: &Model, row: &[f32]) -> Unary {
    let mut scores = [0.0; LABELS];
    for (score, bias) in scores.iter_mut().zip(&model.head_bias) {
        *score = *bias;
    }
    for (number, weights) in row.iter().zip(model.head.as_chunks::<LABELS>().0) {
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += number * weight;
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::table;
    use crate::window::Windows;
    use privet_tagger::{Lexicon, sentences};

    fn windows(encoder: &Encoder, text: &str) -> Vec<Window> {
        let mut all = Vec::new();
        let mut windows = Windows::new(encoder.vocabulary(), Lexicon::shared());
        let mut take = |window: &Window| all.push(window.clone());
        sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
            windows.add(text, sentence, &mut take);
        });
        windows.flush(&mut take);
        all
    }

    fn read(encoder: &Encoder, windows: &[Window]) -> Vec<Unary> {
        let mut scores = Vec::new();
        encoder.read(windows, &mut Room::default(), &mut scores);
        scores
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let encoder = Encoder::new(Model::decode(table()).unwrap());
        let windows = windows(&encoder, &"a bb and b.\nB A\n\nab. And a bb bb b ".repeat(9));
        let portable = read(&encoder.clone().with_kernel(Kernel::Portable), &windows);
        assert!(portable.iter().flatten().all(|score| score.is_finite()));
        assert_ne!(portable[0], portable[1]);
        for kernel in Kernel::all() {
            assert_eq!(
                read(&encoder.clone().with_kernel(kernel), &windows),
                portable,
                "{kernel:?}"
            );
        }
    }

    #[test]
    fn the_program_has_its_table() {
        let encoder = Encoder::shared().unwrap();
        assert_eq!(encoder.model.size, crate::Size::minilm(3));
        assert_eq!(Encoder::shared_digest(), crate::model::fnv(&TABLE[16..]));
    }

    #[test]
    fn windows_do_not_see_each_other() {
        let encoder = Encoder::new(Model::decode(table()).unwrap());
        let windows = windows(&encoder, "a b and a.\n\nb b a\n\na");
        let apart: Vec<Unary> = windows
            .iter()
            .flat_map(|window| read(&encoder, std::slice::from_ref(window)))
            .collect();
        assert_eq!(read(&encoder, &windows), apart);
    }
}
