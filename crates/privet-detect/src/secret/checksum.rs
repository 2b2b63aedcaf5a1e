//! The check digits inside tokens: CRC-32 in base 62, as GitHub and npm append them.

/// Whether the last six characters of `token` are the CRC-32 of what stands
/// between its prefix, up to and with the underscore, and them.
pub(super) fn crc_holds(token: &str) -> bool {
    let Some((_, body)) = token.rsplit_once('_') else { return false };
    let Some(split) = body.len().checked_sub(6) else { return false };
    let Some((entropy, check)) = body.split_at_checked(split) else { return false };
    let want = check.bytes().try_fold(0u64, |sum, byte| Some(sum * 62 + base62(byte)?));
    want == Some(u64::from(crc32(entropy.as_bytes())))
}

fn base62(byte: u8) -> Option<u64> {
    Some(u64::from(match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        _ => return None,
    }))
}

/// CRC-32 (ISO 3309), bit by bit: tokens are short and rare.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert!(crc_holds(concat!("gh", "p_kWZCWUFxS6gqfRgVYruPWJiDELCruj1m0w2C")));
        assert!(!crc_holds(concat!("gh", "p_kWZCWUFxS6gqfRgVYruPWJiDELCruj1m0w2D")));
    }
}
