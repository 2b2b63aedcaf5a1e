//! The product with AVX-512 VNNI: 64 products an instruction.
#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512,
};

use super::{Kernel, STRIPE, Work, ZERO};
use crate::model::{BLOCK, Matrix, QUAD};

/// Runs `work` with these instructions.
pub(super) fn run<W: Work>(work: W) {
    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn inner<W: Work>(work: W) {
        work.run(Kernel::Vnni);
    }
    // SAFETY: `Kernel::Vnni` is only made by `Kernel::all`, after the processor was asked.
    unsafe { inner(work) }
}

/// See [`Kernel::multiply`](super::Kernel::multiply).
pub(super) fn multiply(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    // SAFETY: as in `run`.
    unsafe { inner(rows, matrix, out) }
}

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn inner(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    let block_bytes = matrix.depth * BLOCK;
    let stripes = matrix.blocks.chunks_exact(block_bytes * (STRIPE / BLOCK));
    for (number, (stripe, sums)) in stripes.zip(matrix.sums.as_chunks::<STRIPE>().0).enumerate() {
        // Each number had 128 added: 128 times the sum of the weights is too much.
        let mut less = [0; STRIPE];
        for (less, sum) in less.iter_mut().zip(sums) {
            *less = -sum * ZERO;
        }
        let tiles =
            Tiles { depth: matrix.depth, width: matrix.width, stripe, start: &less, number };
        let mut at = 0;
        let count = rows.len() / matrix.depth.max(1);
        while count - at >= TALL {
            tiles.product::<TALL>(rows, at, out);
            at += TALL;
        }
        match count - at {
            5 => tiles.product::<5>(rows, at, out),
            4 => tiles.product::<4>(rows, at, out),
            3 => tiles.product::<3>(rows, at, out),
            2 => tiles.product::<2>(rows, at, out),
            1 => tiles.product::<1>(rows, at, out),
            _ => {}
        }
    }
}

/// Rows that are multiplied at once: with four blocks, their sums fill 24 of 32 registers.
const TALL: usize = 6;
const BLOCKS: usize = STRIPE / BLOCK;

/// 64 columns of a matrix.
struct Tiles<'m> {
    depth: usize,
    width: usize,
    stripe: &'m [u8],
    /// What the sums begin with.
    start: &'m [i32; STRIPE],
    number: usize,
}

impl Tiles<'_> {
    /// The products of `ROWS` rows from `at` on with these columns.
    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn product<const ROWS: usize>(&self, rows: &[u8], at: usize, out: &mut [i32]) {
        let Some(rows) = rows.get(at * self.depth..(at + ROWS) * self.depth) else { return };
        let Some(out) = out.get_mut(at * self.width..(at + ROWS) * self.width) else { return };
        let column = self.number * STRIPE;
        if column + STRIPE > self.width {
            return;
        }
        let block_bytes = self.depth * BLOCK;
        let mut start = [_mm512_setzero_si512(); BLOCKS];
        for (start, less) in start.iter_mut().zip(self.start.as_chunks::<BLOCK>().0) {
            // SAFETY: `less` are 16 numbers of 32 bits; no alignment is needed.
            *start = unsafe { _mm512_loadu_si512(less.as_ptr().cast()) };
        }
        let mut sums: [[__m512i; BLOCKS]; ROWS] = [start; ROWS];
        for quad in 0..self.depth / QUAD {
            let weights: [__m512i; BLOCKS] = std::array::from_fn(|block| {
                let at = block * block_bytes + quad * BLOCK * QUAD;
                debug_assert!(at + 64 <= self.stripe.len());
                // SAFETY: `stripe` holds `BLOCKS` blocks of `depth / QUAD` times 64 bytes
                // (`chunks_exact` above), and the load needs no alignment.
                unsafe { _mm512_loadu_si512(self.stripe.as_ptr().add(at).cast()) }
            });
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `rows` was cut to `ROWS * depth` bytes, and `quad * QUAD + QUAD` is at
                // most `depth`.
                let four = unsafe {
                    rows.as_ptr().add(row * self.depth + quad * QUAD).cast::<i32>().read_unaligned()
                };
                let four = _mm512_set1_epi32(four);
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_dpbusd_epi32(*sum, four, weights);
                }
            }
        }
        // No slices here: with their checks in between, all sums would go by way of the stack.
        let out = out.as_mut_ptr();
        for (row, sums) in sums.into_iter().enumerate() {
            for (block, sum) in sums.into_iter().enumerate() {
                // SAFETY: `out` was cut to `ROWS` rows of `width` numbers, of which the 64 from
                // `column` on are within each row; no alignment is needed.
                unsafe {
                    let to = out.add(row * self.width + column + block * BLOCK);
                    _mm512_storeu_si512(to.cast(), sum);
                }
            }
        }
    }
}
