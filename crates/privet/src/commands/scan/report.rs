//! Findings as text, JSON, JSON Lines and SARIF 2.1.0. No format carries a value.

use std::collections::BTreeMap;
use std::io::{self, Write};

use privet_detect::language_of;
use privet_text::{Category, Finding};
use serde::Serialize;
use serde_json::{Value, json};

use super::place::{Counter, LineColumn, Lines, Offsets};
use super::{Format, Tally};

/// Prints findings file by file.
pub(super) struct Report {
    format: Format,
    offsets: Offsets,
    show: bool,
    files: Vec<FileFindings>,
    results: Vec<Value>,
    rules: BTreeMap<&'static str, &'static str>,
}

/// A finding as it is printed.
#[derive(Serialize)]
pub(super) struct PrintedFinding {
    start: usize,
    end: usize,
    entity_type: &'static str,
    category: &'static str,
    score: f64,
    recognizer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct FileFindings {
    path: String,
    /// The language of its prose (ISO 639-1), if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    findings: Vec<PrintedFinding>,
}

impl Report {
    pub(super) fn new(format: Format, offsets: Offsets, show: bool) -> Self {
        Self {
            format,
            offsets,
            show,
            files: Vec::new(),
            results: Vec::new(),
            rules: BTreeMap::new(),
        }
    }

    /// Prints the findings of one file.
    pub(super) fn file(
        &mut self,
        out: &mut dyn Write,
        name: &str,
        text: &str,
        findings: &[Finding],
    ) -> io::Result<()> {
        match self.format {
            Format::Text => self.lines(out, name, text, findings),
            Format::Jsonl => {
                let file = self.collected(name, text, findings);
                writeln!(out, "{}", to_json(&file)?)
            }
            Format::Json => {
                if !findings.is_empty() {
                    let file = self.collected(name, text, findings);
                    self.files.push(file);
                }
                Ok(())
            }
            Format::Sarif => {
                self.collect_sarif(name, text, findings);
                Ok(())
            }
        }
    }

    /// Prints what comes after the last file.
    pub(super) fn end(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        match self.format {
            Format::Text | Format::Jsonl => Ok(()),
            Format::Json => {
                let whole = json!({
                    "files_scanned": tally.files,
                    "files_with_findings": tally.with_findings,
                    "findings": tally.findings,
                    "files": self.files,
                });
                writeln!(out, "{}", to_json(&whole)?)
            }
            Format::Sarif => writeln!(out, "{}", to_json(&self.sarif())?),
        }
    }

    fn lines(
        &self,
        out: &mut dyn Write,
        name: &str,
        text: &str,
        findings: &[Finding],
    ) -> io::Result<()> {
        let mut lines = Lines::new(text);
        for finding in findings {
            let LineColumn { line, column } = lines.place(finding.span.start());
            let (entity, score, recognizer) =
                (finding.entity, finding.score.get(), finding.recognizer);
            write!(out, "{name}:{line}:{column}: {entity} {score:.2} {recognizer}")?;
            if let Some(value) = finding.span.of(text).filter(|_| self.show) {
                // Control characters of a stranger's text do not reach the terminal.
                write!(out, "  {}", value.escape_debug())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn collected(&self, name: &str, text: &str, findings: &[Finding]) -> FileFindings {
        let mut counter = Counter::new(text, self.offsets);
        let mut lines = Lines::new(text);
        let findings = findings
            .iter()
            .map(|finding| {
                let place = lines.place(finding.span.start());
                printed(finding, counter.place(finding.span), Some(place))
            })
            .collect();
        let language = language_of(text).map(|language| language.code);
        FileFindings { path: name.to_owned(), language, findings }
    }

    fn collect_sarif(&mut self, name: &str, text: &str, findings: &[Finding]) {
        let (mut starts, mut ends) = (Lines::new(text), Lines::new(text));
        let mut counter = Counter::new(text, Offsets::Chars);
        for finding in findings {
            let (start, end) = (starts.place(finding.span.start()), ends.place(finding.span.end()));
            let (from, to) = counter.place(finding.span);
            self.rules.insert(finding.recognizer, finding.entity.name());
            self.results.push(json!({
                "ruleId": finding.recognizer,
                "level": level(finding.entity.category()),
                "message": { "text": format!("{} found by `{}` with score {:.2}", finding.entity, finding.recognizer, finding.score.get()) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri_of(name) },
                    "region": {
                        "startLine": start.line, "startColumn": start.column,
                        "endLine": end.line, "endColumn": end.column,
                        "charOffset": from, "charLength": to - from,
                    },
                }}],
                "properties": {
                    "entityType": finding.entity.name(),
                    "category": finding.entity.category().name(),
                    "score": rounded(finding.score.get()),
                },
            }));
        }
    }

    fn sarif(&self) -> Value {
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|(id, entity)| json!({ "id": id, "shortDescription": { "text": format!("finds {entity}") } }))
            .collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "privet",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules,
                }},
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        })
    }
}

/// A finding at a place in the unit asked for.
pub(super) fn printed(
    finding: &Finding,
    (start, end): (usize, usize),
    place: Option<LineColumn>,
) -> PrintedFinding {
    PrintedFinding {
        start,
        end,
        entity_type: finding.entity.name(),
        category: finding.entity.category().name(),
        score: rounded(finding.score.get()),
        recognizer: finding.recognizer,
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
    }
}

fn rounded(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}

fn level(category: Category) -> &'static str {
    match category {
        Category::Secret => "error",
        Category::DirectIdentifier | Category::SensitiveAttribute => "warning",
        _ => "note",
    }
}

/// The path as a relative URI reference (RFC 3986 §4.2).
fn uri_of(name: &str) -> String {
    let mut uri = String::new();
    for byte in name.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
        if plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn to_json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}
