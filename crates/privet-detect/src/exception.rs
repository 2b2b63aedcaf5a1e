//! [`Exception`]: values that somebody decided may stay.

use privet_text::{EntitySet, EntityType};
use regex::Regex;

use crate::custom::CustomError;

/// Values that are no findings: some terms, or whatever a pattern matches as a whole.
#[derive(Clone, Debug)]
pub struct Exception {
    entities: EntitySet,
    terms: Vec<String>,
    pattern: Option<Regex>,
}

impl Exception {
    /// Values of the types in `entities` that are one of `terms`, compared exactly, or that
    /// `pattern` matches from end to end.
    ///
    /// # Errors
    /// If the pattern cannot be compiled, or there is neither a term nor a pattern.
    pub fn new(
        entities: EntitySet,
        terms: Vec<String>,
        pattern: Option<&str>,
    ) -> Result<Self, CustomError> {
        if terms.is_empty() && pattern.is_none() {
            return Err(CustomError::Nothing);
        }
        let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$"));
        let pattern = pattern
            .map(whole)
            .transpose()
            .map_err(|error| CustomError::Pattern(error.to_string()))?;
        Ok(Self { entities, terms, pattern })
    }

    /// Whether `value`, found as an `entity`, may stay.
    pub(crate) fn covers(&self, entity: EntityType, value: &str) -> bool {
        self.entities.contains(entity)
            && (self.terms.iter().any(|term| term == value)
                || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Analyzer, AnalyzerOptions};

    #[test]
    fn what_is_excepted_is_no_finding() {
        let emails = EntitySet::from_iter([EntityType::EmailAddress]);
        let terms = vec![String::from("help@acme.example")];
        let exception = Exception::new(emails, terms, Some(".*@bots[.]example")).unwrap();
        let options = AnalyzerOptions { exceptions: vec![exception], ..AnalyzerOptions::default() };
        let analyzer = Analyzer::new(options);
        let text = "help@acme.example ci@bots.example jane@acme.example ci@bots.example.org";
        let found = analyzer.analyze(text);
        let got: Vec<_> = found.iter().filter_map(|f| f.span.of(text)).collect();
        assert_eq!(got, ["jane@acme.example", "ci@bots.example.org"]);
        assert_ne!(analyzer.version(), Analyzer::default().version());
    }

    #[test]
    fn of_nothing() {
        assert!(Exception::new(EntitySet::all(), Vec::new(), None).is_err());
        assert!(Exception::new(EntitySet::all(), Vec::new(), Some("(")).is_err());
    }
}
