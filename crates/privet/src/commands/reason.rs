//! Reasons that operators give: why, without whom.

use privet_detect::{Analyzer, AnalyzerOptions, Profile};
use privet_text::{Category, Finding};

use crate::console::CommandError;

/// The reason, fit for the audit log, which outlives what is erased: in one line, not too
/// long, and nothing in it that the detectors take for personal data.
pub(super) fn checked(reason: &str) -> Result<String, CommandError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > BYTES_MAX || reason.chars().any(char::is_control) {
        return Err(CommandError::wrong_use(format!(
            "the reason must be one line of 1 to {BYTES_MAX} bytes"
        )));
    }
    let analyzer = Analyzer::new(AnalyzerOptions::of(Profile::Office));
    let names_somebody = |finding: &Finding| {
        matches!(finding.entity.category(), Category::DirectIdentifier | Category::Secret)
    };
    match analyzer.analyze(reason).into_iter().find(names_somebody) {
        None => Ok(reason.to_owned()),
        Some(finding) => Err(CommandError::wrong_use(format!(
            "the reason seems to hold personal data ({} at byte {}), and the log keeps it for good",
            finding.entity.name(),
            finding.span.start()
        ))
        .hint("say why without saying whom: the number of the case will do")),
    }
}

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
            assert_eq!(checked(reason).is_ok(), want, "{reason:?}");
        }
    }
}
