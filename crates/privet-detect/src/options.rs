//! [`AnalyzerOptions`]: what is looked for, how sure it must be, what never counts.

use std::sync::Arc;

use privet_text::{EntitySet, Score};

use crate::custom::Custom;
use crate::depth::Depth;
use crate::exception::Exception;
use crate::model::ModelUse;
use crate::profile::Profile;

/// What an [`Analyzer`](crate::Analyzer) looks for.
#[derive(Clone, Debug)]
pub struct AnalyzerOptions {
    /// The entity types that are reported. Those that [`Profile::Coding`] masks by default.
    /// What somebody names is a set by [`EntitySet::named`].
    pub entities: EntitySet,
    /// Those of them that are only counted: they take no byte from a type that is not.
    /// None by default.
    pub counted: EntitySet,
    /// What becomes of addresses of private networks and manuals. Reported by default.
    pub reserved: Reserved,
    /// Findings below this score are not reported. 0.5 by default.
    pub score_min: Score,
    /// Whether the name model is asked, and how eager it is. As [`Profile::Coding`] has it by default.
    pub model: ModelUse,
    /// Which tiers of the name model read.
    pub depth: Depth,
    /// Terms that are never reported, compared exactly. [`ALLOW_DEFAULT`] by default.
    pub allow: Vec<String>,
    /// What the company that runs Privet adds. Nothing by default.
    pub custom: Option<Arc<Custom>>,
    /// Values that may stay. None by default.
    pub exceptions: Vec<Exception>,
}

impl AnalyzerOptions {
    /// What `profile` masks and counts.
    pub fn of(profile: Profile) -> Self {
        let (masked, counted) = (profile.masked(), profile.counted());
        Self {
            entities: masked.union(counted),
            counted,
            reserved: profile.reserved(),
            model: profile.model(),
            ..Self::default()
        }
    }
}

impl Default for AnalyzerOptions {
    fn default() -> Self {
        Self {
            entities: Profile::default().masked(),
            counted: EntitySet::NONE,
            reserved: Reserved::Reported,
            score_min: Score::HALF,
            model: Profile::default().model(),
            depth: Depth::default(),
            allow: ALLOW_DEFAULT.iter().map(|term| (*term).to_owned()).collect(),
            custom: None,
            exceptions: Vec::new(),
        }
    }
}

/// What becomes of addresses that stand for nobody, such as `10.0.0.17` and `2001:db8::7`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reserved {
    /// They are findings like others.
    #[default]
    Reported,
    /// They stay.
    Kept,
}

/// Terms that are no personal data although they look like it: addresses of
/// machines, and the names that stand in every manual.
pub const ALLOW_DEFAULT: &[&str] = &[
    "noreply@anthropic.com",
    "noreply@github.com",
    "git@github.com",
    "git@gitlab.com",
    "git@bitbucket.org",
    "actions@github.com",
    "41898282+github-actions[bot]@users.noreply.github.com",
    "49699333+dependabot[bot]@users.noreply.github.com",
    "support@anthropic.com",
    "usersafety@anthropic.com",
    "8.8.8.8",
    "8.8.4.4",
    "1.1.1.1",
];
