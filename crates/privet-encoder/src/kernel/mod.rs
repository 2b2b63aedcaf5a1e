//! The product of rows and a matrix, both in whole numbers of eight bits: the one place
//! with instructions of particular processors, and the one place with `unsafe`.
//!
//! Every kernel gives exactly what [`portable`] gives: sums of whole numbers that do not
//! overflow. The tests compare them.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(target_arch = "x86_64")]
mod vnni;

use crate::model::Matrix;

/// Which instructions are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Those of every processor.
    Portable,
    /// SSE2, which every x86-64 processor has.
    #[cfg(target_arch = "x86_64")]
    Sse2,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 with VNNI.
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Kernel {
    /// The fastest that this processor has.
    pub fn best() -> Self {
        Self::all().last().copied().unwrap_or(Self::Portable)
    }

    /// All that this processor has, the fastest last.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            all.push(Self::Sse2);
            if is_x86_feature_detected!("avx2") {
                all.push(Self::Avx2);
            }
            let vnni = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni");
            if vnni && all.contains(&Self::Avx2) {
                all.push(Self::Vnni);
            }
        }
        all
    }

    /// Some number of pieces that an encoder of three layers reads in a millisecond with it,
    /// on a core that does nothing else.
    pub fn pieces_per_ms(self) -> usize {
        match self {
            Self::Portable => 3,
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => 7,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 12,
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => 25,
        }
    }

    /// Runs `work` with these instructions: loops over numbers in it become faster, and
    /// give the same.
    pub(crate) fn run<W: Work>(self, work: W) {
        match self {
            Self::Portable => work.run(self),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => work.run(self),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::run(work),
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => vnni::run(work),
        }
    }

    /// Writes to `out`, row by row, for each row of `rows` (of `matrix.depth` numbers, each
    /// plus 128) its products with the columns of `matrix`.
    #[inline(always)]
    pub(crate) fn multiply(self, rows: &[u8], matrix: &Matrix, out: &mut [i32]) {
        match self {
            Self::Portable => portable::multiply(rows, matrix, out),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => sse2::multiply(rows, matrix, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::multiply(rows, matrix, out),
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => vnni::multiply(rows, matrix, out),
        }
    }
}

/// What [`Kernel::run`] runs. `run` is to be inlined always.
pub(crate) trait Work {
    /// Does it.
    fn run(self, kernel: Kernel);
}

/// What is added to each number of a row, to make it positive.
pub(crate) const ZERO: i32 = 128;
/// So many columns are multiplied at once.
#[cfg(target_arch = "x86_64")]
const STRIPE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::matrix;

    #[test]
    fn every_kernel_gives_the_same() {
        for (depth, width, count) in [(64, 64, 1), (128, 192, 7), (384, 64, 25), (1536, 128, 12)] {
            let matrix = matrix(depth, width, 3);
            let mut state = 7u32;
            let rows: Vec<u8> = (0..depth * count)
                .map(|at| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    // Extremes first: they would overflow before anything else does.
                    if at < depth { [1, 255][at % 2] } else { ((state >> 24) as u8).max(1) }
                })
                .collect();
            let mut want = vec![0; width * count];
            Kernel::Portable.multiply(&rows, &matrix, &mut want);
            for kernel in Kernel::all() {
                let mut got = vec![0; width * count];
                kernel.multiply(&rows, &matrix, &mut got);
                assert_eq!(got, want, "{kernel:?} {depth} {width} {count}");
            }
        }
    }
}
