//! [`House`]: the open database and vault that a configuration names.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use privet_store::Store;
use privet_vault::{OsRandom, RootKey, RootKeyError, Vault};

use crate::config::Config;
use crate::console::CommandError;

/// Database and vault, open.
#[derive(Clone, Debug)]
pub struct House {
    /// The database.
    pub store: Store,
    /// The vault in it.
    pub vault: Vault,
    /// The key file, if it was made just now: say that it needs a backup.
    pub key_made: Option<PathBuf>,
}

impl House {
    /// Opens what `config` names. At the first start it makes the folder, the
    /// root key and the database, in this order; later a missing key is an error.
    pub fn open(config: &Config) -> Result<Self, CommandError> {
        make_private_directory(&config.data_dir)?;
        let (root, key_made) = root_key(config)?;
        let store = open_store(&config.database())?;
        let vault = Vault::open(store.clone(), root, Arc::new(OsRandom)).map_err(|error| {
            let hint = format!(
                "the vault is `{}`, the key `{}`",
                config.database().display(),
                config.key_file.display()
            );
            CommandError::could_not_run(&error).hint(hint)
        })?;
        Ok(Self { store, vault, key_made })
    }

    /// What to say when the key file was made just now.
    pub fn backup_notice(&self) -> Option<String> {
        let path = self.key_made.as_ref()?;
        Some(format!(
            "made the root key `{}`: back it up, apart from the data; without it nothing masked \
             can be restored",
            path.display()
        ))
    }
}

/// Opens the database alone, for what needs no key. It must be there.
pub fn open_existing_store(config: &Config) -> Result<Store, CommandError> {
    let path = config.database();
    if !path.is_file() {
        let text = format!("there is no database `{}`", path.display());
        return Err(
            CommandError::failed(text).hint("make a key first: privet key create --name NAME")
        );
    }
    open_store(&path)
}

fn open_store(path: &Path) -> Result<Store, CommandError> {
    Store::open(path).map_err(|error| CommandError::could_not_run(&error))
}

fn root_key(config: &Config) -> Result<(RootKey, Option<PathBuf>), CommandError> {
    let path = &config.key_file;
    let failed = |error: RootKeyError| CommandError::could_not_run(&error);
    match RootKey::load(path) {
        Ok(root) => Ok((root, None)),
        Err(error @ RootKeyError::Missing(_)) if config.database().exists() => {
            Err(failed(error).hint("the vault is there: put its key back from your backup"))
        }
        Err(RootKeyError::Missing(_)) => {
            let root = RootKey::load_or_create(path, &OsRandom).map_err(failed)?;
            Ok((root, Some(path.clone())))
        }
        Err(error) => Err(failed(error)),
    }
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
