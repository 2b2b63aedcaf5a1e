//! Two machines that claim the same values at the same time never give a token to two
//! values, nor a value two tokens. All people are invented.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use std::collections::HashMap;

use house::{House, at};
use privet_text::EntityType::Person;
use privet_vault::ClaimError;

/// Values in pairs whose short labels are the same: they differ in case alone.
fn values(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| match n % 2 {
            0 => format!("Jane Doe{}", n / 2),
            _ => format!("JANE DOE{}", n / 2),
        })
        .collect()
}

/// Claims all values in batches, again if somebody else was faster.
fn claim_all(house: &House, values: &[&String]) -> HashMap<String, String> {
    let mut tokens = HashMap::new();
    for batch in values.chunks(50) {
        loop {
            let scope = house.scope("kim");
            let claims: Vec<_> =
                batch.iter().map(|value| scope.claim(Person, value).unwrap()).collect();
            match house.commit(&claims) {
                Ok(()) => {
                    let named = batch.iter().zip(&claims);
                    tokens.extend(named.map(|(v, c)| ((*v).clone(), c.token().to_owned())));
                    break;
                }
                Err(ClaimError::Conflict) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    tokens
}

fn race(house: &House, count: usize) {
    let there = house.neighbour();
    let values = values(count);
    let forth: Vec<_> = values.iter().collect();
    let back: Vec<_> = values.iter().rev().collect();
    let (here, there) = std::thread::scope(|threads| {
        let one = threads.spawn(|| claim_all(house, &forth));
        let other = threads.spawn(|| claim_all(&there, &back));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_eq!(here.len(), count);
    assert!(here == there, "a value has two tokens");
    let mut tokens: Vec<_> = here.values().collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), count, "a token stands for two values");
    let scope = house.neighbour().scope("kim");
    for (value, token) in here.iter().step_by(7) {
        assert_eq!(scope.open(token, at(0)).unwrap().expose(), value);
    }
}

#[test]
fn on_one_file() {
    race(&House::new(), 100_000);
}

#[test]
fn on_a_server() {
    race(&House::on_postgres(), 5_000);
}
