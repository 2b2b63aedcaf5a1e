//! Writing together and failing alone.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use privet_store::{Pending, Store, StoreError, StoreOptions};

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
        Store::open(&self.path).unwrap()
    }
}

fn put(store: &Store, name: impl Into<String>, bytes: usize) -> Pending<(), StoreError> {
    let name = name.into();
    store.write(move |tx| {
        let row = privet_store::rusqlite::params![name, vec![0u8; bytes]];
        tx.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", row)?;
        Ok(())
    })
}

fn names(store: &Store) -> Vec<String> {
    store
        .read(|connection| -> Result<_, StoreError> {
            let mut statement = connection.prepare_cached("SELECT name FROM meta ORDER BY name")?;
            let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(names)
        })
        .unwrap()
}

/// Keeps the writer busy until the returned sender is dropped, so that what is
/// queued meanwhile becomes one group.
fn hold(store: &Store) -> (mpsc::Sender<()>, Pending<(), StoreError>) {
    let (release, held) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let pending = store.write(move |_| {
        let _ = began.send(());
        let _ = held.recv();
        Ok(())
    });
    begun.recv().unwrap();
    (release, pending)
}

#[test]
fn one_that_fails_fails_alone() {
    let house = House::new();
    let store = house.open();
    let (release, held) = hold(&store);
    let one = put(&store, "one", 1);
    let failing = store.write(|tx| -> Result<(), StoreError> {
        tx.execute("INSERT INTO meta (name, value) VALUES ('lost', x'00')", [])?;
        tx.execute("INSERT INTO nowhere (name) VALUES ('x')", [])?;
        Ok(())
    });
    let same = put(&store, "one", 1);
    let two = put(&store, "two", 1);
    drop(release);
    held.wait().unwrap();
    one.wait().unwrap();
    assert!(matches!(failing.wait(), Err(StoreError::Sql(_))));
    assert!(matches!(same.wait(), Err(StoreError::Sql(_))));
    two.wait().unwrap();
    assert_eq!(names(&store), ["one", "two"]);
}

#[test]
fn what_waits_becomes_one_transaction() {
    let house = House::new();
    let store = house.open();
    let version = || {
        store
            .read(|c| -> Result<i64, StoreError> {
                Ok(c.pragma_query_value(None, "data_version", |row| row.get(0))?)
            })
            .unwrap()
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
fn a_full_queue_says_so() {
    let house = House::new();
    let options = StoreOptions { queue_max: 2, ..StoreOptions::default() };
    let store = Store::open_with(&house.path, &options).unwrap();
    let (release, held) = hold(&store);
    let queued = [put(&store, "a", 1), put(&store, "b", 1)];
    assert!(matches!(put(&store, "c", 1).wait(), Err(StoreError::QueueFull)));
    drop(release);
    held.wait().unwrap();
    queued.into_iter().for_each(|pending| pending.wait().unwrap());
}

#[test]
fn close_flushes_and_then_refuses() {
    let house = House::new();
    let store = house.open();
    let (release, held) = hold(&store);
    let queued = put(&store, "queued", 1);
    drop(release);
    store.close().unwrap();
    held.wait().unwrap();
    queued.wait().unwrap();
    assert!(matches!(put(&store, "late", 1).wait(), Err(StoreError::Stopped)));
    assert_eq!(names(&store), ["queued"]);
    assert_eq!(names(&house.open()), ["queued"]);
}

#[test]
fn a_panic_in_a_job_stops_the_writer_and_says_so() {
    let house = House::new();
    let store = house.open();
    let panicking = store.write(|_| -> Result<(), StoreError> { panic!("invented") });
    assert!(matches!(panicking.wait(), Err(StoreError::Stopped)));
    for _ in 0..50 {
        match put(&store, "late", 1).wait() {
            Err(StoreError::Stopped) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(names(&house.open()).is_empty());
}

#[test]
fn a_full_disk_fails_the_group_and_spoils_nothing() {
    let house = House::new();
    house.open().close().unwrap();
    let options = StoreOptions { pages_max: Some(64), ..StoreOptions::default() };
    let store = Store::open_with(&house.path, &options).unwrap();
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
    let store = Store::open_with(&house.path, &options).unwrap();
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
fn two_handles_write_to_one_file() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    std::thread::scope(|threads| {
        for (store, prefix) in [(&here, "a"), (&there, "b")] {
            threads.spawn(move || {
                for n in 0..50 {
                    put(store, format!("{prefix}{n:02}"), 1).wait().unwrap();
                }
            });
        }
    });
    assert_eq!(names(&here).len(), 100);
    assert_eq!(names(&there).len(), 100);
}

#[test]
fn readers_cannot_write() {
    let house = House::new();
    let store = house.open();
    let error = store.read(|connection| -> Result<usize, StoreError> {
        Ok(connection.execute("DELETE FROM meta", [])?)
    });
    assert!(matches!(error, Err(StoreError::Sql(_))));
}

#[test]
fn more_readers_than_connections_take_turns() {
    let house = House::new();
    let store = house.open();
    put(&store, "one", 1).wait().unwrap();
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| (0..50).for_each(|_| assert_eq!(names(&store), ["one"])));
        }
    });
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
    let error = Store::open(std::path::Path::new("/nowhere/privet.sqlite")).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the database `/nowhere/privet.sqlite`");
    let house = House::new();
    std::fs::write(
        &house.path,
        "this is no database, but it is long enough to look like one.".repeat(80),
    )
    .unwrap();
    assert!(Store::open(&house.path).is_err());
}

#[test]
fn an_answer_can_be_awaited() {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let house = House::new();
    let store = house.open();
    let (release, held) = hold(&store);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut pending = pin!(put(&store, "one", 1));
    assert!(pending.as_mut().poll(&mut context).is_pending());
    drop(release);
    let answer = loop {
        match pending.as_mut().poll(&mut context) {
            Poll::Ready(answer) => break answer,
            Poll::Pending => std::thread::park_timeout(Duration::from_secs(5)),
        }
    };
    answer.unwrap();
    held.wait().unwrap();
}
