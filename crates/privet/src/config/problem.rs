//! What is wrong with a configuration, by line and column.

use std::fmt;
use std::path::PathBuf;

use super::at::Place;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does not work so.
    Error,
    /// It works, but perhaps not as meant.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where; `None` when it stands nowhere.
    pub place: Option<Place>,
    /// What, and what would be right.
    pub text: String,
}

/// All that is wrong with a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// The file; `None` for the defaults.
    pub file: Option<PathBuf>,
    /// In the order in which they were found.
    pub list: Vec<Problem>,
}

impl Problems {
    pub(super) fn refuse(&mut self, place: Option<Place>, text: impl Into<String>) {
        self.list.push(Problem { severity: Severity::Error, place, text: text.into() });
    }

    pub(super) fn warn(&mut self, place: Option<Place>, text: impl Into<String>) {
        self.list.push(Problem { severity: Severity::Warning, place, text: text.into() });
    }

    /// Whether anything makes the configuration invalid.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// One line for each: `file:line:column: severity: text`.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match &self.file {
                Some(file) => write!(f, "{}:", file.display())?,
                None => f.write_str("configuration:")?,
            }
            if let Some(place) = problem.place {
                write!(f, "{}:{}:", place.line, place.column)?;
            }
            let severity = match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            write!(f, " {severity}: {}", problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
