//! `privet-train`: makes the fast tagger's tables.
//!
//! `privet-train words` makes the table of words from the lists beside this crate, and
//! `privet-train names` the table of weights from labelled texts. Both are deterministic:
//! the same lists, texts and seed give the same table, byte for byte, on the same kind of
//! machine. `privet-train leave-out` measures on each corpus a table that was trained
//! without it and its like.

#![allow(clippy::print_stdout, reason = "its output is for people")]

mod corpus;
mod encoder;
mod fairness;
mod generate;
mod random;
mod score;
mod trainer;
mod variant;
mod vocabulary;
mod words;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::{Parser, Subcommand};
use privet_tagger::{Model, Name, Tagger};

use crate::corpus::Corpus;
use crate::trainer::{Recipe, Text, Trainer};
use crate::variant::Names;

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Makes the table of words.
    Words {
        /// Where to write the table.
        #[arg(long, default_value = "crates/privet-tagger/model/words.bin")]
        out: PathBuf,
    },
    /// Makes the table of weights and measures it on the texts held back.
    Names {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// Where to write the table.
        #[arg(long, default_value = "crates/privet-tagger/model/names.bin")]
        out: PathBuf,
        /// Train on all texts, also those held back for choosing; for the final table.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        recipe: Recipe,
    },
    /// Makes the table of the deep tier and measures it on the texts held back.
    Encoder {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// The folder of the start weights: `model.safetensors` and `vocab.txt`.
        #[arg(long)]
        encoder: PathBuf,
        /// Where the state is kept, to go on after an interruption.
        #[arg(long, default_value = "encoder.state")]
        state: PathBuf,
        /// Groups of corpora that are left out, by name.
        #[arg(long)]
        without: Vec<String>,
        #[command(flatten)]
        recipe: encoder::Recipe,
    },
    /// Measures thresholds on the texts held back, with a table that was not trained on them.
    Thresholds {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// The table.
        #[arg(long)]
        table: PathBuf,
    },
    /// Measures how many names of each origin the tagger of the program finds.
    Fairness,
    /// Measures how fast the tagger of the program reads a text.
    Speed {
        /// The text.
        file: PathBuf,
        /// Another table than the program's.
        #[arg(long)]
        table: Option<PathBuf>,
    },
    /// Measures on each corpus what was learned from the others.
    LeaveOut {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// Only the groups whose name begins so.
        #[arg(long, default_value = "")]
        only: String,
        /// Also print people that were missed or wrongly found.
        #[arg(long)]
        errors: bool,
        #[command(flatten)]
        recipe: Recipe,
    },
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Words { out } => {
            let table = words::table();
            println!("{} bytes", table.len());
            std::fs::write(out, table)?;
        }
        Task::Names { corpora, out, all, recipe } => {
            let corpora = read(&corpora)?;
            let table = trained(&corpora, &recipe, |_, held_back| all || !held_back);
            std::fs::write(&out, &table)?;
            println!("wrote {}", out.display());
            score::print(&corpora, Vec::leak(table), |document| document.held_back)?;
        }
        Task::Encoder { corpora, encoder, state, without, recipe } => {
            let corpora = read(&corpora)?;
            let places = encoder::Places { start: encoder, state };
            let takes = |corpus: &Corpus, document: &corpus::Document| {
                !document.held_back && !without.iter().any(|group| group == corpus.group)
            };
            let taught = encoder::teach(&corpora, &recipe, &places, takes)?;
            score::print_of(&taught, &corpora, |document| document.held_back);
        }
        Task::Thresholds { corpora, table } => {
            let table = Vec::leak(std::fs::read(table)?);
            score::print_thresholds(&Corpus::read_all(&corpora)?, table)?;
        }
        Task::Fairness => {
            let tagger = Tagger::shared(0.0).context("no table")?;
            println!("| origin | full name | family name alone | full name, lower case |");
            println!("|---|---|---|---|");
            fairness::table(&tagger).iter().for_each(|line| println!("{line}"));
        }
        Task::Speed { file, table } => {
            let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
            let from = Instant::now();
            let tagger = match table {
                None => Tagger::shared(0.0).context("no table")?,
                Some(table) => Tagger::new(Model::decode(Vec::leak(std::fs::read(table)?))?, 0.0),
            };
            tagger.tag("Warm Up", &mut |_| {});
            println!("ready after {:.1} ms", from.elapsed().as_secs_f64() * 1e3);
            let from = Instant::now();
            let mut mentions = [0; Name::ALL.len()];
            tagger.tag(&text, &mut |mention| {
                if let Some(count) = mentions.get_mut(mention.name as usize) {
                    *count += 1;
                }
            });
            let seconds = from.elapsed().as_secs_f64();
            println!(
                "{mentions:?} people, places, organisations, {:.2} MB/s",
                text.len() as f64 / 1e6 / seconds
            );
        }
        Task::LeaveOut { corpora, only, errors, recipe } => {
            let corpora = read(&corpora)?;
            for group in corpus::GROUPS.iter().filter(|group| group.starts_with(&only)) {
                let table = trained(&corpora, &recipe, |corpus, _| corpus.group != *group);
                let left_out: Vec<Corpus> =
                    corpora.iter().filter(|corpus| corpus.group == *group).cloned().collect();
                let table: &'static [u8] = Vec::leak(table);
                if errors {
                    score::print_errors(&left_out, table)?;
                }
                score::print(&left_out, table, |_| true)?;
            }
        }
    }
    Ok(())
}

/// The labelled texts, and those made from templates.
fn read(folder: &Path) -> anyhow::Result<Vec<Corpus>> {
    let mut corpora = Corpus::read_all(folder)?;
    corpora.push(generate::corpus(&Names::new()));
    Ok(corpora)
}

/// A table learned from the documents that `takes` takes.
fn trained(corpora: &[Corpus], recipe: &Recipe, takes: impl Fn(&Corpus, bool) -> bool) -> Vec<u8> {
    let from = Instant::now();
    let mut texts: Vec<Text<'_>> = Vec::new();
    for corpus in corpora {
        let taken = corpus.documents.iter().filter(|document| takes(corpus, document.held_back));
        texts.extend(taken.map(|document| (document, corpus.weight)));
    }
    let mut trainer = Trainer::new(recipe.clone(), &texts);
    trainer.train(&texts);
    println!("{} features, {:.0} s", trainer.features(), from.elapsed().as_secs_f64());
    trainer.encode()
}
