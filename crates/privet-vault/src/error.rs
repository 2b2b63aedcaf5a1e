//! Why the vault could not do its work. No variant carries a value.

use privet_store::{StoreError, rusqlite};

use crate::random::RandomError;

/// Why the vault could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The database failed.
    #[error("vault: {0}")]
    Store(#[from] StoreError),
    /// The vault was made with another root key.
    #[error("the key file does not belong to this vault")]
    WrongRootKey,
    /// A stored row was changed by somebody without the key.
    #[error("a stored {0} fails authentication")]
    Tampered(&'static str),
    /// A value is too long to be sealed.
    #[error("a value is too long to be sealed")]
    TooLong,
    /// No stand-in of the same length is free, or the text is no number.
    #[error("no stand-in number of the same length is free")]
    NoNumber,
    /// A secret was to be kept for good, like a value.
    #[error("a secret does not enter the long-lived vault")]
    SecretAsValue,
    /// Every label that could stand for a value is taken.
    #[error("no free label")]
    NoLabel,
    /// The system's random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Why claims could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Another process gave the token to another value, or the value another
    /// token, since it was claimed. Claiming again gives the right one.
    #[error("a token was claimed by somebody else meanwhile: mask again")]
    Conflict,
    /// The database failed.
    #[error("vault: {0}")]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for ClaimError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Why a token could not be turned back into its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The entry was erased, or another scope or vault made the token.
    #[error("unknown token")]
    UnknownToken,
    /// The day key that sealed the secret is destroyed.
    #[error("the secret behind the token has expired")]
    Expired,
    /// Policy kept the secret's marker and not the secret.
    #[error("the secret behind the token was not kept")]
    Irreversible,
    /// The stored row was changed, or the key is the wrong one.
    #[error("the sealed value of the token fails authentication")]
    Tampered,
    /// The database failed.
    #[error("vault: {0}")]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for RestoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
