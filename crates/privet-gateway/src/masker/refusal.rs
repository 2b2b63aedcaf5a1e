//! [`Refusal`]: why a request may not leave.

use privet_mask::operator::FpeError;
use privet_text::EntityType;
use privet_wire::request::Opaque;

use super::memory::MemoryError;

/// Why a request may not leave. No variant carries a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A finding stands where nothing may be changed.
    #[error(
        "{entity} was found in a field of kind `{role}`, which cannot be masked without breaking the request; remove it there"
    )]
    Contract {
        /// What was found.
        entity: EntityType,
        /// What kind of field.
        role: &'static str,
    },
    /// Policy refuses this type.
    #[error("policy does not let {entity} leave; remove it")]
    Policy {
        /// What was found.
        entity: EntityType,
    },
    /// Content that cannot be read, seen for the first time.
    #[error("this request holds content that Privet cannot read ({}), so it was not sent; leave it out, or go on without it", what.name())]
    Opaque {
        /// What it is.
        what: Opaque,
        /// Its identity, to recognise it when it stands in the history.
        content: [u8; 32],
        /// The identity of all that was said with it: the same again is the same
        /// refusal, something new beside it means that the conversation went on.
        context: [u8; 32],
    },
    /// `mcp_servers` would let Claude's side open connections by itself.
    #[error(
        "`mcp_servers` lets a third party be called with what this request holds; policy does not allow it"
    )]
    McpConnector,
    /// A finding in a number, and policy does not mask numbers.
    #[error("{entity} was found in a JSON number that cannot be masked; send it as a string")]
    Number {
        /// What was found.
        entity: EntityType,
    },
    /// Policy encrypts this type in its form, and the value has too few or too many forms.
    #[error(
        "policy encrypts {entity} in its form, but one of them is {error}; send it otherwise, or change the policy"
    )]
    Form {
        /// What was found.
        entity: EntityType,
        /// Why it cannot be encrypted.
        error: FpeError,
    },
    /// What was sent before would no longer be sent.
    #[error("the policy on {entity} was tightened after this conversation began; start a new one")]
    Tightened {
        /// Whose policy.
        entity: EntityType,
    },
    /// What cannot be read was sent before and may not be sent again.
    #[error("the policy on {} was tightened after this conversation began; start a new one", what.name())]
    OpaqueTightened {
        /// What it is.
        what: Opaque,
    },
    /// A `text` document is not base64 of UTF-8 text.
    #[error("a base64 text document does not hold UTF-8 text")]
    BadBase64,
    /// The vault could not do its part.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl Refusal {
    /// A short code for the audit log.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Contract { .. } => "contract_finding",
            Self::Policy { .. } => "policy",
            Self::Opaque { .. } => "opaque",
            Self::McpConnector => "mcp_connector",
            Self::Number { .. } => "number_finding",
            Self::Form { .. } => "form",
            Self::Tightened { .. } | Self::OpaqueTightened { .. } => "policy_tightened",
            Self::BadBase64 => "bad_base64",
            Self::Memory(_) => "vault",
        }
    }
}
