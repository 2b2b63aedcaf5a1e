//! Numbers of Asia, Oceania and Africa.

use super::digits::{digit, is_one_digit, luhn, mod11_2, part, value_of, verhoeff, weighted};
use super::time::{begins_yymmdd, begins_yyyymmdd, is_day};

/// Australia, tax file number: a multiple of 11.
pub(in crate::rule) fn au_tfn(value: &[u8]) -> bool {
    let weights: &[u8] = match value.len() {
        9 => &[1, 4, 3, 7, 5, 8, 6, 9, 10],
        8 => &[10, 7, 8, 4, 6, 3, 5, 1],
        _ => return false,
    };
    weighted(value, weights).is_some_and(|sum| sum % 11 == 0) && !is_one_digit(value)
}

/// Australia, business number: the first digit less one, by 89.
pub(in crate::rule) fn au_abn(value: &[u8]) -> bool {
    weighted(value, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
        .and_then(|sum| sum.checked_sub(10))
        .is_some_and(|sum| sum % 89 == 0)
        && value.first() != Some(&b'0')
}

/// Australia, company number: a sum by 10.
pub(in crate::rule) fn au_acn(value: &[u8]) -> bool {
    let Some(body) = value.get(..8) else { return false };
    weighted(body, &[8, 7, 6, 5, 4, 3, 2, 1])
        .is_some_and(|sum| digit(value, 8) == Some((10 - sum % 10) % 10))
        && !is_one_digit(value)
}

/// Australia, Medicare: the ninth digit checks the first eight.
pub(in crate::rule) fn au_medicare(value: &[u8]) -> bool {
    let Some(body) = value.get(..8) else { return false };
    matches!(value.first(), Some(b'2'..=b'6'))
        && weighted(body, &[1, 3, 7, 9, 1, 3, 7, 9])
            .is_some_and(|sum| digit(value, 8) == Some(sum % 10))
}

/// New Zealand, tax number: a sum by 11, with a second row of weights for ten.
pub(in crate::rule) fn nz_ird(value: &[u8]) -> bool {
    let padded = if value.len() == 8 { [b"0", value].concat() } else { value.to_vec() };
    let (Some(body), Some(last)) = (padded.get(..8), digit(&padded, 8)) else { return false };
    let check = |weights: &[u8]| weighted(body, weights).map(|sum| (11 - sum % 11) % 11);
    let check = match check(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        Some(10) => check(&[7, 4, 3, 2, 5, 2, 7, 6]),
        check => check,
    };
    let number = part(&padded, 0, 9).unwrap_or(0);
    (10_000_000..150_000_000).contains(&number) && check == Some(last)
}

/// New Zealand, health index: letters without I and O count from 1.
pub(in crate::rule) fn nz_nhi(value: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut sum = 0;
    for (index, byte) in value.iter().take(6).enumerate() {
        let counted = match char::from(*byte).to_digit(10) {
            Some(digit) => digit,
            None => match ALPHABET.iter().position(|letter| letter == byte) {
                Some(at) => u32::try_from(at).unwrap_or(0) + 1,
                None => return false,
            },
        };
        sum += counted * (7 - u32::try_from(index).unwrap_or(0));
    }
    let Some(last) = value.get(6) else { return false };
    match char::from(*last).to_digit(10) {
        Some(digit) => sum % 11 != 0 && digit == (11 - sum % 11) % 10,
        None => {
            let at = (23 - sum % 24) % 24;
            ALPHABET.get(at as usize).is_some()
        }
    }
}

/// China, resident identity card: a day and ISO 7064 MOD 11-2.
pub(in crate::rule) fn cn_resident(value: &[u8]) -> bool {
    value.get(6..).is_some_and(begins_yyyymmdd) && mod11_2(value)
}

/// China, unified social credit code: a sum by 31.
pub(in crate::rule) fn cn_credit_code(value: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let place = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let mut sum = 0;
    for (byte, weight) in value.iter().zip(weights) {
        let Some(place) = place(byte) else { return false };
        sum += place * weight;
    }
    value.get(17).and_then(place) == Some((31 - sum % 31) % 31)
}

/// Hong Kong, identity card: letters count from 10, a missing one 36; A stands for ten.
pub(in crate::rule) fn hk_identity(value: &[u8]) -> bool {
    let padded = if value.len() == 8 { [b" ", value].concat() } else { value.to_vec() };
    let mut sum = 0;
    for (index, byte) in padded.iter().take(8).enumerate() {
        let counted = if *byte == b' ' { Some(36) } else { value_of(*byte) };
        let Some(counted) = counted else { return false };
        sum += counted * (9 - u32::try_from(index).unwrap_or(0));
    }
    let check = match (11 - sum % 11) % 11 {
        10 => b'A',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    padded.get(8) == Some(&check)
}

/// Taiwan, identity number: the letter counts as two digits.
pub(in crate::rule) fn tw_identity(value: &[u8]) -> bool {
    const ORDER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some((first, rest)) = value.split_first() else { return false };
    let Some(at) = ORDER.iter().position(|letter| letter == first) else { return false };
    let Ok(place) = u32::try_from(at + 10) else { return false };
    let head = place / 10 + place % 10 * 9;
    weighted(rest, &[8, 7, 6, 5, 4, 3, 2, 1, 1]).is_some_and(|sum| (head + sum) % 10 == 0)
}

/// Taiwan, business number: sums of the digits of products, by 5.
pub(in crate::rule) fn tw_business(value: &[u8]) -> bool {
    let weights = [1, 2, 1, 2, 1, 2, 4, 1];
    let sum = value.iter().zip(weights).try_fold(0u32, |sum, (byte, weight)| {
        let product = char::from(*byte).to_digit(10)? * weight;
        Some(sum + product / 10 + product % 10)
    });
    let seventh_is_7 = value.get(6) == Some(&b'7');
    sum.is_some_and(|sum| sum % 5 == 0 || (seventh_is_7 && (sum + 1) % 5 == 0))
        && !is_one_digit(value)
}

/// Japan, individual number: weights 6 to 2 and 7 to 2, by 11.
pub(in crate::rule) fn jp_my_number(value: &[u8]) -> bool {
    let Some(body) = value.get(..11) else { return false };
    weighted(body, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).is_some_and(|sum| {
        let rest = sum % 11;
        digit(value, 11) == Some(if rest <= 1 { 0 } else { 11 - rest })
    }) && !is_one_digit(value)
}

/// Japan, corporate number: the first digit checks the others by 9.
pub(in crate::rule) fn jp_corporate(value: &[u8]) -> bool {
    let Some((_, body)) = value.split_first() else { return false };
    weighted(body, &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1])
        .is_some_and(|sum| digit(value, 0) == Some(9 - sum % 9))
}

/// Korea, resident registration: a day, and a sum by 11. Numbers since October 2020 have
/// no check digit, so only the day is asked for.
pub(in crate::rule) fn kr_resident(value: &[u8]) -> bool {
    begins_yymmdd(value) && digit(value, 6).is_some_and(|century| century != 0 && century != 9)
}

/// Korea, business registration.
pub(in crate::rule) fn kr_business(value: &[u8]) -> bool {
    let Some(body) = value.get(..9) else { return false };
    let Some(sum) = weighted(body, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) else { return false };
    let carried = digit(value, 8).unwrap_or(0) * 5 / 10;
    digit(value, 9) == Some((10 - (sum + carried) % 10) % 10)
}

/// Singapore, NRIC and FIN: a letter by prefix and sum.
pub(in crate::rule) fn sg_nric(value: &[u8]) -> bool {
    let (Some(prefix), Some(body), Some(last)) = (value.first(), value.get(1..8), value.get(8))
    else {
        return false;
    };
    let (offset, letters) = match prefix {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    weighted(body, &[2, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| letters.get((sum + offset) as usize % 11) == Some(last))
}

/// Malaysia: a day and a state.
pub(in crate::rule) fn my_identity(value: &[u8]) -> bool {
    let state = part(value, 6, 8).unwrap_or(0);
    begins_yymmdd(value)
        && state != 0
        && !matches!(state, 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97)
}

/// Thailand: a sum by 11.
pub(in crate::rule) fn th_identity(value: &[u8]) -> bool {
    let Some(body) = value.get(..12) else { return false };
    weighted(body, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| digit(value, 12) == Some((11 - sum % 11) % 10))
        && matches!(value.first(), Some(b'1'..=b'8'))
}

/// Indonesia: a day with 40 added for women, behind the district.
pub(in crate::rule) fn id_nik(value: &[u8]) -> bool {
    let (Some(day), Some(month), Some(year)) =
        (part(value, 6, 8), part(value, 8, 10), part(value, 10, 12))
    else {
        return false;
    };
    is_day(year, month, if day > 40 { day - 40 } else { day })
        && part(value, 0, 2).is_some_and(|province| (11..=94).contains(&province))
        && !value.ends_with(b"0000")
}

/// India, Aadhaar: Verhoeff; none begins with 0 or 1.
pub(in crate::rule) fn in_aadhaar(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'2'..=b'9')) && verhoeff(value) && !is_one_digit(value)
}

/// India, PAN: the fourth letter names the kind of holder.
pub(in crate::rule) fn in_pan(value: &[u8]) -> bool {
    value.get(3).is_some_and(|kind| b"ABCEFGHJKLPT".contains(kind))
        && value.get(5..9).is_none_or(|digits| digits != b"0000")
}

/// India, GSTIN: a state, a PAN, and a sum by 36.
pub(in crate::rule) fn in_gstin(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let mut sum = 0;
    for (index, byte) in body.iter().enumerate() {
        let Some(counted) = value_of(*byte) else { return false };
        let product = if index % 2 == 0 { counted } else { counted * 2 };
        sum += product / 36 + product % 36;
    }
    part(value, 0, 2).is_some_and(|state| (1..=38).contains(&state) || state >= 96)
        && value.get(2..12).is_some_and(in_pan)
        && value_of(*last) == Some((36 - sum % 36) % 36)
}

/// India, voter's number: Luhn over the digits.
pub(in crate::rule) fn in_voter(value: &[u8]) -> bool {
    value.get(3..).is_some_and(luhn)
}

/// Saudi Arabia: 1 for citizens, 2 for residents, and Luhn.
pub(in crate::rule) fn sa_identity(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'1' | b'2')) && luhn(value)
}

/// South Africa: a day, citizenship, and Luhn.
pub(in crate::rule) fn za_identity(value: &[u8]) -> bool {
    begins_yymmdd(value) && digit(value, 10).is_some_and(|digit| digit <= 2) && luhn(value)
}

/// Egypt: century, day, governorate.
pub(in crate::rule) fn eg_identity(value: &[u8]) -> bool {
    let governorate = part(value, 7, 9).unwrap_or(0);
    matches!(value.first(), Some(b'2' | b'3'))
        && value.get(1..).is_some_and(begins_yymmdd)
        && (matches!(governorate, 1..=4 | 11..=19 | 21..=29 | 31..=35 | 88))
}

/// Kazakhstan: a day and a sum by 11 with two rows of weights.
pub(in crate::rule) fn kz_identity(value: &[u8]) -> bool {
    let Some(body) = value.get(..11) else { return false };
    let (Some(first), Some(second)) = (
        weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        weighted(body, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]),
    ) else {
        return false;
    };
    let check = if first % 11 == 10 { second % 11 } else { first % 11 };
    begins_yymmdd(value) && digit(value, 11) == Some(check)
}

/// Kuwait: century, day and a sum by 11.
pub(in crate::rule) fn kw_civil(value: &[u8]) -> bool {
    let Some(body) = value.get(..11) else { return false };
    value.get(1..).is_some_and(begins_yymmdd)
        && matches!(value.first(), Some(b'2' | b'3'))
        && weighted(body, &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
            .is_some_and(|sum| digit(value, 11) == Some(11 - sum % 11))
}

/// Iran, national code: 10 to 2 by 11.
pub(in crate::rule) fn ir_national(value: &[u8]) -> bool {
    let Some(body) = value.get(..9) else { return false };
    weighted(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]).is_some_and(|sum| {
        let rest = sum % 11;
        digit(value, 9) == Some(if rest < 2 { rest } else { 11 - rest })
    }) && !is_one_digit(value)
}

/// Sri Lanka: a year and a day of the year, 500 added for women.
pub(in crate::rule) fn lk_nic(value: &[u8]) -> bool {
    let day = if value.len() == 12 { part(value, 4, 7) } else { part(value, 2, 5) };
    day.is_some_and(|day| (1..=366).contains(&(day % 500)))
}
