//! What operators cost by themselves, without keys or store.
//!
//! `cargo bench -p privet-mask --bench operators`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use privet_mask::operator::{
    Alphabet, Draw, Ff1, Group, date_shift, fpe, generalize, noise, shaped,
};
use privet_text::EntityType as E;

const KEY: [u8; 32] = [7; 32];
const TWEAK: &[u8] = b"acme\0CREDIT_CARD";

fn main() {
    println!("operator | nanoseconds | a second");
    let ff1 = Ff1::new(&KEY, 10);
    time("FF1, 16 digits, key set up", |n| {
        let mut numerals: [u16; 16] = std::array::from_fn(|at| ((n >> at) % 10) as u16);
        ff1.encrypt(TWEAK, &mut numerals).unwrap();
        numerals[0]
    });
    let other = fpe_crate();
    time("FF1, the same by the crate `fpe`", |n| {
        let numerals: Vec<u16> = (0..16).map(|at| ((n >> at) % 10) as u16).collect();
        let text = ::fpe::ff1::FlexibleNumeralString::from(numerals);
        Vec::<u16>::from(other.encrypt(TWEAK, &text).unwrap()).first().copied().unwrap()
    });
    let third = fpr_ff1::FF1::new(&KEY, 10).unwrap();
    time("FF1, the same by the crate `fpr-ff1`", |n| {
        let numerals: Vec<u16> = (0..16).map(|at| ((n >> at) % 10) as u16).collect();
        third.encrypt_numerals(&numerals, Some(TWEAK)).unwrap().first().copied().unwrap()
    });
    time("fpe of a card number, text to text", |n| {
        let card = format!("4{:015}", n);
        fpe::encrypt(&KEY, TWEAK, Alphabet::Form, &card).unwrap()
    });
    time("fpe of letters and digits (AB-123456)", |n| {
        fpe::encrypt(&KEY, TWEAK, Alphabet::Form, &format!("AB-{:06}", n % 1_000_000)).unwrap()
    });
    let seed = |n: u64| {
        let mut seed = [0x5A; 32];
        seed[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        seed
    };
    for (name, entity, surface) in [
        ("shaped e-mail", E::EmailAddress, "jane.doe@acme.test"),
        ("shaped telephone number", E::PhoneNumber, "+1 (415) 555-2671"),
        ("shaped IP address", E::IpAddress, "81.169.145.68"),
        ("shaped URL", E::Url, "https://crm.acme.test/people/7.html"),
        ("shaped card number", E::CreditCard, "4556737586899855"),
    ] {
        time(name, |n| shaped(entity, surface, &mut Draw::new(&seed(n))));
    }
    time("date to month", |_| generalize(E::DateTime, "March 14, 2024", Group::Month));
    time("date shift", |n| date_shift("2024-03-14T09:30:00Z", (n % 300) as i64));
    time("noise", |n| noise("$ 12,500.00", 5.0, &mut Draw::new(&seed(n))));
}

fn fpe_crate() -> ::fpe::ff1::FF1<aes::Aes256> {
    ::fpe::ff1::FF1::new(&KEY, 10).unwrap()
}

fn time<T>(name: &str, mut run: impl FnMut(u64) -> T) {
    const RUNS: u64 = 100_000;
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        for n in 0..RUNS {
            black_box(run(black_box(n)));
        }
        best = best.min(began.elapsed());
    }
    let each = best.as_secs_f64() / RUNS as f64;
    println!("{name} | {:.0} | {:.0}", each * 1e9, 1.0 / each);
}
