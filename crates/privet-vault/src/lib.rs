//! The vault: keys and sealing, tokens, memos and the callers' keys.
//!
//! Everything belongs to a [`Scope`]: a workspace and a principal of a tenant,
//! perhaps narrowed. A scope has a random key, wrapped under the [`RootKey`];
//! its token, index, memo and seal keys are derived from that random key, so
//! destroying it makes all that the scope holds unreadable.
//!
//! A value gets its stand-in by [`Scope::claim`], which writes nothing. The
//! claim becomes durable when [`insert_claims`] runs in the transaction that
//! also writes the audit intent.
//!
//! # Invariants
//!
//! - Nothing raw reaches the store: values are sealed, lookups go by keyed hash.
//! - Nothing raw stays in memory: caches hold keyed hashes and tokens.
//! - No clock and no generator in here: callers pass `now` and a [`Random`].
//!
//! Claiming reads the database and may wait for a flush when a scope or a day
//! key is first made: microseconds as a rule, once a disk flush.

mod api_key;
mod claim;
mod day_key;
mod erasure;
mod error;
mod expiry;
mod hold;
mod label;
mod memo;
mod memo_cache;
mod number;
mod permission;
mod purpose;
mod random;
mod reservation;
mod ring;
mod root;
mod scope;
mod scope_keys;
mod scope_row;
mod seal;
mod secret;
mod stand_in;
mod status;
mod subject;
mod tokens;
mod tree;
mod vault;

pub use api_key::{
    ApiKeys, KeyError, KeyId, KeyRecord, KeyState, MintedKey, NewKey, Principal, looks_like_key,
};
pub use claim::{Claim, insert_claims};
pub use erasure::{Erasure, ErasureReport};
pub use error::{ClaimError, RestoreError, VaultError};
pub use hold::Hold;
pub use memo::{Expired, LeafHasher, Lost, Memo, MemoHash};
pub use permission::{Permission, Permissions};
pub use random::{OsRandom, Random, RandomError};
pub use ring::Rotated;
pub use root::{KeyFile, RootError, RootKey, RootKeyError, RootKeys};
pub use scope::{Scope, ScopeName};
pub use secret::SecretMode;
pub use stand_in::Derivation;
pub use status::{VaultStatus, Verification};
pub use subject::{Likeness, Mention, SearchError, Subject};
pub use tokens::{StoredToken, Tokens};
pub use vault::{Stores, Vault, VaultOptions};
