//! [`Weights`]: all numbers that are learned, in one list, and where each part lies.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use privet_encoder::{PIECES_MAX, Size, TRAIT_ROWS};
use privet_tagger::LABELS;

/// A matrix in the list.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    pub(crate) at: Range<usize>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// A list of numbers for each column.
pub(crate) type Row = Range<usize>;

/// A matrix, and what is added to each of its columns.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    pub(crate) weights: Matrix,
    pub(crate) bias: Row,
}

/// The scale and shift after a normalisation.
#[derive(Clone, Debug)]
pub(crate) struct Norm {
    pub(crate) scale: Row,
    pub(crate) shift: Row,
}

/// Where the parts of a layer lie.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Queries, keys and values side by side.
    pub(crate) ask: Linear,
    pub(crate) out: Linear,
    pub(crate) out_norm: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) down_norm: Norm,
}

/// Where everything lies. The table of pieces comes last.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) size: Size,
    pub(crate) positions: Matrix,
    pub(crate) traits: Matrix,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
    pub(crate) head: Linear,
    pub(crate) pieces: Matrix,
}

impl Layout {
    pub(crate) fn new(size: Size, pieces: usize) -> Self {
        let mut end = 0;
        let width = size.width;
        let positions = matrix(&mut end, PIECES_MAX, width);
        let traits = matrix(&mut end, TRAIT_ROWS, width);
        let norm = norm_of(&mut end, width);
        let layers = (0..size.layers).map(|_| Layer {
            ask: linear(&mut end, width, 3 * width),
            out: linear(&mut end, width, width),
            out_norm: norm_of(&mut end, width),
            up: linear(&mut end, width, size.inner),
            down: linear(&mut end, size.inner, width),
            down_norm: norm_of(&mut end, width),
        });
        let layers = layers.collect();
        let head = linear(&mut end, width, LABELS);
        let pieces = matrix(&mut end, pieces, width);
        Self { size, positions, traits, norm, layers, head, pieces }
    }

    /// How many numbers there are before the table of pieces.
    pub(crate) fn dense(&self) -> usize {
        self.pieces.at.start
    }

    /// How many numbers there are.
    pub(crate) fn count(&self) -> usize {
        self.pieces.at.end
    }

    /// What did not come from the start weights and learns faster.
    pub(crate) fn is_new(&self, at: usize) -> bool {
        self.traits.at.contains(&at)
            || self.head.weights.at.contains(&at)
            || self.head.bias.contains(&at)
    }
}

fn range(end: &mut usize, count: usize) -> Range<usize> {
    let start = *end;
    *end += count;
    start..*end
}

fn matrix(end: &mut usize, rows: usize, columns: usize) -> Matrix {
    Matrix { at: range(end, rows * columns), rows, columns }
}

fn linear(end: &mut usize, rows: usize, columns: usize) -> Linear {
    Linear { weights: matrix(end, rows, columns), bias: range(end, columns) }
}

fn norm_of(end: &mut usize, width: usize) -> Norm {
    Norm { scale: range(end, width), shift: range(end, width) }
}

/// Numbers of a [`Layout`]: weights, or their gradients.
pub(crate) trait Numbers {
    fn numbers(&self) -> &[f32];
    fn numbers_mut(&mut self) -> &mut [f32];

    fn matrix(&self, matrix: &Matrix) -> ArrayView2<'_, f32> {
        let numbers = self.numbers().get(matrix.at.clone()).unwrap_or_default();
        ArrayView2::from_shape((matrix.rows, matrix.columns), numbers)
            .unwrap_or_else(|_| empty(matrix.columns))
    }

    fn matrix_mut(&mut self, matrix: &Matrix) -> ArrayViewMut2<'_, f32> {
        let numbers = self.numbers_mut().get_mut(matrix.at.clone()).unwrap_or_default();
        match ArrayViewMut2::from_shape((matrix.rows, matrix.columns), numbers) {
            Ok(view) => view,
            Err(_) => empty_mut(matrix.columns),
        }
    }

    fn row(&self, row: &Row) -> ArrayView1<'_, f32> {
        ArrayView1::from(self.numbers().get(row.clone()).unwrap_or_default())
    }

    fn row_mut(&mut self, row: &Row) -> ArrayViewMut1<'_, f32> {
        ArrayViewMut1::from(self.numbers_mut().get_mut(row.clone()).unwrap_or_default())
    }
}

fn empty<'a>(columns: usize) -> ArrayView2<'a, f32> {
    ArrayView2::from_shape((0, columns), &[]).unwrap_or_else(|_| ArrayView2::from(&[[]; 0]))
}

fn empty_mut<'a>(columns: usize) -> ArrayViewMut2<'a, f32> {
    let none: &mut [f32] = &mut [];
    ArrayViewMut2::from_shape((0, columns), none)
        .unwrap_or_else(|_| ArrayViewMut2::from(&mut [[]; 0]))
}

impl Numbers for Vec<f32> {
    fn numbers(&self) -> &[f32] {
        self
    }

    fn numbers_mut(&mut self) -> &mut [f32] {
        self
    }
}
