//! How many transactions a second the writer takes, by how many wait at once,
//! beside the bare time of a disk flush in the same run.
//!
//! `cargo bench -p privet-store [-- FOLDER]`: measures on the disk of `FOLDER`, or of the
//! folder for temporary files.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use privet_store::{
    Pending, PostgresOptions, Schema, Store, StoreError, StoreOptions, Transaction, params,
};

fn main() {
    let folder = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let dir = match folder {
        Some(folder) => tempfile::tempdir_in(folder).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    println!("flush of 4 KiB: {}", flush_times(dir.path()));
    println!("database | in flight | writes/s | p50 | p99 | CPU per write");
    for in_flight in [1, 8, 32, 256] {
        let path = dir.path().join(format!("{in_flight}.sqlite"));
        measure("SQLite", &Store::open(&path, Schema::Main).unwrap(), in_flight);
    }
    // As if it were used bare: a transaction and a flush for each write.
    for in_flight in [1, 32] {
        let path = dir.path().join(format!("{in_flight}-alone.sqlite"));
        let options = StoreOptions { group_max: 1, ..StoreOptions::default() };
        let store = Store::open_with(&path, Schema::Main, &options).unwrap();
        measure("SQLite, no groups", &store, in_flight);
    }
    let cluster = privet_testing::Cluster::start();
    for in_flight in [1, 8, 32, 256] {
        let server = PostgresOptions { url: cluster.database().into(), ca: None };
        let store = Store::connect(&server, Schema::Main, &StoreOptions::default()).unwrap();
        measure("PostgreSQL", &store, in_flight);
    }
    println!("flush of 4 KiB: {}", flush_times(dir.path()));
}

fn measure(name: &str, store: &Store, in_flight: usize) {
    run(store, in_flight, 200); // warm up
    let (cpu, began) = (cpu_time(), Instant::now());
    let count = if in_flight == 1 { 1000 } else { 20_000 };
    let count = if name == "SQLite" { count } else { count / 4 };
    let mut waits = run(store, in_flight, count);
    let (took, cpu) = (began.elapsed(), cpu_time() - cpu);
    println!(
        "{name} | {in_flight:9} | {:8.0} | {:?} | {:?} | {:?}",
        count as f64 / took.as_secs_f64(),
        quantile(&mut waits, 0.5),
        quantile(&mut waits, 0.99),
        cpu / u32::try_from(count).unwrap(),
    );
    store.close().unwrap();
}

/// Keeps `in_flight` writes waiting until `count` are answered; how long each took.
fn run(store: &Store, in_flight: usize, count: usize) -> Vec<Duration> {
    let mut waiting: VecDeque<(Instant, Pending<(), StoreError>)> = VecDeque::new();
    let mut waits = Vec::with_capacity(count);
    for number in 0..count + in_flight {
        if waiting.len() == in_flight || number >= count {
            let Some((began, pending)) = waiting.pop_front() else { break };
            pending.wait().unwrap();
            waits.push(began.elapsed());
        }
        if number < count {
            waiting.push_back((Instant::now(), write(store)));
        }
    }
    waits
}

/// About what a request writes: a token, a memo and an audit entry, under keys that are
/// random, as they are in the vault.
fn write(store: &Store) -> Pending<(), StoreError> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let random = |salt: u64, bytes: usize| -> Vec<u8> {
        let mut state = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt;
        let byte = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..bytes).map(byte).collect()
    };
    let token = format!("PERSON_{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (surface, sealed) = (random(1, 32), random(2, 48));
    let (hash, memo, link) = (random(3, 32), random(4, 120), random(5, 32));
    let request = format!("req_{number:024}");
    store.write(move |tx| {
        // As the vault does: what nobody else can change meanwhile is asked once.
        let scope = match tx.recall::<Scope>() {
            Some(Scope(scope)) => scope,
            None => scope_of(tx, &surface)?,
        };
        tx.keep(Scope(scope));
        tx.insert_new(
            "INSERT INTO token
               (scope, token, entity, surface, key_version, sealed, created_at, last_used)
             VALUES (?1, ?2, 'PERSON', ?3, 1, ?4, 0, 0) ON CONFLICT DO NOTHING",
            params![scope, token, surface, sealed],
        )?;
        tx.insert_new(
            "INSERT INTO segment_memo (scope, hash, memo, created_at, last_used)
             VALUES (?1, ?2, ?3, 0, 0) ON CONFLICT DO NOTHING",
            params![scope, hash, memo],
        )?;
        let last = match tx.recall::<Last>() {
            Some(Last(last)) => last,
            None => tx
                .query_one("SELECT max(seq) FROM audit", &[], |row| row.get::<Option<i64>>(0))?
                .unwrap_or(0),
        };
        tx.execute_later(
            "INSERT INTO audit (seq, time, event, request_id, entry, hash)
             VALUES (?1, 0, 'request_intent', ?2, ?3, ?4)",
            params![last + 1, request, ENTRY, link],
        )?;
        tx.keep(Last(last + 1));
        Ok(())
    })
}

#[derive(Clone)]
struct Scope(i64);

#[derive(Clone)]
struct Last(i64);

fn scope_of(tx: &Transaction<'_>, reference: &[u8]) -> Result<i64, StoreError> {
    let scope = tx.query_opt("SELECT id FROM scope", &[], |row| row.get::<i64>(0))?;
    if let Some(scope) = scope {
        return Ok(scope);
    }
    tx.execute("INSERT INTO tenant (name, number, last_scope) VALUES ('a', 0, 1)", &[])?;
    tx.execute(
        "INSERT INTO scope (id, tenant, workspace, principal, narrow, reference, created_at)
         VALUES (1, 'a', 'b', 'c', '', ?1, 0)",
        params![reference],
    )?;
    Ok(1)
}

static NEXT: AtomicU64 = AtomicU64::new(0);

fn flush_times(folder: &Path) -> String {
    let mut file = File::create(folder.join("flush")).unwrap();
    file.write_all(&vec![0; 1 << 20]).unwrap();
    file.sync_all().unwrap();
    let mut times: Vec<_> = (0..300u64)
        .map(|number| {
            file.seek(SeekFrom::Start(number % 256 * 4096)).unwrap();
            file.write_all(&[7; 4096]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed()
        })
        .collect();
    format!("p50 {:?}, p99 {:?}", quantile(&mut times, 0.5), quantile(&mut times, 0.99))
}

fn quantile(times: &mut [Duration], at: f64) -> Duration {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * at) as usize;
    times.get(index).copied().unwrap_or_default()
}

/// CPU time of this process, all threads.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

const ENTRY: &str = r#"{"seq":123456,"time":"2026-03-01T10:00:00.000Z","event":"request_intent","request_id":"req_0123456789abcdef","key_id":"key_0123456789","principal":"laptop","tenant":"default","workspace":"default","client_address":"127.0.0.1","method":"POST","path":"/v1/messages","model":"claude-sonnet-5","data_class":"sensitive","entities":{"EMAIL_ADDRESS":2,"PERSON":3},"tokens_new":1,"tokens_reused":4,"detector_version":"1","policy_version":"1","streamed":true,"bytes_in":12345}"#;
