//! Stateless work a second, one value a call and a hundred: derived from the scope's keys,
//! nothing stored. Beside it the vault's own tokens.
//!
//! `cargo bench -p privet-vault --bench operators`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use privet_mask::operator::{Alphabet, Draw, fpe, hashed, shaped};
use privet_store::{Schema, Store};
use privet_text::EntityType as E;
use privet_vault::{Derivation, OsRandom, RootKey, Scope, ScopeName, Stores, Vault};

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let main = Store::open(&dir.path().join("privet.sqlite"), Schema::Main).unwrap();
    let keys = Store::open(&dir.path().join("keys.sqlite"), Schema::Keys).unwrap();
    let root = Arc::new(RootKey::from_bytes([7; 32]));
    let now = jiff::Timestamp::now();
    let vault = Vault::open(Stores { main, keys }, root, Arc::new(OsRandom), now).unwrap();
    let name = ScopeName {
        tenant: String::from("acme"),
        workspace: String::from("sales"),
        principal: String::from("kim"),
        narrow: None,
    };
    let scope = vault.scope(&name, now).unwrap();
    println!("operator | single a second | in batches of 100, one core | on two cores");
    row("FF1 of a card number", &scope, &|scope, n| encrypted(scope, &format!("4{n:015}")));
    row("keyed hash", &scope, &|scope, n| {
        let value = format!("jane.doe{n}@acme.test");
        hashed(E::EmailAddress, &scope.hash_value(E::EmailAddress, &value))
    });
    row("shaped e-mail, derived", &scope, &|scope, n| {
        let value = format!("jane.doe{n}@acme.test");
        let bits = scope.derive(Derivation::StandIn, &[b"shaped", b"EMAIL", value.as_bytes()]);
        shaped(E::EmailAddress, &value, &mut Draw::new(&bits)).unwrap()
    });
}

fn encrypted(scope: &Scope, value: &str) -> String {
    let key = scope.derive(Derivation::FormatPreserving, &[b"CREDIT_CARD"]);
    fpe::encrypt(&key, b"acme\0CREDIT_CARD", Alphabet::Form, value).unwrap()
}

type Operate = dyn Fn(&Scope, u64) -> String + Sync;

fn row(name: &str, scope: &Scope, operate: &Operate) {
    let single = best(|| {
        for n in 0..CALLS {
            black_box(operate(scope, black_box(n)));
        }
    });
    let batches = |from: u64, to: u64| {
        for batch in from..to {
            let made: Vec<String> = (0..100).map(|n| operate(scope, batch * 100 + n)).collect();
            black_box(made);
        }
    };
    let batched = best(|| batches(0, CALLS / 100));
    let both = best(|| {
        std::thread::scope(|threads| {
            threads.spawn(|| batches(0, CALLS / 200));
            batches(CALLS / 200, CALLS / 100);
        });
    });
    let rate = |took: Duration| CALLS as f64 / took.as_secs_f64();
    println!("{name} | {:.0} | {:.0} | {:.0}", rate(single), rate(batched), rate(both));
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..5)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}

const CALLS: u64 = 200_000;
