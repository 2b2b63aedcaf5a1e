//! The product with AVX2: 32 products of bytes by three instructions.
#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use std::arch::x86_64::{
    __m256i, _mm256_abs_epi8, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_sign_epi8, _mm256_storeu_si256,
};

use super::{Kernel, Work};
use crate::model::{BLOCK, Matrix, QUAD};

/// Runs `work` with these instructions.
pub(super) fn run<W: Work>(work: W) {
    #[target_feature(enable = "avx2")]
    fn inner<W: Work>(work: W) {
        work.run(Kernel::Avx2);
    }
    // SAFETY: `Kernel::Avx2` is only made by `Kernel::all`, after the processor was asked.
    unsafe { inner(work) }
}

/// See [`Kernel::multiply`](super::Kernel::multiply).
pub(super) fn multiply(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    // SAFETY: as in `run`.
    unsafe { inner(rows, matrix, out) }
}

#[target_feature(enable = "avx2")]
fn inner(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    let depth = matrix.depth;
    let count = rows.len() / depth.max(1);
    // Less 128 each: from bytes without to bytes with a sign.
    let rows: Vec<u8> = rows.iter().map(|number| number ^ 0x80).collect();
    for (number, block) in matrix.blocks.chunks_exact(depth * BLOCK).enumerate() {
        let mut tile = Tile { depth, width: matrix.width, block, column: number * BLOCK };
        let mut at = 0;
        while count - at >= TALL {
            tile.product::<TALL>(&rows, at, out);
            at += TALL;
        }
        while at < count {
            tile.product::<1>(&rows, at, out);
            at += 1;
        }
    }
}

/// Rows that are multiplied at once.
const TALL: usize = 4;

/// 16 columns of a matrix.
struct Tile<'m> {
    depth: usize,
    width: usize,
    block: &'m [u8],
    column: usize,
}

impl Tile<'_> {
    /// The products of `ROWS` rows from `at` on with these columns.
    #[target_feature(enable = "avx2")]
    fn product<const ROWS: usize>(&mut self, rows: &[u8], at: usize, out: &mut [i32]) {
        let Some(rows) = rows.get(at * self.depth..(at + ROWS) * self.depth) else { return };
        let ones = _mm256_set1_epi16(1);
        let mut sums: [[__m256i; 2]; ROWS] = [[_mm256_setzero_si256(); 2]; ROWS];
        for (quad, weights) in self.block.as_chunks::<{ BLOCK * QUAD }>().0.iter().enumerate() {
            let halves = weights.as_ptr();
            // SAFETY: `weights` are 64 bytes: two loads of 32, without alignment.
            let weights: [__m256i; 2] = unsafe {
                [_mm256_loadu_si256(halves.cast()), _mm256_loadu_si256(halves.add(32).cast())]
            };
            // Not `map`: its closure would be called, with all registers saved before.
            let [low, high] = weights;
            let sizes = [_mm256_abs_epi8(low), _mm256_abs_epi8(high)];
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `rows` was cut to `ROWS * depth` bytes, and `block` has `depth / QUAD`
                // chunks, so that `quad * QUAD + QUAD` is at most `depth`.
                let four = unsafe {
                    rows.as_ptr().add(row * self.depth + quad * QUAD).cast::<i32>().read_unaligned()
                };
                let four = _mm256_set1_epi32(four);
                for ((sum, weights), sizes) in sums.iter_mut().zip(weights).zip(sizes) {
                    // Both are at most 127 in size, so that two products fit in 16 bits.
                    let pairs = _mm256_maddubs_epi16(sizes, _mm256_sign_epi8(four, weights));
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let from = (at + row) * self.width + self.column;
            let Some(out) = out.get_mut(from..from + BLOCK) else { return };
            for (out, sum) in out.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                // SAFETY: `out` has room for eight numbers of 32 bits; no alignment is needed.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), sum) }
            }
        }
    }
}
