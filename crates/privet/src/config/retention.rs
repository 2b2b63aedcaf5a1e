//! How long things are kept, and how long their purpose needs them.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::at::At;
use super::problem::Problems;

/// How long things are kept.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionFile {
    /// Days after which a token that nobody uses is deleted with its value, but for those under
    /// a legal hold. The same value gets the same token again; a letter such as `CLIENT_A` nobody
    /// gets again.
    pub tokens_unused_days: At<u32>,
    /// Days for which your backups of the keys are kept. The certificate of an erasure names
    /// the day when the last one from before it is gone.
    pub key_backups_days: At<u32>,
    /// Days after which the text of an audit entry is let go; its hash stays, so that the log
    /// still verifies. Not while a legal hold stands. For good if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_days: Option<At<u32>>,
}

impl Default for RetentionFile {
    fn default() -> Self {
        Self { tokens_unused_days: At::from(400), key_backups_days: At::from(30), audit_days: None }
    }
}

/// Resolved [`RetentionFile`].
pub(super) struct Retention {
    pub(super) tokens_unused: SignedDuration,
    pub(super) key_backups: SignedDuration,
    pub(super) audit_kept: Option<SignedDuration>,
}

/// Something that is kept.
struct Window {
    name: &'static str,
    /// What it is kept for.
    purpose: &'static str,
    /// The longest that this needs.
    days_max: u32,
}

/// A year and a month, for what comes back once a year.
const TOKENS: Window = Window {
    name: "tokens_unused_days",
    purpose: "conversations that go on and files to be unmasked",
    days_max: 400,
};
const KEY_BACKUPS: Window = Window {
    name: "key_backups_days",
    purpose: "getting keys back after a disaster",
    days_max: 90,
};
/// Six years: HIPAA, 45 CFR 164.316(b)(2)(i), the longest of the regimes that types are marked with.
const AUDIT: Window =
    Window { name: "audit_days", purpose: "showing what was sent where", days_max: 2192 };

impl RetentionFile {
    pub(super) fn resolve(&self, problems: &mut Problems) -> Retention {
        if let Some(kept) = self.audit_days.as_ref().filter(|kept| kept.value <= PROVIDER_DAYS) {
            let text = "retention.audit_days: what was sent is forgotten before the provider, who \
                        may keep it for 30 days, forgets it";
            problems.warn(kept.place, text);
        }
        Retention {
            tokens_unused: TOKENS.resolve(&self.tokens_unused_days, problems),
            key_backups: KEY_BACKUPS.resolve(&self.key_backups_days, problems),
            audit_kept: self.audit_days.as_ref().map(|days| AUDIT.resolve(days, problems)),
        }
    }
}

impl Window {
    fn resolve(&self, days: &At<u32>, problems: &mut Problems) -> SignedDuration {
        let Self { name, purpose, days_max } = self;
        match days.value {
            0 | DAYS_MAX_EXCEEDED.. => {
                problems.refuse(days.place, format!("retention.{name}: expected 1 to {DAYS_MAX}"));
            }
            longer if longer > *days_max => {
                let text = format!(
                    "retention.{name}: kept for {purpose}, which takes at most {days_max} days; \
                     personal data is to be kept no longer than its purpose needs (GDPR, article 5(1)(e))"
                );
                problems.warn(days.place, text);
            }
            _ => {}
        }
        SignedDuration::from_hours(i64::from(days.value) * 24)
    }
}

/// For how long the API keeps requests without another arrangement.
const PROVIDER_DAYS: u32 = 30;
/// Ten years.
const DAYS_MAX: u32 = 3653;
const DAYS_MAX_EXCEEDED: u32 = DAYS_MAX + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_than_the_purpose_needs() {
        for (tokens, backups, audit, want) in [
            (400, 30, None, vec![]),
            (401, 30, Some(2192), vec!["retention.tokens_unused_days: kept for conversations"]),
            (
                7,
                91,
                Some(2193),
                vec![
                    "retention.key_backups_days: kept for getting",
                    "retention.audit_days: kept for showing",
                ],
            ),
            (7, 30, Some(30), vec!["retention.audit_days: what was sent is forgotten before"]),
            (
                0,
                30,
                Some(3654),
                vec![
                    "retention.tokens_unused_days: expected 1",
                    "retention.audit_days: expected 1",
                ],
            ),
        ] {
            let file = RetentionFile {
                tokens_unused_days: At::from(tokens),
                key_backups_days: At::from(backups),
                audit_days: audit.map(At::from),
            };
            let mut problems = Problems::default();
            file.resolve(&mut problems);
            let told: Vec<&str> =
                problems.list.iter().map(|problem| problem.text.as_str()).collect();
            assert_eq!(told.len(), want.len(), "{told:?}");
            assert!(told.iter().zip(&want).all(|(told, want)| told.starts_with(want)), "{told:?}");
        }
    }
}
