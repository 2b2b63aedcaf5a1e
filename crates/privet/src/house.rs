//! [`House`]: the open databases and vault that a configuration names.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use privet_audit::{AuditError, Event, Position, Record};
use privet_store::{Location, PostgresOptions, Schema, Store, StoreOptions};
use privet_vault::{OsRandom, Stores, Vault};

use crate::config::{self, Config, Environment};
use crate::console::{CommandError, Console};
use crate::root::Root;

/// Databases and vault, open.
#[derive(Clone, Debug)]
pub struct House {
    /// The database.
    pub store: Store,
    /// The vault in it.
    pub vault: Vault,
    /// The root key.
    pub root: Root,
    /// The key file, if it was made just now: say that it needs a backup.
    pub key_made: Option<PathBuf>,
}

impl House {
    /// Opens what `config` names. At the first start it makes the folders, the
    /// root key and the databases, in this order; later a missing key is an error.
    pub fn open(
        config: &Config,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Self, CommandError> {
        if config.database.is_none() {
            make_private_directory(&config.data_dir)?;
            make_private_directory(&config.keys_dir)?;
        }
        let (root, key_made) = Root::open(config, environment)?;
        let stores = Stores {
            main: open_store(config, Schema::Main, environment)?,
            keys: open_store(config, Schema::Keys, environment)?,
        };
        let store = stores.main.clone();
        let vault = Vault::open(stores, root.keys(), Arc::new(OsRandom), now).map_err(|error| {
            let hint = format!(
                "the vault is `{}`, the key `{}`",
                database_name(&store),
                Root::place(config)
            );
            CommandError::could_not_run(&error).hint(hint)
        })?;
        Ok(Self { store, vault, root, key_made })
    }

    /// The same for a command: says what its user should know.
    pub fn open_aloud(config: &Config, console: &mut Console<'_>) -> Result<Self, CommandError> {
        let house = Self::open(config, console.environment, (console.now)())?;
        if let Some(notice) = house.backup_notice() {
            writeln!(console.err, "{notice}")?;
        }
        house.say_replayed(console)?;
        Ok(house)
    }

    /// The same, for a command that makes no sense before there is a vault, and makes none.
    pub fn open_existing(config: &Config, console: &mut Console<'_>) -> Result<Self, CommandError> {
        refuse_missing(config)?;
        Self::open_aloud(config, console)
    }

    /// The database of keys.
    pub fn keys(&self) -> &Store {
        self.vault.key_store()
    }

    /// The database of keys as people know it.
    pub fn keys_name(&self) -> String {
        match self.keys().location() {
            Location::File(_) => database_name(self.keys()),
            Location::Server(name) => format!("{name}, schema privet_keys"),
        }
    }

    /// Says that erasures were carried out again when the house was opened, and notes it.
    fn say_replayed(&self, console: &mut Console<'_>) -> Result<(), CommandError> {
        let replayed = self.vault.erasures_replayed();
        if replayed == 0 {
            return Ok(());
        }
        let mut record = Record::new(Event::ErasuresReplayed);
        record.principal = Some(console.operator());
        self.note(record, console)?;
        writeln!(
            console.err,
            "{replayed} erasures of the ledger were carried out: a backup had undone them, or \
             they were partial"
        )?;
        Ok(())
    }

    /// Appends an entry to the audit log; when this returns, it is on the disk.
    pub fn note(&self, record: Record, console: &Console<'_>) -> Result<Position, CommandError> {
        let now = (console.now)();
        let written = self
            .store
            .write(move |tx| -> Result<_, AuditError> { privet_audit::append(tx, &record, now) });
        written.wait().map_err(|error| CommandError::could_not_run(&error))
    }

    /// Closes both databases; what was written is on the disk.
    pub fn close(&self) -> Result<(), CommandError> {
        let closed = self.store.close().and_then(|()| self.keys().close());
        closed.map_err(|error| CommandError::could_not_run(&error))
    }

    /// What to say when the key file was made just now.
    fn backup_notice(&self) -> Option<String> {
        let path = self.key_made.as_ref()?;
        Some(format!(
            "made the root key `{}`: back it up, apart from the data; without it nothing masked \
             can be restored",
            path.display()
        ))
    }
}

/// The database as people know it.
pub fn database_name(store: &Store) -> String {
    match store.location() {
        Location::File(path) => path.display().to_string(),
        Location::Server(name) => name.clone(),
    }
}

/// Opens the database alone, for what needs no key. A file must be there.
pub fn open_existing_store(
    config: &Config,
    environment: &Environment,
) -> Result<Store, CommandError> {
    refuse_missing(config)?;
    open_store(config, Schema::Main, environment)
}

fn refuse_missing(config: &Config) -> Result<(), CommandError> {
    let path = config.database_file();
    if config.database.is_some() || path.is_file() {
        return Ok(());
    }
    let text = format!("there is no database `{}`", path.display());
    Err(CommandError::failed(text).hint("make a key first: privet key create --name NAME"))
}

fn open_store(
    config: &Config,
    schema: Schema,
    environment: &Environment,
) -> Result<Store, CommandError> {
    let opened = match &config.database {
        Some(server) => {
            Store::connect(&server_options(server, environment)?, schema, &StoreOptions::default())
        }
        None => {
            let path = match schema {
                Schema::Main => config.database_file(),
                Schema::Keys => config.keys_file(),
            };
            Store::open(&path, schema)
        }
    };
    opened.map_err(|error| CommandError::could_not_run(&error))
}

fn server_options(
    server: &config::Database,
    environment: &Environment,
) -> Result<PostgresOptions, CommandError> {
    let url = config::read_secret(&server.url, environment).map_err(|error| {
        CommandError::could_not_run(&error).hint("it is named by `database.url`")
    })?;
    let ca = match &server.ca_file {
        Some(path) => Some(fs::read(path).map_err(|error| {
            CommandError::failed(format!("cannot read `{}`: {error}", path.display()))
        })?),
        None => None,
    };
    Ok(PostgresOptions { url: url.expose().clone().into(), ca })
}

fn make_private_directory(path: &Path) -> Result<(), CommandError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| {
        CommandError::failed(format!("cannot make the folder `{}`: {error}", path.display()))
    })
}
