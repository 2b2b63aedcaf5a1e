//! [`Upstream`]: the connection to Claude. It takes only what is masked and recorded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::ledger::Cleared;
use crate::settings::{Credential, UpstreamSettings};
use crate::who::text;

/// Why no answer came. Quotes nothing of the request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The settings for TLS cannot be used.
    #[error("upstream TLS settings: {0}")]
    Tls(String),
    /// The address cannot be built.
    #[error("upstream address is invalid")]
    Address,
    /// No connection, or it broke before an answer came.
    #[error("the upstream cannot be reached")]
    Unreachable,
    /// No response headers in time.
    #[error("the upstream did not answer in time")]
    Timeout,
}

enum Connections {
    Direct(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
    Proxied(Client<HttpsConnector<Tunnel<HttpConnector>>, Full<Bytes>>),
}

/// Sends cleared requests to Claude.
///
/// It cannot be given raw text, and what is merely masked but not on record neither:
///
/// ```compile_fail
/// # async fn leak(upstream: &privet_gateway::Upstream) {
/// let raw = privet_text::Raw::new(b"Jane Doe".to_vec());
/// upstream.send(raw).await; // expects a cleared request
/// # }
/// ```
pub struct Upstream {
    connections: Connections,
    base: Uri,
    credential: Credential,
    header_timeout: Duration,
    tap: Option<tokio::sync::mpsc::UnboundedSender<Vec<u8>>>,
}

impl Upstream {
    /// A client by `settings`.
    ///
    /// # Errors
    /// If certificates or addresses cannot be used.
    pub(crate) fn new(settings: UpstreamSettings) -> Result<Self, UpstreamError> {
        let tls = tls_config(settings.ca.as_deref())?;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(settings.connect_timeout));
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(60));
        let connections = match settings.proxy {
            None => Connections::Direct(client.build(https.wrap_connector(http))),
            Some(proxy) => {
                let tunnel = Tunnel::new(proxy, http);
                Connections::Proxied(client.build(https.wrap_connector(tunnel)))
            }
        };
        Ok(Self {
            connections,
            base: settings.url,
            credential: settings.credential,
            header_timeout: settings.header_timeout,
            tap: settings.tap,
        })
    }

    /// Sends a request once. Redirects are not followed; nothing is retried after the
    /// request was written.
    pub(crate) async fn send(&self, cleared: Cleared) -> Result<Response<Incoming>, UpstreamError> {
        let (target, body) = cleared.into_parts();
        let uri = self.address(&target.path, target.query.as_deref())?;
        if let Some(tap) = &self.tap {
            // Nobody may be looking any more.
            let _ = tap.send(body.get().clone());
        }
        let has_body = target.method != Method::GET;
        let mut request = Request::builder()
            .method(target.method)
            .uri(uri)
            .body(Full::new(Bytes::from(body.into_inner())))
            .map_err(|_| UpstreamError::Address)?;
        let headers = request.headers_mut();
        *headers = target.headers;
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.put_credential(headers, &target.caller);
        let sending = async {
            match &self.connections {
                Connections::Direct(client) => client.request(request).await,
                Connections::Proxied(client) => client.request(request).await,
            }
        };
        tokio::time::timeout(self.header_timeout, sending)
            .await
            .map_err(|_| UpstreamError::Timeout)?
            .map_err(|_| UpstreamError::Unreachable)
    }

    fn address(&self, path: &str, query: Option<&str>) -> Result<Uri, UpstreamError> {
        let prefix = self.base.path().trim_end_matches('/');
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Uri::builder()
            .scheme(self.base.scheme_str().unwrap_or("https"))
            .authority(self.base.authority().ok_or(UpstreamError::Address)?.as_str())
            .path_and_query(format!("{prefix}{path}{query}"))
            .build()
            .map_err(|_| UpstreamError::Address)
    }

    fn put_credential(&self, headers: &mut HeaderMap, caller: &HeaderMap) {
        match &self.credential {
            Credential::PassThrough => {
                for name in [header::AUTHORIZATION, header::HeaderName::from_static("x-api-key")] {
                    let foreign = caller.get(&name).filter(|value| {
                        !value.as_bytes().windows(7).any(|window| window == b"privet_")
                    });
                    if let Some(value) = foreign {
                        headers.insert(name, value.clone());
                    }
                }
            }
            Credential::Own(key) => {
                // The API of 2023 takes keys as `x-api-key`; later versions as bearer.
                let old = text(caller, "anthropic-version").is_none_or(|v| v.starts_with("2023"));
                let (name, value) = if old {
                    (header::HeaderName::from_static("x-api-key"), key.expose().clone())
                } else {
                    (header::AUTHORIZATION, format!("Bearer {}", key.expose()))
                };
                if let Ok(mut value) = HeaderValue::from_str(&value) {
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
            }
        }
    }
}

fn tls_config(ca: Option<&[u8]>) -> Result<rustls::ClientConfig, UpstreamError> {
    let failed = |error: &dyn std::fmt::Display| UpstreamError::Tls(error.to_string());
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(pem) = ca {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| failed(&e))?;
            roots.add(certificate).map_err(|e| failed(&e))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
