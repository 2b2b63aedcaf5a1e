//! Steps along the gradients (Adam; Kingma and Ba, 2015), and what must be kept to go on
//! after an interruption.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::ensure;

use super::net::Gradients;
use super::weights::Layout;

/// How far steps go.
#[derive(Clone, Copy)]
pub(crate) struct Rates {
    /// For weights that were learned before.
    pub(crate) old: f32,
    /// For new ones.
    pub(crate) new: f32,
}

/// The weights, and the means of their gradients and of the squares of these.
pub(crate) struct Adam {
    pub(crate) weights: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    pub(crate) steps: u32,
}

impl Adam {
    pub(crate) fn new(weights: Vec<f32>) -> Self {
        let none = vec![0.0; weights.len()];
        Self { weights, first: none.clone(), second: none, steps: 0 }
    }

    /// One step along `gradients`, whose length is cut to one.
    pub(crate) fn step(&mut self, gradients: &Gradients, layout: &Layout, rates: Rates) {
        self.steps += 1;
        let counted = gradients.counted.max(1e-6) as f32;
        let squares = |row: &[f32]| row.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
        let rows: f64 = gradients.pieces.values().map(|row| squares(row)).sum();
        let length = (squares(&gradients.dense) + rows).sqrt() as f32 / counted;
        let scale = 1.0 / counted / length.max(1.0);
        let means = Means::after(self.steps);
        for (at, gradient) in gradients.dense.iter().enumerate() {
            let rate = if layout.is_new(at) { rates.new } else { rates.old };
            self.nudge(at, gradient * scale, rate, means);
        }
        for (piece, row) in &gradients.pieces {
            let from = layout.pieces.at.start + usize::from(*piece) * row.len();
            for (column, gradient) in row.iter().enumerate() {
                self.nudge(from + column, gradient * scale, rates.old, means);
            }
        }
    }

    fn nudge(&mut self, at: usize, gradient: f32, rate: f32, means: Means) {
        let (Some(weight), Some(first), Some(second)) =
            (self.weights.get_mut(at), self.first.get_mut(at), self.second.get_mut(at))
        else {
            return;
        };
        *first += (gradient - *first) * (1.0 - FIRST);
        *second += (gradient * gradient - *second) * (1.0 - SECOND);
        *weight -= rate * *first * means.first / ((*second * means.second).sqrt() + 1e-8);
    }

    /// Writes everything to `path`, at once.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let unfinished = path.with_extension("unfinished");
        let mut file = BufWriter::new(File::create(&unfinished)?);
        file.write_all(&self.steps.to_le_bytes())?;
        for number in self.weights.iter().chain(&self.first).chain(&self.second) {
            file.write_all(&number.to_le_bytes())?;
        }
        file.into_inner()?.sync_all()?;
        Ok(std::fs::rename(unfinished, path)?)
    }

    /// What [`save`](Self::save) wrote for as many weights.
    pub(crate) fn load(path: &Path, count: usize) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        BufReader::new(File::open(path)?).read_to_end(&mut bytes)?;
        let (numbers, []) = bytes.as_chunks::<4>() else { anyhow::bail!("cut off") };
        ensure!(numbers.len() == 1 + 3 * count, "the state is of another encoder");
        let mut numbers = numbers.iter().copied();
        let steps = u32::from_le_bytes(numbers.next().unwrap_or_default());
        let mut part = || numbers.by_ref().take(count).map(f32::from_le_bytes).collect();
        Ok(Self { weights: part(), first: part(), second: part(), steps })
    }
}

/// What makes up for means that began at nought.
#[derive(Clone, Copy)]
struct Means {
    first: f32,
    second: f32,
}

impl Means {
    fn after(steps: u32) -> Self {
        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
        Self { first: 1.0 / (1.0 - FIRST.powi(steps)), second: 1.0 / (1.0 - SECOND.powi(steps)) }
    }
}

const FIRST: f32 = 0.9;
const SECOND: f32 = 0.99;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_comes_back() {
        let path = std::env::temp_dir().join("privet-adam-test.state");
        let mut adam = Adam::new(vec![1.0, 2.0]);
        adam.nudge(0, 0.5, 0.1, Means::after(1));
        adam.steps = 7;
        adam.save(&path).unwrap();
        let back = Adam::load(&path, 2).unwrap();
        assert_eq!((back.steps, &back.weights, &back.first), (7, &adam.weights, &adam.first));
        assert!((back.weights[0] - 0.9).abs() < 1e-3);
        assert!(Adam::load(&path, 3).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
