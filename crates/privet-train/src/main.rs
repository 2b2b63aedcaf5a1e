//! `privet-train`: makes the tables of both tiers of the name model.
//!
//! `privet-train words` makes the table of words from the lists beside this crate,
//! `privet-train names` the fast tagger's table of weights from labelled texts, and
//! `privet-train encoder` the deep tier's. All are deterministic: the same lists, texts and
//! seed give the same table, byte for byte, on the same kind of machine. `privet-train leave-out`
//! measures on each corpus a table that was trained without it and its like.

#![allow(clippy::print_stdout, reason = "its output is for people")]

mod args;
mod corpus;
mod encoder;
mod fairness;
mod generate;
mod label;
mod random;
mod score;
mod silver;
mod speed;
mod tasks;
mod trainer;
mod variant;
mod vocabulary;
mod words;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    tasks::run(args::Args::parse().task)
}
