//! [`Memory`]: what the masker needs of the vault.

use std::sync::Arc;

use privet_text::EntityType;
use privet_vault::Derivation;
use privet_wire::memo::LeafKey;

/// Why the vault could not do its part. The request is refused.
#[derive(Debug, thiserror::Error)]
#[error("the vault cannot do its work: {0}")]
pub struct MemoryError(pub String);

/// A token for a value.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The token.
    pub token: Arc<str>,
    /// Whether it was never sent before.
    pub fresh: bool,
}

/// What the vault remembers about a block that Claude wrote: for each leaf, by its
/// identity, what Claude wrote in place of which bytes.
pub type AnswerRow = Vec<privet_wire::memo::LeafMemo>;

/// Tokens and memos of one scope.
pub trait Memory {
    /// Keys the identity of leaves.
    fn keys(&self) -> Arc<dyn LeafKey>;
    /// The token for a value.
    ///
    /// # Errors
    /// If the vault cannot say.
    fn claim(&mut self, entity: EntityType, surface: &str) -> Result<Claimed, MemoryError>;
    /// The stand-in for a number.
    ///
    /// # Errors
    /// If the vault cannot say, or no number of that length is free.
    fn claim_number(&mut self, entity: EntityType, digits: &str) -> Result<Claimed, MemoryError>;
    /// What stands for a value in the form `form`: the first free one of those that `make`
    /// makes of an attempt's number and derived bits. `None` if there is none.
    ///
    /// # Errors
    /// If the vault cannot say.
    fn claim_made(
        &mut self,
        entity: EntityType,
        form: &str,
        surface: &str,
        make: &mut dyn FnMut(u32, &[u8; 32]) -> Option<String>,
    ) -> Result<Option<Claimed>, MemoryError>;
    /// Bits derived from `parts` for an operator.
    fn derive(&self, what: Derivation, parts: &[&[u8]]) -> [u8; 32];
    /// The keyed hash of a value of the tenant.
    fn hash_value(&self, entity: EntityType, surface: &str) -> [u8; 32];
    /// The tenant's name.
    fn tenant(&self) -> &str;
    /// Segment memos by hash.
    ///
    /// # Errors
    /// If the vault cannot say.
    fn segments(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError>;
    /// Answer memos by hash.
    ///
    /// # Errors
    /// If the vault cannot say.
    fn answers(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError>;
    /// How many erasures there were in the vault.
    fn erasures(&self) -> u64 {
        0
    }
    /// Whether opaque content of that hash was refused before.
    ///
    /// # Errors
    /// If the vault cannot say.
    fn was_refused(&self, hash: &[u8; 32]) -> Result<bool, MemoryError>;
}
