//! From the configuration to a gateway that can be started.

use std::sync::Arc;

use privet_detect::{Analyzer, AnalyzerOptions, Depth, ModelUse, Profile};
use privet_gateway::masker::{Action, MaskPolicy, OpaqueAction};
use privet_gateway::{
    Credential, Gateway, Limits, Maskers, ScopedException, SecretNotice, Settings, Tasks, TlsFiles,
    UpstreamSettings,
};
use privet_mask::operator::Operator;
use privet_mask::{Destination, HostList};
use privet_vault::SecretMode;
use privet_wire::answer::ToolRules;

use crate::config::{
    self, Config, ConnectorRule, DepthRule, Environment, NamesRule, NumberRule, OpaqueRule, Own,
    ProfileRule, RestoreRule, SecretRule,
};
use crate::console::CommandError;
use crate::house::House;

/// The detectors that the configuration asks for, without exceptions.
pub fn analyzer(config: &Config, own: &Own) -> Analyzer {
    let mut options = AnalyzerOptions::of(profile(config.policy.profile));
    for (entity, rule) in &config.policy.entities {
        // What is kept is looked for all the same: it is counted in the audit.
        options.entities.insert(*entity);
        match rule {
            Operator::Keep => options.counted.insert(*entity),
            _ => options.counted.remove(*entity),
        }
    }
    options.allow.extend(config.policy.allow_terms.iter().cloned());
    options.model = names(config.policy.names).unwrap_or(options.model);
    options.depth = depth(config.policy.names_depth, config.policy.profile);
    options.custom.clone_from(&own.custom);
    Analyzer::new(options)
}

/// The maskers that the configuration asks for, by caller.
pub fn maskers(config: &Config, own: &Own) -> Maskers {
    let analyzer = Arc::new(analyzer(config, own));
    Maskers::new(analyzer, mask_policy(&config.policy), exceptions(own))
}

fn exceptions(own: &Own) -> Vec<ScopedException> {
    let scoped = |exempted: &config::Exempted| ScopedException {
        exception: exempted.exception.clone(),
        workspace: exempted.scope.workspace.clone(),
        principal: exempted.scope.principal.clone(),
        ends: exempted.ends,
    };
    own.exceptions.iter().map(scoped).collect()
}

/// How eager the model of names is; `None` to leave it to the profile.
fn names(rule: NamesRule) -> Option<ModelUse> {
    match rule {
        NamesRule::Profile => None,
        NamesRule::Off => Some(ModelUse::Off),
        NamesRule::Precise => Some(ModelUse::Precise),
        NamesRule::Balanced => Some(ModelUse::Balanced),
        NamesRule::Strict => Some(ModelUse::Strict),
    }
}

/// How far the model of names reads.
fn depth(rule: DepthRule, profile: ProfileRule) -> Depth {
    match rule {
        DepthRule::Profile if profile == ProfileRule::Coding => Depth::Fast,
        DepthRule::Profile => Depth::Unsure,
        DepthRule::Fast => Depth::Fast,
        DepthRule::Unsure => Depth::Unsure,
        DepthRule::Deep => Depth::Deep,
    }
}

fn profile(rule: ProfileRule) -> Profile {
    match rule {
        ProfileRule::Coding => Profile::Coding,
        ProfileRule::Office => Profile::Office,
        ProfileRule::Legal => Profile::Legal,
        ProfileRule::Health => Profile::Health,
        ProfileRule::Finance => Profile::Finance,
        ProfileRule::Strict => Profile::Strict,
    }
}

/// A gateway over an open house. Nothing is listening yet.
pub fn gateway(
    config: &Config,
    own: &Own,
    house: &House,
    environment: &Environment,
    tasks: Tasks,
) -> Result<Gateway, CommandError> {
    let upstream = upstream(config, environment)?;
    let analyzer = Arc::new(analyzer(config, own));
    Gateway::new(settings(config, own), upstream, house.vault.clone(), analyzer, tasks)
        .map_err(|error| CommandError::could_not_run(&error))
}

fn settings(config: &Config, own: &Own) -> Settings {
    let policy = &config.policy;
    let limits = &config.limits;
    Settings {
        listen: config.listen,
        tls: config
            .tls
            .as_ref()
            .map(|files| TlsFiles { cert: files.cert.clone(), key: files.key.clone() }),
        hosts: config.hosts.clone(),
        origins: config.origins.clone(),
        policy: MaskPolicy { deep_time: limits.names_deep, ..mask_policy(policy) },
        exceptions: exceptions(own),
        secrets: secret_mode(policy),
        secret_notice: match policy.secret_notice {
            config::SecretNotice::Header => SecretNotice::Header,
            config::SecretNotice::Answer => SecretNotice::Answer,
            config::SecretNotice::Auto => SecretNotice::Auto,
        },
        tools: tool_rules(&policy.restore),
        restore_hosts: HostList::new(policy.restore.url_hosts.iter().cloned()),
        scope_by_session: policy.session_scope,
        contact: config.contact.clone(),
        tokens_unused_max: config.tokens_unused,
        audit_kept: config.audit_kept,
        limits: Limits {
            body_bytes_max: limits.body_bytes_max,
            header_bytes_max: limits.header_bytes_max,
            connections_max: limits.connections_max,
            streams_max: limits.streams_max,
            header_read_timeout: limits.header_read_timeout,
            body_read_timeout: limits.body_read_timeout,
            shutdown_grace: limits.shutdown_grace,
            memos_unused_max: limits.memos_unused,
            reveal_values_max: limits.reveal_values_max,
            reveal_values_hourly_max: limits.reveal_values_hourly_max,
            ..Limits::default()
        },
    }
}

/// What the configuration does with secrets.
pub fn secret_mode(policy: &config::Policy) -> SecretMode {
    match policy.secrets {
        SecretRule::Sealed => SecretMode::Sealed,
        SecretRule::Irreversible => SecretMode::Irreversible,
    }
}

/// What the configuration does with findings.
pub fn mask_policy(policy: &config::Policy) -> MaskPolicy {
    MaskPolicy {
        entities: policy.entities.clone(),
        counted: profile(policy.profile).counted(),
        opaque: match policy.opaque {
            OpaqueRule::Refuse => OpaqueAction::Refuse,
            OpaqueRule::Withhold => OpaqueAction::Withhold,
            OpaqueRule::Allow => OpaqueAction::Allow,
        },
        numbers: match policy.numbers {
            NumberRule::Mask => Action::Mask,
            NumberRule::Refuse => Action::Refuse,
        },
        mcp_connector: match policy.mcp_connector {
            ConnectorRule::Refuse => Action::Refuse,
            ConnectorRule::Allow => Action::Keep,
        },
        ..MaskPolicy::default()
    }
}

/// Tools known to edit files keep that place when policy restores them.
fn tool_rules(restore: &config::Restore) -> ToolRules {
    let destination = |rule| match rule {
        RestoreRule::Restore => Destination::Inside,
        RestoreRule::Keep => Destination::Outbound,
    };
    let known = ToolRules::default();
    let rules = restore.tools().map(|(name, rule)| {
        let edits = known.destination(name) == Destination::FileEdit;
        let place = match rule {
            RestoreRule::Restore if edits => Destination::FileEdit,
            rule => destination(rule),
        };
        (name.to_owned(), place)
    });
    ToolRules::new(rules.collect::<Vec<_>>(), destination(restore.default))
}

fn upstream(config: &Config, environment: &Environment) -> Result<UpstreamSettings, CommandError> {
    let upstream = &config.upstream;
    let url = upstream.url.parse().map_err(|_| CommandError::failed("`upstream.url` is no URL"))?;
    let credential = match &upstream.credential {
        config::Credential::PassThrough => Credential::PassThrough,
        config::Credential::Own(reference) => {
            let key = config::read_secret(reference, environment).map_err(|error| {
                CommandError::could_not_run(&error).hint(
                    "set it, or name another place under `upstream.key`, or let callers bring \
                     their own with `upstream.auth: pass_through`",
                )
            })?;
            Credential::Own(key)
        }
    };
    let mut settings = UpstreamSettings::new(url, credential);
    if let Some(proxy) = &upstream.proxy {
        let proxy = config::read_proxy(proxy, environment)
            .map_err(|error| CommandError::could_not_run(&error))?;
        let uri =
            proxy.expose().parse().map_err(|_| CommandError::failed("the proxy is no URL"))?;
        settings.proxy = Some(uri);
    }
    if let Some(path) = &upstream.ca_file {
        let pem = std::fs::read(path).map_err(|error| {
            CommandError::failed(format!("cannot read `{}`: {error}", path.display()))
        })?;
        settings.ca = Some(pem);
    }
    settings.connect_timeout = upstream.connect_timeout;
    settings.header_timeout = upstream.response_header_timeout;
    settings.idle_timeout = upstream.idle_timeout;
    Ok(settings)
}
