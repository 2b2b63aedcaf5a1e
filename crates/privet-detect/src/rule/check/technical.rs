//! Machines, vehicles and places on the map.

use super::digits::{is_one_digit, luhn, value_of};

/// IMEI: Luhn, and not all the same.
pub(in crate::rule) fn imei(value: &[u8]) -> bool {
    value.get(..15).is_some_and(luhn) && !value.starts_with(b"000000")
}

/// A MAC address that names one card: neither all zeros nor all ones.
pub(in crate::rule) fn mac(value: &[u8]) -> bool {
    !is_one_digit(value) && value.len() == 12
}

/// A UUID that is not made of one digit.
pub(in crate::rule) fn uuid(value: &[u8]) -> bool {
    !is_one_digit(value)
}

/// A vehicle number: the ninth character checks the others (49 CFR 565.15).
pub(in crate::rule) fn vin_checked(value: &[u8]) -> bool {
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum = value.iter().zip(weights).try_fold(0u32, |sum, (byte, weight)| {
        let counted = match byte {
            b'0'..=b'9' => value_of(*byte)?,
            b'A'..=b'H' => u32::from(byte - b'A') + 1,
            b'J'..=b'N' => u32::from(byte - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => u32::from(byte - b'S') + 2,
            _ => return None,
        };
        Some(sum + counted * weight)
    });
    vin(value)
        && sum.is_some_and(|sum| {
            value.get(8).is_some_and(|check| match sum % 11 {
                10 => *check == b'X',
                digit => value_of(*check) == Some(digit),
            })
        })
}

/// A vehicle number has letters and digits of many kinds.
pub(in crate::rule) fn vin(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    value.len() == 17
        && (2..=13).contains(&letters)
        && value.iter().skip(12).all(u8::is_ascii_digit)
}

/// Two decimal degrees: latitude to 90, longitude to 180, not both whole.
pub(in crate::rule) fn coordinates(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let mut parts = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    let mut next = || parts.find(|part| !part.is_empty()).and_then(|part| part.parse::<f64>().ok());
    match (next(), next()) {
        (Some(latitude), Some(longitude)) => latitude.abs() <= 90.0 && longitude.abs() <= 180.0,
        _ => false,
    }
}

/// A host: letters and digits with a dot, a digit or a dash among them.
pub(in crate::rule) fn host(value: &[u8]) -> bool {
    value.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
        && value.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// A mail header holds an address, a host or a bracket.
pub(in crate::rule) fn mail_header(value: &[u8]) -> bool {
    // `Received: {body}` and `received: %r` are formats of programs.
    let format = value.trim_ascii_start().first().is_some_and(|b| matches!(b, b'{' | b'%' | b'$'));
    !format && value.iter().any(|byte| matches!(byte, b'<' | b'@' | b'[' | b'=' | b'('))
}

/// A URL whose host has a dot, or a path behind a host of one word.
pub(in crate::rule) fn url(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let label = host.rsplit('.').next().unwrap_or_default();
    if text.contains("://") {
        host.len() >= 3
    } else {
        host.matches('.').count() >= 2 && label.len() >= 2
    }
}

/// A street behind its kind: a capital letter among the first words, a number behind.
pub(in crate::rule) fn street_capital(value: &[u8]) -> bool {
    let kind = value.iter().position(|byte| matches!(byte, b' ' | b'/')).unwrap_or(0);
    let name = value.get(kind + 1..).unwrap_or_default();
    let word = name.iter().position(|byte| !byte.is_ascii_uppercase()).unwrap_or(0);
    // "via API 2": a word of capitals only is no street, unless it is long.
    let next = name.get(word).copied().unwrap_or_default();
    name.len() >= 5 && (word <= 1 || word >= 5 || !matches!(next, b' ' | b'-'))
}
