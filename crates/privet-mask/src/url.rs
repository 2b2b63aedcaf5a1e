//! Where a text would send what stands in it: web addresses and their hosts.

/// Hosts that values may be restored for. `*.acme.test` stands for every host
/// below `acme.test`.
#[derive(Clone, Debug, Default)]
pub struct HostList(Vec<String>);

impl HostList {
    /// A list of host names, compared without regard to case.
    pub fn new(hosts: impl IntoIterator<Item = String>) -> Self {
        Self(hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    fn allows(&self, host: &str) -> bool {
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
            || self.0.iter().any(|allowed| match allowed.strip_prefix('*') {
                Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
                None => allowed == host,
            })
    }
}

/// Follows a text and knows at every byte whether it stands in a web address
/// whose host is not on the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct UrlTracker {
    state: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    /// After a letter.
    Scheme,
    /// After `letter:`.
    Colon,
    /// After `letter:/`.
    Slash,
    Host(String),
    Path {
        allowed: bool,
    },
}

const HOST_BYTES_MAX: usize = 255;

impl UrlTracker {
    /// Whether a value put at the current place would go to a host nobody listed.
    pub(crate) fn is_unlisted(&self) -> bool {
        matches!(self.state, Place::Host(_) | Place::Path { allowed: false })
    }

    /// Whether the next byte is the first of a web address's host.
    pub(crate) fn is_at_host(&self) -> bool {
        matches!(&self.state, Place::Host(host) if host.is_empty() || host.ends_with('@'))
    }

    pub(crate) fn push(&mut self, byte: u8, hosts: &HostList) {
        self.state = match (std::mem::take(&mut self.state), byte) {
            (
                Place::Outside | Place::Scheme | Place::Colon | Place::Slash,
                b'a'..=b'z' | b'A'..=b'Z',
            ) => Place::Scheme,
            (Place::Scheme, b':') => Place::Colon,
            (Place::Scheme, b'0'..=b'9' | b'+' | b'-' | b'.') => Place::Scheme,
            (Place::Colon, b'/') => Place::Slash,
            (Place::Slash, b'/') => Place::Host(String::new()),
            (Place::Host(_) | Place::Path { .. }, end) if ends_url(end) => Place::Outside,
            (Place::Host(host), b'/' | b'?' | b'#') => {
                Place::Path { allowed: hosts.allows(host_of(&host)) }
            }
            (Place::Host(mut host), byte) => {
                if host.len() < HOST_BYTES_MAX {
                    host.push(byte.to_ascii_lowercase() as char);
                }
                Place::Host(host)
            }
            (Place::Path { allowed }, _) => Place::Path { allowed },
            _ => Place::Outside,
        };
    }
}

/// The host of `authority`, without user information and port (RFC 3986 §3.2).
fn host_of(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or(host);
    }
    host.split_once(':').map_or(host, |(host, _)| host)
}

fn ends_url(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'`' | b')' | b']' | b'}' | b'|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, unlisted: bool) {
        let hosts = HostList::new(["crm.acme.test".to_owned(), "*.in.acme.test".to_owned()]);
        let mut tracker = UrlTracker::default();
        for byte in text.bytes() {
            tracker.push(byte, &hosts);
        }
        assert_eq!(tracker.is_unlisted(), unlisted, "{text}");
    }

    #[test]
    fn hosts_are_told_apart() {
        check("see https://evil.test/?q=", true);
        check("see https://evil.test/?q=x then ", false);
        check("![x](https://evil.test/a)", false);
        check("https://crm.acme.test/users/", false);
        check("https://a.in.acme.test:8443/users/", false);
        check("https://in.acme.test.evil.test/", true);
        check("https://crm.acme.test@evil.test/", true);
        check("https://user:pw@crm.acme.test/", false);
        check("http://localhost:3000/", false);
        check("https://", true);
        check("a: //b", false);
        check("note: x/y", false);
    }
}
