//! [`Custom`]: what a company adds to the recognizers that Privet brings.
//!
//! - *recognizers*: a pattern or some words, with check digits and context as in the rules
//!   of `rules/*.toml` ([`recognizer`]);
//! - *dictionaries*: up to millions of names and project words ([`dictionary`]);
//! - *documents*: texts of which a passage is to be found elsewhere ([`document`]);
//! - *columns*: names of fields and columns, from a data catalogue ([`column`]).
//!
//! Everything is built once, when the configuration is read, and shared.

mod column;
mod dictionary;
mod document;
mod recognizer;

use std::fmt;

use privet_text::{EntityType, Finding};

pub use dictionary::Loaded;
pub use recognizer::RecognizerSpec;

use crate::Detector;
use crate::rule::Rule;
use column::Columns;
use dictionary::Phrases;
use document::Documents;
use recognizer::Recognizers;

/// A company's own recognizers, dictionaries and columns.
#[derive(Default)]
pub struct Custom {
    recognizers: Recognizers,
    phrases: Phrases,
    documents: Documents,
    columns: Columns,
    fingerprint: Fingerprint,
}

impl Custom {
    /// What takes parts and becomes a [`Custom`].
    pub fn builder() -> CustomBuilder {
        CustomBuilder::default()
    }

    /// Changes with everything that could change a finding.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint.0
    }

    /// The rule whose findings carry `recognizer`.
    pub(crate) fn rule(&self, recognizer: &str) -> Option<&'static Rule> {
        self.recognizers.rule(recognizer)
    }
}

impl Detector for Custom {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        self.recognizers.detect(text, found);
        self.phrases.detect(text, &mut |entity, recognizer, start, end, words| {
            let finding = match self.recognizers.listed(recognizer) {
                Some(listed) => listed.judge(text, start, end),
                None => dictionary::finding(entity, recognizer, start, end, words),
            };
            if let Some(finding) = finding {
                found(finding);
            }
        });
        self.documents.detect(text, found);
        self.columns.detect(text, found);
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom")
            .field("recognizers", &self.recognizers.len())
            .field("phrases", &self.phrases.len())
            .field("columns", &self.columns.len())
            .finish()
    }
}

/// Takes recognizers, dictionaries and columns.
#[derive(Default)]
pub struct CustomBuilder {
    custom: Custom,
}

impl CustomBuilder {
    /// Adds a recognizer.
    ///
    /// # Errors
    /// If a pattern cannot be compiled, a validator is not known, or nothing is to be found.
    pub fn recognizer(&mut self, spec: &RecognizerSpec) -> Result<(), CustomError> {
        self.custom.fingerprint.add(format!("{spec:?}").as_bytes());
        let name = self.custom.recognizers.add(spec)?;
        for word in &spec.words {
            let case = if spec.exact { Case::Exact } else { Case::Folded };
            self.custom.phrases.add(word, spec.entity, name, case)?;
        }
        Ok(())
    }

    /// Adds a dictionary: every line of `text` that is neither empty nor a comment (`#`).
    ///
    /// # Errors
    /// If there are more dictionaries than 250.
    pub fn dictionary(
        &mut self,
        name: &str,
        entity: EntityType,
        case: Case,
        text: &str,
    ) -> Result<Loaded, CustomError> {
        let recognizer = leaked(&format!("dictionary/{name}"));
        let mut loaded = Loaded::default();
        self.custom.fingerprint.add(entity.name().as_bytes());
        self.custom.fingerprint.add(&[case as u8]);
        self.custom.phrases.reserve(text.lines().count());
        for line in text.lines() {
            let entry = line.trim();
            if entry.is_empty() || entry.starts_with('#') {
                continue;
            }
            self.custom.fingerprint.add(entry.as_bytes());
            if self.custom.phrases.add(entry, entity, recognizer, case)? {
                loaded.entries += 1;
            } else {
                loaded.skipped += 1;
            }
        }
        Ok(loaded)
    }

    /// Adds a document of which passages are to be found; gives how many runs of words it has.
    ///
    /// # Errors
    /// If it is too short for a passage.
    pub fn document(
        &mut self,
        name: &str,
        entity: EntityType,
        text: &str,
    ) -> Result<usize, CustomError> {
        self.custom.fingerprint.add(entity.name().as_bytes());
        self.custom.fingerprint.add(text.as_bytes());
        let recognizer = leaked(&format!("document/{name}"));
        match self.custom.documents.add(text, entity, recognizer) {
            0 => Err(CustomError::ShortDocument),
            runs => Ok(runs),
        }
    }

    /// Adds the name of a field or column whose values are of the type `entity`.
    pub fn column(&mut self, name: &str, entity: EntityType) {
        self.custom.fingerprint.add(name.as_bytes());
        self.custom.fingerprint.add(entity.name().as_bytes());
        self.custom.columns.add(name, entity);
    }

    /// The whole.
    pub fn build(self) -> Custom {
        self.custom
    }
}

/// Whether the case of letters and their accents count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Neither counts.
    #[default]
    Folded,
    /// Both count.
    Exact,
}

/// Why something of a company's own could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum CustomError {
    /// A pattern is wrong, or too large when compiled.
    #[error("cannot use the pattern: {0}")]
    Pattern(String),
    /// A pattern finds the empty text, and so would find it everywhere.
    #[error("the pattern finds the empty text")]
    EmptyPattern,
    /// Neither a pattern nor a word.
    #[error("nothing to find: it needs a pattern or words")]
    Nothing,
    /// No validator of that name.
    #[error(
        "no validator is called `{0}`: it is `luhn`, `mod97`, `verhoeff`, `ean13` or the name of a rule with check digits in docs/entities.md"
    )]
    Validator(String),
    /// A document without a passage.
    #[error("it has fewer than eight words")]
    ShortDocument,
    /// More dictionaries and word lists than can be told apart.
    #[error("more than 250 dictionaries and word lists")]
    TooMany,
}

/// FNV-1a.
#[derive(Clone, Copy, Debug)]
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().copied().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

/// Whether `recognizer` is a part of a company's own: what it finds is wanted, whatever the
/// profile does with its type.
pub fn is_own(recognizer: &str) -> bool {
    OWN.iter().any(|prefix| recognizer.starts_with(prefix))
}

const OWN: &[&str] = &["custom/", "dictionary/", "document/", "column/"];

/// A name for findings, which outlive everything. There are as many as the configuration
/// has entries.
fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Analyzer, AnalyzerOptions};

    pub(super) fn found(custom: CustomBuilder, text: &str) -> Vec<(String, &'static str)> {
        let options = AnalyzerOptions {
            custom: Some(Arc::new(custom.build())),
            model: crate::ModelUse::Off,
            ..AnalyzerOptions::default()
        };
        Analyzer::new(options)
            .analyze(text)
            .into_iter()
            .filter_map(|f| Some((f.span.of(text)?.to_owned(), f.recognizer)))
            .collect()
    }

    #[test]
    fn the_version_follows() {
        let with = |word: &str| {
            let mut builder = Custom::builder();
            builder.dictionary("words", EntityType::Custom, Case::Folded, word).unwrap();
            Custom::fingerprint(&builder.build())
        };
        assert_eq!(with("falcon"), with("falcon"));
        assert_ne!(with("falcon"), with("heron"));
    }
}
