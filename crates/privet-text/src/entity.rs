//! [`EntityType`]: what can be found, by the names people know from Presidio.

use std::fmt;

use serde::{Deserialize, Serialize};

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

macro_rules! entity_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $stem:literal, $category:ident;)*) => {
        /// What a finding is. Names follow Presidio where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EntityType { $($(#[$doc])* $variant,)* }

        impl EntityType {
            /// Every entity type, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in output, configuration and audit, such as `EMAIL_ADDRESS`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What its tokens begin with, such as `EMAIL` in `EMAIL_K7Q2MX`.
            pub fn stem(self) -> &'static str {
                match self { $(Self::$variant => $stem,)* }
            }

            /// Its group in the data inventory.
            pub fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category,)* }
            }
        }
    };
}

entity_types! {
    /// Somebody's name.
    Person = "PERSON", "PERSON", DirectIdentifier;
    /// An e-mail address (RFC 5321).
    EmailAddress = "EMAIL_ADDRESS", "EMAIL", DirectIdentifier;
    /// A telephone number.
    PhoneNumber = "PHONE_NUMBER", "PHONE", DirectIdentifier;
    /// A payment card number (ISO/IEC 7812, Luhn).
    CreditCard = "CREDIT_CARD", "CARD", DirectIdentifier;
    /// An IBAN (ISO 13616).
    IbanCode = "IBAN_CODE", "IBAN", DirectIdentifier;
    /// A US social security number.
    UsSsn = "US_SSN", "SSN", DirectIdentifier;
    /// An IPv4 or IPv6 address.
    IpAddress = "IP_ADDRESS", "IP", QuasiIdentifier;
    /// The user's part of a home directory path, or another login name.
    Username = "USERNAME", "USER", Metadata;
    /// A place.
    Location = "LOCATION", "PLACE", QuasiIdentifier;
    /// A company or institution.
    Organization = "ORGANIZATION", "ORG", QuasiIdentifier;
    /// A key, token, password or other credential.
    Secret = "SECRET", "SECRET", Secret;
    /// Client text that looks like one of Privet's own tokens.
    TokenLiteral = "TOKEN_LITERAL", "LITERAL", Metadata;
    /// Something the company defined itself.
    Custom = "CUSTOM", "CUSTOM", Custom;
}

impl EntityType {
    /// The type of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.name() == name)
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
