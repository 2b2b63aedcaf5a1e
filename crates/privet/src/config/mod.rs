//! The configuration: what is written ([`FileConfig`]) and what is run ([`Config`]).
//!
//! Every mistake is told by line and column with what would be right. Keys never
//! stand in the file, only where they are to be had.

mod address;
mod at;
mod detection;
mod environment;
mod file;
mod names;
mod operator;
mod paths;
mod problem;
mod reference;
mod resolve;
mod retention;
mod root_key;
mod secret;
mod text;

use std::path::{Path, PathBuf};

use serde_saphyr::{DefaultMessageFormatter, MessageFormatter};

pub use address::{HostName, HostPattern, Origin, ProxyRef, UpstreamUrl, is_loopback};
pub use at::{At, Place};
pub use detection::{Detection, DetectionFile, ExceptionScope, Exempted, Own};
pub use environment::Environment;
pub use file::{
    Auth, ConnectorRule, DatabaseFile, DepthRule, FileConfig, LimitsFile, LogFile, LogFormat,
    LogLevel, NamesRule, NumberRule, OpaqueRule, PolicyFile, ProfileRule, RestoreFile, RestoreRule,
    ScopeFile, SecretNotice, SecretRule, TlsFile, UpstreamFile,
};
pub use names::{EntityName, ToolPattern};
pub use operator::EntityRule;
pub use problem::{Problem, Problems, Severity};
pub use reference::{markdown, schema};
pub use resolve::{Config, Credential, Database, Limits, Policy, Restore, TlsFiles, Upstream};
pub use retention::RetentionFile;
pub use root_key::{
    KmsFile, KmsSettings, Pkcs11File, Pkcs11Settings, RootKeyFile, RootPlace, TransitFile,
    TransitSettings,
};
pub use secret::{SecretError, read_proxy, read_secret};
pub use text::{Expected, SecretRef, Size, Wait};

/// A configuration, and what should be said about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is run.
    pub config: Config,
    /// Warnings only.
    pub warnings: Problems,
}

/// Loads the file given, else the one `PRIVET_CONFIG` names, else
/// `privet/privet.yaml` in the configuration folder if it is there, else the defaults.
pub fn load(given: Option<&Path>, environment: &Environment) -> Result<Loaded, Problems> {
    let named = given
        .map(Path::to_owned)
        .or_else(|| environment.get("PRIVET_CONFIG").map(PathBuf::from))
        .map(|path| environment.directory().join(path));
    let usual = || {
        let path = environment.config_home()?.join("privet/privet.yaml");
        path.is_file().then_some(path)
    };
    let Some(path) = named.or_else(usual) else { return read("", None, environment) };
    match std::fs::read_to_string(&path) {
        Ok(text) => read(&text, Some(&path), environment),
        Err(error) => {
            let mut problems = Problems { file: Some(path), list: Vec::new() };
            problems.refuse(None, format!("cannot read the configuration: {error}"));
            Err(problems)
        }
    }
}

/// Reads a configuration from `text`, found at `path`.
pub fn read(
    text: &str,
    path: Option<&Path>,
    environment: &Environment,
) -> Result<Loaded, Problems> {
    let mut problems = Problems { file: path.map(Path::to_owned), list: Vec::new() };
    let file = match parse(text) {
        Ok(file) => file,
        Err(problem) => {
            problems.list.push(problem);
            return Err(problems);
        }
    };
    let base = path.and_then(Path::parent).unwrap_or_else(|| environment.directory());
    let config = resolve::resolve(file, base, environment, &mut problems);
    match config {
        Some(config) if !problems.has_errors() => Ok(Loaded { config, warnings: problems }),
        _ => Err(problems),
    }
}

/// Reads what is written, and no more.
fn parse(text: &str) -> Result<FileConfig, Problem> {
    if text.trim().is_empty() {
        return Ok(FileConfig::default());
    }
    serde_saphyr::from_str(text).map_err(|error| {
        // Without the snippet: the line may hold a key that somebody pasted.
        let error = error.without_snippet();
        Problem {
            severity: Severity::Error,
            place: error.location().and_then(Place::of),
            text: DefaultMessageFormatter.format_message(error).into_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_mask::operator::Operator;
    use privet_text::EntityType;

    fn environment() -> Environment {
        let variables = [("HOME", "/home/kim"), ("ANTHROPIC_API_KEY", "sk-ant-invented")];
        Environment::of(&variables, Path::new("/work"))
    }

    fn load_text(text: &str) -> Result<Loaded, Problems> {
        read(text, Some(Path::new("/etc/privet.yaml")), &environment())
    }

    /// Everything said about `text`, errors and warnings, without the file's name.
    fn said(text: &str) -> String {
        let problems = match load_text(text) {
            Ok(loaded) => loaded.warnings,
            Err(problems) => problems,
        };
        problems.to_string().replace("/etc/privet.yaml:", "")
    }

    #[test]
    fn nothing_written_means_the_defaults() {
        for text in ["", "\n", "# only a comment\n", "{}"] {
            let Loaded { config, warnings } = load_text(text).unwrap();
            assert_eq!(warnings.list, [], "{text:?}");
            assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
            assert_eq!(config.data_dir, Path::new("/home/kim/.local/share/privet"));
            assert_eq!(config.key_file, Path::new("/home/kim/.config/privet/root.key"));
            assert_eq!(config.upstream.url, "https://api.anthropic.com");
            assert_eq!(config.limits.body_bytes_max, 32 << 20);
            assert_eq!(config.limits.streams_max, 1024);
            assert_eq!(config.policy.opaque, OpaqueRule::Refuse);
        }
    }

    #[test]
    fn everything_can_be_written() {
        let text = "
listen: '[::1]:9000'
data_dir: data
key_file: ~/keys/root.key
upstream:
  url: http://localhost:9001/
  key: env:ANTHROPIC_API_KEY
  auth: own
  proxy: http://proxy.example.com:3128
  connect_timeout: 5s
limits:
  body_bytes_max: 8MiB
  streams_max: 10
  shutdown_grace: 500ms
hosts: [Privet.example.com]
origins: ['https://app.example.com']
policy:
  opaque: withhold
  numbers: refuse
  entities: {PERSON: keep, IBAN_CODE: refuse}
  secrets: irreversible
  secret_notice: answer
  allow_terms: [Privet, Claude]
  restore:
    default: keep
    tools: {Edit: restore, mcp__*: keep, mcp__files__*: restore}
    url_hosts: ['*.example.com']
  scope: {session: true}
log: {format: json, level: debug}
";
        let Loaded { config, warnings } = load_text(text).unwrap();
        assert_eq!(warnings.list, []);
        assert_eq!(config.data_dir, Path::new("/etc/data"));
        assert_eq!(config.key_file, Path::new("/home/kim/keys/root.key"));
        assert_eq!(config.upstream.url, "http://localhost:9001");
        assert_eq!(config.limits.shutdown_grace.as_millis(), 500);
        assert_eq!(config.hosts, ["privet.example.com"]);
        let restore = &config.policy.restore;
        let rows = [
            ("Edit", Some(RestoreRule::Restore)),
            ("mcp__mail__send", Some(RestoreRule::Keep)),
            ("mcp__files__read", Some(RestoreRule::Restore)),
            ("Bash", None),
        ];
        for (tool, want) in rows {
            assert_eq!(restore.tool(tool), want, "{tool}");
        }
        assert!(config.policy.session_scope);
    }

    #[test]
    fn variables_that_are_not_set_are_told() {
        let text = "root_key: {env: ROOT}\ndatabase: {url: 'env:WHERE'}\n";
        let said = said(text);
        for want in [
            "root_key.env: the environment variable `ROOT`",
            "database.url: the environment variable `WHERE`",
        ] {
            assert!(said.contains(want), "{said}");
        }
    }

    #[test]
    fn a_security_module_needs_its_library_and_a_build_that_loads_it() {
        let text =
            "root_key:\n  pkcs11: {module: /nowhere/p11.so, token: t, key: k, pin: 'env:PIN'}\n";
        let said = said(text);
        for want in [
            "2:20: error: root_key.pkcs11.module: there is no file `/nowhere/p11.so`",
            "root_key.pkcs11.pin: the environment variable `PIN` is not set here",
        ] {
            assert!(said.contains(want), "{said}");
        }
        let built_without = !cfg!(feature = "pkcs11");
        assert_eq!(said.contains("does not speak PKCS#11"), built_without, "{said}");
    }

    #[test]
    fn audit_entries_that_go_before_the_providers_copy_are_told() {
        for (days, want) in [("7", true), ("30", true), ("31", false), ("365", false)] {
            let said = said(&format!("retention: {{audit_days: {days}}}\n"));
            assert_eq!(said.contains("retention.audit_days"), want, "{said}");
        }
        assert!(said("retention: {audit_days: 0}\n").contains("expected 1 to"));
    }

    #[test]
    fn mistakes_are_told_by_line_and_column() {
        let rows = [
            (
                "lisen: x\n",
                "1:1: error: unknown field `lisen`, expected one of listen, tls, data_dir, key_file, root_key, keys_dir, database, upstream, limits, retention, hosts, origins, contact, policy, detection, log",
            ),
            (
                "policy:\n  opaque: block\n",
                "2:11: error: unknown variant `block`, expected one of refuse, withhold, allow",
            ),
            (
                "policy:\n  entities:\n    PERSN: mask\n",
                "3:5: error: expected one of PERSON, EMAIL_ADDRESS",
            ),
            ("policy:\n  entities:\n    TOKEN_LITERAL: keep\n", "3:5: error: expected one of"),
            (
                "policy: {entities: {PERSON: hide}}\n",
                "1:29: error: policy.entities.PERSON: expected one of mask, keep, refuse, typed",
            ),
            (
                "policy:\n  entities:\n    AGE: {operator: generalize, to: decade}\n",
                "3:10: error: policy.entities.AGE: `to`: expected one of month, quarter",
            ),
            (
                "policy:\n  entities:\n    AGE: {operator: generalize, too: year}\n",
                "3:33: error: unknown field `too`, expected one of operator, role",
            ),
            (
                "policy: {entities: {SECRET: shaped}}\n",
                "1:29: error: policy.entities.SECRET: secrets take `mask`",
            ),
            ("limits:\n  body_bytes_max: 32MB\n", "2:19: error: expected a size such as"),
            (
                "limits:\n  body_bytes_max: 2GiB\n",
                "2:19: error: limits.body_bytes_max: expected 1KiB to 1GiB",
            ),
            (
                "limits:\n  streams_max: 0\n",
                "2:16: error: limits.streams_max: expected 1 to 1000000",
            ),
            ("limits:\n  shutdown_grace: 30\n", "2:19: error: expected a wait such as"),
            (
                "upstream:\n  key: sk-ant-invented\n",
                "2:8: error: a key never stands in the configuration",
            ),
            (
                "upstream:\n  url: http://gw.example.com\n",
                "2:8: error: expected `https://host`; clear text",
            ),
            (
                "upstream:\n  ca_file: nowhere.pem\n",
                "2:12: error: upstream.ca_file: there is no file `/etc/nowhere.pem`",
            ),
            ("listen: 0.0.0.0:8787\n", "1:9: error: listen: never clear text beyond loopback"),
            ("listen: everywhere\n", "1:9: error: listen: expected an address and a port"),
            (
                "data_dir: /srv/privet\nkey_file: /srv/privet/root.key\n",
                "2:11: error: key_file: the root key must not lie in `data_dir`",
            ),
            ("data_dir: /srv/privet\nkey_file: /srv/x/../privet/k\n", "2:11: error: key_file"),
            ("data_dir: /home/kim/.config\n", "1:11: error: key_file"),
            ("log: {}\nlog: {}\n", "2:1: error: duplicate mapping key"),
            ("policy:\n  - opaque\n", "error: "),
            ("a: [\n", "error: "),
        ];
        for (text, want) in rows {
            let said = said(text);
            assert!(load_text(text).is_err() && said.contains(want), "{text}\n{said}");
            assert!(!said.contains("invented"), "quotes what may be a key: {said}");
        }
    }

    #[test]
    fn doubtful_choices_are_warned_of() {
        let rows = [
            ("policy: {opaque: allow}", "warning: policy.opaque: images and PDFs leave unread"),
            ("policy: {mcp_connector: allow}", "warning: policy.mcp_connector"),
            ("policy: {entities: {SECRET: keep}}", "warning: policy.entities.SECRET"),
            (
                "upstream: {key: env:NOT_SET}",
                "warning: upstream.key: the environment variable `NOT_SET` is not set",
            ),
            ("upstream: {auth: pass_through, key: env:X}", "warning: upstream.key: not used"),
        ];
        for (text, want) in rows {
            assert!(load_text(text).is_ok() && said(text).contains(want), "{}", said(text));
        }
    }

    /// Who wrote `LOCATION` before places were told apart means the same as ever.
    #[test]
    fn what_is_said_of_places_holds_for_their_kinds() {
        use EntityType::{City, Country, Location, State};
        // What is done with a location, a city, a state, a country.
        let rows = [
            ("LOCATION: redact", [Some("redact"); 4]),
            (
                "LOCATION: keep, CITY: hash",
                [Some("keep"), Some("hash"), Some("keep"), Some("keep")],
            ),
            ("COUNTRY: keep", [None, None, None, Some("keep")]),
            ("PERSON: keep", [None; 4]),
        ];
        for (rules, want) in rows {
            let config = load_text(&format!("policy: {{entities: {{{rules}}}}}")).unwrap().config;
            let operator = |entity| config.policy.entities.get(&entity).map(Operator::name);
            assert_eq!([Location, City, State, Country].map(operator), want, "{rules}");
        }
        let wrong = "policy: {entities: {LOCATION: hide}}";
        assert_eq!(said(wrong).lines().count(), 1, "{}", said(wrong));
    }

    #[test]
    fn several_mistakes_are_told_at_once() {
        let said =
            said("listen: x\nlimits:\n  streams_max: 0\ntls: {cert: /no.pem, key: /no.key}\n");
        assert_eq!(said.lines().count(), 4, "{said}");
    }

    #[test]
    fn a_link_does_not_hide_where_the_key_lies() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("data")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("data"), dir.path().join("link")).unwrap();
        let text = "data_dir: data\nkey_file: link/root.key\n";
        let problems =
            read(text, Some(&dir.path().join("privet.yaml")), &environment()).unwrap_err();
        assert!(problems.to_string().contains("must not lie in `data_dir`"), "{problems}");
    }

    #[test]
    fn without_a_home_the_folders_must_be_named() {
        let bare = Environment::of(&[("ANTHROPIC_API_KEY", "x")], Path::new("/"));
        let problems = read("", None, &bare).unwrap_err().to_string();
        assert!(problems.contains("data_dir: set it") && problems.contains("key_file: set it"));
        assert!(read("data_dir: /a\nkey_file: /b\n", None, &bare).is_ok());
    }

    #[test]
    fn secrets_come_from_where_the_reference_says() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str, mode| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            SecretRef::File(path)
        };
        let env = |name: &str| SecretRef::Env(name.to_owned());
        let rows = [
            (env("ANTHROPIC_API_KEY"), true),
            (env("NOT_SET"), false),
            (file("good", "sk-ant-invented\n", 0o600), true),
            (file("open", "sk-ant-invented\n", 0o644), false),
            (file("empty", "\n", 0o600), false),
            (file("lines", "one\ntwo\n", 0o600), false),
            (SecretRef::File(dir.path().join("missing")), false),
        ];
        for (reference, want) in rows {
            match read_secret(&reference, &environment()) {
                Ok(key) => assert!(want && key.expose() == "sk-ant-invented", "{reference}"),
                Err(error) => assert!(!want && !error.to_string().contains("invented"), "{error}"),
            }
        }
    }

    #[test]
    fn the_page_is_that_of_the_schema() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let want = markdown();
        if std::env::var_os("PRIVET_WRITE_DOCS").is_some() {
            std::fs::write(&path, &want).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == want, "docs/configuration.md is out of date: make docs");
    }
}
