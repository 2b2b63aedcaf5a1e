//! What the tests of the store share.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "tests")]

use std::sync::mpsc;

use privet_store::{Pending, Store, StoreError, params};

pub fn put(store: &Store, name: impl Into<String>, bytes: usize) -> Pending<(), StoreError> {
    let name = name.into();
    store.write(move |tx| {
        let value = vec![0u8; bytes];
        let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
        tx.execute(sql, params![name, value]).map(drop)
    })
}

pub fn names(store: &Store) -> Vec<String> {
    store
        .read(|connection| {
            connection
                .query_all("SELECT name FROM meta ORDER BY name", &[], |row| row.get::<String>(0))
        })
        .unwrap()
}

/// Keeps the writer busy until the returned sender is dropped, so that what is
/// queued meanwhile becomes one group.
pub fn hold(store: &Store) -> (mpsc::Sender<()>, Pending<(), StoreError>) {
    let (release, held) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let pending = store.write(move |_| -> Result<(), StoreError> {
        let _ = began.send(());
        let _ = held.recv();
        Ok(())
    });
    begun.recv().unwrap();
    (release, pending)
}
