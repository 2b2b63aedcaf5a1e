//! What a company's own dictionaries cost: time to build, memory, and speed of detection
//! with none, a hundred thousand and a million entries, in the same run.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use privet_detect::{Analyzer, AnalyzerOptions, Case, Custom, ModelUse};
use privet_text::EntityType;

const PROSE: &str = "The committee met on Thursday to discuss the budget for the coming year. It was \
    agreed that the northern office would move before the end of March, and that the old furniture \
    should be given away. Nobody objected, although the treasurer wondered aloud whether the new \
    building had enough rooms for everyone who works there now. ";
const JSON: &str = "{\"id\": 48213, \"kind\": \"order\", \"created_at\": \"2026-11-21T06:15:58Z\", \"lines\": \
    [{\"sku\": \"A-2291-X\", \"quantity\": 3, \"price\": 19.95, \"tags\": [\"blue\", \"cotton\"]}]},\n";

fn main() {
    println!("entries | built in | memory MiB | prose MiB/s | JSON MiB/s | dense in entries MiB/s");
    for entries in [0, 100_000, 1_000_000] {
        let before = resident();
        let began = Instant::now();
        let custom = (entries > 0).then(|| {
            let list: String = (0..entries).map(|n| name(n) + "\n").collect();
            let mut builder = Custom::builder();
            builder.dictionary("customers", EntityType::Organization, Case::Folded, &list).unwrap();
            Arc::new(builder.build())
        });
        let (took, memory) = (began.elapsed(), resident().saturating_sub(before));
        let options =
            AnalyzerOptions { custom, model: ModelUse::Off, ..AnalyzerOptions::default() };
        let analyzer = Analyzer::new(options);
        let dense: String = (0..2_000).map(|n| name(n * 37) + " wrote again. ").collect();
        println!(
            "{entries:7} | {took:8.1?} | {:10.1} | {:11.0} | {:10.0} | {:10.0}",
            memory as f64 / 1024.0 / 1024.0,
            speed(&analyzer, &PROSE.repeat(3000)),
            speed(&analyzer, &JSON.repeat(5000)),
            speed(&analyzer, &dense),
        );
    }
}

/// An invented company of two to four words.
fn name(number: usize) -> String {
    const SYLLABLES: &[&str] = &[
        "ba", "dor", "fen", "gil", "hux", "jor", "kel", "lum", "mor", "nax", "pel", "quor", "ris",
        "tov", "vun", "zel",
    ];
    let syllable = |shift: usize| SYLLABLES.get((number >> shift) & 15).copied().unwrap_or("x");
    let tail = ["GmbH", "& Sons Ltd", "Holding", "Services"].get(number % 4).unwrap_or(&"");
    format!("{}{}{} {}{} {tail}", syllable(0), syllable(4), syllable(8), syllable(12), syllable(16))
}

/// The median of some runs, in MiB a second.
fn speed(analyzer: &Analyzer, text: &str) -> f64 {
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let began = Instant::now();
            black_box(analyzer.analyze(black_box(text)));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times.get(3).copied().unwrap_or_default();
    text.len() as f64 / 1024.0 / 1024.0 / median.as_secs_f64()
}

/// Bytes of memory of this process.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
