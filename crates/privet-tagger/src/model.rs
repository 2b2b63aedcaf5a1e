//! [`Model`]: the table of weights.

use crate::chain::Chain;
use crate::label::LABELS;

/// Rows of the table.
pub const ROWS: usize = 1 << 20;

/// Bytes of a row: a weight for each label, and one that is not used.
const ROW_BYTES: usize = 8;
const MAGIC: &[u8; 8] = b"privetT1";
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
    rows: &'static [[u8; ROW_BYTES]],
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
        let numbers = head.strip_prefix(MAGIC).ok_or(ModelError)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let scale = numbers.next().ok_or(ModelError)?;
        let mut steps = [[0.0; LABELS]; LABELS];
        for (step, number) in steps.iter_mut().flatten().zip(numbers) {
            *step = number;
        }
        let (rows, []) = rest.as_chunks::<ROW_BYTES>() else { return Err(ModelError) };
        if rows.len() != ROWS {
            return Err(ModelError);
        }
        Ok(Self { rows, scale, chain: Chain::new(steps) })
    }

    /// `weights`, a row of [`LABELS`] for each of [`ROWS`], and the scores `steps`, as bytes.
    pub fn encode<'w>(
        weights: impl Iterator<Item = &'w [f32; LABELS]> + Clone,
        steps: &[[f32; LABELS]; LABELS],
    ) -> Vec<u8> {
        let highest = weights.clone().flatten().fold(0.0f32, |high, weight| high.max(weight.abs()));
        let scale = highest.min(CLIPPED_AT) / f32::from(i8::MAX);
        let mut bytes = Vec::with_capacity(HEAD_BYTES + ROWS * ROW_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&scale.to_le_bytes());
        steps.iter().flatten().for_each(|step| bytes.extend_from_slice(&step.to_le_bytes()));
        for row in weights {
            let mut spelled = [0; ROW_BYTES];
            for (byte, weight) in spelled.iter_mut().zip(row) {
                let steps = (weight / scale.max(f32::MIN_POSITIVE)).round();
                *byte = (steps.clamp(f32::from(i8::MIN), f32::from(i8::MAX)) as i8) as u8;
            }
            bytes.extend_from_slice(&spelled);
        }
        bytes
    }

    /// The score of each label for a token with the features `rows`.
    pub fn unary(&self, rows: &[u32]) -> [f32; LABELS] {
        let mut sums = [0i32; ROW_BYTES];
        for row in rows {
            let Some(weights) = self.rows.get(*row as usize) else { continue };
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(*weight as i8);
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

/// Weights beyond this say nothing more.
const CLIPPED_AT: f32 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back() {
        let mut weights = vec![[0.0; LABELS]; ROWS];
        weights[5] = [1.0, -2.0, 0.5, 0.0, 4.0, -4.0, 9.0];
        let mut steps = [[0.0; LABELS]; LABELS];
        steps[1][2] = 3.0;
        let bytes: &'static [u8] = Vec::leak(Model::encode(weights.iter(), &steps));
        let model = Model::decode(bytes).unwrap();
        let want = [2.0, -4.0, 1.0, 0.0, 8.0, -8.0, 8.0];
        for (got, want) in model.unary(&[5, 5]).iter().zip(want) {
            assert!((got - want).abs() < 0.05, "{got} {want}");
        }
        assert_eq!(Model::decode(&bytes[1..]).unwrap_err(), ModelError);
        assert_eq!(Model::decode(&bytes[..bytes.len() - 8]).unwrap_err(), ModelError);
    }
}
