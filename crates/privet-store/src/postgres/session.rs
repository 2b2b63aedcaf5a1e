//! A connection to a server as a [`Session`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, mpsc};

use tokio::runtime::{Handle, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Statement};

use super::parameter::{Owned, borrowed, owned};
use super::pipeline::{self, Expect, Met, Queued, What};
use super::tls;
use crate::connection::{Flow, JobRun, Row, Session, State};
use crate::{StoreError, ValueRef};

/// The client's work runs on the store's own runtime, and the caller waits for it on its
/// own thread, whatever that is.
pub(super) struct PostgresSession {
    runtime: Handle,
    client: Arc<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    clashed: Cell<bool>,
    /// Statements nobody waits for yet.
    queue: RefCell<Vec<Queued>>,
    job: Cell<Option<Running>>,
    misjudged: RefCell<Vec<usize>>,
}

/// The job that runs.
#[derive(Clone, Copy)]
struct Running {
    run: JobRun,
    /// Where its statements begin in the queue.
    from: usize,
    /// Whether a savepoint stands before what it has sent.
    saved: bool,
}

impl PostgresSession {
    pub(super) fn connect(
        runtime: &Arc<Runtime>,
        config: &Config,
        tls: tls::Connect,
        set_up: &str,
    ) -> Result<Self, StoreError> {
        let (config, set_up) = (config.clone(), set_up.to_owned());
        let connected = wait(runtime.handle(), async move {
            let (client, connection) = config.connect(tls).await?;
            // Ends when the client is dropped or the connection is lost.
            #[expect(clippy::disallowed_methods, reason = "it lives and dies with the client")]
            tokio::spawn(connection);
            client.batch_execute(&set_up).await?;
            Ok::<_, tokio_postgres::Error>(client)
        })?;
        let client = connected.map_err(|error| StoreError::Connect(error.into()))?;
        Ok(Self {
            runtime: runtime.handle().clone(),
            client: Arc::new(client),
            statements: RefCell::default(),
            clashed: Cell::new(false),
            queue: RefCell::default(),
            job: Cell::new(None),
            misjudged: RefCell::default(),
        })
    }

    /// Runs statements without parameters.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let (client, sql) = (Arc::clone(&self.client), sql.to_owned());
        self.exchange(async move { client.batch_execute(&sql).await })
    }

    /// Sends what waits, and `last`; gives back the answer to that.
    fn exchange<T: Send + 'static>(
        &self,
        last: impl Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.save();
        let (client, queued) = (Arc::clone(&self.client), self.queue.take());
        let (queued, answers, last) = wait(&self.runtime, async move {
            let (answers, last) = pipeline::send(&client, &queued, last).await;
            (queued, answers, last)
        })?;
        self.judge(&queued, answers)?;
        let last = last.ok_or(StoreError::Stopped)?;
        last.map_err(|error| self.told(error))
    }

    /// Whether everything came true that was taken for granted.
    fn judge(
        &self,
        queued: &[Queued],
        answers: Vec<Result<Met, tokio_postgres::Error>>,
    ) -> Result<(), StoreError> {
        for (queued, answer) in queued.iter().zip(answers) {
            match answer {
                Ok(Met::Yes) => {}
                Ok(Met::No) => self.misjudged.borrow_mut().push(queued.job),
                Err(error) => {
                    // Those behind it fail, too, whatever they are.
                    self.misjudged.borrow_mut().push(queued.job);
                    return Err(self.told(error));
                }
            }
        }
        match self.misjudged.borrow().is_empty() {
            true => Ok(()),
            false => Err(StoreError::TakenBack),
        }
    }

    fn told(&self, error: tokio_postgres::Error) -> StoreError {
        if error.code().is_some_and(is_clash) {
            self.clashed.set(true);
        }
        error.into()
    }

    /// Sets the savepoint to which the running job can be taken back, before the first of its
    /// statements is sent.
    fn save(&self) {
        let Some(running) = self.job.get().filter(|job| !job.saved && !job.run.alone) else {
            return;
        };
        let (job, what) = (running.run.index, What::Plain("SAVEPOINT job"));
        let savepoint = Queued { job, what, expect: Expect::Anything };
        let mut queue = self.queue.borrow_mut();
        let at = running.from.min(queue.len());
        queue.insert(at, savepoint);
        self.job.set(Some(Running { saved: true, ..running }));
    }

    /// Puts a statement into the queue; `None` if it must be waited for.
    fn queued(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        expect: Expect,
    ) -> Result<Option<()>, StoreError> {
        let Some(running) = self.job.get().filter(|job| !job.run.careful) else { return Ok(None) };
        let what = What::Prepared(self.prepared(sql)?, owned(params));
        self.queue.borrow_mut().push(Queued { job: running.run.index, what, expect });
        if self.queue.borrow().len() >= QUEUED_MAX {
            self.flush()?;
        }
        Ok(Some(()))
    }

    fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let (client, dollars) = (Arc::clone(&self.client), with_dollars(sql));
        let prepared = wait(&self.runtime, async move { client.prepare(&dollars).await })?;
        let statement = prepared.map_err(|error| self.told(error))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Session for PostgresSession {
    fn execute(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<usize, StoreError> {
        let statement = self.prepared(sql)?;
        let (client, params) = (Arc::clone(&self.client), owned(params));
        let changed = self.exchange(async move {
            let params = borrowed(&params);
            client.execute_raw(&statement, params).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn insert_new(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<bool, StoreError> {
        match self.queued(sql, params, Expect::OneRow)? {
            Some(()) => Ok(true),
            None => Ok(self.execute(sql, params)? == 1),
        }
    }

    fn execute_later(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<(), StoreError> {
        match self.queued(sql, params, Expect::Anything)? {
            Some(()) => Ok(()),
            None => self.execute(sql, params).map(drop),
        }
    }

    fn query(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Flow,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let (client, params) = (Arc::clone(&self.client), owned(params));
        let rows =
            self.exchange(async move { client.query(&statement, &borrowed(&params)).await })?;
        for row in &rows {
            if each(&Row::new(row)) == Flow::Stop {
                break;
            }
        }
        Ok(())
    }

    fn query_each_of(
        &self,
        sql: &str,
        keys: &[&[ValueRef<'_>]],
        each: &mut dyn FnMut(usize, &Row<'_>),
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let client = Arc::clone(&self.client);
        let keys: Vec<Vec<Owned>> = keys.iter().map(|params| owned(params)).collect();
        // All are sent before the first answer is read.
        let found = self.exchange(async move {
            let asked = keys.iter().map(|params| {
                let (client, statement) = (&client, &statement);
                async move { client.query(statement, &borrowed(params)).await }
            });
            futures_util::future::try_join_all(asked).await
        })?;
        for (index, rows) in found.iter().enumerate() {
            if let Some(row) = rows.first() {
                each(index, &Row::new(row));
            }
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), StoreError> {
        self.clashed.set(false);
        self.misjudged.borrow_mut().clear();
        // Machines that write take turns, as SQLite's writers do: the log is one chain, so
        // they would meet there anyway, and later is more expensive.
        self.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({WRITERS})"))
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.batch("COMMIT")
    }

    fn rollback(&self) {
        self.queue.borrow_mut().clear();
        self.job.set(None);
        // It fails only on a connection that is gone, and the transaction with it.
        let _ = self.batch("ROLLBACK");
    }

    fn begin_job(&self, run: JobRun) -> Result<(), StoreError> {
        let from = self.queue.borrow().len();
        self.job.set(Some(Running { run, from, saved: false }));
        Ok(())
    }

    fn keep_job(&self, run: JobRun) -> Result<(), StoreError> {
        if self.job.take().is_some_and(|job| job.saved) {
            let what = What::Plain("RELEASE SAVEPOINT job");
            let release = Queued { job: run.index, what, expect: Expect::Anything };
            self.queue.borrow_mut().push(release);
        }
        Ok(())
    }

    fn undo_job(&self, _: JobRun) -> Result<(), StoreError> {
        let Some(job) = self.job.take() else { return Ok(()) };
        if !job.saved {
            // None of it was sent.
            self.queue.borrow_mut().truncate(job.from);
            return Ok(());
        }
        // What waits came after the savepoint.
        self.queue.borrow_mut().clear();
        self.batch("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
    }

    fn flush(&self) -> Result<(), StoreError> {
        let nothing_waits = self.queue.borrow().is_empty();
        if nothing_waits { Ok(()) } else { self.exchange(async { Ok(()) }) }
    }

    fn misjudged(&self) -> Vec<usize> {
        self.misjudged.borrow().clone()
    }

    fn state(&self) -> State {
        let misjudged = !self.misjudged.borrow().is_empty();
        match (self.client.is_closed(), self.clashed.get(), misjudged) {
            (true, _, _) => State::Lost,
            (false, true, _) => State::Clashed,
            (false, false, true) => State::Misjudged,
            (false, false, false) => State::Fine,
        }
    }

    /// The server's own vacuum does that.
    fn compact(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_spent(&self) -> bool {
        self.client.is_closed()
    }

    fn is_ruined(&self, _: &StoreError) -> bool {
        false
    }
}

/// Most statements that wait: what they hold is kept twice until they are sent.
const QUEUED_MAX: usize = 1024;

/// The lock of whoever writes: "privet" in bytes.
const WRITERS: i64 = 0x0070_7269_7665_7400;

/// Whether the transaction met another one and would do better the next time.
fn is_clash(code: &SqlState) -> bool {
    *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
}

/// Waits on this thread for `work`, done on the runtime's.
fn wait<T: Send + 'static>(
    runtime: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, StoreError> {
    let (answer, answered) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        // Whoever asked waits below.
        let _ = answer.send(work.await);
    });
    answered.recv().map_err(|_| StoreError::Stopped)
}

/// `?1` as `$1`.
fn with_dollars(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(char) = chars.next() {
        let numbered = chars.peek().is_some_and(char::is_ascii_digit);
        text.push(if char == '?' && numbered { '$' } else { char });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_with_dollars() {
        let rows = [
            ("SELECT 1", "SELECT 1"),
            ("a = ?1 AND b = ?2 OR c = ?1", "a = $1 AND b = $2 OR c = $1"),
            ("LIMIT ?12", "LIMIT $12"),
            ("what?", "what?"),
        ];
        for (sql, want) in rows {
            assert_eq!(with_dollars(sql), want);
        }
    }
}
