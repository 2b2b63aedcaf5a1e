//! [`OfSubject`]: a scope's memory that knows whose a value is.

use std::sync::Arc;

use privet_gateway::masker::{Claimed, Memory, MemoryError};
use privet_text::EntityType;
use privet_vault::Derivation;
use privet_wire::memo::LeafKey;

/// The memory of a scope, in which dates move for each subject on their own: the intervals
/// between one subject's dates stay, and one true date says nothing of anybody else's.
pub(super) struct OfSubject<'a> {
    pub(super) memory: &'a mut dyn Memory,
    pub(super) subject: &'a str,
}

impl Memory for OfSubject<'_> {
    fn derive(&self, what: Derivation, parts: &[&[u8]]) -> [u8; 32] {
        let subject: &[&[u8]] = &[b"subject", self.subject.as_bytes()];
        match what {
            Derivation::DateShift => self.memory.derive(what, &[subject, parts].concat()),
            _ => self.memory.derive(what, parts),
        }
    }

    fn keys(&self) -> Arc<dyn LeafKey> {
        self.memory.keys()
    }

    fn claim(&mut self, entity: EntityType, surface: &str) -> Result<Claimed, MemoryError> {
        self.memory.claim(entity, surface)
    }

    fn claim_number(&mut self, entity: EntityType, digits: &str) -> Result<Claimed, MemoryError> {
        self.memory.claim_number(entity, digits)
    }

    fn claim_made(
        &mut self,
        entity: EntityType,
        form: &str,
        surface: &str,
        make: &mut dyn FnMut(u32, &[u8; 32]) -> Option<String>,
    ) -> Result<Option<Claimed>, MemoryError> {
        self.memory.claim_made(entity, form, surface, make)
    }

    fn hash_value(&self, entity: EntityType, surface: &str) -> [u8; 32] {
        self.memory.hash_value(entity, surface)
    }

    fn tenant(&self) -> &str {
        self.memory.tenant()
    }

    fn segments(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        self.memory.segments(hashes)
    }

    fn answers(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        self.memory.answers(hashes)
    }

    fn erasures(&self) -> u64 {
        self.memory.erasures()
    }

    fn was_refused(&self, hash: &[u8; 32]) -> Result<bool, MemoryError> {
        self.memory.was_refused(hash)
    }
}
