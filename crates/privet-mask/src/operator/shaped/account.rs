//! Numbers of cards and accounts whose check digits hold.

use crate::operator::Draw;

/// A card number of the same scheme and length with a valid check digit (ISO/IEC 7812),
/// of a range that schemes and processors keep for tests.
pub(super) fn card(surface: &str, draw: &mut Draw) -> Option<String> {
    let digits: String = surface.chars().filter(char::is_ascii_digit).collect();
    let prefix = match digits.as_bytes() {
        [b'4', ..] => "424242",
        [b'5', ..] => "555555",
        [b'2', ..] => "222300",
        [b'3', b'4' | b'7', ..] => "378282",
        [b'3', b'5', ..] => "353011",
        [b'3', ..] => "305693",
        [b'6', ..] => "601111",
        _ => return None,
    };
    if !(13..=19).contains(&digits.len()) {
        return None;
    }
    let mut number = String::from(prefix);
    while number.len() + 1 < digits.len() {
        number.push(draw.digit());
    }
    number.push(luhn_digit(&number));
    Some(in_places(surface, &number, |c| c.is_ascii_digit()))
}

/// The digit that makes `number` and it pass (ISO/IEC 7812-1, annex B).
fn luhn_digit(number: &str) -> char {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if at % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// An IBAN of the same country and length whose check digits hold (ISO 13616), of a bank
/// that does not exist: its code is all zeros, or the letter X.
pub(super) fn iban(surface: &str, draw: &mut Draw) -> Option<String> {
    let plain: String = surface.chars().filter(char::is_ascii_alphanumeric).collect();
    let country = plain.get(..2).filter(|c| c.bytes().all(|b| b.is_ascii_alphabetic()))?;
    let bban = plain.get(4..).filter(|bban| (11..=30).contains(&bban.len()))?;
    let mut made = String::with_capacity(bban.len());
    for (at, c) in bban.chars().enumerate() {
        made.push(match c {
            c if c.is_ascii_alphabetic() => 'X',
            _ if at < 4 => '0',
            _ => draw.digit(),
        });
    }
    let country = country.to_ascii_uppercase();
    let check = 98 - remainder_97(&format!("{made}{country}00"));
    let whole = format!("{country}{check:02}{made}");
    Some(in_places(surface, &whole, |c| c.is_ascii_alphanumeric()))
}

/// ISO 7064 MOD 97-10 of digits and letters.
fn remainder_97(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        if digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 }
    })
}

/// `surface` with the characters that `counts` names replaced by those of `made`, in order.
fn in_places(surface: &str, made: &str, counts: fn(&char) -> bool) -> String {
    let mut next = made.chars();
    surface.chars().map(|c| if counts(&c) { next.next().unwrap_or(c) } else { c }).collect()
}
