//! Attention of the pieces of a text to each other, and its gradient.

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice, Zip};
use privet_encoder::{Size, exp};

/// Where the pieces of each text stand in a batch.
pub(crate) type Texts = [Range<usize>];

/// Shares of attention: for each text, for each head.
pub(crate) type Shares = Vec<Array2<f32>>;

/// What each piece takes from the others of its text, and the shares.
pub(crate) fn forward(asked: &Array2<f32>, texts: &Texts, size: Size) -> (Array2<f32>, Shares) {
    let mut taken = Array2::zeros((asked.nrows(), size.width));
    let mut all = Vec::with_capacity(texts.len() * size.heads);
    let (head, factor) = (size.head(), factor(size));
    for text in texts {
        for number in 0..size.heads {
            let part = |kind: usize| {
                let from = kind * size.width + number * head;
                part(asked, text, from..from + head)
            };
            let mut shares = Array2::zeros((text.len(), text.len()));
            general_mat_mul(factor, &part(0), &part(1).t(), 0.0, &mut shares);
            for mut row in shares.axis_iter_mut(Axis(0)) {
                let highest = row.fold(f32::NEG_INFINITY, |high, value| high.max(*value));
                row.mapv_inplace(|value| exp(value - highest));
                let sum = row.sum();
                row.mapv_inplace(|value| value / sum);
            }
            let from = number * head;
            let mut out = part_mut(&mut taken, text, from..from + head);
            general_mat_mul(1.0, &shares, &part(2), 0.0, &mut out);
            all.push(shares);
        }
    }
    (taken, all)
}

/// The gradient of queries, keys and values, from that of what was taken.
pub(crate) fn backward(
    slope: &Array2<f32>,
    asked: &Array2<f32>,
    shares: &Shares,
    texts: &Texts,
    size: Size,
) -> Array2<f32> {
    let mut out = Array2::zeros(asked.raw_dim());
    let (head, factor) = (size.head(), factor(size));
    let parts = texts.iter().flat_map(|text| (0..size.heads).map(move |number| (text, number)));
    for ((text, number), shares) in parts.zip(shares) {
        let columns = |kind: usize| {
            let from = kind * size.width + number * head;
            from..from + head
        };
        let slope = part(slope, text, columns(0));
        general_mat_mul(1.0, &shares.t(), &slope, 0.0, &mut part_mut(&mut out, text, columns(2)));
        let mut wanted = Array2::zeros(shares.raw_dim());
        general_mat_mul(1.0, &slope, &part(asked, text, columns(2)).t(), 0.0, &mut wanted);
        let rows = wanted.axis_iter_mut(Axis(0)).zip(shares.axis_iter(Axis(0)));
        for (mut wanted, shares) in rows {
            let along = wanted.dot(&shares);
            Zip::from(&mut wanted).and(&shares).for_each(|wanted, share| {
                *wanted = (*wanted - along) * share;
            });
        }
        let keys = part(asked, text, columns(1));
        general_mat_mul(factor, &wanted, &keys, 0.0, &mut part_mut(&mut out, text, columns(0)));
        let queries = part(asked, text, columns(0));
        general_mat_mul(
            factor,
            &wanted.t(),
            &queries,
            0.0,
            &mut part_mut(&mut out, text, columns(1)),
        );
    }
    out
}

fn factor(size: Size) -> f32 {
    1.0 / (size.head() as f32).sqrt()
}

fn part<'a>(
    of: &'a Array2<f32>,
    rows: &Range<usize>,
    columns: Range<usize>,
) -> ArrayView2<'a, f32> {
    let mut part = of.view();
    part.slice_axis_inplace(Axis(0), Slice::from(rows.clone()));
    part.slice_axis_inplace(Axis(1), Slice::from(columns));
    part
}

fn part_mut<'a>(
    of: &'a mut Array2<f32>,
    rows: &Range<usize>,
    columns: Range<usize>,
) -> ArrayViewMut2<'a, f32> {
    let mut part = of.view_mut();
    part.slice_axis_inplace(Axis(0), Slice::from(rows.clone()));
    part.slice_axis_inplace(Axis(1), Slice::from(columns));
    part
}
