//! Root keys: what opens the vault, kept apart from it.

mod file;
mod key;

use std::fmt;

use zeroize::Zeroizing;

pub use file::KeyFile;
pub use key::{RootKey, RootKeyError};

/// A key that wraps the tenants' keys. It may lie in a file, or in a service that
/// never gives it away.
pub trait RootKeys: Send + Sync + fmt::Debug {
    /// A public name of the key, to tell keys apart.
    fn name(&self) -> String;

    /// Looks whether the key is still there, where it may have been taken away.
    fn refresh(&self) -> Result<(), RootError> {
        Ok(())
    }

    /// Wraps `key`, to be unwrapped in this `context` only.
    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError>;

    /// The key that was wrapped.
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError>;
}

/// Why a root key could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// It is not the key that wrapped this, or it was revoked.
    #[error("the root key does not open this vault: {0}")]
    Refused(String),
    /// Nobody could be asked.
    #[error("the root key cannot be reached: {0}")]
    Unreachable(String),
    /// The key file cannot be used.
    #[error(transparent)]
    File(#[from] RootKeyError),
}
