//! Who calls: a Privet key, on loopback too.

use http::{HeaderMap, header};
use jiff::Timestamp;
use privet_vault::{ApiKeys, KeyError, Principal, ScopeName};
use privet_wire::grammar::Grammar;

use crate::error::{Kind, Problem};
use crate::settings::Settings;

/// Finds the caller's Privet key and whose it is. All failures look the same from outside.
pub(crate) fn principal(
    headers: &HeaderMap,
    keys: &ApiKeys,
    now: Timestamp,
) -> Result<Principal, Problem> {
    let presented = [text(headers, "x-privet-key"), text(headers, "x-api-key"), bearer(headers)];
    let Some(key) = presented.into_iter().flatten().find(|key| key.starts_with("privet_")) else {
        let message = "this gateway needs a Privet key: make one with `privet key create`, and set \
                       it as ANTHROPIC_AUTH_TOKEN, ANTHROPIC_API_KEY or the header `x-privet-key`";
        return Err(Problem::new(Kind::Unauthenticated, message));
    };
    keys.lookup(key, now).map_err(|error| match error {
        KeyError::Unknown | KeyError::Revoked(_) | KeyError::Expired(_) => Problem::new(
            Kind::Unauthenticated,
            "this Privet key is unknown, revoked or expired: ask for a new one",
        ),
        _ => Problem::new(Kind::Closed, "the vault cannot check keys; nothing was sent"),
    })
}

/// The scope of a caller's tokens. What the client sends narrows it and never widens it.
pub(crate) fn scope_name(
    principal: &Principal,
    headers: &HeaderMap,
    settings: &Settings,
) -> Result<ScopeName, Problem> {
    let narrow = match text(headers, "x-privet-scope") {
        Some(name) if Grammar::Word.fits(name) => Some(format!("scope {name}")),
        Some(_) => {
            let message = "the header `x-privet-scope` must be a word of at most 128 letters, \
                           digits and `_-.:`";
            return Err(Problem::new(Kind::Invalid, message));
        }
        None if settings.scope_by_session => text(headers, "x-claude-code-session-id")
            .filter(|id| id.len() <= 128)
            .map(|id| format!("session {id}")),
        None => None,
    };
    Ok(ScopeName {
        tenant: principal.tenant.to_string(),
        workspace: principal.workspace.to_string(),
        principal: principal.name.to_string(),
        narrow,
    })
}

/// A header as text, without surrounding blanks.
pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Refuses calls that a web page made somebody's browser send: a foreign `Host` (DNS
/// rebinding) or any `Origin` that is not listed.
pub(crate) fn check_host(
    headers: &HeaderMap,
    uri: &http::Uri,
    settings: &Settings,
) -> Result<(), Problem> {
    let host = uri.host().or_else(|| text(headers, "host")).unwrap_or_default();
    let name = host_name(host);
    let listed =
        |name: &str| settings.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name));
    let own = settings.listen.ip().to_string();
    let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "::1");
    if !loopback && name != own && !listed(name) {
        let message = "the `Host` header names a host that this gateway does not serve; list it \
                       under `hosts`";
        return Err(Problem::new(Kind::Invalid, message).coded("foreign_host"));
    }
    match text(headers, "origin") {
        Some(origin) if !settings.origins.iter().any(|allowed| allowed == origin) => {
            let message =
                "browsers may not call this gateway; list the page's origin under `origins`";
            Err(Problem::new(Kind::Invalid, message).coded("foreign_origin"))
        }
        _ => Ok(()),
    }
}

fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_origins() {
        let listen = "127.0.0.1:8787".parse().unwrap();
        let mut settings = Settings::new(listen);
        settings.hosts.push("privet.acme.test".into());
        settings.origins.push("https://app.acme.test".into());
        for (host, origin, want) in [
            ("127.0.0.1:8787", None, true),
            ("localhost", None, true),
            ("[::1]:8787", None, true),
            ("privet.acme.test:443", None, true),
            ("evil.test", None, false),
            ("127.0.0.1.evil.test", None, false),
            ("", None, false),
            ("localhost", Some("https://app.acme.test"), true),
            ("localhost", Some("https://evil.test"), false),
            ("localhost", Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert("origin", origin.parse().unwrap());
            }
            let got = check_host(&headers, &http::Uri::from_static("/v1/messages"), &settings);
            assert_eq!(got.is_ok(), want, "{host} {origin:?}");
        }
    }
}
