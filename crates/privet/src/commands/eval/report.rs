//! The table.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::json;

use super::Format;
use super::score::{Rates, Row};

/// All that is printed.
pub(super) struct Report {
    pub(super) documents: usize,
    pub(super) bytes: usize,
    pub(super) time: Duration,
    pub(super) rows: Vec<Row>,
    pub(super) clean: usize,
    pub(super) clean_flagged: usize,
}

const COLUMNS: [&str; 11] =
    ["type", "n", "P", "R", "F1", "95 %", "F2", "exact F1", "char F1", "leak", "95 %"];

impl Report {
    pub(super) fn print(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.text(out),
            Format::Markdown => self.markdown(out),
            Format::Json => self.json(out),
        }
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let table: Vec<[String; 11]> =
            std::iter::once(COLUMNS.map(String::from)).chain(self.rows.iter().map(cells)).collect();
        for cells in &table {
            for (column, cell) in cells.iter().enumerate() {
                let width = table.iter().filter_map(|row| row.get(column)).map(String::len).max();
                let width = width.unwrap_or_default();
                match column {
                    0 => write!(out, "{cell:width$}")?,
                    _ => write!(out, "  {cell:>width$}")?,
                }
            }
            writeln!(out)?;
        }
        writeln!(out, "{}", self.foot())
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| {} |", COLUMNS.join(" | "))?;
        writeln!(out, "|{}", "---|".repeat(COLUMNS.len()))?;
        for row in &self.rows {
            writeln!(out, "| {} |", cells(row).join(" | "))?;
        }
        writeln!(out, "\n{}", self.foot())
    }

    fn foot(&self) -> String {
        let megabytes = self.bytes as f64 / 1e6;
        let mut foot = format!(
            "{} documents, {megabytes:.1} MB, {:.1} MB/s on one core",
            self.documents,
            self.speed()
        );
        if self.clean > 0 {
            let (flagged, clean) = (self.clean_flagged, self.clean);
            let percent = 100.0 * flagged as f64 / clean as f64;
            foot.push_str(&format!(
                "; of {clean} documents in which nothing is labelled, {flagged} ({percent:.1} %) were flagged"
            ));
        }
        foot
    }

    fn speed(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.time.as_secs_f64().max(1e-9)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let rates = |rates: Rates| {
            json!({
                "precision": round(rates.precision),
                "recall": round(rates.recall),
                "f1": round(rates.f(1.0)),
                "f2": round(rates.f(2.0)),
            })
        };
        let interval = |ends: Option<(f64, f64)>| ends.map(|(low, high)| [round(low), round(high)]);
        let types: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "entity_type": row.entity.name(),
                    "labelled": row.tally.labelled,
                    "found": row.tally.found,
                    "overlap": rates(row.tally.overlap()),
                    "exact": rates(row.tally.exact()),
                    "characters": rates(row.tally.chars()),
                    "leak": round(row.tally.leak()),
                    "overlap_f1_95": interval(row.f1_interval),
                    "leak_95": interval(row.leak_interval),
                })
            })
            .collect();
        let report = json!({
            "documents": self.documents,
            "bytes": self.bytes,
            "megabytes_per_second": round(self.speed()),
            "documents_without_labels": self.clean,
            "documents_without_labels_flagged": self.clean_flagged,
            "types": types,
        });
        writeln!(out, "{report}")
    }
}

fn cells(row: &Row) -> [String; 11] {
    let overlap = row.tally.overlap();
    let interval = |ends: Option<(f64, f64)>| {
        ends.map_or_else(String::new, |(low, high)| format!("{low:.3}-{high:.3}"))
    };
    [
        row.entity.name().to_owned(),
        row.tally.labelled.to_string(),
        format!("{:.3}", overlap.precision),
        format!("{:.3}", overlap.recall),
        format!("{:.3}", overlap.f(1.0)),
        interval(row.f1_interval),
        format!("{:.3}", overlap.f(2.0)),
        format!("{:.3}", row.tally.exact().f(1.0)),
        format!("{:.3}", row.tally.chars().f(1.0)),
        format!("{:.3}", row.tally.leak()),
        interval(row.leak_interval),
    ]
}

fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
