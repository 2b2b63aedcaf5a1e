//! The words every room of Privet shares: raw text, spans, entity types,
//! findings and classes. No logic lives here beyond what keeps these types honest.

mod entity;
mod finding;
mod raw;

pub use entity::{Category, DataClass, EntityType};
pub use finding::{Finding, Reason, Score, Span};
pub use raw::Raw;
