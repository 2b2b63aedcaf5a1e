//! A small pool of connections that read.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::StoreError;
use crate::connection::{Connection, Connector, Session};

/// Connections opened when first needed, at most `opened_max`; whoever finds all of them
/// taken waits.
#[derive(Debug)]
pub(crate) struct Readers {
    connector: Arc<dyn Connector>,
    opened_max: usize,
    state: Mutex<Pool>,
    returned: Condvar,
}

struct Pool {
    idle: Vec<Box<dyn Session>>,
    opened: usize,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("opened", &self.opened).finish_non_exhaustive()
    }
}

impl Readers {
    pub(crate) fn new(connector: Arc<dyn Connector>, opened_max: usize) -> Self {
        Self {
            connector,
            opened_max: opened_max.max(1),
            state: Mutex::new(Pool { idle: Vec::new(), opened: 0 }),
            returned: Condvar::new(),
        }
    }

    pub(crate) fn take(&self) -> Result<Reader<'_>, StoreError> {
        let mut pool = self.lock();
        loop {
            match pool.idle.pop() {
                Some(session) if session.is_spent() => pool.opened = pool.opened.saturating_sub(1),
                Some(session) => return Ok(Reader { pool: self, session: Some(session) }),
                None if pool.opened < self.opened_max => {
                    pool.opened += 1;
                    break;
                }
                None => pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner),
            }
        }
        drop(pool);
        match self.connector.reader() {
            Ok(session) => Ok(Reader { pool: self, session: Some(session) }),
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
    session: Option<Box<dyn Session>>,
}

impl Reader<'_> {
    pub(crate) fn run<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self.session.as_deref() {
            Some(session) => work(&Connection::new(session)),
            None => Err(StoreError::Stopped.into()),
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut pool = self.pool.lock();
        match self.session.take() {
            Some(session) if !session.is_spent() => pool.idle.push(session),
            _ => pool.opened = pool.opened.saturating_sub(1),
        }
        drop(pool);
        self.pool.returned.notify_one();
    }
}
