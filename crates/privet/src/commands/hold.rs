//! `privet hold`: legal holds.

use std::io::Write;
use std::path::Path;

use privet_audit::{AuditError, Event, Record};
use privet_store::StoreError;
use privet_vault::{Hold, VaultError};
use serde_json::json;

use super::key::Format;
use super::reason;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;

/// What `privet hold` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// From now on nothing of these scopes is deleted, neither by erasure nor by disuse.
    Create {
        /// Whose scopes.
        #[arg(long, default_value = "default")]
        tenant: String,
        /// Only those of this workspace.
        #[arg(long)]
        workspace: Option<String>,
        /// Only those of this principal: the name of a key.
        #[arg(long)]
        principal: Option<String>,
        /// Why, in words that name nobody; it goes into the audit log.
        #[arg(long)]
        reason: String,
    },
    /// List the holds.
    List {
        /// How to print them.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// End a hold.
    End {
        /// Its id.
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Makes, lists or ends holds.
pub fn run(
    command: &Command,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    let house = House::open_existing(&config, console)?;
    match command {
        Command::Create { tenant, workspace, principal, reason } => {
            let reason = reason::checked(reason)?;
            let hold = house
                .vault
                .new_hold(
                    tenant,
                    workspace.as_deref(),
                    principal.as_deref(),
                    &reason,
                    (console.now)(),
                )
                .map_err(|error| CommandError::could_not_run(&error))?;
            create(hold, &house, console)
        }
        Command::List { format } => list(*format, &house, console),
        Command::End { id } => end(id, &house, console),
    }?;
    house.close()?;
    Ok(Exit::Clean)
}

fn create(hold: Hold, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = (console.now)();
    let mut record = Record::new(Event::HoldCreated);
    record.principal = Some(console.operator());
    record.request_id = Some(hold.id.clone());
    record.tenant = Some(hold.tenant.clone());
    record.workspace.clone_from(&hold.workspace);
    record.reason = Some(hold.reason.clone());
    let written = {
        let hold = hold.clone();
        house.store.write(move |tx| -> Result<(), HoldError> {
            hold.insert(tx)?;
            privet_audit::append(tx, &record, now)?;
            Ok(())
        })
    };
    written.wait().map_err(|error| CommandError::could_not_run(&error))?;
    writeln!(console.out, "{}", hold.id)?;
    Ok(())
}

fn list(format: Format, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let holds = house.vault.holds().map_err(|error| CommandError::could_not_run(&error))?;
    for hold in holds {
        let whose =
            [Some(hold.tenant.as_str()), hold.workspace.as_deref(), hold.principal.as_deref()];
        match format {
            Format::Json => writeln!(
                console.out,
                "{}",
                json!({
                    "hold": hold.id,
                    "tenant": hold.tenant,
                    "workspace": hold.workspace,
                    "principal": hold.principal,
                    "reason": hold.reason,
                    "created_at": hold.created_at.to_string(),
                    "ended_at": hold.ended_at.map(|time| time.to_string()),
                })
            )?,
            Format::Text => writeln!(
                console.out,
                "{}  {}  {}  {}  {}",
                hold.id,
                if hold.ended_at.is_some() { "ended " } else { "stands" },
                hold.created_at.strftime("%Y-%m-%d"),
                whose.into_iter().flatten().collect::<Vec<_>>().join("/"),
                hold.reason
            )?,
        }
    }
    Ok(())
}

fn end(id: &str, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = (console.now)();
    let mut record = Record::new(Event::HoldEnded);
    record.principal = Some(console.operator());
    record.request_id = Some(id.to_owned());
    let wanted = id.to_owned();
    let written = house.store.write(move |tx| -> Result<bool, HoldError> {
        let stood = Hold::end(tx, &wanted, now)?;
        if stood {
            privet_audit::append(tx, &record, now)?;
        }
        Ok(stood)
    });
    match written.wait().map_err(|error| CommandError::could_not_run(&error))? {
        true => writeln!(console.out, "ended {id}")?,
        false => {
            return Err(
                CommandError::wrong_use("no such hold stands").hint("privet hold list shows them")
            );
        }
    }
    Ok(())
}

/// Why a hold could not be written together with its audit entry.
#[derive(Debug, thiserror::Error)]
enum HoldError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl From<StoreError> for HoldError {
    fn from(error: StoreError) -> Self {
        Self::Vault(error.into())
    }
}
