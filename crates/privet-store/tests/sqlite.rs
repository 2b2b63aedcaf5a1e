//! What is SQLite's own: the file, its log and its disk.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::path::PathBuf;

use privet_store::{Schema, Store, StoreError, StoreOptions};
use support::{hold, names, put};

struct House {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { path: dir.path().join("privet.sqlite"), _dir: dir }
    }

    fn open(&self) -> Store {
        self.open_with(&StoreOptions::default())
    }

    fn open_with(&self, options: &StoreOptions) -> Store {
        Store::open_with(&self.path, Schema::Main, options).unwrap()
    }
}

#[test]
fn what_waits_becomes_one_transaction() {
    let house = House::new();
    let store = house.open();
    let version = || {
        store.read(|c| c.query_one("PRAGMA data_version", &[], |row| row.get::<i64>(0))).unwrap()
    };
    let (release, held) = hold(&store);
    let pending: Vec<_> = (0..100).map(|n| put(&store, format!("{n}"), 1)).collect();
    let before = version();
    drop(release);
    held.wait().unwrap();
    pending.into_iter().for_each(|pending| pending.wait().unwrap());
    assert_eq!(version(), before + 1, "a hundred writes, one commit");
}

#[test]
fn a_full_disk_fails_the_group_and_spoils_nothing() {
    let house = House::new();
    house.open().close().unwrap();
    let options = StoreOptions { pages_max: Some(64), ..StoreOptions::default() };
    let store = house.open_with(&options);
    let mut written = Vec::new();
    let refused = loop {
        let name = format!("{:03}", written.len());
        match put(&store, name.clone(), 8000).wait() {
            Ok(()) => written.push(name),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Sql(_) | StoreError::Commit(_)), "{refused}");
    let (release, held) = hold(&store);
    let pending = [put(&store, "small", 1), put(&store, "big", 500_000), put(&store, "after", 1)];
    drop(release);
    let _ = held.wait();
    for (pending, name) in pending.into_iter().zip(["small", "big", "after"]) {
        if pending.wait().is_ok() {
            written.push(name.to_owned());
        }
    }
    written.sort();
    assert!(!written.contains(&String::from("big")));
    assert_eq!(names(&store), written, "what was answered is there, and nothing else");
    store.close().unwrap();
    assert_eq!(names(&house.open()), written);
}

#[test]
fn the_log_is_moved_into_the_database_while_writing_goes_on() {
    let house = House::new();
    let pages = 50;
    let options = StoreOptions { checkpoint_pages: pages, ..StoreOptions::default() };
    let store = house.open_with(&options);
    for number in 0..2_000 {
        put(&store, number.to_string(), 2_000).wait().unwrap();
    }
    let mut log = house.path.clone().into_os_string();
    log.push("-wal");
    let log = std::fs::metadata(log).unwrap().len();
    // Eight times the bound, as the thread may lag, and what one commit may add.
    assert!(log < u64::from(pages) * 8 * 4096 + 100_000, "{log} bytes");
    assert_eq!(names(&store).len(), 2_000);
}

#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new();
    let store = house.open();
    put(&store, "one", 1).wait().unwrap();
    for file in std::fs::read_dir(house.path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
    drop(store);
    std::fs::set_permissions(&house.path, std::fs::Permissions::from_mode(0o644)).unwrap();
    house.open();
    assert_eq!(std::fs::metadata(&house.path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_cannot_be_opened_is_named() {
    let error =
        Store::open(std::path::Path::new("/nowhere/privet.sqlite"), Schema::Main).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the database `/nowhere/privet.sqlite`");
    let house = House::new();
    std::fs::write(
        &house.path,
        "this is no database, but it is long enough to look like one.".repeat(80),
    )
    .unwrap();
    assert!(Store::open(&house.path, Schema::Main).is_err());
}
