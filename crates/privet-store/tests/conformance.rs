//! What every database must do: one suite, run on SQLite and on PostgreSQL.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use privet_store::{PostgresOptions, Schema, Store, StoreError, StoreOptions, params};
use support::{hold, names, put};

/// Where a database lies.
enum House {
    Sqlite { path: PathBuf, _dir: tempfile::TempDir },
    Postgres { url: String },
}

impl House {
    fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::Sqlite { path: dir.path().join("privet.sqlite"), _dir: dir }
    }

    fn postgres() -> Self {
        Self::Postgres { url: privet_testing::database() }
    }

    fn open(&self) -> Store {
        self.open_with(&StoreOptions::default())
    }

    fn open_with(&self, options: &StoreOptions) -> Store {
        match self {
            Self::Sqlite { path, .. } => Store::open_with(path, Schema::Main, options).unwrap(),
            Self::Postgres { url } => {
                let server = PostgresOptions { url: url.clone().into(), ca: None };
                Store::connect(&server, Schema::Main, options).unwrap()
            }
        }
    }
}

/// Makes a test of each function here, for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&super::House::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&super::House::postgres()); })*
        }
    };
}

on_both!(
    one_that_fails_fails_alone,
    a_full_queue_says_so,
    close_flushes_and_then_refuses,
    a_panic_in_a_job_stops_the_writer_and_says_so,
    two_handles_write_to_one_file,
    readers_cannot_write,
    more_readers_than_connections_take_turns,
    an_answer_can_be_awaited,
    values_come_back_as_they_went,
    keys_are_asked_for_in_one_go,
    a_missing_row_is_told,
    what_is_insertable_once_is_inserted_once,
    what_was_taken_for_granted_is_looked_at_again,
    what_fails_later_fails_alone,
    what_is_taken_back_leaves_nothing,
    what_is_kept_lasts_as_long_as_the_transaction,
);

fn one_that_fails_fails_alone(house: &House) {
    let store = house.open();
    let (release, held) = hold(&store);
    let one = put(&store, "one", 1);
    let failing = store.write(|tx| -> Result<(), StoreError> {
        tx.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", params!["lost", [0u8]])?;
        tx.execute("INSERT INTO nowhere (name) VALUES ('x')", &[])?;
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

fn a_full_queue_says_so(house: &House) {
    let options = StoreOptions { queue_max: 2, ..StoreOptions::default() };
    let store = house.open_with(&options);
    let (release, held) = hold(&store);
    let queued = [put(&store, "a", 1), put(&store, "b", 1)];
    assert!(matches!(put(&store, "c", 1).wait(), Err(StoreError::QueueFull)));
    drop(release);
    held.wait().unwrap();
    queued.into_iter().for_each(|pending| pending.wait().unwrap());
}

fn close_flushes_and_then_refuses(house: &House) {
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

fn a_panic_in_a_job_stops_the_writer_and_says_so(house: &House) {
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

fn two_handles_write_to_one_file(house: &House) {
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

fn readers_cannot_write(house: &House) {
    let store = house.open();
    let error = store.read(|connection| -> Result<usize, StoreError> {
        connection.execute("DELETE FROM meta", &[])
    });
    assert!(matches!(error, Err(StoreError::Sql(_))));
}

fn more_readers_than_connections_take_turns(house: &House) {
    let store = house.open();
    put(&store, "one", 1).wait().unwrap();
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| (0..50).for_each(|_| assert_eq!(names(&store), ["one"])));
        }
    });
}

fn an_answer_can_be_awaited(house: &House) {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
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

fn values_come_back_as_they_went(house: &House) {
    let store = house.open();
    let bytes: Vec<u8> = (0..=255).collect();
    let written = {
        let bytes = bytes.clone();
        store.write(move |tx| -> Result<(), StoreError> {
            tx.execute(
                "INSERT INTO meta (name, value) VALUES (?1, ?2)",
                params!["ünal 'n\" \\ ?1 $1", bytes],
            )?;
            tx.execute(
                "INSERT INTO api_key (id, key_hash, name, tenant, workspace, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)",
                params!["k", [7u8; 32], "n", "t", i64::MIN, None::<i64>],
            )?;
            Ok(())
        })
    };
    written.wait().unwrap();
    store
        .read(|c| -> Result<(), StoreError> {
            c.query_one("SELECT name, value FROM meta", &[], |row| -> Result<(), StoreError> {
                assert_eq!(row.get::<String>(0)?, "ünal 'n\" \\ ?1 $1");
                assert_eq!(row.get::<Vec<u8>>(1)?, bytes);
                assert!(matches!(row.get::<i64>(1), Err(StoreError::Column(1))));
                assert!(matches!(row.get::<i64>(2), Err(StoreError::Column(2))));
                Ok(())
            })?;
            c.query_one(
                "SELECT key_hash, created_at, expires_at, expires_at IS NULL FROM api_key",
                &[],
                |row| -> Result<(), StoreError> {
                    assert_eq!(row.get::<[u8; 32]>(0)?, [7; 32]);
                    assert_eq!(row.get::<i64>(1)?, i64::MIN);
                    assert_eq!(row.get::<Option<i64>>(2)?, None);
                    assert!(row.get::<bool>(3)?);
                    Ok(())
                },
            )
        })
        .unwrap();
}

fn keys_are_asked_for_in_one_go(house: &House) {
    let store = house.open();
    for n in 0..5 {
        put(&store, format!("{n}"), n).wait().unwrap();
    }
    let keys = ["3", "nobody", "0"];
    let params: Vec<_> = keys.iter().map(|key| [privet_store::ToValue::to_value(key)]).collect();
    let params: Vec<&[_]> = params.iter().map(|key| &key[..]).collect();
    let found = store
        .read(|c| {
            c.query_each_of("SELECT value FROM meta WHERE name = ?1", &params, |_, row| {
                row.get::<Vec<u8>>(0)
            })
        })
        .unwrap();
    assert_eq!(found, [Some(vec![0; 3]), None, Some(vec![])]);
}

fn a_missing_row_is_told(house: &House) {
    let store = house.open();
    let sql = "SELECT value FROM meta WHERE name = ?1";
    let read = store.read(|c| c.query_one(sql, params!["x"], |row| row.get::<Vec<u8>>(0)));
    assert!(matches!(read, Err(StoreError::NoRow)));
    assert!(!store.read(|c| c.exists(sql, params!["x"])).unwrap());
}

fn what_is_insertable_once_is_inserted_once(house: &House) {
    let stores = [house.open(), house.open()];
    let inserted: usize = std::thread::scope(|threads| {
        let running: Vec<_> = (0..8)
            .map(|thread: u8| {
                let store = &stores[usize::from(thread % 2)];
                threads.spawn(move || {
                    let mut won = 0;
                    // Back and forth, so that two transactions want the same rows in
                    // different orders.
                    for round in 0..25 {
                        let names: Vec<String> = match thread % 4 < 2 {
                            true => (0..8).map(|n| format!("{round}/{n}")).collect(),
                            false => (0..8).rev().map(|n| format!("{round}/{n}")).collect(),
                        };
                        let written = store.write(move |tx| -> Result<usize, StoreError> {
                            let mut won = 0;
                            for name in &names {
                                won += tx.execute(
                                    "INSERT INTO meta (name, value) VALUES (?1, ?2)
                                     ON CONFLICT DO NOTHING",
                                    params![name, [thread]],
                                )?;
                                assert!(
                                    tx.exists("SELECT 1 FROM meta WHERE name = ?1", params![name])?
                                );
                            }
                            Ok(won)
                        });
                        won += written.wait().unwrap();
                    }
                    won
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(inserted, 200);
}

/// An insert that is taken for new, by several jobs of one group and by another machine.
fn what_was_taken_for_granted_is_looked_at_again(house: &House) {
    let (here, there) = (house.open(), house.open());
    put(&there, "theirs", 1).wait().unwrap();
    let (release, held) = hold(&here);
    let insert = |name: &'static str| {
        here.write(move |tx| -> Result<bool, StoreError> {
            let new = tx.insert_new(
                "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, [1u8]],
            )?;
            // Whatever it was taken for, it is there now.
            assert!(tx.exists("SELECT 1 FROM meta WHERE name = ?1", params![name])?);
            Ok(new)
        })
    };
    let asked = ["one", "theirs", "two", "one", "three", "one"];
    let pending = asked.map(insert);
    drop(release);
    held.wait().unwrap();
    let new = pending.map(|pending| pending.wait().unwrap());
    assert_eq!(new, [true, false, true, false, true, false]);
    assert_eq!(names(&here), ["one", "theirs", "three", "two"]);
}

fn what_fails_later_fails_alone(house: &House) {
    let store = house.open();
    let (release, held) = hold(&store);
    let later = |name: &'static str, sql: &'static str| {
        store.write(move |tx| -> Result<(), StoreError> {
            tx.execute_later(
                "INSERT INTO meta (name, value) VALUES (?1, ?2)",
                params![name, [1u8]],
            )?;
            tx.execute_later(sql, &[])
        })
    };
    let nothing = "DELETE FROM meta WHERE name = 'nobody'";
    let one = later("one", nothing);
    // Fails when it runs, not when it is read.
    let failing = later(
        "lost",
        "INSERT INTO audit (seq, time, event, entry, hash)
         SELECT 1, 0, 'x', 'x', value FROM meta UNION ALL SELECT 1, 0, 'x', 'x', value FROM meta",
    );
    let two = later("two", nothing);
    drop(release);
    held.wait().unwrap();
    one.wait().unwrap();
    assert!(matches!(failing.wait(), Err(StoreError::Sql(_))));
    two.wait().unwrap();
    assert_eq!(names(&store), ["one", "two"]);
}

/// A job that gives up after it has written, some of it seen by its own questions.
fn what_is_taken_back_leaves_nothing(house: &House) {
    let store = house.open();
    let (release, held) = hold(&store);
    let job = |names: [&'static str; 2], ask: bool, keep: bool| {
        store.write(move |tx| -> Result<(), StoreError> {
            let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            for name in names {
                tx.insert_new(sql, params![name, [1u8]])?;
                if ask {
                    assert!(tx.exists("SELECT 1 FROM meta WHERE name = ?1", params![name])?);
                }
            }
            if keep { Ok(()) } else { Err(StoreError::NoRow) }
        })
    };
    let jobs = [
        (["a", "b"], false, true),
        (["c", "d"], false, false),
        (["e", "f"], true, false),
        (["g", "h"], true, true),
        (["c", "f"], false, true),
        (["i", "j"], false, false),
    ];
    let pending = jobs.map(|(names, ask, keep)| job(names, ask, keep));
    drop(release);
    held.wait().unwrap();
    for (pending, (names, _, keep)) in pending.into_iter().zip(jobs) {
        assert_eq!(pending.wait().is_ok(), keep, "{names:?}");
    }
    assert_eq!(names(&store), ["a", "b", "c", "f", "g", "h"]);
}

fn what_is_kept_lasts_as_long_as_the_transaction(house: &House) {
    #[derive(Clone, Debug, PartialEq)]
    struct Kept(i64);
    let store = house.open();
    let (release, held) = hold(&store);
    let job = |keep: i64, stay: bool| {
        store.write(move |tx| -> Result<Option<i64>, StoreError> {
            let before = tx.recall::<Kept>();
            tx.keep(Kept(keep));
            if stay { Ok(before.map(|kept| kept.0)) } else { Err(StoreError::NoRow) }
        })
    };
    let (one, two, lost, three) = (job(1, true), job(2, true), job(3, false), job(4, true));
    drop(release);
    held.wait().unwrap();
    assert_eq!(one.wait().unwrap(), None);
    assert_eq!(two.wait().unwrap(), Some(1));
    assert!(lost.wait().is_err());
    // What was taken back might have been what was kept.
    assert_eq!(three.wait().unwrap(), None);
    assert_eq!(job(5, true).wait().unwrap(), None);
}
