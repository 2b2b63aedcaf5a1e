//! Asking a key service over HTTP: short waits, bounded answers, no redirects, no proxy.

use std::path::Path;
use std::time::Duration;

use privet_vault::RootError;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use super::answer::{Answer, Service};

/// A client that trusts the certificate in `ca_file`, or the public authorities.
pub(super) fn agent(ca_file: Option<&Path>) -> Result<Agent, RootError> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = ca_file {
        let unusable = |error: &dyn std::fmt::Display| {
            RootError::Unreachable(format!("`{}` cannot be used: {error}", path.display()))
        };
        let pem = std::fs::read(path).map_err(|error| unusable(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
        tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
    }
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None);
    Ok(config.build().new_agent())
}

/// What a service has answered.
pub(super) fn read(
    service: Service,
    answer: Result<http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, RootError> {
    let unreachable = |error: ureq::Error| RootError::Unreachable(error.to_string());
    let mut answer = answer.map_err(unreachable)?;
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let text = Zeroizing::new(body.read_to_string().map_err(unreachable)?);
    service.read(answer.status().as_u16(), &text)
}

const TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
