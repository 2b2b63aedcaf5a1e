//! Numbers of western and northern Europe.

use super::digits::{
    digit, is_one_digit, luhn, missing11, mod11_10, mod97_10, number, part, remainder97, value_of,
    verhoeff, weighted,
};
use super::time::{begins_ddmmyy, begins_yyyymmdd, is_day};

/// Belgium, national register: 97 less the remainder of the number, with a 2 before it
/// for those born since 2000.
pub(in crate::rule) fn be_national_number(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_at_checked(9) else { return false };
    let (Some(rest), Some(check)) = (remainder97(body), number(check)) else { return false };
    let this_century = [b"2", body].concat();
    let month = part(value, 2, 4).unwrap_or(99) % 20;
    let born = month <= 12 && part(value, 4, 6).is_some_and(|day| day <= 31);
    born && (97 - rest == check
        || remainder97(&this_century).is_some_and(|rest| 97 - rest == check))
}

/// Belgium, enterprise number: 97 less the remainder of the first eight digits.
pub(in crate::rule) fn be_enterprise(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"BE").unwrap_or(value);
    let Some((body, check)) = value.split_at_checked(8) else { return false };
    remainder97(body).is_some_and(|rest| number(check) == Some(97 - rest))
}

/// Germany, tax identification number: MOD 11-10, and among the first ten digits exactly
/// one stands two or three times.
pub(in crate::rule) fn de_tax_id(value: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for byte in value.iter().take(10) {
        let at = usize::from(byte.wrapping_sub(b'0'));
        let Some(count) = counts.get_mut(at) else { return false };
        *count += 1;
    }
    let often = |times: u8| counts.iter().filter(|count| **count == times).count();
    let spread = counts.iter().all(|count| *count <= 3) && often(2) + often(3) == 1;
    value.first() != Some(&b'0') && spread && mod11_10(value)
}

/// Germany, VAT: MOD 11-10 over the digits.
pub(in crate::rule) fn de_vat(value: &[u8]) -> bool {
    value
        .strip_prefix(b"DE")
        .is_some_and(|digits| digits.first() != Some(&b'0') && mod11_10(digits))
}

/// Germany, pension insurance number: the letter counts as its two-digit place.
pub(in crate::rule) fn de_pension(value: &[u8]) -> bool {
    let [head @ .., last] = value else { return false };
    let Some(letter) = head.get(8).and_then(|byte| value_of(*byte)).and_then(|v| v.checked_sub(9))
    else {
        return false;
    };
    let mut digits: Vec<u32> = head.iter().take(8).filter_map(|byte| value_of(*byte)).collect();
    digits.extend([letter / 10, letter % 10]);
    digits.extend(head.iter().skip(9).filter_map(|byte| value_of(*byte)));
    let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .map(|p| p / 10 + p % 10)
        .sum();
    let born = value.get(2..8).is_some_and(begins_ddmmyy_loosely);
    digits.len() == 12 && born && value_of(*last) == Some(sum % 10)
}

/// In pension numbers the day may be raised by up to 60 to make numbers unique.
fn begins_ddmmyy_loosely(value: &[u8]) -> bool {
    let (day, month) = (part(value, 0, 2), part(value, 2, 4));
    day.is_some_and(|day| (1..=91).contains(&day)) && month.is_some_and(|month| month <= 12)
}

/// Identity cards and passports of ICAO 9303: weights 7, 3, 1; check digit last.
pub(in crate::rule) fn icao(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    icao_sum(body).is_some_and(|sum| char::from(*last).to_digit(10) == Some(sum % 10))
}

/// The sum of ICAO 9303 with weights 7, 3, 1; `<` counts nothing.
pub(super) fn icao_sum(body: &[u8]) -> Option<u32> {
    body.iter().zip([7, 3, 1].into_iter().cycle()).try_fold(0, |sum, (byte, weight)| {
        let value = if *byte == b'<' { 0 } else { value_of(*byte)? };
        Some(sum + value * weight)
    })
}

/// Spain, DNI: the letter for the remainder by 23.
pub(in crate::rule) fn es_dni(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    number(body).and_then(|n| NIF_LETTERS.get(n as usize % 23)) == Some(last) && !is_one_digit(body)
}

/// Spain, NIE: as the DNI, with X, Y, Z for 0, 1, 2.
pub(in crate::rule) fn es_nie(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    let head = match first {
        b'X' => b"0",
        b'Y' => b"1",
        b'Z' => b"2",
        _ => return false,
    };
    es_dni(&[head, rest].concat())
}

/// Spain, CIF: digits doubled as in Luhn; digit or letter by the kind of entity.
pub(in crate::rule) fn es_cif(value: &[u8]) -> bool {
    let (Some(kind), Some(body), Some(last)) = (value.first(), value.get(1..8), value.get(8))
    else {
        return false;
    };
    let mut sum = 0;
    for (index, byte) in body.iter().enumerate() {
        let Some(digit) = char::from(*byte).to_digit(10) else { return false };
        let counted = if index % 2 == 0 { digit * 2 } else { digit };
        sum += counted / 10 + counted % 10;
    }
    let check = (10 - sum % 10) % 10;
    let letter = b"JABCDEFGHI".get(check as usize);
    let as_digit = char::from(*last).to_digit(10) == Some(check);
    match kind {
        b'K' | b'L' | b'M' | b'N' | b'P' | b'Q' | b'R' | b'S' | b'W' => letter == Some(last),
        b'A' | b'B' | b'E' | b'H' => as_digit,
        _ => as_digit || letter == Some(last),
    }
}

/// Spain, social security: the first ten digits by 97.
pub(in crate::rule) fn es_nuss(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_at_checked(10) else { return false };
    remainder97(body) == number(check)
}

/// Finland: a day, and the character for the remainder by 31.
pub(in crate::rule) fn fi_hetu(value: &[u8]) -> bool {
    // The sign between day and number is gone or a letter.
    let digits: Vec<u8> = match value {
        [date @ .., a, b, c, _] if date.len() == 6 => [date, &[*a, *b, *c]].concat(),
        [date @ .., century, a, b, c, _] if date.len() == 6 && century.is_ascii_alphabetic() => {
            [date, &[*a, *b, *c]].concat()
        }
        _ => return false,
    };
    let symbol =
        number(&digits).and_then(|n| b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(n as usize % 31));
    begins_ddmmyy(&digits) && symbol.is_some() && symbol == value.last()
}

/// France, social insurance number: 97 less the remainder; Corsica counts as 19 and 18.
pub(in crate::rule) fn fr_nir(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_at_checked(13) else { return false };
    let corsican = match body.get(5..7) {
        Some(b"2A") => Some(b"19"),
        Some(b"2B") => Some(b"18"),
        _ => None,
    };
    let body: Vec<u8> = match corsican {
        Some(digits) => {
            [body.get(..5).unwrap_or_default(), digits, body.get(7..).unwrap_or_default()].concat()
        }
        None => body.to_vec(),
    };
    let month = part(&body, 3, 5).unwrap_or(0);
    let month_holds = (1..=12).contains(&month) || (20..=42).contains(&month) || month >= 50;
    body.iter().all(u8::is_ascii_digit)
        && month_holds
        && remainder97(&body).is_some_and(|rest| number(check) == Some(97 - rest))
}

/// France, VAT: the SIREN holds Luhn, and the key is that of the SIREN.
pub(in crate::rule) fn fr_tva(value: &[u8]) -> bool {
    let (Some(key), Some(siren)) = (value.get(2..4).and_then(number), value.get(4..)) else {
        return false;
    };
    let rest = remainder97(&[siren, b"12"].concat());
    luhn(siren) && rest == Some(key)
}

/// France, tax number of persons: the first ten digits by 511.
pub(in crate::rule) fn fr_spi(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_at_checked(10) else { return false };
    let rest = body.iter().fold(0u32, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 511);
    number(check) == Some(rest)
}

/// Great Britain, national insurance number: prefixes that are never given.
pub(in crate::rule) fn gb_nino(value: &[u8]) -> bool {
    let (Some([first, second]), Some(middle), Some(last)) =
        (value.get(..2), value.get(2..8), value.get(8))
    else {
        return false;
    };
    let barred = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ", b"OO"];
    !b"DFIQUV".contains(first)
        && !b"DFIQUVO".contains(second)
        && !barred.iter().any(|prefix| **prefix == [*first, *second])
        && middle.iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(last)
}

/// Great Britain, unique taxpayer reference: the first digit checks the others.
pub(in crate::rule) fn gb_utr(value: &[u8]) -> bool {
    let Some((first, body)) = value.split_first() else { return false };
    let Some(sum) = weighted(body, &[6, 7, 8, 9, 10, 5, 4, 3, 2]) else { return false };
    b"21987654321".get(sum as usize % 11) == Some(first) && !is_one_digit(value)
}

/// Great Britain, VAT: a sum by 97, old or new.
pub(in crate::rule) fn gb_vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"GB").unwrap_or(value);
    let (Some(body), Some(check)) = (value.get(..7), part(value, 7, 9)) else { return false };
    let Some(sum) = weighted(body, &[8, 7, 6, 5, 4, 3, 2]) else { return false };
    (sum + check) % 97 == 0 || (sum + check + 55) % 97 == 0
}

/// Ireland, PPS number: the letter for the sum by 23; a second letter counts nine times.
pub(in crate::rule) fn ie_pps(value: &[u8]) -> bool {
    let (Some(body), Some(check)) = (value.get(..7), value.get(7)) else { return false };
    let Some(mut sum) = weighted(body, &[8, 7, 6, 5, 4, 3, 2]) else { return false };
    if let Some(second) = value.get(8).filter(|letter| !matches!(letter, b'W' | b'T' | b'X')) {
        sum += 9 * u32::from(second.saturating_sub(b'A') + 1);
    }
    b"WABCDEFGHIJKLMNOPQRSTUV".get(sum as usize % 23) == Some(check)
}

/// Italy, codice fiscale: odd and even characters count differently.
pub(in crate::rule) fn it_fiscal_code(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last().filter(|(_, body)| body.len() == 15) else {
        return false;
    };
    let mut sum = 0;
    for (index, byte) in body.iter().enumerate() {
        let Some(value) = value_of(*byte).map(|v| if v >= 10 { v - 10 } else { v }) else {
            return false;
        };
        sum += match index % 2 {
            0 => FISCAL_ODD.get(value as usize).copied().unwrap_or(0),
            _ => value,
        };
    }
    value_of(*last) == Some(sum % 26 + 10)
}

/// Italy, VAT: Luhn, with or without the country.
pub(in crate::rule) fn it_vat(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"IT").unwrap_or(value);
    luhn(digits) && !digits.starts_with(b"0000000")
}

/// Portugal, tax number: 9 to 2 by 11, with or without the country.
pub(in crate::rule) fn pt_nif(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"PT").unwrap_or(value);
    let Some(body) = digits.get(..8) else { return false };
    weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| digit(digits, 8) == Some(missing11(sum) % 10))
}

/// Denmark, CVR: 2, 7 and 6 to 1 by 11, with or without the country.
pub(in crate::rule) fn dk_cvr(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"DK").unwrap_or(value);
    weighted(digits, &[2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|sum| sum % 11 == 0)
}

/// Luxembourg, matricule: a day, then a digit of Luhn and one of Verhoeff.
pub(in crate::rule) fn lu_matricule(value: &[u8]) -> bool {
    let (Some(body), Some(by_luhn)) = (value.get(..11), value.get(..12)) else { return false };
    let by_verhoeff: Vec<u8> = body.iter().chain(value.get(12)).copied().collect();
    begins_yyyymmdd(value) && luhn(by_luhn) && verhoeff(&by_verhoeff)
}

/// Luxembourg, VAT: the first six digits by 89.
pub(in crate::rule) fn lu_tva(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"LU").unwrap_or(value);
    part(value, 0, 6).is_some_and(|body| part(value, 6, 8) == Some(body % 89))
}

/// Netherlands, citizen service number: the eleven test.
pub(in crate::rule) fn nl_bsn(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let (Some(sum), Some(last)) =
        (weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]), char::from(*last).to_digit(10))
    else {
        return false;
    };
    sum % 11 == last && !is_one_digit(value)
}

/// Netherlands, VAT: that of a BSN, or ISO 7064 MOD 97-10 over everything.
pub(in crate::rule) fn nl_btw(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"NL") else { return false };
    rest.get(..9).is_some_and(nl_bsn) || mod97_10(value)
}

/// Norway, birth number: a day and two digits by 11.
pub(in crate::rule) fn no_birth_number(value: &[u8]) -> bool {
    let (Some(ten), Some(nine)) = (value.get(..10), value.get(..9)) else { return false };
    let (Some(one), Some(two)) = (
        weighted(nine, &[3, 7, 6, 1, 8, 9, 4, 5, 2]),
        weighted(ten, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]),
    ) else {
        return false;
    };
    let day = part(value, 0, 2).unwrap_or(0);
    let month = part(value, 2, 4).unwrap_or(0);
    let year = part(value, 4, 6).unwrap_or(0);
    // 40 is added to the day for foreigners, to the month for health numbers.
    let born = is_day(
        year,
        if month > 40 { month - 40 } else { month },
        if day > 40 { day - 40 } else { day },
    );
    born && digit(value, 9) == Some(missing11(one)) && digit(value, 10) == Some(missing11(two))
}

/// Portugal, citizen card: Luhn over letters and digits.
pub(in crate::rule) fn pt_citizen_card(value: &[u8]) -> bool {
    let mut sum = 0;
    for (index, byte) in value.iter().rev().enumerate() {
        let Some(value) = value_of(*byte) else { return false };
        let counted = if index % 2 == 1 { value * 2 } else { value };
        sum += if index % 2 == 1 && counted > 9 { counted - 9 } else { counted };
    }
    value.len() == 12 && sum % 10 == 0
}

/// Sweden, personal or co-ordination number: a day and Luhn.
pub(in crate::rule) fn se_personal_number(value: &[u8]) -> bool {
    let short = if value.len() == 12 { value.get(2..) } else { Some(value) };
    let Some(short) = short else { return false };
    let (Some(year), Some(month), Some(day)) =
        (part(short, 0, 2), part(short, 2, 4), part(short, 4, 6))
    else {
        return false;
    };
    is_day(year, month, if day > 60 { day - 60 } else { day }) && luhn(short)
}

/// Sweden, organisation number: the third digit is at least 2, and Luhn.
pub(in crate::rule) fn se_organisation(value: &[u8]) -> bool {
    digit(value, 2).is_some_and(|digit| digit >= 2) && luhn(value)
}

/// Denmark, CPR: a day. Since 2007 there are numbers without check digit.
pub(in crate::rule) fn dk_cpr(value: &[u8]) -> bool {
    begins_ddmmyy(value) && !value.ends_with(b"0000")
}

/// Iceland, kennitala: a day and a sum by 11 in the ninth place.
pub(in crate::rule) fn is_kennitala(value: &[u8]) -> bool {
    let Some(body) = value.get(..8) else { return false };
    let sum = weighted(body, &[3, 2, 7, 6, 5, 4, 3, 2]);
    let day = part(value, 0, 2).unwrap_or(0);
    let born = is_day(
        part(value, 4, 6).unwrap_or(0),
        part(value, 2, 4).unwrap_or(0),
        if day > 40 { day - 40 } else { day },
    );
    born && sum.is_some_and(|sum| digit(value, 8) == Some(missing11(sum)))
        && matches!(value.last(), Some(b'0' | b'8' | b'9'))
}

/// Austria, social insurance: the fourth digit checks the others, and a day follows.
pub(in crate::rule) fn at_insurance(value: &[u8]) -> bool {
    let Some(sum) = weighted(value, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) else { return false };
    let month = part(value, 6, 8).unwrap_or(0);
    let born =
        (1..=15).contains(&month) && part(value, 4, 6).is_some_and(|day| (1..=31).contains(&day));
    born && value.first() != Some(&b'0') && digit(value, 3) == Some(sum % 11)
}

/// Austria, VAT: ATU, seven digits doubled as in Luhn and 96 less their sum.
pub(in crate::rule) fn at_uid(value: &[u8]) -> bool {
    let Some(digits) = value.strip_prefix(b"ATU") else { return false };
    let mut sum = 4;
    for (index, byte) in digits.iter().take(7).enumerate() {
        let Some(digit) = char::from(*byte).to_digit(10) else { return false };
        let counted = if index % 2 == 1 { digit * 2 } else { digit };
        sum += counted / 10 + counted % 10;
    }
    digit(digits, 7) == Some((10 - sum % 10) % 10)
}

/// Switzerland, AHV: 756 and the check digit of EAN-13.
pub(in crate::rule) fn ch_ahv(value: &[u8]) -> bool {
    value.starts_with(b"756") && ean13(value)
}

/// The check digit of EAN-13.
pub(in crate::rule) fn ean13(value: &[u8]) -> bool {
    weighted(value, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_some_and(|sum| sum % 10 == 0)
        && value.len() == 13
}

const NIF_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// What a character in an odd place of a codice fiscale counts.
const FISCAL_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
