//! What the detectors say of the leaves they must read.

use std::borrow::Cow;

use privet_mask::operator::Operator;
use privet_wire::json::{Json, Kind};
use privet_wire::request::Class;

use super::super::find::{Found, find, find_across};
use super::super::work::Work;
use super::{Pending, Run};

impl<'a> Run<'_, 'a> {
    /// Lets the detectors read what is left.
    pub(super) fn read(&mut self, pending: &mut [Pending<'_, 'a>]) {
        for leaf in pending.iter_mut() {
            let cacheable = leaf.work.key.is_none();
            let cached = if cacheable { self.masker.cache.get(&leaf.work.hash) } else { None };
            leaf.found = match cached {
                Some(found) => found.to_vec(),
                None => {
                    self.out.bytes_read += leaf.work.text.len();
                    let text = readable(self.json, leaf.work);
                    let found = find(&self.reader, &text, leaf.work.key.as_deref());
                    if cacheable && !self.reader.was_cut_short() {
                        self.masker.cache.put(leaf.work.hash, &found);
                    }
                    found
                }
            };
        }
        for run in pending.chunk_by_mut(|_, next| next.continues) {
            let texts: Vec<&str> = run.iter().map(|leaf| leaf.work.text.as_ref()).collect();
            for (index, found) in find_across(&self.reader, &texts) {
                if let Some(leaf) = run.get_mut(index) {
                    replace_overlapping(&mut leaf.found, found);
                }
            }
        }
        for leaf in pending.iter() {
            for found in &leaf.found {
                let operator = self.masker.policy.operator_by(found.recognizer, found.entity);
                if !matches!(operator, Operator::Keep | Operator::Refuse) {
                    self.values.note(found.entity, &found.surface(&leaf.work.text));
                }
            }
        }
        let texts = pending
            .iter_mut()
            .filter(|leaf| leaf.work.leaf.class != Class::Number)
            .map(|leaf| (leaf.work.text.as_ref(), &mut leaf.found));
        self.values.spread(texts);
    }
}

/// What the detectors read of a leaf: of a number, its whole part without exponent.
pub(super) fn readable<'w>(json: &Json<'_>, work: &'w Work<'_>) -> Cow<'w, str> {
    match json.kind(work.leaf.node) {
        Kind::Number => whole_part(&work.text),
        _ => Cow::Borrowed(&work.text),
    }
}

/// The digits of a number before its fraction, written out: `15` for `-1.5e1`.
fn whole_part(number: &str) -> Cow<'_, str> {
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    match exponent.parse::<i32>() {
        // No number of anybody's is that long.
        Ok(exponent @ 1..=64) => {
            let zeros = std::iter::repeat('0');
            let shifted = fraction.chars().chain(zeros).take(exponent.unsigned_abs() as usize);
            Cow::Owned(whole.chars().chain(shifted).skip_while(|c| *c == '0').collect())
        }
        Ok(exponent @ -64..=-1) => {
            let kept = whole.len().saturating_sub(exponent.unsigned_abs() as usize);
            Cow::Borrowed(whole.get(..kept).unwrap_or_default())
        }
        _ => Cow::Borrowed(whole),
    }
}

fn replace_overlapping(found: &mut Vec<Found>, with: Found) {
    found.retain(|f| f.end <= with.start || with.end <= f.start);
    found.push(with);
    found.sort_by_key(|f| f.start);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_written_out() {
        for (number, want) in [
            ("4556737586899855", "4556737586899855"),
            ("-4556737586899855.0", "4556737586899855"),
            ("4.556737586899855e15", "4556737586899855"),
            ("0.4556737586899855E+16", "4556737586899855"),
            ("45567375868998550e-1", "4556737586899855"),
            ("12e3", "12000"),
            ("1e999999999999", "1"),
            ("1e-9", ""),
        ] {
            assert_eq!(whole_part(number), want, "{number}");
        }
    }
}
