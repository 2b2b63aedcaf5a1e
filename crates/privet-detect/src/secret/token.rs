//! Tokens with an inner structure: JWT, Telegram, Mailchimp, Azure.

use privet_text::{EntityType, Finding, Reason, Score};

use super::value::{is_placeholder, looks_random};
use crate::claim::Claim;
use crate::reading::{before, byte, run, run_back, word_ends, word_starts};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    Rule { triggers: &["eyj"], reader: read_jwt },
    Rule { triggers: &[":aa"], reader: read_telegram },
    Rule { triggers: &["-us"], reader: read_mailchimp },
    Rule { triggers: &["q~"], reader: read_azure_client_secret },
    Rule { triggers: &["accountkey=", "sharedaccesskey=", "sig="], reader: read_azure_key },
];

fn report(
    id: &'static str,
    base: Score,
    reason: Option<Reason>,
    start: usize,
    end: usize,
    found: &mut dyn FnMut(Finding),
) {
    let claim = Claim::new(EntityType::Secret, id, base);
    let claim = match reason {
        Some(reason) => claim.because(reason),
        None => claim,
    };
    if let Some(finding) = claim.at(start, end) {
        found(finding);
    }
}

/// JSON web tokens (RFC 7519): three or five parts, the first of them JSON.
fn read_jwt(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    if !word_starts(site.bytes, site.start)
        || !site.bytes.get(site.start..).is_some_and(|rest| rest.starts_with(b"eyJ"))
    {
        return site.start;
    }
    let is_url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let header_end = run(site.bytes, site.start, usize::MAX, is_url);
    let mut end = header_end;
    let mut parts = 1;
    while parts < 5 && byte(site.bytes, end) == b'.' {
        let part_end = run(site.bytes, end + 1, usize::MAX, is_url);
        // A full stop after a token ends the sentence.
        if part_end == end + 1 {
            break;
        }
        end = part_end;
        parts += 1;
    }
    let header = site.text.get(site.start..header_end).unwrap_or_default();
    let body_is_there = end >= header_end + 8;
    if parts >= 2 && body_is_there && header.len() <= 4096 && is_jose_header(header) {
        report("secret/jwt", Score::SHAPE, Some(Reason::Checksum), site.start, end, found);
    }
    end
}

/// Whether `header` is base64url of a JSON object that names an algorithm or type.
fn is_jose_header(header: &str) -> bool {
    // Characters beyond the last full byte are cut off rather than refused: what
    // counts is the beginning.
    let whole = header.len() - usize::from(header.len() % 4 == 1);
    let bytes = header.as_bytes().get(..whole).unwrap_or_default();
    let mut permissive = data_encoding::BASE64URL_NOPAD.specification();
    permissive.check_trailing_bits = false;
    let decoded = permissive.encoding().ok().and_then(|base64| base64.decode(bytes).ok());
    let Some(decoded) = decoded else { return false };
    let Ok(json) = std::str::from_utf8(&decoded) else { return false };
    json.starts_with('{')
        && ["\"alg\"", "\"typ\"", "\"kid\"", "\"enc\""].iter().any(|key| json.contains(key))
}

/// Telegram bot tokens: the bot's number, a colon, 35 characters from `AA`.
fn read_telegram(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let start = run_back(site.bytes, site.start, 11, |byte| byte.is_ascii_digit());
    let is_url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let end = run(site.bytes, site.start + 1, 37, is_url);
    let starts =
        word_starts(site.bytes, start) || crate::reading::precedes(site.bytes, start, "bot");
    let fits =
        (8..=10).contains(&(site.start - start)) && (33..=36).contains(&(end - site.start - 1));
    if starts
        && fits
        && word_ends(site.bytes, end)
        && byte(site.bytes, site.start + 1).is_ascii_uppercase()
    {
        report("secret/telegram-token", Score::PATTERN, None, start, end, found);
    }
    site.start + 1
}

/// Mailchimp keys: 32 hexadecimal digits and a data centre.
fn read_mailchimp(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let start =
        run_back(site.bytes, site.start, 33, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let end = run(site.bytes, site.end, 3, |byte| byte.is_ascii_digit());
    let digits = end - site.end;
    if site.start - start == 32
        && (1..=2).contains(&digits)
        && word_starts(site.bytes, start)
        && word_ends(site.bytes, end)
    {
        report("secret/mailchimp-key", Score::PATTERN, None, start, end, found);
    }
    site.end
}

/// Entra ID client secrets: three characters, a digit, `Q~`, then 31 to 34.
fn read_azure_client_secret(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let Some(start) = site.start.checked_sub(4) else { return site.end };
    let end = run(site.bytes, site.end, 36, is_part);
    let end = end - usize::from(before(site.bytes, end) == b'.');
    let head = site.bytes.get(start..site.start).unwrap_or_default();
    let head_fits =
        head.iter().all(|byte| is_part(*byte)) && head.last().is_some_and(u8::is_ascii_digit);
    let cased = byte(site.bytes, site.start) == b'Q';
    if cased
        && head_fits
        && !is_part(before(site.bytes, start))
        && (31..=34).contains(&(end - site.end))
    {
        report("secret/azure-client-secret", Score::PATTERN, None, start, end, found);
    }
    site.end
}

/// Azure storage and service bus keys in connection strings, and SAS signatures.
fn read_azure_key(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'%' | b'-' | b'_')
    };
    let end = run(site.bytes, site.end, 120, is_part);
    let value = site.text.get(site.end..end).unwrap_or_default();
    let bare = byte(site.bytes, site.start) | 0x20 == b's' && site.end - site.start == 4;
    let begins = !bare || matches!(before(site.bytes, site.start), b'?' | b'&');
    if value.len() >= 40 && begins && looks_random(value) && !is_placeholder(value) {
        report("secret/azure-key", Score::PATTERN, None, site.end, end, found);
    }
    end.max(site.end)
}

#[cfg(test)]
mod tests {
    use super::super::check;

    // Cut in two, so that no scanner takes this file for one that leaks.
    #[test]
    fn tokens() {
        for token in [
            concat!(
                "ey",
                "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiAiMzE2ODE1NDQyNiJ9.GJcmRBuRuts8pJA2wDvlC8tZYzD"
            ),
            concat!("3897147774:", "AAVKZZYyXsR7ekEjwUI68QNVxwvltB9Rnts"),
            concat!("SK", "bfc54d5f667b388b3f9c6ad09844593d"),
            concat!("a2e376e9db073ac7d7a7c198ffe01ce7", "-us20"),
            concat!("CLh8Q", "~3O8uZ8uPW5xmm5_njEVqk088Wr2_x7KmuQ"),
        ] {
            check(&format!("send {token}. Then"), &[token]);
            check(&format!("x: '{token}'"), &[token]);
        }
        let key = "dqB0PxjWXBEv9Pds0JppSe3wVRWwaqs8a+E2PKtLGIkD/NcbQqja1yLdernIS9qFvpgu4QilOsr95Vk9uxJ6Bw==";
        check(&format!("AccountName=x;AccountKey={key};E"), &[key]);
    }

    #[test]
    fn not_tokens() {
        check("eyJub3QiOiJhIGp3dCJ9.something.else", &[]);
        check("ratio 12345678:AA and AS12:AAAA", &[]);
        check("region-us1 and a-us20", &[]);
    }
}
