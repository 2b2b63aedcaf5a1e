//! `privet key`: the keys of callers.

use std::io::Write;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use privet_audit::{AuditError, Event, Note, Record, append};
use privet_store::StoreError;
use privet_vault::{ApiKeys, KeyError, KeyRecord, KeyState, NewKey, Permission};

use crate::config::Wait;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;

/// What `privet key` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a key; it is printed once and never again.
    Create {
        /// What to call it: whose or what it is for.
        #[arg(long)]
        name: String,
        /// The workspace it works in.
        #[arg(long, default_value = "default")]
        workspace: String,
        /// The tenant it belongs to.
        #[arg(long, default_value = "default")]
        tenant: String,
        /// How long it works, such as 90d.
        #[arg(long, value_name = "WAIT")]
        expires: Option<Wait>,
        /// What it may do beyond sending requests. `reveal`: see what stands behind tokens of its
        /// workspace, by `POST /privet/v1/reveal`.
        #[arg(long, value_name = "PERMISSION", value_parser = permission)]
        may: Vec<Permission>,
    },
    /// List the keys.
    List {
        /// How to print them.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Revoke a key; it stops working at once.
    Revoke {
        /// The key's id, or its name if only one in force has it.
        #[arg(value_name = "ID|NAME")]
        key: String,
    },
}

/// How to print a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON Lines.
    Json,
}

/// Makes, lists or revokes keys.
pub fn run(
    command: &Command,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    if let Command::Create { name, workspace, tenant, .. } = command {
        for (what, text) in [("name", name), ("workspace", workspace), ("tenant", tenant)] {
            refuse_strange(what, text)?;
        }
    }
    let house = House::open_aloud(&config, console)?;
    match command {
        Command::Create { name, workspace, tenant, expires, may } => {
            let new = NewKey {
                name: name.clone(),
                tenant: tenant.clone(),
                workspace: workspace.clone(),
                expires_at: expires.map(|wait| after((console.now)(), wait)).transpose()?,
                may: may.iter().copied().collect(),
            };
            create(new, &house, console)
        }
        Command::List { format } => list(*format, &house, console),
        Command::Revoke { key } => revoke(key, &house, console),
    }?;
    house.store.close().map_err(|error| CommandError::could_not_run(&error))?;
    Ok(Exit::Clean)
}

fn create(new: NewKey, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = (console.now)();
    let minted = house.vault.api_keys().mint(new, now).map_err(told)?;
    let text = minted.text().clone();
    let key = minted.record().clone();
    let record = record_of(Event::KeyCreated, console, Some(&key));
    let written = house.store.write(move |tx| -> Result<(), KeyCommandError> {
        minted.insert(tx)?;
        append(tx, &record, now)?;
        Ok(())
    });
    written.wait().map_err(KeyCommandError::told)?;
    writeln!(console.out, "{}", text.expose())?;
    let expiry = key.expires_at.map(|end| format!(", until {end}")).unwrap_or_default();
    writeln!(
        console.err,
        "key `{}` for `{}` in workspace `{}`{expiry}: keep it now, it is not shown again",
        key.id, key.name, key.workspace
    )?;
    Ok(())
}

fn list(format: Format, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = (console.now)();
    let keys = house.vault.api_keys().list().map_err(told)?;
    let record = record_of(Event::KeysListed, console, None);
    let written = house.store.write(move |tx| -> Result<(), KeyCommandError> {
        append(tx, &record, now)?;
        Ok(())
    });
    written.wait().map_err(KeyCommandError::told)?;
    match format {
        Format::Json => {
            for key in &keys {
                writeln!(console.out, "{}", as_json(key, now))?;
            }
        }
        Format::Text => write_table(&keys, now, console)?,
    }
    Ok(())
}

fn revoke(key: &str, house: &House, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = (console.now)();
    let (wanted, blank) = (key.to_owned(), record_of(Event::KeyRevoked, console, None));
    let written = house.store.write(move |tx| -> Result<KeyRecord, KeyCommandError> {
        let key = ApiKeys::revoke(tx, &wanted, now)?;
        append(tx, &with_key(blank.clone(), &key), now)?;
        Ok(key)
    });
    let key = written.wait().map_err(KeyCommandError::told)?;
    writeln!(console.out, "revoked key `{}` of `{}`", key.id, key.name)?;
    Ok(())
}

fn record_of(event: Event, console: &Console<'_>, key: Option<&KeyRecord>) -> Record {
    let mut record = Record::new(event);
    record.principal = Some(console.operator());
    match key {
        Some(key) => with_key(record, key),
        None => record,
    }
}

fn with_key(mut record: Record, key: &KeyRecord) -> Record {
    record.key_id = Some(key.id.to_string());
    record.tenant = Some(key.tenant.clone());
    record.workspace = Some(key.workspace.clone());
    if key.may.include(Permission::Reveal) {
        record.notes.push(Note::new("may_reveal"));
    }
    record
}

fn write_table(
    keys: &[KeyRecord],
    now: Timestamp,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    if keys.is_empty() {
        writeln!(console.err, "no keys yet: privet key create --name NAME")?;
        return Ok(());
    }
    let day = |time: Option<Timestamp>| match time {
        Some(time) => time.strftime("%Y-%m-%d %H:%M").to_string(),
        None => String::from("-"),
    };
    let mut rows = vec![
        ["ID", "NAME", "WORKSPACE", "STATE", "CREATED", "EXPIRES", "LAST USED", "MAY"]
            .map(String::from),
    ];
    rows.extend(keys.iter().map(|key| {
        [
            key.id.to_string(),
            key.name.clone(),
            key.workspace.clone(),
            state_name(key.state(now)).to_owned(),
            day(Some(key.created_at)),
            day(key.expires_at),
            day(key.last_used),
            key.may.names(),
        ]
    }));
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &rows {
        let cells: Vec<_> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(console.out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

fn as_json(key: &KeyRecord, now: Timestamp) -> serde_json::Value {
    serde_json::json!({
        "id": key.id.as_str(),
        "name": key.name,
        "tenant": key.tenant,
        "workspace": key.workspace,
        "state": state_name(key.state(now)),
        "created_at": key.created_at.to_string(),
        "expires_at": key.expires_at.map(|time| time.to_string()),
        "revoked_at": key.revoked_at.map(|time| time.to_string()),
        "last_used": key.last_used.map(|time| time.to_string()),
        "may": key.may.names(),
    })
}

fn state_name(state: KeyState) -> &'static str {
    match state {
        KeyState::Active => "active",
        KeyState::Expired => "expired",
        KeyState::Revoked => "revoked",
    }
}

fn after(now: Timestamp, wait: Wait) -> Result<Timestamp, CommandError> {
    SignedDuration::try_from(wait.get())
        .ok()
        .and_then(|wait| now.checked_add(wait).ok())
        .ok_or_else(|| CommandError::wrong_use("the key would expire too far in the future"))
}

fn permission(name: &str) -> Result<Permission, String> {
    Permission::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Permission::ALL.iter().map(|known| known.name()).collect();
        format!("expected {}", known.join(" or "))
    })
}

/// Names stand in logs and lists: one line, visible, not too long.
fn refuse_strange(what: &str, text: &str) -> Result<(), CommandError> {
    let visible = !text.trim().is_empty() && !text.chars().any(char::is_control);
    match visible && text.trim() == text && text.chars().count() <= NAME_CHARS_MAX {
        true => Ok(()),
        false => Err(CommandError::wrong_use(format!(
            "the {what} must be 1 to {NAME_CHARS_MAX} visible characters"
        ))),
    }
}

fn told(error: KeyError) -> CommandError {
    let base = CommandError::could_not_run(&error);
    match error {
        KeyError::Unknown => CommandError::wrong_use("there is no such key in force")
            .hint("privet key list shows them"),
        KeyError::NameTaken => CommandError::wrong_use(error.to_string())
            .hint("choose another --name, or revoke that key first"),
        KeyError::Ambiguous => {
            CommandError::wrong_use(error.to_string()).hint("privet key list shows the ids")
        }
        _ => base,
    }
}

/// Why a key could not be written together with its audit entry.
#[derive(Debug, thiserror::Error)]
enum KeyCommandError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl KeyCommandError {
    fn told(self) -> CommandError {
        match self {
            Self::Key(error) => told(error),
            Self::Audit(error) => CommandError::could_not_run(&error),
        }
    }
}

impl From<StoreError> for KeyCommandError {
    fn from(error: StoreError) -> Self {
        Self::Key(error.into())
    }
}

const NAME_CHARS_MAX: usize = 100;
