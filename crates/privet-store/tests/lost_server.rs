//! A PostgreSQL server that goes and comes back: what was answered is there, what was not is
//! told, and the next write after its return works.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::time::{Duration, Instant};

use privet_store::{PostgresOptions, Schema, Store, StoreError, StoreOptions};
use privet_testing::Cluster;
use support::{names, put};

fn connect(url: &str) -> Result<Store, StoreError> {
    let server = PostgresOptions { url: url.to_owned().into(), ca: None };
    Store::connect(&server, Schema::Main, &StoreOptions::default())
}

#[test]
fn goes_and_comes_back() {
    let cluster = Cluster::start();
    let url = cluster.database();
    let store = connect(&url).unwrap();
    let mut answered = Vec::new();
    for (round, stop) in [Cluster::stop, Cluster::kill].into_iter().enumerate() {
        for n in 0..20 {
            let name = format!("{round}/{n:02}");
            put(&store, &*name, 1).wait().unwrap();
            answered.push(name);
        }
        stop(&cluster);
        let began = Instant::now();
        for _ in 0..5 {
            assert!(put(&store, "lost", 1).wait().is_err());
            let read = store.read(|connection| connection.exists("SELECT 1 FROM meta", &[]));
            assert!(read.is_err());
        }
        assert!(began.elapsed() < Duration::from_secs(10), "refusing takes no time");
        cluster.resume();
        let began = Instant::now();
        let name = format!("{round}/back");
        while put(&store, &*name, 1).wait().is_err() {
            assert!(began.elapsed() < Duration::from_secs(2), "it does not come back");
            std::thread::sleep(Duration::from_millis(20));
        }
        answered.push(name);
        answered.sort();
        assert_eq!(names(&store), answered);
    }
}

#[test]
fn killed_while_many_write() {
    let cluster = Cluster::start();
    let store = connect(&cluster.database()).unwrap();
    let answered: Vec<String> = std::thread::scope(|threads| {
        let writers: Vec<_> = (0..8)
            .map(|thread| {
                let store = &store;
                threads.spawn(move || {
                    let mut answered = Vec::new();
                    for n in 0.. {
                        let name = format!("{thread}/{n}");
                        match put(store, &*name, 100).wait() {
                            Ok(()) => answered.push(name),
                            Err(_) => break,
                        }
                    }
                    answered
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        cluster.kill();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert!(answered.len() > 50, "{} writes", answered.len());
    cluster.resume();
    let there = names(&store);
    for name in answered {
        assert!(there.contains(&name), "{name} was answered and is lost");
    }
}

#[test]
fn tables_that_are_not_ours_are_refused() {
    let url = privet_testing::database();
    connect(&url).unwrap();
    let store = connect(&url).unwrap();
    let sql = |sql: &'static str| {
        let done = store.write(move |tx| tx.execute(sql, &[]).map(drop));
        done.wait().unwrap();
    };
    sql("ALTER TABLE token ADD COLUMN more TEXT");
    assert!(matches!(connect(&url), Err(StoreError::Mismatch { version: 3 })));
    sql("ALTER TABLE token DROP COLUMN more");
    connect(&url).unwrap();
    sql("UPDATE schema_version SET version = 99");
    assert!(matches!(connect(&url), Err(StoreError::Newer { found: 99, known: 3 })));
}

#[test]
fn an_address_that_cannot_be_used_is_told_without_its_password() {
    let rows = [
        ("postgresql://kim:hush@db.example.com/privet", "sslmode=require"),
        ("postgresql://kim:hush@127.0.0.1:1/privet", "cannot connect"),
        ("nonsense hush", "its address"),
    ];
    for (url, want) in rows {
        let error = connect(url).unwrap_err();
        let mut text = error.to_string();
        if let Some(source) = std::error::Error::source(&error) {
            text.push_str(&source.to_string());
        }
        assert!(text.contains(want) && !text.contains("hush"), "{text}");
    }
}

#[test]
fn the_servers_certificate_is_verified() {
    let (cluster, certificate) = Cluster::start_with_tls();
    let (_other, others) = Cluster::start_with_tls();
    let connect = |host: &str, ca: Option<&[u8]>| {
        let url = cluster.database().replace("127.0.0.1", host);
        let server = PostgresOptions {
            url: format!("{url}?sslmode=require").into(),
            ca: ca.map(<[u8]>::to_vec),
        };
        Store::connect(&server, Schema::Main, &StoreOptions::default())
    };
    let store = connect("localhost", Some(&certificate)).unwrap();
    let encrypted = store.read(|connection| {
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        connection.query_one(sql, &[], |row| row.get::<bool>(0))
    });
    assert!(encrypted.unwrap());
    put(&store, "one", 1).wait().unwrap();
    assert!(connect("127.0.0.1", Some(&certificate)).is_ok());
    for (what, refused) in [
        ("another authority", connect("localhost", Some(&others))),
        ("the public authorities", connect("localhost", None)),
        ("no authority", connect("localhost", Some(b"nothing"))),
    ] {
        assert!(matches!(refused, Err(StoreError::Connect(_) | StoreError::Server(_))), "{what}");
    }
}
