//! A connection to a server as a [`Session`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, mpsc};

use bytes::BytesMut;
use tokio::runtime::{Handle, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Statement};

use super::tls;
use crate::connection::{Cells, Flow, Row, Session, State};
use crate::{StoreError, ValueRef};

/// The client's work runs on the store's own runtime, and the caller waits for it on its
/// own thread, whatever that is.
pub(super) struct PostgresSession {
    runtime: Handle,
    client: Arc<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    clashed: Cell<bool>,
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
        })
    }

    /// Runs statements without parameters.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let (client, sql) = (Arc::clone(&self.client), sql.to_owned());
        self.run(async move { client.batch_execute(&sql).await })
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    ) -> Result<T, StoreError> {
        wait(&self.runtime, work)?.map_err(|error| {
            if error.code().is_some_and(is_clash) {
                self.clashed.set(true);
            }
            error.into()
        })
    }

    fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let (client, dollars) = (Arc::clone(&self.client), with_dollars(sql));
        let statement = self.run(async move { client.prepare(&dollars).await })?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Session for PostgresSession {
    fn execute(&self, sql: &str, params: &[ValueRef<'_>]) -> Result<usize, StoreError> {
        let statement = self.prepared(sql)?;
        let (client, params) = (Arc::clone(&self.client), owned(params));
        let changed = self.run(async move {
            let params = borrowed(&params);
            client.execute_raw(&statement, params).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn query(
        &self,
        sql: &str,
        params: &[ValueRef<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Flow,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let (client, params) = (Arc::clone(&self.client), owned(params));
        let rows = self.run(async move { client.query(&statement, &borrowed(&params)).await })?;
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
        let found = self.run(async move {
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
        // Machines that write take turns, as SQLite's writers do: the log is one chain, so
        // they would meet there anyway, and later is more expensive.
        self.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({WRITERS})"))
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.batch("COMMIT")
    }

    fn rollback(&self) {
        // It fails only on a connection that is gone, and the transaction with it.
        let _ = self.batch("ROLLBACK");
    }

    fn savepoint(&self) -> Result<(), StoreError> {
        self.batch("SAVEPOINT job")
    }

    fn release(&self) -> Result<(), StoreError> {
        self.batch("RELEASE SAVEPOINT job")
    }

    fn undo(&self) -> Result<(), StoreError> {
        self.batch("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
    }

    fn state(&self) -> State {
        match (self.client.is_closed(), self.clashed.get()) {
            (true, _) => State::Lost,
            (false, true) => State::Clashed,
            (false, false) => State::Fine,
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

/// A parameter on its way to the runtime's thread.
#[derive(Debug)]
enum Owned {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

fn owned(params: &[ValueRef<'_>]) -> Vec<Owned> {
    let owned = |value: &ValueRef<'_>| match *value {
        ValueRef::Null => Owned::Null,
        ValueRef::Integer(number) => Owned::Integer(number),
        ValueRef::Text(text) => Owned::Text(text.to_owned()),
        ValueRef::Blob(bytes) => Owned::Blob(bytes.to_vec()),
    };
    params.iter().map(owned).collect()
}

fn borrowed(params: &[Owned]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Owned {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Integer(number) if *ty == Type::BOOL => (*number != 0).to_sql(ty, out),
            Self::Integer(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a server's row.
struct Column<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Column<'a> {
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT8 => ValueRef::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => ValueRef::Integer(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => ValueRef::Integer(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => ValueRef::Blob(raw),
            _ => ValueRef::Text(<&str>::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA, Type::TEXT, Type::VARCHAR, Type::NAME]
            .contains(ty)
    }
}

impl Cells for tokio_postgres::Row {
    fn cell(&self, column: usize) -> Option<ValueRef<'_>> {
        self.try_get::<_, Column<'_>>(column).ok().map(|cell| cell.0)
    }
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
