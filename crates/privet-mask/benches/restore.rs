//! How fast answers are restored, and texts searched for what reads like a token.
//!
//! `cargo bench -p privet-mask --bench restore`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use privet_mask::{Destination, End, Form, HostList, RestoreTable, RestoreTableBuilder, Restorer};
use privet_text::EntityType;

const PROSE: &str = "The committee met on Thursday to discuss the budget for the coming year. It was \
    agreed that the northern office would move before the end of March, and that the old furniture \
    should be given away. Nobody objected, although the treasurer wondered aloud whether the new \
    building had enough rooms for everyone who works there now. ";

/// A token as the vault makes them.
fn token(n: usize) -> String {
    let alphabet = privet_mask::LABEL_ALPHABET;
    let mut state = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut label = String::from("7");
    for _ in 0..6 {
        state ^= state >> 29;
        state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        label.extend(alphabet.get((state >> 59) as usize).map(|b| char::from(*b)));
    }
    format!("PERSON_{label}")
}

fn table(tokens: usize) -> Arc<RestoreTable> {
    let mut table = RestoreTableBuilder::default();
    (0..tokens).for_each(|n| table.insert(&token(n), EntityType::Person, &format!("Jane Doe {n}")));
    Arc::new(table.build())
}

fn main() {
    println!("text | tokens in the table | MiB/s");
    for tokens in [0, 10, 1000] {
        let table = table(tokens);
        let plain = PROSE.repeat(4000);
        println!("prose | {tokens} | {:.0}", speed(&table, &plain));
        let dense: String = (0..4000)
            .map(|n| format!("{}{} ", PROSE.get(..60).unwrap(), token(n % tokens.max(1))))
            .collect();
        println!("a token every 75 bytes | {tokens} | {:.0}", speed(&table, &dense));
    }
}

fn speed(table: &Arc<RestoreTable>, text: &str) -> f64 {
    let pieces: Vec<&str> =
        text.as_bytes().chunks(24).map(|p| std::str::from_utf8(p).unwrap()).collect();
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let began = Instant::now();
        let mut restorer = Restorer::new(
            Arc::clone(table),
            Arc::new(HostList::default()),
            Form::Text,
            Destination::Inside,
        );
        let mut out = Vec::with_capacity(text.len() * 2);
        pieces.iter().for_each(|piece| restorer.push(piece, &mut out, &mut ()));
        restorer.finish(End::Complete, &mut out, &mut ());
        black_box(&out);
        best = best.min(began.elapsed());
    }
    text.len() as f64 / best.as_secs_f64() / 1024.0 / 1024.0
}
