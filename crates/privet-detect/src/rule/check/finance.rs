//! Banks, securities and wallets.

use sha2::{Digest, Sha256};

use super::digits::{is_one_digit, part, weighted};

/// US, routing number: 3, 7, 1 by 10, and a district of the Federal Reserve.
pub(in crate::rule) fn aba_routing(value: &[u8]) -> bool {
    let district = part(value, 0, 2).unwrap_or(99);
    matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
        && weighted(value, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_some_and(|sum| sum % 10 == 0)
        && !is_one_digit(value)
}

/// BIC (ISO 9362): the fifth and sixth letter are a country.
pub(in crate::rule) fn bic(value: &[u8]) -> bool {
    value.get(4..6).is_some_and(is_country)
}

/// Whether two letters are a country (ISO 3166-1), or Kosovo.
pub(super) fn is_country(code: &[u8]) -> bool {
    let [first, second] = code else { return false };
    COUNTRIES
        .split(' ')
        .find(|row| row.as_bytes().first() == Some(first))
        .and_then(|row| row.get(1..))
        .is_some_and(|seconds| seconds.as_bytes().contains(second))
}

/// The second letters by the first (ISO 3166-1 alpha-2), `XK` added.
const COUNTRIES: &str = "ADEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNORUVWXYZ DEJKMOZ \
    ECEGHRST FIJKMOR GABDEFGHILMNPQRSTUWY HKMNRTU IDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY \
    MACDEFGHKLMNOPQRSTUVWXYZ NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ \
    TCDFGHJKLMNORTVWZ UAGMSYZ VACEGINU WFS XK YET ZAMW";

/// A sort code is none of one digit only.
pub(in crate::rule) fn not_one_digit(value: &[u8]) -> bool {
    !is_one_digit(value)
}

/// A wallet in base 58 with the four bytes of a double SHA-256 at its end.
pub(in crate::rule) fn base58check(value: &[u8]) -> bool {
    base58(value, BITCOIN_ALPHABET).is_some_and(|bytes| double_sha_holds(&bytes))
}

/// The same with the alphabet of the XRP Ledger.
pub(in crate::rule) fn base58check_xrp(value: &[u8]) -> bool {
    base58(value, XRP_ALPHABET).is_some_and(|bytes| double_sha_holds(&bytes))
}

/// The 25 bytes that `value` writes in base 58.
fn base58(value: &[u8], alphabet: &[u8; 58]) -> Option<[u8; 25]> {
    let mut bytes = [0u8; 25];
    for letter in value {
        let mut carry = u32::try_from(alphabet.iter().position(|known| known == letter)?).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xFF).unwrap_or(0);
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

fn double_sha_holds(bytes: &[u8; 25]) -> bool {
    let Some((body, check)) = bytes.split_at_checked(21) else { return false };
    let digest = Sha256::digest(Sha256::digest(body));
    digest.get(..4) == Some(check)
}

/// A wallet in Bech32 or Bech32m (BIP 173, BIP 350).
pub(crate) fn bech32(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let Some(at) = lower.iter().rposition(|byte| *byte == b'1') else { return false };
    let Some((head, tail)) = lower.split_at_checked(at) else { return false };
    let high = head.iter().map(|byte| byte >> 5);
    let low = head.iter().map(|byte| byte & 31);
    let mut check = 1u32;
    for value in high.chain([0]).chain(low) {
        check = polymod(check, value);
    }
    for letter in tail.iter().skip(1) {
        let Some(value) = BECH32_ALPHABET.iter().position(|known| known == letter) else {
            return false;
        };
        check = polymod(check, u8::try_from(value).unwrap_or(0));
    }
    check == 1 || check == 0x2BC8_30A3
}

fn polymod(check: u32, value: u8) -> u32 {
    let top = check >> 25;
    let mut next = (check & 0x01FF_FFFF) << 5 ^ u32::from(value);
    for (bit, generator) in
        [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3].into_iter().enumerate()
    {
        if top >> bit & 1 == 1 {
            next ^= generator;
        }
    }
    next
}

/// An Ethereum address that is no row of equal bytes.
pub(in crate::rule) fn ethereum(value: &[u8]) -> bool {
    let digits = value.get(2..).unwrap_or_default();
    let mut kinds: Vec<u8> = digits.to_ascii_lowercase();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len() >= 8
}

/// Letters of a currency are capitals, or a sign or a dot is among them.
pub(in crate::rule) fn currency_first(value: &[u8]) -> bool {
    let sign: Vec<u8> =
        value.iter().copied().take_while(|byte| !byte.is_ascii_digit() && *byte != b' ').collect();
    // `$2` is a parameter of a program, and a register.
    let parameter = sign == b"$" && value.len() == 2;
    !parameter && !sign.iter().all(u8::is_ascii_lowercase)
}

const BITCOIN_ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const XRP_ALPHABET: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
const BECH32_ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
