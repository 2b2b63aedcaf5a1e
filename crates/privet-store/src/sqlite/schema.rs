//! The tables, version by version. Migrations only go forward.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{Schema, StoreError};

/// What takes a schema from one version to the next. Steps are never edited once
/// released; changes are new steps.
const fn steps(schema: Schema) -> &'static [&'static str] {
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

/// Brings the tables up to the newest version, all in one transaction, so a
/// crash leaves either the old tables or the new ones. Refuses a database
/// whose tables are not those of its version.
pub(crate) fn migrate(connection: &mut Connection, schema: Schema) -> Result<(), StoreError> {
    migrate_to(connection, steps(schema))
}

fn migrate_to(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    // While they are checked, a step that makes a table anew would delete what refers to it.
    let checked: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = migrate_unchecked(connection, steps);
    connection.pragma_update(None, "foreign_keys", checked)?;
    migrated
}

fn migrate_unchecked(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let done = match usize::try_from(found) {
        Ok(done) if done <= steps.len() => done,
        Ok(_) => return Err(StoreError::Newer { found, known }),
        Err(_) => return Err(StoreError::Mismatch { version: found }),
    };
    if tables(&tx)? != tables_after(steps, done)? {
        return Err(StoreError::Mismatch { version: found });
    }
    for step in steps.iter().skip(done) {
        tx.execute_batch(step)?;
    }
    if done < steps.len() {
        if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::Mismatch { version: found });
        }
        set_version(&tx, known)?;
    }
    tx.commit()?;
    Ok(())
}

fn set_version(tx: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    tx.pragma_update(None, "user_version", version)
}

/// What the tables look like after the first `done` steps.
fn tables_after(steps: &[&str], done: usize) -> rusqlite::Result<Vec<Table>> {
    let scratch = Connection::open_in_memory()?;
    scratch.pragma_update(None, "foreign_keys", false)?;
    for step in steps.iter().take(done) {
        scratch.execute_batch(step)?;
    }
    tables(&scratch)
}

/// Kind, name and definition of a table, index or trigger.
type Table = (String, String, Option<String>);

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    connection
        .prepare(
            "SELECT type, name, sql FROM sqlite_schema
             WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "CREATE TABLE a (x INTEGER) STRICT;";
    const TWO: &str = "ALTER TABLE a ADD COLUMN y TEXT;";

    fn fresh() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn goes_forward_step_by_step() {
        let mut connection = fresh();
        migrate_to(&mut connection, &[ONE]).unwrap();
        migrate_to(&mut connection, &[ONE, TWO]).unwrap();
        migrate_to(&mut connection, &[ONE, TWO]).unwrap();
        connection.execute("INSERT INTO a (x, y) VALUES (1, 'z')", []).unwrap();
    }

    #[test]
    fn refuses_a_newer_schema() {
        let mut connection = fresh();
        migrate_to(&mut connection, &[ONE, TWO]).unwrap();
        let error = migrate_to(&mut connection, &[ONE]).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 2, known: 1 }), "{error}");
    }

    #[test]
    fn refuses_tables_that_are_not_those_of_the_version() {
        let rows: &[(&str, &[&str])] = &[
            ("another program's file", &["CREATE TABLE theirs (x)"]),
            ("a step begun by hand", &[ONE, TWO, "PRAGMA user_version = 1"]),
            ("a lost table", &[ONE, "DROP TABLE a", "PRAGMA user_version = 1"]),
            ("a negative version", &["PRAGMA user_version = -3"]),
        ];
        for (what, before) in rows {
            let mut connection = fresh();
            for sql in *before {
                connection.execute_batch(sql).unwrap();
            }
            let error = migrate_to(&mut connection, &[ONE, TWO]).unwrap_err();
            assert!(matches!(error, StoreError::Mismatch { .. }), "{what}: {error}");
        }
    }

    #[test]
    fn a_failing_step_leaves_the_old_tables() {
        let mut connection = fresh();
        migrate_to(&mut connection, &[ONE]).unwrap();
        let bad = "ALTER TABLE a ADD COLUMN y TEXT; ALTER TABLE nowhere ADD COLUMN z TEXT;";
        migrate_to(&mut connection, &[ONE, bad]).unwrap_err();
        migrate_to(&mut connection, &[ONE, TWO]).unwrap();
    }

    /// Two tenants whose scopes were made by turns, as version 1 kept them.
    #[test]
    fn scopes_of_two_tenants_come_to_lie_apart() {
        let mut connection = fresh();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let (first, all) = (&steps(Schema::Main)[..1], steps(Schema::Main));
        migrate_to(&mut connection, first).unwrap();
        connection
            .execute_batch(
                "INSERT INTO scope
                   (tenant, workspace, principal, narrow, reference, last_secret, created_at)
                 VALUES ('acme', 'w', 'p', '', x'01', 0, 0), ('birch', 'w', 'p', '', x'02', 7, 0),
                   ('acme', 'w', 'q', '', x'03', 0, 0), ('birch', 'w', 'q', '', x'04', 0, 0);
                 INSERT INTO token SELECT id, 'PERSON_' || id, 'PERSON', reference, 1, x'00', 0, 0
                   FROM scope;
                 INSERT INTO tombstone SELECT id, 'gone' FROM scope;
                 INSERT INTO secret SELECT id, 1, 1, 'SECRET', reference, NULL, 0 FROM scope;
                 INSERT INTO segment_memo SELECT id, reference, x'00', 0, 0 FROM scope;
                 INSERT INTO answer_memo SELECT id, reference, x'00', 0, 0 FROM scope;
                 INSERT INTO refused SELECT id, reference, x'00', 0, 0 FROM scope;
                 INSERT INTO hold VALUES ('hold_1', 'acme', '', '', 'case 17', 0, NULL);
                 INSERT INTO api_key (id, key_hash, name, tenant, workspace, created_at)
                   VALUES ('key_1', x'05', 'laptop', 'birch', 'w', 0);",
            )
            .unwrap();
        migrate_to(&mut connection, all).unwrap();
        let of = |sql: &str| -> Vec<String> {
            let mut asked = connection.prepare(sql).unwrap();
            let rows = asked.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
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
        // Each row still belongs to the scope that it belonged to.
        assert_eq!(
            of("SELECT 'x' FROM token JOIN scope ON id = scope AND surface <> reference"),
            [""; 0]
        );
        assert_eq!(
            of("SELECT name || ' ' || number || ' ' || last_scope FROM tenant ORDER BY number"),
            ["acme 0 3", "birch 1 4"]
        );
        assert_eq!(of("SELECT tenant || last_secret FROM scope WHERE last_secret > 0"), ["birch7"]);
        assert_eq!(of("SELECT tenant || id FROM hold"), ["acmehold_1"]);
        assert_eq!(of("SELECT tenant || name FROM api_key"), ["birchlaptop"]);
        assert!(connection.execute("DELETE FROM tenant", []).is_err(), "keys are checked again");
    }

    #[test]
    fn the_shipped_steps_run() {
        migrate(&mut fresh(), Schema::Main).unwrap();
        migrate(&mut fresh(), Schema::Keys).unwrap();
    }
}
