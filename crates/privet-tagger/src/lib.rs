//! The fast tagger: which words of a sentence name a person, a place or an
//! organisation.
//!
//! A linear-chain CRF (Lafferty, McCallum and Pereira, 2001) over hashed sparse
//! features: the word, its letters and shape, its neighbours, its place in the line,
//! and what word lists know. All weights lie in one flat table of bytes, so that a
//! word costs some thirty look-ups. Pure; no allocation a word; time is linear in the
//! text. `privet-train` makes the table from labelled texts.

mod chain;
mod eagerness;
mod feature;
mod label;
mod lexicon;
mod model;
mod tagger;
mod token;

pub use chain::{Chain, Marginals, Unary};
pub use eagerness::Eagerness;
pub use feature::{FEATURES_MAX, Features, View};
pub use label::{LABELS, Label, Name};
pub use lexicon::{CLUSTERS, Flags, Known, Lexicon, folded_hash};
pub use model::{KEY_BITS, Model, ModelError};
pub use tagger::{Mention, Room, Tagger, mentions};
pub use token::{Sentence, Shape, Token, is_prose, sentences};
