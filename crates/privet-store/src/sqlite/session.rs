//! A connection to a SQLite file as a [`Session`].

use std::cell::Cell;

use rusqlite::types::{ToSqlOutput, ValueRef as SqliteValue};
use rusqlite::{Connection, ErrorCode, Statement, ToSql};

use super::checkpoint::Checkpointer;
use crate::connection::{Cells, Flow, JobRun, Row, Session, State};
use crate::{StoreError, ValueRef};

pub(crate) struct SqliteSession {
    // Before the checkpointer: its hook, which wakes the thread, must go first.
    connection: Connection,
    checkpointer: Option<Checkpointer>,
    began: Cell<bool>,
}

impl SqliteSession {
    pub(super) fn reading(connection: Connection) -> Self {
        Self { connection, checkpointer: None, began: Cell::new(false) }
    }

    pub(super) fn writing(connection: Connection, checkpointer: Checkpointer) -> Self {
        Self { connection, checkpointer: Some(checkpointer), began: Cell::new(false) }
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

impl Session for SqliteSession {
    fn execute(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        Ok(statement.raw_execute()?)
    }

    fn query(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Flow,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
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
        // One transaction: one snapshot, and one lock instead of many.
        let _snapshot = match self.connection.is_autocommit() {
            true => Some(self.connection.unchecked_transaction()?),
            false => None,
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        for (index, params) in keys.iter().enumerate() {
            bind(&mut statement, params)?;
            let mut rows = statement.raw_query();
            if let Some(row) = rows.next()? {
                each(index, &Row::new(row));
            }
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), StoreError> {
        // IMMEDIATE: other processes write to the same file, and an upgrade from
        // a read transaction could not wait for them.
        self.run("BEGIN IMMEDIATE")?;
        self.began.set(true);
        Ok(())
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.run("COMMIT")?;
        self.began.set(false);
        Ok(())
    }

    fn rollback(&self) {
        if !self.connection.is_autocommit() {
            // It fails only when there is nothing left to take back.
            let _ = self.run("ROLLBACK");
        }
        self.began.set(false);
    }

    fn begin_job(&self, run: JobRun) -> Result<(), StoreError> {
        if run.alone { Ok(()) } else { self.run("SAVEPOINT job") }
    }

    fn keep_job(&self, run: JobRun) -> Result<(), StoreError> {
        if run.alone { Ok(()) } else { self.run("RELEASE job") }
    }

    fn undo_job(&self, run: JobRun) -> Result<(), StoreError> {
        if run.alone {
            return Ok(()); // The whole transaction is taken back.
        }
        self.run("ROLLBACK TO job")?;
        self.run("RELEASE job")
    }

    fn state(&self) -> State {
        match self.began.get() && self.connection.is_autocommit() {
            true => State::TakenBack,
            false => State::Fine,
        }
    }

    /// Moves the write-ahead log into the database and empties it, so that what was
    /// deleted, and overwritten by that, is gone from both. Readers in the middle of a
    /// transaction keep the log from being emptied; that is no error.
    fn compact(&self) -> Result<(), StoreError> {
        let _alone = self.checkpointer.as_ref().map(Checkpointer::pause);
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// A panic may have left a transaction open; such a connection would go on seeing
    /// an old state.
    fn is_spent(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// A full disk or a lock held too long by another process can pass.
    fn is_ruined(&self, error: &StoreError) -> bool {
        let StoreError::Sql(error) = error else { return false };
        matches!(
            error.sqlite().and_then(rusqlite::Error::sqlite_error_code),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ReadOnly)
        )
    }
}

fn bind(statement: &mut Statement<'_>, params: &[ValueRef<'_>]) -> Result<(), StoreError> {
    for (index, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

impl ToSql for ValueRef<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            ValueRef::Null => SqliteValue::Null,
            ValueRef::Integer(number) => SqliteValue::Integer(*number),
            ValueRef::Text(text) => SqliteValue::Text(text.as_bytes()),
            ValueRef::Blob(bytes) => SqliteValue::Blob(bytes),
        }))
    }
}

impl Cells for rusqlite::Row<'_> {
    fn cell(&self, column: usize) -> Option<ValueRef<'_>> {
        match self.get_ref(column).ok()? {
            SqliteValue::Null => Some(ValueRef::Null),
            SqliteValue::Integer(number) => Some(ValueRef::Integer(number)),
            SqliteValue::Text(text) => std::str::from_utf8(text).ok().map(ValueRef::Text),
            SqliteValue::Blob(bytes) => Some(ValueRef::Blob(bytes)),
            SqliteValue::Real(_) => None,
        }
    }
}
