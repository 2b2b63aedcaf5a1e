//! `privet-fuzz --cases N [--seed S] [--only NAME]`: every target, N cases in all.

#![allow(clippy::print_stdout, reason = "its output is for people and for CI")]

use clap::Parser;
use privet_fuzz::random::Random;
use privet_fuzz::round_trip;
use privet_fuzz::targets::TARGETS;

#[derive(Parser)]
struct Args {
    /// Cases for the round trip; each parser gets a fifth of that.
    #[arg(long, default_value_t = 20_000)]
    cases: u64,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the targets whose name holds this.
    #[arg(long, default_value = "")]
    only: String,
}

fn main() {
    let args = Args::parse();
    let mut passed = 0;
    for (name, target, seeds) in TARGETS {
        if !name.contains(&args.only) {
            continue;
        }
        let mut random = Random::new(args.seed);
        for _ in 0..args.cases / 5 {
            let seed = random.pick(seeds).as_bytes();
            let case = random.mutated(seed);
            target(&case);
        }
        println!("ok   {name}: {} cases", args.cases / 5);
        passed += 1;
    }
    if "round trip".contains(&args.only) {
        let mut random = Random::new(args.seed);
        for _ in 0..args.cases {
            round_trip::check(&mut random);
        }
        println!("ok   round trip: {} cases", args.cases);
        passed += 1;
    }
    println!("{passed} passed, 0 failed");
}
