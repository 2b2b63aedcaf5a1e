//! Numbers of the Americas.

use super::digits::{digit, is_one_digit, luhn, number, part, value_of, weighted};
use super::time::begins_yymmdd;

/// Canada, business number: Luhn over the first nine digits.
pub(in crate::rule) fn ca_bn(value: &[u8]) -> bool {
    value.get(..9).is_some_and(luhn)
}

/// Brazil, CPF: two sums by 11.
pub(in crate::rule) fn br_cpf(value: &[u8]) -> bool {
    let (Some(nine), Some(ten)) = (value.get(..9), value.get(..10)) else { return false };
    brazilian(value, 9, weighted(nine, &[10, 9, 8, 7, 6, 5, 4, 3, 2]))
        && brazilian(value, 10, weighted(ten, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
        && !is_one_digit(value)
}

/// Brazil, CNPJ: two sums by 11; since 2026 also with letters, which count as in ASCII
/// less 48.
pub(in crate::rule) fn br_cnpj(value: &[u8]) -> bool {
    let sum = |weights: &[u8]| {
        value.iter().zip(weights).map(|(b, w)| (u32::from(*b) - 48) * u32::from(*w)).sum::<u32>()
    };
    value.len() == 14
        && brazilian(value, 12, Some(sum(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])))
        && brazilian(value, 13, Some(sum(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])))
        && !is_one_digit(value)
}

/// Brazil, PIS, PASEP and NIS: a sum by 11.
pub(in crate::rule) fn br_pis(value: &[u8]) -> bool {
    let Some(body) = value.get(..10) else { return false };
    brazilian(value, 10, weighted(body, &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) && !is_one_digit(value)
}

/// Brazil, health card: 15 to 1 by 11.
pub(in crate::rule) fn br_cns(value: &[u8]) -> bool {
    weighted(value, &[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
        .is_some_and(|sum| sum % 11 == 0)
        && value.len() == 15
}

fn brazilian(value: &[u8], at: usize, sum: Option<u32>) -> bool {
    sum.is_some_and(|sum| {
        let rest = sum % 11;
        digit(value, at) == Some(if rest < 2 { 0 } else { 11 - rest })
    })
}

/// Mexico, CURP: a day and a sum by 10 over all characters.
pub(in crate::rule) fn mx_curp(value: &[u8]) -> bool {
    let (Some(body), Some(last)) = (value.get(..17), value.get(17)) else { return false };
    // The alphabet has Ñ after N, which shifts what follows.
    let counted = |byte: u8| value_of(byte).map(|v| if byte > b'N' { v + 1 } else { v });
    let sum = body.iter().enumerate().try_fold(0u32, |sum, (index, byte)| {
        Some(sum + counted(*byte)? * (18 - u32::try_from(index).ok()?))
    });
    let born = value.get(4..).is_some_and(begins_yymmdd);
    born && sum.is_some_and(|sum| char::from(*last).to_digit(10) == Some((10 - sum % 10) % 10))
}

/// Mexico, RFC: the day of birth or founding behind the letters.
pub(in crate::rule) fn mx_rfc(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    value.get(letters..).is_some_and(begins_yymmdd)
}

/// Chile, RUN and RUT: a sum by 11 from the right; K for ten.
pub(in crate::rule) fn cl_rut(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let sum = body
        .iter()
        .rev()
        .zip([2, 3, 4, 5, 6, 7].into_iter().cycle())
        .try_fold(0u32, |sum, (byte, weight)| Some(sum + char::from(*byte).to_digit(10)? * weight));
    sum.is_some_and(|sum| b"0K987654321".get(sum as usize % 11) == Some(last))
        && !is_one_digit(body)
}

/// Colombia, NIT: primes from the right, by 11.
pub(in crate::rule) fn co_nit(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let primes = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let sum =
        body.iter().rev().zip(primes).try_fold(0u32, |sum, (byte, weight)| {
            Some(sum + char::from(*byte).to_digit(10)? * weight)
        });
    sum.is_some_and(|sum| b"01987654321".get(sum as usize % 11) == Some(last))
        && !is_one_digit(body)
}

/// Ecuador, cédula: a province, and Luhn.
pub(in crate::rule) fn ec_cedula(value: &[u8]) -> bool {
    let province = part(value, 0, 2).unwrap_or(0);
    ((1..=24).contains(&province) || province == 30)
        && digit(value, 2).is_some_and(|third| third < 6)
        && value.get(..10).is_some_and(luhn)
}

/// Uruguay, cédula: a sum by 10.
pub(in crate::rule) fn uy_cedula(value: &[u8]) -> bool {
    let Some(body) = value.get(..7) else { return false };
    weighted(body, &[2, 9, 8, 7, 6, 3, 4])
        .is_some_and(|sum| digit(value, 7) == Some((10 - sum % 10) % 10))
        && !is_one_digit(value)
}

/// Venezuela, RIF: the letter counts, too.
pub(in crate::rule) fn ve_rif(value: &[u8]) -> bool {
    let (Some(kind), Some(body)) = (value.first(), value.get(1..9)) else { return false };
    let kind = match kind {
        b'V' => 4,
        b'E' => 8,
        b'J' | b'C' => 12,
        b'P' => 16,
        b'G' => 20,
        _ => return false,
    };
    weighted(body, &[3, 2, 7, 6, 5, 4, 3, 2]).is_some_and(|sum| {
        digit(value, 9).is_some_and(|last| {
            b"00987654321".get((sum + kind) as usize % 11).map(|b| u32::from(b - b'0'))
                == Some(last)
        })
    })
}

/// Guatemala, NIT: a sum by 11; K for ten.
pub(in crate::rule) fn gt_nit(value: &[u8]) -> bool {
    let Some((last, body)) = value.split_last() else { return false };
    let sum =
        body.iter().rev().zip(2u32..).try_fold(0u32, |sum, (byte, weight)| {
            Some(sum + char::from(*byte).to_digit(10)? * weight)
        });
    sum.is_some_and(|sum| b"0123456789K".get((11 - sum as usize % 11) % 11) == Some(last))
}

/// US, taxpayer's number: ranges of the fourth and fifth digit that are given.
pub(in crate::rule) fn us_itin(value: &[u8]) -> bool {
    part(value, 3, 5).is_some_and(|group| matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99))
        && value.first() == Some(&b'9')
}

/// US, employer's number: prefixes that are given.
pub(in crate::rule) fn us_ein(value: &[u8]) -> bool {
    part(value, 0, 2).is_some_and(|prefix| {
        !matches!(prefix, 0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97)
    })
}

/// Cuba: a day of birth.
pub(in crate::rule) fn cu_ni(value: &[u8]) -> bool {
    begins_yymmdd(value) && number(value.get(6..).unwrap_or_default()).is_some()
}
