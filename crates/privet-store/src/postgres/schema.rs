//! The tables, version by version. Migrations only go forward.

use crate::connection::Session;
use crate::params;
use crate::{Connection, Schema, StoreError};

use super::session::PostgresSession;

/// What takes a schema from one version to the next. Steps are never edited once
/// released; changes are new steps.
fn steps(schema: Schema) -> &'static [&'static str] {
    match schema {
        Schema::Main => &[
            include_str!("schema/main-0001.sql"),
            include_str!("schema/main-0002.sql"),
            include_str!("schema/main-0003.sql"),
        ],
        Schema::Keys => {
            &[include_str!("schema/keys-0001.sql"), include_str!("schema/keys-0002.sql")]
        }
    }
}

/// The schema's name on the server. Who backs up the server's database leaves
/// `privet_keys` out.
pub(super) fn name(schema: Schema) -> &'static str {
    match schema {
        Schema::Main => "privet",
        Schema::Keys => "privet_keys",
    }
}

/// Brings the tables up to the newest version, all in one transaction, one machine
/// at a time. Refuses tables that are not those of their version.
pub(super) fn migrate(session: &PostgresSession, schema: Schema) -> Result<(), StoreError> {
    check_server(session)?;
    let (name, steps) = (name(schema), steps(schema));
    session.begin()?;
    match migrate_to(session, name, steps) {
        Ok(()) => session.commit(),
        Err(error) => {
            session.rollback();
            Err(error)
        }
    }
}

fn check_server(session: &PostgresSession) -> Result<(), StoreError> {
    let version: i64 = Connection::new(session).query_one(
        "SELECT current_setting('server_version_num')::bigint",
        &[],
        |row| row.get(0),
    )?;
    match version >= VERSION_MIN {
        true => Ok(()),
        false => Err(StoreError::Server(format!(
            "it is PostgreSQL {}, and 15 is the oldest that works",
            version / 10_000
        ))),
    }
}

fn migrate_to(session: &PostgresSession, name: &str, steps: &[&str]) -> Result<(), StoreError> {
    let connection = Connection::new(session);
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let there = connection.exists(
        "SELECT 1 FROM information_schema.tables
         WHERE table_schema = ?1 AND table_name = 'schema_version'",
        params![name],
    )?;
    if !there {
        session.batch(&format!("CREATE SCHEMA IF NOT EXISTS {name}"))?;
        if shape(&connection, name)?.is_some() {
            return Err(StoreError::Mismatch { version: 0 });
        }
        session
            .batch("CREATE TABLE schema_version (version BIGINT NOT NULL, shape TEXT NOT NULL)")?;
        connection.execute("INSERT INTO schema_version VALUES (0, '')", &[])?;
    }
    let (found, written): (i64, String) =
        connection.query_one("SELECT version, shape FROM schema_version", &[], |row| {
            Ok::<_, StoreError>((row.get(0)?, row.get(1)?))
        })?;
    let done = match usize::try_from(found) {
        Ok(done) if done <= steps.len() => done,
        Ok(_) => return Err(StoreError::Newer { found, known }),
        Err(_) => return Err(StoreError::Mismatch { version: found }),
    };
    if done > 0 && shape(&connection, name)?.as_deref() != Some(&*written) {
        return Err(StoreError::Mismatch { version: found });
    }
    if done == steps.len() {
        return Ok(());
    }
    // A step may go through every row there is.
    session.batch("SET LOCAL statement_timeout = 0")?;
    for step in steps.iter().skip(done) {
        session.batch(step)?;
    }
    let shape = shape(&connection, name)?.unwrap_or_default();
    connection
        .execute("UPDATE schema_version SET version = ?1, shape = ?2", params![known, shape])?;
    Ok(())
}

/// A digest of all tables, columns and indexes; `None` if there are none.
fn shape(connection: &Connection<'_>, name: &str) -> Result<Option<String>, StoreError> {
    connection.query_one(
        "SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex')
         FROM (
           SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS line
           FROM information_schema.columns
           WHERE table_schema = ?1 AND table_name <> 'schema_version'
           UNION ALL
           SELECT indexdef FROM pg_indexes WHERE schemaname = ?1
         ) AS lines",
        params![name],
        |row| row.get(0),
    )
}

const VERSION_MIN: i64 = 150_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::runtime::Builder;

    use super::*;
    use crate::postgres::tls;

    /// Two tenants whose scopes were made by turns, as version 1 kept them.
    #[test]
    fn scopes_of_two_tenants_come_to_lie_apart() {
        let runtime =
            Arc::new(Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());
        let config = privet_testing::database().parse().unwrap();
        let session = PostgresSession::connect(
            &runtime,
            &config,
            tls::connect(None).unwrap(),
            "SET search_path TO privet",
        )
        .unwrap();
        let (first, all) = (&steps(Schema::Main)[..1], steps(Schema::Main));
        migrate_to(&session, "privet", first).unwrap();
        session
            .batch(
                "INSERT INTO scope
                   (tenant, workspace, principal, narrow, reference, last_secret, created_at)
                 VALUES ('acme', 'w', 'p', '', '\\x01', 0, 0), ('birch', 'w', 'p', '', '\\x02', 7, 0),
                   ('acme', 'w', 'q', '', '\\x03', 0, 0), ('birch', 'w', 'q', '', '\\x04', 0, 0);
                 INSERT INTO token SELECT id, 'PERSON_' || id, 'PERSON', reference, 1, '', 0, 0
                   FROM scope;
                 INSERT INTO tombstone SELECT id, 'gone' FROM scope;
                 INSERT INTO secret SELECT id, 1, 1, 'SECRET', reference, NULL, 0 FROM scope;
                 INSERT INTO segment_memo SELECT id, reference, '', 0, 0 FROM scope;
                 INSERT INTO answer_memo SELECT id, reference, '', 0, 0 FROM scope;
                 INSERT INTO refused SELECT id, reference, '', 0, 0 FROM scope;",
            )
            .unwrap();
        migrate_to(&session, "privet", all).unwrap();
        let connection = Connection::new(&session);
        let of = |sql: &str| -> Vec<String> {
            connection.query_all(sql, &[], |row| row.get::<String>(0)).unwrap()
        };
        let far = 1i64 << 40;
        let ids = [(1, "acme"), (3, "acme"), (far + 2, "birch"), (far + 4, "birch")];
        let want: Vec<String> = ids.iter().map(|(id, tenant)| format!("{id} {tenant}")).collect();
        for table in ["token", "tombstone", "secret", "segment_memo", "answer_memo", "refused"] {
            let sql = format!(
                "SELECT {table}.scope || ' ' || tenant FROM {table}
                 JOIN scope ON scope.id = {table}.scope ORDER BY {table}.scope"
            );
            assert_eq!(of(&sql), want, "{table}");
        }
        assert_eq!(
            of("SELECT 'x' FROM token JOIN scope ON id = scope AND surface <> reference"),
            [""; 0]
        );
        assert_eq!(
            of("SELECT name || ' ' || number || ' ' || last_scope FROM tenant ORDER BY number"),
            ["acme 0 3", "birch 1 4"]
        );
    }
}
