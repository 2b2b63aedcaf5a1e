//! US social security numbers: area, group and serial as the SSA issues them.

use privet_text::{EntityType, Finding, Score};

use super::chain::Chain;
use crate::claim::Claim;
use crate::reading::cue_before;

/// Finds a social security number that fills the chain.
pub(super) fn read(chain: &Chain<'_>, found: &mut dyn FnMut(Finding)) {
    if chain.digits != 9 || !chain.stands_alone() {
        return;
    }
    let lengths = chain.lengths();
    let base = match lengths.get(..chain.groups.len()) {
        Some([3, 2, 4]) if chain.joined_by(b"-") => Score::SHAPE,
        Some([3, 2, 4]) if chain.joined_by(b" ") || chain.joined_by(b".") => Score::WEAK,
        Some([9]) => Score::WEAK,
        _ => return,
    };
    let (number, _) = chain.number::<9>();
    if !was_issued(&number) {
        return;
    }
    let word = cue_before(chain.bytes, chain.start(), 40, CUES);
    if base == Score::WEAK && word.is_none() && chain.groups.len() == 1 {
        return; // any nine digits would be a candidate
    }
    let claim = Claim::new(EntityType::UsSsn, "us-ssn", base).near(word);
    if let Some(finding) = claim.at(chain.start(), chain.end()) {
        found(finding);
    }
}

/// Whether the number lies in the ranges that were ever issued.
fn was_issued(number: &[u8; 9]) -> bool {
    let [a, b, c, d, e, serial @ ..] = number;
    let area = [*a, *b, *c];
    area != *b"000" && area != *b"666" && *a != b'9' && [*d, *e] != *b"00" && serial != b"0000"
}

const CUES: &[&str] =
    &["ssn", "ssns", "security", "socialsecurity", "socsec", "taxpayer", "tin", "itin", "ss"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::check;

    const SSN: EntityType = EntityType::UsSsn;

    #[test]
    fn numbers() {
        check(SSN, "SSN 536-22-1847", &["536-22-1847"]);
        check(SSN, "536-22-1847", &["536-22-1847"]);
        check(SSN, "her social security number is 536 22 1847.", &["536 22 1847"]);
        check(SSN, "\"ssn\": \"536221847\"", &["536221847"]);
    }

    #[test]
    fn not_numbers() {
        check(SSN, "000-22-1847 666-22-1847 900-22-1847 536-00-1847 536-22-0000", &[]);
        check(SSN, "order 536221847", &[]);
        check(SSN, "1-536-22-1847 536-22-18471 x536-22-1847", &[]);
        check(SSN, "536 22 1847", &[]);
    }
}
