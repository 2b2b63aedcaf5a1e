//! The database. This crate knows SQL and durability, not what the rows mean:
//! the tables are owned by `privet-vault` and `privet-audit`.
//!
//! One SQLite file, one writer thread. What many callers want written at the
//! same time becomes one transaction and one disk flush ([`Store::write`]); each
//! caller's part stands or falls alone. When the answer arrives the rows are on
//! the disk.
//!
//! ```
//! # fn main() -> Result<(), privet_store::StoreError> {
//! # let dir = tempfile::tempdir().map_err(|e| privet_store::StoreError::Sql(rusqlite::Error::ToSqlConversionFailure(e.into())))?;
//! use privet_store::{Store, StoreError};
//!
//! let store = Store::open(&dir.path().join("privet.sqlite"))?;
//! let written = store.write(|tx| -> Result<usize, StoreError> {
//!     Ok(tx.execute("INSERT INTO meta (name, value) VALUES ('colour', x'01')", [])?)
//! });
//! assert_eq!(written.wait()?, 1); // or `.await`
//! store.close()
//! # }
//! ```

mod checkpoint;
mod error;
mod file;
mod group;
mod pending;
mod readers;
mod schema;
mod store;
mod writer;

pub use error::StoreError;
pub use pending::Pending;
pub use rusqlite;
pub use store::{Store, StoreOptions};
