//! Cells of a CSV file (RFC 4180) and where they stand. Commas, semicolons, tabs or bars
//! separate them; the first row names the columns.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Field, Place, Spelling};

/// The cells of the columns that `fields` name.
pub(super) fn find<'m>(
    text: &str,
    fields: &'m BTreeMap<String, Field>,
) -> Result<Vec<Place<'m>>, String> {
    let mut rows = Rows::of(text);
    let delimiter = rows.delimiter;
    let head = rows.next().unwrap_or(Ok(Vec::new()))?;
    let names: Vec<String> = head.iter().map(|cell| cell.value(text)).collect();
    let columns: Vec<Option<&Field>> = names.iter().map(|name| fields.get(name.trim())).collect();
    if let Some(missing) = fields.keys().find(|field| !names.iter().any(|n| n.trim() == **field)) {
        return Err(format!("there is no column `{missing}`"));
    }
    let column = |wanted: &str| names.iter().position(|name| name.trim() == wanted);
    let mut places = Vec::new();
    for (number, row) in rows.enumerate() {
        let row = row?;
        // A last line without anything is no row.
        if row.len() != names.len() && !(row.len() == 1 && row.iter().all(Cell::is_empty)) {
            let (number, has, wants) = (number + 2, row.len(), names.len());
            return Err(format!("row {number} has {has} cells where the first one has {wants}"));
        }
        for (cell, field) in row.iter().zip(&columns) {
            if let Some(field) = field
                && !cell.is_empty()
            {
                let subject = field.subject.as_deref().map(|name| {
                    let cell = column(name).and_then(|at| row.get(at));
                    let subject = cell.map(|cell| cell.value(text).trim().to_owned());
                    subject
                        .filter(|subject| !subject.is_empty())
                        .ok_or_else(|| format!("row {} does not say its `{name}`", number + 2))
                });
                let spelling = Spelling::Cell { quoted: cell.quoted, delimiter };
                let (range, value) = (cell.inside.clone(), cell.value(text));
                let subject = subject.transpose()?;
                places.push(Place { range, value, field, spelling, subject });
            }
        }
    }
    Ok(places)
}

/// Where the rows stand, the head first, each with its line break.
pub(in super::super) fn rows(text: &str) -> Result<Vec<Range<usize>>, String> {
    let mut rows = Rows::of(text);
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(row) = rows.next() {
        let row = row?;
        // An empty last line is no row.
        if rows.at < text.len() || !row.iter().all(Cell::is_empty) {
            places.push(from..rows.at);
        }
        from = rows.at;
    }
    Ok(places)
}

/// The separator that the first row has most of.
fn delimiter_of(line: &str) -> char {
    let count = |c: char| line.matches(c).count();
    let best = [',', ';', '\t', '|'].into_iter().rev().max_by_key(|c| count(*c));
    best.filter(|c| count(*c) > 0).unwrap_or(',')
}

/// A cell without its quotes.
struct Cell {
    inside: Range<usize>,
    quoted: bool,
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.inside.is_empty()
    }

    fn value(&self, text: &str) -> String {
        let inside = text.get(self.inside.clone()).unwrap_or_default();
        if self.quoted { inside.replace("\"\"", "\"") } else { inside.to_owned() }
    }
}

struct Rows<'t> {
    text: &'t str,
    at: usize,
    delimiter: char,
}

impl<'t> Rows<'t> {
    fn of(text: &'t str) -> Self {
        let lead = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let first_line = text.get(lead..).unwrap_or_default().lines().next().unwrap_or_default();
        Self { text, at: lead, delimiter: delimiter_of(first_line) }
    }

    fn row(&mut self) -> Result<Vec<Cell>, String> {
        let mut cells = Vec::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if rest.starts_with('"') {
                let end = closing_quote(rest).ok_or("a quoted cell does not end")?;
                cells.push(Cell { inside: self.at + 1..self.at + end, quoted: true });
                self.at += end + 1;
            } else {
                let stop = |c: char| c == self.delimiter || matches!(c, '\n' | '\r');
                let end = rest.find(stop).unwrap_or(rest.len());
                cells.push(Cell { inside: self.at..self.at + end, quoted: false });
                self.at += end;
            }
            let rest = self.text.get(self.at..).unwrap_or_default();
            if let Some(after) = rest.strip_prefix(self.delimiter) {
                self.at = self.text.len() - after.len();
                continue;
            }
            let after = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r']));
            return match after {
                Some(after) => {
                    self.at = self.text.len() - after.len();
                    Ok(cells)
                }
                None if rest.is_empty() => Ok(cells),
                None => Err(String::from("something stands behind a quoted cell")),
            };
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<Cell>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            self.at = self.text.len();
        }
        Some(row)
    }
}

/// Where the quote stands that ends the cell `text` begins with.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 1;
    loop {
        let at = from + text.get(from..)?.find('"')?;
        match text.get(at + 1..).is_some_and(|after| after.starts_with('"')) {
            true => from = at + 2,
            false => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use privet_text::EntityType;
    use proptest::prelude::*;

    use super::*;

    fn fields(names: &[&str]) -> BTreeMap<String, Field> {
        let field = || Field { entity: EntityType::Person, operator: None, subject: None };
        names.iter().map(|name| ((*name).to_owned(), field())).collect()
    }

    fn found(text: &str, names: &[&str]) -> Result<Vec<String>, String> {
        let fields = fields(names);
        Ok(find(text, &fields)?.into_iter().map(|place| place.value).collect())
    }

    #[test]
    fn cells() {
        for (text, want) in [
            ("name,mail\nJane,j@x\nTom,t@x\n", vec!["Jane", "Tom"]),
            ("\u{feff}mail;name\r\nj@x;Jane\r\n", vec!["Jane"]),
            ("mail\tname\nj@x\tJane", vec!["Jane"]),
            ("mail|name\n|\nj@x|\"Doe, \"\"J\"\"\nJane\"\n", vec!["Doe, \"J\"\nJane"]),
            ("name\nJane\n\n", vec!["Jane"]),
            ("name, other\nJane,x\n", vec!["Jane"]),
        ] {
            assert_eq!(found(text, &["name"]).unwrap(), want, "{text:?}");
        }
        for (text, want) in [
            ("mail\nj@x\n", "there is no column `name`"),
            ("", "there is no column `name`"),
            ("name,b\nx\n", "row 2 has 1 cells"),
            ("name\n\"x\n", "does not end"),
            ("name\n\"x\"y\n", "behind a quoted cell"),
        ] {
            assert!(found(text, &["name"]).unwrap_err().contains(want), "{text:?}");
        }
    }

    proptest! {
        /// The reader of the `csv` crate sees the same cells.
        #[test]
        fn as_others_read_it(rows in proptest::collection::vec(proptest::collection::vec("[ab\",;\n é]{0,4}", 3), 1..6)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["one", "two", "three"]).unwrap();
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let want: Vec<&String> = rows.iter().map(|row| &row[1]).filter(|cell| !cell.is_empty()).collect();
            let got = found(&text, &["two"]).unwrap();
            prop_assert_eq!(got.iter().collect::<Vec<_>>(), want);
        }
    }
}
