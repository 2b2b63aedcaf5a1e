//! A root key in the Transit engine of OpenBao or Vault: it wraps and unwraps there, and the
//! key itself never comes here.

use std::fmt;

use data_encoding::BASE64;
use privet_text::Raw;
use privet_vault::{RootError, RootKeys};
use serde_json::{Value, json};
use ureq::Agent;
use zeroize::Zeroizing;

use super::answer::{Answer, Service};
use super::http;
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
        let agent = http::agent(settings.ca_file.as_deref())?;
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
        let latest = self.get(&format!("keys/{}", self.key))?.latest_version()?;
        let config = json!({ "min_decryption_version": latest });
        self.post(&format!("keys/{}/config", self.key), &config).map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Answer, RootError> {
        let request = self.agent.post(format!("{}/{path}", self.mount));
        let body = Zeroizing::new(body.to_string());
        let sent = request
            .header("x-vault-token", self.token.expose())
            .header("content-type", "application/json")
            .send(body.as_str());
        http::read(Service::Transit, sent)
    }

    fn get(&self, path: &str) -> Result<Answer, RootError> {
        let request = self.agent.get(format!("{}/{path}", self.mount));
        let sent = request.header("x-vault-token", self.token.expose()).call();
        http::read(Service::Transit, sent)
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
        self.post(&format!("encrypt/{}", self.key), &body)?.wrapped()
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let wrapped = std::str::from_utf8(wrapped)
            .map_err(|_| RootError::Refused(String::from("another kind of root key wrapped it")))?;
        let body = json!({
            "ciphertext": wrapped,
            "associated_data": BASE64.encode(context),
        });
        self.post(&format!("decrypt/{}", self.key), &body)?.key()
    }
}

impl fmt::Debug for Transit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transit").field("mount", &self.mount).field("key", &self.key).finish()
    }
}
