//! [`FileConfig`]: what is written. The comments on the fields are the
//! descriptions in the schema and in `docs/configuration.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{HostName, HostPattern, Origin, ProxyRef, UpstreamUrl};
use super::at::At;
use super::detection::DetectionFile;
use super::names::{EntityName, ToolPattern};
use super::operator::EntityRule;
use super::retention::RetentionFile;
use super::root_key::RootKeyFile;
use super::text::{SecretRef, Size, Wait};

/// The configuration of Privet. Every key may be left out.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Privet configuration")]
pub struct FileConfig {
    /// Address and port to listen on. Beyond loopback it needs `tls`.
    pub listen: At<String>,
    /// Certificate and key for clients. Without it Privet listens on loopback only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFile>,
    /// Folder of the database. Default: `$XDG_DATA_HOME/privet`, else `~/.local/share/privet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<At<PathBuf>>,
    /// File of the root key, made at the first start; outside `data_dir`. Back it up
    /// apart from the data: without it the vault stays shut. Default:
    /// `$XDG_CONFIG_HOME/privet/root.key`, else `~/.config/privet/root.key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<At<PathBuf>>,
    /// Where the root key is, if not in `key_file`: `{env: NAME}` for a variable that holds 64
    /// hexadecimal digits, `{transit: {…}}` for a key of OpenBao or Vault, `{aws_kms: {…}}` for one
    /// of AWS, `{pkcs11: {…}}` for one in a hardware security module; the latter three never leave
    /// their service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_key: Option<RootKeyFile>,
    /// Folder of the database of keys; outside `data_dir`, so that a copy of the data opens
    /// nothing. Back it up apart, and not for long: an erasure is complete when older
    /// backups of it are gone. Default: the folder of `key_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys_dir: Option<At<PathBuf>>,
    /// A PostgreSQL server instead of files, for several machines that share one vault and
    /// one log. Then `data_dir` is not used, and keys lie in a schema of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseFile>,
    /// Where Claude is and how Privet reaches it.
    pub upstream: UpstreamFile,
    /// Bounds on what clients may ask for.
    pub limits: LimitsFile,
    /// How long things are kept.
    pub retention: RetentionFile,
    /// Names by which clients may call Privet (their `Host` header), besides those of loopback.
    pub hosts: Vec<HostName>,
    /// Web pages that may call Privet (their `Origin` header). None by default.
    pub origins: Vec<Origin>,
    /// Whom to ask about refusals, such as an address or a link. Stands in their messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What may leave, and how.
    pub policy: PolicyFile,
    /// What your company adds to detection; see docs/custom-detection.md.
    pub detection: DetectionFile,
    /// What Privet says about itself. Never what clients send.
    pub log: LogFile,
}

impl Default for FileConfig {
    fn default() -> Self {
        Self {
            listen: At::from(String::from("127.0.0.1:8787")),
            tls: None,
            data_dir: None,
            key_file: None,
            root_key: None,
            keys_dir: None,
            database: None,
            upstream: UpstreamFile::default(),
            limits: LimitsFile::default(),
            retention: RetentionFile::default(),
            hosts: Vec::new(),
            origins: Vec::new(),
            contact: None,
            policy: PolicyFile::default(),
            detection: DetectionFile::default(),
            log: LogFile::default(),
        }
    }
}

/// A PostgreSQL server, version 15 or later.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseFile {
    /// Where its address is to be had: `env:NAME` or `file:/path`, since it may hold a
    /// password. The address is `postgresql://user:password@host:port/name`, with
    /// `?sslmode=require` beyond this machine.
    pub url: At<SecretRef>,
    /// Certificate authorities to trust instead of the public ones, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<At<PathBuf>>,
}

/// Files for TLS.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsFile {
    /// The certificate and those up to its root, PEM.
    pub cert: At<PathBuf>,
    /// The private key, PEM.
    pub key: At<PathBuf>,
}

/// Whose credential goes upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Auth {
    /// Privet's own key, from `upstream.key`.
    #[default]
    Own,
    /// The caller's own credential, for those who want only the masking.
    PassThrough,
}

/// Where Claude is and how Privet reaches it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpstreamFile {
    /// The API's address. `http://` only on loopback.
    pub url: UpstreamUrl,
    /// Privet's own key: `env:NAME` or `file:/path`, never the key itself.
    pub key: At<SecretRef>,
    /// `own`: Privet's key goes upstream. `pass_through`: the caller's credential does;
    /// callers name themselves by a Privet key in `x-privet-key`.
    pub auth: Auth,
    /// Proxy on the way out: `http://host:port`, or `env:NAME` if its URL holds credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxyRef>,
    /// Certificates to trust instead of the public ones, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<At<PathBuf>>,
    /// Longest wait for a connection.
    pub connect_timeout: Wait,
    /// Longest wait for the answer to begin.
    pub response_header_timeout: Wait,
    /// Longest silence within an answer.
    pub idle_timeout: Wait,
}

impl Default for UpstreamFile {
    fn default() -> Self {
        Self {
            url: UpstreamUrl::anthropic(),
            key: At::from(SecretRef::Env(String::from("ANTHROPIC_API_KEY"))),
            auth: Auth::default(),
            proxy: None,
            ca_file: None,
            connect_timeout: Wait::seconds(10),
            response_header_timeout: Wait::seconds(600),
            idle_timeout: Wait::seconds(300),
        }
    }
}

/// Bounds on what clients may ask for.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsFile {
    /// Largest body, also after decompression.
    pub body_bytes_max: At<Size>,
    /// Largest header section.
    pub header_bytes_max: At<Size>,
    /// Most open connections.
    pub connections_max: At<u32>,
    /// Most answers being streamed at once; more are refused as overloaded.
    pub streams_max: At<u32>,
    /// Longest wait for a request's headers.
    pub header_read_timeout: Wait,
    /// Longest wait for a request's body.
    pub body_read_timeout: Wait,
    /// How long the deep tier of the model of names may read for one request, counted as what
    /// it reads in that time on an idle core. Then the fast tier reads alone, and the audit
    /// entry has the note `names_fast_only`.
    pub names_deep: Wait,
    /// When stopping: how long open answers may go on.
    pub shutdown_grace: Wait,
    /// Days after which it is forgotten how an unused conversation was masked. Who takes it
    /// up later may get other tokens for new secrets, and thinking in it may be left out.
    pub memos_unused_days: At<u32>,
    /// Most values that one call of `POST /privet/v1/reveal` gives out; see docs/vault.md.
    pub reveal_values_max: At<u32>,
    /// Most values that it gives out to one key in an hour.
    pub reveal_values_hourly_max: At<u32>,
}

impl Default for LimitsFile {
    fn default() -> Self {
        Self {
            body_bytes_max: Size::bytes(32 << 20).into(),
            header_bytes_max: Size::bytes(64 << 10).into(),
            connections_max: 2048.into(),
            streams_max: 1024.into(),
            header_read_timeout: Wait::seconds(10),
            body_read_timeout: Wait::seconds(60),
            names_deep: Wait::milliseconds(100),
            shutdown_grace: Wait::seconds(30),
            memos_unused_days: 90.into(),
            reveal_values_max: 100.into(),
            reveal_values_hourly_max: 1000.into(),
        }
    }
}

/// What may leave, and how.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyFile {
    /// Images, PDFs and other content that cannot be read. `refuse`: refused when new,
    /// replaced by a notice in the history. `withhold`: always replaced by a notice.
    /// `allow`: sent unread.
    pub opaque: At<OpaqueRule>,
    /// Findings in JSON numbers. `mask`: another number of as many digits. `refuse`.
    pub numbers: NumberRule,
    /// Requests that let Claude's side connect to MCP servers: `refuse` or `allow`.
    pub mcp_connector: At<ConnectorRule>,
    /// For which work: `coding`, `office`, `legal`, `health`, `finance` or `strict`. It says
    /// which entity types are looked for and masked; see `docs/entities.md`.
    pub profile: ProfileRule,
    /// How eager the model of names is: `precise` (few false alarms), `balanced`, `strict` (few
    /// misses), `off`; `profile`: as the profile has it.
    pub names: NamesRule,
    /// How far it reads. `fast`: the fast tier alone. `unsure`: the deep tier, too, where the
    /// fast one is unsure. `deep`: both everywhere, at some 0.1 MB/s a core. `profile`: `fast` for
    /// `coding`, whose new text is mostly code, `unsure` for the others.
    pub names_depth: DepthRule,
    /// By entity type, whatever the profile says: `mask`, `keep`, `refuse` or the name of an
    /// operator, or `{operator: NAME}` with its parameters. See `docs/operators.md`. What is said
    /// of `LOCATION` holds for `CITY`, `STATE` and `COUNTRY`, too, unless they are named:
    /// `{COUNTRY: keep, STATE: keep}` lets countries and states stay, and no cities.
    pub entities: BTreeMap<EntityName, At<EntityRule>>,
    /// `sealed`: secrets are kept under a key that is destroyed after a day, and restored
    /// only into files Claude edits. `irreversible`: they are not kept.
    pub secrets: SecretRule,
    /// How the owner of a found secret is told to change it. `header`: in a response
    /// header. `answer`: in the text, too. `auto`: as fits the client.
    pub secret_notice: SecretNotice,
    /// Words never masked, such as product names. Exactly as written.
    pub allow_terms: Vec<String>,
    /// Where values come back in answers.
    pub restore: RestoreFile,
    /// Who shares tokens.
    pub scope: ScopeFile,
}

/// The work for which the gateway stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::profile`")]
pub enum ProfileRule {
    #[default]
    Coding,
    Office,
    Legal,
    Health,
    Finance,
    Strict,
}

/// How eager the model of names is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::names`")]
pub enum NamesRule {
    #[default]
    Profile,
    Off,
    Precise,
    Balanced,
    Strict,
}

/// How far the model of names reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::names_depth`")]
pub enum DepthRule {
    #[default]
    Profile,
    Fast,
    Unsure,
    Deep,
}

/// What is done with content that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::opaque`")]
pub enum OpaqueRule {
    #[default]
    Refuse,
    Withhold,
    Allow,
}

/// What is done with findings in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::numbers`")]
pub enum NumberRule {
    #[default]
    Mask,
    Refuse,
}

/// Whether a request may name MCP servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::mcp_connector`")]
pub enum ConnectorRule {
    #[default]
    Refuse,
    Allow,
}

/// Whether secrets can come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::secrets`")]
pub enum SecretRule {
    #[default]
    Sealed,
    Irreversible,
}

/// How owners of secrets are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `PolicyFile::secret_notice`")]
pub enum SecretNotice {
    Header,
    Answer,
    #[default]
    Auto,
}

/// Whether values come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "said at `RestoreFile`")]
pub enum RestoreRule {
    #[default]
    Restore,
    Keep,
}

/// Where values come back in answers.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RestoreFile {
    /// Tools not listed: `restore` puts values into their input, `keep` leaves the tokens.
    pub default: RestoreRule,
    /// By tool name, in which `*` stands for anything: `restore` or `keep`. The exact name
    /// counts first, then the longest pattern. Tools known to send their input out of the
    /// house, such as web fetch and search, keep the tokens unless listed here.
    pub tools: BTreeMap<ToolPattern, RestoreRule>,
    /// Hosts into whose URLs values may be put: `example.com`, or `*.example.com` for all
    /// below it.
    pub url_hosts: Vec<HostPattern>,
}

/// Who shares tokens.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeFile {
    /// `false`: the sessions of a caller share tokens, so that resuming and forking work.
    /// `true`: each session of Claude Code has its own.
    pub session: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The name in filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// What Privet says about itself, on standard error.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogFile {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// The least important messages to write: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: LogLevel,
}
