//! What the gateway runs with: everything parsed, loaded and bounded.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use privet_mask::{Destination, HostList};
use privet_text::Raw;
use privet_vault::SecretMode;
use privet_wire::answer::ToolRules;

use crate::exceptions::ScopedException;
use crate::masker::MaskPolicy;

/// The settings of a gateway.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate and key; without them only loopback addresses are served.
    pub tls: Option<TlsFiles>,
    /// Names that the `Host` header may hold, besides loopback names.
    pub hosts: Vec<String>,
    /// Values that an `Origin` header may hold. Browsers are refused otherwise.
    pub origins: Vec<String>,
    /// What may leave, and how.
    pub policy: MaskPolicy,
    /// Values that may leave all the same.
    pub exceptions: Vec<ScopedException>,
    /// What happens to secrets.
    pub secrets: SecretMode,
    /// How the owner of a secret is told.
    pub secret_notice: SecretNotice,
    /// Where the input of each tool goes.
    pub tools: ToolRules,
    /// Hosts that values may be restored for inside web addresses.
    pub restore_hosts: HostList,
    /// Whether Claude Code's session id narrows the scope.
    pub scope_by_session: bool,
    /// Whom to ask when something was refused; ends up in messages.
    pub contact: Option<String>,
    /// Bounds.
    pub limits: Limits,
    /// How long a token may stay unused.
    pub tokens_unused_max: SignedDuration,
    /// How long the text of an audit entry is kept; for good if not set.
    pub audit_kept: Option<SignedDuration>,
}

/// How the owner of a secret is told that it was found. A header always says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretNotice {
    /// By the header `x-privet-notice` alone.
    Header,
    /// Also by a line before the first text of the answer.
    Answer,
    /// By such a line where the client is Claude Code, which shows no headers.
    Auto,
}

/// A certificate chain and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// How Claude is reached.
#[derive(Debug)]
pub struct UpstreamSettings {
    /// Scheme, host and optional path prefix.
    pub url: http::Uri,
    /// Whose credential is sent.
    pub credential: Credential,
    /// An HTTP proxy that tunnels (`CONNECT`).
    pub proxy: Option<http::Uri>,
    /// Certificates to trust beside the public ones, as PEM.
    pub ca: Option<Vec<u8>>,
    /// Bound on connecting.
    pub connect_timeout: Duration,
    /// Bound on waiting for response headers.
    pub header_timeout: Duration,
    /// Bound on silence inside an answer.
    pub idle_timeout: Duration,
    /// A name for the audit log.
    pub deployment: String,
    /// Is shown every masked body that leaves, for a demonstration.
    pub tap: Option<tokio::sync::mpsc::UnboundedSender<Vec<u8>>>,
}

/// Whose credential goes upstream.
#[derive(Debug)]
pub enum Credential {
    /// The company's own.
    Own(Raw<String>),
    /// The caller's. Callers show their Privet key as `x-privet-key`.
    PassThrough,
}

/// Bounds, so that no caller can take everything.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of a request body, after decoding.
    pub body_bytes_max: usize,
    /// Of all request headers.
    pub header_bytes_max: usize,
    /// Open connections; more wait.
    pub connections_max: usize,
    /// Answers being streamed; more are refused as overloaded.
    pub streams_max: usize,
    /// For a caller to send its headers.
    pub header_read_timeout: Duration,
    /// For a caller to send its body.
    pub body_read_timeout: Duration,
    /// For open requests when stopping.
    pub shutdown_grace: Duration,
    /// Silence after which Privet sends a ping of its own.
    pub ping_after: Duration,
    /// How long a memo may stay unused before it is deleted.
    pub memos_unused_max: Duration,
    /// Values that one call may reveal.
    pub reveal_values_max: usize,
    /// Values that one key may have revealed in an hour.
    pub reveal_values_hourly_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 32 * 1024 * 1024,
            header_bytes_max: 64 * 1024,
            connections_max: 4096,
            streams_max: 1024,
            header_read_timeout: Duration::from_secs(10),
            body_read_timeout: Duration::from_secs(60),
            shutdown_grace: Duration::from_secs(30),
            ping_after: Duration::from_secs(15),
            memos_unused_max: Duration::from_secs(90 * 24 * 3600),
            reveal_values_max: 100,
            reveal_values_hourly_max: 1000,
        }
    }
}

impl UpstreamSettings {
    /// Claude at `url`, everything else by default.
    pub fn new(url: http::Uri, credential: Credential) -> Self {
        Self {
            url,
            credential,
            proxy: None,
            ca: None,
            connect_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(600),
            idle_timeout: Duration::from_secs(300),
            deployment: "default".to_owned(),
            tap: None,
        }
    }
}

impl Settings {
    /// Settings for a gateway on `listen`, everything else by default.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls: None,
            hosts: Vec::new(),
            origins: Vec::new(),
            policy: MaskPolicy::default(),
            exceptions: Vec::new(),
            secrets: SecretMode::Sealed,
            secret_notice: SecretNotice::Auto,
            tools: ToolRules::new([], Destination::Inside),
            restore_hosts: HostList::default(),
            scope_by_session: false,
            contact: None,
            limits: Limits::default(),
            tokens_unused_max: SignedDuration::from_hours(400 * 24),
            audit_kept: None,
        }
    }
}
