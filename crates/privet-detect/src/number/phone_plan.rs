//! Numbering plans of all countries (ITU-T E.164), from the metadata of libphonenumber, and
//! the ways national numbers are written.

use std::sync::{LazyLock, OnceLock};

use super::chain::Chain;
use crate::rule::Patterns;

/// How well a number fits the plan of its country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Numbers of the country look like it.
    Possible,
    /// It lies in a range that is in use.
    InUse,
}

/// How well `number`, digits with the country code in front, fits the plan of its country.
pub(super) fn fit_of(number: &[u8]) -> Option<Fit> {
    // Codes have one to three digits, and none begins another.
    let plan = (1..=3).find_map(|length| {
        let code = number.get(..length)?;
        PLANS.iter().find(|plan| plan.code.as_bytes() == code)
    })?;
    let national = number.get(plan.code.len()..)?;
    if !fills(&plan.possible, plan.possible_source, national) {
        return None;
    }
    let in_use = fills(&plan.in_use, plan.in_use_source, national);
    Some(if in_use { Fit::InUse } else { Fit::Possible })
}

/// The plan of one calling code. Its patterns are built when the first number comes by.
struct Plan {
    code: &'static str,
    possible_source: &'static str,
    possible: OnceLock<Option<Patterns>>,
    in_use_source: &'static str,
    in_use: OnceLock<Option<Patterns>>,
}

/// Whether the pattern matches `national` as a whole.
fn fills(pattern: &OnceLock<Option<Patterns>>, source: &str, national: &[u8]) -> bool {
    let built = pattern.get_or_init(|| Patterns::new(&[source]).ok());
    let mut whole = false;
    if let Some(patterns) = built {
        patterns.walker().all(national, 0, |_, end| whole |= end == national.len());
    }
    whole
}

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    let rows = include_str!("../../data/phone_plans.txt").lines();
    rows.filter(|row| !row.starts_with('#'))
        .filter_map(|row| {
            let (code, rest) = row.split_once('\t')?;
            let (possible_source, in_use_source) = rest.split_once('\t')?;
            let (possible, in_use) = (OnceLock::new(), OnceLock::new());
            Some(Plan { code, possible_source, possible, in_use_source, in_use })
        })
        .collect()
});

/// Whether ten digits can be a number of the North American plan: area code and
/// exchange begin with 2 to 9, and neither is a service code such as 911.
pub(super) fn fits_nanp(national: &[u8]) -> bool {
    let [a, b, c, d, e, f, _, _, _, _] = national else { return false };
    let is_service = |x: u8, y: u8| x == b'1' && y == b'1';
    (b'2'..=b'9').contains(a)
        && (b'2'..=b'9').contains(d)
        && !is_service(*b, *c)
        && !is_service(*e, *f)
}

/// Whether a national number is written the way its country does, so clearly that
/// no word beside it is needed. All of these begin with a trunk 0 or a mobile prefix.
pub(super) fn is_written_nationally(chain: &Chain<'_>) -> bool {
    let lengths = chain.lengths();
    let shape = lengths.get(..chain.groups.len()).unwrap_or_default();
    let (number, _) = chain.number::<12>();
    let [a, b, ..] = number;
    if chain.joined_by(b".") && shape != [2, 2, 2, 2, 2] {
        return false;
    }
    let spaced = chain.joined_by(b" ");
    let dashed = chain.joined_by(b"-");
    let in_parentheses = chain.gap(0).first() == Some(&b')');
    match (a, b) {
        (b'0', b'1'..=b'9') => match shape {
            [2, 2, 2, 2, 2]
            | [3, 3, 2, 2]
            | [4, 2, 2, 2]
            | [4, 3, 2, 2]
            | [2, 3, 2, 2]
            | [2, 3, 3, 2] => true,
            [2, 4, 4] => dashed || in_parentheses,
            [3, 3, 4] | [3, 4, 4] | [4, 3, 4] | [5, 3, 3] | [4, 3, 3] => {
                spaced || dashed || in_parentheses
            }
            [5, 6] => spaced && matches!(b, b'1' | b'7'),
            [2, 8] => b == b'6',
            [4, 7 | 8] => {
                (spaced || dashed) && b == b'1' && matches!(number.get(2), Some(b'5'..=b'7'))
            }
            [3..=5, 5..=8] => !spaced && !dashed || (dashed && chain.digits >= 10),
            [3..=5, 2..=4, 2..=4, ..] if chain.groups.len() <= 4 => {
                matches!(chain.gap(0), b"/" | b" / " | b")" | b") ") && chain.digits >= 9
            }
            _ => false,
        },
        (b'1', b'3'..=b'9') => shape == [3, 4, 4] && (spaced || dashed),
        _ => matches!(shape, [2, 4 | 5, 4]) && in_parentheses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_country() {
        let mut regions = std::collections::BTreeSet::new();
        for row in include_str!("../../data/phone_examples.txt").lines() {
            let Some((region, number)) = row.split_once('\t') else { continue };
            let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
            assert_eq!(fit_of(&digits), Some(Fit::InUse), "{region}: {number}");
            let mut longer = digits.clone();
            longer.extend(b"0123456789");
            assert_eq!(fit_of(&longer), None, "{region}: {number} and ten digits");
            regions.insert(region);
        }
        assert!(regions.len() >= 240, "{}", regions.len());
    }

    #[test]
    fn no_numbers() {
        for number in ["999123456", "1115550123", "4930", "0012345678"] {
            assert_eq!(fit_of(number.as_bytes()), None, "{number}");
        }
        assert_eq!(fit_of(b"441632960123"), Some(Fit::Possible)); // kept free for films
    }
}
