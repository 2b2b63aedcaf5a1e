//! The words every room of Privet shares: raw text, spans, entity types,
//! findings and classes. No logic lives here beyond what keeps these types honest.

mod catalogue;
mod entity;
mod entity_set;
mod finding;
mod raw;

pub use catalogue::EntityType;
pub use entity::{Category, DataClass, Regime};
pub use entity_set::EntitySet;
pub use finding::{Finding, Reason, Score, Span};
pub use raw::Raw;
