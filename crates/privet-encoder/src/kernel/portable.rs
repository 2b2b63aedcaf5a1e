//! The product as its definition says; the twin of every other kernel.

use super::ZERO;
use crate::model::{BLOCK, Matrix, QUAD};

/// See [`Kernel::multiply`](super::Kernel::multiply).
#[inline(always)]
pub(super) fn multiply(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    let all = rows.chunks_exact(matrix.depth).zip(out.chunks_exact_mut(matrix.width));
    for (row, out) in all {
        let blocks = matrix.blocks.chunks_exact(matrix.depth * BLOCK);
        for (block, out) in blocks.zip(out.as_chunks_mut::<BLOCK>().0) {
            *out = products(row, block);
        }
    }
}

/// The products of a row with 16 columns. Weights are taken two at a time as numbers of 16
/// bits, in which a pair of products fits: compilers find vectors for that everywhere.
#[inline(always)]
fn products(row: &[u8], block: &[u8]) -> [i32; BLOCK] {
    let mut sums = [0; BLOCK];
    let (quads, _) = block.as_chunks::<{ BLOCK * QUAD }>();
    for (four, quad) in row.as_chunks::<QUAD>().0.iter().zip(quads) {
        let [a, b, c, d] = four.map(|number| i16::from(number) - ZERO as i16);
        let firsts = [[a, c]; BLOCK];
        let seconds = [[b, d]; BLOCK];
        let numbers = firsts.as_flattened().iter().zip(seconds.as_flattened());
        let words = quad.as_chunks::<2>().0.iter().zip(numbers);
        let mut pairs = [0i16; 2 * BLOCK];
        for (pair, (word, (first, second))) in pairs.iter_mut().zip(words) {
            let word = i16::from_le_bytes(*word);
            *pair = ((word << 8) >> 8) * first + (word >> 8) * second;
        }
        for (sum, [low, high]) in sums.iter_mut().zip(pairs.as_chunks::<2>().0) {
            // Put together and taken apart again: as wide as the sum, where vectors do it.
            let both = i32::from(*low as u16) | i32::from(*high as u16) << 16;
            *sum += ((both << 16) >> 16) + (both >> 16);
        }
    }
    sums
}
