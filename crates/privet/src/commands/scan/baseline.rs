//! The baseline: findings that are known and are not reported again.
//!
//! A finding is known by its file, its recognizer and twenty bits of a hash of its value, and
//! not by its line. Twenty bits let a new value pass for a known one once in a million
//! times; more of them would let whoever reads the file try out telephone numbers and the
//! like until one fits.

use std::collections::HashMap;
use std::path::Path;

use privet_text::Finding;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::console::CommandError;

/// Known findings.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Baseline {
    version: u32,
    salt: String,
    findings: Vec<Known>,
    /// How many of each are still to be met.
    #[serde(skip)]
    left: HashMap<Known, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    path: String,
    recognizer: String,
    digest: String,
}

impl Baseline {
    /// A baseline that knows nothing yet.
    pub(super) fn empty() -> Result<Self, CommandError> {
        let mut salt = [0; 8];
        getrandom::fill(&mut salt)
            .map_err(|error| CommandError::failed(format!("no random numbers: {error}")))?;
        let salt = format!("{:016x}", u64::from_be_bytes(salt));
        Ok(Self { version: VERSION, salt, findings: Vec::new(), left: HashMap::new() })
    }

    /// The baseline in `file`.
    pub(super) fn read(file: &Path) -> Result<Self, CommandError> {
        let failed = |what: &str| {
            CommandError::failed(format!("cannot use the baseline `{}`: {what}", file.display()))
                .hint("make one: privet scan --write-baseline FILE")
        };
        let text = std::fs::read_to_string(file).map_err(|error| failed(&error.to_string()))?;
        let mut baseline: Self = serde_json::from_str(&text)
            .map_err(|error| failed(&format!("line {}: it is none", error.line())))?;
        if baseline.version != VERSION {
            return Err(failed("another version of Privet wrote it"));
        }
        for known in &baseline.findings {
            *baseline.left.entry(known.clone()).or_default() += 1;
        }
        Ok(baseline)
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, path: &str, text: &str, finding: &Finding) {
        let known = self.known(path, text, finding);
        self.findings.push(known);
    }

    /// Whether `finding` is known. Each that is known is known once.
    pub(super) fn knows(&mut self, path: &str, text: &str, finding: &Finding) -> bool {
        let known = self.known(path, text, finding);
        match self.left.get_mut(&known) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// Writes it to `file`.
    pub(super) fn write(&mut self, file: &Path) -> Result<(), CommandError> {
        self.findings.sort_unstable();
        let failed = |error: std::io::Error| {
            CommandError::failed(format!("cannot write `{}`: {error}", file.display()))
        };
        let text =
            serde_json::to_string_pretty(self).map_err(std::io::Error::from).map_err(failed)?;
        std::fs::write(file, text + "\n").map_err(failed)
    }

    fn known(&self, path: &str, text: &str, finding: &Finding) -> Known {
        let value = finding.span.of(text).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [&self.salt, path, finding.recognizer, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: String =
            hash.finalize().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
        Known {
            path: path.to_owned(),
            recognizer: finding.recognizer.to_owned(),
            digest: digest.chars().take(DIGITS).collect(),
        }
    }
}

const VERSION: u32 = 1;
/// Of four bits each.
const DIGITS: usize = 5;
