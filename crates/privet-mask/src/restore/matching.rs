//! What the held bytes of an answer may become: the search through the table.

use super::beside::{Before, Verdict, judge, judge_at_end, may_begin};
use super::gap::Gap;
use super::{LeafObserver, Restorer, Unit};
use crate::depth::{Boundary, Decoded};
use crate::table::{Candidates, Kind};

/// What the held units may be.
#[derive(Debug)]
pub(super) struct Matching {
    /// The entries that go on; `None` when it is known which it is not.
    pub(super) candidates: Option<Candidates>,
    /// The last byte of theirs that was read.
    pub(super) last: u8,
    /// What was read behind it, for a separator.
    pub(super) gap: Gap,
    /// What stood in front.
    pub(super) before: Before,
    /// The entries that the first units spell, the longest last.
    pub(super) complete: Vec<Complete>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Complete {
    pub(super) entry: usize,
    pub(super) kind: Kind,
    /// How many of the held units.
    pub(super) units: usize,
}

impl Restorer {
    pub(super) fn read_again(&mut self, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        while let Some(unit) = self.again.pop_front() {
            self.step(unit, out, observer);
        }
    }

    pub(super) fn step(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if self.matching.is_none() {
            return self.begin(unit, out, observer);
        }
        let Some(mut matching) = self.matching.take() else { return };
        let ended = unit.boundary == Boundary::LeafEnd;
        self.held.push(unit);
        matching.candidates = match matching.candidates {
            Some(candidates) if !ended => self.advance(candidates, &mut matching, unit.decoded),
            _ => None,
        };
        if matching.candidates.is_some() {
            // The first bytes of an escape say nothing yet.
            if !unit.decoded.as_bytes().is_empty() {
                self.note_complete(&mut matching);
            }
            self.matching = Some(matching);
        } else {
            self.resolve(matching, ended, out, observer);
        }
    }

    pub(super) fn may_begin_at(&self, unit: Unit) -> bool {
        let first = unit.decoded.as_bytes().first().copied().unwrap_or_default();
        unit.plain && self.table.may_start(first, self.before.is_word())
    }

    /// Nothing is held: starts a match at `unit`, or releases it.
    pub(super) fn begin(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if self.may_begin_at(unit) {
            let before =
                if unit.boundary == Boundary::LeafStart { Before::default() } else { self.before };
            let mut matching = Matching {
                candidates: None,
                last: 0,
                gap: Gap::default(),
                before,
                complete: Vec::new(),
            };
            matching.candidates = self.advance(self.table.all(), &mut matching, unit.decoded);
            if matching.candidates.is_some() {
                self.held.push(unit);
                self.matching = Some(matching);
                return;
            }
        }
        self.release(unit, out, observer);
    }

    /// The candidates that go on with `decoded`; `None` if there are none.
    pub(super) fn advance(
        &self,
        mut candidates: Candidates,
        matching: &mut Matching,
        decoded: Decoded,
    ) -> Option<Candidates> {
        for &byte in decoded.as_bytes() {
            let gap = matching.gap;
            let direct = self.table.narrow(candidates, byte).filter(|_| {
                gap.is_empty()
                    || (gap.is_escape() && byte.is_ascii_punctuation())
                    || gap.stands_for(matching.last, true)
            });
            let over = |separator: u8| {
                let behind = self.table.narrow(candidates, separator)?;
                let next = self.table.narrow(behind, byte)?;
                gap.stands_for(separator, false).then_some(next)
            };
            if let Some(next) = direct.or_else(|| over(b'_')).or_else(|| over(b' ')) {
                candidates = next;
                matching.last = byte;
                matching.gap = Gap::default();
            } else if self.may_hold_gap(candidates, matching.last, byte) {
                matching.gap = gap.with(byte)?;
            } else {
                return None;
            }
        }
        Some(candidates)
    }

    /// Whether the candidates have a place here for something between their parts.
    pub(super) fn may_hold_gap(&self, candidates: Candidates, last: u8, byte: u8) -> bool {
        let next = |byte: &u8| self.table.narrow(candidates, *byte).is_some();
        matches!(last, b'_' | b' ')
            || next(&b'_')
            || next(&b' ')
            || (byte == b'\\' && b"-.@+()/:~".iter().any(next))
    }

    pub(super) fn note_complete(&self, matching: &mut Matching) {
        let Some(candidates) = matching.candidates.filter(|_| matching.gap.is_empty()) else {
            return;
        };
        let Some((index, entry)) =
            self.table.complete(candidates).and_then(|i| Some((i, self.table.entry(i)?)))
        else {
            return;
        };
        let first = self.held.first().and_then(|unit| unit.decoded.as_bytes().first());
        let units = self.held.len();
        // The number of a marker is no random part: nothing but backslashes may be added.
        let exact = entry.kind != Kind::Marker
            || self.written(units).iter().filter(|byte| **byte != b'\\').count() == entry.len();
        let fits = first.is_some_and(|first| may_begin(entry.kind, *first, matching.before));
        if exact && fits && matching.complete.last().is_none_or(|last| last.units < units) {
            matching.complete.push(Complete { entry: index, kind: entry.kind, units });
        }
    }

    /// What the first `units` held ones decode to.
    pub(super) fn written(&self, units: usize) -> Vec<u8> {
        let held = self.held.get(..units).unwrap_or_default();
        held.iter().flat_map(|unit| unit.decoded.as_bytes()).copied().collect()
    }

    /// No entry goes on: restores the longest that was spelled whole, if what follows
    /// allows it; otherwise releases the first unit and reads the others again.
    pub(super) fn resolve(
        &mut self,
        mut matching: Matching,
        ended: bool,
        out: &mut Vec<u8>,
        observer: &mut dyn LeafObserver,
    ) {
        let in_number = self.held.first().is_some_and(|unit| unit.number);
        while let Some(whole) = matching.complete.last().copied() {
            let written = self.written(whole.units);
            let behind = self.held.get(whole.units..).unwrap_or_default();
            let behind: Vec<u8> =
                behind.iter().flat_map(|unit| unit.decoded.as_bytes()).copied().collect();
            let verdict = match ended {
                true if judge_at_end(whole.kind, &written, &behind, in_number) => Verdict::Token,
                true => Verdict::Other,
                false => judge(whole.kind, &written, &behind, in_number),
            };
            match verdict {
                Verdict::Token => return self.release_match(whole, out, observer),
                Verdict::Open => {
                    matching.candidates = None;
                    self.matching = Some(matching);
                    return;
                }
                Verdict::Other => matching.complete.pop(),
            };
        }
        let mut held = std::mem::take(&mut self.held).into_iter();
        let first = held.next();
        // INVARIANT: what is read again is shorter than what was held, so this ends.
        held.rev().for_each(|unit| self.again.push_front(unit));
        if let Some(first) = first {
            self.release(first, out, observer);
        }
    }

    /// Whether a text that was cut here may have been about to say something else.
    pub(super) fn may_go_on(&self, matching: &Matching) -> bool {
        let Some(candidates) = matching.candidates else { return false };
        match matching.complete.last() {
            // A label ends where it must; an address or a number may always be longer.
            Some(whole) if whole.units == self.held.len() => {
                self.table.goes_on(candidates)
                    || matches!(whole.kind, Kind::Whole | Kind::Name | Kind::Number)
            }
            _ => true,
        }
    }
}
