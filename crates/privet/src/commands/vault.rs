//! `privet vault`: the state of the vault, its keys and its backups.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use privet_audit::{Event, Note, Record};
use privet_store::{Location, Schema, Store, StoreError};
use privet_vault::{KeyFile, OsRandom, RootError, RootKeyError, RootKeys, Rotated, VaultStatus};
use serde_json::json;

use super::key::Format;
use crate::config::Config;
use crate::console::{CommandError, Console, Exit};
use crate::house::{House, database_name};
use crate::root::{self, Root, Transit};

/// What `privet vault` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show what the vault holds, in numbers.
    Status {
        /// How to print it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Replace the root key; the old one then opens nothing. Gateways go on meanwhile.
    Rotate {
        /// The next root key, if the present one is in an environment variable, in AWS KMS or in
        /// PKCS#11: the name of another variable, or of another key.
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
    /// Give every tenant a new key and wrap its scopes' keys by it. Gateways go on meanwhile.
    Rewrap,
    /// Copy the database into a folder, and the keys into another. Gateways go on meanwhile.
    Backup {
        /// Folder for the copy of the database. It opens nothing by itself.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Folder for a copy of the keys, kept apart and not for long.
        #[arg(long, value_name = "FOLDER")]
        keys_to: Option<PathBuf>,
    },
    /// Put a copy in the place of the database. What was erased since is erased again. The
    /// gateway must be stopped.
    Restore {
        /// The copy that `privet vault backup` made.
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
    /// Open every value and check the ledger of erasures; exit code 1 if something does not
    /// open.
    Verify,
}

/// Shows, rotates, copies or verifies.
pub fn run(
    command: &Command,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    if let Command::Restore { from } = command {
        put_back(from, &config, console)?;
    }
    let house = House::open_existing(&config, console)?;
    let exit = match command {
        Command::Status { format } => status(*format, &config, &house, console),
        Command::Rotate { to } => rotate(to.as_deref(), &config, &house, console),
        Command::Rewrap => rewrap(&house, console),
        Command::Backup { to, keys_to } => backup(to, keys_to.as_deref(), &config, &house, console),
        Command::Restore { .. } => restored(&house, console),
        Command::Verify => verify(&house, console),
    }?;
    house.close()?;
    Ok(exit)
}

fn status(
    format: Format,
    config: &Config,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let status = house.vault.status().map_err(|error| CommandError::could_not_run(&error))?;
    let name = database_name(&house.store);
    if format == Format::Json {
        writeln!(console.out, "{}", status_json(&status, &name))?;
        return Ok(Exit::Clean);
    }
    let mut row = |what: &str, text: String| writeln!(console.out, "{what:<12} {text}");
    row("database", format!("{name}  {}", size(status.bytes)))?;
    row("keys", format!("{}  {}", house.keys_name(), size(status.key_bytes)))?;
    row("root key", format!("{}  {}", Root::place(config), status.root_key))?;
    row("tenants", status.tenants.to_string())?;
    row("scopes", status.scopes.to_string())?;
    row("tokens", format!("{}, and {} never issued again", status.tokens, status.tombstones))?;
    row("secrets", format!("{} markers of the last day", status.secrets))?;
    row("memos", status.memos.to_string())?;
    let open = match status.erasures_open {
        0 => String::new(),
        open => format!(", {open} partial: privet subject retry"),
    };
    row("erasures", format!("{}{open}", status.erasures))?;
    Ok(Exit::Clean)
}

fn status_json(status: &VaultStatus, name: &str) -> serde_json::Value {
    json!({
        "database": name,
        "database_bytes": status.bytes,
        "keys_bytes": status.key_bytes,
        "root_key": status.root_key,
        "tenants": status.tenants,
        "scopes": status.scopes,
        "tokens": status.tokens,
        "tokens_erased": status.tombstones,
        "secrets": status.secrets,
        "memos": status.memos,
        "erasures": status.erasures,
        "erasures_partial": status.erasures_open,
    })
}

fn rotate(
    to: Option<&str>,
    config: &Config,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let (name, rotated) = match (&house.root, to) {
        (Root::File(file), None) => rotate_file(file, house)?,
        (Root::Transit(transit), None) => rotate_transit(transit, house)?,
        (Root::Variable(_), Some(name)) => {
            let next = root::from_variable(name, console.environment)?;
            (next.name(), rewrapped(house, &next)?)
        }
        (root, Some(key)) => {
            let next = root.with_key(key).ok_or_else(|| {
                CommandError::wrong_use(
                    "--to is for root keys in a variable, in AWS KMS or in PKCS#11",
                )
            })?;
            (next.name(), rewrapped(house, &*next)?)
        }
        (Root::Variable(_), None) => {
            return Err(CommandError::wrong_use("the root key is in an environment variable")
                .hint("say where the next one is: --to NAME, another variable"));
        }
        (_, None) => {
            return Err(CommandError::wrong_use("a key of the service keeps its old versions")
                .hint("say which other key to go to: --to KEY"));
        }
    };
    note(Event::KeysRotated, &[Note::new("root_key")], house, console)?;
    writeln!(console.out, "root key {name}: {} keys wrapped anew", rotated.tenants)?;
    let then = match (&house.root, to) {
        (Root::File(_), _) => {
            format!("back up `{}`, apart from the data", config.key_file.display())
        }
        (_, Some(to)) => format!("name `{to}` in the configuration and start every gateway anew"),
        (_, None) => String::from("gateways go on"),
    };
    writeln!(
        console.err,
        "{then}; backups of the keys from before need the old key: make a new one with `privet \
         vault backup`"
    )?;
    Ok(Exit::Clean)
}

/// Wraps everything by `next`.
fn rewrapped(house: &House, next: &dyn RootKeys) -> Result<Rotated, CommandError> {
    house.vault.rotate_root(next).map_err(|error| {
        CommandError::could_not_run(&error)
            .hint("the rotation is not finished: run it again, both keys are still there")
    })
}

fn rotate_file(file: &KeyFile, house: &House) -> Result<(String, Rotated), CommandError> {
    let failed = |error: RootKeyError| CommandError::could_not_run(&error);
    let next = file.next(&OsRandom).map_err(failed)?;
    let rotated = rewrapped(house, &next)?;
    // From here on only the next key opens the vault; readers find it beside the old one.
    file.finish_rotation().map_err(|error| {
        failed(error).hint("the rotation is not finished: run it again, both keys are still there")
    })?;
    Ok((next.name(), rotated))
}

fn rotate_transit(transit: &Transit, house: &House) -> Result<(String, Rotated), CommandError> {
    let failed = |error: RootError| {
        CommandError::could_not_run(&error).hint("the token must be allowed to rotate the key")
    };
    transit.rotate().map_err(failed)?;
    let rotated = rewrapped(house, transit)?;
    transit.end_older_versions().map_err(failed)?;
    Ok((transit.name(), rotated))
}

fn rewrap(house: &House, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let rotated = house
        .vault
        .rotate_tenants((console.now)())
        .map_err(|error| CommandError::could_not_run(&error))?;
    note(Event::KeysRotated, &[Note::new("tenant_keys")], house, console)?;
    writeln!(
        console.out,
        "{} tenants have a new key, {} scopes' keys are wrapped by it",
        rotated.tenants, rotated.scopes
    )?;
    Ok(Exit::Clean)
}

fn backup(
    to: &Path,
    keys_to: Option<&Path>,
    config: &Config,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    if let Location::Server(_) = house.store.location() {
        return Err(CommandError::wrong_use(
            "the database is on a server, which has its own tools",
        )
        .hint(
            "pg_dump --schema=privet copies the data, --schema=privet_keys the keys; keep \
                 them apart",
        ));
    }
    let now = (console.now)();
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    note(Event::BackupMade, &[], house, console)?;
    let copy = |store: &Store, folder: &Path, name: String| {
        fs::create_dir_all(folder).map_err(|error| {
            CommandError::failed(format!("cannot make `{}`: {error}", folder.display()))
        })?;
        let path = folder.join(name);
        store.copy_to(&path).map_err(|error| CommandError::could_not_run(&error))?;
        Ok::<_, CommandError>(path)
    };
    let data = copy(&house.store, to, format!("privet-{stamp}.sqlite"))?;
    writeln!(console.out, "{}", data.display())?;
    match keys_to {
        Some(folder) => {
            let keys = copy(house.keys(), folder, format!("keys-{stamp}.sqlite"))?;
            writeln!(console.out, "{}", keys.display())?;
            let end = now.checked_add(config.key_backups).unwrap_or(Timestamp::MAX);
            writeln!(
                console.err,
                "delete `{}` by {}: an erasure is complete when older copies of the keys are gone",
                keys.display(),
                end.strftime("%Y-%m-%d")
            )?;
        }
        None => writeln!(
            console.err,
            "the keys are not in it: copy them apart with --keys-to; without them nothing opens"
        )?,
    }
    Ok(Exit::Clean)
}

/// Puts a copy where the database was, which is moved aside. The audit log goes on: what it
/// has beyond the copy is carried over.
fn put_back(from: &Path, config: &Config, console: &mut Console<'_>) -> Result<(), CommandError> {
    if config.database.is_some() {
        return Err(CommandError::wrong_use(
            "the database is on a server, which has its own tools",
        ));
    }
    let failed = |error: &dyn std::error::Error| CommandError::could_not_run(error);
    let no_copy =
        |error: StoreError| failed(&error).hint("it must be what `privet vault backup` made");
    // A copy that is none is told before anything is moved.
    let draft = config.data_dir.join("privet.sqlite.restoring");
    let _ = fs::remove_file(&draft);
    privet_store::copy(from, &draft).map_err(no_copy)?;
    let copy = Store::open(&draft, Schema::Main).map_err(no_copy)?;
    let file = config.database_file();
    if file.is_file() {
        match Store::open(&file, Schema::Main) {
            Ok(live) => {
                let carried = privet_audit::carry_over(&live, &copy);
                writeln!(
                    console.err,
                    "{} entries of the audit log carried over",
                    carried.map_err(|error| failed(&error))?
                )?;
                live.close().map_err(|error| failed(&error))?;
            }
            Err(error) => writeln!(
                console.err,
                "the database in use does not open ({error}): the audit log ends with the copy"
            )?,
        }
        let log = file.with_extension("sqlite-wal");
        if log.exists() {
            return Err(CommandError::failed("a gateway has the database open").hint("stop it"));
        }
    }
    copy.close().map_err(|error| failed(&error))?;
    if file.is_file() {
        fs::rename(&file, file.with_extension("sqlite.replaced")).map_err(|e| failed(&e))?;
    }
    fs::rename(&draft, &file).map_err(|error| failed(&error))
}

fn restored(house: &House, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    note(Event::BackupRestored, &[], house, console)?;
    writeln!(
        console.out,
        "restored; {} erasures were carried out again",
        house.vault.erasures_replayed()
    )?;
    writeln!(
        console.err,
        "the database from before lies beside it with `.replaced`: delete it when all is well"
    )?;
    Ok(Exit::Clean)
}

fn verify(house: &House, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let failed = |error: &dyn std::error::Error| CommandError::could_not_run(error);
    let mut faults = house.store.check().map_err(|error| failed(&error))?;
    faults.extend(house.keys().check().map_err(|error| failed(&error))?);
    let verified = house.vault.verify().map_err(|error| failed(&error))?;
    let sound = verified.unreadable == 0 && faults.is_empty();
    let notes: &[Note] = if sound { &[] } else { &[BROKEN] };
    note(Event::VaultVerified, notes, house, console)?;
    for fault in &faults {
        writeln!(console.out, "database: {fault}")?;
    }
    writeln!(console.out, "{} values open, {} do not", verified.values, verified.unreadable)?;
    writeln!(console.out, "{} erasures, the ledger holds", verified.erasures)?;
    Ok(if sound { Exit::Clean } else { Exit::Findings })
}

fn note(
    event: Event,
    notes: &[Note],
    house: &House,
    console: &Console<'_>,
) -> Result<(), CommandError> {
    let mut record = Record::new(event);
    record.principal = Some(console.operator());
    record.notes = notes.to_vec();
    house.note(record, console).map(drop)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / (1 << 20)),
    }
}

const BROKEN: Note = Note::new("broken");
