//! From what is written to what is run.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use privet_mask::operator::Operator;
use privet_text::EntityType;

use super::at::At;
use super::detection::Detection;
use super::file::{
    Auth, ConnectorRule, DepthRule, FileConfig, LimitsFile, LogFile, NamesRule, NumberRule,
    OpaqueRule, PolicyFile, ProfileRule, RestoreRule, SecretNotice, SecretRule, UpstreamFile,
};
use super::names::{EntityName, ToolPattern};
use super::operator::EntityRule;
use super::paths::{Paths, is_inside};
use super::problem::Problems;
use super::retention::Retention;
use super::root_key::RootPlace;
use super::text::{SecretRef, Size};
use super::{Environment, ProxyRef};

/// What we run: addresses parsed, paths absolute, everything bounded.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// With what certificate, if any.
    pub tls: Option<TlsFiles>,
    /// Where the database lies.
    pub data_dir: PathBuf,
    /// Where the root key lies; not in `data_dir`.
    pub key_file: PathBuf,
    /// Where the root key is.
    pub root_key: RootPlace,
    /// Where the database of keys lies; not in `data_dir`.
    pub keys_dir: PathBuf,
    /// The server that holds both instead.
    pub database: Option<Database>,
    /// Where Claude is.
    pub upstream: Upstream,
    /// What clients may ask for.
    pub limits: Limits,
    /// How long a token may stay unused.
    pub tokens_unused: SignedDuration,
    /// How long the text of an audit entry is kept, if not for good.
    pub audit_kept: Option<SignedDuration>,
    /// How long backups of the keys are kept.
    pub key_backups: SignedDuration,
    /// `Host` headers accepted besides those of loopback, in lower case.
    pub hosts: Vec<String>,
    /// `Origin` headers accepted.
    pub origins: Vec<String>,
    /// Whom to ask about refusals.
    pub contact: Option<String>,
    /// What may leave.
    pub policy: Policy,
    /// What the company adds to detection.
    pub detection: Detection,
    /// What is logged.
    pub log: LogFile,
}

impl Config {
    /// The database file, when there is no server.
    pub fn database_file(&self) -> PathBuf {
        self.data_dir.join("privet.sqlite")
    }

    /// The file of the database of keys, when there is no server.
    pub fn keys_file(&self) -> PathBuf {
        self.keys_dir.join("keys.sqlite")
    }
}

/// A PostgreSQL server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Where its address is to be had.
    pub url: SecretRef,
    /// Certificates to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// Certificate and private key, PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Where Claude is and how to get there.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Without a slash at its end.
    pub url: String,
    /// Whose credential goes there.
    pub credential: Credential,
    /// The proxy on the way.
    pub proxy: Option<ProxyRef>,
    /// Certificates to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for the answer to begin.
    pub response_header_timeout: Duration,
    /// Longest silence within an answer.
    pub idle_timeout: Duration,
}

/// Whose credential goes upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Privet's own, to be had there.
    Own(SecretRef),
    /// The caller's.
    PassThrough,
}

/// Bounds on what clients may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest body.
    pub body_bytes_max: usize,
    /// Largest header section.
    pub header_bytes_max: usize,
    /// Most open connections.
    pub connections_max: usize,
    /// Most answers being streamed.
    pub streams_max: usize,
    /// Longest wait for headers.
    pub header_read_timeout: Duration,
    /// Longest wait for a body.
    pub body_read_timeout: Duration,
    /// How long answers may go on when stopping.
    pub shutdown_grace: Duration,
    /// How long the deep tier of the model of names may read for one request.
    pub names_deep: Duration,
    /// How long a memo may stay unused.
    pub memos_unused: Duration,
    /// Values that one call may reveal.
    pub reveal_values_max: usize,
    /// Values that one key may have revealed in an hour.
    pub reveal_values_hourly_max: usize,
}

/// What may leave, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Content that cannot be read.
    pub opaque: OpaqueRule,
    /// Findings in numbers.
    pub numbers: NumberRule,
    /// Requests that name MCP servers.
    pub mcp_connector: ConnectorRule,
    /// Which entity types are looked for and masked.
    pub profile: ProfileRule,
    /// How eager the model of names is.
    pub names: NamesRule,
    /// How far it reads.
    pub names_depth: DepthRule,
    /// By entity type, whatever the profile says.
    pub entities: BTreeMap<EntityType, Operator>,
    /// Whether secrets can come back.
    pub secrets: SecretRule,
    /// How owners of secrets are told.
    pub secret_notice: SecretNotice,
    /// Words never masked.
    pub allow_terms: Vec<String>,
    /// Where values come back.
    pub restore: Restore,
    /// Whether each session has tokens of its own.
    pub session_scope: bool,
}

/// Where values come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// For tools not listed.
    pub default: RestoreRule,
    /// By tool; the exact name first, then the longest pattern.
    tools: Vec<(ToolPattern, RestoreRule)>,
    /// Hosts whose URLs get values: names, or `*.` and a name.
    pub url_hosts: Vec<String>,
}

impl Restore {
    /// What the configuration says of the tool `name`; `None` if it is not listed.
    pub fn tool(&self, name: &str) -> Option<RestoreRule> {
        self.tools.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, rule)| *rule)
    }

    /// The tools listed, in the order in which they count.
    pub fn tools(&self) -> impl Iterator<Item = (&str, RestoreRule)> {
        self.tools.iter().map(|(pattern, rule)| (pattern.as_str(), *rule))
    }
}

/// Turns what is written into what is run, or says all that is wrong with it.
/// `base` is the folder that relative paths start from.
pub(super) fn resolve(
    file: FileConfig,
    base: &Path,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Config> {
    let paths = Paths { base, environment };
    let listen = listen(&file, problems);
    let Places { data_dir, key_file, keys_dir } = places(&file, &paths, problems);
    let root_key = RootPlace::resolve(file.root_key, &paths, problems);
    let database = file.database.map(|database| Database {
        url: paths.reference(database.url.value),
        ca_file: database.ca_file.map(|path| paths.existing("database.ca_file", &path, problems)),
    });
    let address = database.as_ref().and_then(|server| server.url.variable());
    let variables = [root_key.variable(), address.map(|name| ("database.url", name))];
    for (field, name) in variables.into_iter().flatten() {
        if environment.get(name).is_none() {
            let text = format!("{field}: the environment variable `{name}` is not set here");
            problems.warn(None, text);
        }
    }
    let tls = file.tls.as_ref().map(|tls| TlsFiles {
        cert: paths.existing("tls.cert", &tls.cert, problems),
        key: paths.existing("tls.key", &tls.key, problems),
    });
    let upstream = upstream(file.upstream, &paths, problems);
    let limits = limits(&file.limits, problems);
    let Retention { tokens_unused, key_backups, audit_kept } = file.retention.resolve(problems);
    let policy = policy(file.policy, problems);
    let listen = listen?;
    if !listen.ip().is_loopback() && file.hosts.is_empty() {
        let text = "hosts: none listed, so calls under any name but a loopback one are refused";
        problems.warn(file.listen.place, text);
    }
    Some(Config {
        listen,
        tls,
        data_dir: data_dir?,
        key_file: key_file?,
        root_key,
        keys_dir: keys_dir?,
        database,
        upstream,
        limits,
        tokens_unused,
        audit_kept,
        key_backups,
        hosts: file.hosts.iter().map(|host| host.as_str().to_owned()).collect(),
        origins: file.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
        contact: file.contact,
        policy,
        detection: Detection {
            file: file.detection,
            base: base.to_owned(),
            config: problems.file.clone(),
        },
        log: file.log,
    })
}

/// Where things lie; what is `None` was refused.
struct Places {
    data_dir: Option<PathBuf>,
    key_file: Option<PathBuf>,
    keys_dir: Option<PathBuf>,
}

/// Data, keys and root key, each outside the others' reach.
fn places(file: &FileConfig, paths: &Paths<'_>, problems: &mut Problems) -> Places {
    let data_dir = paths.data_dir(file.data_dir.as_ref(), problems);
    let key_file = paths.key_file(file.key_file.as_ref(), problems);
    let keys_dir = paths.keys_dir(file.keys_dir.as_ref(), key_file.as_deref());
    let in_data = |path: &Option<PathBuf>| match (&data_dir, path) {
        (Some(data_dir), Some(path)) => is_inside(path, data_dir),
        _ => false,
    };
    if in_data(&key_file) {
        let place = file.key_file.as_ref().or(file.data_dir.as_ref()).and_then(|at| at.place);
        problems.refuse(
            place,
            "key_file: the root key must not lie in `data_dir`: who copies the data would \
             copy the key",
        );
    }
    if in_data(&keys_dir) {
        let place = file.keys_dir.as_ref().and_then(|at| at.place);
        problems.refuse(
            place,
            "keys_dir: the keys must not lie in `data_dir`: who copies the data would copy them",
        );
    }
    Places { data_dir, key_file, keys_dir }
}

fn listen(file: &FileConfig, problems: &mut Problems) -> Option<SocketAddr> {
    let place = file.listen.place;
    let text = file.listen.value.as_str();
    let parsed = match text.strip_prefix("localhost:").map(str::parse) {
        Some(Ok(port)) => Ok(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port)),
        Some(Err(_)) | None => text.parse(),
    };
    let Ok(address) = parsed else {
        let text =
            "listen: expected an address and a port such as `127.0.0.1:8787` or `[::1]:8787`";
        problems.refuse(place, text);
        return None;
    };
    if !address.ip().is_loopback() && file.tls.is_none() {
        problems.refuse(
            place,
            "listen: never clear text beyond loopback: set `tls`, or listen on `127.0.0.1`",
        );
        return None;
    }
    Some(address)
}

fn upstream(file: UpstreamFile, paths: &Paths<'_>, problems: &mut Problems) -> Upstream {
    let credential = match file.auth {
        Auth::Own => Credential::Own(paths.reference(file.key.value)),
        Auth::PassThrough => {
            if file.key.place.is_some() {
                let text = "upstream.key: not used, since `upstream.auth` is `pass_through`";
                problems.warn(file.key.place, text);
            }
            Credential::PassThrough
        }
    };
    if let Credential::Own(SecretRef::Env(name)) = &credential
        && paths.environment.get(name).is_none()
    {
        let text = format!("upstream.key: the environment variable `{name}` is not set here");
        problems.warn(file.key.place, text);
    }
    if let Credential::Own(SecretRef::File(path)) = &credential
        && !path.is_file()
    {
        let text = format!("upstream.key: there is no file `{}`", path.display());
        problems.refuse(file.key.place, text);
    }
    Upstream {
        url: file.url.as_str().to_owned(),
        credential,
        proxy: file.proxy,
        ca_file: file.ca_file.map(|path| paths.existing("upstream.ca_file", &path, problems)),
        connect_timeout: file.connect_timeout.get(),
        response_header_timeout: file.response_header_timeout.get(),
        idle_timeout: file.idle_timeout.get(),
    }
}

fn limits(file: &LimitsFile, problems: &mut Problems) -> Limits {
    let mut size = |name: &str, size: &At<Size>, least: u64, most: u64| {
        let bytes = size.value.get();
        if !(least..=most).contains(&bytes) {
            let (least, most) = (Size::bytes(least), Size::bytes(most));
            problems.refuse(size.place, format!("limits.{name}: expected {least} to {most}"));
        }
        usize::try_from(bytes).unwrap_or(usize::MAX)
    };
    let body_bytes_max = size("body_bytes_max", &file.body_bytes_max, 1 << 10, 1 << 30);
    let header_bytes_max = size("header_bytes_max", &file.header_bytes_max, 1 << 12, 1 << 20);
    let mut count = |name: &str, count: &At<u32>| {
        if !(1..=COUNT_MAX).contains(&count.value) {
            problems.refuse(count.place, format!("limits.{name}: expected 1 to {COUNT_MAX}"));
        }
        usize::try_from(count.value).unwrap_or(usize::MAX)
    };
    let memos_unused_days = count("memos_unused_days", &file.memos_unused_days) as u64;
    Limits {
        body_bytes_max,
        header_bytes_max,
        connections_max: count("connections_max", &file.connections_max),
        streams_max: count("streams_max", &file.streams_max),
        reveal_values_max: count("reveal_values_max", &file.reveal_values_max),
        reveal_values_hourly_max: count("reveal_values_hourly_max", &file.reveal_values_hourly_max),
        header_read_timeout: file.header_read_timeout.get(),
        body_read_timeout: file.body_read_timeout.get(),
        shutdown_grace: file.shutdown_grace.get(),
        names_deep: file.names_deep.get(),
        memos_unused: Duration::from_secs(memos_unused_days * 24 * 3600),
    }
}

fn policy(file: PolicyFile, problems: &mut Problems) -> Policy {
    if file.opaque.value == OpaqueRule::Allow {
        problems.warn(file.opaque.place, "policy.opaque: images and PDFs leave unread");
    }
    if file.mcp_connector.value == ConnectorRule::Allow {
        problems.warn(
            file.mcp_connector.place,
            "policy.mcp_connector: Claude's side may call MCP servers, unseen by Privet",
        );
    }
    let entities = operators(&file.entities, problems);
    let mut tools: Vec<_> = file.restore.tools.into_iter().collect();
    // Exact names first, then by length: the most particular rule counts.
    tools.sort_by_key(|(pattern, _)| {
        let text = pattern.as_str();
        (text.contains('*'), usize::MAX - text.len())
    });
    let url_hosts = file.restore.url_hosts.iter().map(|host| host.as_str().to_owned()).collect();
    Policy {
        opaque: file.opaque.value,
        numbers: file.numbers,
        mcp_connector: file.mcp_connector.value,
        profile: file.profile,
        names: file.names,
        names_depth: file.names_depth,
        entities,
        secrets: file.secrets,
        secret_notice: file.secret_notice,
        allow_terms: file.allow_terms.into_iter().filter(|term| !term.is_empty()).collect(),
        restore: Restore { default: file.restore.default, tools, url_hosts },
        session_scope: file.scope.session,
    }
}

/// What is done with findings by type. What is said of a type holds for its kinds, too.
fn operators(
    rules: &BTreeMap<EntityName, At<EntityRule>>,
    problems: &mut Problems,
) -> BTreeMap<EntityType, Operator> {
    let mut operators = BTreeMap::new();
    for entity in EntityName::allowed() {
        let set_by = entity.set_by(|one| rules.contains_key(&EntityName(one)));
        let rule = set_by.and_then(|one| Some((one, rules.get(&EntityName(one))?)));
        let Some((set_by, rule)) = rule else { continue };
        if entity == EntityType::Secret && rule.value.keeps() {
            problems
                .warn(rule.place, "policy.entities.SECRET: keys and passwords leave as they are");
        }
        match rule.value.operator(entity) {
            Ok(operator) => drop(operators.insert(entity, operator)),
            // Once, where it is written.
            Err(text) if set_by == entity => {
                problems.refuse(rule.place, format!("policy.entities.{entity}: {text}"));
            }
            Err(_) => {}
        }
    }
    operators
}

const COUNT_MAX: u32 = 1_000_000;
