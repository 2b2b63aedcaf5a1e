//! What is written under `detection`. The comments on the fields are the descriptions in the
//! schema and in `docs/configuration.md`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::at::At;
use crate::config::names::EntityName;

/// What your company adds to detection.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionFile {
    /// Patterns and short lists of words.
    pub recognizers: Vec<RecognizerFile>,
    /// Files of names and words, one a line; up to millions.
    pub dictionaries: Vec<DictionaryFile>,
    /// Documents of which no passage may leave.
    pub documents: Vec<DocumentFile>,
    /// Files that say which fields and columns hold what.
    pub catalogues: Vec<CatalogueFile>,
    /// Values that may leave as they are, for some time.
    pub exceptions: Vec<ExceptionFile>,
}

/// A recognizer of your own.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecognizerFile {
    /// Its name; findings say `custom/` and this.
    pub name: At<String>,
    /// The entity type of its findings. `CUSTOM` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityName>,
    /// What it finds, for people.
    #[serde(default)]
    pub title: String,
    /// Regular expressions (syntax of the Rust crate `regex`). None matches across lines.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Words and phrases.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether case and accents of `words` count: `folded` (no) or `exact`.
    #[serde(default)]
    pub case: CaseRule,
    /// A check of the value: `luhn`, `mod97`, `verhoeff`, `ean13`, or the name of a rule with
    /// check digits, such as `br-cpf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<String>,
    /// Words nearby that speak for it: 0.3 more.
    #[serde(default)]
    pub context: Vec<String>,
    /// Words nearby that speak against it: 0.3 less.
    #[serde(default)]
    pub against: Vec<String>,
    /// Without a word of `context` nearby it is nothing.
    #[serde(default)]
    pub needs_context: bool,
    /// The score of the value by itself, 0 to 1. What stays below 0.5 is not masked.
    #[serde(default = "score_default")]
    pub score: At<f64>,
    /// Texts in which `[[` and `]]` stand around what it must find.
    #[serde(default)]
    pub examples: Vec<At<String>>,
    /// Texts in which it must find nothing.
    #[serde(default)]
    pub counter_examples: Vec<At<String>>,
}

fn score_default() -> At<f64> {
    At::from(0.8)
}

/// A file of names and words.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DictionaryFile {
    /// Its name; findings say `dictionary/` and this.
    pub name: At<String>,
    /// The file: UTF-8, one entry a line, `#` before a comment.
    pub file: At<PathBuf>,
    /// The entity type of its entries. `CUSTOM` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityName>,
    /// Whether case and accents count: `folded` (no) or `exact`.
    #[serde(default)]
    pub case: CaseRule,
}

/// A document of which no passage may leave: eight words in a row are a passage.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// Its name; findings say `document/` and this. Several files may share one.
    pub name: At<String>,
    /// The file: text, UTF-8.
    pub file: At<PathBuf>,
    /// The entity type of passages. `CUSTOM` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityName>,
}

/// A file that says which fields and columns hold what.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueFile {
    /// CSV with a header, or a JSON list of objects: `column` (or `name`, `field`) and `type` (an
    /// entity type). Anything else in it, such as `owner`, is left alone.
    pub file: At<PathBuf>,
}

/// Values that may leave as they are.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionFile {
    /// The values, exactly as written.
    #[serde(default)]
    pub terms: Vec<String>,
    /// A regular expression that the whole value has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<At<String>>,
    /// Only findings of these types. All by default.
    #[serde(default)]
    pub entities: Vec<EntityName>,
    /// Only for calls from there. Everybody's by default.
    #[serde(default)]
    pub scope: ExceptionScope,
    /// Who answers for it.
    pub owner: At<String>,
    /// Why.
    pub reason: At<String>,
    /// The last day on which it holds (UTC), such as `2027-03-31`.
    pub expires: At<String>,
}

/// Whose calls an exception is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExceptionScope {
    /// The workspace of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The name of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
}

/// Whether case and accents count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseRule {
    #[default]
    Folded,
    Exact,
}
