//! The product with SSE2, which every x86-64 processor has: eight products of numbers of 16
//! bits by two instructions.
#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_cvtsi128_si64, _mm_madd_epi16, _mm_set_epi64x, _mm_setzero_si128,
    _mm_srai_epi16, _mm_unpackhi_epi8, _mm_unpackhi_epi64, _mm_unpacklo_epi8,
};

use super::ZERO;
use crate::model::{BLOCK, Matrix, QUAD};

/// See [`Kernel::multiply`](super::Kernel::multiply).
pub(super) fn multiply(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { inner(rows, matrix, out) }
}

#[target_feature(enable = "sse2")]
fn inner(rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
    // Numbers and weights are widened once: each weight serves all rows.
    let rows: Vec<i16> = rows.iter().map(|number| i16::from(*number) - ZERO as i16).collect();
    let mut wide: Vec<Quad> = Vec::with_capacity(matrix.depth / QUAD);
    for (number, block) in matrix.blocks.chunks_exact(matrix.depth * BLOCK).enumerate() {
        wide.clear();
        for weights in block.as_chunks::<{ BLOCK * QUAD }>().0 {
            wide.push(widened(weights));
        }
        let all = rows.chunks_exact(matrix.depth).zip(out.chunks_exact_mut(matrix.width));
        for (row, out) in all {
            if let Some(out) = out.as_chunks_mut::<BLOCK>().0.get_mut(number) {
                *out = products(row, &wide);
            }
        }
    }
}

/// Four weights of each of 16 columns, two columns to a vector.
type Quad = [__m128i; BLOCK / 2];

#[inline]
#[target_feature(enable = "sse2")]
fn widened(weights: &[u8; BLOCK * QUAD]) -> Quad {
    let mut wide = [_mm_setzero_si128(); BLOCK / 2];
    for (pair, half) in
        wide.as_chunks_mut::<2>().0.iter_mut().zip(weights.as_chunks::<8>().0.as_chunks::<2>().0)
    {
        let [low, high] = half.map(i64::from_le_bytes);
        let bytes = _mm_set_epi64x(high, low);
        // Each byte in the upper half of 16 bits, shifted down with its sign.
        *pair = [
            _mm_srai_epi16::<8>(_mm_unpacklo_epi8(bytes, bytes)),
            _mm_srai_epi16::<8>(_mm_unpackhi_epi8(bytes, bytes)),
        ];
    }
    wide
}

/// The products of a row with 16 columns.
#[inline]
#[target_feature(enable = "sse2")]
fn products(row: &[i16], block: &[Quad]) -> [i32; BLOCK] {
    // Of two columns each: the sum of the first two products of four, and of the other two.
    let mut sums = [_mm_setzero_si128(); BLOCK / 2];
    for ([a, b, c, d], quad) in row.as_chunks::<QUAD>().0.iter().zip(block) {
        let word = |number: &i16| u64::from(number.cast_unsigned());
        let four = word(a) | word(b) << 16 | word(c) << 32 | word(d) << 48;
        let twice = _mm_set_epi64x(four.cast_signed(), four.cast_signed());
        for (sum, weights) in sums.iter_mut().zip(*quad) {
            *sum = _mm_add_epi32(*sum, _mm_madd_epi16(weights, twice));
        }
    }
    let mut out = [0; BLOCK];
    for ([first, second], sum) in out.as_chunks_mut::<2>().0.iter_mut().zip(sums) {
        *first = both(_mm_cvtsi128_si64(sum));
        *second = both(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
    }
    out
}

/// The sum of two numbers that lie side by side.
#[inline(always)]
fn both(pair: i64) -> i32 {
    (pair as i32).wrapping_add((pair >> 32) as i32)
}
