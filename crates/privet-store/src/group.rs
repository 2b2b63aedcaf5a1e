//! One group: the jobs that share a transaction and a flush.

use std::collections::HashSet;
use std::sync::Arc;

use crate::StoreError;
use crate::connection::{JobRun, Memory, Session, State, Transaction};
use crate::pending::Answer;

/// Something that wants to be written.
pub(crate) trait Job: Send {
    /// Does the work, perhaps not for the first time; says whether its changes are to stay.
    fn run(&mut self, tx: &Transaction<'_>) -> Outcome;

    /// Tells the caller, after the commit.
    fn answer(self: Box<Self>, committed: Result<(), &Arc<StoreError>>);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Keep,
    Undo,
}

/// A closure, what came of it, and who waits for it.
pub(crate) struct WriteJob<F, T, E: From<StoreError>> {
    work: F,
    outcome: Option<Result<T, E>>,
    answer: Answer<T, E>,
}

impl<F, T, E: From<StoreError>> WriteJob<F, T, E> {
    pub(crate) fn new(work: F, answer: Answer<T, E>) -> Self {
        Self { work, outcome: None, answer }
    }
}

impl<F, T, E> Job for WriteJob<F, T, E>
where
    F: FnMut(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> Outcome {
        let outcome = (self.work)(tx);
        let keep = if outcome.is_ok() { Outcome::Keep } else { Outcome::Undo };
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), &Arc<StoreError>>) {
        let Self { work, outcome, answer } = *self;
        // What the work holds must be free when the caller goes on.
        drop(work);
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

/// How a group's transaction ended when it did not commit.
pub(crate) struct Failed {
    pub(crate) error: StoreError,
    /// Whether running the jobs once more can help and cannot write anything twice.
    pub(crate) again: bool,
}

/// Which jobs take nothing for granted.
#[derive(Debug, Default)]
pub(crate) struct Caution {
    attempts: u32,
    jobs: HashSet<usize>,
}

impl Caution {
    /// Learns from an attempt that failed.
    pub(crate) fn learn(&mut self, session: &dyn Session) {
        self.attempts += 1;
        self.jobs.extend(session.misjudged());
    }

    fn applies_to(&self, job: usize) -> bool {
        self.attempts > 1 || self.jobs.contains(&job)
    }
}

/// Runs the jobs in one transaction, so that each can be taken back alone, and commits.
pub(crate) fn run(
    session: &dyn Session,
    jobs: &mut [Box<dyn Job>],
    caution: &Caution,
) -> Result<(), Failed> {
    let (alone, memory) = (jobs.len() == 1, Memory::default());
    session.begin().map_err(|error| failed(session, error))?;
    for (index, job) in jobs.iter_mut().enumerate() {
        let run = JobRun { index, alone, careful: caution.applies_to(index) };
        match run_job(session, &mut **job, run, &memory) {
            Ok(Outcome::Undo) if alone => {
                session.rollback();
                return Ok(());
            }
            Ok(Outcome::Undo) => memory.clear(),
            Ok(Outcome::Keep) => {}
            Err(error) => return Err(given_up(session, error)),
        }
    }
    session.flush().map_err(|error| given_up(session, error))?;
    session.commit().map_err(|error| {
        // A connection lost now leaves open whether the server has committed.
        let again = session.state() == State::Clashed;
        session.rollback();
        Failed { error, again }
    })
}

/// Answers the jobs of a group.
pub(crate) fn answer(jobs: Vec<Box<dyn Job>>, committed: Result<(), StoreError>) {
    let committed = committed.map_err(Arc::new);
    for job in jobs {
        job.answer(committed.as_ref().copied());
    }
}

fn run_job(
    session: &dyn Session,
    job: &mut dyn Job,
    run: JobRun,
    memory: &Memory,
) -> Result<Outcome, StoreError> {
    session.begin_job(run)?;
    let outcome = job.run(&Transaction::new(session, memory));
    still_open(session)?;
    match outcome {
        Outcome::Keep => session.keep_job(run)?,
        Outcome::Undo => session.undo_job(run)?,
    }
    Ok(outcome)
}

/// After an I/O error or a full disk a database takes back the whole transaction, and
/// with it the jobs before this one.
fn still_open(session: &dyn Session) -> Result<(), StoreError> {
    match session.state() {
        State::Fine => Ok(()),
        _ => Err(StoreError::TakenBack),
    }
}

fn failed(session: &dyn Session, error: StoreError) -> Failed {
    let again = matches!(session.state(), State::Clashed | State::Lost | State::Misjudged);
    Failed { error, again }
}

fn given_up(session: &dyn Session, error: StoreError) -> Failed {
    let failed = failed(session, error);
    session.rollback();
    failed
}
