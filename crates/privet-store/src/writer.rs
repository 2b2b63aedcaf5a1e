//! The writer thread: takes what waits, commits it as one group, answers.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{Builder, JoinHandle};

use crate::connection::{Connector, Session};
use crate::group::{self, Caution, Job};
use crate::pending::Answer;
use crate::{StoreError, StoreOptions};

/// What the writer is asked to do.
pub(crate) enum Message {
    /// Write in the next group.
    Write(Box<dyn Job>),
    /// Free what deleted rows took.
    Compact(Answer<(), StoreError>),
}

/// The queue to the writer thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: RwLock<Option<SyncSender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(
        session: Box<dyn Session>,
        connector: Arc<dyn Connector>,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(options.queue_max);
        let group_max = options.group_max;
        let mut desk = Desk { session: Some(session), connector };
        let thread = Builder::new()
            .name(String::from("privet-store"))
            .spawn(move || desk.serve(&receiver, group_max))
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

/// Where the writer works.
struct Desk {
    session: Option<Box<dyn Session>>,
    connector: Arc<dyn Connector>,
}

impl Desk {
    fn serve(&mut self, queue: &Receiver<Message>, group_max: usize) {
        while let Ok(first) = queue.recv() {
            let (mut jobs, mut compactions) = (Vec::new(), Vec::new());
            let mut take = |message| match message {
                Message::Write(job) => jobs.push(job),
                Message::Compact(answer) => compactions.push(answer),
            };
            take(first);
            queue.try_iter().take(group_max.saturating_sub(1)).for_each(take);
            let ruined = !jobs.is_empty() && !self.write(jobs);
            for answer in compactions {
                answer.send(self.session().and_then(Session::compact));
            }
            if ruined {
                // Returning drops the queue, so every waiting and later write is
                // told that the writer has stopped.
                return;
            }
        }
        // An embedded database leaves a single file behind when nobody else has it open.
        if let Some(session) = &self.session {
            let _ = session.compact();
        }
    }

    /// Writes a group, a few times over if it meets somebody else's; says whether going
    /// on makes sense.
    fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) -> bool {
        let (mut attempt, mut caution) = (1, Caution::default());
        let failed = loop {
            let failed = match self.session() {
                Err(error) => break error,
                Ok(session) => match group::run(session, &mut jobs, &caution) {
                    Ok(()) => {
                        group::answer(jobs, Ok(()));
                        return true;
                    }
                    Err(failed) => {
                        caution.learn(session);
                        failed
                    }
                },
            };
            if !failed.again || attempt == ATTEMPTS_MAX {
                break failed.error;
            }
            attempt += 1;
        };
        let ruined = self.session.as_ref().is_some_and(|session| session.is_ruined(&failed));
        group::answer(jobs, Err(failed));
        !ruined
    }

    /// The connection that writes; a new one if the last was lost.
    fn session(&mut self) -> Result<&dyn Session, StoreError> {
        if self.session.as_ref().is_none_or(|session| session.is_spent()) {
            self.session = None;
            self.session = Some(self.connector.writer()?);
        }
        self.session.as_deref().ok_or(StoreError::Stopped)
    }
}

const ATTEMPTS_MAX: u32 = 8;
