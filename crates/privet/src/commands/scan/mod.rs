//! `privet scan`: findings in files, folders, standard input and JSON Lines, with no
//! server. Of the configuration it takes what stands under `detection`, if there is any.

mod baseline;
mod input;
mod json_lines;
mod place;
mod report;
mod walk;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use jiff::Timestamp;
use privet_detect::{Analyzer, AnalyzerOptions, Depth, ModelUse, Profile, Support, language_of};
use privet_text::{EntitySet, EntityType, Finding, Score};

use crate::config::Own;
use crate::console::{CommandError, Console, Exit};

use baseline::Baseline;
pub(crate) use input::{read_input, read_text};
pub(crate) use place::Lines;
use place::Offsets;
use report::Report;
pub(crate) use walk::{Item, Walk, name_of};

/// What `privet scan` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders; `-` is standard input, and so is nothing when it is no terminal.
    paths: Vec<PathBuf>,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Read the input as JSON Lines and scan this field of each document.
    #[arg(long, value_name = "FIELD")]
    text_field: Option<String>,
    /// The field that identifies a document of JSON Lines.
    #[arg(long, value_name = "FIELD", requires = "text_field")]
    id_field: Option<String>,
    /// What offsets count, in JSON and JSON Lines.
    #[arg(long, value_enum, default_value_t)]
    offsets: Offsets,
    /// For which work: it says which entity types are reported.
    #[arg(long, value_name = "PROFILE", default_value = "office", value_parser = profile)]
    profile: Profile,
    /// How eager the model of names is; by default as the profile has it.
    #[arg(long, value_name = "off|precise|balanced|strict", value_parser = names)]
    names: Option<ModelUse>,
    /// How far it reads.
    #[arg(long, value_name = "fast|unsure|deep", default_value = "unsure", value_parser = depth)]
    depth: Depth,
    /// Report only these entity types, such as `PERSON,SECRET`, whatever the profile.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = entity)]
    entities: Vec<EntityType>,
    /// Leave out findings below this score.
    #[arg(long, value_name = "0..1", default_value_t = 0.5, value_parser = score)]
    min_score: f32,
    /// Never report this term; may be given several times.
    #[arg(long, value_name = "TERM")]
    allow: Vec<String>,
    /// Do not report what this file knows; see `--write-baseline`.
    #[arg(long, value_name = "FILE", conflicts_with = "text_field")]
    baseline: Option<PathBuf>,
    /// Write all findings to this file instead of reporting them, as known from now on.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "text_field"])]
    write_baseline: Option<PathBuf>,
    /// Print the values found. Only on a terminal.
    #[arg(long)]
    show: bool,
    /// Also scan hidden files and what `.gitignore` leaves out.
    #[arg(long)]
    no_ignore: bool,
    /// How many threads read at once; one for each core by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line for each finding.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// One JSON object for each file or document.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// What was scanned, for those who want to know.
#[derive(Default)]
struct Tally {
    files: usize,
    with_findings: usize,
    findings: usize,
    unread: usize,
    /// Files in languages whose words are not known.
    half_known: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts a text in a language whose words are not known.
    fn note_language(&mut self, text: &str) {
        let language = language_of(text).filter(|known| known.support == Support::FormsOnly);
        if let Some(language) = language {
            *self.half_known.entry(language.name).or_default() += 1;
        }
    }
}

/// Scans what `args` name. The exit says whether anything was found.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let own = console.load_detection(config)?;
    let mut options = options_of(args.profile, &args.entities, args.min_score, &args.allow);
    options.model = args.names.unwrap_or(options.model);
    options.depth = args.depth;
    let analyzer = Analyzer::new(with_own(options, &own, (console.now)()));
    if args.show && !console.out_is_terminal {
        return Err(CommandError::wrong_use(
            "`--show` prints raw values, and the output is no terminal",
        )
        .hint("leave out `--show`, or do not redirect the output"));
    }
    if args.text_field.is_some() {
        return json_lines::run(args, &analyzer, console);
    }
    scan_files(args, &analyzer, console)
}

/// Options for commands that show findings to people: a literal token is no finding
/// to them, only something that masking has to know about.
pub(crate) fn options_of(
    profile: Profile,
    entities: &[EntityType],
    score_min: f32,
    allow: &[String],
) -> AnalyzerOptions {
    let mut options =
        AnalyzerOptions { score_min: Score::new(score_min), ..AnalyzerOptions::of(profile) };
    if entities.is_empty() {
        options.entities.remove(EntityType::TokenLiteral);
    } else {
        options.entities = EntitySet::named(entities.iter().copied());
        options.counted = EntitySet::NONE;
    }
    options.allow.extend(allow.iter().cloned());
    options
}

/// `options` with what the configuration adds.
pub(crate) fn with_own(options: AnalyzerOptions, own: &Own, now: Timestamp) -> AnalyzerOptions {
    let exceptions = own.exceptions_of_all(now);
    AnalyzerOptions { custom: own.custom.clone(), exceptions, ..options }
}

fn scan_files(
    args: &Args,
    analyzer: &Analyzer,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let mut known = args.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut new = args.write_baseline.as_ref().map(|_| Baseline::empty()).transpose()?;
    let mut report = Report::new(args.format, args.offsets, args.show);
    let mut tally = Tally::default();
    let mut progress = Progress::new();
    let mut walk = Walk::new(&args.paths, args.no_ignore)?;
    loop {
        let batch = walk.next_batch();
        if batch.is_empty() {
            break;
        }
        for scanned in scan_batch(analyzer, batch, threads(args)) {
            progress.show(tally.files);
            match scanned {
                Scanned::Text { name, text, mut findings } => {
                    tally.files += 1;
                    if let Some(known) = &mut known {
                        findings.retain(|finding| !known.knows(&name, &text, finding));
                    }
                    if let Some(new) = &mut new {
                        findings.drain(..).for_each(|finding| new.add(&name, &text, &finding));
                    }
                    tally.findings += findings.len();
                    tally.with_findings += usize::from(!findings.is_empty());
                    tally.note_language(&text);
                    report.file(&mut console.out, &name, &text, &findings)?;
                }
                Scanned::Binary => {}
                Scanned::Unread(reason) => {
                    tally.unread += 1;
                    progress.clear();
                    writeln!(console.err, "privet: {reason}")?;
                }
            }
        }
    }
    progress.clear();
    report.end(&mut console.out, &tally)?;
    if let (Some(new), Some(file)) = (&mut new, &args.write_baseline) {
        new.write(file)?;
    }
    if args.format == Format::Text && console.out_is_terminal {
        let Tally { files, with_findings, findings, .. } = &tally;
        writeln!(console.err, "{findings} findings in {with_findings} of {files} files")?;
    }
    for (language, files) in &tally.half_known {
        writeln!(
            console.err,
            "privet: {files} of {} files are in {language}: only what has a form of its own is found there",
            tally.files
        )?;
    }
    Ok(match tally {
        // What could not be read may hold anything: never a clean end.
        Tally { unread: 1.., .. } => Exit::CouldNotRun,
        Tally { findings: 1.., .. } => Exit::Findings,
        _ => Exit::Clean,
    })
}

/// What became of one file.
enum Scanned {
    Text { name: String, text: String, findings: Vec<Finding> },
    Binary,
    Unread(String),
}

/// Reads and scans a batch on several threads; the order stays.
fn scan_batch(analyzer: &Analyzer, batch: Vec<Item>, threads: usize) -> Vec<Scanned> {
    in_order(batch, threads, |item| match item {
        Item::Problem(reason) => Scanned::Unread(reason),
        Item::File(path) => match read_input(&path) {
            Ok(bytes) => match read_text(bytes) {
                Some(text) => {
                    let findings = analyzer.analyze(&text);
                    Scanned::Text { name: walk::name_of(&path), text, findings }
                }
                None => Scanned::Binary,
            },
            Err(error) => {
                Scanned::Unread(format!("cannot read `{}`: {error}", walk::name_of(&path)))
            }
        },
    })
}

/// Maps `items` on several threads and gives the results in the order of the items.
pub(crate) fn in_order<T: Send, R: Send>(
    items: Vec<T>,
    threads: usize,
    map: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.into_iter().map(map).collect();
    }
    let share = items.len().div_ceil(threads);
    let mut rest = items;
    let mut shares = Vec::new();
    while !rest.is_empty() {
        let tail = rest.split_off(share.min(rest.len()));
        shares.push(rest);
        rest = tail;
    }
    let map = &map;
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(map).collect::<Vec<R>>()))
            .collect();
        // A worker cannot fail: it neither panics nor stops early.
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    })
}

fn threads(args: &Args) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    args.threads.unwrap_or_else(cores).max(1)
}

/// Says on a terminal that work goes on, once it takes long.
struct Progress {
    started: Instant,
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Self { started: Instant::now(), shown: None, terminal: io::stderr().is_terminal() }
    }

    fn show(&mut self, files: usize) {
        let due = self.shown.map_or(self.started + PROGRESS_AFTER, |shown| shown + PROGRESS_EVERY);
        if !self.terminal || Instant::now() < due {
            return;
        }
        // A line that cannot be written is no reason to stop.
        let _ = write!(io::stderr(), "\r{files} files scanned");
        self.shown = Some(Instant::now());
    }

    fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

pub(crate) fn entity(name: &str) -> Result<EntityType, String> {
    EntityType::from_name(name).ok_or_else(|| {
        let names: Vec<_> = EntityType::ALL.iter().map(|entity| entity.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(crate) fn profile(name: &str) -> Result<Profile, String> {
    Profile::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(crate) fn names(name: &str) -> Result<ModelUse, String> {
    ModelUse::from_name(name).ok_or_else(|| {
        let names: Vec<_> = ModelUse::ALL.iter().map(|preset| preset.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(crate) fn depth(name: &str) -> Result<Depth, String> {
    Depth::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Depth::ALL.iter().map(|depth| depth.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(crate) fn score(text: &str) -> Result<f32, String> {
    let score = text.parse::<f32>().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| String::from("expected a number from 0 to 1"))
}

const PROGRESS_AFTER: Duration = Duration::from_secs(2);
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
