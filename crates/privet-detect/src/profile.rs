//! [`Profile`]: which entity types are masked, kept or only counted, by the work that is done.

use privet_text::{EntitySet, EntityType};

/// The kind of work a profile is made for. What each masks stands in `rules/profiles`.
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
        match self {
            Self::Coding => CODING.iter().copied().collect(),
            _ => EntitySet::all(),
        }
    }

    /// The types that it only counts.
    pub fn counted(self) -> EntitySet {
        EntitySet::NONE
    }
}

const CODING: &[EntityType] = &[
    EntityType::Person,
    EntityType::EmailAddress,
    EntityType::PhoneNumber,
    EntityType::CreditCard,
    EntityType::IbanCode,
    EntityType::UsSsn,
    EntityType::IpAddress,
    EntityType::Username,
    EntityType::Location,
    EntityType::Organization,
    EntityType::Secret,
    EntityType::TokenLiteral,
    EntityType::Custom,
];
