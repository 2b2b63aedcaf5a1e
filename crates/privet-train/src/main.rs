//! `privet-train`: makes the tables of both tiers of the name model.
//!
//! `privet-train words` makes the table of words from the lists beside this crate,
//! `privet-train names` the fast tagger's table of weights from labelled texts, and
//! `privet-train encoder` the deep tier's. All are deterministic: the same lists, texts and
//! seed give the same table, byte for byte, on the same kind of machine. `privet-train leave-out` measures on each corpus a table that was trained
//! without it and its like.

#![allow(clippy::print_stdout, reason = "its output is for people")]

mod corpus;
mod encoder;
mod fairness;
mod generate;
mod random;
mod score;
mod speed;
mod trainer;
mod variant;
mod vocabulary;
mod words;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::{Parser, Subcommand};
use privet_encoder::{Blend, DeepTagger, Encoder, Reach};
use privet_tagger::{Model, Tagger};

use crate::corpus::Corpus;
use crate::score::Tags;
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
        /// Train on all texts, also those held back.
        #[arg(long)]
        all: bool,
        /// Groups of corpora that are left out, by name.
        #[arg(long)]
        without: Vec<String>,
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
        /// Where to write the table.
        #[arg(long, default_value = "crates/privet-encoder/model/encoder.bin")]
        out: PathBuf,
        /// Groups of corpora that are left out, by name.
        #[arg(long)]
        without: Vec<String>,
        #[command(flatten)]
        recipe: encoder::Recipe,
    },
    /// Measures both tiers, alone and together, on the texts held back.
    Tiers {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// The table of the fast tagger, if not the program's.
        #[arg(long)]
        fast: Option<PathBuf>,
        /// The table of the deep tier, if not the program's.
        #[arg(long)]
        deep: Option<PathBuf>,
        /// Only these groups, and all of their texts.
        #[arg(long)]
        only: Vec<String>,
        /// How much the fast tagger is heard.
        #[arg(long)]
        fast_share: Option<f32>,
        /// How much the deep tier is heard.
        #[arg(long)]
        deep_share: Option<f32>,
        /// The encoder reads only where the fast tagger is unsure.
        #[arg(long)]
        unsure: bool,
    },
    /// Measures thresholds on the texts held back, with a table that was not trained on them.
    Thresholds {
        /// The folder of labelled texts.
        #[arg(long)]
        corpora: PathBuf,
        /// The table of the fast tagger, if not the program's.
        #[arg(long)]
        table: Option<PathBuf>,
        /// Of both tiers, where the fast one is unsure; with the program's deep tier.
        #[arg(long)]
        deep: bool,
    },
    /// Measures how many names of each origin the tagger of the program finds.
    Fairness {
        /// With both tiers, everywhere.
        #[arg(long)]
        deep: bool,
    },
    /// Measures how fast the tagger of the program reads a text.
    Speed {
        /// The text.
        file: PathBuf,
        /// Another table than the program's.
        #[arg(long)]
        table: Option<PathBuf>,
        /// Also read with the deep tier, everything.
        #[arg(long)]
        deep: bool,
        /// Another table of the deep tier than the program's.
        #[arg(long)]
        deep_table: Option<PathBuf>,
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
        Task::Names { corpora, out, all, without, recipe } => {
            let corpora = read(&corpora)?;
            let table = trained(&corpora, &recipe, |corpus, held_back| {
                (all || !held_back) && !without.iter().any(|group| group == corpus.group)
            });
            std::fs::write(&out, &table)?;
            println!("wrote {}", out.display());
            score::print(&corpora, Vec::leak(table), |document| document.held_back)?;
        }
        Task::Encoder { corpora, encoder, state, out, without, recipe } => {
            let corpora = read(&corpora)?;
            let places = encoder::Places { start: encoder, state };
            let takes = |corpus: &Corpus, document: &corpus::Document| {
                !document.held_back && !without.iter().any(|group| group == corpus.group)
            };
            let taught = encoder::teach(&corpora, &recipe, &places, takes)?;
            std::fs::write(&out, taught.encode())?;
            println!("wrote {}", out.display());
        }
        Task::Tiers { corpora, fast, deep, only, fast_share, deep_share, unsure } => {
            let corpora = Corpus::read_all(&corpora)?;
            let corpora: Vec<Corpus> = corpora
                .into_iter()
                .filter(|corpus| only.is_empty() || only.iter().any(|group| group == corpus.group))
                .collect();
            let tagger = tagger(fast.as_deref())?;
            let encoder = encoder_of(deep.as_deref())?;
            let reach = if unsure { Reach::Unsure } else { Reach::Everything };
            let mut blend = Blend::default();
            blend.fast = fast_share.unwrap_or(blend.fast);
            blend.deep = deep_share.unwrap_or(blend.deep);
            let both = DeepTagger::new(tagger, encoder, reach, 0.0).with_blend(blend);
            score::print_of(&both, &corpora, |d| d.held_back || !only.is_empty());
        }
        Task::Thresholds { corpora, table, deep } => {
            let fast = tagger(table.as_deref())?;
            let tagger_of = |eagerness: f32| -> anyhow::Result<Box<dyn Tags>> {
                if !deep {
                    return Ok(Box::new(fast.clone().with_eagerness(eagerness)));
                }
                let encoder = encoder_of(None)?;
                Ok(Box::new(DeepTagger::new(fast.clone(), encoder, Reach::Unsure, eagerness)))
            };
            score::print_thresholds(&Corpus::read_all(&corpora)?, tagger_of)?;
        }
        Task::Fairness { deep } => {
            let fast = Tagger::shared(0.0).context("no table")?;
            let tagger: Box<dyn Tags> = match deep {
                false => Box::new(fast),
                true => {
                    let encoder = encoder_of(None)?;
                    Box::new(DeepTagger::new(fast, encoder, Reach::Everything, 0.0))
                }
            };
            println!("| origin | full name | family name alone | full name, lower case |");
            println!("|---|---|---|---|");
            fairness::table(tagger.as_ref()).iter().for_each(|line| println!("{line}"));
        }
        Task::Speed { file, table, deep, deep_table } => {
            let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
            let tagger = tagger(table.as_deref())?;
            if !deep {
                speed::print(&tagger, &text);
                return Ok(());
            }
            let encoder = encoder_of(deep_table.as_deref())?;
            for kernel in privet_encoder::Kernel::all() {
                let encoder = encoder.clone().with_kernel(kernel);
                for reach in [Reach::Unsure, Reach::Everything] {
                    println!("{kernel:?}, {reach:?}:");
                    let both = DeepTagger::new(tagger.clone(), encoder.clone(), reach, 0.0);
                    speed::print(&both, &text);
                }
            }
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

/// The fast tagger with the table at `path`, or with the program's.
fn tagger(path: Option<&Path>) -> anyhow::Result<Tagger> {
    match path {
        None => Tagger::shared(0.0).context("no table"),
        Some(path) => Ok(Tagger::new(Model::decode(Vec::leak(std::fs::read(path)?))?, 0.0)),
    }
}

/// The encoder with the table at `path`, or with the program's.
fn encoder_of(path: Option<&Path>) -> anyhow::Result<Encoder> {
    match path {
        None => Encoder::shared().context("no table"),
        Some(path) => {
            let table = Vec::leak(std::fs::read(path)?);
            Ok(Encoder::new(privet_encoder::Model::decode(table)?))
        }
    }
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
        texts.extend(taken.map(|document| Text { document, corpus }));
    }
    let mut trainer = Trainer::new(recipe.clone(), &texts);
    trainer.train(&texts);
    println!("{} features, {:.0} s", trainer.features(), from.elapsed().as_secs_f64());
    trainer.encode()
}
