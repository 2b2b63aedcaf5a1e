//! The weights to start from: those of MiniLM, as its publishers wrote them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, ensure};
use privet_encoder::Size;
use serde_json::Value;

use super::weights::{Layout, Linear, Matrix, Norm, Row};
use crate::random::Random;

/// A file of tensors (safetensors): a head in JSON, and the numbers after it.
struct Tensors {
    bytes: Vec<u8>,
    places: HashMap<String, (usize, usize)>,
}

impl Tensors {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let (length, rest) = bytes.split_at_checked(8).context("no head")?;
        let length = u64::from_le_bytes(length.try_into()?);
        let length = usize::try_from(length)?;
        let head: HashMap<String, Value> =
            serde_json::from_slice(rest.get(..length).context("no head")?)?;
        let place = |tensor: &Value| {
            let offsets = tensor.get("data_offsets")?;
            let at = |number: usize| usize::try_from(offsets.get(number)?.as_u64()?).ok();
            (tensor.get("dtype")? == "F32").then_some(())?;
            Some((8 + length + at(0)?, 8 + length + at(1)?))
        };
        let places = head.iter().filter_map(|(name, tensor)| Some((name.clone(), place(tensor)?)));
        Ok(Self { places: places.collect(), bytes })
    }

    fn numbers(&self, name: &str) -> anyhow::Result<Vec<f32>> {
        let (from, to) = self.places.get(name).with_context(|| format!("no tensor {name}"))?;
        let bytes = self.bytes.get(*from..*to).context("cut off")?;
        let (numbers, _) = bytes.as_chunks::<4>();
        Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }
}

/// The vocabulary of the start weights that is kept, and its numbers there.
pub(crate) struct Kept {
    pub(crate) pieces: Vec<String>,
    numbers: Vec<usize>,
}

impl Kept {
    /// Pieces of Latin letters, digits and marks, up to `count` of them: those of the
    /// first numbers are the most common ones, and `seen` are kept in any case.
    pub(crate) fn new(
        folder: &Path,
        count: usize,
        seen: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Self> {
        let path = folder.join("vocab.txt");
        let list = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let all = list.lines().enumerate().filter(|(_, piece)| is_kept(piece));
        let (mut seen, unseen): (Vec<_>, Vec<_>) =
            all.partition(|(number, piece)| *number < COMMON || seen(piece));
        let room = count.saturating_sub(seen.len());
        seen.extend(unseen.into_iter().take(room));
        seen.sort_unstable();
        let (numbers, pieces) =
            seen.into_iter().map(|(number, piece)| (number, piece.to_owned())).unzip();
        Ok(Self { pieces, numbers })
    }
}

/// Pieces below this number stand for special things and single letters.
const COMMON: usize = 2000;

fn is_kept(piece: &str) -> bool {
    let letters = piece.strip_prefix("##").unwrap_or(piece);
    let latin = |c: char| c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c);
    let mark = |c: char| !c.is_alphanumeric() && c < '\u{2500}';
    !piece.starts_with("[unused") && letters.chars().all(|c| latin(c) || mark(c))
}

/// Weights to start from, read from `folder`; what it lacks is small and random.
pub(crate) fn weights(
    folder: &Path,
    layout: &Layout,
    kept: &Kept,
    random: &mut Random,
) -> anyhow::Result<Vec<f32>> {
    let tensors = Tensors::read(&folder.join("model.safetensors"))?;
    let mut all = Start { tensors, weights: vec![0.0; layout.count()], size: layout.size };
    for at in layout.head.weights.at.clone() {
        if let Some(weight) = all.weights.get_mut(at) {
            *weight = (random.below(2001) as f32 / 1000.0 - 1.0) * 0.035;
        }
    }
    all.embeddings(layout, kept)?;
    for (number, layer) in layout.layers.iter().enumerate() {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let asks = ["query", "key", "value"].map(|kind| name(&format!("attention.self.{kind}")));
        for (third, ask) in asks.iter().enumerate() {
            all.linear(ask, &layer.ask, third * layout.size.width)?;
        }
        all.linear(&name("attention.output.dense"), &layer.out, 0)?;
        all.norm(&name("attention.output.LayerNorm"), &layer.out_norm)?;
        all.linear(&name("intermediate.dense"), &layer.up, 0)?;
        all.linear(&name("output.dense"), &layer.down, 0)?;
        all.norm(&name("output.LayerNorm"), &layer.down_norm)?;
    }
    Ok(all.weights)
}

struct Start {
    tensors: Tensors,
    weights: Vec<f32>,
    size: Size,
}

impl Start {
    fn embeddings(&mut self, layout: &Layout, kept: &Kept) -> anyhow::Result<()> {
        let width = self.size.width;
        let table = self.tensors.numbers("embeddings.word_embeddings.weight")?;
        for (row, number) in kept.numbers.iter().enumerate() {
            let from = table.get(number * width..(number + 1) * width).context("too few pieces")?;
            self.put(layout.pieces.at.start + row * width, from);
        }
        let mut positions = self.tensors.numbers("embeddings.position_embeddings.weight")?;
        positions.truncate(layout.positions.at.len());
        // Every text is of the first type; its row is added here once and for all.
        let types = self.tensors.numbers("embeddings.token_type_embeddings.weight")?;
        for row in positions.chunks_mut(width) {
            row.iter_mut().zip(&types).for_each(|(position, kind)| *position += kind);
        }
        self.put(layout.positions.at.start, &positions);
        self.norm("embeddings.LayerNorm", &layout.norm)
    }

    fn put(&mut self, at: usize, numbers: &[f32]) {
        let to = self.weights.get_mut(at..at + numbers.len()).unwrap_or_default();
        to.iter_mut().zip(numbers).for_each(|(to, number)| *to = *number);
    }

    fn row(&mut self, name: &str, at: &Row) -> anyhow::Result<()> {
        let numbers = self.tensors.numbers(name)?;
        ensure!(numbers.len() == at.len(), "{name} has another length");
        self.put(at.start, &numbers);
        Ok(())
    }

    fn norm(&mut self, name: &str, norm: &Norm) -> anyhow::Result<()> {
        self.row(&format!("{name}.weight"), &norm.scale)?;
        self.row(&format!("{name}.bias"), &norm.shift)
    }

    /// The columns from `column` on. The file has a row for each number that comes out.
    fn linear(&mut self, name: &str, linear: &Linear, column: usize) -> anyhow::Result<()> {
        let bias = self.tensors.numbers(&format!("{name}.bias"))?;
        self.put(linear.bias.start + column, &bias);
        let numbers = self.tensors.numbers(&format!("{name}.weight"))?;
        let Matrix { at, rows, columns } = &linear.weights;
        ensure!(numbers.len() == rows * bias.len(), "{name} has another size");
        for (out, row) in numbers.chunks(*rows).enumerate() {
            for (inner, number) in row.iter().enumerate() {
                self.put(at.start + inner * columns + column + out, &[*number]);
            }
        }
        Ok(())
    }
}
