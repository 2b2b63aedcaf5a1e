//! Check digits that many numbers share.

/// What a character counts: digits as they are, letters from 10 on.
pub(super) fn value_of(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

/// The sum of the values of `body` times `weights`, as far as both go.
pub(in crate::rule) fn weighted(body: &[u8], weights: &[u8]) -> Option<u32> {
    body.iter()
        .zip(weights)
        .try_fold(0u32, |sum, (byte, weight)| Some(sum + value_of(*byte)? * u32::from(*weight)))
}

/// The number that digits make, up to nine of them.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// The digits `from..to` of `value` as a number.
pub(super) fn part(value: &[u8], from: usize, to: usize) -> Option<u32> {
    number(value.get(from..to)?)
}

/// The digit at `at`.
pub(super) fn digit(value: &[u8], at: usize) -> Option<u32> {
    part(value, at, at + 1)
}

/// Whether all characters are the same, as in 000000000.
pub(super) fn is_one_digit(value: &[u8]) -> bool {
    value.windows(2).all(|pair| pair.first() == pair.last())
}

/// The formula of Luhn (ISO/IEC 7812-1), check digit last.
pub(in crate::rule) fn luhn(value: &[u8]) -> bool {
    luhn_sum(value).is_some_and(|sum| sum % 10 == 0) && !is_one_digit(value)
}

/// Luhn's sum; letters count as two digits, as in ISIN.
pub(super) fn luhn_sum(value: &[u8]) -> Option<u32> {
    let mut sum = 0;
    for (index, byte) in value.iter().rev().enumerate() {
        let digit = char::from(*byte).to_digit(10)?;
        let doubled = if index % 2 == 1 { digit * 2 } else { digit };
        sum += doubled / 10 + doubled % 10;
    }
    Some(sum)
}

/// Verhoeff's scheme, check digit last.
pub(in crate::rule) fn verhoeff(value: &[u8]) -> bool {
    let mut check = 0u8;
    for (index, byte) in value.iter().rev().enumerate() {
        let Some(digit) = byte.checked_sub(b'0').filter(|digit| *digit < 10) else { return false };
        let row = PERMUTATION.get(index % 8).and_then(|row| row.get(usize::from(digit)));
        let Some(next) =
            row.and_then(|p| MULTIPLICATION.get(usize::from(check))?.get(usize::from(*p)))
        else {
            return false;
        };
        check = *next;
    }
    check == 0
}

/// ISO 7064 MOD 97-10 over letters and digits, check digits last.
pub(in crate::rule) fn mod97_10(value: &[u8]) -> bool {
    remainder97(value) == Some(1)
}

/// The remainder by 97 of `value`, letters counted as two digits.
pub(in crate::rule) fn remainder97(value: &[u8]) -> Option<u32> {
    value.iter().try_fold(0u32, |rest, byte| {
        let digit = value_of(*byte)?;
        Some(if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
    })
}

/// ISO 7064 MOD 11-10, check digit last.
pub(in crate::rule) fn mod11_10(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let product = body.iter().try_fold(10u32, |product, byte| {
        let sum = (char::from(*byte).to_digit(10)? + product) % 10;
        Some(if sum == 0 { 10 } else { sum } * 2 % 11)
    });
    let last = char::from(*last).to_digit(10);
    product.is_some_and(|product| last == Some((11 - product) % 10))
}

/// ISO 7064 MOD 11-2, check digit or X last.
pub(in crate::rule) fn mod11_2(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let rest = body
        .iter()
        .try_fold(0u32, |rest, byte| Some((rest + char::from(*byte).to_digit(10)?) * 2 % 11));
    let check = rest.map(|rest| (12 - rest) % 11);
    let last = if *last == b'X' { Some(10) } else { char::from(*last).to_digit(10) };
    check.is_some() && check == last
}

/// The check digit of a sum by 11: what is missing to a multiple; 10 and 11 as given.
pub(super) fn missing11(sum: u32) -> u32 {
    (11 - sum % 11) % 11
}

const MULTIPLICATION: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

const PERMUTATION: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];
