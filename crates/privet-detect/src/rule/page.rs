//! `docs/entities.md`: written from the catalogue, the rules and `recognizers.toml`, and
//! checked against them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use privet_text::{EntityType, Regime};
use serde::Deserialize;

use super::RULES;
use super::tests::{EXAMPLES, unmarked};
use crate::{Analyzer, AnalyzerOptions, Profile};

/// `recognizers.toml`: what is code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coded {
    recognizer: Vec<Recognizer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recognizer {
    id: String,
    entity: String,
    title: String,
    reference: String,
    examples: Vec<Text>,
    counter_examples: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Pieces(Vec<String>),
}

impl Text {
    fn joined(&self) -> String {
        match self {
            Self::Whole(text) => text.clone(),
            Self::Pieces(pieces) => pieces.concat(),
        }
    }
}

fn coded() -> Vec<Recognizer> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recognizers.toml");
    toml::from_str::<Coded>(&std::fs::read_to_string(path).unwrap()).unwrap().recognizer
}

/// One recognizer as a line of the page.
struct Row {
    id: String,
    region: String,
    title: String,
    example: String,
    not: String,
    reference: String,
}

fn rows() -> BTreeMap<EntityType, Vec<Row>> {
    let mut rows: BTreeMap<EntityType, Vec<Row>> = BTreeMap::new();
    for recognizer in coded() {
        let entity = EntityType::from_name(&recognizer.entity).unwrap();
        rows.entry(entity).or_default().push(Row {
            id: recognizer.id,
            region: String::new(),
            title: recognizer.title,
            example: recognizer.examples.first().unwrap().joined(),
            not: recognizer.counter_examples.first().unwrap().joined(),
            reference: recognizer.reference,
        });
    }
    for (rule, (examples, against)) in RULES.iter().zip(EXAMPLES) {
        rows.entry(rule.entity).or_default().push(Row {
            id: rule.id.to_owned(),
            region: rule.region.unwrap_or_default().to_owned(),
            title: rule.title.to_owned(),
            example: (*examples.first().unwrap()).to_owned(),
            not: (*against.first().unwrap()).to_owned(),
            reference: rule.reference.to_owned(),
        });
    }
    rows
}

/// A cell with a text in it. Of a secret only the beginning is shown, or scanners would
/// take the page for one that leaks.
fn shown(entity: EntityType, text: &str) -> String {
    let (text, values) = unmarked(text);
    let mut text = text.replace('\n', "⏎").replace('|', "\\|").replace('`', "'");
    if entity == EntityType::Secret {
        let Some(value) = values.first() else {
            return String::from("too short, or a placeholder");
        };
        text = value.chars().take(4).chain(['…']).collect();
    }
    let short: String = text.chars().take(80).collect();
    format!("`{}`", short.trim())
}

fn markdown() -> String {
    let rows = rows();
    let recognizers: usize = rows.values().map(Vec::len).sum();
    let mut page = format!(
        "# Entity types\n\nWhat Privet finds: {} entity types, {recognizers} recognizers. Made from the catalogue and \
         the rules by `make docs`;\na test runs every example and counter-example. How to add a rule: \
         [rules.md](rules.md). What each profile masks:\n`crates/privet-detect/profiles.toml`. All sample \
         people and numbers are invented.\n",
        EntityType::ALL.len()
    );
    for entity in EntityType::ALL {
        let regimes: Vec<&str> =
            entity.regimes().iter().map(|regime| Regime::name(*regime)).collect();
        let regimes = if regimes.is_empty() { String::from("none") } else { regimes.join(", ") };
        let class = format!("{:?}", entity.class()).to_lowercase();
        writeln!(
            page,
            "\n## `{entity}`\n\n{} Category `{}`, class `{class}`, regimes: {regimes}. As a typed token: `{}_…`.\n",
            entity.meaning(),
            entity.category(),
            entity.stem()
        )
        .unwrap();
        let Some(rows) = rows.get(entity) else {
            page.push_str(without(*entity).unwrap());
            continue;
        };
        page.push_str(
            "| recognizer | | what | found | not found | after |\n|---|---|---|---|---|---|\n",
        );
        for row in rows {
            writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {} |",
                row.id,
                row.region,
                row.title,
                shown(*entity, &row.example),
                shown(*entity, &row.not),
                row.reference.replace('|', "\\|")
            )
            .unwrap();
        }
    }
    page
}

/// Why nothing in this crate's rules finds an entity type.
fn without(entity: EntityType) -> Option<&'static str> {
    match entity {
        EntityType::Custom => {
            Some("Found by the recognizers and dictionaries of whoever runs Privet.\n")
        }
        _ => None,
    }
}

#[test]
fn every_type_is_found_by_something() {
    let rows = rows();
    for entity in EntityType::ALL {
        assert_ne!(rows.contains_key(entity), without(*entity).is_some(), "{entity}");
    }
}

#[test]
fn what_is_code_finds_its_examples() {
    let analyzer = Analyzer::new(AnalyzerOptions::of(Profile::Strict));
    let found = |id: &str, text: &str| -> Vec<String> {
        let explained = analyzer.explain(text).into_iter().map(|explained| explained.finding);
        let mut found: Vec<_> = explained
            .filter(|finding| finding.recognizer == id && finding.score.get() >= 0.5)
            .map(|finding| finding.span)
            .collect();
        found.sort_unstable();
        found.iter().map(|span| span.of(text).unwrap().to_owned()).collect()
    };
    for recognizer in coded() {
        assert!(!recognizer.reference.is_empty() && !recognizer.counter_examples.is_empty());
        for example in &recognizer.examples {
            let (text, want) = unmarked(&example.joined());
            assert!(!want.is_empty(), "{}: nothing is marked in {text:?}", recognizer.id);
            assert_eq!(found(&recognizer.id, &text), want, "{}: in {text:?}", recognizer.id);
        }
        for text in &recognizer.counter_examples {
            let text = text.joined();
            let none: [String; 0] = [];
            assert_eq!(found(&recognizer.id, &text), none, "{}: in {text:?}", recognizer.id);
        }
    }
}

#[test]
fn the_page_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/entities.md");
    let want = markdown();
    if std::env::var_os("PRIVET_WRITE_DOCS").is_some() {
        std::fs::write(&path, &want).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == want, "docs/entities.md is out of date: make docs");
}
