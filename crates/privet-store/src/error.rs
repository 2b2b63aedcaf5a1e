//! [`StoreError`]: why something could not be read or written.

use std::fmt;
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
        /// Version in the database.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// The tables are not those of the version the database claims: a migration was
    /// cut off, somebody changed them, or it is not a Privet database.
    #[error("the tables do not match schema version {version}: restore the database from a backup")]
    Mismatch {
        /// Version in the database.
        version: i64,
    },
    /// The server is too old, or its address or its TLS cannot be used.
    #[error("cannot use the database server: {0}")]
    Server(String),
    /// The server could not be reached or refused the connection.
    #[error("cannot connect to the database server: {0}")]
    Connect(#[source] SqlError),
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Sql(#[from] SqlError),
    /// The group's transaction could not be begun or committed; nothing of it was written,
    /// or, if the connection was lost just then, it is not known whether it was.
    #[error("the database could not commit: {0}")]
    Commit(Arc<StoreError>),
    /// The database took the group's transaction back: the disk is full or fails, or the
    /// connection is gone.
    #[error("the transaction was taken back by the database")]
    TakenBack,
    /// A row that must be there is not.
    #[error("a row is missing in the database")]
    NoRow,
    /// A column holds something else than it should.
    #[error("column {0} of a row holds something unexpected")]
    Column(usize),
    /// More writes are waiting than the queue holds.
    #[error("too many writes are waiting for the disk")]
    QueueFull,
    /// The writer has stopped: the store was closed, or the writer failed for good.
    #[error("the database writer has stopped")]
    Stopped,
    /// A thread of the store could not be started.
    #[error("cannot start the database writer")]
    Thread(#[source] std::io::Error),
}

/// What a database said. Its text names tables and codes, never values.
#[derive(Debug)]
pub struct SqlError(Cause);

#[derive(Debug)]
enum Cause {
    Sqlite(rusqlite::Error),
    Postgres { code: Option<String>, text: String },
}

impl SqlError {
    /// The extended code of SQLite, if it was SQLite.
    pub(crate) fn sqlite(&self) -> Option<&rusqlite::Error> {
        match &self.0 {
            Cause::Sqlite(error) => Some(error),
            Cause::Postgres { .. } => None,
        }
    }

    /// The code of the SQL standard, if it was PostgreSQL and it gave one.
    pub fn sqlstate(&self) -> Option<&str> {
        match &self.0 {
            Cause::Postgres { code, .. } => code.as_deref(),
            Cause::Sqlite(_) => None,
        }
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Sqlite(error) => error.fmt(f),
            Cause::Postgres { code: Some(code), text } => write!(f, "{text} (SQLSTATE {code})"),
            Cause::Postgres { code: None, text } => f.write_str(text),
        }
    }
}

impl std::error::Error for SqlError {}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> Self {
        Self(Cause::Sqlite(error))
    }
}

impl From<tokio_postgres::Error> for SqlError {
    fn from(error: tokio_postgres::Error) -> Self {
        // The server's detail quotes the key of a row: only its message is kept.
        let code = error.code().map(|code| code.code().to_owned());
        let text = match error.as_db_error() {
            Some(said) => said.message().to_owned(),
            None => source_text(&error),
        };
        Self(Cause::Postgres { code, text })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error.into())
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error.into())
    }
}

/// The error and what lies below it: "error connecting to server" alone says too little.
fn source_text(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
