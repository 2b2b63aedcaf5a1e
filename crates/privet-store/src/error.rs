//! [`StoreError`]: why something could not be read or written.

use std::path::PathBuf;
use std::sync::Arc;

/// Why something could not be read or written.
///
/// No variant carries a value of a row: errors end up in logs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file could not be made, opened, or given its permissions.
    #[error("cannot open the database `{}`", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A later Privet wrote this database.
    #[error(
        "the database has schema version {found}, this Privet knows up to {known}: use the newer Privet"
    )]
    Newer {
        /// Version in the file.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// The tables are not those of the version the file claims: a migration was
    /// cut off, somebody changed them, or it is not a Privet database.
    #[error("the tables do not match schema version {version}: restore the database from a backup")]
    Mismatch {
        /// Version in the file.
        version: i64,
    },
    /// SQLite refused a statement.
    #[error("the database refused a statement: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The group's transaction could not be begun or committed; nothing of it was written.
    #[error("the database could not commit: {0}")]
    Commit(Arc<rusqlite::Error>),
    /// More writes are waiting than the queue holds.
    #[error("too many writes are waiting for the disk")]
    QueueFull,
    /// The writer has stopped: the store was closed, or the writer failed for good.
    #[error("the database writer has stopped")]
    Stopped,
    /// The writer thread could not be started.
    #[error("cannot start the database writer")]
    Thread(#[source] std::io::Error),
}
