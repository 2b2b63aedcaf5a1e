//! IP addresses, without loopback, unspecified, netmasks and version numbers.

use std::net::{Ipv4Addr, Ipv6Addr};

use memchr::memchr;
use privet_text::{EntityType, Finding, Score};

use super::chain::Chain;
use crate::claim::Claim;
use crate::reading::{before, byte, cue_before, is_word, precedes, run, run_back};

/// Finds an IPv4 address that fills the chain, or its last four groups after a space.
pub(super) fn read_v4(chain: &Chain<'_>, found: &mut dyn FnMut(Finding)) {
    let groups = chain.groups.len();
    let mut from = 0;
    while from + 4 <= groups {
        let finding = chain.part(from, from + 4).and_then(|part| read_one_v4(&part));
        from += if finding.is_some() { 4 } else { 1 };
        if let Some(finding) = finding {
            found(finding);
        }
    }
}

fn read_one_v4(part: &Chain<'_>) -> Option<Finding> {
    if !part.joined_by(b".") || part.digits > 12 {
        return None;
    }
    let (start, end) = (part.start(), part.end());
    let text = std::str::from_utf8(part.bytes.get(start..end)?).ok()?;
    let address: Ipv4Addr = text.parse().ok()?;
    let next = byte(part.bytes, end);
    let dotted_on =
        matches!(next, b'.' | b'-') && byte(part.bytes, end + 1).is_ascii_alphanumeric();
    if dotted_on || (is_word(next) && next < 0x80) || is_version(part.bytes, start) {
        return None;
    }
    if !is_somebodys(address) {
        return None;
    }
    let cue = cue_before(part.bytes, start, 24, NETWORK_CUES);
    if cue.is_none()
        && (is_small(address, part.bytes, end) || is_object_identifier(part.bytes, start))
    {
        return None;
    }
    Claim::new(EntityType::IpAddress, "ipv4", Score::PATTERN).at(start, end)
}

/// Whether all parts are small and no port or network follows: "Git 1.7.12.2". Few
/// machines have such an address, and many programs such a version.
fn is_small(address: Ipv4Addr, bytes: &[u8], end: usize) -> bool {
    let [a, b, c, d] = address.octets();
    let goes_on = matches!(byte(bytes, end), b':' | b'/') && byte(bytes, end + 1).is_ascii_digit();
    !goes_on && a < 10 && b < 32 && c < 32 && d < 32 && ![b, c, d].iter().all(|part| *part == a)
}

/// `OBJECT_IDENTIFIER { 1.3.101.112 }`, "OID 2.5.4.3".
fn is_object_identifier(bytes: &[u8], start: usize) -> bool {
    cue_before(bytes, start, 32, &["oid", "identifier", "oids"]).is_some()
}

/// Words that say that a row of numbers is an address.
const NETWORK_CUES: &[&str] = &[
    "ip", "host", "address", "addr", "server", "from", "ping", "ssh", "gateway", "dns", "peer",
    "via",
];

/// Whether an address names a machine at all.
fn is_somebodys(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    let is_mask = a == 255 && (b == 255 || b == 0);
    // `4.0.0.0` is an assembly version, `10.0.0.0` a whole network.
    let is_round = [b, c, d] == [0, 0, 0];
    !(address.is_loopback() || a == 0 || is_mask || is_round || address.is_broadcast())
}

/// Whether what begins at `start` is a version: `v1.2.3.4`, `Chrome/120.0.6.1`, `==1.2.3.4`.
fn is_version(bytes: &[u8], start: usize) -> bool {
    let blank = usize::from(before(bytes, start) == b' ');
    let last = before(bytes, start);
    let far = before(bytes, start.saturating_sub(1));
    // `== 1.2.3.0`, `~=1.2.3.0`
    if before(bytes, start - blank) == b'='
        && matches!(
            before(bytes, start.saturating_sub(blank + 1)),
            b'=' | b'~' | b'>' | b'<' | b'!'
        )
    {
        return true;
    }
    match last {
        b'/' => (far.is_ascii_alphabetic() && !is_path_of_host(bytes, start)) || far == b'.',
        b'.' | b'-' | b'_' | b'~' | b'^' | b'+' => true,
        b'n' | b'r' | b't' if far == b'\\' => false,
        0x80.. => false,
        _ if last.is_ascii_alphanumeric() => true,
        _ => cue_before(bytes, start, 14, VERSION_CUES).is_some(),
    }
}

/// `tcp/10.1.2.3` and `host/10.1.2.3` name an address, unlike `Chrome/120.0.6.1`.
fn is_path_of_host(bytes: &[u8], start: usize) -> bool {
    ["tcp/", "udp/", "host/", "ip/", "from/", "addr/", "address/", "server/", "node/"]
        .iter()
        .any(|prefix| precedes(bytes, start, prefix))
}

/// Finds IPv6 addresses (RFC 4291) of the ranges in use.
pub(super) fn read_v6(text: &str, found: &mut dyn FnMut(Finding)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(colon) = bytes.get(at..).and_then(|rest| memchr(b':', rest)) {
        let colon = at + colon;
        // Timestamps, keys and paths of Rust have colons too: a run with fewer
        // than two of them is not worth more than this look.
        let start = run_back(bytes, colon, 4, |byte| byte.is_ascii_hexdigit());
        let end = run(bytes, colon, 41, |byte| byte.is_ascii_hexdigit() || byte == b':');
        at = end.max(colon + 1);
        if end - start < 4 || !prefix_is_in_use(bytes, start) || is_word(before(bytes, start)) {
            continue;
        }
        if is_word(byte(bytes, end)) || before(bytes, start) == b':' {
            continue;
        }
        let end = if before(bytes, end) == b':' && before(bytes, end - 1) != b':' {
            end - 1
        } else {
            end
        };
        let parsed = text.get(start..end).and_then(|part| part.parse::<Ipv6Addr>().ok());
        // `2001::` is a network, `ffff::1` a mask or a group: neither is a machine.
        let network = text.get(start..end).is_some_and(|part| part.ends_with("::"));
        let parsed = parsed.filter(|address| !network && !address.is_multicast());
        let claim = Claim::new(EntityType::IpAddress, "ipv6", Score::PATTERN);
        if let Some(finding) = parsed.and_then(|_| claim.at(start, end)) {
            found(finding);
        }
    }
}

/// Global unicast, unique local, link-local and multicast. A word of hexadecimal
/// letters such as `face::add` does not begin like one of these.
fn prefix_is_in_use(bytes: &[u8], start: usize) -> bool {
    let head = bytes.get(start..start + 4).unwrap_or_default();
    let [a, b, c, d] = head else { return false };
    let all_hex = head.iter().all(u8::is_ascii_hexdigit);
    let known = matches!(
        (a.to_ascii_lowercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()),
        (b'2' | b'3', _, _) | (b'f', b'c' | b'd' | b'f', _) | (b'f', b'e', b'8'..=b'b')
    );
    let translated = [*a, *b, *c, *d] == *b"64:f";
    (all_hex && known) || translated
}

const VERSION_CUES: &[&str] = &[
    "version", "ver", "v", "versions", "release", "build", "section", "chapter", "clause", "rev",
    "revision",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::check;

    const IP: EntityType = EntityType::IpAddress;

    #[test]
    fn addresses() {
        check(IP, "from 203.0.113.7:8080 to 10.1.2.3/24", &["203.0.113.7", "10.1.2.3"]);
        check(IP, "http://192.168.4.21/x", &["192.168.4.21"]);
        check(
            IP,
            "inet6 2001:db8::1 fe80::1ff:fe23:4567:890a%eth0",
            &["2001:db8::1", "fe80::1ff:fe23:4567:890a"],
        );
        check(
            IP,
            "[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:443",
            &["2001:0db8:85a3:0000:0000:8a2e:0370:7334"],
        );
        check(IP, "::ffff:198.51.100.9", &["198.51.100.9"]);
        check(IP, "at 198.51.100.9.", &["198.51.100.9"]);
    }

    #[test]
    fn not_addresses() {
        check(IP, "127.0.0.1 0.0.0.0 ::1 :: 255.255.255.0", &[]);
        check(IP, "v1.2.3.4 version 1.2.3.4 Chrome/120.0.6.1 pkg==1.2.3.4 1.2.3.4.5", &[]);
        check(IP, "4.0.0.0 256.1.1.1 1.2.3 01.02.03.04", &[]);
        check(IP, "std::fmt a::b face::add 12:34:56 00:1a:2b:3c:4d:5e 2026:11:21", &[]);
    }
}
