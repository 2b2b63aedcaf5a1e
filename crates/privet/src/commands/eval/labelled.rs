//! Labelled documents: JSON Lines with `text` and `spans` in code points.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use privet_text::{EntityType, Finding};
use serde::Deserialize;

use crate::commands::scan::name_of;
use crate::console::CommandError;

/// A stretch of a document, in code points, end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) start: usize,
    pub(super) end: usize,
    /// `None`: nothing there counts, neither for nor against.
    pub(super) entity: Option<EntityType>,
}

impl Labelled {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A document and what people found in it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) text: String,
    pub(super) gold: Vec<Labelled>,
}

impl Document {
    /// Findings as code points.
    pub(super) fn in_chars(&self, found: &[Finding]) -> Vec<Labelled> {
        let starts: Vec<usize> = self.text.char_indices().map(|(at, _)| at).collect();
        let chars = |byte: usize| starts.partition_point(|start| *start < byte);
        found
            .iter()
            .map(|finding| Labelled {
                start: chars(finding.span.start()),
                end: chars(finding.span.end()),
                entity: Some(finding.entity),
            })
            .collect()
    }
}

/// What the labels of the data mean.
#[derive(Debug)]
pub(super) struct LabelMap {
    given: BTreeMap<String, Option<EntityType>>,
    others: Option<Option<EntityType>>,
}

/// Names that other collections use.
const KNOWN: &[(&str, EntityType)] = &[
    ("PER", EntityType::Person),
    ("ORG", EntityType::Organization),
    ("LOC", EntityType::Location),
    ("GPE", EntityType::Location),
    ("EMAIL", EntityType::EmailAddress),
    ("PHONE", EntityType::PhoneNumber),
];

const IGNORE: &str = "IGNORE";

impl LabelMap {
    pub(super) fn new(pairs: &[String]) -> Result<Self, CommandError> {
        let mut map = Self { given: BTreeMap::new(), others: None };
        for pair in pairs {
            let (label, name) = pair.split_once('=').ok_or_else(|| {
                CommandError::wrong_use(format!("`--map {pair}`: expected LABEL=TYPE"))
            })?;
            let entity = EntityType::from_name(name);
            if entity.is_none() && name != IGNORE {
                let text = format!("`--map {pair}`: `{name}` is no entity type");
                return Err(CommandError::wrong_use(text).hint("IGNORE leaves a label out"));
            }
            match label {
                "*" => map.others = Some(entity),
                label => {
                    map.given.insert(label.to_owned(), entity);
                }
            }
        }
        Ok(map)
    }

    /// The type behind `label`; the inner `None` leaves it out.
    fn entity(&self, label: &str) -> Option<Option<EntityType>> {
        let known = || KNOWN.iter().find(|(name, _)| *name == label).map(|(_, entity)| *entity);
        self.given.get(label).copied().or_else(|| {
            if label == IGNORE {
                return Some(None);
            }
            EntityType::from_name(label).or_else(known).map(Some).or(self.others)
        })
    }
}

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    label: String,
}

/// Reads the documents of `path`.
pub(super) fn read(
    path: &Path,
    map: &LabelMap,
    documents: &mut Vec<Document>,
) -> Result<(), CommandError> {
    let failed = |text: String| CommandError::failed(format!("`{}`: {text}", name_of(path)));
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| failed(error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        let number = number + 1;
        let line: Line = serde_json::from_str(&line).map_err(|error| {
            // The place, not serde's words: they may quote the document.
            failed(format!("line {number}, column {}: not `text` and `spans`", error.column()))
        })?;
        let length = line.text.chars().count();
        let mut gold = Vec::with_capacity(line.spans.len());
        for Span { start, end, label } in line.spans {
            if start >= end || end > length {
                return Err(failed(format!("line {number}: a span ends outside the text")));
            }
            let entity = map.entity(&label).ok_or_else(|| {
                failed(format!("line {number}: the label `{label}` is not known"))
                    .hint("say what it means: --map LABEL=TYPE, or LABEL=IGNORE")
            })?;
            gold.push(Labelled { start, end, entity });
        }
        documents.push(Document { text: line.text, gold });
    }
    Ok(())
}
