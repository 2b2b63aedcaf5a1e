//! The encoder in real numbers: what it says about a batch, and the gradients.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis, Zip};
use privet_encoder::{Piece, exp, gelu, gelu_slope};

use super::attention;
use super::norm::{self, Normed};
use super::weights::{Layer, Layout, Linear, Numbers};

/// Texts that are learned from in one step.
#[derive(Clone, Default)]
pub(crate) struct Batch {
    pub(crate) pieces: Vec<Piece>,
    /// Where each text stands.
    pub(crate) texts: Vec<Range<usize>>,
    /// The label a piece should get and how much that counts; nothing for most later
    /// pieces of words.
    pub(crate) wanted: Vec<Option<(usize, f32)>>,
}

/// Gradients of the weights, and of those pieces that were in the batch.
pub(crate) struct Gradients {
    pub(crate) dense: Vec<f32>,
    pub(crate) pieces: BTreeMap<u16, Vec<f32>>,
    /// Sum of what each label cost, and how much all labels count.
    pub(crate) loss: f64,
    pub(crate) counted: f64,
}

struct LayerTrace {
    before: Array2<f32>,
    asked: Array2<f32>,
    shares: attention::Shares,
    taken: Array2<f32>,
    middle: Array2<f32>,
    middle_normed: Normed,
    risen: Array2<f32>,
    opened: Array2<f32>,
    normed: Normed,
}

struct Trace {
    normed: Normed,
    layers: Vec<LayerTrace>,
    last: Array2<f32>,
}

/// The gradients of what the labels of `batch` cost.
pub(crate) fn gradients(weights: &Vec<f32>, layout: &Layout, batch: &Batch) -> Gradients {
    let trace = forward(weights, layout, batch);
    let mut slope = apply(&trace.last, weights, &layout.head);
    let mut all = Gradients {
        dense: vec![0.0; layout.dense()],
        pieces: BTreeMap::new(),
        loss: 0.0,
        counted: 0.0,
    };
    for (mut row, wanted) in slope.axis_iter_mut(Axis(0)).zip(&batch.wanted) {
        let Some((label, weight)) = *wanted else {
            row.fill(0.0);
            continue;
        };
        let highest = row.fold(f32::NEG_INFINITY, |high, value| high.max(*value));
        row.mapv_inplace(|value| exp(value - highest));
        let sum = row.sum();
        row.mapv_inplace(|value| value / sum * weight);
        if let Some(own) = row.get_mut(label) {
            all.loss -= f64::from(weight) * f64::from((*own / weight).max(1e-9).ln());
            *own -= weight;
        }
        all.counted += f64::from(weight);
    }
    backward(slope, &trace, weights, layout, batch, &mut all);
    all
}

fn forward(weights: &Vec<f32>, layout: &Layout, batch: &Batch) -> Trace {
    let mut sums = Array2::zeros((batch.pieces.len(), layout.size.width));
    let (positions, traits) = (weights.matrix(&layout.positions), weights.matrix(&layout.traits));
    let pieces = weights.matrix(&layout.pieces);
    for (at, position, piece) in placed(batch) {
        let mut sum = sums.row_mut(at);
        sum += &positions.row(position);
        sum += &pieces.row(usize::from(piece.id));
        for row in piece.traits.rows() {
            sum += &traits.row(row);
        }
    }
    let (mut state, normed) = norm::forward(sums, weights, &layout.norm);
    let mut layers = Vec::with_capacity(layout.layers.len());
    for layer in &layout.layers {
        let trace;
        (state, trace) = layer_forward(state, weights, layout, layer, batch);
        layers.push(trace);
    }
    Trace { normed, layers, last: state }
}

fn layer_forward(
    before: Array2<f32>,
    weights: &Vec<f32>,
    layout: &Layout,
    layer: &Layer,
    batch: &Batch,
) -> (Array2<f32>, LayerTrace) {
    let asked = apply(&before, weights, &layer.ask);
    let (taken, shares) = attention::forward(&asked, &batch.texts, layout.size);
    let mut sum = apply(&taken, weights, &layer.out);
    sum += &before;
    let (middle, middle_normed) = norm::forward(sum, weights, &layer.out_norm);
    let risen = apply(&middle, weights, &layer.up);
    let opened = risen.mapv(gelu);
    let mut sum = apply(&opened, weights, &layer.down);
    sum += &middle;
    let (after, normed) = norm::forward(sum, weights, &layer.down_norm);
    let trace =
        LayerTrace { before, asked, shares, taken, middle, middle_normed, risen, opened, normed };
    (after, trace)
}

fn backward(
    slope: Array2<f32>,
    trace: &Trace,
    weights: &Vec<f32>,
    layout: &Layout,
    batch: &Batch,
    all: &mut Gradients,
) {
    let mut slope = unapply(&slope, &trace.last, weights, &layout.head, &mut all.dense);
    for (layer, trace) in layout.layers.iter().zip(&trace.layers).rev() {
        let sum = norm::backward(slope, &trace.normed, weights, &layer.down_norm, &mut all.dense);
        let mut risen = unapply(&sum, &trace.opened, weights, &layer.down, &mut all.dense);
        Zip::from(&mut risen).and(&trace.risen).for_each(|slope, x| *slope *= gelu_slope(*x));
        let mut middle = unapply(&risen, &trace.middle, weights, &layer.up, &mut all.dense);
        middle += &sum;
        let sum =
            norm::backward(middle, &trace.middle_normed, weights, &layer.out_norm, &mut all.dense);
        let taken = unapply(&sum, &trace.taken, weights, &layer.out, &mut all.dense);
        let asked =
            attention::backward(&taken, &trace.asked, &trace.shares, &batch.texts, layout.size);
        slope = unapply(&asked, &trace.before, weights, &layer.ask, &mut all.dense);
        slope += &sum;
    }
    let slope = norm::backward(slope, &trace.normed, weights, &layout.norm, &mut all.dense);
    for (at, position, piece) in placed(batch) {
        let row = slope.row(at);
        let mut sum = all.dense.matrix_mut(&layout.positions);
        sum.row_mut(position).zip_mut_with(&row, |sum, slope| *sum += slope);
        let mut sum = all.dense.matrix_mut(&layout.traits);
        for number in piece.traits.rows() {
            sum.row_mut(number).zip_mut_with(&row, |sum, slope| *sum += slope);
        }
        let sum = all.pieces.entry(piece.id).or_insert_with(|| vec![0.0; layout.size.width]);
        sum.iter_mut().zip(row).for_each(|(sum, slope)| *sum += slope);
    }
}

/// Each piece with its place in the batch and in its text.
fn placed(batch: &Batch) -> impl Iterator<Item = (usize, usize, &Piece)> {
    batch.texts.iter().flat_map(|text| {
        let pieces = batch.pieces.get(text.clone()).unwrap_or_default();
        text.clone().zip(pieces).enumerate().map(|(position, (at, piece))| (at, position, piece))
    })
}

fn apply(x: &Array2<f32>, weights: &Vec<f32>, linear: &Linear) -> Array2<f32> {
    let mut out = Array2::zeros((x.nrows(), linear.weights.columns));
    out += &weights.row(&linear.bias);
    general_mat_mul(1.0, x, &weights.matrix(&linear.weights), 1.0, &mut out);
    out
}

/// The gradient of what went into `linear`; its own are added to `gradients`.
fn unapply(
    slope: &Array2<f32>,
    x: &Array2<f32>,
    weights: &Vec<f32>,
    linear: &Linear,
    gradients: &mut Vec<f32>,
) -> Array2<f32> {
    general_mat_mul(1.0, &x.t(), slope, 1.0, &mut gradients.matrix_mut(&linear.weights));
    let mut bias = gradients.row_mut(&linear.bias);
    bias += &slope.sum_axis(Axis(0));
    let mut out = Array2::zeros((slope.nrows(), linear.weights.rows));
    general_mat_mul(1.0, slope, &weights.matrix(&linear.weights).t(), 0.0, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use privet_encoder::{Size, Traits};

    fn batch() -> Batch {
        let ids = [1u16, 4, 5, 6, 2, 1, 3, 4, 2];
        Batch {
            pieces: ids.iter().map(|id| Piece { id: *id, traits: Traits::default() }).collect(),
            texts: vec![0..5, 5..9],
            wanted: vec![
                None,
                Some((1, 1.0)),
                Some((2, 1.0)),
                Some((0, 0.5)),
                None,
                None,
                Some((5, 1.0)),
                None,
                Some((0, 1.0)),
            ],
        }
    }

    /// What the labels cost changes with each weight as its gradient says.
    #[test]
    fn gradients_are_slopes() {
        let layout = Layout::new(Size { width: 8, heads: 2, inner: 12, layers: 2 }, 7);
        let mut random = Random::new(5);
        let mut weights: Vec<f32> =
            (0..layout.count()).map(|_| random.below(1000) as f32 / 1000.0 - 0.5).collect();
        let batch = batch();
        let found = gradients(&weights, &layout, &batch);
        let mut checked = 0;
        for at in (0..layout.count()).step_by(37) {
            let gradient = if at < layout.dense() {
                found.dense[at]
            } else {
                let (id, column) = ((at - layout.dense()) / 8, (at - layout.dense()) % 8);
                found.pieces.get(&(id as u16)).map_or(0.0, |row| row[column])
            };
            let old = weights[at];
            let mut loss = |new: f32| {
                weights[at] = new;
                gradients(&weights, &layout, &batch).loss
            };
            let slope = (loss(old + 1e-2) - loss(old - 1e-2)) / 2e-2;
            weights[at] = old;
            let close = (slope - f64::from(gradient)).abs() < 0.02 * (slope.abs() + 0.1);
            assert!(close, "{at}: {slope} {gradient}");
            checked += usize::from(gradient != 0.0);
        }
        assert!(checked > 20);
    }
}
