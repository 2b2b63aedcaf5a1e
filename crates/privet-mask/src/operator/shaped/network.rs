//! Addresses of machines.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::operator::Draw;

/// IPv4: of 198.18.0.0/15, kept for measuring (RFC 2544), 131,072 addresses. The 768 of
/// manuals (RFC 5737) are left out: models write those by themselves. IPv6: of
/// 2001:db8::/32 (RFC 3849).
pub(super) fn ip(surface: &str, draw: &mut Draw) -> Option<String> {
    match surface.parse().ok()? {
        IpAddr::V4(_) => {
            let [_, _, third, fourth] = draw.below(1 << 17).to_be_bytes();
            let second = 18 + u8::try_from(draw.below(2)).unwrap_or(0);
            // No address that a network or a program keeps for itself.
            let fourth = fourth.clamp(2, 253);
            Some(Ipv4Addr::new(198, second, third, fourth).to_string())
        }
        IpAddr::V6(_) => {
            let mut group = || u16::try_from(draw.below(0xFFFF) + 1).unwrap_or(1);
            let (a, b, c) = (group(), group(), group());
            Some(Ipv6Addr::new(0x2001, 0xDB8, a, b, 0, 0, 0, c).to_string())
        }
    }
}

/// A locally administered unicast address (IEEE 802), with the same separators and case.
pub(super) fn mac(surface: &str, draw: &mut Draw) -> Option<String> {
    let digits = surface.bytes().filter(u8::is_ascii_hexdigit).count();
    if digits != 12 && digits != 16 {
        return None;
    }
    let small = surface.bytes().any(|byte| matches!(byte, b'a'..=b'f'));
    let mut place = 0;
    let made = surface.chars().map(|c| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        place += 1;
        match place {
            1 => hex(draw.below(16), small),
            // Bit 1 says locally administered, bit 0 would say multicast.
            2 => hex(4 * draw.below(4) + 2, small),
            _ => hex(draw.below(16), small),
        }
    });
    Some(made.collect())
}

/// A UUID of the same version and variant (RFC 9562), with the same braces and case.
pub(super) fn uuid(surface: &str, draw: &mut Draw) -> Option<String> {
    if surface.bytes().filter(u8::is_ascii_hexdigit).count() != 32 {
        return None;
    }
    let small = !surface.bytes().any(|byte| byte.is_ascii_uppercase());
    let mut place = 0;
    let made = surface.chars().map(|c| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        place += 1;
        match place {
            13 | 17 => c,
            _ => hex(draw.below(16), small),
        }
    });
    Some(made.collect())
}

fn hex(value: u32, small: bool) -> char {
    let digit = char::from_digit(value, 16).unwrap_or('0');
    if small { digit } else { digit.to_ascii_uppercase() }
}
