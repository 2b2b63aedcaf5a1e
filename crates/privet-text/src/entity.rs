//! What the catalogue says of an entity type: category, data class, regimes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::EntityType;

/// A group of the data inventory (REQUIREMENTS CL-14 to CL-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Names one person by itself.
    DirectIdentifier,
    /// Names a person together with others of its kind.
    QuasiIdentifier,
    /// Health, religion, union membership and the like.
    SensitiveAttribute,
    /// What somebody did.
    Behavioural,
    /// Data about data: paths, hosts, times.
    Metadata,
    /// Opens a door.
    Secret,
    /// Defined by the company that runs Privet.
    Custom,
}

impl Category {
    /// The name in output and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::DirectIdentifier => "direct_identifier",
            Self::QuasiIdentifier => "quasi_identifier",
            Self::SensitiveAttribute => "sensitive_attribute",
            Self::Behavioural => "behavioural",
            Self::Metadata => "metadata",
            Self::Secret => "secret",
            Self::Custom => "custom",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far a text may travel, from harmless to never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// May be read by anybody.
    Public,
    /// Stays among colleagues and contracted processors.
    Internal,
    /// Personal data; masked, and only to an approved deployment.
    Sensitive,
    /// Never leaves.
    Restricted,
}

/// A law or standard that speaks about data of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Regulation (EU) 2016/679: personal data, and its special categories.
    Gdpr,
    /// US: one of the identifiers of 45 CFR 164.514(b)(2), or health information itself.
    Hipaa,
    /// PCI DSS: account data of payment cards.
    PciDss,
    /// California Civil Code 1798.140: personal information.
    Ccpa,
}

impl Regime {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gdpr => "GDPR",
            Self::Hipaa => "HIPAA",
            Self::PciDss => "PCI DSS",
            Self::Ccpa => "CCPA",
        }
    }
}

impl EntityType {
    /// The type of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.name() == name)
    }

    /// The type that this one is a kind of: a city is a location.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::City | Self::State | Self::Country => Some(Self::Location),
            _ => None,
        }
    }

    /// Whether this is `other` or a kind of it.
    pub fn is_a(self, other: Self) -> bool {
        self == other || self.parent() == Some(other)
    }

    /// The type whose setting holds for this one where settings go by type: its own, or else
    /// that of the type it is a kind of. So a setting for places reaches cities, until
    /// cities have one.
    pub fn set_by(self, is_set: impl Fn(Self) -> bool) -> Option<Self> {
        [Some(self), self.parent()].into_iter().flatten().find(|entity| is_set(*entity))
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = EntityType::ALL.iter().map(|entity| entity.name()).collect();
        assert_eq!(names.len(), EntityType::ALL.len());
    }

    #[test]
    fn what_is_said_of_places_holds_for_their_kinds() {
        use EntityType::{City, Country, Location, Person, State};
        let rows: [(&[EntityType], EntityType, Option<EntityType>); 7] = [
            (&[Location], Location, Some(Location)),
            (&[Location], City, Some(Location)),
            (&[Location, City], City, Some(City)),
            (&[Location, City], State, Some(Location)),
            (&[Country], Location, None),
            (&[Country], City, None),
            (&[Person, Location], Person, Some(Person)),
        ];
        for (set, entity, want) in rows {
            assert_eq!(entity.set_by(|one| set.contains(&one)), want, "{entity} of {set:?}");
        }
        assert!(City.is_a(Location) && City.is_a(City) && !Location.is_a(City));
        for entity in EntityType::ALL {
            assert_eq!(entity.parent().and_then(EntityType::parent), None, "{entity}");
        }
    }

    /// A token may stand directly after letters, so the end of one stem must not be
    /// another stem.
    #[test]
    fn no_stem_ends_with_another() {
        for one in EntityType::ALL {
            assert!(one.stem().bytes().all(|byte| byte.is_ascii_uppercase()), "{one}");
            assert!(one.stem().len() <= 20, "{one}");
            for other in EntityType::ALL.iter().filter(|other| *other != one) {
                assert!(!one.stem().ends_with(other.stem()), "{one} and {other}");
            }
        }
    }
}
