//! Credentials in HTTP headers: `Authorization` with Basic (RFC 7617), Bearer
//! (RFC 6750) and their relatives.

use privet_text::{EntityType, Finding, Reason, Score};

use super::value::{is_placeholder, looks_random};
use crate::claim::Claim;
use crate::reading::{is_blank, run, word_starts};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    Rule { triggers: &["basic "], reader: read_basic },
    Rule {
        triggers: &[
            "bearer ",
            "authorization: token ",
            "authorization: apikey ",
            "authorization: bot ",
        ],
        reader: read_bearer,
    },
];

/// `Basic` and base64 of `user:password`.
fn read_basic(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let start = run(site.bytes, site.end, 4, is_blank);
    let end = run(site.bytes, start, TOKEN_BYTES_MAX, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
    });
    let value = site.text.get(start..end).unwrap_or_default();
    if word_starts(site.bytes, site.start) && value.len() >= 8 && is_user_and_password(value) {
        let claim = Claim::new(EntityType::Secret, "secret/basic-auth", Score::SHAPE)
            .because(Reason::Checksum);
        if let Some(finding) = claim.at(start, end) {
            found(finding);
        }
    }
    site.end
}

fn is_user_and_password(value: &str) -> bool {
    let bare = value.trim_end_matches('=');
    let decoded = data_encoding::BASE64_NOPAD.decode(bare.as_bytes());
    let Ok(decoded) = decoded.or_else(|_| data_encoding::BASE64URL_NOPAD.decode(bare.as_bytes()))
    else {
        return false;
    };
    let Ok(text) = std::str::from_utf8(&decoded) else { return false };
    let Some((_, password)) = text.split_once(':') else { return false };
    !is_placeholder(password) && !text.chars().any(char::is_control)
}

/// `Bearer` and an opaque token.
fn read_bearer(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let start = run(site.bytes, site.end, 4, is_blank);
    let end = run(site.bytes, start, TOKEN_BYTES_MAX, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
    });
    let value = site.text.get(start..end).unwrap_or_default().trim_end_matches('.');
    if !word_starts(site.bytes, site.start) || !looks_random(value) || is_placeholder(value) {
        return site.end;
    }
    let claim = Claim::new(EntityType::Secret, "secret/bearer", Score::SHAPE)
        .because(Reason::Context("bearer"));
    if let Some(finding) = claim.at(start, start + value.len()) {
        found(finding);
    }
    site.end
}

const TOKEN_BYTES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn credentials() {
        check(
            "Authorization: Basic c3ZjOmtzREhxWGU2VDk1M0MyU1IzTg==\r\n",
            &["c3ZjOmtzREhxWGU2VDk1M0MyU1IzTg=="],
        );
        check(
            "-H 'Authorization: Bearer FA_k-EL8o83EOHJYUpSaRTLaWNH4Ja_iAiHdWz7VEE_v-dAj'",
            &["FA_k-EL8o83EOHJYUpSaRTLaWNH4Ja_iAiHdWz7VEE_v-dAj"],
        );
        check(
            "I send bearer FAk8EL8o83EOHJYUpSaRTLaWNH4Ja and get 401.",
            &["FAk8EL8o83EOHJYUpSaRTLaWNH4Ja"],
        );
    }

    #[test]
    fn not_credentials() {
        check("Authorization: Bearer <token> or Bearer $TOKEN", &[]);
        check("the bearer of good news, a basic understanding", &[]);
        check("Basic realm=\"x\"", &[]);
        // The example of RFC 7617.
        check("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", &[]);
    }
}
