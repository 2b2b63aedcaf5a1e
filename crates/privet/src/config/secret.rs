//! Getting at what references name, when it is needed.

use std::fs;
use std::path::Path;

use privet_text::Raw;
use zeroize::Zeroizing;

use super::{Environment, ProxyRef, SecretRef};

/// Why a key could not be had. Never carries the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The variable is not set, or empty.
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
    /// The file could not be read.
    #[error("cannot read the key file `{path}`")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("the key file `{0}` can be read by others: chmod 600 it")]
    TooOpen(String),
    /// It is empty, has several lines, or holds what no header can carry.
    #[error("`{0}` does not hold a key: one line of visible ASCII characters")]
    Malformed(SecretRef),
    /// The variable does not hold a proxy's URL.
    #[error("the environment variable `{0}` does not hold a proxy's URL")]
    NoProxy(String),
}

/// Reads the key that `reference` names.
pub fn read_secret(
    reference: &SecretRef,
    environment: &Environment,
) -> Result<Raw<String>, SecretError> {
    let text = match reference {
        SecretRef::Env(name) => {
            let value = environment.get(name).ok_or_else(|| SecretError::NotSet(name.clone()))?;
            Zeroizing::new(value.to_owned())
        }
        SecretRef::File(path) => read_file(path)?,
    };
    let key = text.trim_end_matches(['\r', '\n']);
    match !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Raw::new(key.to_owned())),
        false => Err(SecretError::Malformed(reference.clone())),
    }
}

/// The proxy's URL, which may hold credentials.
pub fn read_proxy(
    reference: &ProxyRef,
    environment: &Environment,
) -> Result<Raw<String>, SecretError> {
    let url = match reference {
        ProxyRef::Url(url) => url.as_str(),
        ProxyRef::Env(name) => {
            environment.get(name).ok_or_else(|| SecretError::NotSet(name.clone()))?
        }
    };
    let proxy = url.parse::<http::Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
    });
    match proxy {
        Some(_) => Ok(Raw::new(url.to_owned())),
        None => Err(SecretError::NoProxy(reference.to_string())),
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let name = || path.display().to_string();
    let failed = |source| SecretError::Unreadable { path: name(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Mounted secrets are often readable by a group; others have no business here.
        if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o007 != 0 {
            return Err(SecretError::TooOpen(name()));
        }
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
}
