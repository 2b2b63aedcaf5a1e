//! The schema, and the reference in `docs/configuration.md` made from it.

use std::fmt::Write;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::FileConfig;

/// The JSON Schema (draft 2020-12) of the configuration file.
pub fn schema() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<FileConfig>().into()
}

/// The reference of every key, as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(HEAD);
    let mut sections = vec![(String::new(), schema())];
    while let Some((path, section)) = sections.pop() {
        if !path.is_empty() {
            let about = text_of(&section, "description");
            let _ = write!(text, "\n## `{path}`\n\n{about}\n");
        }
        table(&mut text, &path, &section, &mut sections);
    }
    text
}

/// One row for each key of `section`; keys with keys of their own get sections.
fn table(text: &mut String, path: &str, section: &Value, sections: &mut Vec<(String, Value)>) {
    let known = sections.len();
    let none = Map::new();
    let keys = section.get("properties").and_then(Value::as_object).unwrap_or(&none);
    text.push_str("\n| key | values | default | meaning |\n|---|---|---|---|\n");
    for (key, schema) in keys {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let schema = without_null(schema);
        let meaning = text_of(&schema, "description").replace('\n', " ");
        let entry = schema.get("items").filter(|items| items.get("properties").is_some());
        let default = schema.get("default").map(shown).unwrap_or_default();
        let (values, default) = match (schema.get("properties"), entry) {
            (Some(_), _) => (String::from("see below"), String::new()),
            (None, Some(_)) => (String::from("list, see below"), default),
            (None, None) => (values_of(&schema), default),
        };
        let _ = writeln!(text, "| `{path}` | {values} | {default} | {meaning} |");
        if schema.get("properties").is_some() {
            sections.push((path, schema));
        } else if let Some(entry) = entry {
            sections.push((format!("{path}[]"), entry.clone()));
        }
    }
    // The last one in is the first one out, and sections stand in the keys' order.
    if let Some(new) = sections.get_mut(known..) {
        new.reverse();
    }
}

/// A schema that may be null is the schema beside the null.
fn without_null(schema: &Value) -> Value {
    let Some(choices) = schema.get("anyOf").and_then(Value::as_array) else {
        return schema.clone();
    };
    let null = |choice: &&Value| choice.get("type").is_none_or(|kind| kind != "null");
    let Some(choice) = choices.iter().find(null) else { return schema.clone() };
    let mut merged = choice.clone();
    if let (Some(merged), Some(outer)) = (merged.as_object_mut(), schema.as_object()) {
        for (key, value) in outer.iter().filter(|(key, _)| *key != "anyOf") {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged
}

fn values_of(schema: &Value) -> String {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        if values.len() > VALUES_LISTED_MAX {
            return String::from("an entity type of [entities.md](entities.md)");
        }
        return listed(values);
    }
    if schema.get("title").is_some_and(|title| title == "operator") {
        return String::from("an operator of [operators.md](operators.md)");
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let values: Vec<_> =
            choices.iter().filter_map(|choice| choice.get("const")).cloned().collect();
        return listed(&values);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().find(|kind| *kind != "null"),
        kind => kind,
    };
    match kind.and_then(Value::as_str) {
        Some("array") => {
            let items = schema.get("items").map(values_of).unwrap_or_default();
            format!("list of {items}")
        }
        Some("object") => {
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let value = patterns.and_then(|patterns| patterns.values().next());
            format!("map to {}", value.map(values_of).unwrap_or_else(|| String::from("text")))
        }
        Some("boolean") => String::from("`true`, `false`"),
        Some("integer" | "number") => String::from("number"),
        _ => match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => example(pattern).to_owned(),
            None => String::from("text"),
        },
    }
}

fn listed(values: &[Value]) -> String {
    let shown: Vec<_> = values.iter().map(shown).collect();
    shown.join(", ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => format!("`{text}`"),
        Value::Array(list) if list.is_empty() => String::from("none"),
        Value::Object(map) if map.is_empty() => String::from("none"),
        other => format!("`{other}`"),
    }
}

/// What a pattern means to a reader.
fn example(pattern: &str) -> &'static str {
    match pattern {
        "^[0-9]+(ms|s|m|h|d)$" => "wait such as `30s`",
        "^[0-9]+(B|KiB|MiB|GiB)$" => "size such as `32MiB`",
        "^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/|~/).+)$" => "`env:NAME`, `file:/path`",
        "^(env:[A-Za-z_][A-Za-z0-9_]*|https?://[^@/?#]+/?)$" => "URL, `env:NAME`",
        "^[A-Za-z0-9.-]+$" => "host name",
        "^(\\*\\.)?[A-Za-z0-9.-]+$" => "host name, `*.` and a host name",
        "^https?://[^@?#]+$" => "URL",
        "^https?://[^@/?#]+$" => "origin",
        _ => "text",
    }
}

fn text_of<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Longer lists stand on a page of their own.
const VALUES_LISTED_MAX: usize = 20;

const HEAD: &str = "\
# Configuration

Privet reads one YAML file: the one given by `--config`, else the one that the environment
variable `PRIVET_CONFIG` names, else `~/.config/privet/privet.yaml` if it is there. Every key may be
left out. Unknown keys are errors. `privet check` explains mistakes by line and column;
`privet check --schema` prints the JSON Schema that editors understand. Relative paths start at
the file's folder, `~/` at the home directory.

Keys and passwords never stand in the file. Where one is needed, write `env:NAME` for an
environment variable or `file:/path` for a file.

This page is made from the schema; `make docs` writes it, and a test fails when it is out of date.
";
