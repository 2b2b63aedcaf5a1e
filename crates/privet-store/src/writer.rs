//! The writer thread: takes what waits, commits it as one group, answers.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::{Builder, JoinHandle};

use rusqlite::{Connection, ErrorCode};

use crate::group::{self, Job};
use crate::{StoreError, StoreOptions};

/// The queue to the writer thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: RwLock<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(options.queue_max);
        let group_max = options.group_max;
        let thread = Builder::new()
            .name(String::from("privet-store"))
            .spawn(move || serve(connection, &receiver, group_max))
            .map_err(StoreError::Thread)?;
        Ok(Self { queue: RwLock::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands `job` to the writer, or gives it back with the reason why not.
    pub(crate) fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = queue.as_ref() else { return Err(StoreError::Stopped) };
        sender.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::QueueFull,
            TrySendError::Disconnected(_) => StoreError::Stopped,
        })
    }

    /// Takes no more, writes what waits, and returns when the thread has ended.
    pub(crate) fn stop(&self) {
        // INVARIANT: the queue's end is the writer's only signal to stop.
        drop(self.queue.write().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic in the thread has already answered every waiting caller.
            let _ = thread.join();
        }
    }
}

fn serve(mut connection: Connection, queue: &Receiver<Box<dyn Job>>, group_max: usize) {
    while let Ok(first) = queue.recv() {
        let mut jobs = Vec::with_capacity(group_max.min(GROUP_EXPECTED));
        jobs.push(first);
        jobs.extend(queue.try_iter().take(group_max.saturating_sub(1)));
        if group::commit(&mut connection, jobs).is_err_and(|error| is_final(&error)) {
            // Returning drops the queue, so every waiting and later write is
            // told that the writer has stopped.
            return;
        }
    }
    // Leave a single file behind when nobody else has it open.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

/// Whether going on could only make things worse. A full disk or a lock held
/// too long by another process can pass.
fn is_final(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ReadOnly)
    )
}

const GROUP_EXPECTED: usize = 64;
