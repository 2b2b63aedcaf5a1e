//! Private keys in PEM armour (RFC 7468, RFC 4880), whole, cut off, on one line
//! with `\n` escapes, or pasted together from quoted lines of a program.

use memchr::memmem;
use privet_text::{EntityType, Finding, Reason, Score};

use crate::claim::Claim;
use crate::reading::{before, byte, run};
use crate::trigger::{Rule, Site};

/// The rules of this file.
pub(super) const RULES: &[Rule] = &[
    Rule { triggers: &["-----begin "], reader: read_pem },
    Rule { triggers: &["putty-user-key-file-"], reader: read_putty },
];

fn read_pem(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let label_end =
        run(site.bytes, site.end, LABEL_BYTES_MAX, |byte| byte != b'-' && byte != b'\n');
    let label = site.text.get(site.end..label_end).unwrap_or_default();
    if !label.to_ascii_uppercase().contains("PRIVATE KEY") {
        return site.end;
    }
    let body = run(site.bytes, label_end, 5, |byte| byte == b'-');
    let end = block_end(site.bytes, body);
    let claim = if holds_key(site.bytes, body) {
        Claim::new(EntityType::Secret, "secret/private-key", Score::SHAPE).because(Reason::Checksum)
    } else {
        Claim::new(EntityType::Secret, "secret/private-key", Score::PATTERN)
    };
    if end > body + KEY_BYTES_MIN
        && let Some(finding) = claim.at(site.start, end)
    {
        found(finding);
    }
    end
}

/// Whether the body begins as a key does: a DER sequence (X.690) whose length fits its
/// form, or the format of OpenSSH.
fn holds_key(bytes: &[u8], body: usize) -> bool {
    let start = skip_joint(bytes, body);
    let end = run(bytes, start, HEAD_BYTES, is_base64);
    let Some(head) = bytes.get(start..end) else { return false };
    let Ok(head) = data_encoding::BASE64.decode(head) else { return false };
    match head.as_slice() {
        // A short length, or one of one to three bytes without a leading zero.
        [0x30, 0x20..=0x7F, 0x02 | 0x30, ..] => true,
        [0x30, 0x81, 0x80..=0xFF, 0x02 | 0x30, ..] => true,
        [0x30, 0x82, 1..=0xFF, _, 0x02 | 0x30, ..] => true,
        [0x30, 0x83, 1..=0xFF, _, _, 0x02 | 0x30, ..] => true,
        head => head.starts_with(b"openssh-key-"),
    }
}

/// Where the block whose body begins at `body` ends: after its END line, or where
/// the base64 stops.
fn block_end(bytes: &[u8], body: usize) -> usize {
    let rest = bytes.get(body..).unwrap_or_default();
    // The next dashes are those of the END line, or of another block at the latest,
    // so that many beginnings without an end are not searched again and again.
    let dashes = memmem::find(rest, b"-----").map(|at| body + at);
    if let Some(end_line) =
        dashes.filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"-----END")))
        && end_line - body <= BLOCK_BYTES_MAX
    {
        let label_end =
            run(bytes, end_line + 5, LABEL_BYTES_MAX, |byte| byte != b'-' && byte != b'\n');
        return run(bytes, label_end, 5, |byte| byte == b'-');
    }
    base64_end(bytes, body)
}

/// Where lines of base64 end, whatever joins them.
fn base64_end(bytes: &[u8], body: usize) -> usize {
    let mut at = body;
    let mut end = body;
    loop {
        at = skip_joint(bytes, at);
        let line = run(bytes, at, usize::MAX, is_base64);
        let followed = byte(bytes, line);
        // A word of a sentence is shorter than a line, and a blank follows it.
        let is_line = line - at >= LINE_BYTES_MIN
            || (line > at && matches!(followed, 0 | b'\n' | b'\r' | b'"' | b'\\') && end > body);
        if !is_line {
            return end;
        }
        at = line;
        end = line;
    }
}

/// Skips what stands between two lines of base64.
fn skip_joint(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    for _ in 0..JOINT_BYTES_MAX {
        let here = byte(bytes, at);
        let escape = here == b'\\' && matches!(byte(bytes, at + 1), b'n' | b'r' | b't' | b'\\');
        if escape {
            at += 2;
        } else if here.is_ascii_whitespace()
            || matches!(here, b'"' | b'\'' | b',' | b'>' | b'|' | b'#' | b'*')
            || is_lone_plus(bytes, at)
        {
            at += 1;
        } else {
            break;
        }
    }
    at
}

fn is_lone_plus(bytes: &[u8], at: usize) -> bool {
    byte(bytes, at) == b'+'
        && before(bytes, at) == b' '
        && matches!(byte(bytes, at + 1), b'\n' | b'\r' | b' ')
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// PuTTY's own format: everything after `Private-Lines:`.
fn read_putty(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let window = site
        .bytes
        .get(site.end..site.bytes.len().min(site.end + BLOCK_BYTES_MAX))
        .unwrap_or_default();
    let Some(lines) = memmem::find(window, b"Private-Lines:") else { return site.end };
    let body =
        run(site.bytes, site.end + lines + 14, 8, |byte| byte == b' ' || byte.is_ascii_digit());
    let end = base64_end(site.bytes, body);
    if let Some(finding) =
        Claim::new(EntityType::Secret, "secret/private-key", Score::PATTERN).at(body, end)
    {
        found(finding);
    }
    end.max(site.end)
}

/// Sixteen letters of base64 are twelve bytes.
const HEAD_BYTES: usize = 16;
const LABEL_BYTES_MAX: usize = 64;
const LINE_BYTES_MIN: usize = 20;
const KEY_BYTES_MIN: usize = 24;
const JOINT_BYTES_MAX: usize = 64;
const BLOCK_BYTES_MAX: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::super::check;

    const LINE: &str = "w1XvR4PM0N+RVEqWYYsA6+zAWiMNIZxDMtsgLlg7aDh9aFK8iT/dlGhLYsAqLreQ";

    #[test]
    fn the_inside_of_a_key() {
        for (body, want) in [
            ("\nMIIEpAIBAAKCAQEA3Tz2mr7S", true),
            ("\\nMC4CAQAwBQYDK2Vw", true),
            ("\nb3BlbnNzaC1rZXktdjEA", true),
            ("\nThisIsNoKeyAtAll", false),
            ("\nMIIAAAIBAAKCAQEA", false),
        ] {
            assert_eq!(super::holds_key(body.as_bytes(), 0), want, "{body:?}");
        }
    }

    #[test]
    fn keys() {
        let key = format!(
            "-----BEGIN RSA PRIVATE KEY-----\n{LINE}\n{LINE}\nab==\n-----END RSA PRIVATE KEY-----"
        );
        check(&format!("see\n{key}\nend"), &[&key]);
        let one_line = key.replace('\n', "\\n");
        check(&format!("{{\"private_key\": \"{one_line}\\n\"}}"), &[&one_line]);
        let encrypted = format!(
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n{LINE}\n-----END EC PRIVATE KEY-----"
        );
        check(&encrypted, &[&encrypted]);
        let cut = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{LINE}\nab3+");
        check(&format!("{cut}\nDoes it load?"), &[&cut]);
    }

    #[test]
    fn not_keys() {
        check(&format!("-----BEGIN PUBLIC KEY-----\n{LINE}\n-----END PUBLIC KEY-----"), &[]);
        check(&format!("-----BEGIN CERTIFICATE-----\n{LINE}\n-----END CERTIFICATE-----"), &[]);
        check("if line == \"-----BEGIN PRIVATE KEY-----\": continue", &[]);
    }
}
