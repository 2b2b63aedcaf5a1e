//! A large vault: how long it takes to open, and to look a token up.
//!
//! `cargo bench -p privet-vault --bench scale [-- COUNT [FOLDER]]`: a million tokens unless
//! told otherwise; ten million take 3 GiB and some minutes.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use privet_store::{Schema, Store};
use privet_text::EntityType;
use privet_vault::{
    Claim, ClaimError, Likeness, OsRandom, RootKey, Scope, ScopeName, Stores, Vault, insert_claims,
};

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let count: usize = words.next().map_or(1_000_000, |count| count.parse().unwrap());
    let dir = match words.next() {
        Some(folder) => tempfile::tempdir_in(folder).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let open = || {
        let main = Store::open(&dir.path().join("privet.sqlite"), Schema::Main).unwrap();
        let keys = Store::open(&dir.path().join("keys.sqlite"), Schema::Keys).unwrap();
        let root = Arc::new(RootKey::from_bytes([7; 32]));
        let now = Timestamp::now();
        Vault::open(Stores { main, keys }, root, Arc::new(OsRandom), now).unwrap()
    };
    let vault = open();
    let began = Instant::now();
    // A hundred people's scopes.
    for part in 0..100 {
        let scope = scope(&vault, part);
        let values: Vec<String> = (0..count / 100).map(|n| value(part, n)).collect();
        values.chunks(1000).for_each(|values| fill(&vault, &scope, values));
    }
    println!("{count} tokens written in {:?}", began.elapsed());
    vault.store().close().unwrap();
    vault.key_store().close().unwrap();
    let bytes = std::fs::metadata(dir.path().join("privet.sqlite")).unwrap().len();
    println!("{} bytes a token", bytes / count as u64);
    drop(vault);

    let began = Instant::now();
    let vault = open();
    println!("opened in {:?}", began.elapsed());
    let scopes: Vec<Arc<Scope>> = (0..100).map(|part| scope(&vault, part)).collect();
    let mut waits = Vec::new();
    for number in 0..20_000usize {
        // Never the same one twice, so that no cache of ours knows it.
        let part = number * 37 % 100;
        let value = value(part, number.wrapping_mul(0x9e37_79b9) % (count / 100));
        let began = Instant::now();
        let claim = scopes.get(part).unwrap().claim(EntityType::EmailAddress, &value).unwrap();
        waits.push(began.elapsed());
        assert!(!claim.is_fresh());
    }
    println!("looked up: p50 {:?}, p99 {:?}", at(&mut waits, 0.5), at(&mut waits, 0.99));
    let began = Instant::now();
    let found = vault.find_subject("acme", &[value(42, 7)], Timestamp::now()).unwrap();
    let same = found.mentions.iter().filter(|mention| mention.likeness == Likeness::Same).count();
    println!("a person found among {} in {:?}", found.searched, began.elapsed());
    assert_eq!(same, 1);
    let began = Instant::now();
    let erasure = vault.erase(&found.mentions, Timestamp::now()).unwrap();
    println!("{} value erased in {:?}", erasure.tokens, began.elapsed());
}

fn scope(vault: &Vault, part: usize) -> Arc<Scope> {
    let name = ScopeName {
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        principal: format!("person{part}"),
        narrow: None,
    };
    vault.scope(&name, Timestamp::now()).unwrap()
}

fn value(part: usize, number: usize) -> String {
    format!("customer{number}.of{part}@kestrel-mail.com")
}

fn fill(vault: &Vault, scope: &Scope, values: &[String]) {
    let claims: Vec<Claim> =
        values.iter().map(|v| scope.claim(EntityType::EmailAddress, v).unwrap()).collect();
    let now = Timestamp::now();
    let written = vault
        .store()
        .write(move |tx| -> Result<(), ClaimError> { insert_claims(tx, &claims, now) });
    written.wait().unwrap();
}

fn at(times: &mut [Duration], quantile: f64) -> Duration {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * quantile) as usize;
    times.get(index).copied().unwrap_or_default()
}
