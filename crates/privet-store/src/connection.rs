//! [`Connection`] and [`Transaction`]: what statements run on.
//!
//! Statements are portable SQL with numbered parameters (`?1`). They are prepared once
//! for each connection.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;

use crate::{FromValue, StoreError, ValueRef};

/// Something that reads, and inside a [`Transaction`] also writes.
pub struct Connection<'a> {
    session: &'a dyn Session,
}

impl<'a> Connection<'a> {
    pub(crate) fn new(session: &'a dyn Session) -> Self {
        Self { session }
    }

    /// Runs a statement that gives no rows; says how many it changed.
    pub fn execute(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<usize, StoreError> {
        self.session.execute(sql, params)
    }

    /// The first row, if there is one.
    pub fn query_opt<T, E: From<StoreError>>(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let (mut read, mut first) = (Some(read), None);
        self.session.query(sql, params, &mut |row| {
            first = read.take().map(|read| read(row));
            Flow::Stop
        })?;
        first.transpose()
    }

    /// The first row; [`StoreError::NoRow`] if there is none.
    pub fn query_one<T, E: From<StoreError>>(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.query_opt(sql, params, read)?.ok_or_else(|| StoreError::NoRow.into())
    }

    /// All rows. What may be long wants a `LIMIT`.
    pub fn query_all<T, E: From<StoreError>>(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let mut rows = Vec::new();
        self.query_each(sql, params, |row| {
            rows.push(read(row)?);
            Ok::<_, E>(())
        })?;
        Ok(rows)
    }

    /// Calls `read` with each row, up to its first error.
    pub fn query_each<E: From<StoreError>>(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut ended = Ok(());
        self.session.query(sql, params, &mut |row| {
            ended = read(row);
            if ended.is_ok() { Flow::Next } else { Flow::Stop }
        })?;
        ended
    }

    /// Whether there is a row.
    pub fn exists(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<bool, StoreError> {
        Ok(self.query_opt(sql, params, |_| Ok::<_, StoreError>(()))?.is_some())
    }

    /// The first row for each of `keys`, all seen at one moment where the database can,
    /// and asked for in one go.
    pub fn query_each_of<T, E: From<StoreError>>(
        &self,
        sql: &str,
        keys: &[&[ValueRef<'_>]],
        mut read: impl FnMut(usize, &Row<'_>) -> Result<T, E>,
    ) -> Result<Vec<Option<T>>, E> {
        let mut found: Vec<Option<T>> = keys.iter().map(|_| None).collect();
        let mut ended = Ok(());
        self.session.query_each_of(sql, keys, &mut |index, row| match (
            read(index, row),
            found.get_mut(index),
        ) {
            (Ok(value), Some(place)) => *place = Some(value),
            (Ok(_), None) => {}
            (Err(error), _) => ended = Err(error),
        })?;
        ended.map(|()| found)
    }
}

/// A connection inside the group's transaction. Nobody else writes meanwhile, on any
/// machine.
pub struct Transaction<'a> {
    connection: Connection<'a>,
    memory: &'a Memory,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(session: &'a dyn Session, memory: &'a Memory) -> Self {
        Self { connection: Connection::new(session), memory }
    }

    /// Runs an insert that should add one row; says whether it did.
    ///
    /// A server far away is not waited for: it is taken to have done so. Should it turn out
    /// otherwise, nothing is committed, and the work runs again and then learns the truth.
    /// So write inserts with `ON CONFLICT DO NOTHING`, and let both answers be handled.
    pub fn insert_new(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<bool, StoreError> {
        self.connection.session.insert_new(sql, params)
    }

    /// Runs a statement of whose outcome nobody asks, at the latest before the commit. If it
    /// fails the work runs again and then sees the error.
    pub fn execute_later(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<(), StoreError> {
        self.connection.session.execute_later(sql, params)
    }

    /// What some work before this one has kept in the same transaction.
    pub fn recall<T: Clone + 'static>(&self) -> Option<T> {
        self.memory.0.borrow().get(&TypeId::of::<T>())?.downcast_ref().cloned()
    }

    /// Keeps what the database now says, so that nobody has to ask again in this transaction.
    /// Whoever changes it keeps it anew; when changes are taken back all is forgotten.
    pub fn keep<T: Clone + 'static>(&self, what: T) {
        self.memory.0.borrow_mut().insert(TypeId::of::<T>(), Box::new(what));
    }
}

/// What is known of the database while one transaction lasts.
#[derive(Default)]
pub(crate) struct Memory(RefCell<HashMap<TypeId, Box<dyn Any>>>);

impl Memory {
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl<'a> Deref for Transaction<'a> {
    type Target = Connection<'a>;

    fn deref(&self) -> &Connection<'a> {
        &self.connection
    }
}

/// A row of a result.
pub struct Row<'a>(&'a dyn Cells);

impl<'a> Row<'a> {
    pub(crate) fn new(cells: &'a dyn Cells) -> Self {
        Self(cells)
    }

    /// The value of a column, the first being 0.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, StoreError> {
        let value = self.0.cell(column).and_then(T::from_value);
        value.ok_or(StoreError::Column(column))
    }

    /// The text of a column.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.0.cell(column) {
            Some(ValueRef::Text(text)) => Ok(text),
            _ => Err(StoreError::Column(column)),
        }
    }
}

/// Where a row's values lie.
pub(crate) trait Cells {
    /// `None` for a column that is not there or holds what no [`ValueRef`] can.
    fn cell(&self, column: usize) -> Option<ValueRef<'_>>;
}

/// Whether more rows are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Stop,
}

/// What became of a transaction behind the back of who runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Fine,
    /// The database took it back; nothing of it was written.
    TakenBack,
    /// It met another machine's transaction; running it once more helps.
    Clashed,
    /// What was taken for granted did not happen; running it once more, with care, helps.
    Misjudged,
    /// The connection is gone.
    Lost,
}

/// How one job of a group runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobRun {
    /// Its place in the group.
    pub(crate) index: usize,
    /// There is no other one, whose changes must stay if this one fails.
    pub(crate) alone: bool,
    /// Nothing is taken for granted: each statement's outcome is waited for.
    pub(crate) careful: bool,
}

/// A database's connection: one implementation for each database.
pub(crate) trait Session: Send {
    fn execute(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<usize, StoreError>;

    fn query(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Flow,
    ) -> Result<(), StoreError>;

    fn query_each_of(
        &self,
        sql: &str,
        keys: &[&[ValueRef<'_>]],
        each: &mut dyn FnMut(usize, &Row<'_>),
    ) -> Result<(), StoreError>;

    /// Begins a transaction that will write.
    fn begin(&self) -> Result<(), StoreError>;
    fn commit(&self) -> Result<(), StoreError>;
    fn rollback(&self);
    fn begin_job(&self, run: JobRun) -> Result<(), StoreError>;
    fn keep_job(&self, run: JobRun) -> Result<(), StoreError>;
    /// Takes back what came since [`begin_job`](Self::begin_job).
    fn undo_job(&self, run: JobRun) -> Result<(), StoreError>;
    fn state(&self) -> State;

    /// See [`Transaction::insert_new`].
    fn insert_new(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<bool, StoreError> {
        Ok(self.execute(sql, params)? == 1)
    }

    /// See [`Transaction::execute_later`].
    fn execute_later(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<(), StoreError> {
        self.execute(sql, params).map(drop)
    }

    /// Waits until everything was done that was to be done later.
    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The jobs of the last transaction for which too much was taken for granted.
    fn misjudged(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Frees what deleted rows took, as far as the database can.
    fn compact(&self) -> Result<(), StoreError>;
    /// Whether nobody should use it any more.
    fn is_spent(&self) -> bool;
    /// Whether going on with this database could only make things worse.
    fn is_ruined(&self, error: &StoreError) -> bool;
}

/// Makes connections.
pub(crate) trait Connector: Send + Sync + std::fmt::Debug {
    fn reader(&self) -> Result<Box<dyn Session>, StoreError>;
    /// The connection that writes, once more after the last one was lost.
    fn writer(&self) -> Result<Box<dyn Session>, StoreError>;
}
