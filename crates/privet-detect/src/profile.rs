//! [`Profile`]: which entity types are masked, kept or only counted, by the work that is done.

use privet_text::{EntitySet, EntityType};

use crate::model::ModelUse;

use crate::options::Reserved;

/// The kind of work a profile is made for. What each masks stands in
/// `profiles.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// Programming: dates, UUIDs, hosts and the like stay, or the work would break.
    #[default]
    Coding,
    /// Letters, mails, minutes, lists of people.
    Office,
    /// Files of courts and law firms.
    Legal,
    /// Records of patients.
    Health,
    /// Accounts, invoices, payments.
    Finance,
    /// Everything that can be found.
    Strict,
}

/// What a profile does with findings of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileAction {
    /// They are replaced.
    Mask,
    /// They are reported and stay.
    Count,
    /// They are not looked for.
    Keep,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] =
        &[Self::Coding, Self::Office, Self::Legal, Self::Health, Self::Finance, Self::Strict];

    /// The name in configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coding => "coding",
            Self::Office => "office",
            Self::Legal => "legal",
            Self::Health => "health",
            Self::Finance => "finance",
            Self::Strict => "strict",
        }
    }

    /// The profile of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// How eager the name model is. In code, capitals and names of things mislead it.
    pub fn model(self) -> ModelUse {
        match self {
            Self::Coding => ModelUse::Precise,
            Self::Office | Self::Legal | Self::Health | Self::Finance => ModelUse::Balanced,
            Self::Strict => ModelUse::Strict,
        }
    }

    /// What it does with findings of the type `entity`.
    pub fn action(self, entity: EntityType) -> ProfileAction {
        if self.masked().contains(entity) {
            ProfileAction::Mask
        } else if self.counted().contains(entity) {
            ProfileAction::Count
        } else {
            ProfileAction::Keep
        }
    }

    /// The types that it masks.
    pub fn masked(self) -> EntitySet {
        match self.row() {
            Some((_, true, ..)) => EntitySet::all(),
            Some((_, _, masked, _)) => masked.iter().copied().collect(),
            None => EntitySet::all(),
        }
    }

    /// The types that it only counts.
    pub fn counted(self) -> EntitySet {
        self.row().map(|(_, _, _, counted)| counted.iter().copied().collect()).unwrap_or_default()
    }

    /// What it does with addresses of private networks and manuals: they stay where programs
    /// are written.
    pub fn reserved(self) -> Reserved {
        if self == Self::Coding { Reserved::Kept } else { Reserved::Reported }
    }

    fn row(self) -> Option<&'static Row> {
        PROFILES.iter().find(|(name, ..)| *name == self.name())
    }
}

/// Name, whether everything is masked, what is masked, what is counted.
type Row = (&'static str, bool, &'static [EntityType], &'static [EntityType]);

static PROFILES: &[Row] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_its_row() {
        assert_eq!(PROFILES.len(), Profile::ALL.len());
        for profile in Profile::ALL {
            assert!(profile.row().is_some(), "{}", profile.name());
            assert_eq!(Profile::from_name(profile.name()), Some(*profile));
            assert!(!profile.masked().meets(profile.counted()), "{}", profile.name());
        }
    }

    #[test]
    fn what_no_profile_may_let_pass() {
        for profile in Profile::ALL {
            for entity in [EntityType::Secret, EntityType::TokenLiteral, EntityType::EmailAddress] {
                assert_eq!(profile.action(entity), ProfileAction::Mask, "{}", profile.name());
            }
        }
    }

    #[test]
    fn places_of_all_kinds_are_treated_alike() {
        for profile in Profile::ALL {
            let whole = profile.action(EntityType::Location);
            for kind in EntityType::ALL.iter().filter(|one| one.is_a(EntityType::Location)) {
                assert_eq!(profile.action(*kind), whole, "{kind} by {}", profile.name());
            }
        }
    }

    #[test]
    fn coding_leaves_the_work_alone() {
        for entity in
            [EntityType::DateTime, EntityType::Uuid, EntityType::Hostname, EntityType::Url]
        {
            assert_eq!(Profile::Coding.action(entity), ProfileAction::Keep, "{entity}");
        }
    }
}
