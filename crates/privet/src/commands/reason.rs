//! Reasons that operators give: why, without whom.

use privet_gateway::Reason;

use crate::console::CommandError;

/// The reason, fit for the audit log.
pub(super) fn checked(reason: &str) -> Result<String, CommandError> {
    Reason::parse(reason)
        .map(String::from)
        .map_err(|error| CommandError::wrong_use(error.to_string()))
}
