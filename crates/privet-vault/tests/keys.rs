//! API keys: shown once, kept as a hash, revoked at once.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use house::{House, at};
use privet_vault::{ApiKeys, KeyError, KeyState, MintedKey, NewKey, Permissions, looks_like_key};
use std::sync::Arc;

fn make(house: &House, name: &str, hours: Option<i64>) -> Result<Arc<MintedKey>, KeyError> {
    let new = NewKey {
        name: name.to_owned(),
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        expires_at: hours.map(at),
        may: Permissions::default(),
    };
    let minted = Arc::new(house.vault.api_keys().mint(new, at(0))?);
    let inner = Arc::clone(&minted);
    house.store.write(move |tx| inner.insert(tx)).wait().map(|()| minted)
}

fn revoke(house: &House, key: &str) -> Result<String, KeyError> {
    let key = key.to_owned();
    let revoked = house.store.write(move |tx| ApiKeys::revoke(tx, &key, at(1))).wait()?;
    Ok(revoked.id.to_string())
}

#[test]
fn a_key_proves_its_principal() {
    let house = House::new();
    let key = make(&house, "laptop", None).unwrap();
    let keys = house.vault.api_keys();
    let principal = keys.lookup(key.text().expose(), at(5)).unwrap();
    assert_eq!(principal.key_id, key.record().id);
    assert_eq!(
        [&*principal.name, &*principal.tenant, &*principal.workspace],
        ["laptop", "acme", "sales"]
    );
    assert!(house.neighbour().vault.api_keys().lookup(key.text().expose(), at(5)).is_ok());
}

#[test]
fn other_keys_prove_nothing() {
    let house = House::new();
    let key = make(&house, "laptop", None).unwrap();
    let elsewhere = make(&House::new(), "laptop", None).unwrap();
    let text = key.text().expose();
    let mut changed = text.clone();
    changed.replace_range(10..11, if &text[10..11] == "A" { "B" } else { "A" });
    let rows = [
        "",
        "privet_",
        "sk-ant-api03-x",
        &changed,
        &text[..text.len() - 1],
        elsewhere.text().expose(),
    ];
    for presented in rows {
        let answer = house.vault.api_keys().lookup(presented, at(0));
        assert!(matches!(answer, Err(KeyError::Unknown)), "{presented:?}");
    }
    assert!(looks_like_key(text) && !looks_like_key(&changed));
    assert_eq!(text.len(), 56);
}

#[test]
fn revoked_and_expired_keys_stop_at_once() {
    let house = House::new();
    let key = make(&house, "laptop", Some(10)).unwrap();
    let lookup = |hours| house.vault.api_keys().lookup(key.text().expose(), at(hours));
    assert!(lookup(9).is_ok());
    assert!(matches!(lookup(10), Err(KeyError::Expired(_))));
    assert_eq!(revoke(&house.neighbour(), "laptop").unwrap(), key.record().id.to_string());
    assert!(matches!(lookup(2), Err(KeyError::Revoked(_))));
    revoke(&house, key.record().id.as_str()).unwrap();
    assert!(matches!(revoke(&house, "laptop"), Err(KeyError::Unknown)), "no such name in force");
    assert_eq!(house.vault.api_keys().list().unwrap()[0].state(at(2)), KeyState::Revoked);
}

#[test]
fn names_are_unique_among_keys_in_force() {
    let house = House::new();
    make(&house, "laptop", None).unwrap();
    assert!(matches!(make(&house, "laptop", None), Err(KeyError::NameTaken)));
    revoke(&house, "laptop").unwrap();
    make(&house, "laptop", None).unwrap();
    assert_eq!(house.vault.api_keys().list().unwrap().len(), 2);
}

#[test]
fn the_hour_of_use_is_noted() {
    let house = House::new();
    let key = make(&house, "laptop", None).unwrap();
    house.vault.api_keys().lookup(key.text().expose(), at(3)).unwrap();
    house.store.compact().wait().unwrap(); // queued behind the note
    let used = house.vault.api_keys().list().unwrap()[0].last_used.unwrap();
    assert_eq!(used.to_string(), "2026-03-01T03:00:00Z");
}
