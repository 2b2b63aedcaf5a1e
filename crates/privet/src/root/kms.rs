//! A root key in the AWS Key Management Service: it wraps and unwraps there, and the key
//! itself never comes here.

use std::fmt;

use data_encoding::BASE64;
use jiff::Timestamp;
use privet_vault::{RootError, RootKeys};
use serde_json::{Value, json};
use ureq::Agent;
use zeroize::Zeroizing;

use super::answer::{Answer, Service};
use super::http;
use super::sigv4::{Credentials, Request, authorization, stamps};
use crate::config::KmsSettings;

/// A key of the service.
#[derive(Clone)]
pub struct Kms {
    agent: Agent,
    endpoint: String,
    region: String,
    key: String,
    credentials: Credentials,
}

impl Kms {
    /// Nothing is asked yet.
    pub(super) fn new(settings: &KmsSettings, credentials: Credentials) -> Result<Self, RootError> {
        let usual = || format!("https://kms.{}.amazonaws.com", settings.region);
        Ok(Self {
            agent: http::agent(None)?,
            endpoint: settings.endpoint.clone().unwrap_or_else(usual),
            region: settings.region.clone(),
            key: settings.key.clone(),
            credentials,
        })
    }

    /// Another key of the same service.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    fn ask(&self, action: &str, body: &Value) -> Result<Answer, RootError> {
        let now = Timestamp::now();
        let body = Zeroizing::new(body.to_string());
        let target = format!("TrentService.{action}");
        let (_, time) = stamps(now);
        let host = self.endpoint.split_once("://").map_or("", |(_, host)| host);
        let token = self.credentials.session_token.as_ref();
        let mut headers = vec![
            ("content-type", "application/x-amz-json-1.1"),
            ("host", host),
            ("x-amz-date", &time),
        ];
        headers.extend(token.map(|token| ("x-amz-security-token", token.expose().as_str())));
        headers.push(("x-amz-target", &target));
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            region: &self.region,
            service: "kms",
            body: body.as_bytes(),
        };
        let signed = authorization(&self.credentials, &request, &headers, now);
        let mut asked = self.agent.post(format!("{}/", self.endpoint));
        for (name, value) in headers {
            asked = asked.header(name, value);
        }
        http::read(Service::Kms, asked.header("authorization", signed).send(body.as_str()))
    }
}

impl RootKeys for Kms {
    fn name(&self) -> String {
        format!("aws_kms:{}", self.key)
    }

    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError> {
        let body = json!({
            "KeyId": self.key,
            "Plaintext": BASE64.encode(key),
            "EncryptionContext": { "privet": BASE64.encode(context) },
        });
        self.ask("Encrypt", &body)?.wrapped()
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let body = json!({
            "KeyId": self.key,
            "CiphertextBlob": BASE64.encode(wrapped),
            "EncryptionContext": { "privet": BASE64.encode(context) },
        });
        self.ask("Decrypt", &body)?.key()
    }
}

impl fmt::Debug for Kms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kms").field("endpoint", &self.endpoint).field("key", &self.key).finish()
    }
}
