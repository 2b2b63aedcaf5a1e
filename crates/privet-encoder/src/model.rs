//! [`Model`]: the table of weights, as it lies in the program.
//!
//! All tables and matrices are of eight bits with a scale for each row, or for each number
//! that comes out. They are used where they lie; only scales and the like are copied.

use crate::attention::HEAD;
use crate::size::Size;
use crate::vocabulary::Vocabulary;
use crate::window::{PIECES_MAX, TRAIT_ROWS};
use privet_tagger::LABELS;

/// Why a table cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelError;

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this is not a table of the encoder")
    }
}

impl std::error::Error for ModelError {}

/// Rows that are looked up.
#[derive(Debug)]
pub(crate) struct Table {
    rows: &'static [u8],
    scales: Vec<f32>,
    width: usize,
}

impl Table {
    /// Adds the row with this number to `sum`.
    #[inline(always)]
    pub(crate) fn add(&self, row: usize, sum: &mut [f32]) {
        let from = row * self.width;
        let (Some(row), Some(scale)) =
            (self.rows.get(from..from + self.width), self.scales.get(row))
        else {
            return;
        };
        for (sum, number) in sum.iter_mut().zip(row) {
            *sum += f32::from(*number as i8) * scale;
        }
    }
}

/// A matrix, in the order in which the kernels read it: blocks of 16 numbers that come
/// out; in a block, for each four numbers that go in, 16 times four weights.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(crate) blocks: &'static [u8],
    /// Numbers that go in.
    pub(crate) depth: usize,
    /// Numbers that come out.
    pub(crate) width: usize,
    /// What each number that comes out is multiplied with.
    pub(crate) scales: Vec<f32>,
    /// What is added to each.
    pub(crate) bias: Vec<f32>,
    /// The sum of the weights of each.
    pub(crate) sums: Vec<i32>,
}

/// Scale and shift after a normalisation.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
}

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) ask: Matrix,
    pub(crate) out: Matrix,
    pub(crate) out_norm: Norm,
    pub(crate) up: Matrix,
    pub(crate) down: Matrix,
    pub(crate) down_norm: Norm,
}

/// The weights.
#[derive(Debug)]
pub struct Model {
    pub(crate) size: Size,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) positions: Table,
    pub(crate) traits: Table,
    pub(crate) pieces: Table,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
    /// A row for each label.
    pub(crate) head: Vec<f32>,
    pub(crate) head_bias: Vec<f32>,
}

impl Model {
    /// The table that a [`ModelWriter`] made.
    ///
    /// # Errors
    /// If it is none.
    pub fn decode(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let mut reader = Reader { rest: bytes.strip_prefix(MAGIC).ok_or(ModelError)? };
        reader.bytes(DIGEST_BYTES)?;
        let mut number = || reader.number().map(|number| number as usize);
        let size = Size { width: number()?, heads: number()?, inner: number()?, layers: number()? };
        let (pieces, letters) = (number()?, number()?);
        let fits = size.width.is_multiple_of(64)
            && size.inner.is_multiple_of(64)
            && size.heads > 0
            && size.width == size.heads * HEAD
            && (1..=LAYERS_MAX).contains(&size.layers)
            && size.width.max(size.inner) <= WIDTH_MAX;
        if !fits {
            return Err(ModelError);
        }
        let list = std::str::from_utf8(reader.bytes(letters)?).map_err(|_| ModelError)?;
        let vocabulary = Vocabulary::new(list).ok_or(ModelError)?;
        let width = size.width;
        let positions = reader.table(PIECES_MAX, width)?;
        let traits = reader.table(TRAIT_ROWS, width)?;
        let pieces = reader.table(pieces, width)?;
        let norm = reader.norm(width)?;
        let mut layers = Vec::with_capacity(size.layers);
        for _ in 0..size.layers {
            layers.push(Layer {
                ask: reader.matrix(width, 3 * width)?,
                out: reader.matrix(width, width)?,
                out_norm: reader.norm(width)?,
                up: reader.matrix(width, size.inner)?,
                down: reader.matrix(size.inner, width)?,
                down_norm: reader.norm(width)?,
            });
        }
        let (head, head_bias) = (reader.floats(width * LABELS)?, reader.floats(LABELS)?);
        if !reader.rest.is_empty() {
            return Err(ModelError);
        }
        Ok(Self { size, vocabulary, positions, traits, pieces, norm, layers, head, head_bias })
    }

    /// What stands for the table `bytes` in versions: it differs where the table does.
    /// 0 if it is none.
    pub fn digest(bytes: &[u8]) -> u64 {
        let rest = bytes.strip_prefix(MAGIC);
        rest.and_then(|rest| rest.first_chunk()).map_or(0, |digest| u64::from_le_bytes(*digest))
    }

    /// The pieces that it knows.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

struct Reader {
    rest: &'static [u8],
}

impl Reader {
    fn bytes(&mut self, count: usize) -> Result<&'static [u8], ModelError> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(ModelError)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32, ModelError> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| ModelError)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, ModelError> {
        let (floats, _) = self.bytes(count * 4)?.as_chunks::<4>();
        Ok(floats.iter().map(|float| f32::from_le_bytes(*float)).collect())
    }

    fn norm(&mut self, width: usize) -> Result<Norm, ModelError> {
        Ok(Norm { scale: self.floats(width)?, shift: self.floats(width)? })
    }

    fn table(&mut self, rows: usize, width: usize) -> Result<Table, ModelError> {
        let scales = self.floats(rows)?;
        Ok(Table { rows: self.bytes(rows * width)?, scales, width })
    }

    fn matrix(&mut self, depth: usize, width: usize) -> Result<Matrix, ModelError> {
        let (scales, bias) = (self.floats(width)?, self.floats(width)?);
        let blocks = self.bytes(depth * width)?;
        let mut sums = vec![0; width];
        let quads = depth / QUAD;
        let block_sums = blocks.chunks(quads * BLOCK * QUAD).zip(sums.chunks_mut(BLOCK));
        for (block, sums) in block_sums {
            let (quads, _) = block.as_chunks::<{ BLOCK * QUAD }>();
            for quad in quads {
                let (weights, _) = quad.as_chunks::<QUAD>();
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum += weights.iter().map(|weight| i32::from(*weight as i8)).sum::<i32>();
                }
            }
        }
        Ok(Matrix { blocks, depth, width, scales, bias, sums })
    }
}

/// Writes a table, part by part, in the order in which [`Model::decode`] reads it.
#[derive(Debug)]
pub struct ModelWriter {
    bytes: Vec<u8>,
}

impl ModelWriter {
    /// With the list of `pieces`, one a line.
    pub fn new(size: Size, pieces: &str) -> Self {
        let mut writer = Self { bytes: Vec::new() };
        let sizes = [size.width, size.heads, size.inner, size.layers];
        for number in sizes.into_iter().chain([pieces.lines().count(), pieces.len()]) {
            writer.bytes.extend_from_slice(&(number as u32).to_le_bytes());
        }
        writer.bytes.extend_from_slice(pieces.as_bytes());
        writer
    }

    /// Adds numbers as they are: scale, shift, bias.
    pub fn floats(&mut self, floats: &[f32]) {
        floats.iter().for_each(|float| self.bytes.extend_from_slice(&float.to_le_bytes()));
    }

    /// Adds a table of rows of this width: positions, traits, pieces.
    pub fn table(&mut self, numbers: &[f32], width: usize) {
        let scales: Vec<f32> = numbers.chunks(width.max(1)).map(scale_of).collect();
        self.floats(&scales);
        for (row, scale) in numbers.chunks(width.max(1)).zip(scales) {
            self.bytes.extend(row.iter().map(|number| steps(*number, scale)));
        }
    }

    /// Adds a matrix with a row for each number that goes in, and its bias.
    pub fn matrix(&mut self, numbers: &[f32], bias: &[f32]) {
        let width = bias.len().max(1);
        let rows: Vec<&[f32]> = numbers.chunks(width).collect();
        let number = |row: usize, column: usize| {
            rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
        };
        let column = |column: usize| (0..rows.len()).map(move |row| number(row, column));
        let scales: Vec<f32> =
            (0..width).map(|at| scale_of(&column(at).collect::<Vec<f32>>())).collect();
        self.floats(&scales);
        self.floats(bias);
        for block in (0..width).step_by(BLOCK) {
            for quad in (0..rows.len()).step_by(QUAD) {
                for at in block..block + BLOCK {
                    let scale = scales.get(at).copied().unwrap_or(1.0);
                    let weights = (quad..quad + QUAD).map(|row| steps(number(row, at), scale));
                    self.bytes.extend(weights);
                }
            }
        }
    }

    /// The table.
    pub fn finish(self) -> Vec<u8> {
        [MAGIC, &fnv(&self.bytes).to_le_bytes(), &self.bytes].concat()
    }
}

/// FNV-1a.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, add)
}

fn scale_of(numbers: &[f32]) -> f32 {
    let highest = numbers.iter().fold(0.0f32, |high, number| high.max(number.abs()));
    highest.max(f32::MIN_POSITIVE * 1024.0) / STEPS_MAX
}

fn steps(number: f32, scale: f32) -> u8 {
    ((number / scale).round().clamp(-STEPS_MAX, STEPS_MAX) as i8) as u8
}

/// Numbers that come out of a block of a [`Matrix`].
pub(crate) const BLOCK: usize = 16;
/// Numbers that go in are taken four at a time.
pub(crate) const QUAD: usize = 4;
const STEPS_MAX: f32 = 127.0;
const LAYERS_MAX: usize = 24;
const WIDTH_MAX: usize = 1 << 14;
const MAGIC: &[u8] = b"privetE1";
const DIGEST_BYTES: usize = 8;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const LIST: &str = "[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\n.\nand";

    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    /// A matrix of noise.
    pub(crate) fn matrix(depth: usize, width: usize, seed: u32) -> Matrix {
        let mut writer = ModelWriter { bytes: Vec::new() };
        writer.matrix(&noise(depth * width, seed), &vec![0.0; width]);
        Reader { rest: writer.bytes.leak() }.matrix(depth, width).unwrap()
    }

    /// A small encoder of noise, as a table.
    pub(crate) fn table() -> &'static [u8] {
        let size = Size { width: 64, heads: 2, inner: 128, layers: 2 };
        let mut writer = ModelWriter::new(size, LIST);
        writer.table(&noise(PIECES_MAX * 64, 1), 64);
        writer.table(&noise(TRAIT_ROWS * 64, 2), 64);
        writer.table(&noise(9 * 64, 3), 64);
        let norm = |writer: &mut ModelWriter| {
            writer.floats(&[1.0; 64]);
            writer.floats(&[0.0; 64]);
        };
        norm(&mut writer);
        for seed in 0..2 {
            writer.matrix(&noise(64 * 192, seed), &noise(192, 9));
            writer.matrix(&noise(64 * 64, seed), &noise(64, 8));
            norm(&mut writer);
            writer.matrix(&noise(64 * 128, seed), &noise(128, 7));
            writer.matrix(&noise(128 * 64, seed), &noise(64, 6));
            norm(&mut writer);
        }
        writer.floats(&noise(64 * LABELS, 5));
        writer.floats(&[0.0; LABELS]);
        writer.finish().leak()
    }

    #[test]
    fn a_table_comes_back() {
        let bytes = table();
        let model = Model::decode(bytes).unwrap();
        assert_eq!(model.size.layers, 2);
        assert_eq!(model.layers[1].up.bias, noise(128, 7));
        let mut sum = vec![0.0; 64];
        model.pieces.add(4, &mut sum);
        for (got, want) in sum.iter().zip(&noise(9 * 64, 3)[4 * 64..]) {
            assert!((got - want).abs() < 0.005);
        }
        model.pieces.add(9, &mut sum); // There is no such piece: nothing is added.
        assert_eq!(Model::digest(bytes), fnv(&bytes[16..]));
        assert_eq!(Model::digest(&bytes[1..]), 0);
        assert!(Model::decode(&bytes[1..]).is_err());
        assert!(Model::decode(&bytes[..bytes.len() - 1]).is_err());
        let longer: &'static [u8] = [bytes, &[0]].concat().leak();
        assert!(Model::decode(longer).is_err());
    }

    #[test]
    fn weights_lie_in_blocks() {
        let mut writer = ModelWriter { bytes: Vec::new() };
        // The weight of what goes in at 5 for what comes out at 17.
        let mut numbers = vec![0.0; 8 * 64];
        numbers[5 * 64 + 17] = -1.0;
        writer.matrix(&numbers, &[0.0; 64]);
        let matrix = Reader { rest: writer.bytes.leak() }.matrix(8, 64).unwrap();
        let at = matrix.blocks.iter().position(|byte| *byte != 0);
        assert_eq!(at, Some(BLOCK * 8 + BLOCK * QUAD + QUAD + 1));
        assert_eq!(matrix.sums[17], -127);
        assert!((matrix.scales[17] - 1.0 / 127.0).abs() < 1e-9);
    }
}
