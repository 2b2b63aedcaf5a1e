//! Sealing: AES-256-GCM-SIV (RFC 8452) with a random nonce. What is sealed
//! opens only in its own place: the associated data names it.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::purpose::framed;
use crate::random::Random;

/// Where a sealed value stands. All of it is authenticated.
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) tenant: &'a str,
    pub(crate) scope: &'a [u8],
    pub(crate) token: &'a str,
    pub(crate) entity: &'a str,
    pub(crate) key_version: u32,
}

impl<'a> Place<'a> {
    /// Where a key wrapped by the root key stands.
    pub(crate) fn wrapped(context: &'a [u8]) -> Self {
        Self {
            table: "tenant_key",
            column: "wrapped_key",
            tenant: "",
            scope: context,
            token: "",
            entity: "",
            key_version: 1,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        framed(&[
            b"privet-seal",
            &[FORMAT],
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.tenant.as_bytes(),
            self.scope,
            self.token.as_bytes(),
            self.entity.as_bytes(),
            &self.key_version.to_be_bytes(),
        ])
    }
}

/// Format, nonce, ciphertext and tag.
pub(crate) fn seal(
    key: &[u8; 32],
    place: &Place<'_>,
    value: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE_BYTES];
    random.fill(&mut nonce)?;
    let payload = Payload { msg: value, aad: &place.bytes() };
    let sealed = Aes256GcmSiv::new(key.into())
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| VaultError::TooLong)?;
    let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
    bytes.push(FORMAT);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// The value, or `None` when the key, the place or a byte is not the one it
/// was sealed with.
pub(crate) fn open(key: &[u8; 32], place: &Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (&format, rest) = sealed.split_first()?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
    if format != FORMAT {
        return None;
    }
    let payload = Payload { msg: sealed, aad: &place.bytes() };
    let value = Aes256GcmSiv::new(key.into()).decrypt(Nonce::from_slice(nonce), payload).ok()?;
    Some(Zeroizing::new(value))
}

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    fn place<'a>() -> Place<'a> {
        Place {
            table: "token",
            column: "sealed",
            tenant: "acme",
            scope: b"sales",
            token: "PERSON_K7Q2MX",
            entity: "PERSON",
            key_version: 1,
        }
    }

    #[test]
    fn opens_in_its_own_place_only() {
        let sealed = seal(&[1; 32], &place(), b"Jane Doe", &OsRandom).unwrap();
        let open_at = |key: &[u8; 32], place: &Place<'_>| open(key, place, &sealed).is_some();
        assert!(open_at(&[1; 32], &place()));
        assert!(!open_at(&[2; 32], &place()), "another key");
        assert!(!open_at(&[1; 32], &Place { table: "secret", ..place() }));
        assert!(!open_at(&[1; 32], &Place { column: "other", ..place() }));
        assert!(!open_at(&[1; 32], &Place { tenant: "rival", ..place() }));
        assert!(!open_at(&[1; 32], &Place { scope: b"legal", ..place() }));
        assert!(!open_at(&[1; 32], &Place { token: "PERSON_K7Q2MY", ..place() }));
        assert!(!open_at(&[1; 32], &Place { entity: "CUSTOM", ..place() }));
        assert!(!open_at(&[1; 32], &Place { key_version: 2, ..place() }));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = seal(&[1; 32], &place(), b"Jane Doe", &OsRandom).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&[1; 32], &place(), &changed).is_none(), "byte {at}");
        }
        for end in 0..sealed.len() {
            assert!(open(&[1; 32], &place(), &sealed[..end]).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let seal = || seal(&[1; 32], &place(), b"Jane Doe", &OsRandom).unwrap();
        assert_ne!(seal(), seal());
    }
}
