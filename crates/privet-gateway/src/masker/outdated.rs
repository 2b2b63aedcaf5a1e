//! Thinking that is cut off from what stands before it.
//!
//! A signed block is bound to every byte before it. What was erased is sent under another
//! token from then on, so a block that was signed before the erasure and stands behind such
//! a place can only be left out. Erasures are numbered: a memo says how many there were when
//! what it remembers was sent, or was written by Claude.

use std::collections::{BTreeSet, HashMap};

use privet_wire::request::{Class, Part};

use super::memo::{AnswerMemo, Fate, SegmentMemo};
use super::work::{SegmentWork, Work};

/// A leaf, by the number of its segment and its own in it.
pub(super) type Place = (usize, usize);

/// The signed leaves that must be left out. `now` is the number of erasures by now, and
/// `written` finds the memo of a leaf that goes back as Claude wrote it.
pub(super) fn outdated<'m>(
    segments: &[SegmentWork<'_>],
    known: &[Option<SegmentMemo>],
    now: u64,
    written: impl Fn(&Work<'_>) -> Option<&'m AnswerMemo>,
) -> BTreeSet<Place> {
    let mut outdated = BTreeSet::new();
    if now == 0 {
        return outdated;
    }
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|number| segments.get(*number).map(|segment| place_of(segment.segment.part)));
    // How many erasures there were when the youngest part so far was sent.
    let mut youngest = 0;
    for number in order {
        let Some(segment) = segments.get(number) else { continue };
        let memo = known.get(number).and_then(Option::as_ref);
        let fates: HashMap<u32, &Fate> = memo
            .iter()
            .flat_map(|memo| &memo.leaves)
            .map(|leaf| (leaf.index, &leaf.fate))
            .collect();
        for (index, work) in segment.leaves.iter().enumerate() {
            let signed = work.leaf.class == Class::Signed;
            let made = match memo {
                Some(_) => match u32::try_from(index).ok().and_then(|index| fates.get(&index)) {
                    Some(Fate::Written(_, made)) => Some(*made),
                    _ => None,
                },
                None => match written(work) {
                    Some(answer) => Some(answer.erasures),
                    None if signed || !is_read(work.leaf.class) => None,
                    None => Some(now),
                },
            };
            match made {
                Some(made) if signed && made < youngest => drop(outdated.insert((number, index))),
                Some(made) if !signed && memo.is_none() => youngest = youngest.max(made),
                _ => {}
            }
        }
        youngest = youngest.max(memo.map_or(0, |memo| memo.erasures));
    }
    outdated
}

/// The signed leaves of which nothing is remembered and that stand behind something that is
/// masked anew: nobody can tell that this is what they were signed behind.
pub(super) fn unproven(
    segments: &[SegmentWork<'_>],
    known: &[Option<SegmentMemo>],
    memos: &[SegmentMemo],
) -> Vec<Place> {
    let mut unproven = Vec::new();
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|number| segments.get(*number).map(|segment| place_of(segment.segment.part)));
    let mut anew = false;
    for number in order {
        let (Some(segment), Some(None), Some(memo)) =
            (segments.get(number), known.get(number), memos.get(number))
        else {
            continue;
        };
        for (index, work) in segment.leaves.iter().enumerate() {
            let fate = memo.leaves.iter().find(|leaf| leaf.index as usize == index);
            match fate.map(|leaf| &leaf.fate) {
                Some(Fate::Treated(spans)) => anew |= spans.iter().any(|span| span.text.is_some()),
                None if anew && work.leaf.class == Class::Signed => unproven.push((number, index)),
                _ => {}
            }
        }
    }
    unproven
}

/// Where a part stands in what thinking is bound to.
fn place_of(part: Part) -> usize {
    match part {
        Part::Tools => 0,
        Part::System => 1,
        Part::Message(index) => index + 2,
        Part::Parameters => usize::MAX,
    }
}

fn is_read(class: Class) -> bool {
    matches!(class, Class::Text | Class::Number | Class::Key | Class::Base64Text)
}
