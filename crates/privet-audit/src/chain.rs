//! The chain: each entry's hash takes in the hash before it.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A SHA-256 hash in the chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub(crate) [u8; 32]);

impl Hash {
    /// What stands before the first entry.
    pub const START: Self = Self([0; 32]);

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of the entry `seq`, appended at `time` (Unix milliseconds),
    /// whose JSON text is `entry`.
    pub(crate) fn next(self, seq: u64, time: i64, entry: &str) -> Self {
        let hash = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(self.0)
            .chain_update(seq.to_be_bytes())
            .chain_update(time.to_be_bytes())
            .chain_update((entry.len() as u64).to_be_bytes())
            .chain_update(entry);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = data_encoding::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes())?;
        let length = data_encoding::DecodeKind::Length;
        bytes
            .try_into()
            .map(Self)
            .map_err(|bytes: Vec<u8>| Self::Err { position: bytes.len(), kind: length })
    }
}

const DOMAIN: &[u8] = b"privet-audit-chain/1\0";
