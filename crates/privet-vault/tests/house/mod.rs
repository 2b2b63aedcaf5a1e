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
use privet_store::{Schema, Store};
use privet_vault::{
    Claim, ClaimError, Random, RandomError, RootKey, Scope, ScopeName, Stores, Vault, insert_claims,
};

pub struct House {
    pub vault: Vault,
    pub store: Store,
    pub keys: Store,
    pub path: PathBuf,
    dir: Arc<tempfile::TempDir>,
}

impl House {
    pub fn new() -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::in_dir(&dir)
    }

    /// Another handle on the same file, as another process would have.
    pub fn neighbour(&self) -> Self {
        Self::in_dir(&self.dir)
    }

    fn in_dir(dir: &Arc<tempfile::TempDir>) -> Self {
        let path = dir.path().join("privet.sqlite");
        let store = Store::open(&path, Schema::Main).unwrap();
        let keys = Store::open(&dir.path().join("keys.sqlite"), Schema::Keys).unwrap();
        let stores = Stores { main: store.clone(), keys: keys.clone() };
        let root = Arc::new(RootKey::from_bytes([7; 32]));
        let vault = Vault::open(stores, root, Arc::new(Counting::default()), at(0)).unwrap();
        Self { vault, store, keys, path, dir: Arc::clone(dir) }
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
