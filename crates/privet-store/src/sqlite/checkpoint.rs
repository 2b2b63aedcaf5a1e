//! Moving the write-ahead log into the database without making writers wait.
//!
//! A thread with a connection of its own copies what lies in the log while commits go
//! on. The writer then copies the few pages that came meanwhile, after which SQLite
//! begins the log anew. Only if the thread does not keep up does a group wait for a
//! whole log.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::StoreError;

/// The thread that copies. Dropping it waits for the thread.
pub(crate) struct Checkpointer {
    wake: Option<SyncSender<()>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Held while the thread copies: SQLite refuses a second checkpoint meanwhile.
    copying: Mutex<()>,
    /// The thread has copied; the rest is for the writer.
    copied: AtomicBool,
}

impl Checkpointer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        // One waiting request is enough: it asks for all there is.
        let (wake, requests) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let thread = Builder::new()
            .name(String::from("privet-checkpoint"))
            .spawn({
                let shared = Arc::clone(&shared);
                move || serve(&connection, &requests, &shared)
            })
            .map_err(StoreError::Thread)?;
        Ok(Self { wake: Some(wake), shared, thread: Some(thread) })
    }

    /// Has `writer` wake the thread when a commit leaves `pages_max` pages or more in
    /// the log.
    pub(crate) fn watch(&self, writer: &mut Connection, pages_max: u32) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let wake = self.wake.clone();
        let hook = move |wal: &mut Wal, pages| {
            let pages = u32::try_from(pages).unwrap_or(0);
            if pages < pages_max {
                return Ok(());
            }
            let copied = shared.copied.swap(false, Ordering::AcqRel);
            if copied || pages >= pages_max.saturating_mul(LAG_MAX) {
                let _alone = lock(&shared.copying);
                // The commit stands whatever becomes of this; the next one tries again.
                let _ = wal.checkpoint();
            } else if let Some(wake) = &wake {
                // A full queue means that the thread is about to look anyway; a closed
                // one that it is gone, and `LAG_MAX` takes over.
                let _ = wake.try_send(());
            }
            Ok(())
        };
        Ok(writer.wal_hook(Some(hook))?)
    }

    /// Waits until the thread does not copy, and keeps it so.
    pub(crate) fn pause(&self) -> MutexGuard<'_, ()> {
        lock(&self.shared.copying)
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        // INVARIANT: the writer's hook, which holds the other sender, is gone by now.
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(connection: &Connection, requests: &Receiver<()>, shared: &Shared) {
    while requests.recv().is_ok() {
        let alone = lock(&shared.copying);
        let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        drop(alone);
        shared.copied.store(done.is_ok(), Ordering::Release);
    }
}

fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log may grow to this many times its bound before a group has to wait.
const LAG_MAX: u32 = 8;
