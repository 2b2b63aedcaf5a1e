//! Stand-ins for numbers: as many digits, so that JSON stays what it was.

use hmac::Mac;

use crate::scope::HmacSha256;

/// The `attempt`-th stand-in for `digits`: as long, no leading zero, derived by
/// `key`. `None` when that attempt gives nothing usable; the next one may.
pub(crate) fn stand_in(key: &HmacSha256, digits: &str, attempt: u32) -> Option<String> {
    let mut text = String::with_capacity(digits.len());
    let mut block = 0u32;
    while text.len() < digits.len() {
        let mut mac = key.clone();
        mac.update(b"number");
        mac.update(&(digits.len() as u64).to_be_bytes());
        mac.update(digits.as_bytes());
        mac.update(&attempt.to_be_bytes());
        mac.update(&block.to_be_bytes());
        for byte in mac.finalize().into_bytes() {
            let bound = if text.is_empty() { 252 } else { 250 };
            if byte >= bound || text.len() == digits.len() {
                continue; // Taking it would make some digits likelier than others.
            }
            let digit = if text.is_empty() { byte % 9 + 1 } else { byte % 10 };
            text.push(char::from(b'0' + digit));
        }
        block += 1;
    }
    (text != digits && stays_exact(digits, &text)).then_some(text)
}

/// Whether `stand_in` survives wherever `digits` does: readers on the way may
/// hold numbers as doubles or 64-bit integers.
fn stays_exact(digits: &str, stand_in: &str) -> bool {
    EXACT_UP_TO.iter().all(|limit| !fits(digits, limit) || fits(stand_in, limit))
}

/// Whether a number without leading zeros is at most `limit`.
fn fits(digits: &str, limit: &str) -> bool {
    digits.len() < limit.len() || digits.len() == limit.len() && digits <= limit
}

/// 2^53 - 1, 2^63 - 1, 2^64 - 1.
const EXACT_UP_TO: &[&str] = &["9007199254740991", "9223372036854775807", "18446744073709551615"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::keyed;

    #[test]
    fn as_long_and_another() {
        let key = keyed(&[3; 32]);
        for digits in ["7", "42", "4111111111111111", "9007199254740991", &"1".repeat(40)] {
            let made: Vec<_> = (0..64).filter_map(|n| stand_in(&key, digits, n)).collect();
            assert!(!made.is_empty(), "{digits}");
            for text in made {
                assert_eq!(text.len(), digits.len());
                assert!(!text.starts_with('0') && text != digits, "{text}");
                assert!(stays_exact(digits, &text), "{text}");
            }
        }
    }

    #[test]
    fn integers_stay_within_what_holds_them() {
        assert!(stays_exact("9007199254740991", "1000000000000000"));
        assert!(!stays_exact("9007199254740991", "9007199254740992"));
        assert!(stays_exact("9007199254740992", "9999999999999999"));
        assert!(!stays_exact("18446744073709551615", "18446744073709551616"));
    }
}
