//! Why the vault could not do its work. No variant carries a value.

use privet_store::StoreError;

use crate::random::RandomError;
use crate::root::RootError;

/// Why the vault could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The database failed.
    #[error("vault: {0}")]
    Store(#[from] StoreError),
    /// The root key does not open the vault, or could not be asked.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The database knows of erasures that the ledger does not: the ledger is an old one.
    #[error(
        "the ledger of erasures is older than the database: restore the newest backup of the keys"
    )]
    OldLedger,
    /// The root key was revoked.
    #[error("the vault is closed: its root key was revoked")]
    Closed,
    /// The database is of another vault than the keys.
    #[error("the database and the database of keys belong to different vaults")]
    ForeignDatabase,
    /// The keys of something that is stored are not in the database of keys.
    #[error("keys are missing in the database of keys: restore it from its backup")]
    KeysMissing,
    /// Others changed the same keys again and again.
    #[error("the keys are being changed by somebody else: try again")]
    Busy,
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

/// Why a token could not be turned back into its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The entry was erased, or another scope or vault made the token.
    #[error("unknown token")]
    UnknownToken,
    /// The value was erased.
    #[error("the value behind the token was erased")]
    Erased,
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
