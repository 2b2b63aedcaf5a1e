//! What is done for each [`Task`].

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use privet_encoder::{Blend, DeepTagger, Encoder, Kernel, Reach};
use privet_tagger::{Eagerness, Model, Tagger};

use crate::args::{self, Tables, Task};
use crate::corpus::{Corpus, Document, GROUPS};
use crate::score::{self, Tags};
use crate::silver;
use crate::trainer::{Recipe, Text, Trainer};
use crate::{encoder, fairness, generate, label, speed, variant, words};

/// Does it.
pub(crate) fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Words { out } => make_words(&out),
        Task::Names(asked) => make_names(&asked),
        Task::Encoder(asked) => make_encoder(asked),
        Task::Label(asked) => label::label(&asked),
        Task::Tiers(asked) => measure_tiers(&asked),
        Task::Thresholds(asked) => measure_thresholds(&asked),
        Task::Fairness { deep } => measure_fairness(deep),
        Task::Speed(asked) => measure_speed(&asked),
        Task::LeaveOut(asked) => leave_out(&asked),
    }
}

fn make_words(out: &Path) -> anyhow::Result<()> {
    let table = words::table();
    println!("{} bytes", table.len());
    Ok(std::fs::write(out, table)?)
}

fn make_names(asked: &args::Names) -> anyhow::Result<()> {
    let mut corpora = read(&asked.corpora, by_teachers(&asked.without))?;
    let table = trained(&corpora, &asked.recipe, |corpus, held_back| {
        (asked.all || !held_back) && !is_one_of(corpus, &asked.without)
    });
    std::fs::write(&asked.out, &table)?;
    println!("wrote {}", asked.out.display());
    let table: &'static [u8] = Vec::leak(table);
    score::print(&corpora, table, |document| document.held_back)?;
    corpora.retain(|corpus| is_one_of(corpus, &asked.without));
    if !corpora.is_empty() {
        score::print(&corpora, table, |_| true)?;
    }
    Ok(())
}

fn make_encoder(asked: args::Encoder) -> anyhow::Result<()> {
    let corpora = read(&asked.corpora, by_teachers(&asked.without))?;
    let places = encoder::Places { start: asked.encoder, state: asked.state };
    let takes = |corpus: &Corpus, document: &Document| {
        !document.held_back && !is_one_of(corpus, &asked.without)
    };
    let taught = encoder::teach(&corpora, &asked.recipe, &places, takes)?;
    std::fs::write(&asked.out, taught.encode())?;
    println!("wrote {}", asked.out.display());
    Ok(())
}

fn measure_tiers(asked: &args::Tiers) -> anyhow::Result<()> {
    let mut corpora = Corpus::read_all(&asked.corpora)?;
    corpora.retain(|corpus| asked.only.is_empty() || is_one_of(corpus, &asked.only));
    let (tagger, encoder) = asked.tables.read()?;
    let reach = if asked.unsure { Reach::Unsure } else { Reach::Everything };
    let mut blend = Blend::default();
    blend.fast = asked.fast_share.unwrap_or(blend.fast);
    blend.deep = asked.deep_share.unwrap_or(blend.deep);
    let eagerness = Eagerness::new(asked.eagerness, asked.one_case);
    let both = DeepTagger::new(tagger, encoder, reach, eagerness).with_blend(blend);
    score::print_of(&both, &corpora, |d| d.held_back || !asked.only.is_empty());
    Ok(())
}

fn measure_thresholds(asked: &args::Thresholds) -> anyhow::Result<()> {
    let (fast, encoder) = asked.tables.read()?;
    let tagger_of = |eagerness: Eagerness| -> Box<dyn Tags> {
        if !asked.deep {
            return Box::new(fast.clone().with_eagerness(eagerness));
        }
        Box::new(DeepTagger::new(fast.clone(), encoder.clone(), Reach::Unsure, eagerness))
    };
    score::print_thresholds(&Corpus::read_all(&asked.corpora)?, tagger_of);
    Ok(())
}

fn measure_fairness(deep: bool) -> anyhow::Result<()> {
    let (fast, encoder) = Tables { fast_table: None, deep_table: None }.read()?;
    let tagger: Box<dyn Tags> = match deep {
        false => Box::new(fast),
        true => Box::new(DeepTagger::new(fast, encoder, Reach::Everything, Eagerness::default())),
    };
    println!("| origin | full name | family name alone | full name, lower case |");
    println!("|---|---|---|---|");
    fairness::table(tagger.as_ref()).iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn measure_speed(asked: &args::Speed) -> anyhow::Result<()> {
    let text = String::from_utf8_lossy(&std::fs::read(&asked.file)?).into_owned();
    let (tagger, encoder) = asked.tables.read()?;
    if !asked.deep {
        speed::print(&tagger, &text);
        return Ok(());
    }
    for kernel in Kernel::all() {
        let encoder = encoder.clone().with_kernel(kernel);
        for reach in [Reach::Unsure, Reach::Everything] {
            println!("{kernel:?}, {reach:?}:");
            let both =
                DeepTagger::new(tagger.clone(), encoder.clone(), reach, Eagerness::default());
            speed::print(&both, &text);
        }
    }
    Ok(())
}

fn leave_out(asked: &args::LeaveOut) -> anyhow::Result<()> {
    let corpora = read(&asked.corpora, None)?;
    for group in GROUPS.iter().filter(|group| group.starts_with(&asked.only)) {
        let table = trained(&corpora, &asked.recipe, |corpus, _| corpus.group != *group);
        let left_out: Vec<Corpus> =
            corpora.iter().filter(|corpus| corpus.group == *group).cloned().collect();
        let table: &'static [u8] = Vec::leak(table);
        if asked.errors {
            score::print_errors(&left_out, table)?;
        }
        score::print(&left_out, table, |_| true)?;
    }
    Ok(())
}

impl Tables {
    /// The models of both tiers.
    pub(crate) fn read(&self) -> anyhow::Result<(Tagger, Encoder)> {
        let tagger = match &self.fast_table {
            None => Tagger::shared(Eagerness::default()).context("no table")?,
            Some(path) => {
                Tagger::new(Model::decode(Vec::leak(std::fs::read(path)?))?, Eagerness::default())
            }
        };
        let encoder = match &self.deep_table {
            None => Encoder::shared().context("no table")?,
            Some(path) => {
                let table = Vec::leak(std::fs::read(path)?);
                Encoder::new(privet_encoder::Model::decode(table)?)
            }
        };
        Ok((tagger, encoder))
    }
}

fn is_one_of(corpus: &Corpus, groups: &[String]) -> bool {
    groups.iter().any(|group| group == corpus.group)
}

/// What teachers labelled, unless something must not be known: they tell what they know of it.
fn by_teachers(without: &[String]) -> Option<Corpus> {
    without.is_empty().then(silver::corpus)
}

/// The labelled texts, those that teachers labelled, and those made from templates.
fn read(folder: &Path, by_teachers: Option<Corpus>) -> anyhow::Result<Vec<Corpus>> {
    let mut corpora = Corpus::read_all(folder)?;
    corpora.extend(by_teachers);
    corpora.push(generate::corpus(&variant::Names::new()));
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
