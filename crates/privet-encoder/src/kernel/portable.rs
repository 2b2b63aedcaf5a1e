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

#[inline(always)]
fn products(row: &[u8], block: &[u8]) -> [i32; BLOCK] {
    let mut sums = [0; BLOCK];
    let (quads, _) = block.as_chunks::<{ BLOCK * QUAD }>();
    for (four, quad) in row.as_chunks::<QUAD>().0.iter().zip(quads) {
        let four = four.map(|number| i32::from(number) - ZERO);
        for (sum, weights) in sums.iter_mut().zip(quad.as_chunks::<QUAD>().0) {
            for (number, weight) in four.iter().zip(weights) {
                *sum += number * i32::from(*weight as i8);
            }
        }
    }
    sums
}
