//! Exceptions: values that somebody decided may leave, by whose call it is and until when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use privet_detect::{Analyzer, Exception};

use crate::masker::{MaskPolicy, Masker};

/// An exception, for whom and until when.
#[derive(Clone, Debug)]
pub struct ScopedException {
    /// Which values.
    pub exception: Exception,
    /// Only calls of this workspace, if it is given.
    pub workspace: Option<String>,
    /// Only calls of the key of this name, if it is given.
    pub principal: Option<String>,
    /// When it ends.
    pub ends: Timestamp,
}

impl ScopedException {
    fn holds(&self, workspace: &str, principal: &str, now: Timestamp) -> bool {
        let fits = |want: &Option<String>, is: &str| want.as_deref().is_none_or(|want| want == is);
        now < self.ends && fits(&self.workspace, workspace) && fits(&self.principal, principal)
    }
}

/// A masker for each set of exceptions that holds for somebody.
pub struct Maskers {
    base: Arc<Masker>,
    policy: MaskPolicy,
    exceptions: Vec<ScopedException>,
    /// By which of the exceptions hold.
    with_exceptions: Mutex<HashMap<Vec<bool>, Arc<Masker>>>,
}

impl Maskers {
    /// Maskers with the detectors of `analyzer`.
    pub fn new(
        analyzer: Arc<Analyzer>,
        policy: MaskPolicy,
        exceptions: Vec<ScopedException>,
    ) -> Self {
        let base = Arc::new(Masker::new(analyzer, policy.clone()));
        Self { base, policy, exceptions, with_exceptions: Mutex::default() }
    }

    /// The masker without any exception.
    pub fn base(&self) -> &Masker {
        &self.base
    }

    /// The masker for calls of the key `principal` of `workspace`.
    pub fn of(&self, workspace: &str, principal: &str, now: Timestamp) -> Arc<Masker> {
        if self.exceptions.is_empty() {
            return Arc::clone(&self.base);
        }
        let hold: Vec<bool> = self
            .exceptions
            .iter()
            .map(|exception| exception.holds(workspace, principal, now))
            .collect();
        if !hold.contains(&true) {
            return Arc::clone(&self.base);
        }
        let mut known = self.with_exceptions.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MASKERS_MAX {
            known.clear();
        }
        let masker = known.entry(hold).or_insert_with_key(|hold| {
            let held = self.exceptions.iter().zip(hold).filter(|(_, holds)| **holds);
            let held = held.map(|(exception, _)| exception.exception.clone()).collect();
            let analyzer = self.base.analyzer().with_exceptions(held);
            Arc::new(Masker::new(Arc::new(analyzer), self.policy.clone()))
        });
        Arc::clone(masker)
    }
}

/// Each keeps a cache of leaves; more sets of exceptions than this are rare.
const MASKERS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use privet_text::{EntitySet, EntityType};

    use super::*;

    #[test]
    fn by_caller_and_until_the_end() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let terms = vec![String::from("help@acme.example")];
        let exception = Exception::new(EntitySet::all(), terms, None).unwrap();
        let scoped = ScopedException {
            exception,
            workspace: Some(String::from("support")),
            principal: None,
            ends: now + 24.hours(),
        };
        let maskers =
            Maskers::new(Arc::new(Analyzer::default()), MaskPolicy::default(), vec![scoped]);
        let found = |workspace, now| {
            maskers.of(workspace, "kim", now).first_finding("write to help@acme.example")
        };
        assert_eq!(found("support", now), None);
        assert_eq!(found("sales", now), Some(EntityType::EmailAddress));
        assert_eq!(found("support", now + 25.hours()), Some(EntityType::EmailAddress));
    }
}
