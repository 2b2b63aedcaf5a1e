//! What operators make is claimed like any token.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod house;

use house::{House, at, name};
use privet_text::EntityType::{self, *};
use privet_vault::{Derivation, Scope, ScopeName, VaultError};

/// Takes one of `pool` as the bits say.
fn claim(scope: &Scope, surface: &str, pool: u8) -> Option<privet_vault::Claim> {
    scope
        .claim_made(IpAddress, "pool", surface, &mut |_, bits| {
            (pool > 0).then(|| format!("198.18.0.{}", bits[0] % pool))
        })
        .unwrap()
}

#[test]
fn a_stand_in_is_derived_claimed_and_opened() {
    let house = House::new();
    let first = claim(&house.scope("kim"), "81.169.145.68", 200).unwrap();
    let beside = claim(&house.scope("kim"), "81.169.145.68", 200).unwrap();
    assert_eq!(first.token(), beside.token());
    assert!(first.is_fresh());
    house.commit(std::slice::from_ref(&first)).unwrap();
    let scope = house.neighbour().scope("kim");
    assert_eq!(claim(&scope, "81.169.145.68", 200).unwrap().token(), first.token());
    assert_eq!(scope.open(first.token(), at(0)).unwrap().expose(), "81.169.145.68");
}

#[test]
fn a_small_pool_overflows() {
    let house = House::new();
    let scope = house.scope("kim");
    let mut claims = Vec::new();
    let mut tokens = std::collections::BTreeSet::new();
    for n in 0..9 {
        match claim(&scope, &format!("81.169.145.{n}"), 5) {
            Some(claim) => {
                assert!(tokens.insert(claim.token().to_owned()), "two values, one token");
                claims.push(claim);
            }
            None => assert_eq!(tokens.len(), 5, "given up before the pool was full"),
        }
    }
    assert_eq!(tokens.len(), 5);
    assert!(claim(&scope, "81.169.145.0", 5).is_some(), "who has one keeps it");
    assert!(claim(&scope, "81.169.145.9", 0).is_none());
}

#[test]
fn forms_are_apart() {
    let house = House::new();
    let scope = house.scope("kim");
    let typed = scope.claim(EmailAddress, "jane@example.com").unwrap();
    let made = |form: &str| {
        let make = &mut |_, bits: &[u8; 32]| Some(format!("{form}{}@example.com", bits[0]));
        scope.claim_made(EmailAddress, form, "jane@example.com", make).unwrap().unwrap()
    };
    let (one, other) = (made("a"), made("b"));
    assert!(one.token() != other.token() && one.token() != typed.token());
    let refused = scope.claim_made(EntityType::Secret, "a", "hunter2", &mut |_, _| None);
    assert!(matches!(refused, Err(VaultError::SecretAsValue)));
}

#[test]
fn purposes_scopes_and_tenants_are_apart() {
    use Derivation as D;
    let house = House::new();
    let (kim, lee) = (house.scope("kim"), house.scope("lee"));
    let all = [D::StandIn, D::FormatPreserving, D::DateShift, D::Noise, D::Hash];
    for (at, what) in all.into_iter().enumerate() {
        assert_eq!(kim.derive(what, &[b"x"]), kim.derive(what, &[b"x"]));
        assert_ne!(kim.derive(what, &[b"x"]), kim.derive(what, &[b"", b"x"]));
        assert_eq!(kim.derive(what, &[b"x"]) == lee.derive(what, &[b"x"]), what == D::Hash);
        for other in &all[..at] {
            assert_ne!(kim.derive(what, &[b"x"]), kim.derive(*other, &[b"x"]));
        }
    }
    let hash = |scope: &Scope, text| scope.hash_value(EmailAddress, text);
    assert_eq!(hash(&kim, "jane@acme.test"), hash(&lee, "Jane@Acme.test"));
    let other = ScopeName { tenant: String::from("other"), ..name("kim") };
    let other = house.vault.scope(&other, at(0)).unwrap();
    assert_ne!(hash(&kim, "jane@acme.test"), hash(&other, "jane@acme.test"));
}
