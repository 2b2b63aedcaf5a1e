//! Payment card numbers (ISO/IEC 7812): issuer range, length, grouping, Luhn.

use privet_text::{EntityType, Finding, Reason, Score};

use super::chain::Chain;
use crate::claim::Claim;
use crate::reading::cue_before;

/// Finds card numbers in a chain.
pub(super) fn read(chain: &Chain<'_>, found: &mut dyn FnMut(Finding)) {
    if chain.digits < 13 {
        return;
    }
    let groups = chain.groups.len();
    let mut from = 0;
    while from < groups {
        let taken = (from + 1..=groups).rev().filter(|to| to - from <= 6).find(|to| {
            chain.part(from, *to).and_then(|part| read_one(&part)).is_some_and(|finding| {
                found(finding);
                true
            })
        });
        from = taken.unwrap_or(from + 1);
    }
}

/// The card number that fills the whole of `part`.
fn read_one(part: &Chain<'_>) -> Option<Finding> {
    if !(13..=19).contains(&part.digits) || !grouping_holds(part) || !part.stands_alone() {
        return None;
    }
    let (number, length) = part.number::<19>();
    let number = number.get(..length)?;
    let issuer = issuer(number)?;
    if !luhn_holds(number) {
        return None;
    }
    let word = cue_before(part.bytes, part.start(), 48, CUES);
    // Other long numbers pass Luhn one time in ten, so rare lengths and ranges
    // need a word beside them.
    let common = issuer == Issuer::Common && (part.groups.len() > 1 || matches!(length, 15 | 16));
    let base = if common { Score::SHAPE } else { Score::new(0.0) };
    Claim::new(EntityType::CreditCard, "card", base)
        .because(Reason::Checksum)
        .near(word.filter(|_| !common))
        .at(part.start(), part.end())
}

/// Cards are written in one piece, in fours, or as 4-6-5 and 4-6-4.
fn grouping_holds(part: &Chain<'_>) -> bool {
    let lengths = part.lengths();
    let shape = lengths.get(..part.groups.len()).unwrap_or_default();
    let separated = part.joined_by(b" ") || part.joined_by(b"-") || part.joined_by(b".");
    match shape {
        [_] => true,
        [4, 6, 4 | 5] | [4, 4, 4, 4 | 1] | [4, 4, 4, 4, 1..=3] | [6, 13] | [4, 4, 5] => separated,
        _ => false,
    }
}

#[derive(PartialEq, Eq)]
enum Issuer {
    Common,
    Rare,
}

/// Which range of ISO/IEC 7812 the number is in, if its length fits there.
fn issuer(number: &[u8]) -> Option<Issuer> {
    let head = |digits: usize| {
        number.iter().take(digits).fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
    };
    let length = number.len();
    let (two, three, four) = (head(2), head(3), head(4));
    let (fits, issuer) = match two {
        40..=49 => (matches!(length, 13 | 16 | 19), Issuer::Common),
        51..=55 => (length == 16, Issuer::Common),
        22..=27 if (2221..=2720).contains(&four) => (length == 16, Issuer::Common),
        22 if (2200..=2204).contains(&four) => (length == 16, Issuer::Rare),
        34 | 37 => (length == 15, Issuer::Common),
        36 => (length == 14, Issuer::Common),
        38 | 39 => (length == 14, Issuer::Rare),
        30 if (300..=305).contains(&three) || three == 309 => (length == 14, Issuer::Common),
        35 if (3528..=3589).contains(&four) => (matches!(length, 16..=19), Issuer::Common),
        60 if four == 6011 => (matches!(length, 16..=19), Issuer::Common),
        64 if three >= 644 => (matches!(length, 16..=19), Issuer::Common),
        65 => (matches!(length, 16..=19), Issuer::Common),
        62 => (matches!(length, 16..=19), Issuer::Common),
        50 | 56..=59 | 60 | 61 | 63 | 66..=69 | 81 | 82 => (true, Issuer::Rare),
        _ => return None,
    };
    fits.then_some(issuer)
}

/// Whether the check digit holds (Luhn, ISO/IEC 7812-1 annex B).
fn luhn_holds(number: &[u8]) -> bool {
    let sum: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0');
            if index % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }
        })
        .sum();
    sum.is_multiple_of(10)
}

const CUES: &[&str] = &[
    "card",
    "cards",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "discover",
    "diners",
    "jcb",
    "unionpay",
    "rupay",
    "mir",
    "pan",
    "cc",
    "credit",
    "debit",
    "karte",
    "kreditkarte",
    "kartennummer",
    "carte",
    "tarjeta",
    "carta",
    "kaart",
    "kort",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::check;

    const CARD: EntityType = EntityType::CreditCard;

    #[test]
    fn cards() {
        check(CARD, "4111 1111 1111 1111", &["4111 1111 1111 1111"]);
        check(CARD, "pay with 5555-5555-5555-4444 please", &["5555-5555-5555-4444"]);
        check(
            CARD,
            "378282246310005, 3782 822463 10005",
            &["378282246310005", "3782 822463 10005"],
        );
        check(CARD, "6011111111111117;3530111333300000", &["6011111111111117", "3530111333300000"]);
        check(CARD, "room 12 4111 1111 1111 1111 07/29", &["4111 1111 1111 1111"]);
        check(
            CARD,
            "7,4242424242424242,12\n8,5555555555554444,01",
            &["4242424242424242", "5555555555554444"],
        );
        check(CARD, "2223003122003222", &["2223003122003222"]);
        check(CARD, "maestro card 6304000000000000", &["6304000000000000"]);
        check(CARD, "{\"pan\":\"4242424242424242\"}", &["4242424242424242"]);
        check(CARD, "diners 30569309025904", &["30569309025904"]);
    }

    #[test]
    fn not_cards() {
        check(CARD, "4111 1111 1111 1112", &[]); // Luhn fails
        check(CARD, "order 6304000000000000", &[]); // rare range without a cue
        check(CARD, "0.4111111111111111", &[]);
        check(CARD, "a4111111111111111 4111111111111111b 4111111111111111-8", &[]);
        check(CARD, "1700000000000000", &[]);
        check(CARD, "4444444444444444 0000000000000000", &[]);
        check(CARD, "550e8400-e29b-41d4-a716-446655440000", &[]);
    }
}
