//! Text in, findings out: recognizers, checksums, context, dictionaries, secrets
//! and disguises. Pure: no I/O, no clock, no randomness, no async.
//!
//! [`Analyzer`] is the way in. It runs every [`Detector`] over the text and over
//! what the text hides (see [`disguise`]), and settles overlaps once (see
//! [`resolve`]). A family of recognizers is one file: those that start from a
//! literal (`ghp_`, `password`, `/home/`) hand their rules to the one automaton in
//! [`trigger`]; those that start from a kind of byte (digits, `@`, words) are a
//! pass of their own. Time is linear in the text, whatever the text.

mod analyzer;
mod claim;
mod code;
mod combination;
mod custom;
mod depth;
mod detector;
mod disguise;
mod email;
mod eponym;
mod exception;
mod explain;
mod handle;
mod home_path;
mod language;
mod model;
mod name;
mod number;
mod options;
mod place;
mod plausible;
mod profile;
mod reading;
mod repeat;
mod reserved;
mod resolve;
mod rule;
mod secret;
mod token_literal;
mod trigger;

pub use analyzer::Analyzer;
pub use combination::{Combination, Gathered, combinations};
pub use custom::{Case, Custom, CustomBuilder, CustomError, Loaded, RecognizerSpec, is_own};
pub use depth::{Allowance, Depth, pieces_within};
pub use detector::Detector;
pub use exception::Exception;
pub use explain::{Competitor, Explained, Outcome, ScorePart};
pub use language::{Language, Support, language_of};
pub use model::ModelUse;
pub use options::{ALLOW_DEFAULT, AnalyzerOptions, Reserved};
pub use place::kind_of_place;
pub use profile::{Profile, ProfileAction};
pub use rule::Rule;
pub use token_literal::looks_like_token;
