//! Passwords and tokens in the user part of a URL (RFC 3986 §3.2.1).

use privet_text::{EntityType, Finding, Score};

use super::value::{is_placeholder, looks_random};
use crate::claim::Claim;
use crate::reading::{before, run};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[Rule { triggers: &["://"], reader: read_userinfo }];

fn read_userinfo(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    if !before(site.bytes, site.start).is_ascii_alphanumeric() {
        return site.end;
    }
    let end = run(site.bytes, site.end, AUTHORITY_BYTES_MAX, is_authority);
    let authority = site.text.get(site.end..end).unwrap_or_default();
    // A password may hold an `@` that nobody escaped: the last one counts, unless a
    // blank or quote came first.
    let Some((userinfo, host)) = authority.rsplit_once('@') else { return site.end };
    if host.is_empty() {
        return site.end;
    }
    let (user, secret) = match userinfo.split_once(':') {
        Some((user, password)) => (user, password),
        None => ("", userinfo),
    };
    let is_token = userinfo.len() == secret.len();
    let counts = if is_token { looks_random(secret) } else { secret.len() >= 3 && secret != user };
    let start = site.end + userinfo.len() - secret.len();
    let claim = Claim::new(EntityType::Secret, "secret/url-password", Score::PATTERN);
    if counts
        && !is_placeholder(secret)
        && let Some(finding) = claim.at(start, start + secret.len())
    {
        found(finding);
    }
    site.end
}

fn is_authority(byte: u8) -> bool {
    byte >= 0x80
        || byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b',' | b'(' | b')'
            )
}

const AUTHORITY_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn passwords() {
        check("postgres://app:WrvpzIicX38Xhzm7@db-8.corp.example:5432/main", &["WrvpzIicX38Xhzm7"]);
        check("git clone https://deploy:TdfsGedSlRWr7@git.corp.example/x", &["TdfsGedSlRWr7"]);
        check("redis://:s3cr3tpw@cache:6379", &["s3cr3tpw"]);
        check("https://ab12cd34ef56ab78cd90@git.example.com/x", &["ab12cd34ef56ab78cd90"]);
        check("amqp://u:p@ss1w0rd@host", &["p@ss1w0rd"]);
    }

    #[test]
    fn not_passwords() {
        check("https://user@example.com/ ssh://git@example.com", &[]);
        check("postgres://user:password@localhost postgres://postgres:postgres@localhost", &[]);
        check("https://user:${PASS}@example.com https://u:<password>@h", &[]);
        check("https://example.com:8080/@scope/pkg", &[]);
    }
}
