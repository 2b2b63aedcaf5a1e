//! Memos: the first one stands, changed ones are refused, unused ones go.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use house::{House, at};
use jiff::SignedDuration;
use privet_vault::{Lost, MemoHash, Scope, VaultError};
use std::sync::Arc;

fn write(house: &House, scope: &Arc<Scope>, memos: &[(MemoHash, &str)], hours: i64) -> Vec<Lost> {
    let memos: Vec<_> =
        memos.iter().map(|(hash, memo)| (*hash, memo.as_bytes().to_vec())).collect();
    let scope = Arc::clone(scope);
    house.store.write(move |tx| scope.insert_segment_memos(tx, &memos, at(hours))).wait().unwrap()
}

fn read(scope: &Scope, hash: u8, hours: i64) -> Option<String> {
    let found = scope.get_segments(&[[hash; 32]], at(hours)).unwrap().remove(0)?;
    Some(String::from_utf8(found.to_vec()).unwrap())
}

#[test]
fn the_first_memo_stands() {
    let house = House::new();
    let scope = house.scope("kim");
    assert_eq!(write(&house, &scope, &[([1; 32], "a"), ([2; 32], "b")], 0), []);
    assert_eq!(write(&house, &scope, &[([1; 32], "a")], 0), [], "the same bytes are no loss");
    let lost = write(&house, &scope, &[([3; 32], "c"), ([2; 32], "x")], 0);
    assert_eq!(lost, [Lost { index: 1, winner: b"b"[..].into() }]);
    let found = scope.get_segments(&[[2; 32], [9; 32], [1; 32]], at(0)).unwrap();
    assert_eq!(found, [Some(b"b"[..].into()), None, Some(b"a"[..].into())]);
    assert_eq!(read(&house.scope("lee"), 1, 0), None, "memos are the scope's own");
    assert_eq!(scope.get_answers(&[[1; 32]], at(0)).unwrap(), [None], "and the table's");
}

#[test]
fn refused_content_is_remembered() {
    let house = House::new();
    let scope = house.scope("kim");
    let inner = Arc::clone(&scope);
    house.store.write(move |tx| inner.insert_refused(tx, &[[1; 32]], at(0))).wait().unwrap();
    assert_eq!(scope.get_refused(&[[1; 32], [2; 32]], at(0)).unwrap(), [true, false]);
}

#[test]
fn a_changed_memo_is_refused() {
    let changes = [
        "UPDATE segment_memo SET memo = CAST(memo || x'00' AS BLOB)",
        "UPDATE segment_memo SET memo = x'00'",
        "UPDATE segment_memo SET hash = zeroblob(32)",
        "INSERT INTO segment_memo SELECT scope, zeroblob(32), memo, 0, 0 FROM segment_memo",
    ];
    for change in changes {
        let house = House::new();
        let scope = house.scope("kim");
        write(&house, &scope, &[([1; 32], "a")], 0);
        house.sql(change);
        let both = scope.get_segments(&[[1; 32], [0; 32]], at(0));
        assert!(matches!(both, Err(VaultError::Tampered(_))), "{change}");
    }
}

#[test]
fn unused_memos_expire() {
    let house = House::new();
    let scope = house.scope("kim");
    let many: Vec<_> = (0..250u8).map(|n| ([n; 32], "old")).collect();
    write(&house, &scope, &many, 0);
    write(&house, &scope, &[([250; 32], "new")], 90);
    assert_eq!(read(&scope, 1, 0).as_deref(), Some("old"));
    assert_eq!(read(&scope, 1, 80).as_deref(), Some("old"), "from memory; the hour is noted");
    assert_eq!(read(&house.neighbour().scope("kim"), 2, 80).as_deref(), Some("old"));
    let expired = house.vault.expire(at(100), SignedDuration::from_hours(72)).unwrap();
    assert_eq!((expired.segments, expired.answers), (249, 0), "the neighbour noted nothing");
    assert_eq!(read(&scope, 1, 100).as_deref(), Some("old"));
    assert_eq!(read(&scope, 250, 100).as_deref(), Some("new"));
    assert_eq!(read(&scope, 3, 100), None);
}

#[test]
fn leaf_hashes_are_keyed_by_scope() {
    let house = House::new();
    let hash = |principal: &str, parts: &[&str]| {
        let mut hasher = house.scope(principal).leaf_key();
        parts.iter().for_each(|part| hasher.update_framed(part.as_bytes()));
        hasher.finish()
    };
    assert_eq!(hash("kim", &["a", "b"]), hash("kim", &["a", "b"]));
    assert_ne!(hash("kim", &["a", "b"]), hash("kim", &["ab", ""]));
    assert_ne!(hash("kim", &["a", "b"]), hash("lee", &["a", "b"]));
}
