//! Patients, doctors and health plans.

use super::digits::{digit, is_one_digit, luhn, weighted};

/// Great Britain, NHS number: 10 to 2 by 11.
pub(in crate::rule) fn gb_nhs(value: &[u8]) -> bool {
    let Some(body) = value.get(..9) else { return false };
    weighted(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| digit(value, 9) == Some((11 - sum % 11) % 11))
        && !is_one_digit(value)
}

/// US, provider identifier: Luhn with 80840 before it.
pub(in crate::rule) fn us_npi(value: &[u8]) -> bool {
    luhn(&[b"80840", value].concat())
}

/// US, number of the Drug Enforcement Administration.
pub(in crate::rule) fn us_dea(value: &[u8]) -> bool {
    let Some(digits) = value.get(2..) else { return false };
    weighted(digits, &[1, 2, 1, 2, 1, 2]).is_some_and(|sum| digit(digits, 6) == Some(sum % 10))
        && !is_one_digit(digits)
}

/// Germany, health insurance: the letter counts as its two-digit place, doubled as in Luhn.
pub(in crate::rule) fn de_health(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    let place = first.saturating_sub(b'A') + 1;
    let head = [b'0' + place / 10, b'0' + place % 10];
    let body: Vec<u8> = head.iter().chain(rest.iter().take(8)).copied().collect();
    let sum = body.iter().enumerate().try_fold(0u32, |sum, (index, byte)| {
        let product = char::from(*byte).to_digit(10)? * if index % 2 == 1 { 2 } else { 1 };
        Some(sum + product / 10 + product % 10)
    });
    sum.is_some_and(|sum| digit(value, 9) == Some(sum % 10))
}

/// Canada, Ontario and others: Luhn, and not all the same.
pub(in crate::rule) fn ca_health(value: &[u8]) -> bool {
    value.get(..10).is_some_and(luhn)
}

/// A chapter and category of ICD-10 that exist.
pub(in crate::rule) fn icd10(value: &[u8]) -> bool {
    let (Some(chapter), Some(category)) = (value.first(), value.get(1..3)) else { return false };
    let number = super::digits::number(category).unwrap_or(99);
    match chapter {
        b'D' => number <= 89,
        b'H' => number <= 95,
        b'U' => number <= 85,
        b'X' | b'Y' | b'W' | b'V' => number <= 99,
        _ => true,
    }
}
