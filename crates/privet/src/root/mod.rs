//! [`Root`]: where the root key is, as the configuration says.

mod transit;

use std::path::PathBuf;
use std::sync::Arc;

use privet_vault::{KeyFile, OsRandom, RootKey, RootKeyError, RootKeys};

use crate::config::{self, Config, Environment, RootPlace, SecretRef};
use crate::console::CommandError;

pub use transit::Transit;

/// The root key.
#[derive(Clone, Debug)]
pub enum Root {
    /// In a file.
    File(Arc<KeyFile>),
    /// In an environment variable.
    Variable(Arc<RootKey>),
    /// In OpenBao or Vault, which never gives it away.
    Transit(Arc<Transit>),
}

impl Root {
    /// The key that `config` names, and its file if it was made just now. A file is only made
    /// when there is no vault yet.
    pub fn open(
        config: &Config,
        environment: &Environment,
    ) -> Result<(Self, Option<PathBuf>), CommandError> {
        match &config.root_key {
            RootPlace::File => file(config).map(|(file, made)| (Self::File(Arc::new(file)), made)),
            RootPlace::Variable(name) => {
                let key = from_variable(name, environment)?;
                Ok((Self::Variable(Arc::new(key)), None))
            }
            RootPlace::Transit(settings) => {
                let token = config::read_secret(&settings.token, environment).map_err(|error| {
                    CommandError::could_not_run(&error).hint("it is `root_key.transit.token`")
                })?;
                let transit = Transit::new(settings, token)
                    .map_err(|error| CommandError::could_not_run(&error))?;
                Ok((Self::Transit(Arc::new(transit)), None))
            }
        }
    }

    /// What wraps and unwraps.
    pub fn keys(&self) -> Arc<dyn RootKeys> {
        match self {
            Self::File(file) => Arc::clone(file) as _,
            Self::Variable(key) => Arc::clone(key) as _,
            Self::Transit(transit) => Arc::clone(transit) as _,
        }
    }

    /// Where people find it.
    pub fn place(config: &Config) -> String {
        match &config.root_key {
            RootPlace::File => config.key_file.display().to_string(),
            RootPlace::Variable(name) => format!("env:{name}"),
            RootPlace::Transit(settings) => format!("{} at {}", settings.key, settings.url),
        }
    }
}

/// The root key in an environment variable: 64 hexadecimal digits.
pub fn from_variable(name: &str, environment: &Environment) -> Result<RootKey, CommandError> {
    let reference = SecretRef::Env(name.to_owned());
    let text = config::read_secret(&reference, environment)
        .map_err(|error| CommandError::could_not_run(&error))?;
    RootKey::from_text(text.expose()).ok_or_else(|| {
        CommandError::failed(format!("`{name}` must hold 64 hexadecimal digits and nothing else"))
            .hint("openssl rand -hex 32 makes them")
    })
}

fn file(config: &Config) -> Result<(KeyFile, Option<PathBuf>), CommandError> {
    let path = &config.key_file;
    let failed = |error: RootKeyError| CommandError::could_not_run(&error);
    match KeyFile::load(path) {
        Ok(root) => Ok((root, None)),
        Err(error @ RootKeyError::Missing(_)) if config.keys_file().exists() => {
            Err(failed(error).hint("the vault is there: put its key back from your backup"))
        }
        Err(RootKeyError::Missing(_)) => {
            let root = KeyFile::load_or_create(path, &OsRandom).map_err(failed)?;
            Ok((root, Some(path.clone())))
        }
        Err(error) => Err(failed(error)),
    }
}
