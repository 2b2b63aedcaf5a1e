//! What an entry costs: appended within a group, and verified.
//!
//! `cargo bench -p privet-audit`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use privet_audit::{AuditError, Event, Plain, Record, append, verify};
use privet_store::{Schema, Store};

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("privet.sqlite"), Schema::Main).unwrap();
    let now = Timestamp::now();
    for _ in 0..2 {
        let (took, count) = (Instant::now(), 2000);
        let done = store.write(move |tx| -> Result<(), AuditError> {
            for number in 0..count {
                append(tx, &record(number), now)?;
            }
            Ok(())
        });
        done.wait().unwrap();
        print("append, one transaction", took.elapsed(), count);
    }
    let took = Instant::now();
    let verified = store.read(|connection| verify(connection, None)).unwrap();
    print("verify", took.elapsed(), u32::try_from(verified.entries).unwrap());
}

fn record(number: u32) -> Record {
    let mut record = Record::new(Event::RequestIntent);
    record.request_id = Some(format!("req_{:024x}", u128::from(number).wrapping_mul(0x9e37_79b9)));
    record.key_id = Some(String::from("key_0123456789"));
    record.principal = Some(String::from("laptop"));
    record.workspace = Some(String::from("default"));
    record.model = Some(Plain::from("claude-sonnet-5"));
    record.path = Some(Plain::from("/v1/messages"));
    record.entities.insert(String::from("PERSON"), 3);
    record.entities.insert(String::from("EMAIL_ADDRESS"), 2);
    record.bytes_in = Some(12_345);
    record
}

fn print(what: &str, took: Duration, count: u32) {
    println!("{what:30} {:>10.2?} each, n = {count}", took / count);
}
