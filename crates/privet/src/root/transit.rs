//! A root key in the Transit engine of OpenBao or Vault: it wraps and unwraps there, and the
//! key itself never comes here.

use std::fmt;
use std::time::Duration;

use data_encoding::BASE64;
use privet_text::Raw;
use privet_vault::{RootError, RootKeys};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use crate::config::TransitSettings;

/// A key of the Transit engine.
pub struct Transit {
    agent: Agent,
    /// `https://host:port/v1/transit`.
    mount: String,
    key: String,
    token: Raw<String>,
}

impl Transit {
    /// Nothing is asked yet.
    pub fn new(settings: &TransitSettings, token: Raw<String>) -> Result<Self, RootError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &settings.ca_file {
            let unusable = |error: &dyn fmt::Display| {
                RootError::Unreachable(format!("`{}` cannot be used: {error}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| unusable(&error))?;
            let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
            tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
        }
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build()
            .new_agent();
        Ok(Self {
            agent,
            mount: format!("{}/v1/{}", settings.url, settings.mount),
            key: settings.key.clone(),
            token,
        })
    }

    /// Has the engine make a new version of the key, with which it wraps from now on.
    pub fn rotate(&self) -> Result<(), RootError> {
        self.post(&format!("keys/{}/rotate", self.key), &json!({})).map(drop)
    }

    /// Has the engine unwrap nothing any more that an older version wrapped.
    pub fn end_older_versions(&self) -> Result<(), RootError> {
        let key = self.get(&format!("keys/{}", self.key))?;
        let latest = key["data"]["latest_version"].as_u64().ok_or_else(no_answer)?;
        let config = json!({ "min_decryption_version": latest });
        self.post(&format!("keys/{}/config", self.key), &config).map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, RootError> {
        let request = self.agent.post(format!("{}/{path}", self.mount));
        let body = Zeroizing::new(body.to_string());
        let sent = request
            .header("x-vault-token", self.token.expose())
            .header("content-type", "application/json")
            .send(body.as_str());
        read(sent)
    }

    fn get(&self, path: &str) -> Result<Value, RootError> {
        let request = self.agent.get(format!("{}/{path}", self.mount));
        read(request.header("x-vault-token", self.token.expose()).call())
    }
}

impl RootKeys for Transit {
    fn name(&self) -> String {
        format!("transit:{}", self.key)
    }

    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError> {
        let body = json!({
            "plaintext": BASE64.encode(key),
            "associated_data": BASE64.encode(context),
        });
        let answer = self.post(&format!("encrypt/{}", self.key), &body)?;
        let wrapped = answer["data"]["ciphertext"].as_str().ok_or_else(no_answer)?;
        Ok(wrapped.as_bytes().to_vec())
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let wrapped = std::str::from_utf8(wrapped)
            .map_err(|_| RootError::Refused(String::from("another kind of root key wrapped it")))?;
        let body = json!({
            "ciphertext": wrapped,
            "associated_data": BASE64.encode(context),
        });
        let answer = self.post(&format!("decrypt/{}", self.key), &body)?;
        let key = answer["data"]["plaintext"].as_str().ok_or_else(no_answer)?;
        let key = Zeroizing::new(BASE64.decode(key.as_bytes()).map_err(|_| no_answer())?);
        key.as_slice().try_into().map(Zeroizing::new).map_err(|_| no_answer())
    }
}

impl fmt::Debug for Transit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transit").field("mount", &self.mount).field("key", &self.key).finish()
    }
}

/// What the engine said. Its own words name keys and policies, never what was wrapped.
fn read(answer: Result<http::Response<ureq::Body>, ureq::Error>) -> Result<Value, RootError> {
    let mut answer = answer.map_err(|error| RootError::Unreachable(error.to_string()))?;
    let status = answer.status().as_u16();
    let text = Zeroizing::new(
        answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_string()
            .map_err(|error| RootError::Unreachable(error.to_string()))?,
    );
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let said = body["errors"][0].as_str().unwrap_or("no reason given");
    match status {
        200..300 => Ok(body),
        400 | 403 | 404 => Err(RootError::Refused(format!("{status}: {said}"))),
        _ => Err(RootError::Unreachable(format!("{status}: {said}"))),
    }
}

fn no_answer() -> RootError {
    RootError::Unreachable(String::from("its answer is not that of a Transit engine"))
}

const TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
