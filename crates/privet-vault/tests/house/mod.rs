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
use privet_store::{Store, StoreError};
use privet_vault::{
    Claim, ClaimError, Random, RandomError, RootKey, Scope, ScopeName, Vault, insert_claims,
};

pub struct House {
    pub vault: Vault,
    pub store: Store,
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
        let store = Store::open(&path).unwrap();
        let vault =
            Vault::open(store.clone(), RootKey::from_bytes([7; 32]), Arc::new(Counting::default()))
                .unwrap();
        Self { vault, store, path, dir: Arc::clone(dir) }
    }

    pub fn scope(&self, principal: &str) -> Arc<Scope> {
        self.vault.scope(&name(principal)).unwrap()
    }

    pub fn commit(&self, claims: &[Claim]) -> Result<(), ClaimError> {
        let claims = claims.to_vec();
        self.store.write(move |tx| insert_claims(tx, &claims, at(0))).wait()
    }

    pub fn sql(&self, sql: &'static str) -> usize {
        self.store
            .write(move |tx| -> Result<usize, StoreError> { Ok(tx.execute(sql, [])?) })
            .wait()
            .unwrap()
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
