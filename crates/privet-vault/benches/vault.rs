//! What the vault costs a request: claims hot and cold, memos, keys, hashing.
//!
//! `cargo bench -p privet-vault`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use privet_store::{Schema, Store, StoreError};
use privet_text::EntityType;
use privet_vault::{
    ApiKeys, Claim, ClaimError, KeyError, MemoHash, NewKey, OsRandom, Permissions, RootKey, Scope,
    ScopeName, SecretMode, Stores, Vault, VaultError, insert_claims,
};

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("privet.sqlite"), Schema::Main).unwrap();
    let beside = Store::open(&dir.path().join("keys.sqlite"), Schema::Keys).unwrap();
    let root = Arc::new(RootKey::from_bytes([7; 32]));
    let stores = Stores { main: store.clone(), keys: beside };
    let vault = Vault::open(stores, root, Arc::new(OsRandom), Timestamp::now()).unwrap();
    let name = ScopeName {
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        principal: String::from("kim"),
        narrow: None,
    };
    let (scope, now) = (vault.scope(&name, Timestamp::now()).unwrap(), Timestamp::now());
    claims(&store, &scope, now);
    memos(&store, &scope, now);
    keys(&store, &vault.api_keys(), now);
    hashes(&scope);
}

fn claims(store: &Store, scope: &Scope, now: Timestamp) {
    let values: Vec<_> = (0..2000).map(|n| format!("person{n}@example.com")).collect();
    let claim_all = || -> Vec<Claim> {
        values.iter().map(|v| scope.claim(EntityType::EmailAddress, v).unwrap()).collect()
    };
    let mut fresh = Vec::new();
    time("claim, new value", values.len(), || fresh = claim_all());
    time("insert_claims, one transaction", values.len(), || insert(store, fresh, now));
    time("claim, known to the store", values.len(), || drop(claim_all()));
    time("claim, known in memory", values.len(), || drop(claim_all()));
    let secret = || scope.claim_secret("invented", SecretMode::Sealed, now).unwrap();
    insert(store, vec![secret()], now);
    time("claim_secret, known", 2000, || (0..2000).for_each(|_| drop(secret())));
}

fn insert(store: &Store, claims: Vec<Claim>, now: Timestamp) {
    let done = store.write(move |tx| -> Result<(), ClaimError> { insert_claims(tx, &claims, now) });
    done.wait().unwrap();
}

fn memos(store: &Store, scope: &Arc<Scope>, now: Timestamp) {
    let hash = |n: u32| -> MemoHash {
        let mut hasher = scope.leaf_key();
        hasher.update(&n.to_be_bytes());
        hasher.finish()
    };
    let hashes: Vec<_> = (0..400).map(hash).collect();
    let memos: Vec<_> = hashes.iter().map(|hash| (*hash, vec![7; 150])).collect();
    time("insert_segment_memos, one transaction", hashes.len(), || {
        let scope = Arc::clone(scope);
        let done = store.write(move |tx| -> Result<_, VaultError> {
            scope.insert_segment_memos(tx, &memos, now)
        });
        assert!(done.wait().unwrap().is_empty());
    });
    time("get_segments, from the store", hashes.len(), || {
        black_box(scope.get_segments(&hashes, now).unwrap());
    });
    time("get_segments, from memory", hashes.len(), || {
        black_box(scope.get_segments(&hashes, now).unwrap());
    });
}

fn keys(store: &Store, keys: &ApiKeys, now: Timestamp) {
    let new = NewKey {
        name: String::from("laptop"),
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        expires_at: None,
        may: Permissions::default(),
    };
    let minted = keys.mint(new, now).unwrap();
    let text = minted.text().clone();
    store.write(move |tx| -> Result<(), KeyError> { minted.insert(tx) }).wait().unwrap();
    let lookup = || keys.lookup(text.expose(), now).unwrap();
    lookup();
    store.write(|_| Ok::<_, StoreError>(())).wait().unwrap(); // behind the note of use
    time("key lookup", 5000, || (0..5000).for_each(|_| drop(lookup())));
}

fn hashes(scope: &Scope) {
    for bytes in [100, 2000, 100_000] {
        let leaf = vec![b'x'; bytes];
        time(&format!("leaf hash of {bytes} bytes"), 1000, || {
            for _ in 0..1000 {
                let mut hasher = scope.leaf_key();
                hasher.update_framed(&leaf);
                black_box(hasher.finish());
            }
        });
    }
}

fn time(what: &str, count: usize, work: impl FnOnce()) {
    let began = Instant::now();
    work();
    let each: Duration = began.elapsed() / u32::try_from(count).unwrap();
    println!("{what:40} {each:>10.2?} each, n = {count}");
}
