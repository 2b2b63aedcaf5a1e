//! Numbers of eastern and southern Europe, Turkey and Israel.

use super::digits::{digit, is_one_digit, luhn, missing11, mod11_10, number, part, weighted};
use super::time::{begins_ddmmyy, is_day};

/// Bulgaria, EGN: a day with 20 or 40 added to the month by century, and a sum by 11.
pub(in crate::rule) fn bg_egn(value: &[u8]) -> bool {
    let (Some(body), Some(month)) = (value.get(..9), part(value, 2, 4)) else { return false };
    let sum = weighted(body, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    let born = is_day(part(value, 0, 2).unwrap_or(0), month % 20, part(value, 4, 6).unwrap_or(0));
    born && sum.is_some_and(|sum| digit(value, 9) == Some(sum % 11 % 10))
}

/// Czechia and Slovakia, birth number: a day, and a multiple of 11.
pub(in crate::rule) fn cz_birth_number(value: &[u8]) -> bool {
    let Some(month) = part(value, 2, 4) else { return false };
    let month = if month > 50 { month - 50 } else { month };
    let born = is_day(part(value, 0, 2).unwrap_or(0), month % 20, part(value, 4, 6).unwrap_or(0));
    let by_11 = || {
        let (body, last) = (part(value, 0, 9)?, digit(value, 9)?);
        Some(body % 11 % 10 == last)
    };
    born && by_11() == Some(true)
}

/// Estonia and Lithuania: a sum by 11 with two rows of weights, and a day.
pub(in crate::rule) fn baltic(value: &[u8]) -> bool {
    let Some(body) = value.get(..10) else { return false };
    let (Some(first), Some(second)) = (
        weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]),
        weighted(body, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]),
    ) else {
        return false;
    };
    let check = if first % 11 < 10 { first % 11 } else { second % 11 % 10 };
    let born = is_day(
        part(value, 1, 3).unwrap_or(0),
        part(value, 3, 5).unwrap_or(0),
        part(value, 5, 7).unwrap_or(0),
    );
    born && digit(value, 10) == Some(check)
}

/// Latvia: a day and a sum by 11; numbers since 2017 begin with 32 and have neither.
pub(in crate::rule) fn lv_personal_code(value: &[u8]) -> bool {
    let Some(body) = value.get(..10) else { return false };
    if value.starts_with(b"32") {
        return value.len() == 11;
    }
    let sum = weighted(body, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
    begins_ddmmyy(value) && sum.is_some_and(|sum| digit(value, 10) == Some((1 + sum) % 11 % 10))
}

/// Greece, tax number with or without its country.
pub(in crate::rule) fn gr_afm_or_el(value: &[u8]) -> bool {
    gr_afm(value.strip_prefix(b"EL").unwrap_or(value))
}

/// Cyprus, tax number: digits in even places count by a table.
pub(in crate::rule) fn cy_tic(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"CY").unwrap_or(value);
    let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let mut sum = 0;
    for (index, byte) in value.iter().take(8).enumerate() {
        let Some(digit) = char::from(*byte).to_digit(10) else { return false };
        sum += if index % 2 == 0 { odd.get(digit as usize).copied().unwrap_or(0) } else { digit };
    }
    !value.starts_with(b"12")
        && value.get(8).map(|last| u32::from(last.wrapping_sub(b'A'))) == Some(sum % 26)
}

/// Greece, tax number: powers of two by 11.
pub(in crate::rule) fn gr_afm(value: &[u8]) -> bool {
    let Some(body) = value.get(..8) else { return false };
    let sum =
        body.iter().try_fold(0u32, |sum, byte| Some(sum * 2 + char::from(*byte).to_digit(10)?));
    !is_one_digit(value) && sum.is_some_and(|sum| digit(value, 8) == Some(sum * 2 % 11 % 10))
}

/// Greece, social security: a day and Luhn.
pub(in crate::rule) fn gr_amka(value: &[u8]) -> bool {
    begins_ddmmyy(value) && luhn(value)
}

/// Hungary, personal and social security number: 3 and 7 in turn, by 10.
pub(in crate::rule) fn hu_taj(value: &[u8]) -> bool {
    let Some(body) = value.get(..8) else { return false };
    let sum = weighted(body, &[3, 7, 3, 7, 3, 7, 3, 7]);
    !is_one_digit(value) && sum.is_some_and(|sum| digit(value, 8) == Some(sum % 10))
}

/// Romania, CNP: a day, a county, and a sum by 11.
pub(in crate::rule) fn ro_cnp(value: &[u8]) -> bool {
    let Some(body) = value.get(..12) else { return false };
    let Some(sum) = weighted(body, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) else { return false };
    let check = if sum % 11 == 10 { 1 } else { sum % 11 };
    let born = is_day(
        part(value, 1, 3).unwrap_or(0),
        part(value, 3, 5).unwrap_or(0),
        part(value, 5, 7).unwrap_or(0),
    );
    let county = part(value, 7, 9).is_some_and(|county| (1..=52).contains(&county) || county == 70);
    born && county && value.first() != Some(&b'0') && digit(value, 12) == Some(check)
}

/// Romania, fiscal code: a sum by 11, right-aligned.
pub(in crate::rule) fn ro_cui(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"RO").unwrap_or(value);
    let Some((_, body)) = value.split_last() else { return false };
    let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    let Some(weights) = weights.get(weights.len().saturating_sub(body.len())..) else {
        return false;
    };
    weighted(body, weights)
        .is_some_and(|sum| digit(value, value.len() - 1) == Some(sum * 10 % 11 % 10))
}

/// The number of the former Yugoslavia (JMBG, EMŠO): a day and a sum by 11.
pub(in crate::rule) fn jmbg(value: &[u8]) -> bool {
    let Some(body) = value.get(..12) else { return false };
    let Some(sum) = weighted(body, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) else { return false };
    let born = is_day(
        part(value, 4, 7).unwrap_or(0) % 100,
        part(value, 2, 4).unwrap_or(0),
        part(value, 0, 2).unwrap_or(0),
    );
    let year = part(value, 4, 7).unwrap_or(500);
    born && (year >= 800 || year <= 100) && digit(value, 12) == Some(missing11(sum) % 10)
}

/// Poland, PESEL: a day with the century in the month, and a sum by 10.
pub(in crate::rule) fn pl_pesel(value: &[u8]) -> bool {
    let (Some(body), Some(month)) = (value.get(..10), part(value, 2, 4)) else { return false };
    let sum = weighted(body, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    let born = is_day(part(value, 0, 2).unwrap_or(0), month % 20, part(value, 4, 6).unwrap_or(0));
    born && sum.is_some_and(|sum| digit(value, 10) == Some((10 - sum % 10) % 10))
}

/// Poland, NIP: a sum by 11, with or without the country.
pub(in crate::rule) fn pl_nip(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"PL").unwrap_or(value);
    digits.len() == 10
        && weighted(digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7])
            .is_some_and(|sum| digit(digits, 9) == Some(sum % 11))
}

/// Czechia and Slovakia, IČO: 8 to 2 by 11.
pub(in crate::rule) fn cz_ico(value: &[u8]) -> bool {
    let sum = weighted(value, &[8, 7, 6, 5, 4, 3, 2]);
    sum.is_some_and(|sum| digit(value, 7) == Some((11 - sum % 11) % 10)) && !is_one_digit(value)
}

/// Croatia, OIB: MOD 11-10, with or without the country.
pub(in crate::rule) fn hr_oib(value: &[u8]) -> bool {
    mod11_10(value.strip_prefix(b"HR").unwrap_or(value))
}

/// North Macedonia, tax number: 7 to 2 twice by 11.
pub(in crate::rule) fn mk_edb(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"MK").unwrap_or(value);
    weighted(digits, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| digit(digits, 12) == Some((11 - sum % 11) % 11 % 10))
}

/// Poland, identity card: three letters and six digits, the first of which checks.
pub(in crate::rule) fn pl_identity_card(value: &[u8]) -> bool {
    let Some(sum) = weighted(value, &[7, 3, 1, 0, 7, 3, 1, 7, 3]) else { return false };
    digit(value, 3) == Some(sum % 10)
}

/// Poland, REGON of nine or fourteen digits.
pub(in crate::rule) fn pl_regon(value: &[u8]) -> bool {
    let weights: &[u8] = match value.len() {
        9 => &[8, 9, 2, 3, 4, 5, 6, 7],
        14 => &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8],
        _ => return false,
    };
    weighted(value, weights).is_some_and(|sum| digit(value, value.len() - 1) == Some(sum % 11 % 10))
        && !is_one_digit(value)
}

/// Russia, taxpayer's number of ten or twelve digits.
pub(in crate::rule) fn ru_inn(value: &[u8]) -> bool {
    let holds = |at: usize, weights: &[u8]| {
        weighted(value, weights).is_some_and(|sum| digit(value, at) == Some(sum % 11 % 10))
    };
    match value.len() {
        10 => holds(9, &[2, 4, 10, 3, 5, 9, 4, 6, 8]) && !is_one_digit(value),
        12 => {
            holds(10, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
                && holds(11, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
                && !is_one_digit(value)
        }
        _ => false,
    }
}

/// Russia, insurance number (SNILS): a sum by 101.
pub(in crate::rule) fn ru_snils(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(..9), part(value, 9, 11)) else { return false };
    weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|sum| sum % 101 % 100 == check)
        && !is_one_digit(body)
}

/// Ukraine, taxpayer's number: a sum by 11 and 10.
pub(in crate::rule) fn ua_rntrc(value: &[u8]) -> bool {
    let Some(body) = value.get(..9) else { return false };
    // The first weight is -1, which by 11 is 10.
    weighted(body, &[10, 5, 7, 9, 4, 6, 10, 5, 7])
        .is_some_and(|sum| digit(value, 9) == Some(sum % 11 % 10))
        && !is_one_digit(value)
}

/// Turkey, identity number.
pub(in crate::rule) fn tr_identity(value: &[u8]) -> bool {
    let digits: Vec<u32> = value.iter().filter_map(|byte| char::from(*byte).to_digit(10)).collect();
    let [a, b, c, d, e, f, g, h, i, tenth, eleventh] = digits.as_slice() else { return false };
    let odd = a + c + e + g + i;
    let even = b + d + f + h;
    *a != 0 && (odd * 7 + 90 - even) % 10 == *tenth && (odd + even + tenth) % 10 == *eleventh
}

/// Turkey, tax number.
pub(in crate::rule) fn tr_tax(value: &[u8]) -> bool {
    let mut sum = 0;
    for (index, byte) in value.iter().take(9).enumerate() {
        let Some(digit) = char::from(*byte).to_digit(10) else { return false };
        let place = u32::try_from(9 - index).unwrap_or(0);
        let shifted = (digit + place) % 10;
        if shifted != 0 {
            let powered = shifted * 2u32.pow(place) % 9;
            sum += if powered == 0 { 9 } else { powered };
        }
    }
    digit(value, 9) == Some((10 - sum % 10) % 10) && !is_one_digit(value)
}

/// Israel, identity number: Luhn.
pub(in crate::rule) fn il_identity(value: &[u8]) -> bool {
    luhn(value) && number(value).is_some_and(|n| n > 1000)
}

/// Slovenia, tax number: a sum by 11; none begins with a zero.
pub(in crate::rule) fn si_tax(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"SI").unwrap_or(value);
    let Some(body) = value.get(..7) else { return false };
    let sum = weighted(body, &[8, 7, 6, 5, 4, 3, 2]);
    value.first() != Some(&b'0')
        && sum.is_some_and(|sum| digit(value, 7) == Some(missing11(sum) % 10) && sum % 11 != 0)
}
