//! From a request's body to the edits that make it fit to leave.
//!
//! What was already sent in a conversation is replayed from its memo; what Claude wrote
//! goes back as it wrote it; only the rest is read by the detectors.

mod edit;
mod find;
mod memo;
mod memory;
mod plan;
mod refusal;
mod text;
mod work;

pub use find::LeafCache;
pub use memory::{AnswerRow, Claimed, Memory, MemoryError};
pub use plan::{Masker, Masking};
pub use refusal::Refusal;
pub use text::{MaskedText, TextRefusal};

use std::collections::BTreeMap;

use privet_text::EntityType;

pub(crate) use memo::answer_rows;

/// What is done with findings of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Replaced by a token.
    Mask,
    /// Left as it is, and counted.
    Keep,
    /// The request is refused.
    Refuse,
}

/// What is done with content that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpaqueAction {
    /// Refused when new, withheld when it stands in the history.
    Refuse,
    /// Replaced by a notice.
    Withhold,
    /// Sent as it is.
    Allow,
}

/// What may leave, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskPolicy {
    /// By entity type; what is not listed is masked.
    pub entities: BTreeMap<EntityType, Action>,
    /// Images, PDFs and other content that cannot be read.
    pub opaque: OpaqueAction,
    /// Findings in JSON numbers: [`Action::Mask`] or [`Action::Refuse`].
    pub numbers: Action,
    /// Whether requests that let Claude's side connect to MCP servers may pass.
    pub mcp_connector: Action,
}

impl Default for MaskPolicy {
    fn default() -> Self {
        Self {
            entities: BTreeMap::new(),
            opaque: OpaqueAction::Refuse,
            numbers: Action::Mask,
            mcp_connector: Action::Refuse,
        }
    }
}

impl MaskPolicy {
    /// What is done with findings of type `entity`.
    pub fn action(&self, entity: EntityType) -> Action {
        self.entities.get(&entity).copied().unwrap_or(Action::Mask)
    }
}

#[cfg(test)]
mod tests;
