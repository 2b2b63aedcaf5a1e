//! A vault in a folder of its own, for tests. All people are invented.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses a part of it"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use privet_store::{PostgresOptions, Schema, Store, StoreOptions};
use privet_vault::{
    Claim, ClaimError, KeyFile, OsRandom, Random, RandomError, Scope, ScopeName, Stores, Vault,
    VaultError, insert_claims,
};

pub struct House {
    pub vault: Vault,
    pub store: Store,
    pub keys: Store,
    pub path: PathBuf,
    postgres: Option<String>,
    dir: Arc<tempfile::TempDir>,
}

impl House {
    pub fn new() -> Self {
        Self::open(&Arc::new(tempfile::tempdir().unwrap()), None)
    }

    /// On a PostgreSQL database of its own.
    pub fn on_postgres() -> Self {
        Self::open(&Arc::new(tempfile::tempdir().unwrap()), Some(privet_testing::database()))
    }

    /// Another handle on the same databases, as another process would have.
    pub fn neighbour(&self) -> Self {
        Self::open(&self.dir, self.postgres.clone())
    }

    /// Closes everything and opens it again.
    pub fn reopen(self) -> Self {
        let (dir, postgres) = self.close();
        Self::open(&dir, postgres)
    }

    /// Closes everything; [`open`](Self::open) opens it again.
    pub fn close(self) -> (Arc<tempfile::TempDir>, Option<String>) {
        self.store.close().unwrap();
        self.keys.close().unwrap();
        (Arc::clone(&self.dir), self.postgres.clone())
    }

    pub fn open(dir: &Arc<tempfile::TempDir>, postgres: Option<String>) -> Self {
        Self::try_open(dir, postgres).unwrap()
    }

    pub fn try_open(
        dir: &Arc<tempfile::TempDir>,
        postgres: Option<String>,
    ) -> Result<Self, VaultError> {
        let path = dir.path().join("privet.sqlite");
        let open = |file: &str, schema| match &postgres {
            None => Store::open(&dir.path().join(file), schema).unwrap(),
            Some(url) => {
                let server = PostgresOptions { url: url.clone().into(), ca: None };
                Store::connect(&server, schema, &StoreOptions::default()).unwrap()
            }
        };
        let (store, keys) =
            (open("privet.sqlite", Schema::Main), open("keys.sqlite", Schema::Keys));
        let stores = Stores { main: store.clone(), keys: keys.clone() };
        let root = KeyFile::load_or_create(&dir.path().join("root.key"), &OsRandom).unwrap();
        let vault = Vault::open(stores, Arc::new(root), Arc::new(Counting::default()), at(0))?;
        Ok(Self { vault, store, keys, path, postgres, dir: Arc::clone(dir) })
    }

    pub fn key_file(&self) -> KeyFile {
        KeyFile::load(&self.dir.path().join("root.key")).unwrap()
    }

    pub fn scope(&self, principal: &str) -> Arc<Scope> {
        self.vault.scope(&name(principal), at(0)).unwrap()
    }

    pub fn commit(&self, claims: &[Claim]) -> Result<(), ClaimError> {
        let claims = claims.to_vec();
        self.store.write(move |tx| insert_claims(tx, &claims, at(0))).wait()
    }

    /// Does something to the database behind the vault's back.
    pub fn sql(&self, sql: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(sql).unwrap();
    }

    /// Does something to the server behind the vault's back.
    pub fn server_sql(&self, sql: &'static str) {
        let done = self.store.write(move |tx| -> Result<(), VaultError> {
            tx.execute(sql, &[])?;
            Ok(())
        });
        done.wait().unwrap();
    }

    /// Does something to the database of keys behind the vault's back.
    pub fn keys_sql(&self, sql: &str) {
        let path = self.path.with_file_name("keys.sqlite");
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    }
}

pub fn name(principal: &str) -> ScopeName {
    ScopeName {
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        principal: principal.to_owned(),
        narrow: None,
    }
}

pub fn at(hours: i64) -> Timestamp {
    let start: Timestamp = "2026-03-01T00:30:00Z".parse().unwrap();
    start + SignedDuration::from_hours(hours)
}

/// Bytes that never repeat and are the same in every run.
#[derive(Default)]
pub struct Counting(AtomicU64);

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let mut state = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in bytes {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            *byte = (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8;
        }
        Ok(())
    }
}
