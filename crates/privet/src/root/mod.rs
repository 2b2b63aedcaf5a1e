//! [`Root`]: where the root key is, as the configuration says.

mod answer;
mod http;
mod kms;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod sigv4;
mod transit;

use std::path::PathBuf;
use std::sync::Arc;

use privet_vault::{KeyFile, OsRandom, RootKey, RootKeyError, RootKeys};

use crate::config::{self, Config, Environment, RootPlace, SecretRef};
use crate::console::CommandError;

pub use answer::{Answer, Service};
pub use kms::Kms;
#[cfg(feature = "pkcs11")]
pub use pkcs11::Pkcs11;
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
    /// In the AWS Key Management Service, which never gives it away.
    Kms(Arc<Kms>),
    /// In a token of PKCS#11, which never gives it away.
    #[cfg(feature = "pkcs11")]
    Pkcs11(Arc<Pkcs11>),
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
            RootPlace::Kms(settings) => {
                let read = |reference: &SecretRef| {
                    config::read_secret(reference, environment).map_err(|error| {
                        CommandError::could_not_run(&error)
                            .hint("it is one of the credentials of `root_key.aws_kms`")
                    })
                };
                let credentials = sigv4::Credentials {
                    access_key_id: read(&settings.access_key_id)?.expose().clone(),
                    secret_access_key: read(&settings.secret_access_key)?,
                    session_token: settings.session_token.as_ref().map(read).transpose()?,
                };
                let kms = Kms::new(settings, credentials)
                    .map_err(|error| CommandError::could_not_run(&error))?;
                Ok((Self::Kms(Arc::new(kms)), None))
            }
            #[cfg(feature = "pkcs11")]
            RootPlace::Pkcs11(settings) => {
                let pin = config::read_secret(&settings.pin, environment).map_err(|error| {
                    CommandError::could_not_run(&error).hint("it is `root_key.pkcs11.pin`")
                })?;
                let pkcs11 = Pkcs11::new(settings, pin)
                    .map_err(|error| CommandError::could_not_run(&error))?;
                Ok((Self::Pkcs11(Arc::new(pkcs11)), None))
            }
            #[cfg(not(feature = "pkcs11"))]
            RootPlace::Pkcs11(_) => {
                Err(CommandError::failed("this build of Privet does not speak PKCS#11")
                    .hint("build it with `cargo build --release --features pkcs11`"))
            }
        }
    }

    /// What wraps and unwraps.
    pub fn keys(&self) -> Arc<dyn RootKeys> {
        match self {
            Self::File(file) => Arc::clone(file) as _,
            Self::Variable(key) => Arc::clone(key) as _,
            Self::Transit(transit) => Arc::clone(transit) as _,
            Self::Kms(kms) => Arc::clone(kms) as _,
            #[cfg(feature = "pkcs11")]
            Self::Pkcs11(pkcs11) => Arc::clone(pkcs11) as _,
        }
    }

    /// Another key of the same service, where a key is not replaced in its place.
    pub fn with_key(&self, key: &str) -> Option<Box<dyn RootKeys>> {
        match self {
            Self::Kms(kms) => Some(Box::new(kms.with_key(key))),
            #[cfg(feature = "pkcs11")]
            Self::Pkcs11(pkcs11) => Some(Box::new(pkcs11.with_key(key))),
            Self::File(_) | Self::Variable(_) | Self::Transit(_) => None,
        }
    }

    /// Where people find it.
    pub fn place(config: &Config) -> String {
        match &config.root_key {
            RootPlace::File => config.key_file.display().to_string(),
            RootPlace::Variable(name) => format!("env:{name}"),
            RootPlace::Transit(settings) => format!("{} at {}", settings.key, settings.url),
            RootPlace::Kms(settings) => format!("{} in {}", settings.key, settings.region),
            RootPlace::Pkcs11(settings) => format!("{} in {}", settings.key, settings.token),
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
