//! Data catalogues: files that say which fields and columns hold what.

use std::path::Path;

use privet_text::EntityType;
use serde::Deserialize;

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) entity: EntityType,
}

/// A row as it is written. Its owner and other columns are the catalogue's own concern.
#[derive(Deserialize)]
struct Row {
    #[serde(alias = "name", alias = "field")]
    column: String,
    #[serde(rename = "type", alias = "entity", alias = "classification")]
    kind: String,
}

/// The columns of a catalogue, or what is wrong with it.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<Column>, String> {
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let rows = if json { read_json(text) } else { read_csv(text) }?;
    rows.into_iter().enumerate().map(|(index, row)| column(index + 1, row)).collect()
}

fn read_json(text: &str) -> Result<Vec<Row>, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("line {}: expected a list of objects with `column` and `type`", error.line().max(1))
    })
}

fn read_csv(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row| {
            row.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                format!(
                    "line {line}: expected a header with `column` and `type`, and both in each row"
                )
            })
        })
        .collect()
}

fn column(number: usize, row: Row) -> Result<Column, String> {
    let kind = row.kind.trim().to_ascii_uppercase();
    let entity = EntityType::from_name(&kind)
        .filter(|entity| *entity != EntityType::TokenLiteral)
        .ok_or_else(|| format!("row {number}: `type` is no entity type of docs/entities.md"))?;
    if row.column.trim().is_empty() {
        return Err(format!("row {number}: `column` is empty"));
    }
    Ok(Column { name: row.column, entity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, want: Result<&[(&str, EntityType)], &str>) {
        let got = read(Path::new(path), text);
        let want = want.map_err(str::to_owned).map(|rows| {
            rows.iter()
                .map(|(name, entity)| Column { name: (*name).to_owned(), entity: *entity })
                .collect::<Vec<_>>()
        });
        assert_eq!(got, want);
    }

    #[test]
    fn both_forms() {
        let want: &[_] = &[("cust_ssn", EntityType::UsSsn), ("mail", EntityType::EmailAddress)];
        let csv = "column,type,owner\ncust_ssn,US_SSN,crm\nmail, email_address,\n";
        check("c.csv", csv, Ok(want));
        let json = r#"[{"column":"cust_ssn","type":"US_SSN","owner":"crm"},{"name":"mail","type":"EMAIL_ADDRESS","pk":false}]"#;
        check("c.json", json, Ok(want));
    }

    #[test]
    fn mistakes() {
        check(
            "c.csv",
            "column,type\nx,PII\n",
            Err("row 1: `type` is no entity type of docs/entities.md"),
        );
        check(
            "c.csv",
            "a,b\n1,2\n",
            Err("line 2: expected a header with `column` and `type`, and both in each row"),
        );
        check("c.json", "{}", Err("line 1: expected a list of objects with `column` and `type`"));
    }
}
