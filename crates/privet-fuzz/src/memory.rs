//! A vault in memory, without keys: enough for the masker.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use privet_gateway::masker::{Claimed, Memory, MemoryError};
use privet_mask::LABEL_ALPHABET;
use privet_text::EntityType;
use privet_vault::Derivation;
use privet_wire::memo::{LeafHasher, LeafKey};

/// Tokens and memos.
#[derive(Debug, Default)]
pub struct PlainMemory {
    tokens: HashMap<(EntityType, String), Arc<str>>,
    /// Segment memos by hash.
    pub segments: HashMap<[u8; 32], Arc<[u8]>>,
}

struct PlainKey;
struct PlainHasher(DefaultHasher);

impl LeafKey for PlainKey {
    fn hasher(&self, role: &str) -> Box<dyn LeafHasher> {
        let mut hasher = DefaultHasher::new();
        role.hash(&mut hasher);
        Box::new(PlainHasher(hasher))
    }
}

impl LeafHasher for PlainHasher {
    fn update(&mut self, decoded: &[u8]) {
        self.0.write(decoded);
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.0.finish().to_le_bytes());
        hash
    }
}

impl Memory for PlainMemory {
    fn keys(&self) -> Arc<dyn LeafKey> {
        Arc::new(PlainKey)
    }

    fn claim(&mut self, entity: EntityType, surface: &str) -> Result<Claimed, MemoryError> {
        let number = self.tokens.len() as u64;
        let fresh = !self.tokens.contains_key(&(entity, surface.to_owned()));
        let token = self.tokens.entry((entity, surface.to_owned())).or_insert_with(|| {
            let label: String = match entity {
                EntityType::Secret => format!("{number:06}"),
                _ => (0..6)
                    .map(|digit| {
                        let index = (number.wrapping_mul(0x9E37_79B9) >> (5 * digit)) & 31;
                        char::from(LABEL_ALPHABET[index as usize])
                    })
                    .chain(format!("{number:04}").chars())
                    .collect(),
            };
            format!("{}_{label}", entity.stem()).into()
        });
        Ok(Claimed { token: Arc::clone(token), fresh })
    }

    fn claim_number(&mut self, _: EntityType, digits: &str) -> Result<Claimed, MemoryError> {
        let other: String = digits
            .bytes()
            .enumerate()
            .map(|(at, digit)| char::from(b'1' + (digit - b'0' + at as u8) % 9))
            .collect();
        Ok(Claimed { token: other.into(), fresh: true })
    }

    fn claim_made(
        &mut self,
        entity: EntityType,
        form: &str,
        surface: &str,
        make: &mut dyn FnMut(u32, &[u8; 32]) -> Option<String>,
    ) -> Result<Option<Claimed>, MemoryError> {
        for attempt in 0..64 {
            let parts = [form.as_bytes(), surface.as_bytes(), &[attempt]];
            let bits = self.derive(Derivation::StandIn, &parts);
            let Some(token) = make(u32::from(attempt), &bits) else { return Ok(None) };
            let held = self.tokens.iter().find(|(_, known)| ***known == *token);
            match held.map(|((_, owner), _)| owner == surface) {
                Some(false) => {}
                known => {
                    let token: Arc<str> = token.into();
                    self.tokens.insert((entity, surface.to_owned()), Arc::clone(&token));
                    return Ok(Some(Claimed { token, fresh: known.is_none() }));
                }
            }
        }
        Ok(None)
    }

    fn derive(&self, _: Derivation, parts: &[&[u8]]) -> [u8; 32] {
        std::array::from_fn(|at| {
            let mut hasher = DefaultHasher::new();
            (at, parts).hash(&mut hasher);
            hasher.finish().to_le_bytes()[0]
        })
    }

    fn hash_value(&self, entity: EntityType, surface: &str) -> [u8; 32] {
        self.derive(Derivation::Hash, &[entity.name().as_bytes(), surface.as_bytes()])
    }

    fn tenant(&self) -> &str {
        "acme"
    }

    fn segments(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        Ok(hashes.iter().map(|hash| self.segments.get(hash).cloned()).collect())
    }

    fn answers(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<Arc<[u8]>>>, MemoryError> {
        Ok(vec![None; hashes.len()])
    }

    fn was_refused(&self, _: &[u8; 32]) -> Result<bool, MemoryError> {
        Ok(true)
    }
}
