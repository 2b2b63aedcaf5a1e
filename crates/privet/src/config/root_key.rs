//! Where the root key is, if not in `key_file`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::UpstreamUrl;
use super::at::At;
use super::paths::Paths;
use super::problem::Problems;
use super::text::SecretRef;

/// A root key elsewhere than in a file.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RootKeyFile {
    /// In the environment variable of this name.
    Env(String),
    /// In the Transit engine of OpenBao or Vault.
    Transit(TransitFile),
    /// In the AWS Key Management Service.
    AwsKms(KmsFile),
    /// In a hardware security module, or whatever else speaks PKCS#11.
    Pkcs11(Pkcs11File),
}

/// A symmetric key of the AWS Key Management Service. Its credentials need `kms:Encrypt` and
/// `kms:Decrypt`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KmsFile {
    /// The key's id, ARN or alias.
    pub key: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// Default: `env:AWS_ACCESS_KEY_ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<At<SecretRef>>,
    /// Default: `env:AWS_SECRET_ACCESS_KEY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<At<SecretRef>>,
    /// For temporary credentials: where the session token is to be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<At<SecretRef>>,
    /// Another address than the region's own, such as a private endpoint. `http://` only on
    /// loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<UpstreamUrl>,
}

/// A key of the Transit engine of OpenBao or Vault, of a type with authenticated encryption,
/// such as `aes256-gcm96`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitFile {
    /// The server's address. `http://` only on loopback.
    pub url: UpstreamUrl,
    /// The key's name.
    pub key: String,
    /// Where the engine is mounted. Default: `transit`.
    #[serde(default = "transit")]
    pub mount: String,
    /// The token that may encrypt and decrypt with the key, and for `privet vault rotate` also
    /// rotate and configure it: `env:NAME` or `file:/path`.
    pub token: At<SecretRef>,
    /// Certificates to trust instead of the public ones, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<At<PathBuf>>,
}

fn transit() -> String {
    String::from("transit")
}

/// An AES key of a PKCS#11 token, which wraps by AES-GCM. Privet must have been built with
/// `--features pkcs11`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pkcs11File {
    /// The library that comes with the module, such as `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: At<PathBuf>,
    /// The label of the module's token, which holds the key.
    pub token: String,
    /// The key's label.
    pub key: String,
    /// Where the user's PIN is to be had: `env:NAME` or `file:/path`.
    pub pin: At<SecretRef>,
}

/// Where the root key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootPlace {
    /// In `key_file`.
    File,
    /// In the environment variable of this name.
    Variable(String),
    /// In a Transit engine.
    Transit(TransitSettings),
    /// In the AWS Key Management Service.
    Kms(KmsSettings),
    /// In a token of PKCS#11.
    Pkcs11(Pkcs11Settings),
}

impl RootPlace {
    /// What is written as what is run.
    pub(super) fn resolve(
        written: Option<RootKeyFile>,
        paths: &Paths<'_>,
        problems: &mut Problems,
    ) -> Self {
        match written {
            None => Self::File,
            Some(RootKeyFile::Env(name)) => Self::Variable(name),
            Some(RootKeyFile::AwsKms(kms)) => {
                let or_variable = |reference: Option<At<SecretRef>>, name: &str| match reference {
                    Some(reference) => paths.reference(reference.value),
                    None => SecretRef::Env(name.to_owned()),
                };
                Self::Kms(KmsSettings {
                    key: kms.key,
                    region: kms.region,
                    access_key_id: or_variable(kms.access_key_id, "AWS_ACCESS_KEY_ID"),
                    secret_access_key: or_variable(kms.secret_access_key, "AWS_SECRET_ACCESS_KEY"),
                    session_token: kms.session_token.map(|token| paths.reference(token.value)),
                    endpoint: kms.endpoint.map(|url| url.as_str().to_owned()),
                })
            }
            Some(RootKeyFile::Pkcs11(pkcs11)) => {
                if !cfg!(feature = "pkcs11") {
                    let text = "root_key.pkcs11: this build of Privet does not speak PKCS#11: make \
                                one with `cargo build --release --features pkcs11`";
                    problems.refuse(pkcs11.module.place, text);
                }
                Self::Pkcs11(Pkcs11Settings {
                    module: paths.existing("root_key.pkcs11.module", &pkcs11.module, problems),
                    token: pkcs11.token,
                    key: pkcs11.key,
                    pin: paths.reference(pkcs11.pin.value),
                })
            }
            Some(RootKeyFile::Transit(transit)) => Self::Transit(TransitSettings {
                url: transit.url.as_str().to_owned(),
                mount: transit.mount,
                key: transit.key,
                token: paths.reference(transit.token.value),
                ca_file: transit
                    .ca_file
                    .map(|path| paths.existing("root_key.transit.ca_file", &path, problems)),
            }),
        }
    }

    /// The environment variable without which it does not open, and the field that names it.
    pub(super) fn variable(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Variable(name) => Some(("root_key.env", name)),
            Self::Pkcs11(settings) => Some(("root_key.pkcs11.pin", settings.pin.variable()?)),
            _ => None,
        }
    }
}

/// A key of the AWS Key Management Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsSettings {
    /// The key's id, ARN or alias.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Where the id of the access key is to be had.
    pub access_key_id: SecretRef,
    /// Where the access key is to be had.
    pub secret_access_key: SecretRef,
    /// Where the session token is to be had, for temporary credentials.
    pub session_token: Option<SecretRef>,
    /// Another address than the region's own.
    pub endpoint: Option<String>,
}

/// A key of a Transit engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitSettings {
    /// The server, without a slash at its end.
    pub url: String,
    /// Where the engine is mounted.
    pub mount: String,
    /// The key's name.
    pub key: String,
    /// Where the token is to be had.
    pub token: SecretRef,
    /// Certificates to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// A key of a PKCS#11 token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkcs11Settings {
    /// The module's library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
    /// Where the PIN is to be had.
    pub pin: SecretRef,
}
