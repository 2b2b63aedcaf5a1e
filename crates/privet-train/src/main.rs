//! `privet-train --corpora FOLDER`: makes the fast tagger's table from labelled texts.
//!
//! Deterministic: the same texts and seed give the same table, byte for byte, on the
//! same kind of machine.

#![allow(clippy::print_stdout, reason = "its output is for people")]

mod corpus;
mod random;
mod score;
mod trainer;
mod variant;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;

use crate::corpus::Corpus;
use crate::trainer::Trainer;

/// What to train on, and where to write the table.
#[derive(Parser)]
struct Args {
    /// The folder of labelled texts.
    #[arg(long)]
    corpora: PathBuf,
    /// Where to write the table.
    #[arg(long, default_value = "crates/privet-tagger/model/names.bin")]
    out: PathBuf,
    /// Passes over the texts.
    #[arg(long, default_value_t = 4)]
    epochs: u32,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Train on all texts, also those held back for choosing; for the final table.
    #[arg(long)]
    all: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let from = Instant::now();
    let corpora = Corpus::read_all(&args.corpora)?;
    let mut trainer = Trainer::new(args.seed);
    for epoch in 1..=args.epochs {
        let tokens = trainer.pass(&corpora, args.all);
        trainer.take_into_mean();
        println!("pass {epoch}: {tokens} tokens, {:.0} s", from.elapsed().as_secs_f64());
        if epoch == args.epochs || epoch % 3 == 0 {
            let bytes = trainer.encode();
            score::print(&corpora, Vec::leak(bytes))?;
        }
    }
    std::fs::write(&args.out, trainer.encode())?;
    println!("wrote {}", args.out.display());
    Ok(())
}
