//! Labels: the part of a token that is derived from the value.

use privet_text::EntityType;

/// A value in the form in which its label is derived, so that "Jane  DOE" and
/// "jane doe" get labels that begin alike.
pub(crate) fn normalised(entity: EntityType, surface: &str) -> String {
    match entity {
        EntityType::PhoneNumber
        | EntityType::CreditCard
        | EntityType::IbanCode
        | EntityType::UsSsn => {
            surface.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        }
        _ => {
            let mut text = String::with_capacity(surface.len());
            for word in surface.split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.extend(word.chars().flat_map(char::to_lowercase));
            }
            text
        }
    }
}

/// `STEM_LABEL`: seven characters from `derived`, one of them a digit so that no
/// identifier of a program looks like it, then `extra` more from `exact`.
pub(crate) fn token(stem: &str, derived: &[u8; 32], exact: &[u8; 32], extra: usize) -> String {
    let mut token = String::with_capacity(stem.len() + 1 + LABEL_CHARS + extra);
    token.push_str(stem);
    token.push('_');
    let label: Vec<char> = symbols(derived).collect();
    let windows = label.windows(LABEL_CHARS);
    let with_digit = windows.into_iter().find(|window| window.iter().any(char::is_ascii_digit));
    token.extend(with_digit.or_else(|| label.get(..LABEL_CHARS)).unwrap_or_default());
    token.extend(symbols(exact).take(extra));
    token
}

/// Whether a token is a role's letter, such as `CLIENT_A`, given in the order of asking and not
/// derived from a value.
pub(crate) fn is_letter(token: &str) -> bool {
    token.rsplit_once('_').is_some_and(|(_, letters)| {
        matches!(letters.len(), 1 | 2) && letters.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// Five bits a character, most significant first.
pub(crate) fn symbols(bytes: &[u8; 32]) -> impl Iterator<Item = char> + '_ {
    (0..bytes.len() * 8 / 5).filter_map(move |index| {
        let bit = index * 5;
        let high = u16::from(*bytes.get(bit / 8)?);
        let low = u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
        let five = ((high << 8 | low) >> (11 - bit % 8)) & 0x1f;
        ALPHABET.get(usize::from(five)).map(|&symbol| char::from(symbol))
    })
}

/// Crockford's base 32: no I, L, O or U, so labels neither confuse nor spell words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Almost 35 bits.
pub(crate) const LABEL_CHARS: usize = 7;

/// Changes when [`normalised`] changes, so that old labels stay what they were.
pub(crate) const NORMALISER_VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_by_entity() {
        let rows = [
            (EntityType::Person, "  Jane\t DOE ", "jane doe"),
            (EntityType::Person, "Zoë Ünal", "zoë ünal"),
            (EntityType::EmailAddress, "Jane.Doe@Example.com", "jane.doe@example.com"),
            (EntityType::PhoneNumber, "+49 (30) 555-01", "493055501"),
            (EntityType::CreditCard, "4111 1111-1111 1111", "4111111111111111"),
            (EntityType::IbanCode, "GB82 WEST 1234", "gb82west1234"),
            (EntityType::Username, "jane.doe", "jane.doe"),
        ];
        for (entity, surface, want) in rows {
            assert_eq!(normalised(entity, surface), want, "{entity} {surface:?}");
        }
    }

    #[test]
    fn symbols_are_five_bits_each() {
        let mut bytes = [0; 32];
        bytes[..5].copy_from_slice(&[0b0000_1000, 0b1000_0110, 0b0100_0010, 0b1001_1000, 0xff]);
        assert_eq!(symbols(&bytes).take(8).collect::<String>(), "12345 67Z".replace(' ', ""));
        assert_eq!(symbols(&[0xff; 32]).collect::<String>(), "Z".repeat(51));
    }

    #[test]
    fn letters_are_given_and_not_derived() {
        let rows = [
            ("CLIENT_A", true),
            ("OPPOSING_PARTY_ZZ", true),
            ("CLIENT_AAA", false),
            ("CLIENT_a", false),
            ("CLIENT_1", false),
            ("CLIENT_", false),
            ("PERSON_K7Q2MX4", false),
            ("A", false),
            ("", false),
        ];
        for (token, want) in rows {
            assert_eq!(is_letter(token), want, "{token:?}");
        }
    }

    #[test]
    fn longer_labels_begin_as_the_short_one() {
        let (derived, exact) = ([0x5a; 32], [0xc3; 32]);
        let short = token("PERSON", &derived, &exact, 0);
        assert_eq!(short.len(), "PERSON_".len() + 7);
        let long = token("PERSON", &derived, &exact, 4);
        assert!(long.starts_with(&short) && long.len() == short.len() + 4, "{long}");
    }
}
