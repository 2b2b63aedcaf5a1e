//! What is done to rows of real numbers. Sums are taken in sixteen lanes, and these are
//! added in halves, in this order on every machine: the results are the same bits.
//!
//! Loops here are plain ones: a closure handed to an iterator may become a call, made for
//! every processor, where the loop around it was made for this one.

use crate::curve::{ROUNDER, exp};

/// Numbers that are worked on side by side.
pub(crate) const LANES: usize = 16;

/// Writes `row` as whole numbers plus 128, and returns what one of them stands for.
#[inline(always)]
pub(crate) fn quantise(row: &[f32], out: &mut [u8]) -> f32 {
    let mut highest = [0.0f32; LANES];
    for part in row.as_chunks::<LANES>().0 {
        for (highest, number) in highest.iter_mut().zip(part) {
            *highest = larger(*highest, number.abs());
        }
    }
    let highest = all(highest, larger).max(1e-20);
    let factor = 127.0 / highest;
    for (out, number) in out.iter_mut().zip(row) {
        // The last eight bits of the sum are the whole number plus 128.
        *out = (number * factor + (ROUNDER + 128.0)).to_bits() as u8;
    }
    highest / 127.0
}

/// Normalises `row` (Ba, Kiros and Hinton, 2016).
#[inline(always)]
pub(crate) fn normalise(row: &mut [f32], scale: &[f32], shift: &[f32]) {
    let width = row.len() as f32;
    let mean = sum(row) / width;
    for number in row.iter_mut() {
        *number -= mean;
    }
    let mut squares = [0.0f32; LANES];
    for part in row.as_chunks::<LANES>().0 {
        for (sum, number) in squares.iter_mut().zip(part) {
            *sum += number * number;
        }
    }
    let variance = all(squares, |a, b| a + b) / width;
    let factor = 1.0 / (variance + 1e-12).sqrt();
    for ((number, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *number = *number * factor * scale + shift;
    }
}

/// Makes shares of scores: each positive, all together one.
#[inline(always)]
pub(crate) fn shares(scores: &mut [[f32; LANES]]) {
    let mut highest = [f32::MIN; LANES];
    for part in scores.iter() {
        for (highest, score) in highest.iter_mut().zip(part) {
            *highest = larger(*highest, *score);
        }
    }
    let highest = all(highest, larger);
    let mut sums = [0.0f32; LANES];
    for part in scores.iter_mut() {
        for (score, sum) in part.iter_mut().zip(&mut sums) {
            *score = exp(*score - highest);
            *sum += *score;
        }
    }
    let factor = 1.0 / all(sums, |a, b| a + b);
    for score in scores.as_flattened_mut() {
        *score *= factor;
    }
}

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for part in row.as_chunks::<LANES>().0 {
        for (sum, number) in sums.iter_mut().zip(part) {
            *sum += number;
        }
    }
    all(sums, |a, b| a + b)
}

/// All lanes as one: halves together, again and again.
#[inline(always)]
fn all(lanes: [f32; LANES], together: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = lanes;
    let mut count = LANES;
    while count > 1 {
        count /= 2;
        let (low, high) = lanes.split_at_mut(count);
        low.iter_mut().zip(high).for_each(|(low, high)| *low = together(*low, *high));
    }
    let [first, ..] = lanes;
    first
}

/// Without a word on what is no number: one instruction.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_whole_numbers() {
        let row: Vec<f32> = (0..32).map(|at| at as f32 - 16.0).collect();
        let mut out = [0; 32];
        let scale = quantise(&row, &mut out);
        for (number, whole) in row.iter().zip(out) {
            assert!((f32::from(whole) - 128.0) * scale - number < scale * 0.51);
        }
        assert_eq!((out[0], out[16]), (1, 128));
        assert!(quantise(&[0.0; 16], &mut out) > 0.0);
        assert_eq!(out[0], 128);
    }

    #[test]
    fn rows_are_normalised() {
        let mut row: Vec<f32> = (0..32).map(|at| at as f32).collect();
        normalise(&mut row, &[2.0; 32], &[1.0; 32]);
        let mean = row.iter().sum::<f32>() / 32.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 32.0;
        assert!((mean - 1.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4);
    }

    #[test]
    fn shares_add_up() {
        let mut scores = [[-1e30; LANES]; 2];
        scores[0][3] = 1.0;
        scores[1][0] = 1.0;
        shares(&mut scores);
        assert!((scores[0][3] - 0.5).abs() < 1e-6 && (scores[1][0] - 0.5).abs() < 1e-6);
        assert!(scores[1][5] < 1e-30);
    }
}
