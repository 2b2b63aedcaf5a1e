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
            Ok(text) if needed => {
                text.split(',').any(|item| masker.first_finding(undated(item)).is_some())
            }
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

/// A version or the name of a beta without its date, which says nothing of anybody:
/// `2023-06-01`, `context-1m-2025-08-07`.
fn undated(item: &str) -> &str {
    let item = item.trim();
    let Some((name, date)) = item.len().checked_sub(10).and_then(|at| item.split_at_checked(at))
    else {
        return item;
    };
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let alone = name.is_empty() || name.ends_with('-');
    if is_date && alone { name } else { item }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_versions_say_nothing() {
        for (item, want) in [
            ("2023-06-01", ""),
            (" context-1m-2025-08-07", "context-1m-"),
            ("born2023-06-01", "born2023-06-01"),
            ("2023-06-1", "2023-06-1"),
            ("jane.doe@acme.test", "jane.doe@acme.test"),
            ("é2023-06-01", "é2023-06-01"),
        ] {
            assert_eq!(undated(item), want);
        }
    }
}
