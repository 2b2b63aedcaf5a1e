//! Labelled texts.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use privet_tagger::Name;
use serde::Deserialize;

use crate::random::Random;

/// A stretch of a text, in code points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// `None`: some name, of a kind that is not learned.
    pub(crate) name: Option<Name>,
}

#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) text: Vec<char>,
    pub(crate) spans: Vec<Span>,
    /// Kept back, to choose by.
    pub(crate) held_back: bool,
}

#[derive(Clone)]
pub(crate) struct Corpus {
    pub(crate) file: &'static str,
    /// Corpora of one group are alike, and left out together.
    pub(crate) group: &'static str,
    /// How much each of its texts counts in training.
    pub(crate) weight: f32,
    /// How much of it the deep tier reads, of what it reads of others.
    pub(crate) share: f32,
    /// How much more often than others it is also read in lower and in upper case.
    pub(crate) cases: f32,
    pub(crate) documents: Vec<Document>,
}

/// The groups that are left out one after the other.
pub(crate) const GROUPS: &[&str] =
    &["social", "web", "wiki", "filings", "german", "portuguese", "swedish", "spanish"];

/// A file of labelled texts; the numbers are those of [`Corpus`].
struct Source {
    file: &'static str,
    group: &'static str,
    weight: f32,
    share: f32,
    cases: f32,
}

const fn source(file: &'static str, group: &'static str, share: f32, cases: f32) -> Source {
    Source { file, group, weight: 1.0, share, cases }
}

/// Labels made by machines count little.
const fn silver(file: &'static str) -> Source {
    Source { file, group: "silver", weight: 0.3, share: 0.75, cases: 1.0 }
}

/// The files. Small ones of a kind that is rare are read more, and so are languages of which
/// there are few; those that are alike all through are read less.
const SOURCES: &[Source] = &[
    source("wnut17_train_en", "social", 1.0, 1.0),
    source("btc_train_en", "social", 1.5, 1.0),
    source("wikigold_en", "wiki", 1.0, 1.0),
    source("sec_filings_en", "filings", 0.7, 1.0),
    source("crossner_en", "wiki", 1.0, 1.0),
    source("ewt_dev_en", "web", 2.0, 1.0),
    source("pud_en", "web", 2.0, 1.0),
    source("pud_de", "german", 2.0, 1.6),
    source("germeval_train_de", "german", 1.5, 1.6),
    source("bosque_train_pt", "portuguese", 1.0, 1.6),
    source("talbanken_train_sv", "swedish", 1.5, 2.0),
    source("meddocan_train_es", "spanish", 0.5, 1.0),
    silver("wikiann_silver_fr"),
    silver("wikiann_silver_nl"),
];

#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
    spans: Vec<LineSpan>,
}

#[derive(Deserialize)]
struct LineSpan {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    label: String,
}

impl Corpus {
    pub(crate) fn read_all(folder: &Path) -> anyhow::Result<Vec<Self>> {
        SOURCES.iter().map(|source| Self::read(folder, source)).collect()
    }

    fn read(folder: &Path, source: &Source) -> anyhow::Result<Self> {
        let Source { file, group, weight, share, cases } = *source;
        let path = folder.join(format!("{file}.jsonl"));
        let reader = BufReader::new(File::open(&path).with_context(|| path.display().to_string())?);
        let mut documents = Vec::new();
        for line in reader.lines() {
            let line: Line = serde_json::from_str(&line?)?;
            let spans = line.spans.iter().map(|span| Span {
                start: span.start,
                end: span.end,
                name: match span.label.as_str() {
                    "PERSON" => Some(Name::Person),
                    "LOCATION" => Some(Name::Location),
                    "ORG" => Some(Name::Organization),
                    _ => None,
                },
            });
            documents.push(Document {
                spans: spans.collect(),
                text: line.text.chars().collect(),
                held_back: is_held_back(&line.id),
            });
        }
        Ok(Self { file, group, weight, share, cases, documents })
    }
}

/// One text in eight, by its name.
fn is_held_back(id: &str) -> bool {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    Random::new(hash).below(8) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/eval/held_back.py` makes the same choice.
    #[test]
    fn held_back_as_the_evaluation_has_it() {
        let held: Vec<String> =
            (0..40).map(|n| format!("doc-{n:02}")).filter(|id| is_held_back(id)).collect();
        assert_eq!(held, ["doc-13", "doc-27", "doc-33"]);
    }
}
