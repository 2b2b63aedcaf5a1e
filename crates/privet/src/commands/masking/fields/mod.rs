//! Field maps: exactly the named columns of a CSV file or values of a JSON document change,
//! and every other byte stays.

pub(super) mod csv;
mod json;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use privet_mask::operator::Operator;
use privet_text::EntityType;
use serde::Deserialize;

use super::Input;
use crate::config::{EntityName, EntityRule};
use crate::console::CommandError;

/// What a field is, and what is done to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) entity: EntityType,
    /// `None`: as policy says of the type.
    pub(super) operator: Option<Operator>,
    /// Where the same record says whose it is.
    pub(super) subject: Option<String>,
}

/// Fields by the name of their column, or by their path in JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FieldMap(BTreeMap<String, Field>);

/// `NAME=TYPE` or `NAME=TYPE:OPERATOR`, as it stands on the command line.
#[derive(Clone, Debug)]
pub(super) struct FieldArg(String, Field);

impl FromStr for FieldArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || String::from("expected NAME=TYPE or NAME=TYPE:OPERATOR");
        let (name, what) = text.rsplit_once('=').ok_or_else(wrong)?;
        let (kind, operator) = match what.split_once(':') {
            Some((kind, operator)) => (kind, Some(operator)),
            None => (what, None),
        };
        let entity = EntityName::allowed().find(|entity| entity.name() == kind);
        let entity = entity.ok_or_else(|| format!("`{kind}` is no entity type"))?;
        let operator = operator.map(|operator| {
            let rule: EntityRule = serde_saphyr::from_str(operator).map_err(|e| e.to_string())?;
            checked(rule.operator(entity)?, entity)
        });
        Ok(Self(name.to_owned(), Field { entity, operator: operator.transpose()?, subject: None }))
    }
}

/// A field as it is written in a file.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected an entity type, or `{type: TYPE, operator: OPERATOR, subject: NAME}`"
)]
enum FieldFile {
    Type(EntityName),
    Full {
        #[serde(rename = "type")]
        entity: EntityName,
        operator: Option<EntityRule>,
        subject: Option<String>,
    },
}

/// Secrets have markers, not fields; a field that is refused is not named.
fn checked(operator: Operator, entity: EntityType) -> Result<Operator, String> {
    match (operator, entity) {
        (Operator::Refuse, _) => Err(String::from("a field cannot be refused")),
        (operator, _) => Ok(operator),
    }
}

impl FieldMap {
    /// The fields that a file and the command line name.
    pub(super) fn load(file: Option<&Path>, args: &[FieldArg]) -> Result<Self, CommandError> {
        let mut map = BTreeMap::new();
        if let Some(path) = file {
            let shown = path.display();
            let wrong = |why: &dyn std::fmt::Display| {
                CommandError::wrong_use(format!("the field map `{shown}` cannot be used: {why}"))
            };
            let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
            let read: BTreeMap<String, FieldFile> =
                serde_saphyr::from_str(&text).map_err(|error| wrong(&error.without_snippet()))?;
            for (name, field) in read {
                let (entity, rule, subject) = match field {
                    FieldFile::Type(entity) => (entity.0, None, None),
                    FieldFile::Full { entity, operator, subject } => (entity.0, operator, subject),
                };
                let operator = rule.map(|rule| checked(rule.operator(entity)?, entity));
                let operator =
                    operator.transpose().map_err(|why| wrong(&format!("`{name}`: {why}")))?;
                if subject.is_some() && !matches!(operator, Some(Operator::DateShift { .. })) {
                    return Err(wrong(&format!("`{name}`: `subject` is for `date_shift`")));
                }
                map.insert(name, Field { entity, operator, subject });
            }
        }
        map.extend(args.iter().map(|arg| (arg.0.clone(), arg.1.clone())));
        Ok(Self(map))
    }

    /// Whether no field is named.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields of `input` that the map names, in the order of the file.
    pub(super) fn find<'m>(&'m self, input: &Input) -> Result<Vec<Place<'m>>, CommandError> {
        let name = super::name_of(&input.path);
        let found = match Layout::of(input) {
            Layout::Csv => csv::find(&input.text, &self.0),
            Layout::Json => json::find(&input.text, &self.0),
        };
        found.map_err(|why| CommandError::failed(format!("`{name}`: {why}; nothing was written")))
    }
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Rows of cells.
    Csv,
    /// A document, or one a line.
    Json,
}

impl Layout {
    /// By the end of its name, or else by how it begins.
    pub(super) fn of(input: &Input) -> Self {
        let extension = input.path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Self::Csv,
            "json" | "jsonl" | "ndjson" => Self::Json,
            _ if input.text.trim_start().starts_with(['{', '[']) => Self::Json,
            _ => Self::Csv,
        }
    }
}

/// A field of a text.
#[derive(Debug)]
pub(super) struct Place<'m> {
    /// The bytes to replace.
    pub(super) range: Range<usize>,
    /// What it says, without quotes and escapes.
    pub(super) value: String,
    pub(super) field: &'m Field,
    pub(super) spelling: Spelling,
    /// Whose it is, if the field says where that stands.
    pub(super) subject: Option<String>,
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// A cell, without its quotes if it has them.
    Cell { quoted: bool, delimiter: char },
    /// The inside of a JSON string.
    String,
    /// A JSON number.
    Number,
}

impl Spelling {
    /// `text`, written so.
    pub(super) fn write(self, text: &str) -> String {
        match self {
            Self::Number => text.to_owned(),
            Self::String => {
                let mut escaped = String::with_capacity(text.len());
                privet_mask::escape_into(text, 1, &mut escaped);
                escaped
            }
            Self::Cell { quoted: true, .. } => text.replace('"', "\"\""),
            Self::Cell { quoted: false, delimiter } => {
                let needs = |c: char| c == delimiter || matches!(c, '"' | '\n' | '\r');
                match text.contains(needs) {
                    true => format!("\"{}\"", text.replace('"', "\"\"")),
                    false => text.to_owned(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_names_fields() {
        let parse = |text: &str| text.parse::<FieldArg>().map(|arg| (arg.0, arg.1));
        let (name, field) = parse("$.customer.mail=EMAIL_ADDRESS").unwrap();
        assert_eq!(name, "$.customer.mail");
        assert_eq!(
            field,
            Field { entity: EntityType::EmailAddress, operator: None, subject: None }
        );
        let (_, field) = parse("zip=POSTAL_CODE:{operator: generalize, to: zip3}").unwrap();
        assert!(matches!(field.operator, Some(Operator::Generalize { to: Some(_) })));
        for (wrong, why) in [
            ("mail", "expected NAME=TYPE"),
            ("mail=MAIL", "`MAIL` is no entity type"),
            ("mail=PERSON:hide", "expected one of mask"),
            ("mail=PERSON:refuse", "cannot be refused"),
        ] {
            assert!(parse(wrong).unwrap_err().contains(why), "{wrong}");
        }
    }

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        let plain = Spelling::Cell { quoted: false, delimiter: ';' };
        assert_eq!(plain.write("a,b"), "a,b");
        assert_eq!(plain.write("a;b"), "\"a;b\"");
        assert_eq!(plain.write("a\"b"), "\"a\"\"b\"");
        let quoted = Spelling::Cell { quoted: true, delimiter: ',' };
        assert_eq!(quoted.write("a\"b,c"), "a\"\"b,c");
    }
}
