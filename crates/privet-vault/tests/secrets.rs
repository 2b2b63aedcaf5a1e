//! Secrets: numbered, kept for a day at most, or not at all.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use house::{House, at};
use privet_vault::SecretMode::{Irreversible, Sealed};
use privet_vault::{ClaimError, RestoreError};

const KEY: &str = "sk-invented-0123456789";

#[test]
fn markers_are_numbers_in_order() {
    let house = House::new();
    let scope = house.scope("kim");
    let one = scope.claim_secret(KEY, Sealed, at(0)).unwrap();
    let same = scope.claim_secret(KEY, Sealed, at(0)).unwrap();
    let two = scope.claim_secret("another", Sealed, at(0)).unwrap();
    assert_eq!(
        [one.token(), same.token(), two.token()],
        ["SECRET_000001", "SECRET_000001", "SECRET_000002"]
    );
    house.commit(&[two, one, same]).unwrap();
    let other = house.scope("lee").claim_secret(KEY, Sealed, at(0)).unwrap();
    assert_eq!(other.token(), "SECRET_000001", "numbers are the scope's own");
    let known = house.neighbour().scope("kim").claim_secret(KEY, Sealed, at(1)).unwrap();
    assert_eq!(known.token(), "SECRET_000001");
}

#[test]
fn sealed_for_a_day_at_most() {
    let house = House::new();
    let scope = house.scope("kim");
    let claim = scope.claim_secret(KEY, Sealed, at(0)).unwrap();
    house.commit(&[claim]).unwrap();
    assert_eq!(scope.open("SECRET_000001", at(23)).unwrap().expose(), KEY);
    let late = scope.open("SECRET_000001", at(24)).unwrap_err();
    assert!(matches!(late, RestoreError::Expired), "even before the key is destroyed: {late}");
    assert_eq!(house.vault.destroy_expired(at(23)).unwrap(), 0);
    assert_eq!(house.vault.destroy_expired(at(24)).unwrap(), 1);
    assert!(matches!(scope.open("SECRET_000001", at(24)), Err(RestoreError::Expired)));
    assert!(matches!(scope.open("SECRET_000009", at(24)), Err(RestoreError::UnknownToken)));
    let next = scope.claim_secret(KEY, Sealed, at(25)).unwrap();
    assert_eq!(next.token(), "SECRET_000002", "a number is never used again");
    house.commit(&[next]).unwrap();
}

#[test]
fn a_secret_in_use_moves_to_the_next_day_key() {
    let house = House::new();
    let scope = house.scope("kim");
    let claim = scope.claim_secret(KEY, Sealed, at(0)).unwrap();
    house.commit(&[claim]).unwrap();
    let renewed = scope.claim_secret(KEY, Sealed, at(13)).unwrap();
    assert_eq!(renewed.token(), "SECRET_000001");
    assert!(renewed.is_fresh());
    house.commit(std::slice::from_ref(&renewed)).unwrap();
    house.commit(&[renewed]).unwrap();
    assert!(!scope.claim_secret(KEY, Sealed, at(13)).unwrap().is_fresh());
    house.vault.destroy_expired(at(30)).unwrap();
    assert_eq!(scope.open("SECRET_000001", at(30)).unwrap().expose(), KEY);
}

#[test]
fn irreversible_keeps_the_marker_and_not_the_secret() {
    let house = House::new();
    let scope = house.scope("kim");
    let claim = scope.claim_secret(KEY, Irreversible, at(0)).unwrap();
    house.commit(&[claim]).unwrap();
    let again = scope.claim_secret(KEY, Irreversible, at(1)).unwrap();
    assert_eq!(again.token(), "SECRET_000001");
    assert!(!again.is_fresh());
    assert!(matches!(scope.open("SECRET_000001", at(0)), Err(RestoreError::Irreversible)));
}

#[test]
fn a_change_of_mode_rewrites_the_row() {
    let house = House::new();
    let scope = house.scope("kim");
    for (mode, opens) in [(Sealed, true), (Irreversible, false), (Sealed, true)] {
        let claim = scope.claim_secret(KEY, mode, at(0)).unwrap();
        assert_eq!(claim.token(), "SECRET_000001");
        assert!(claim.is_fresh(), "{mode:?}");
        house.commit(&[claim]).unwrap();
        assert_eq!(scope.open("SECRET_000001", at(0)).is_ok(), opens, "{mode:?}");
    }
}

#[test]
fn two_processes_never_share_a_number() {
    let house = House::new();
    let other = house.neighbour();
    let here = house.scope("kim").claim_secret("one", Sealed, at(0)).unwrap();
    let there = other.scope("kim").claim_secret("two", Sealed, at(0)).unwrap();
    assert_eq!(here.token(), there.token());
    house.commit(&[here]).unwrap();
    assert!(matches!(other.commit(&[there]), Err(ClaimError::Conflict)));
    let again = other.scope("kim").claim_secret("two", Sealed, at(0)).unwrap();
    assert_eq!(again.token(), "SECRET_000002");
    other.commit(&[again]).unwrap();
}

#[test]
fn a_lengthened_life_is_noticed() {
    let house = House::new();
    let claim = house.scope("kim").claim_secret(KEY, Sealed, at(0)).unwrap();
    house.commit(&[claim]).unwrap();
    house.keys_sql("UPDATE day_key SET expires_at = expires_at + 86400");
    let scope = house.neighbour().scope("kim");
    assert!(matches!(scope.open("SECRET_000001", at(30)), Err(RestoreError::Tampered)));
}
