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

/// The token that a model meant by `written`, with the type it names: a typed token in its
/// own spelling, anything else without Markdown and line breaks.
pub fn meant(written: &str) -> (String, EntityType) {
    let plain = written.replace('\\', "");
    let compact: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    let compact = compact.to_ascii_uppercase();
    let odd = |c: char| c.is_ascii_punctuation() && c != '_' && c != '-';
    let typed = EntityType::ALL.iter().filter_map(|entity| {
        let label = compact.strip_prefix(entity.stem())?;
        let fits = label.len() >= LABEL_CHARS_MIN && label.bytes().any(|b| b.is_ascii_digit());
        fits.then(|| (format!("{}_{label}", entity.stem()), *entity))
    });
    match typed.min_by_key(|(token, _)| token.rfind('_').map_or(0, |at| usize::MAX - at)) {
        Some(typed) if !plain.contains(odd) => typed,
        _ => {
            let words: Vec<&str> = plain.split_whitespace().collect();
            (words.join(" "), EntityType::Custom)
        }
    }
}

/// Labels have seven characters or more; six once.
const LABEL_CHARS_MIN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_meant() {
        for (written, token, entity) in [
            ("PERSON_K7Q2MX4", "PERSON_K7Q2MX4", EntityType::Person),
            ("person\\_k7q2mx4", "PERSON_K7Q2MX4", EntityType::Person),
            ("Person\n  K7Q2MX4", "PERSON_K7Q2MX4", EntityType::Person),
            ("PERSON\u{2011}K7Q2MX4", "PERSON_K7Q2MX4", EntityType::Person),
            ("PASSPORTIT-K7Q2MX4", "PASSPORTIT_K7Q2MX4", EntityType::ItPassport),
            ("email\\_k7q2mx4@example.com", "email_k7q2mx4@example.com", EntityType::Custom),
            ("Mary\n Smith", "Mary Smith", EntityType::Custom),
            ("198.18.3.7", "198.18.3.7", EntityType::Custom),
            ("K7Q2MX4", "K7Q2MX4", EntityType::Custom),
        ] {
            assert_eq!(meant(written), (token.to_owned(), entity), "{written:?}");
        }
    }

    #[test]
    fn a_token_names_its_type() {
        assert_eq!(stem_of("PERSON_K7Q2MX"), Some(EntityType::Person));
        assert_eq!(stem_of("email_k7q2mx"), Some(EntityType::EmailAddress));
        assert_eq!(stem_of("FOO_K7Q2MX"), None);
        assert_eq!(stem_of("PERSON"), None);
    }
}
