//! The database file and its connections.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::{StoreError, StoreOptions};

/// Makes the file if it is not there, readable by its owner only. SQLite gives
/// its `-wal` and `-shm` files the permissions of the database.
pub(crate) fn prepare(path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Open { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => sync_directory(path).map_err(failed),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => narrow(path).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

/// Takes group's and others' permissions away, should somebody have given them.
fn narrow(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = fs::metadata(path)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            fs::set_permissions(path, permissions)?;
        }
    }
    Ok(())
}

/// Without this a crash could lose the new file's name.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => fs::File::open(".")?.sync_all(),
    }
}

/// The one connection that writes.
pub(crate) fn writer(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    let connection = open(path, options)?;
    // `FULL` in WAL mode flushes at every commit; `fullfsync` makes it a real
    // flush on macOS. `secure_delete` overwrites what is deleted.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16384;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA wal_autocheckpoint = 0;",
    )?;
    if let Some(pages) = options.pages_max {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// Copies a database file as it is at one moment, without what was deleted, into a new file
/// that only its owner may read. When this returns, the copy is on the disk.
pub fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Open { path: to.to_owned(), source };
    if !from.is_file() {
        return Err(StoreError::Open { path: from.to_owned(), source: ErrorKind::NotFound.into() });
    }
    if to.exists() {
        return Err(failed(ErrorKind::AlreadyExists.into()));
    }
    // An empty file is what SQLite takes for a new one; so it has its permissions first.
    prepare(to)?;
    let name = to.to_str().ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
    let connection = open(from, &StoreOptions::default())?;
    connection.execute("VACUUM INTO ?1", [name])?;
    fs::File::open(to).and_then(|file| file.sync_all()).map_err(failed)?;
    sync_directory(to).map_err(failed)
}

/// A connection that moves the log into the database.
pub(crate) fn checkpointer(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    let connection = open(path, options)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA wal_autocheckpoint = 0;",
    )?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    let connection = open(path, options)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")?;
    Ok(connection)
}

fn open(path: &Path, options: &StoreOptions) -> Result<Connection, StoreError> {
    // Each connection is used by one thread at a time, so SQLite's own lock
    // around it would only cost.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

const STATEMENTS_CACHED: usize = 64;
