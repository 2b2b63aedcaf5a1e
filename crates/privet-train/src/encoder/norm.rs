//! Normalisation of each row (Ba, Kiros and Hinton, 2016), and its gradient.

use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, Axis, Zip};

use super::weights::{Norm, Numbers};

const EPSILON: f32 = 1e-12;

/// What the gradient needs of a normalisation.
pub(crate) struct Normed {
    /// Rows of mean nought and variance one.
    plain: Array2<f32>,
    /// What each row was multiplied with.
    factors: Array1<f32>,
}

/// The rows of `x`, normalised, and what the gradient needs.
pub(crate) fn forward(x: Array2<f32>, weights: &impl Numbers, at: &Norm) -> (Array2<f32>, Normed) {
    let mut plain = x;
    let width = plain.ncols() as f32;
    let mut factors = Array1::zeros(plain.nrows());
    let (scale, shift) = (weights.row(&at.scale), weights.row(&at.shift));
    let mut out = Array2::zeros(plain.raw_dim());
    let rows = plain.axis_iter_mut(Axis(0)).zip(out.axis_iter_mut(Axis(0))).zip(&mut factors);
    for ((mut row, mut out), factor) in rows {
        let mean = row.sum() / width;
        row.mapv_inplace(|value| value - mean);
        let variance = row.dot(&row) / width;
        *factor = 1.0 / (variance + EPSILON).sqrt();
        let factor = *factor;
        row.mapv_inplace(|value| value * factor);
        Zip::from(&mut out).and(&row).and(&scale).and(&shift).for_each(
            |out, value, scale, shift| {
                *out = value * scale + shift;
            },
        );
    }
    (out, Normed { plain, factors })
}

/// The gradient of what went in, from that of what came out; those of scale and shift are
/// added to `gradients`.
pub(crate) fn backward(
    mut slope: Array2<f32>,
    normed: &Normed,
    weights: &impl Numbers,
    at: &Norm,
    gradients: &mut impl Numbers,
) -> Array2<f32> {
    let width = slope.ncols() as f32;
    let scale = weights.row(&at.scale);
    let rows = slope.axis_iter_mut(Axis(0)).zip(normed.plain.axis_iter(Axis(0)));
    for ((mut slope, plain), factor) in rows.zip(&normed.factors) {
        add_product(&mut gradients.row_mut(&at.scale), &slope.view(), &plain);
        gradients.row_mut(&at.shift).zip_mut_with(&slope, |sum, slope| *sum += slope);
        slope.zip_mut_with(&scale, |slope, scale| *slope *= scale);
        let mean = slope.sum() / width;
        let along = slope.dot(&plain) / width;
        slope.zip_mut_with(&plain, |slope, plain| {
            *slope = (*slope - mean - plain * along) * factor;
        });
    }
    slope
}

fn add_product(sum: &mut ArrayViewMut1<'_, f32>, a: &ArrayView1<'_, f32>, b: &ArrayView1<'_, f32>) {
    Zip::from(sum).and(a).and(b).for_each(|sum, a, b| *sum += a * b);
}
