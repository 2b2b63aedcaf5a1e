//! Operators: what is done to a finding.
//!
//! Reversible ones make a token, which the vault claims for the value, so that an answer can
//! be restored: [`Operator::Typed`], [`Operator::Shaped`], [`Operator::Surrogate`],
//! [`Operator::Fpe`]. Irreversible ones leave nothing behind: [`Operator::Redact`],
//! [`Operator::Hash`], [`Operator::Generalize`], [`Operator::DateShift`],
//! [`Operator::Noise`]. `docs/operators.md` says what each keeps and gives away.
//!
//! All of them are functions of the value and of bits that whoever holds the keys derives
//! from it ([`Draw`]).

mod date;
mod draw;
mod ff1;
pub mod fpe;
mod generalize;
mod noise;
mod number;
mod redact;
mod role;
mod shaped;
pub mod surrogate;

use privet_text::EntityType;

pub use draw::Draw;
pub use ff1::{DOMAIN_MIN, Ff1, FpeError};
pub use fpe::Alphabet;
pub use generalize::{Group, generalize};
pub use noise::{date_shift, noise, shift_days};
pub use redact::{hashed, redact};
pub use role::Role;
pub use shaped::{SHAPED_BYTES_MAX, shaped};

/// What is done to a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    /// `PERSON_K7Q2MX4`; with a role `CLIENT_A`, `CLIENT_B` in the order in which they came.
    Typed {
        /// What the value is to the reader.
        role: Option<Role>,
    },
    /// Another value of the same shape; a typed token where no shape is known.
    Shaped,
    /// An invented name of the same kind; a typed token where none fits.
    Surrogate,
    /// Another value of the same form, by encryption. What is too short is refused.
    Fpe {
        /// Which characters change.
        alphabet: Alphabet,
    },
    /// The type, nothing else.
    Redact,
    /// The type and a keyed hash.
    Hash,
    /// The group that the value belongs to.
    Generalize {
        /// `None`: as fits the type.
        to: Option<Group>,
    },
    /// Dates moved, all of a scope alike.
    DateShift {
        /// By at most so many days.
        days_max: u32,
    },
    /// Numbers changed a little.
    Noise {
        /// By at most so many percent.
        percent: f64,
    },
    /// Stays as it is.
    Keep,
    /// The request is refused.
    Refuse,
}

impl Operator {
    /// What is done to a type where policy says `mask`, or nothing: what keeps the most use
    /// without saying anything about anybody.
    pub fn of(entity: EntityType) -> Self {
        use EntityType as E;
        match entity {
            E::EmailAddress | E::PhoneNumber | E::IpAddress | E::MacAddress => Self::Shaped,
            E::Uuid | E::Url | E::Hostname => Self::Shaped,
            _ => Self::Typed { role: None },
        }
    }

    /// The name in configuration and audit.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Typed { .. } => "typed",
            Self::Shaped => "shaped",
            Self::Surrogate => "surrogate",
            Self::Fpe { .. } => "fpe",
            Self::Redact => "redact",
            Self::Hash => "hash",
            Self::Generalize { .. } => "generalize",
            Self::DateShift { .. } => "date_shift",
            Self::Noise { .. } => "noise",
            Self::Keep => "keep",
            Self::Refuse => "refuse",
        }
    }

    /// Whether the value can come back.
    pub fn is_reversible(&self) -> bool {
        matches!(self, Self::Typed { .. } | Self::Shaped | Self::Surrogate | Self::Fpe { .. })
    }
}

/// Days by which dates are moved at most, where policy does not say.
pub const DAYS_MAX: u32 = 365;

/// Percent by which numbers are changed at most, where policy does not say.
pub const NOISE_PERCENT: f64 = 5.0;
