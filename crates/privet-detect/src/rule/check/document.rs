//! Machine-readable zones and licences.

use super::digits::digit;
use super::europe::icao_sum;

/// The second line of a passport (TD3): four check digits, the last over the others.
pub(in crate::rule) fn mrz_td3(value: &[u8]) -> bool {
    let holds = |parts: &[(usize, usize)], at: usize| {
        let body: Vec<u8> = parts
            .iter()
            .filter_map(|(from, to)| value.get(*from..*to))
            .flatten()
            .copied()
            .collect();
        icao_sum(&body).is_some_and(|sum| digit(value, at) == Some(sum % 10))
    };
    holds(&[(0, 9)], 9)
        && holds(&[(13, 19)], 19)
        && holds(&[(21, 27)], 27)
        && holds(&[(0, 10), (13, 20), (21, 43)], 43)
}

/// The second line of an identity card (TD1): check digits of birth and expiry.
pub(in crate::rule) fn mrz_td1(value: &[u8]) -> bool {
    let holds = |from: usize, to: usize| {
        let sum = value.get(from..to).and_then(icao_sum);
        sum.is_some_and(|sum| digit(value, to) == Some(sum % 10))
    };
    holds(0, 6) && holds(8, 14)
}

/// Great Britain, driver number: month and day of birth among the digits, 50 added to the
/// month for women.
pub(in crate::rule) fn gb_driver(value: &[u8]) -> bool {
    let digits = value.get(5..11).unwrap_or_default();
    let month = super::digits::part(digits, 1, 3).unwrap_or(99);
    let day = super::digits::part(digits, 3, 5).unwrap_or(99);
    let month = if month > 50 { month - 50 } else { month };
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
