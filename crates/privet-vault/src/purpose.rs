//! [`Purpose`]: what a key is for. Each key has one.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// 256 bits that leave no trace when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// What a derived key is for. The name is part of the derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Fingerprint,
    Wrap,
    HouseCheck,
    Reference,
    Ledger,
    NarrowName,
    WrapDay,
    ApiKey,
    Token,
    Index,
    Memo,
    MemoTag,
    Leaf,
    Secret,
    SecretIndex,
    SecretSeal,
    StandIn,
    FormatPreserving,
    DateShift,
    Noise,
    HashOperator,
}

impl Purpose {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Fingerprint => b"fingerprint",
            Self::Wrap => b"wrap",
            Self::HouseCheck => b"house-check",
            Self::Reference => b"reference",
            Self::Ledger => b"ledger",
            Self::NarrowName => b"narrow-name",
            Self::WrapDay => b"wrap-day",
            Self::ApiKey => b"api-key",
            Self::Token => b"token",
            Self::Index => b"index",
            Self::Memo => b"memo",
            Self::MemoTag => b"memo-tag",
            Self::Leaf => b"leaf",
            Self::Secret => b"secret",
            Self::SecretIndex => b"secret-index",
            Self::SecretSeal => b"secret-seal",
            Self::StandIn => b"stand-in",
            Self::FormatPreserving => b"format-preserving",
            Self::DateShift => b"date-shift",
            Self::Noise => b"noise",
            Self::HashOperator => b"hash-operator",
        }
    }
}

/// HKDF-SHA256 (RFC 5869): version, purpose, tenant, scope and epoch go into
/// `info`, each with its length before it.
pub(crate) fn derive(
    secret: &[u8; 32],
    salt: Option<&[u8]>,
    purpose: Purpose,
    tenant: &str,
    scope: &[u8],
    epoch: u32,
) -> Key {
    let epoch = epoch.to_be_bytes();
    let info = framed(&[b"privet-kdf/1", purpose.name(), tenant.as_bytes(), scope, &epoch]);
    let mut key = Key::default();
    // 32 bytes are always within HKDF's limit of 255 hashes; should that ever
    // be false, the two derivations that follow must not agree on zeros.
    if Hkdf::<Sha256>::new(salt, secret).expand(&info, key.as_mut_slice()).is_err() {
        unreachable!("HKDF-SHA256 gives up to 8160 bytes");
    }
    key
}

/// The parts one after the other, each with its length before it, so that no
/// two lists of parts give the same bytes.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_derivation_counts() {
        let base = || derive(&[1; 32], None, Purpose::Token, "acme", b"sales", 1);
        let others = [
            derive(&[2; 32], None, Purpose::Token, "acme", b"sales", 1),
            derive(&[1; 32], Some(b"salt"), Purpose::Token, "acme", b"sales", 1),
            derive(&[1; 32], None, Purpose::Index, "acme", b"sales", 1),
            derive(&[1; 32], None, Purpose::Token, "acm", b"esales", 1),
            derive(&[1; 32], None, Purpose::Token, "acme", b"sale", 1),
            derive(&[1; 32], None, Purpose::Token, "acme", b"sales", 2),
        ];
        assert_eq!(base(), base());
        for (index, other) in others.iter().enumerate() {
            assert_ne!(base(), *other, "row {index}");
        }
    }
}
