//! SQLite: one file, one connection that writes, a few that read.

mod checkpoint;
mod file;
mod schema;
mod session;

use std::path::{Path, PathBuf};

use crate::connection::{Connector, Session};
use crate::{Schema, StoreError, StoreOptions};

use checkpoint::Checkpointer;
pub use file::copy;
use session::SqliteSession;

/// A database file.
#[derive(Debug)]
pub(crate) struct SqliteFile {
    path: PathBuf,
    schema: Schema,
    options: StoreOptions,
}

impl SqliteFile {
    /// Makes the file if it is not there.
    pub(crate) fn prepare(
        path: &Path,
        schema: Schema,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        file::prepare(path)?;
        Ok(Self { path: path.to_owned(), schema, options: options.clone() })
    }
}

impl Connector for SqliteFile {
    fn reader(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SqliteSession::reading(file::reader(&self.path, &self.options)?)))
    }

    fn writer(&self) -> Result<Box<dyn Session>, StoreError> {
        let mut connection = file::writer(&self.path, &self.options)?;
        schema::migrate(&mut connection, self.schema)?;
        let checkpointer = Checkpointer::start(file::checkpointer(&self.path, &self.options)?)?;
        checkpointer.watch(&mut connection, self.options.checkpoint_pages)?;
        Ok(Box::new(SqliteSession::writing(connection, checkpointer)))
    }
}
