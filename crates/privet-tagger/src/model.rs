//! [`Model`]: the table of weights.

use crate::chain::Chain;
use crate::label::LABELS;

/// Keys of features have this many bits.
pub const KEY_BITS: u32 = BUCKET_BITS + CHECK_BITS;

/// The table has two to the power of this many buckets.
const BUCKET_BITS: u32 = 18;
/// A key's last bits stand in its row, so that what was never seen has no weight.
const CHECK_BITS: u32 = 8;
/// Rows of a bucket: half a cache line.
const BUCKET_ROWS: usize = 4;
/// Bytes of a row: a weight for each label, and the check.
const ROW_BYTES: usize = 8;
const BUCKET_BYTES: usize = BUCKET_ROWS * ROW_BYTES;
const BUCKETS: usize = 1 << BUCKET_BITS;
const MAGIC: &[u8; 8] = b"privetT2";
const HEAD_BYTES: usize = MAGIC.len() + 4 + LABELS * LABELS * 4;

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
    buckets: &'static [[u8; BUCKET_BYTES]],
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
        if buckets.len() != BUCKETS {
            return Err(ModelError);
        }
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
            let spelled = spelled(*key, row, scale.max(f32::MIN_POSITIVE));
            let at = (key >> CHECK_BITS) as usize;
            let (Some(bucket), Some(taken)) = (buckets.get_mut(at), taken.get_mut(at)) else {
                continue;
            };
            let (rows, _) = bucket.as_chunks_mut::<ROW_BYTES>();
            if let Some(free) = rows.get_mut(*taken) {
                *free = spelled;
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

    /// The score of each label for a token with the features `keys`.
    pub fn unary(&self, keys: &[u32]) -> [f32; LABELS] {
        let mut sums = [0i32; ROW_BYTES];
        for key in keys {
            let Some(bucket) = self.buckets.get((key >> CHECK_BITS) as usize) else { continue };
            let check = *key as u8;
            for row in bucket.as_chunks::<ROW_BYTES>().0 {
                let [.., own] = *row;
                // A free row has weights of 0.
                if own == check {
                    for (sum, weight) in sums.iter_mut().zip(row) {
                        *sum += i32::from(*weight as i8);
                    }
                }
            }
        }
        let mut scores = [0.0; LABELS];
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score = sum as f32 * self.scale;
        }
        scores
    }

    /// The scores of one label after another.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }
}

fn spelled(key: u32, row: &[f32; LABELS], scale: f32) -> [u8; ROW_BYTES] {
    let mut spelled = [0; ROW_BYTES];
    for (byte, weight) in spelled.iter_mut().zip(row) {
        let steps = (weight / scale).round();
        *byte = (steps.clamp(f32::from(i8::MIN), f32::from(i8::MAX)) as i8) as u8;
    }
    if let Some(check) = spelled.last_mut() {
        *check = key as u8;
    }
    spelled
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
