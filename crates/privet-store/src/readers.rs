//! A small pool of connections that read.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::{StoreError, StoreOptions, file};

/// Connections opened when first needed, at most [`StoreOptions::readers_max`];
/// whoever finds all of them taken waits.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    options: StoreOptions,
    state: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Debug)]
struct Pool {
    idle: Vec<Connection>,
    opened: usize,
}

impl Readers {
    pub(crate) fn new(path: &Path, options: &StoreOptions) -> Self {
        Self {
            path: path.to_owned(),
            options: options.clone(),
            state: Mutex::new(Pool { idle: Vec::new(), opened: 0 }),
            returned: Condvar::new(),
        }
    }

    pub(crate) fn take(&self) -> Result<Reader<'_>, StoreError> {
        let mut pool = self.lock();
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(Reader { pool: self, connection: Some(connection) });
            }
            if pool.opened < self.options.readers_max.max(1) {
                pool.opened += 1;
                break;
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        drop(pool);
        match file::reader(&self.path, &self.options) {
            Ok(connection) => Ok(Reader { pool: self, connection: Some(connection) }),
            Err(error) => {
                self.lock().opened -= 1;
                self.returned.notify_one();
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan.
pub(crate) struct Reader<'a> {
    pool: &'a Readers,
    connection: Option<Connection>,
}

impl Reader<'_> {
    pub(crate) fn run<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        match self.connection.as_ref() {
            Some(connection) => work(connection),
            None => Err(StoreError::Stopped.into()),
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut pool = self.pool.lock();
        match self.connection.take() {
            // A panic may have left a transaction open; such a connection
            // would go on seeing an old state.
            Some(connection) if connection.is_autocommit() => pool.idle.push(connection),
            _ => pool.opened = pool.opened.saturating_sub(1),
        }
        drop(pool);
        self.pool.returned.notify_one();
    }
}
