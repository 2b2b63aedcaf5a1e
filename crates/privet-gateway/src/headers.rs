//! Which headers cross, in either direction.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::error::{Kind, Problem};
use crate::masker::Masker;

/// The headers to send upstream: everything of Claude's own namespace, and what says
/// which client it is. Values are read like text; one with a finding is refused, or
/// left out where nobody upstream needs it.
pub(crate) fn outbound(headers: &HeaderMap, masker: &Masker) -> Result<HeaderMap, Problem> {
    let mut out = HeaderMap::with_capacity(16);
    for (name, value) in headers {
        let needed = name.as_str().starts_with("anthropic-");
        let useful = name.as_str().starts_with("x-stainless-")
            || matches!(name.as_str(), "user-agent" | "x-app" | "accept");
        if !needed && !useful {
            continue;
        }
        let finding = match value.to_str() {
            Ok(text) => masker.first_finding(text).is_some(),
            Err(_) => true,
        };
        if !finding {
            out.append(name.clone(), value.clone());
        } else if needed {
            let message = format!("the header `{name}` holds data that may not leave; remove it");
            return Err(Problem::new(Kind::Invalid, message).coded("header_finding"));
        }
    }
    out.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(out)
}

/// Checks a query string: nothing in it may need masking.
pub(crate) fn outbound_query(query: Option<&str>, masker: &Masker) -> Result<(), Problem> {
    let Some(query) = query else { return Ok(()) };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"=&_-.".contains(&b);
    if query.len() <= 512 && query.bytes().all(plain) && masker.first_finding(query).is_none() {
        return Ok(());
    }
    let message = "the query string holds more than plain words and numbers; remove it";
    Err(Problem::new(Kind::Invalid, message).coded("query_finding"))
}

/// Drops what only concerns the connection to the upstream. `rewritten` says whether
/// the body's length may have changed.
pub(crate) fn inbound(headers: &HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::with_capacity(headers.len() + 2);
    for (name, value) in headers {
        if !is_hop_by_hop(name) {
            out.append(name.clone(), value.clone());
        }
    }
    out
}

fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}
