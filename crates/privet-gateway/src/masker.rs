//! From a request's body to the edits that make it fit to leave.
//!
//! What was already sent in a conversation is replayed from its memo; what Claude wrote
//! goes back as it wrote it; only the rest is read by the detectors.

mod edit;
mod find;
mod memo;
mod memory;
mod outdated;
mod plan;
mod reader;
mod refusal;
mod text;
mod treat;
mod wall;
mod work;

pub use find::LeafCache;
pub use memory::{AnswerRow, Claimed, Memory, MemoryError};
pub use plan::{Masker, Masking};
pub use refusal::Refusal;
pub use text::{FieldValue, MaskedField, MaskedText, TextRefusal};

use std::collections::BTreeMap;
use std::time::Duration;

use privet_mask::operator::Operator;
use privet_text::{EntitySet, EntityType};

pub(crate) use memo::answer_rows;

/// Whether something may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Changed, so that it may.
    Mask,
    /// As it is.
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
#[derive(Clone, Debug, PartialEq)]
pub struct MaskPolicy {
    /// By entity type; what is neither listed nor counted is masked as [`Operator::of`] says.
    pub entities: BTreeMap<EntityType, Operator>,
    /// Types that are kept and only counted, unless the company's own recognizers find them.
    pub counted: EntitySet,
    /// Images, PDFs and other content that cannot be read.
    pub opaque: OpaqueAction,
    /// Findings in JSON numbers: [`Action::Mask`] or [`Action::Refuse`].
    pub numbers: Action,
    /// Whether requests that let Claude's side connect to MCP servers may pass.
    pub mcp_connector: Action,
    /// How long the deep tier of the name model may read for one request, counted as what it
    /// reads in that time on an idle core. After that the fast tier reads alone, and the audit
    /// entry says so.
    pub deep_time: Duration,
}

impl Default for MaskPolicy {
    fn default() -> Self {
        Self {
            entities: BTreeMap::new(),
            counted: EntitySet::NONE,
            opaque: OpaqueAction::Refuse,
            numbers: Action::Mask,
            mcp_connector: Action::Refuse,
            deep_time: Duration::from_millis(100),
        }
    }
}

impl MaskPolicy {
    /// What is done with findings of type `entity`.
    pub fn operator(&self, entity: EntityType) -> Operator {
        match self.entities.get(&entity) {
            Some(operator) => operator.clone(),
            None if self.counted.contains(entity) => Operator::Keep,
            None => Operator::of(entity),
        }
    }

    /// What is done with what `recognizer` found.
    pub(crate) fn operator_by(&self, recognizer: &str, entity: EntityType) -> Operator {
        // Only what is masked is looked for again elsewhere in a request.
        let wanted = privet_detect::is_own(recognizer) || recognizer == find::REPEATED;
        match self.entities.get(&entity) {
            None if wanted => Operator::of(entity),
            _ => self.operator(entity),
        }
    }
}

#[cfg(test)]
mod tests;
