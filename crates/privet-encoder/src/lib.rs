//! The deep tier: which words of a paragraph name a person, a place or an organisation,
//! by an encoder that reads the whole paragraph.
//!
//! A small transformer (Vaswani et al., 2017; MiniLM, Wang et al., 2020) over pieces of
//! words, in whole numbers of eight bits. The weights lie in the program and are used as
//! they lie. The results are the same, bit for bit, on every machine.

mod attention;
mod curve;
mod deep;
mod encoder;
mod kernel;
mod model;
mod row;
mod size;
mod vocabulary;
mod window;

pub use curve::{exp, gelu, gelu_slope};
pub use deep::{Allowance, Blend, DeepTagger, Reach};
pub use encoder::{Encoder, Room};
pub use kernel::Kernel;
pub use model::{Model, ModelError, ModelWriter};
pub use size::Size;
pub use vocabulary::{Vocabulary, WORD_PIECES_MAX};
pub use window::{PIECES_MAX, Piece, TRAIT_ROWS, Traits, Window, Windows};
