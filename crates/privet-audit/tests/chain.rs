//! The log as a whole: appended, read, searched, and tampered with.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use jiff::{SignedDuration, Timestamp};
use privet_audit::{
    AuditError, Broken, Event, Head, Record, Search, Verified, VerifyError, Why, append,
    entries_after, export, let_go, search, tail, verify,
};
use privet_store::{Location, PostgresOptions, Schema, Store, StoreOptions};

struct House {
    store: Store,
    _dir: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            store: Store::open(&dir.path().join("privet.sqlite"), Schema::Main).unwrap(),
            _dir: dir,
        }
    }

    /// On a PostgreSQL database of its own.
    fn on_postgres() -> Self {
        let server = PostgresOptions { url: privet_testing::database().into(), ca: None };
        let store = Store::connect(&server, Schema::Main, &StoreOptions::default()).unwrap();
        Self { store, _dir: tempfile::tempdir().unwrap() }
    }

    /// Five entries, a minute apart: two requests and a revoked key.
    fn with_entries() -> Self {
        Self::new().filled()
    }

    fn filled(self) -> Self {
        let house = self;
        let rows = [
            (Event::ServerStarted, None),
            (Event::RequestIntent, Some("req_1")),
            (Event::RequestIntent, Some("req_2")),
            (Event::KeyRevoked, None),
            (Event::RequestOutcome, Some("req_1")),
        ];
        for (minutes, (event, request)) in (0..).zip(rows) {
            house.append(event, request, at(minutes));
        }
        house
    }

    fn append(
        &self,
        event: Event,
        request: Option<&str>,
        now: Timestamp,
    ) -> privet_audit::Position {
        let mut record = Record::new(event);
        record.request_id = request.map(str::to_owned);
        self.store.write(move |tx| append(tx, &record, now)).wait().unwrap()
    }

    fn sql(&self, sql: &str) {
        let Location::File(path) = self.store.location() else { unreachable!() };
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    }

    fn verify(&self, known: Option<Head>) -> Result<Verified, Broken> {
        match self.store.read(|connection| verify(connection, known)) {
            Ok(verified) => Ok(verified),
            Err(VerifyError::Broken(broken)) => Err(broken),
            Err(other) => panic!("{other}"),
        }
    }

    fn search(&self, what: &Search) -> Vec<u64> {
        let found = self.store.read(|connection| search(connection, what, 10)).unwrap();
        found.iter().map(|entry| entry.seq).collect()
    }
}

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(super::House::new()); })* }
        mod postgres { $(#[test] fn $name() { super::$name(super::House::on_postgres()); })* }
    };
}

on_both!(
    entries_come_back_in_order,
    search_narrows_by_request_event_and_time,
    time_never_runs_backwards,
    an_empty_log_is_sound,
    a_failed_job_leaves_no_entry_and_no_gap,
    what_is_let_go_leaves_its_proof,
);

fn entries_come_back_in_order(house: House) {
    let house = house.filled();
    let seqs = |entries: Vec<privet_audit::Entry>| -> Vec<u64> {
        entries.iter().map(|entry| entry.seq).collect()
    };
    let read = |work: fn(&privet_store::Connection<'_>) -> Result<_, AuditError>| {
        seqs(house.store.read(work).unwrap())
    };
    assert_eq!(read(|c| tail(c, 2)), [4, 5]);
    assert_eq!(read(|c| tail(c, 99)), [1, 2, 3, 4, 5]);
    assert_eq!(read(|c| entries_after(c, 3, 9)), [4, 5]);
    let mut lines = Vec::new();
    assert_eq!(house.store.read(|c| export(c, &mut lines)).unwrap(), 5);
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(
        lines.lines().nth(1).unwrap(),
        r#"{"seq":2,"time":"2026-03-01T10:01:00.000Z","event":"request_intent","request_id":"req_1"}"#
    );
}

fn search_narrows_by_request_event_and_time(house: House) {
    let house = house.filled();
    let any = Search::default();
    let request = |id: &str| Search { request_id: Some(id.to_owned()), ..Search::default() };
    let event = |event| Search { event: Some(event), ..Search::default() };
    let rows = [
        (any.clone(), vec![1, 2, 3, 4, 5]),
        (request("req_1"), vec![2, 5]),
        (request("req_9"), vec![]),
        (event(Event::KeyRevoked), vec![4]),
        (event(Event::RequestIntent), vec![2, 3]),
        (Search { event: Some(Event::RequestOutcome), ..request("req_1") }, vec![5]),
        (Search { since: Some(at(3)), ..any.clone() }, vec![4, 5]),
        (Search { until: Some(at(1)), ..any.clone() }, vec![1]),
        (Search { since: Some(at(1)), until: Some(at(3)), ..request("req_1") }, vec![2]),
        (Search { since: Some(at(9)), ..any }, vec![]),
    ];
    for (what, want) in rows {
        assert_eq!(house.search(&what), want, "{what:?}");
    }
}

fn time_never_runs_backwards(house: House) {
    house.append(Event::ServerStarted, None, at(10));
    let early = house.append(Event::ServerStopped, None, at(5));
    assert_eq!(early.time, at(10));
    assert_eq!(house.verify(None).unwrap().entries, 2);
}

fn an_empty_log_is_sound(house: House) {
    let verified = house.verify(None).unwrap();
    assert_eq!((verified.entries, verified.head.hash), (0, privet_audit::Hash::START));
}

fn a_failed_job_leaves_no_entry_and_no_gap(house: House) {
    let house = house.filled();
    let failed = house.store.write(|tx| -> Result<(), AuditError> {
        append(tx, &Record::new(Event::Unmask), at(9))?;
        Err(AuditError::Unwritable)
    });
    failed.wait().unwrap_err();
    house.append(Event::ServerStopped, None, at(10));
    assert_eq!(house.verify(None).unwrap().entries, 6);
}

#[test]
fn every_change_is_found() {
    let move_to = |from: u32, to: u32| format!("UPDATE audit SET seq = {to} WHERE seq = {from};");
    let rows = [
        ("a changed entry", "UPDATE audit SET entry = replace(entry, 'req_1', 'req_9') WHERE seq = 2".into(), 2, Why::Hash),
        ("a changed time", "UPDATE audit SET time = time + 1 WHERE seq = 3".into(), 3, Why::Hash),
        ("a changed hash", "UPDATE audit SET hash = zeroblob(32) WHERE seq = 3".into(), 3, Why::Hash),
        ("a changed event column", "UPDATE audit SET event = 'mask' WHERE seq = 4".into(), 4, Why::Columns),
        ("a changed request column", "UPDATE audit SET request_id = NULL WHERE seq = 5".into(), 5, Why::Columns),
        ("a removed entry", "DELETE FROM audit WHERE seq = 3".into(), 3, Why::Missing),
        ("a removed first entry", "DELETE FROM audit WHERE seq = 1".into(), 1, Why::Missing),
        ("a removal closed up", format!("DELETE FROM audit WHERE seq = 3; {} {}", move_to(4, 3), move_to(5, 4)), 3, Why::Hash),
        ("two swapped", format!("{} {} {}", move_to(2, 99), move_to(3, 2), move_to(99, 3)), 2, Why::Hash),
        ("no text", "UPDATE audit SET hash = x'00' WHERE seq = 3".into(), 3, Why::Unreadable),
        ("one added", "INSERT INTO audit SELECT 6, time, event, request_id, entry, hash FROM audit WHERE seq = 5".into(), 6, Why::Hash),
    ];
    for (what, sql, seq, why) in rows {
        let house = House::with_entries();
        let sql: String = sql;
        house.sql(&sql);
        assert_eq!(house.verify(None), Err(Broken { seq, why }), "{what}");
    }
}

#[test]
fn a_head_kept_elsewhere_shows_a_cut_or_rewritten_log() {
    let house = House::with_entries();
    let head = house.verify(None).unwrap().head;
    house.append(Event::ServerStopped, None, at(20));
    assert_eq!(house.verify(Some(head)).unwrap().entries, 6);
    house.sql("DELETE FROM audit WHERE seq > 4");
    assert!(house.verify(None).is_ok(), "the chain alone does not show a cut end");
    assert_eq!(house.verify(Some(head)), Err(Broken { seq: 5, why: Why::Missing }));
    house.append(Event::ServerStopped, None, at(21));
    assert_eq!(house.verify(Some(head)), Err(Broken { seq: 5, why: Why::OtherHead }));
}

#[test]
fn hashes_read_back_as_written() {
    let head = House::with_entries().verify(None).unwrap().head;
    assert_eq!(head.hash.to_string().parse(), Ok(head.hash));
    assert!("abc".parse::<privet_audit::Hash>().is_err());
}

/// The text of old entries goes; the chain, and every head that was ever kept, hold.
fn what_is_let_go_leaves_its_proof(house: House) {
    let house = house.filled();
    let heads: Vec<Head> = (1i64..=5)
        .map(|seq| {
            let sql = "SELECT hash FROM audit WHERE seq = ?1";
            let hash: [u8; 32] = house
                .store
                .read(|c| c.query_one(sql, privet_store::params![seq], |row| row.get(0)))
                .unwrap();
            let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            Head { seq: u64::try_from(seq).unwrap(), hash: hash.parse().unwrap() }
        })
        .collect();
    assert_eq!(let_go(&house.store, at(0), at(10)).unwrap(), 0);
    assert_eq!(let_go(&house.store, at(3), at(10)).unwrap(), 3);
    assert_eq!(let_go(&house.store, at(3), at(11)).unwrap(), 0, "once is enough");
    for head in heads {
        let verified = house.verify(Some(head)).unwrap();
        assert_eq!((verified.entries, verified.let_go), (6, 3));
    }
    let left = house.store.read(|c| tail(c, 99)).unwrap();
    assert_eq!(left.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!((left[2].record.event, left[2].record.through), (Event::EntriesLetGo, Some(3)));
    let mut lines = Vec::new();
    assert_eq!(house.store.read(|c| export(c, &mut lines)).unwrap(), 3);
    let gone = Search { request_id: Some(String::from("req_2")), ..Search::default() };
    assert!(house.store.read(|c| search(c, &gone, 9)).unwrap().is_empty());
    // And the next time, with the entry that said so the last time.
    house.append(Event::ServerStopped, None, at(20));
    assert_eq!(let_go(&house.store, at(15), at(30)).unwrap(), 3);
    let verified = house.verify(None).unwrap();
    assert_eq!((verified.entries, verified.let_go), (8, 6));
    assert_eq!(house.append(Event::ServerStarted, None, at(40)).seq, 9);
    assert!(house.verify(None).is_ok());
}

#[test]
fn what_was_not_let_go_must_be_there() {
    let rows = [
        ("a text that is gone", "UPDATE audit SET entry = '' WHERE seq = 4", 4, Why::TextGone),
        ("all texts", "UPDATE audit SET entry = ''", 6, Why::TextGone),
        ("what says so", "UPDATE audit SET entry = '' WHERE seq = 6", 6, Why::TextGone),
        ("a gone one's hash", "UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", 4, Why::Hash),
        ("a gone one", "DELETE FROM audit WHERE seq = 2", 2, Why::Missing),
        ("a gone one's time", "UPDATE audit SET time = 0 WHERE seq = 2", 2, Why::Time),
        ("more", "UPDATE audit SET entry = replace(entry, ':3', ':5') WHERE seq = 6", 6, Why::Hash),
    ];
    for (what, sql, seq, why) in rows {
        let house = House::with_entries();
        let_go(&house.store, at(3), at(10)).unwrap();
        house.sql(sql);
        assert_eq!(house.verify(None), Err(Broken { seq, why }), "{what}");
    }
}

/// Cut off between saying so and doing it, and brought back by a backup.
#[test]
fn letting_go_is_finished_the_next_time() {
    let house = House::with_entries();
    house.sql("CREATE TABLE kept AS SELECT * FROM audit");
    let_go(&house.store, at(3), at(10)).unwrap();
    house.sql(
        "UPDATE audit SET entry = (SELECT entry FROM kept WHERE kept.seq = audit.seq),
           request_id = (SELECT request_id FROM kept WHERE kept.seq = audit.seq)
         WHERE seq IN (2, 3)",
    );
    assert_eq!(house.verify(None).unwrap().let_go, 1);
    assert_eq!(let_go(&house.store, at(3), at(12)).unwrap(), 2);
    let verified = house.verify(None).unwrap();
    assert_eq!((verified.entries, verified.let_go), (6, 3));
}
