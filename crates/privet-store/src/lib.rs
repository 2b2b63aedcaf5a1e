//! The database. This crate knows SQL and durability, not what the rows mean:
//! the tables are owned by `privet-vault` and `privet-audit`.
//!
//! A [`Store`] is one SQLite file, or a PostgreSQL server that several machines share.
//! Both have one writer thread: what many callers want written at the same time
//! becomes one transaction and one disk flush ([`Store::write`]); each caller's part
//! stands or falls alone. When the answer arrives the rows are on the disk.
//!
//! ```
//! # fn main() -> Result<(), privet_store::StoreError> {
//! # let dir = tempfile::tempdir().map_err(|_| privet_store::StoreError::Stopped)?;
//! use privet_store::{Schema, Store, StoreError, params};
//!
//! let store = Store::open(&dir.path().join("privet.sqlite"), Schema::Main)?;
//! let written = store.write(|tx| -> Result<usize, StoreError> {
//!     let row = params!["colour", [1u8]];
//!     tx.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", row)
//! });
//! assert_eq!(written.wait()?, 1); // or `.await`
//! store.close()
//! # }
//! ```

mod connection;
mod error;
mod group;
mod pending;
mod postgres;
mod readers;
mod sqlite;
mod store;
mod value;
mod writer;

pub use connection::{Connection, Row, Transaction};
pub use error::{SqlError, StoreError};
pub use pending::Pending;
pub use postgres::PostgresOptions;
pub use sqlite::copy;
pub use store::{Location, Schema, Store, StoreOptions};
pub use value::{FromValue, ToValue, ValueRef};
