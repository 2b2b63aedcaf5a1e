//! Days and times of day.

use super::digits::{number, part};

/// Whether there is such a day; a year of two digits may be of any century.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap || year < 100 => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Whether `value` begins with a day as YYMMDD.
pub(super) fn begins_yymmdd(value: &[u8]) -> bool {
    day_at(value, (0, 2), 2, 4)
}

/// Whether `value` begins with a day as DDMMYY.
pub(super) fn begins_ddmmyy(value: &[u8]) -> bool {
    day_at(value, (4, 6), 2, 0)
}

/// Whether `value` begins with a day as YYYYMMDD of this century or the last two.
pub(super) fn begins_yyyymmdd(value: &[u8]) -> bool {
    part(value, 0, 4).is_some_and(|year| (1850..2100).contains(&year))
        && day_at(value, (0, 4), 4, 6)
}

fn day_at(value: &[u8], year: (usize, usize), month: usize, day: usize) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (part(value, year.0, year.1), part(value, month, month + 2), part(value, day, day + 2))
    else {
        return false;
    };
    is_day(year, month, day)
}

/// A day written with the day or the month first; the year last, with two or four digits.
/// `value` is as it was written.
pub(in crate::rule) fn day_or_month_first(value: &[u8]) -> bool {
    let mut parts = [0u32; 3];
    let mut fields = value.split(|byte| !byte.is_ascii_digit()).filter(|field| !field.is_empty());
    for slot in &mut parts {
        let Some(number) = fields.next().and_then(number) else { return false };
        *slot = number;
    }
    let [one, two, year] = parts;
    (year < 100 || (1500..=2200).contains(&year))
        && (is_day(year, two, one) || is_day(year, one, two))
}

/// A day written with the year first, whatever stands between. `value` is as it was written.
pub(in crate::rule) fn year_first(value: &[u8]) -> bool {
    let mut fields = value.split(|byte| !byte.is_ascii_digit()).filter(|field| !field.is_empty());
    let mut next = || fields.next().and_then(number);
    let (Some(year), Some(month), Some(day)) = (next(), next(), next()) else { return false };
    (1500..=2200).contains(&year) && is_day(year, month, day)
}

/// A name that begins with a capital letter. `value` is as it was written.
pub(in crate::rule) fn capital_first(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_uppercase)
}

/// A word and a blank at the start. `value` is as it was written.
pub(in crate::rule) fn word_first(value: &[u8]) -> bool {
    value.iter().position(|byte| *byte == b' ').is_some_and(|at| at >= 3)
}
