//! [`Store`]: the handle everybody holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::connection::Connector;
use crate::group::WriteJob;
use crate::pending::{self, Pending};
use crate::postgres::{PostgresOptions, PostgresServer};
use crate::readers::Readers;
use crate::sqlite::{self, SqliteFile};
use crate::writer::{Message, Writer};
use crate::{Connection, StoreError, Transaction};

/// The open database. Clones share it; the last one to go stops the writer.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    location: Location,
    writer: Writer,
    readers: Readers,
}

/// Which tables a store holds. What must not lie in one backup with the other is kept
/// apart: two files, or two schemas of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Tokens, memos, the log: everything but keys.
    Main,
    /// The wrapped data keys and the ledger of erasures.
    Keys,
}

/// Where a store lies.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file of SQLite.
    File(PathBuf),
    /// A server; its public name, without credentials.
    Server(String),
}

/// Bounds of the store. The defaults suit one gateway.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Most jobs in one transaction.
    pub group_max: usize,
    /// Most jobs that wait; the next one fails with [`StoreError::QueueFull`].
    pub queue_max: usize,
    /// Most connections that read.
    pub readers_max: usize,
    /// How long to wait for another process that holds the file's lock.
    pub busy_timeout: Duration,
    /// Pages in the write-ahead log before they are moved into the database, by a
    /// thread of its own while commits go on.
    pub checkpoint_pages: u32,
    /// Most pages of 4 KiB in the file; beyond it writes fail as on a full disk.
    pub pages_max: Option<u32>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            group_max: 256,
            queue_max: 4096,
            readers_max: 4,
            busy_timeout: Duration::from_secs(5),
            checkpoint_pages: 4000,
            pages_max: None,
        }
    }
}

impl Store {
    /// Opens the database at `path`, or makes it, and brings its tables up to
    /// date. Its directory must exist.
    pub fn open(path: &Path, schema: Schema) -> Result<Self, StoreError> {
        Self::open_with(path, schema, &StoreOptions::default())
    }

    /// [`open`](Self::open) with other bounds.
    pub fn open_with(
        path: &Path,
        schema: Schema,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let file = SqliteFile::prepare(path, schema, options)?;
        Self::start(Arc::new(file), Location::File(path.to_owned()), options)
    }

    /// Connects to a PostgreSQL server, makes the schema's tables there if need be and
    /// brings them up to date.
    pub fn connect(
        server: &PostgresOptions,
        schema: Schema,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let location = Location::Server(server.public_name());
        let server = PostgresServer::new(server, schema)?;
        Self::start(Arc::new(server), location, options)
    }

    fn start(
        connector: Arc<dyn Connector>,
        location: Location,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let session = connector.writer()?;
        let writer = Writer::start(session, Arc::clone(&connector), options)?;
        let readers = Readers::new(connector, options.readers_max);
        Ok(Self { inner: Arc::new(Inner { location, writer, readers }) })
    }

    /// Queues `work` for the next transaction and returns at once. The answer
    /// comes when the transaction is on the disk. When `work` fails its changes
    /// are taken back and nobody else's; when the commit fails, all fail.
    ///
    /// `work` runs on the writer thread while others wait: keep it short. It runs again
    /// when the transaction met another machine's.
    pub fn write<T, E, F>(&self, work: F) -> Pending<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, pending) = pending::channel();
        match self.inner.writer.submit(Message::Write(Box::new(WriteJob::new(work, answer)))) {
            Ok(()) => pending,
            Err(error) => Pending::ready(Err(error.into())),
        }
    }

    /// Runs `work` on a connection that cannot write, on this thread. Each
    /// statement sees the latest commit; open a transaction to hold still.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.inner.readers.take()?.run(work)
    }

    /// Frees what deleted rows took: in SQLite it moves the write-ahead log into the
    /// database and empties it, so that what was deleted is gone from both.
    pub fn compact(&self) -> Pending<(), StoreError> {
        let (answer, pending) = pending::channel();
        match self.inner.writer.submit(Message::Compact(answer)) {
            Ok(()) => pending,
            Err(error) => Pending::ready(Err(error)),
        }
    }

    /// Writes a copy of the whole database, as of one moment, into a new file. Only a file
    /// can be copied so; a server has tools of its own.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        match &self.inner.location {
            Location::File(from) => sqlite::copy(from, path),
            Location::Server(_) => {
                Err(StoreError::Server(String::from("copies of it are made by its own tools")))
            }
        }
    }

    /// Checks that the database is sound below its rows, as far as it can tell; says what
    /// is not.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        match &self.inner.location {
            Location::File(_) => self.read(|connection| {
                let lines: Vec<String> =
                    connection.query_all("PRAGMA integrity_check", &[], |row| row.get(0))?;
                Ok(lines.into_iter().filter(|line| line != "ok").collect())
            }),
            // Reading every row, as whoever asks for a check does, is what can be done.
            Location::Server(_) => Ok(Vec::new()),
        }
    }

    /// Where the database lies.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// Accepts no more writes, flushes those that wait, and returns when they
    /// are on the disk. Reading goes on working.
    pub fn close(&self) -> Result<(), StoreError> {
        self.inner.writer.stop();
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.writer.stop();
    }
}
