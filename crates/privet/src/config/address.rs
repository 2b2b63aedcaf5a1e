//! URLs, hosts and origins.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;

use super::text::{Expected, is_variable, written_as_text};

/// Where Claude is: `https://host`, or `http://` on this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrl(String);

impl UpstreamUrl {
    /// Anthropic's own.
    pub fn anthropic() -> Self {
        Self(String::from("https://api.anthropic.com"))
    }

    /// The URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UpstreamUrl {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let uri = plain_uri(text)?;
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            _ => {
                return Err(Expected(
                    "expected `https://host`; clear text (`http://`) goes no further than loopback",
                ));
            }
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(UpstreamUrl, "^https?://[^@?#]+$");

/// A proxy on the way out: `http://host:port`, or `env:NAME` for one whose URL
/// holds credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyRef {
    /// A proxy that asks for nothing.
    Url(String),
    /// The environment variable that holds the URL.
    Env(String),
}

impl FromStr for ProxyRef {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        if let Some(name) = text.strip_prefix("env:").filter(|name| is_variable(name)) {
            return Ok(Self::Env(name.to_owned()));
        }
        let expected = Expected(
            "expected `http://host:port` without credentials, or `env:NAME` for a URL that holds some",
        );
        let uri = plain_uri(text).map_err(|_| expected)?;
        match (uri.scheme_str(), uri.path()) {
            (Some("http" | "https"), "/" | "") => {
                Ok(Self::Url(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(expected),
        }
    }
}

impl fmt::Display for ProxyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(url),
            Self::Env(name) => write!(f, "env:{name}"),
        }
    }
}

written_as_text!(ProxyRef, "^(env:[A-Za-z_][A-Za-z0-9_]*|https?://[^@/?#]+/?)$");

/// An absolute URL without credentials, query or fragment.
fn plain_uri(text: &str) -> Result<Uri, Expected> {
    let expected = Expected("expected a URL without credentials, query or fragment");
    let uri: Uri = text.parse().map_err(|_| expected)?;
    let authority = uri.authority().ok_or(expected)?;
    let plain = uri.scheme().is_some()
        && !authority.as_str().contains('@')
        && !authority.host().is_empty()
        && uri.query().is_none()
        && !text.contains('#');
    if plain { Ok(uri) } else { Err(expected) }
}

/// Whether `host` names this very machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A host name, such as `privet.example.com`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match is_host(text) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => {
                Err(Expected("expected a host name such as `privet.example.com`, without a port"))
            }
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(HostName, "^[A-Za-z0-9.-]+$");

/// A host name, or `*.example.com` for all below one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPattern(String);

impl HostPattern {
    /// The pattern in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostPattern {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match is_host(text.strip_prefix("*.").unwrap_or(text)) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(Expected("expected a host name such as `example.com` or `*.example.com`")),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(HostPattern, "^(\\*\\.)?[A-Za-z0-9.-]+$");

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// A web origin, such as `https://app.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The origin as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected =
            Expected("expected an origin such as `https://app.example.com`, without a path");
        let uri = plain_uri(text).map_err(|_| expected)?;
        let web = matches!(uri.scheme_str(), Some("https" | "http"));
        match web && !text.ends_with('/') && uri.path() == "/" {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(expected),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(Origin, "^https?://[^@/?#]+$");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::text::check;

    #[test]
    fn upstream_urls() {
        check::<UpstreamUrl>(&[
            ("https://api.anthropic.com", Some("https://api.anthropic.com")),
            ("https://gw.example.com/claude/", Some("https://gw.example.com/claude")),
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            ("http://[::1]:9000", Some("http://[::1]:9000")),
            ("http://localhost:9000", Some("http://localhost:9000")),
            ("http://gw.example.com", None),
            ("https://user:pass@gw.example.com", None),
            ("https://gw.example.com/?key=1", None),
            ("https://gw.example.com/#top", None),
            ("ftp://gw.example.com", None),
            ("gw.example.com", None),
            ("/v1", None),
        ]);
    }

    #[test]
    fn proxies() {
        check::<ProxyRef>(&[
            ("http://proxy.example.com:3128", Some("http://proxy.example.com:3128")),
            ("env:HTTPS_PROXY", Some("env:HTTPS_PROXY")),
            ("http://user:pass@proxy.example.com:3128", None),
            ("http://proxy.example.com/path", None),
            ("socks5://proxy.example.com", None),
        ]);
    }

    #[test]
    fn hosts_and_origins() {
        check::<HostName>(&[
            ("Privet.Example.com", Some("privet.example.com")),
            ("privet", Some("privet")),
            ("10.0.0.7", Some("10.0.0.7")),
            ("privet:8787", None),
            ("*.example.com", None),
            ("-a.example", None),
            ("a..b", None),
            ("", None),
        ]);
        check::<HostPattern>(&[
            ("*.Example.com", Some("*.example.com")),
            ("example.com", Some("example.com")),
            ("*", None),
            ("a.*.com", None),
        ]);
        check::<Origin>(&[
            ("https://app.example.com", Some("https://app.example.com")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("https://app.example.com/", None),
            ("https://app.example.com/x", None),
            ("app.example.com", None),
            ("null", None),
        ]);
    }
}
