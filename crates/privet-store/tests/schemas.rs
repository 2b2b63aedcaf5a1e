//! The tables of SQLite and PostgreSQL are written down in two files each: they must say the
//! same, and the tenant must lead every key.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use privet_store::{PostgresOptions, Schema, Store, StoreError, StoreOptions, params};

/// What a database's tables are, in words that both databases share.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tables {
    /// `table.column`, and its type.
    columns: BTreeMap<String, String>,
    /// The columns of each key and index, beside its table.
    keys: BTreeSet<(String, Vec<String>, &'static str)>,
    /// What refers to what.
    references: BTreeSet<String>,
}

#[test]
fn both_databases_have_the_same_tables() {
    for schema in [Schema::Main, Schema::Keys] {
        let (sqlite, postgres) = (sqlite(schema), postgres(schema));
        assert!(sqlite.columns.len() > 10 && sqlite.keys.len() > 3, "{sqlite:?}");
        assert_eq!(sqlite.columns, postgres.columns);
        assert_eq!(sqlite.keys, postgres.keys);
        assert_eq!(sqlite.references, postgres.references);
    }
}

/// A scope's number begins with its tenant's, so it leads, too.
#[test]
fn the_tenant_leads_every_key() {
    for schema in [Schema::Main, Schema::Keys] {
        let mut strangers = BTreeSet::new();
        for (table, columns, _) in sqlite(schema).keys {
            let first = columns.first().unwrap().as_str();
            let leads = matches!(first, "tenant" | "scope")
                || matches!((table.as_str(), first), ("scope", "id") | ("tenant", _));
            if !leads {
                strangers.insert(format!("{table}.{first}"));
            }
        }
        let of_the_house: BTreeSet<String> = OF_THE_HOUSE
            .iter()
            .filter(|(of, ..)| *of == schema)
            .map(|(_, key, _)| String::from(*key))
            .collect();
        assert_eq!(strangers, of_the_house);
    }
}

/// What belongs to no tenant, and why.
const OF_THE_HOUSE: &[(Schema, &str, &str)] = &[
    (Schema::Main, "meta.name", "facts about the whole"),
    (Schema::Main, "erasure.seq", "one ledger for the house, and its copy here"),
    (Schema::Main, "api_key.key_hash", "a caller shows a key; the tenant is what it leads to"),
    (Schema::Main, "audit.seq", "one log, so that one chain covers it"),
    (Schema::Main, "audit.request_id", "the log again"),
    (Schema::Main, "audit.event", "the log again"),
    (Schema::Main, "secret.day_key", "a day's secrets go with the day's key, everybody's"),
    (Schema::Keys, "meta.name", "facts about the whole"),
    (Schema::Keys, "erasure.seq", "one ledger for the house"),
    (Schema::Keys, "erasure.id", "one ledger for the house"),
    (Schema::Keys, "day_key.id", "one key a day for the house; scopes derive theirs"),
];

fn sqlite(schema: Schema) -> Tables {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("privet.sqlite");
    let store = Store::open(&path, schema).unwrap();
    let mut tables = Tables::default();
    let rows = |sql: &str| texts(&store, sql);
    for row in rows(
        "SELECT t.name, c.name, lower(c.type), CAST(c.\"notnull\" OR c.pk > 0 AS TEXT)
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'",
    ) {
        note_column(&mut tables, &row);
    }
    for row in rows(
        "SELECT i.tbl_name, i.kind, CAST(i.is_part AS TEXT), group_concat(i.name) FROM (
           SELECT t.name AS tbl_name, l.name AS key_name, x.name AS name, l.partial AS is_part,
             CASE l.origin WHEN 'pk' THEN 'primary'
               ELSE CASE l.\"unique\" WHEN 1 THEN 'unique' ELSE 'index' END END AS kind
           FROM sqlite_schema t JOIN pragma_index_list(t.name) l
             JOIN pragma_index_xinfo(l.name) x
           WHERE t.type = 'table' AND x.key = 1 ORDER BY t.name, l.name, x.seqno
         ) AS i GROUP BY i.tbl_name, i.key_name, i.kind, i.is_part
         UNION ALL
         SELECT t.name, 'primary', '0', c.name
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.pk > 0
           AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) l WHERE l.origin = 'pk')",
    ) {
        note_key(&mut tables, &row);
    }
    tables.references = rows(
        "SELECT t.name, f.\"from\", f.\"table\", f.\"to\", lower(f.on_delete)
         FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
    )
    .into_iter()
    .map(|row| row.join(" "))
    .collect();
    tables
}

fn postgres(schema: Schema) -> Tables {
    let server = PostgresOptions { url: privet_testing::database().into(), ca: None };
    let store = Store::connect(&server, schema, &StoreOptions::default()).unwrap();
    let mut tables = Tables::default();
    let rows = |sql: &str| texts(&store, sql);
    for row in rows(
        "SELECT table_name::text, column_name::text,
           CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob'
             ELSE data_type::text END,
           CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name <> 'schema_version'",
    ) {
        note_column(&mut tables, &row);
    }
    for row in rows(
        "SELECT t.relname::text,
           CASE WHEN i.indisprimary THEN 'primary' WHEN i.indisunique THEN 'unique'
             ELSE 'index' END,
           CASE WHEN i.indpred IS NULL THEN '0' ELSE '1' END,
           string_agg(c.attname::text, ',' ORDER BY array_position(i.indkey::int2[], c.attnum))
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
           JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = ANY (i.indkey)
         WHERE t.relnamespace = current_schema()::regnamespace
         GROUP BY t.relname, i.indexrelid, i.indisprimary, i.indisunique, i.indpred IS NULL",
    ) {
        note_key(&mut tables, &row);
    }
    tables.references = rows(
        "SELECT f.conrelid::regclass::text, own.attname::text, f.confrelid::regclass::text,
           theirs.attname::text,
           CASE f.confdeltype WHEN 'c' THEN 'cascade' ELSE 'no action' END
         FROM pg_constraint f
           JOIN pg_attribute own ON own.attrelid = f.conrelid AND own.attnum = f.conkey[1]
           JOIN pg_attribute theirs ON theirs.attrelid = f.confrelid
             AND theirs.attnum = f.confkey[1]
         WHERE f.contype = 'f' AND f.connamespace = current_schema()::regnamespace",
    )
    .into_iter()
    .map(|row| row.join(" "))
    .collect();
    tables
}

fn note_column(tables: &mut Tables, row: &[String]) {
    let [table, column, kind, not_null] = row else { unreachable!("four columns") };
    tables.columns.insert(format!("{table}.{column}"), format!("{kind}, not null: {not_null}"));
}

fn note_key(tables: &mut Tables, row: &[String]) {
    let [table, kind, partial, columns] = row else { unreachable!("four columns") };
    let kind = match (kind.as_str(), partial.as_str()) {
        ("primary", _) => "primary key",
        ("unique", "0") => "unique",
        ("unique", _) => "unique, of some rows",
        (_, "0") => "index",
        _ => "index of some rows",
    };
    let columns = columns.split(',').map(str::to_owned).collect();
    tables.keys.insert((table.clone(), columns, kind));
}

/// The rows of a question whose columns are all text.
fn texts(store: &Store, sql: &str) -> Vec<Vec<String>> {
    store
        .read(|connection| {
            connection.query_all(sql, params![], |row| {
                let mut texts = Vec::new();
                while let Ok(text) = row.get::<String>(texts.len()) {
                    texts.push(text);
                }
                Ok::<_, StoreError>(texts)
            })
        })
        .unwrap()
}
