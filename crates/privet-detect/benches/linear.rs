//! Whether time grows no faster than the text, rule by rule: what a rule looks for, over and
//! over, at one size and at twice that size. Prints the slowest and the steepest.
//!
//! `PRIVET_BENCH_BYTES` is the smaller size, 128 KiB by default; 512 KiB takes minutes.
#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use privet_detect::{Analyzer, AnalyzerOptions, ModelUse, Profile};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    #[serde(default)]
    cues: std::collections::BTreeMap<String, Vec<String>>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    vendors: Vec<String>,
    examples: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Pieces(Vec<String>),
}

/// How the texts of one rule did.
struct Row {
    id: String,
    piece: String,
    megabytes_per_second: f64,
    ratio: f64,
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return; // as a test there is nothing to see
    }
    let size = std::env::var("PRIVET_BENCH_BYTES").ok().and_then(|size| size.parse().ok());
    let size: usize = size.unwrap_or(128 << 10);
    // The rules alone: the model of names reads each line for itself.
    let options = AnalyzerOptions { model: ModelUse::Off, ..AnalyzerOptions::of(Profile::Strict) };
    let analyzer = Analyzer::new(options);
    let mut rows = Vec::new();
    for rule in rules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")) {
        for piece in pieces(&rule) {
            rows.push(measured(&analyzer, &rule.id, piece, size));
        }
    }
    println!("{} texts of {size} and {} bytes", rows.len(), 2 * size);
    rows.sort_by(|left, right| right.ratio.total_cmp(&left.ratio));
    println!("\nsteepest: time(2n)/time(n)");
    rows.iter().take(10).for_each(print);
    rows.sort_by(|left, right| left.megabytes_per_second.total_cmp(&right.megabytes_per_second));
    println!("\nslowest");
    rows.iter().take(10).for_each(print);
}

fn print(row: &Row) {
    let piece: String = row.piece.chars().take(50).collect();
    println!("{:5.2}  {:7.1} MB/s  {:28} {piece:?}", row.ratio, row.megabytes_per_second, row.id);
}

/// What wakes a rule, and what it finds, to be repeated.
fn pieces(rule: &Rule) -> Vec<String> {
    let mut pieces: Vec<String> = rule.cues.values().flatten().take(2).cloned().collect();
    pieces.extend(rule.starts.iter().take(1).cloned());
    pieces.extend(rule.vendors.iter().take(1).map(|name| format!("{name} key ")));
    pieces.extend(rule.examples.iter().take(1).map(|example| {
        let text = match example {
            Text::Whole(text) => text.clone(),
            Text::Pieces(pieces) => pieces.concat(),
        };
        format!("{} ", text.replace("[[", "").replace("]]", ""))
    }));
    pieces
}

fn measured(analyzer: &Analyzer, id: &str, piece: String, size: usize) -> Row {
    let time = |size: usize| {
        let text = piece.repeat(size / piece.len() + 1);
        let once = || {
            let from = Instant::now();
            std::hint::black_box(analyzer.analyze(std::hint::black_box(&text)));
            from.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap_or(Duration::ZERO).as_secs_f64()
    };
    let (one, two) = (time(size), time(2 * size));
    let megabytes_per_second = size as f64 / 1e6 / one;
    Row { id: id.to_owned(), piece, megabytes_per_second, ratio: two / one }
}

fn rules(folder: &Path) -> Vec<Rule> {
    let mut rules = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rules.extend(self::rules(&path));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            rules.extend(toml::from_str::<File>(&text).map(|file| file.rule).unwrap_or_default());
        }
    }
    rules
}
