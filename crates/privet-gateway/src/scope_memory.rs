//! The vault's scope as the masker sees it.

use std::sync::Arc;

use jiff::Timestamp;
use privet_text::EntityType;
use privet_vault::{Claim, Derivation, Scope, SecretMode, VaultError};
use privet_wire::memo::{LeafHasher, LeafKey};

use crate::masker::{Claimed, Memory, MemoryError};

/// A scope while something is masked. Keeps the claims that must be written before what
/// was masked may leave.
pub struct ScopeMemory {
    scope: Arc<Scope>,
    secrets: SecretMode,
    now: Timestamp,
    claims: Vec<Claim>,
}

impl ScopeMemory {
    /// The scope's tokens and memos as of `now`.
    pub fn new(scope: Arc<Scope>, secrets: SecretMode, now: Timestamp) -> Self {
        Self { scope, secrets, now, claims: Vec::new() }
    }

    /// What must be written.
    pub fn into_claims(self) -> Vec<Claim> {
        self.claims
    }
}

impl Memory for ScopeMemory {
    fn keys(&self) -> Arc<dyn LeafKey> {
        Arc::new(ScopeKey(self.scope.leaf_key()))
    }

    fn claim(&mut self, entity: EntityType, surface: &str) -> Result<Claimed, MemoryError> {
        let claim = match entity {
            EntityType::Secret => self.scope.claim_secret(surface, self.secrets, self.now),
            _ => self.scope.claim(entity, surface),
        };
        self.keep(claim)
    }

    fn claim_number(&mut self, entity: EntityType, digits: &str) -> Result<Claimed, MemoryError> {
        let claim = self.scope.claim_number(entity, digits);
        self.keep(claim)
    }

    fn claim_made(
        &mut self,
        entity: EntityType,
        form: &str,
        surface: &str,
        make: &mut dyn FnMut(u32, &[u8; 32]) -> Option<String>,
    ) -> Result<Option<Claimed>, MemoryError> {
        let claim = self.scope.claim_made(entity, form, surface, make).map_err(failed)?;
        claim.map(|claim| self.keep(Ok(claim))).transpose()
    }

    fn derive(&self, what: Derivation, parts: &[&[u8]]) -> [u8; 32] {
        self.scope.derive(what, parts)
    }

    fn hash_value(&self, entity: EntityType, surface: &str) -> [u8; 32] {
        self.scope.hash_value(entity, surface)
    }

    fn tenant(&self) -> &str {
        self.scope.tenant()
    }

    fn segments(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        self.scope.get_segments(hashes, self.now).map_err(failed)
    }

    fn answers(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        self.scope.get_answers(hashes, self.now).map_err(failed)
    }

    fn erasures(&self) -> u64 {
        self.scope.erasures()
    }

    fn was_refused(&self, hash: &[u8; 32]) -> Result<bool, MemoryError> {
        let known = self.scope.get_refused(std::slice::from_ref(hash), self.now);
        known.map(|known| known.first().copied().unwrap_or(false)).map_err(failed)
    }
}

impl ScopeMemory {
    fn keep(&mut self, claim: Result<Claim, VaultError>) -> Result<Claimed, MemoryError> {
        let claim = claim.map_err(failed)?;
        let claimed = Claimed { token: claim.token_arc(), fresh: claim.is_fresh() };
        if claimed.fresh {
            self.claims.push(claim);
        }
        Ok(claimed)
    }
}

fn failed(error: VaultError) -> MemoryError {
    MemoryError(error.to_string())
}

/// The scope's key for the identity of leaves.
pub(crate) struct ScopeKey(pub(crate) privet_vault::LeafHasher);

struct ScopeHasher(privet_vault::LeafHasher);

impl LeafKey for ScopeKey {
    fn hasher(&self, role: &str) -> Box<dyn LeafHasher> {
        let mut hasher = self.0.clone();
        hasher.update_framed(role.as_bytes());
        Box::new(ScopeHasher(hasher))
    }
}

impl LeafHasher for ScopeHasher {
    fn update(&mut self, decoded: &[u8]) {
        self.0.update(decoded);
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        self.0.finish()
    }
}
