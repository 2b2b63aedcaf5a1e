//! [`Reason`]: why somebody looks at what is kept, without whom.

use std::sync::LazyLock;

use privet_detect::{Analyzer, AnalyzerOptions, Profile};
use privet_text::{Category, EntityType, Finding};

/// A reason fit for the audit log, which outlives what is erased: one line, not too long,
/// and nothing in it that the detectors take for personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// Why a text is no [`Reason`]. Never carries the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReasonError {
    /// Empty, too long, or more than a line.
    #[error("the reason must be one line of 1 to {BYTES_MAX} bytes")]
    Shape,
    /// It seems to name somebody.
    #[error(
        "the reason seems to hold personal data ({} at byte {start}), and the log keeps it for \
         good: say why without saying whom, the number of the case will do",
        entity.name()
    )]
    NamesSomebody {
        /// What was found.
        entity: EntityType,
        /// Where it begins.
        start: usize,
    },
}

impl Reason {
    /// Reads a reason. The first one of a process takes some milliseconds more.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let text = text.trim();
        if text.is_empty() || text.len() > BYTES_MAX || text.chars().any(char::is_control) {
            return Err(ReasonError::Shape);
        }
        let names_somebody = |finding: &Finding| {
            matches!(finding.entity.category(), Category::DirectIdentifier | Category::Secret)
        };
        match ANALYZER.analyze(text).into_iter().find(names_somebody) {
            None => Ok(Self(text.to_owned())),
            Some(finding) => Err(ReasonError::NamesSomebody {
                entity: finding.entity,
                start: finding.span.start(),
            }),
        }
    }

    /// The reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

/// Whatever a gateway masks: a reason is read for names as an office would.
static ANALYZER: LazyLock<Analyzer> =
    LazyLock::new(|| Analyzer::new(AnalyzerOptions::of(Profile::Office)));

const BYTES_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_and_not_whom() {
        let rows = [
            ("request for erasure, case 2026-17", true),
            ("court order", true),
            (" ", false),
            ("two\nlines", false),
            ("asked by jane.doe@kestrel-mail.com", false),
            ("call from +49 30 23125 110", false),
        ];
        for (reason, want) in rows {
            let read = Reason::parse(reason);
            assert_eq!(read.is_ok(), want, "{reason:?}");
            assert!(!format!("{read:?}").contains("kestrel"), "{read:?}");
        }
    }
}
