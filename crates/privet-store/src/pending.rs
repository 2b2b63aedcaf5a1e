//! [`Pending`]: the answer to a write, once it is on the disk.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::StoreError;

/// The answer to a write: `.await` it, or [`wait`](Self::wait) for it. It
/// resolves after the flush. Dropping it does not take the write back.
#[must_use = "a write is durable only when its answer has arrived"]
#[derive(Debug)]
pub struct Pending<T, E> {
    slot: Arc<Slot<T, E>>,
}

impl<T, E: From<StoreError>> Pending<T, E> {
    /// Blocks until the write is on the disk or has failed. Unlike a runtime's
    /// channels it may be called from any thread.
    pub fn wait(self) -> Result<T, E> {
        let mut state = self.slot.lock();
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = self.slot.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An answer that is there already.
    pub(crate) fn ready(answer: Result<T, E>) -> Self {
        let (sender, pending) = channel();
        sender.send(answer);
        pending
    }
}

impl<T, E> Future for Pending<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.slot.lock();
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The writer's end. Dropped unanswered, it answers [`StoreError::Stopped`], so
/// that nobody waits for a writer that is gone.
#[derive(Debug)]
pub(crate) struct Answer<T, E: From<StoreError>> {
    slot: Option<Arc<Slot<T, E>>>,
}

pub(crate) fn channel<T, E: From<StoreError>>() -> (Answer<T, E>, Pending<T, E>) {
    let slot = Arc::new(Slot {
        state: Mutex::new(State { answer: None, waker: None }),
        arrived: Condvar::new(),
    });
    (Answer { slot: Some(Arc::clone(&slot)) }, Pending { slot })
}

impl<T, E: From<StoreError>> Answer<T, E> {
    pub(crate) fn send(mut self, answer: Result<T, E>) {
        if let Some(slot) = self.slot.take() {
            slot.put(answer);
        }
    }
}

impl<T, E: From<StoreError>> Drop for Answer<T, E> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.put(Err(StoreError::Stopped.into()));
        }
    }
}

#[derive(Debug)]
struct Slot<T, E> {
    state: Mutex<State<T, E>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State<T, E> {
    answer: Option<Result<T, E>>,
    waker: Option<Waker>,
}

impl<T, E> Slot<T, E> {
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, answer: Result<T, E>) {
        let waker = {
            let mut state = self.lock();
            state.answer = Some(answer);
            state.waker.take()
        };
        self.arrived.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
