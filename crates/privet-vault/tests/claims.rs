//! Claiming tokens: same in, same out; never two values for one token.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use std::collections::HashMap;
use std::sync::Arc;

use house::{House, at, name};
use privet_store::StoreError;
use privet_text::EntityType::{self, *};
use privet_vault::{
    ClaimError, OsRandom, RestoreError, RootError, RootKey, ScopeName, Stores, Vault, VaultError,
};
use proptest::prelude::*;

#[test]
fn a_token_is_typed_and_derived() {
    let house = House::new();
    let scope = house.scope("kim");
    for (entity, surface, stem) in [
        (Person, "Jane Doe", "PERSON_"),
        (EmailAddress, "jane@example.com", "EMAIL_"),
        (TokenLiteral, "PERSON_ABCDEF", "LITERAL_"),
    ] {
        let claim = scope.claim(entity, surface).unwrap();
        let label = claim.token().strip_prefix(stem).unwrap();
        assert_eq!(label.len(), 7, "{label}");
        assert!(label.bytes().all(|b| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&b)));
        assert!(claim.is_fresh());
    }
}

#[test]
fn the_same_value_keeps_its_token() {
    let house = House::new();
    let first = house.scope("kim").claim(Person, "Jane Doe").unwrap();
    let beside = house.scope("kim").claim(Person, "Jane Doe").unwrap();
    assert_eq!(first.token(), beside.token());
    assert!(beside.is_fresh(), "not written yet, so the other request writes it too");
    house.commit(std::slice::from_ref(&first)).unwrap();
    house.commit(&[beside]).unwrap();
    let later = house.neighbour().scope("kim").claim(Person, "Jane Doe").unwrap();
    assert_eq!(first.token(), later.token());
    assert!(!later.is_fresh());
    let hot = house.scope("kim");
    drop(first.clone());
    assert_eq!(hot.claim(Person, "Jane Doe").unwrap().token(), later.token());
}

#[test]
fn spellings_of_one_value_begin_alike_and_restore_apart() {
    let house = House::new();
    let scope = house.scope("kim");
    let spellings = ["Jane Doe", "JANE DOE", "jane  doe"];
    let claims: Vec<_> = spellings.iter().map(|s| scope.claim(Person, s).unwrap()).collect();
    let short = claims[0].token();
    assert!(claims[1].token().starts_with(short) && claims[1].token().len() == short.len() + 2);
    assert!(claims[2].token().starts_with(short) && claims[2].token().len() == short.len() + 2);
    house.commit(&claims).unwrap();
    for (claim, spelling) in claims.iter().zip(spellings) {
        assert_eq!(scope.open(claim.token(), at(0)).unwrap().expose(), spelling);
    }
}

/// A value that was a place before cities were told from places keeps what it had.
#[test]
fn a_value_of_two_types_has_two_tokens() {
    let house = House::new();
    let scope = house.scope("kim");
    let before = scope.claim(Location, "Quellheim").unwrap();
    house.commit(std::slice::from_ref(&before)).unwrap();
    let scope = house.neighbour().scope("kim");
    let since = scope.claim(City, "Quellheim").unwrap();
    house.commit(std::slice::from_ref(&since)).unwrap();
    assert!(before.token().starts_with("PLACE_") && since.token().starts_with("CITYNAME_"));
    for token in [before.token(), since.token()] {
        assert_eq!(scope.open(token, at(0)).unwrap().expose(), "Quellheim");
    }
}

#[test]
fn a_secret_is_no_value_to_keep() {
    let error = House::new().scope("kim").claim(Secret, "sk-invented").unwrap_err();
    assert!(matches!(error, VaultError::SecretAsValue), "{error}");
}

#[test]
fn scopes_share_nothing() {
    let house = House::new();
    let narrow = ScopeName { narrow: Some(String::from("session")), ..name("kim") };
    let rival = ScopeName { tenant: String::from("rival"), ..name("kim") };
    let scopes = [house.scope("kim"), house.scope("lee")]
        .into_iter()
        .chain([narrow, rival].map(|name| house.vault.scope(&name, at(0)).unwrap()));
    let mut seen = Vec::new();
    for scope in scopes {
        let claim = scope.claim(Person, "Jane Doe").unwrap();
        house.commit(std::slice::from_ref(&claim)).unwrap();
        for (other, token) in &seen {
            assert_ne!(claim.token(), token);
            let other: &std::sync::Arc<privet_vault::Scope> = other;
            let error = other.open(claim.token(), at(0)).unwrap_err();
            assert!(matches!(error, RestoreError::UnknownToken), "{error}");
        }
        seen.push((scope, claim.token().to_owned()));
    }
}

#[test]
fn an_uncommitted_claim_leaves_nothing_behind() {
    let house = House::new();
    let scope = house.scope("kim");
    let token = scope.claim(Person, "Jane Doe").unwrap().token().to_owned();
    assert!(matches!(scope.open(&token, at(0)), Err(RestoreError::UnknownToken)));
    let other = scope.claim(Person, "JANE DOE").unwrap();
    assert_eq!(other.token(), token, "the short label is free again");
}

#[test]
fn two_processes_never_give_one_token_to_two_values() {
    let (house, other) = {
        let house = House::new();
        let other = house.neighbour();
        (house, other)
    };
    let here = house.scope("kim").claim(Person, "Jane Doe").unwrap();
    let there = other.scope("kim").claim(Person, "JANE DOE").unwrap();
    assert_eq!(here.token(), there.token(), "neither knows of the other");
    house.commit(&[here]).unwrap();
    let error = other.commit(std::slice::from_ref(&there)).unwrap_err();
    assert!(matches!(error, ClaimError::Conflict), "{error}");
    drop(there);
    let again = other.scope("kim").claim(Person, "JANE DOE").unwrap();
    other.commit(std::slice::from_ref(&again)).unwrap();
    assert_eq!(again.token().len(), "PERSON_".len() + 9);
}

#[test]
fn the_same_claim_from_two_processes_is_no_conflict() {
    let house = House::new();
    let other = house.neighbour();
    let here = house.scope("kim").claim(Person, "Jane Doe").unwrap();
    let there = other.scope("kim").claim(Person, "Jane Doe").unwrap();
    house.commit(&[here]).unwrap();
    other.commit(&[there]).unwrap();
}

#[test]
fn numbers_stay_numbers() {
    let house = House::new();
    let scope = house.scope("kim");
    for digits in ["4111111111111111", "5550123", "42"] {
        let claim = scope.claim_number(PhoneNumber, digits).unwrap();
        house.commit(std::slice::from_ref(&claim)).unwrap();
        assert_eq!(claim.token().len(), digits.len());
        assert_ne!(claim.token(), digits);
        assert!(!claim.token().starts_with('0'));
        assert_eq!(scope.claim_number(PhoneNumber, digits).unwrap().token(), claim.token());
        assert_eq!(scope.open(claim.token(), at(0)).unwrap().expose(), digits);
    }
    for text in ["", "-5", "1.5", "12e3", "٣"] {
        let error = scope.claim_number(PhoneNumber, text).unwrap_err();
        assert!(matches!(error, VaultError::NoNumber), "{text:?}: {error}");
    }
}

#[test]
fn few_digits_run_out() {
    let house = House::new();
    let scope = house.scope("kim");
    let claims: Vec<_> = (0..10).map(|n| scope.claim_number(PhoneNumber, &n.to_string())).collect();
    assert!(claims.iter().filter(|claim| claim.is_ok()).count() <= 9);
    assert!(claims.iter().any(|claim| matches!(claim, Err(VaultError::NoNumber))));
}

#[test]
fn a_changed_row_does_not_open() {
    let house = House::new();
    let scope = house.scope("kim");
    let jane = scope.claim(Person, "Jane Doe").unwrap();
    let max = scope.claim(Person, "Max Muster").unwrap();
    house.commit(&[jane.clone(), max.clone()]).unwrap();
    house.sql("UPDATE token SET sealed = (SELECT sealed FROM token LIMIT 1)");
    let opened = [&jane, &max].map(|claim| scope.open(claim.token(), at(0)));
    assert_eq!(opened.iter().filter(|o| matches!(o, Err(RestoreError::Tampered))).count(), 1);
}

#[test]
fn another_root_key_is_refused() {
    let house = House::new();
    let stores = Stores { main: house.store.clone(), keys: house.keys.clone() };
    let other = Arc::new(RootKey::from_bytes([8; 32]));
    let error = Vault::open(stores, other, Arc::new(OsRandom), at(0)).unwrap_err();
    assert!(matches!(error, VaultError::Root(RootError::Refused(_))), "{error}");
}

#[test]
fn keys_and_database_of_two_vaults_do_not_go_together() {
    let (house, other) = (House::new(), House::new());
    let stores = Stores { main: house.store.clone(), keys: other.keys.clone() };
    let opened = Vault::open(stores, Arc::new(other.key_file()), Arc::new(OsRandom), at(0));
    assert!(matches!(opened, Err(VaultError::ForeignDatabase)));
}

#[test]
fn a_scope_whose_keys_are_gone_does_not_open() {
    let house = House::new();
    house.scope("kim");
    house.keys_sql("DELETE FROM scope_key");
    let opened = house.neighbour().vault.scope(&house::name("kim"), at(0));
    assert!(matches!(opened, Err(VaultError::KeysMissing)));
}

#[test]
fn nothing_raw_reaches_the_disk() {
    let house = House::new();
    let scope = house.scope("kim");
    let values = ["Jane Canary Doe", "canary@example.com", "CANARY-SECRET-1234"];
    let claims = [
        scope.claim(Person, values[0]).unwrap(),
        scope.claim(EmailAddress, values[1]).unwrap(),
        scope.claim_secret(values[2], privet_vault::SecretMode::Sealed, at(0)).unwrap(),
    ];
    house.commit(&claims).unwrap();
    for file in std::fs::read_dir(house.path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("canary"));
    }
}

#[test]
fn tokens_lists_every_value_token() {
    let house = House::new();
    let scope = house.scope("kim");
    let claims: Vec<_> =
        (0..1203).map(|n| scope.claim(Username, &format!("user{n}")).unwrap()).collect();
    house.commit(&claims).unwrap();
    let listed: Vec<_> = scope.tokens().map(|token| token.unwrap().token).collect();
    assert_eq!(listed.len(), 1203);
    assert!(listed.is_sorted());
}

#[test]
fn requests_at_once_agree() {
    let house = House::new();
    let tokens: Vec<Vec<(String, String)>> = std::thread::scope(|threads| {
        let running: Vec<_> = (0..8)
            .map(|_| {
                threads.spawn(|| {
                    let scope = house.scope("kim");
                    let mut tokens = Vec::new();
                    for n in 0..40 {
                        let surface =
                            format!("Person {}{}", if n % 2 == 0 { "" } else { " " }, n / 4);
                        let claim = scope.claim(Person, &surface).unwrap();
                        house.commit(std::slice::from_ref(&claim)).unwrap();
                        tokens.push((surface, claim.token().to_owned()));
                    }
                    tokens
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut by_token = HashMap::new();
    let mut by_surface = HashMap::new();
    for (surface, token) in tokens.into_iter().flatten() {
        assert_eq!(by_token.entry(token.clone()).or_insert(surface.clone()), &surface);
        assert_eq!(by_surface.entry(surface).or_insert(token.clone()), &token);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the values, tokens are unique and open to exactly what was claimed.
    #[test]
    fn claim_and_open_are_inverse(
        values in proptest::collection::vec(("\\PC{0,40}", 0..EntityType::ALL.len()), 1..20),
    ) {
        let house = House::new();
        let scope = house.scope("kim");
        let values: Vec<_> = values
            .into_iter()
            .map(|(text, at)| (EntityType::ALL[at], text))
            .filter(|(entity, _)| *entity != Secret)
            .collect();
        let claims: Vec<_> =
            values.iter().map(|(entity, text)| scope.claim(*entity, text).unwrap()).collect();
        house.commit(&claims).unwrap();
        let mut owner = HashMap::new();
        for ((entity, text), claim) in values.iter().zip(&claims) {
            let value = (entity.stem(), text);
            prop_assert_eq!(*owner.entry(claim.token()).or_insert(value), value);
            let opened = scope.open(claim.token(), at(0)).unwrap();
            prop_assert_eq!(opened.expose(), text);
        }
    }
}

/// The tenant leads every key: what one tenant has lies between no two rows of another.
#[test]
fn rows_of_two_tenants_never_share_a_range() {
    for house in [House::new(), House::on_postgres()] {
        let name = |tenant: &str, principal: String| ScopeName {
            tenant: tenant.to_owned(),
            workspace: String::from("sales"),
            principal,
            narrow: None,
        };
        // By turns, so that they would lie among each other if they were numbered as they come.
        for n in 0..4 {
            for tenant in ["acme", "birch", "cedar"] {
                let scope = house.vault.scope(&name(tenant, format!("laptop-{n}")), at(0)).unwrap();
                let claim = scope.claim(EntityType::Person, "Jane Doe").unwrap();
                house.commit(&[claim]).unwrap();
            }
        }
        let ranges: Vec<(String, i64, i64)> = house
            .store
            .read(|connection| {
                connection.query_all(
                    "SELECT tenant, min(token.scope), max(token.scope) FROM token
                     JOIN scope ON scope.id = token.scope GROUP BY tenant
                     ORDER BY min(token.scope)",
                    &[],
                    |row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
            })
            .unwrap();
        assert_eq!(ranges.len(), 3, "{ranges:?}");
        for pair in ranges.windows(2) {
            let [(_, _, end), (_, begin, _)] = pair else { unreachable!("windows of two") };
            assert!(end < begin, "{ranges:?}");
            // Nor do they ever come to: each tenant has its own part of the numbers.
            assert_ne!(end >> 40, begin >> 40, "{ranges:?}");
        }
    }
}
