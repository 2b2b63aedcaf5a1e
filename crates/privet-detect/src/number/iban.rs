//! IBANs (ISO 13616): country, length by country, check digits (ISO 7064 MOD 97-10).

use privet_text::{EntityType, Finding, Reason, Score};

use super::chain::Chain;
use crate::claim::Claim;
use crate::reading::{byte, is_word, word_starts};

/// Finds the IBANs whose check digits begin a group of the chain.
pub(super) fn read(chain: &Chain<'_>, found: &mut dyn FnMut(Finding)) {
    for group in chain.groups {
        let Some(start) = group.start.checked_sub(2) else { continue };
        if group.len() < 2 || !byte(chain.bytes, start).is_ascii_alphabetic() {
            continue;
        }
        let Some(length) = length_for(chain.bytes, start) else { continue };
        let Some((iban, end)) = take_grouped(chain.bytes, start, length) else { continue };
        let Some(iban) = iban.get(..length) else { continue };
        if !check_digits_hold(iban) {
            continue;
        }
        let claim =
            Claim::new(EntityType::IbanCode, "iban", Score::SHAPE).because(Reason::Checksum);
        if let Some(finding) = claim.at(start, end) {
            found(finding);
        }
    }
}

/// How long an IBAN of the country named at `start` is.
fn length_for(bytes: &[u8], start: usize) -> Option<usize> {
    if !word_starts(bytes, start) {
        return None;
    }
    let country =
        [byte(bytes, start).to_ascii_uppercase(), byte(bytes, start + 1).to_ascii_uppercase()];
    LENGTHS.iter().find(|(code, _)| code.as_bytes() == country).map(|(_, length)| *length)
}

/// Reads `length` letters and digits with single spaces or dashes between groups.
///
/// The country fixes the length. Reading on to the next gap instead would swallow
/// the currency in "GB82WEST12345698765432 EUR".
fn take_grouped(bytes: &[u8], start: usize, length: usize) -> Option<([u8; LENGTH_MAX], usize)> {
    let mut iban = [0; LENGTH_MAX];
    let mut count = 0;
    let mut at = start;
    while count < length {
        let next = byte(bytes, at);
        if next.is_ascii_alphanumeric() {
            *iban.get_mut(count)? = next.to_ascii_uppercase();
            count += 1;
        } else if !matches!(next, b' ' | b'-')
            || count < 2
            || !byte(bytes, at + 1).is_ascii_alphanumeric()
        {
            return None;
        }
        at += 1;
    }
    let next = byte(bytes, at);
    (!is_word(next) || next >= 0x80).then_some((iban, at))
}

/// Whether the check digits of `iban` hold. `iban` is in electronic format:
/// capital letters and digits, no spaces.
fn check_digits_hold(iban: &[u8]) -> bool {
    let Some((head, bban)) = iban.split_at_checked(4) else { return false };
    let remainder = bban.iter().chain(head).try_fold(0u32, |acc, byte| match byte {
        b'0'..=b'9' => Some((acc * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((acc * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    });
    remainder == Some(1)
}

const LENGTH_MAX: usize = 34;

/// Length by country, from the IBAN registry.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::check;

    const IBAN: EntityType = EntityType::IbanCode;

    #[test]
    fn ibans() {
        check(IBAN, "GB82WEST12345698765432 EUR", &["GB82WEST12345698765432"]);
        check(IBAN, "IBAN: DE89 3704 0044 0532 0130 00.", &["DE89 3704 0044 0532 0130 00"]);
        check(IBAN, "fr14 2004 1010 0505 0001 3m02 606", &["fr14 2004 1010 0505 0001 3m02 606"]);
        check(IBAN, "(NO9386011117947)", &["NO9386011117947"]);
        check(IBAN, "NL91-ABNA-0417-1643-00", &["NL91-ABNA-0417-1643-00"]);
        check(IBAN, "MT84MALT011000012345MTLCAST001S", &["MT84MALT011000012345MTLCAST001S"]);
    }

    #[test]
    fn not_ibans() {
        check(IBAN, "GB82 WEST 1234 5698 7654 33", &[]); // last digit changed
        check(IBAN, "DE89 3704 0044 0532 0130", &[]); // too short
        check(IBAN, "XX89370400440532013000", &[]);
        check(IBAN, "ADE89370400440532013000", &[]);
    }
}
