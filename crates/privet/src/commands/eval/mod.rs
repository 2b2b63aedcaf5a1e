//! `privet eval`: how well the detectors do on labelled documents, so that anybody can
//! measure on their own data.

mod labelled;
mod report;
mod score;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use privet_detect::{Analyzer, Depth, ModelUse, Profile};
use privet_text::{EntityType, Finding};

use self::labelled::{Document, LabelMap, Labelled};
use self::report::Report;
use self::score::Scores;
use crate::commands::scan::{
    depth, entity, in_order, names, options_of, profile, score as score_min, with_own,
};
use crate::console::{CommandError, Console, Exit};

/// What `privet eval` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON Lines, each with `text` and `spans`: `[{"start":0,"end":8,"type":"PERSON"}]`
    /// in Unicode code points, the end excluded.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What a label means: `LOC=LOCATION`, `MISC=IGNORE`, `*=SECRET` for all others.
    #[arg(long = "map", value_name = "LABEL=TYPE")]
    map: Vec<String>,
    /// For which work: it says which entity types are looked for.
    #[arg(long, value_name = "PROFILE", default_value = "strict", value_parser = profile)]
    profile: Profile,
    /// How eager the model of names is; by default as the profile has it.
    #[arg(long, value_name = "off|precise|balanced|strict", value_parser = names)]
    names: Option<ModelUse>,
    /// How far it reads.
    #[arg(long, value_name = "fast|unsure|deep", default_value = "unsure", value_parser = depth)]
    depth: Depth,
    /// Count only these entity types; by default those that are labelled.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = entity)]
    entities: Vec<EntityType>,
    /// Leave out findings below this score.
    #[arg(long, value_name = "0..1", default_value_t = 0.5, value_parser = score_min)]
    min_score: f32,
    /// How to print the table.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Documents are drawn anew so many times for the 95 % intervals; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: u32,
    /// Where the drawing starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How the table is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    #[default]
    Text,
    /// A table in Markdown.
    Markdown,
    /// One JSON document.
    Json,
}

/// Reads, scans, compares and prints.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let map = LabelMap::new(&args.map)?;
    let mut documents = Vec::new();
    for path in &args.paths {
        labelled::read(path, &map, &mut documents)?;
    }
    let own = console.load_detection(config)?;
    let mut options = options_of(args.profile, &[], args.min_score, &[]);
    options.model = args.names.unwrap_or(options.model);
    options.depth = args.depth;
    let analyzer = Analyzer::new(with_own(options, &own, (console.now)()));
    let (found, time) = scan(&analyzer, &documents);
    let scores = Scores::new(&documents, &found, &args.entities);
    let report = Report {
        documents: documents.len(),
        bytes: documents.iter().map(|document| document.text.len()).sum(),
        time,
        rows: scores.rows(args.bootstrap, args.seed),
        clean: scores.clean,
        clean_flagged: scores.clean_flagged,
    };
    report.print(args.format, &mut console.out)?;
    Ok(Exit::Clean)
}

/// Scans on one core, because the speed is part of what is measured.
fn scan(analyzer: &Analyzer, documents: &[Document]) -> (Vec<Vec<Labelled>>, Duration) {
    let from = Instant::now();
    let found: Vec<Vec<Finding>> =
        in_order(documents.iter().collect(), 1, |document: &Document| {
            analyzer.analyze(&document.text)
        });
    let time = from.elapsed();
    let in_chars = |(document, found): (&Document, Vec<Finding>)| document.in_chars(&found);
    (documents.iter().zip(found).map(in_chars).collect(), time)
}
