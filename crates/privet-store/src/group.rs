//! One group: the jobs that share a transaction and a flush.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::StoreError;
use crate::pending::Answer;

/// Something that wants to be written.
pub(crate) trait Job: Send {
    /// Does the work; says whether its changes are to stay.
    fn run(&mut self, tx: &Transaction<'_>) -> Outcome;

    /// Tells the caller, after the commit.
    fn answer(self: Box<Self>, committed: Result<(), &Arc<rusqlite::Error>>);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Keep,
    Undo,
}

/// A closure, what came of it, and who waits for it.
pub(crate) struct WriteJob<F, T, E: From<StoreError>> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: Answer<T, E>,
}

impl<F, T, E: From<StoreError>> WriteJob<F, T, E> {
    pub(crate) fn new(work: F, answer: Answer<T, E>) -> Self {
        Self { work: Some(work), outcome: None, answer }
    }
}

impl<F, T, E> Job for WriteJob<F, T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> Outcome {
        let Some(work) = self.work.take() else { return Outcome::Undo };
        let outcome = work(tx);
        let keep = if outcome.is_ok() { Outcome::Keep } else { Outcome::Undo };
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), &Arc<rusqlite::Error>>) {
        let Self { outcome, answer, .. } = *self;
        let outcome = match (outcome, committed) {
            // A job's own error says more than the group's.
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(StoreError::Commit(Arc::clone(error)).into()),
            (Some(outcome), Ok(())) => outcome,
            (None, Ok(())) => Err(StoreError::Stopped.into()),
        };
        answer.send(outcome);
    }
}

/// Runs the jobs in one transaction, each in a savepoint of its own, commits,
/// and answers them all. Gives back the error that hit the whole group.
pub(crate) fn commit(
    connection: &mut Connection,
    mut jobs: Vec<Box<dyn Job>>,
) -> Result<(), Arc<rusqlite::Error>> {
    let committed = run_all(connection, &mut jobs).map_err(Arc::new);
    for job in jobs {
        job.answer(committed.as_ref().copied());
    }
    committed
}

fn run_all(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    // IMMEDIATE: other processes write to the same file, and an upgrade from
    // a read transaction could not wait for them.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs.iter_mut() {
        execute(&tx, "SAVEPOINT job")?;
        let outcome = job.run(&tx);
        // After an I/O error or a full disk SQLite has taken back the whole
        // transaction, and with it the jobs before this one.
        if tx.is_autocommit() {
            return Err(lost());
        }
        if outcome == Outcome::Undo {
            execute(&tx, "ROLLBACK TO job")?;
        }
        execute(&tx, "RELEASE job")?;
    }
    tx.commit()
}

fn execute(tx: &Transaction<'_>, sql: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(sql)?.execute([]).map(drop)
}

fn lost() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK),
        Some(String::from("the transaction was rolled back by an error of the disk")),
    )
}
