//! The shape of tokens: `PERSON_K7Q2MX`, `SECRET_000001`.

use privet_text::EntityType;

/// Crockford's base 32: digits and capitals without I, L, O and U.
pub const LABEL_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// No token is longer than this many bytes, and no more are held back in a stream.
pub const TOKEN_BYTES_MAX: usize = 128;

/// The entity type whose tokens begin as `token` does, if any.
pub fn stem_of(token: &str) -> Option<EntityType> {
    let (stem, _) = token.rsplit_once('_')?;
    EntityType::ALL.iter().copied().find(|entity| entity.stem().eq_ignore_ascii_case(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_type() {
        assert_eq!(stem_of("PERSON_K7Q2MX"), Some(EntityType::Person));
        assert_eq!(stem_of("email_k7q2mx"), Some(EntityType::EmailAddress));
        assert_eq!(stem_of("FOO_K7Q2MX"), None);
        assert_eq!(stem_of("PERSON"), None);
    }
}
