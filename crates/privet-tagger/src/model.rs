//! [`Model`]: the table of weights.

use std::hint::{black_box, select_unpredictable};

use crate::chain::Chain;
use crate::feature::FEATURES_MAX;
use crate::label::LABELS;

/// Keys of features have this many bits.
pub const KEY_BITS: u32 = BUCKET_BITS + CHECK_BITS;

/// The table has two to the power of this many buckets.
const BUCKET_BITS: u32 = 18;
/// A key's last bits stand in its row, so that what was never seen has no weight.
const CHECK_BITS: u32 = 8;
/// Rows of a bucket.
const BUCKET_ROWS: usize = 4;
/// Bytes of a bucket, half a cache line: the rows, each with a weight for each label, and
/// after them the check of each row.
const BUCKET_BYTES: usize = BUCKET_ROWS * (LABELS + 1);
const CHECKS_AT: usize = BUCKET_ROWS * LABELS;
const BUCKETS: usize = 1 << BUCKET_BITS;
const MAGIC: &[u8; 8] = b"privetT3";
/// What stands before the buckets.
pub(crate) const HEAD_BYTES: usize = MAGIC.len() + 4 + LABELS * LABELS * 4;

/// Why a table cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelError;

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this is not a table of the tagger")
    }
}

impl std::error::Error for ModelError {}

/// Weights of eight bits, and the scores of one label after another.
#[derive(Clone, Debug)]
pub struct Model {
    buckets: &'static [[u8; BUCKET_BYTES]; BUCKETS],
    scale: f32,
    chain: Chain,
}

impl Model {
    /// The table that [`encode`](Self::encode) made.
    ///
    /// # Errors
    /// If it is none.
    pub fn decode(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or(ModelError)?;
        let (numbers, []) = head.strip_prefix(MAGIC).ok_or(ModelError)?.as_chunks() else {
            return Err(ModelError);
        };
        let mut numbers = numbers.iter().map(|number| f32::from_le_bytes(*number));
        let scale = numbers.next().ok_or(ModelError)?;
        let mut steps = [[0.0; LABELS]; LABELS];
        for (step, number) in steps.iter_mut().flatten().zip(numbers) {
            *step = number;
        }
        let (buckets, []) = rest.as_chunks::<BUCKET_BYTES>() else { return Err(ModelError) };
        let buckets = buckets.try_into().map_err(|_| ModelError)?;
        Ok(Self { buckets, scale, chain: Chain::new(steps) })
    }

    /// The weights of each key, the heaviest where not all have room, and the scores
    /// `steps`, as bytes.
    pub fn encode(weights: &[(u32, [f32; LABELS])], steps: &[[f32; LABELS]; LABELS]) -> Vec<u8> {
        let weight_of = |row: &[f32; LABELS]| row.iter().fold(0.0f32, |high, w| high.max(w.abs()));
        let highest = weights.iter().fold(0.0f32, |high, (_, row)| high.max(weight_of(row)));
        let scale = highest.min(CLIPPED_AT) / f32::from(i8::MAX);
        let mut order: Vec<&(u32, [f32; LABELS])> = weights.iter().collect();
        order.sort_by(|a, b| weight_of(&b.1).total_cmp(&weight_of(&a.1)).then(a.0.cmp(&b.0)));
        let mut buckets = vec![[0; BUCKET_BYTES]; BUCKETS];
        let mut taken = vec![0usize; BUCKETS];
        for (key, row) in order {
            let spelled = spelled(row, scale.max(f32::MIN_POSITIVE));
            let at = bucket_of(*key);
            let (Some(bucket), Some(taken)) = (buckets.get_mut(at), taken.get_mut(at)) else {
                continue;
            };
            let (rows, checks) = bucket.split_at_mut(CHECKS_AT);
            let (rows, _) = rows.as_chunks_mut::<LABELS>();
            if let (Some(row), Some(check)) = (rows.get_mut(*taken), checks.get_mut(*taken)) {
                (*row, *check) = (spelled, *key as u8);
                *taken += 1;
            }
        }
        let mut bytes = Vec::with_capacity(HEAD_BYTES + BUCKETS * BUCKET_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&scale.to_le_bytes());
        steps.iter().flatten().for_each(|step| bytes.extend_from_slice(&step.to_le_bytes()));
        buckets.iter().for_each(|bucket| bytes.extend_from_slice(bucket));
        bytes
    }

    /// The score of each label for a token with the features `keys`, of which there are at most
    /// [`FEATURES_MAX`].
    pub fn unary(&self, keys: &[u32]) -> [f32; LABELS] {
        let keys = keys.get(..FEATURES_MAX).unwrap_or(keys);
        // The table is larger than the nearer caches: all buckets are asked for before any is
        // waited for, which takes a third off the time.
        let first = |key: &u32| self.bucket(*key).and_then(|bucket| bucket.first());
        black_box(keys.iter().filter_map(first).fold(0, |all, byte| all ^ byte));
        let mut sums = Sums::default();
        for key in keys {
            if let Some(bucket) = self.bucket(*key) {
                sums.add(chosen(bucket, *key as u8));
            }
        }
        let mut scores = sums.each();
        scores.iter_mut().for_each(|score| *score *= self.scale);
        scores
    }

    fn bucket(&self, key: u32) -> Option<&[u8; BUCKET_BYTES]> {
        self.buckets.get(bucket_of(key))
    }

    /// The scores of one label after another.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }
}

/// The number of the bucket in which the row of a key lies.
fn bucket_of(key: u32) -> usize {
    (key >> CHECK_BITS) as usize % BUCKETS
}

/// The row of `bucket` with this check, as a number; 0 if there is none. Looks at all checks
/// at once and takes no branch: a processor would guess wrong most of the time.
fn chosen(bucket: &[u8; BUCKET_BYTES], check: u8) -> u64 {
    const ONES: u32 = 0x0101_0101;
    let Some(checks) = bucket.last_chunk() else { return 0 };
    // A byte of 0 for the row with that check; there is no second one. In a free row it may
    // be the check of a key, but its weights are 0.
    let differences = u32::from_le_bytes(*checks) ^ (ONES * u32::from(check));
    let zeros = differences.wrapping_sub(ONES) & !differences & ONES << 7;
    let at = (zeros.trailing_zeros() / u8::BITS) as usize % BUCKET_ROWS * LABELS;
    // Takes a byte of the next row along, which adds to a sum that is nobody's.
    let row = bucket.get(at..at + size_of::<u64>()).and_then(|row| row.first_chunk());
    select_unpredictable(zeros != 0, row.map_or(0, |row| u64::from_le_bytes(*row)), 0)
}

/// Sums of the weights of rows: every second weight in one number, the others in the other,
/// sixteen bits for each. That is enough for the features of a token.
#[derive(Default)]
struct Sums {
    even: u64,
    odd: u64,
    rows: i32,
}

impl Sums {
    fn add(&mut self, row: u64) {
        // So that no weight is negative, and none borrows of its neighbour.
        let raised = row ^ RAISED;
        self.even += raised & LOW_BYTES;
        self.odd += raised >> u8::BITS & LOW_BYTES;
        self.rows += 1;
    }

    fn each(&self) -> [f32; LABELS] {
        std::array::from_fn(|label| {
            let sums = if label.is_multiple_of(2) { self.even } else { self.odd };
            let sum = (sums >> (label / 2 * 16)) as u16;
            (i32::from(sum) - 128 * self.rows) as f32
        })
    }
}

/// 128 in every byte.
const RAISED: u64 = 0x8080_8080_8080_8080;
/// The lower byte of every sixteen bits.
const LOW_BYTES: u64 = 0x00ff_00ff_00ff_00ff;
const _: () = assert!(FEATURES_MAX * 255 <= u16::MAX as usize);

fn spelled(row: &[f32; LABELS], scale: f32) -> [u8; LABELS] {
    row.map(|weight| {
        let steps = (weight / scale).round();
        (steps.clamp(f32::from(i8::MIN), f32::from(i8::MAX)) as i8) as u8
    })
}

/// Weights beyond this say nothing more.
const CLIPPED_AT: f32 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back() {
        let row = [1.0, -2.0, 0.5, 0.0, 4.0, -4.0, 9.0];
        let mut steps = [[0.0; LABELS]; LABELS];
        steps[1][2] = 3.0;
        let weights =
            [(0x0001_2345, row), (0x0001_2346, [0.1; LABELS]), (0x03ff_ffff, [2.0; LABELS])];
        let bytes: &'static [u8] = Vec::leak(Model::encode(&weights, &steps));
        let model = Model::decode(bytes).unwrap();
        let want = [2.0, -4.0, 1.0, 0.0, 8.0, -8.0, 8.0];
        for (got, want) in model.unary(&[0x0001_2345, 0x0001_2345, 0x0001_2347]).iter().zip(want) {
            assert!((got - want).abs() < 0.05, "{got} {want}");
        }
        assert!((model.unary(&[0x03ff_ffff])[3] - 2.0).abs() < 0.05);
        assert_eq!(Model::decode(&bytes[1..]).unwrap_err(), ModelError);
        assert_eq!(Model::decode(&bytes[..bytes.len() - 8]).unwrap_err(), ModelError);
    }

    #[test]
    fn a_full_bucket_keeps_the_heaviest() {
        let weights: Vec<_> = (0..6u32).map(|n| (n, [n as f32 / 2.0; LABELS])).collect();
        let bytes = Vec::leak(Model::encode(&weights, &[[0.0; LABELS]; LABELS]));
        let model = Model::decode(bytes).unwrap();
        assert_eq!(model.unary(&[0, 1]), [0.0; LABELS]);
        assert!((model.unary(&[2])[0] - 1.0).abs() < 0.05);
    }
}
