//! Names in columns: CSV, TSV and Markdown tables whose header names a person.

use privet_text::{EntityType, Finding, Reason, Score};

use super::field::{Trust, trust_of};
use super::person::{Known, whole};
use crate::claim::Claim;
use crate::reading::{run, run_back};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[Rule {
    triggers: &["name", "customer", "patient", "employee", "nombre", "vorname", "apellid"],
    reader: read_table,
}];

/// Reads the table whose header holds the trigger; gives where the table ends.
fn read_table(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let is_inline = |byte: u8| byte != b'\n' && byte != b'\r';
    let start = run_back(site.bytes, site.start, HEADER_BYTES_MAX, is_inline);
    let end = run(site.bytes, site.end, HEADER_BYTES_MAX, is_inline);
    let header_at = crate::reading::char_ceil(site.text, start);
    let Some(header) = site.text.get(header_at..end) else { return site.end };
    let Some(delimiter) = delimiter_of(header) else { return end };
    let columns = name_columns(header, delimiter);
    if columns == 0 {
        return end;
    }
    let width = Cells::new(header, delimiter).count();
    let mut at = line_after(site.bytes, end);
    let mut rows = 0;
    while at < site.bytes.len() {
        let row_end = run(site.bytes, at, ROW_BYTES_MAX, is_inline);
        let Some(row) = site.text.get(at..row_end) else { break };
        if Cells::new(row, delimiter).count() != width {
            break;
        }
        report_row(site.text, at, row, delimiter, columns, found);
        rows += 1;
        at = line_after(site.bytes, row_end);
    }
    // A header without rows is a sentence: what follows is read as usual.
    if rows == 0 { end } else { at.max(end) }
}

fn report_row(
    text: &str,
    row_at: usize,
    row: &str,
    delimiter: u8,
    columns: u64,
    found: &mut dyn FnMut(Finding),
) {
    for (index, (from, to)) in Cells::new(row, delimiter).enumerate().take(64) {
        if columns & (1 << index) == 0 {
            continue;
        }
        let (from, to) = (row_at + from, row_at + to);
        let Some(known) = whole(text, from, to) else { continue };
        let claim = Claim::new(EntityType::Person, "person/column", Score::new(0.4))
            .because(Reason::Context("column"));
        let claim = if known == Known::No { claim } else { claim.because(Reason::Dictionary) };
        if let Some(finding) = claim.at(from, to) {
            found(finding);
        }
    }
}

/// What parts the cells of a line that can be a header; `None` for a sentence.
pub(crate) fn delimiter_of(header: &str) -> Option<u8> {
    let delimiter = [b'\t', b'|', b';', b',']
        .into_iter()
        .find(|delimiter| header.bytes().any(|byte| byte == *delimiter))?;
    let cell = |(from, to)| header.get(from..to).unwrap_or_default();
    // A list of names in a program ends its lines with commas, too.
    if Cells::new(header, delimiter).map(cell).filter(|cell| !cell.is_empty()).count() < 2 {
        return None;
    }
    let is_label = |bounds: (usize, usize)| {
        let cell = cell(bounds);
        cell.len() <= 40
            && cell.split_whitespace().count() <= 4
            && !cell.contains(['.', ':', '=', '(', '{', '<'])
    };
    Cells::new(header, delimiter).all(is_label).then_some(delimiter)
}

/// Which columns hold people, as bits.
fn name_columns(header: &str, delimiter: u8) -> u64 {
    let mut columns = 0;
    for (index, (from, to)) in Cells::new(header, delimiter).enumerate().take(64) {
        let cell = header.get(from..to).unwrap_or_default();
        let lower = cell.to_lowercase();
        let named = trust_of(&lower, "")
            .is_some_and(|trust| trust == Trust::Person || trust == Trust::Plain);
        if named || LABELS.contains(&lower.as_str()) {
            columns |= 1 << index;
        }
    }
    columns
}

/// Where the line after the line end at `at` begins.
pub(crate) fn line_after(bytes: &[u8], at: usize) -> usize {
    let at = run(bytes, at, 1, |byte| byte == b'\r');
    run(bytes, at, 1, |byte| byte == b'\n')
}

/// The cells of a row: bounds without quotes and blanks around them.
pub(crate) struct Cells<'r> {
    row: &'r [u8],
    delimiter: u8,
    at: Option<usize>,
}

impl<'r> Cells<'r> {
    pub(crate) fn new(row: &'r str, delimiter: u8) -> Self {
        Self { row: row.as_bytes(), delimiter, at: Some(0) }
    }
}

impl Iterator for Cells<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at?;
        let mut quoted = false;
        let end = run(self.row, start, usize::MAX, |byte| {
            quoted ^= byte == b'"';
            quoted || byte != self.delimiter
        });
        self.at = (end < self.row.len()).then_some(end + 1);
        let is_edge = |byte: u8| matches!(byte, b' ' | b'"' | b'\'' | b'*');
        let from = run(self.row, start, end - start, is_edge);
        let to = run_back(self.row, end, end - from, is_edge);
        Some((from, to))
    }
}

/// Headers of columns that hold people without saying "name".
const LABELS: &[&str] = &[
    "customer",
    "patient",
    "employee",
    "contact",
    "client",
    "nombre",
    "apellidos",
    "apellido",
    "vorname",
    "nachname",
    "first",
    "last",
    "surname",
    "full name",
    "contact person",
    "kunde",
    "nom",
    "prénom",
];

const HEADER_BYTES_MAX: usize = 1000;
const ROW_BYTES_MAX: usize = 4000;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn columns() {
        check(
            "id,name,city\n1,Quill Zanderbek,Ghent\n2,\"Bramblewick, Ada\",Oslo\n",
            &["Quill Zanderbek", "Bramblewick, Ada"],
        );
        check(
            "first_name;last_name;email\nQuill;Zanderbek;q@example.com\n",
            &["Quill", "Zanderbek"],
        );
        check("| Name | Role |\n|---|---|\n| Quill Zanderbek | dev |\n", &["Quill Zanderbek"]);
    }

    #[test]
    fn other_columns() {
        check("id,file_name,size\n1,Report,3\n", &[]);
        check("product name, price\nnothing more", &[]);
        check("Please name, in order, the cities\nParis, London, Rome\n", &[]);
    }
}
