//! What is deleted by disuse, and what a legal hold keeps. All people are invented.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use house::{House, at, name};
use jiff::SignedDuration;
use privet_text::EntityType::Person;
use privet_vault::{Hold, RestoreError, VaultError};

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

fn claim(house: &House, who: &str, hours: i64) -> String {
    let scope = house.vault.scope(&name(who), at(hours)).unwrap();
    let claim = scope.claim(Person, "Jane Doe").unwrap();
    house.commit(std::slice::from_ref(&claim)).unwrap();
    claim.token().to_owned()
}

fn hold(house: &House, principal: Option<&str>) -> Hold {
    let hold = house.vault.new_hold("acme", None, principal, "case 17", at(0)).unwrap();
    let written = hold.clone();
    house.store.write(move |tx| written.insert(tx)).wait().unwrap();
    hold
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(&super::House::new()); })* }
        mod postgres { $(#[test] fn $name() { super::$name(&super::House::on_postgres()); })* }
    };
}

on_both!(
    tokens_that_nobody_uses_go,
    letters_are_never_given_again,
    tokens_in_use_stay,
    a_hold_keeps_them,
    a_hold_keeps_them_from_erasure,
);

fn tokens_that_nobody_uses_go(house: &House) {
    let token = claim(house, "kim", 0);
    assert_eq!(house.vault.expire_tokens(at(29 * 24), MONTH).unwrap(), 0);
    assert_eq!(house.vault.expire_tokens(at(31 * 24), MONTH).unwrap(), 1);
    let opened = house.scope("kim").open(&token, at(31 * 24));
    assert!(matches!(opened, Err(RestoreError::UnknownToken)));
    assert_eq!(claim(house, "kim", 31 * 24), token, "the same value gets the same token");
}

/// Whoever is the next client must not be called by the letter of the one before.
fn letters_are_never_given_again(house: &House) {
    let claim = |client: &str, hours: i64| {
        let scope = house.vault.scope(&name("kim"), at(hours)).unwrap();
        let mut letter = |number: u32, _: &[u8; 32]| {
            Some(format!("CLIENT_{}", char::from(b'A' + u8::try_from(number).ok()?)))
        };
        let claim = scope.claim_made(Person, "role/CLIENT", client, &mut letter).unwrap().unwrap();
        house.commit(std::slice::from_ref(&claim)).unwrap();
        claim.token().to_owned()
    };
    assert_eq!(claim("Jane Doe", 0), "CLIENT_A");
    assert_eq!(house.vault.expire_tokens(at(31 * 24), MONTH).unwrap(), 1);
    assert_eq!(claim("Max Muster", 31 * 24), "CLIENT_B");
    assert_eq!(claim("Jane Doe", 31 * 24), "CLIENT_C");
}

fn tokens_in_use_stay(house: &House) {
    let token = claim(house, "kim", 0);
    let unused = claim(house, "lee", 0);
    // Known by heart here, and read from the database by the next process.
    claim(house, "kim", 20 * 24);
    assert_eq!(house.vault.expire_tokens(at(31 * 24), MONTH).unwrap(), 1);
    assert!(house.scope("lee").open(&unused, at(0)).is_err());
    let later = house.neighbour();
    claim(&later, "kim", 45 * 24);
    later.vault.record_uses().unwrap();
    assert_eq!(house.vault.expire_tokens(at(60 * 24), MONTH).unwrap(), 0);
    assert!(house.scope("kim").open(&token, at(0)).is_ok());
}

fn a_hold_keeps_them(house: &House) {
    let (kept, gone) = (claim(house, "kim", 0), claim(house, "lee", 0));
    let hold = hold(house, Some("kim"));
    assert_eq!(house.vault.expire_tokens(at(99 * 24), MONTH).unwrap(), 1);
    assert!(house.scope("kim").open(&kept, at(0)).is_ok());
    assert!(house.scope("lee").open(&gone, at(0)).is_err());
    assert_eq!(house.vault.holds().unwrap(), std::slice::from_ref(&hold));
    assert!(house.vault.is_held().unwrap());
    let end = |id: &str| {
        let id = id.to_owned();
        house.store.write(move |tx| Hold::end(tx, &id, at(1))).wait().unwrap()
    };
    assert!(end(&hold.id) && !end(&hold.id) && !end("hold_none"));
    assert!(house.vault.holds().unwrap()[0].ended_at.is_some());
    assert!(!house.vault.is_held().unwrap());
    assert_eq!(house.vault.expire_tokens(at(99 * 24), MONTH).unwrap(), 1);
}

fn a_hold_keeps_them_from_erasure(house: &House) {
    claim(house, "kim", 0);
    claim(house, "lee", 0);
    hold(house, Some("kim"));
    let found = house.vault.find_subject("acme", &[String::from("Jane Doe")], at(0)).unwrap();
    let mut mentions = found.mentions;
    let held = house.vault.under_hold(&mut mentions).unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(
        mentions.iter().map(|mention| &*mention.scope.principal).collect::<Vec<_>>(),
        ["lee"]
    );
}

#[test]
fn memos_under_a_hold_stay() {
    let house = House::new();
    for who in ["kim", "lee"] {
        let scope = house.scope(who);
        let written = house.store.write(move |tx| -> Result<(), VaultError> {
            scope.insert_segment_memos(tx, &[([1; 32], b"memo".to_vec())], at(0)).map(drop)
        });
        written.wait().unwrap();
    }
    hold(&house, Some("kim"));
    assert_eq!(house.vault.expire(at(99 * 24), MONTH).unwrap().segments, 1);
    let left = |who: &str| house.scope(who).get_segments(&[[1; 32]], at(0)).unwrap()[0].is_some();
    assert!(left("kim") && !left("lee"));
}
