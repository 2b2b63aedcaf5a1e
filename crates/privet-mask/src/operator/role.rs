//! [`Role`]: what somebody is to the reader of a text.

use std::fmt;
use std::str::FromStr;

use privet_text::EntityType;

/// A word such as `CLIENT`: two to sixteen capitals, and no word that typed tokens begin
/// with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Role(String);

/// Why a word is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 2 to 16 capital letters, such as `CLIENT`, that no typed token begins with")]
pub struct NoRole;

impl Role {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `CLIENT_A` for 0, `CLIENT_B` for 1, `CLIENT_AA` for 26.
    pub fn token(&self, number: usize) -> String {
        let mut letters = Vec::new();
        let mut rest = number;
        loop {
            letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
            match (rest / 26).checked_sub(1) {
                Some(next) => rest = next,
                None => break,
            }
        }
        format!("{}_{}", self.0, letters.iter().rev().collect::<String>())
    }
}

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let fits = (2..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        let taken = EntityType::ALL.iter().any(|entity| text.ends_with(entity.stem()));
        if fits && !taken { Ok(Self(text.to_owned())) } else { Err(NoRole) }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        let client: Role = "CLIENT".parse().unwrap();
        for (number, want) in [
            (0, "CLIENT_A"),
            (25, "CLIENT_Z"),
            (26, "CLIENT_AA"),
            (51, "CLIENT_AZ"),
            (701, "CLIENT_ZZ"),
            (702, "CLIENT_AAA"),
        ] {
            assert_eq!(client.token(number), want);
        }
        for no in ["", "C", "client", "PERSON", "XPERSON", "PARTY_A", "AVERYLONGROLENAMEX"] {
            assert_eq!(no.parse::<Role>(), Err(NoRole), "{no}");
        }
    }
}
