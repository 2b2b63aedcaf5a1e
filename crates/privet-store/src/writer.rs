//! The writer thread: takes what waits, commits it as one group, answers.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{Builder, JoinHandle};

use rusqlite::{Connection, ErrorCode};

use crate::checkpoint::Checkpointer;
use crate::group::{self, Job};
use crate::pending::Answer;
use crate::{StoreError, StoreOptions};

/// What the writer is asked to do.
pub(crate) enum Message {
    /// Write in the next group.
    Write(Box<dyn Job>),
    /// Move the write-ahead log into the database and empty it.
    Checkpoint(Answer<(), StoreError>),
}

/// The queue to the writer thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: RwLock<Option<SyncSender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(
        mut connection: Connection,
        checkpointer: Checkpointer,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        checkpointer.watch(&mut connection, options.checkpoint_pages)?;
        let (sender, receiver) = sync_channel(options.queue_max);
        let group_max = options.group_max;
        let thread = Builder::new()
            .name(String::from("privet-store"))
            .spawn(move || serve(connection, &checkpointer, &receiver, group_max))
            .map_err(StoreError::Thread)?;
        Ok(Self { queue: RwLock::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands `message` to the writer, or says why not.
    pub(crate) fn submit(&self, message: Message) -> Result<(), StoreError> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = queue.as_ref() else { return Err(StoreError::Stopped) };
        sender.try_send(message).map_err(|error| match error {
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

fn serve(
    mut connection: Connection,
    checkpointer: &Checkpointer,
    queue: &Receiver<Message>,
    group_max: usize,
) {
    let mut group = Group { jobs: Vec::new(), checkpoints: Vec::new() };
    while let Ok(first) = queue.recv() {
        group.take(first);
        queue.try_iter().take(group_max.saturating_sub(1)).for_each(|next| group.take(next));
        if group.run(&mut connection, checkpointer).is_err_and(|error| is_final(&error)) {
            // Returning drops the queue, so every waiting and later write is
            // told that the writer has stopped.
            return;
        }
    }
    // Leave a single file behind when nobody else has it open.
    let _ = checkpoint(&connection, checkpointer);
}

/// What was taken from the queue at once.
struct Group {
    jobs: Vec<Box<dyn Job>>,
    checkpoints: Vec<Answer<(), StoreError>>,
}

impl Group {
    fn take(&mut self, message: Message) {
        match message {
            Message::Write(job) => self.jobs.push(job),
            Message::Checkpoint(answer) => self.checkpoints.push(answer),
        }
    }

    fn run(
        &mut self,
        connection: &mut Connection,
        checkpointer: &Checkpointer,
    ) -> Result<(), Arc<rusqlite::Error>> {
        let mut done = Ok(());
        if !self.jobs.is_empty() {
            done = group::commit(connection, std::mem::take(&mut self.jobs));
        }
        for answer in self.checkpoints.drain(..) {
            answer.send(checkpoint(connection, checkpointer).map_err(StoreError::from));
        }
        done
    }
}

/// Readers in the middle of a transaction keep the log from being emptied;
/// that is no error, the next checkpoint comes.
fn checkpoint(connection: &Connection, checkpointer: &Checkpointer) -> rusqlite::Result<()> {
    let _alone = checkpointer.pause();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Whether going on could only make things worse. A full disk or a lock held
/// too long by another process can pass.
fn is_final(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ReadOnly)
    )
}
