//! `redact` and `hash`: nothing of the value leaves.

use data_encoding::HEXLOWER;
use privet_text::EntityType;

/// What stands where a value was: its type, and nothing else. Every value of a type reads
/// the same, and nothing brings it back.
pub fn redact(entity: EntityType) -> String {
    format!("[{}]", entity.name())
}

/// `PERSON-9f3c2a77d1e04b5c`: the type and 64 bits of the value's keyed hash. Equal values
/// of a tenant read the same in every scope; without the key nobody can try values out.
pub fn hashed(entity: EntityType, digest: &[u8; 32]) -> String {
    let half = digest.get(..HASH_BYTES).unwrap_or_default();
    format!("{}-{}", entity.stem(), HEXLOWER.encode(half))
}

/// Among a million values two share their hash once in 37 million draws.
const HASH_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_say_the_type_alone() {
        assert_eq!(redact(EntityType::Person), "[PERSON]");
        assert_eq!(hashed(EntityType::EmailAddress, &[0xAB; 32]), "EMAIL-abababababababab");
    }
}
