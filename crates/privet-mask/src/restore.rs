//! [`Restorer`]: puts values back into an answer while it streams.
//!
//! It reads byte by byte and holds back only what may still become a token of the
//! request's own table. Models change what they copy: letter case, Markdown's backslash, a
//! hyphen, space or line break for the underscore, an ending. All that is tolerated; the
//! random part must be exact, and what stands beside it must leave no doubt that it is
//! this token and not a piece of something else, which stays as it is.

mod beside;
mod gap;

use std::collections::VecDeque;
use std::sync::Arc;

use privet_text::EntityType;

use crate::depth::{Boundary, Decoded, DepthLexer};
use crate::table::{Candidates, Kind, RestoreTable, Value};
use crate::url::UrlTracker;
use crate::{HostList, escape_into};
use beside::{Before, Verdict, judge, judge_at_end, may_begin};
use gap::Gap;

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text for a reader: one leaf. If it begins as JSON, values arrive escaped.
    Text,
    /// The JSON of a tool's input: a leaf for every string and number in it.
    Json,
}

/// Where the text goes, and so what may be restored in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Leaves the house again: nothing is restored.
    Outbound,
    /// A person, or a tool on the client's side: everything but secrets, and nothing
    /// inside web addresses of unlisted hosts.
    Inside,
    /// A tool that edits the client's files: everything.
    FileEdit,
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The model was done.
    Complete,
    /// It was cut, by `max_tokens` or a lost connection: what may be half a token stays.
    Cut,
}

/// Watches the leaves that come out, decoded, to remember what they were made of.
pub trait LeafObserver {
    /// A leaf begins.
    fn leaf_started(&mut self);
    /// The next bytes of the restored leaf.
    fn leaf_bytes(&mut self, decoded: &[u8]);
    /// The bytes `start..end` of the restored leaf stand where the model wrote `original`.
    fn leaf_edited(&mut self, start: usize, end: usize, original: &str);
    /// The leaf is complete.
    fn leaf_ended(&mut self);
}

/// An observer that forgets.
impl LeafObserver for () {
    fn leaf_started(&mut self) {}
    fn leaf_bytes(&mut self, _: &[u8]) {}
    fn leaf_edited(&mut self, _: usize, _: usize, _: &str) {}
    fn leaf_ended(&mut self) {}
}

/// The state of one text that is being restored. Its memory is bounded by the
/// longest token and the nesting depth, whatever the length of the text.
#[derive(Debug)]
pub struct Restorer {
    table: Arc<RestoreTable>,
    hosts: Arc<HostList>,
    form: Form,
    destination: Destination,
    lexer: DepthLexer,
    url: UrlTracker,
    held: Vec<Unit>,
    matching: Option<Matching>,
    /// Read before, to be read again.
    again: VecDeque<Unit>,
    /// What was released last.
    before: Before,
    in_leaf: bool,
    leaf_at: usize,
    /// Decoded bytes of the leaf that the observer has not seen yet.
    unseen: Vec<u8>,
    marker_written: bool,
}

/// One byte as it came, with all that matters about its place.
#[derive(Clone, Copy, Debug)]
struct Unit {
    raw: u8,
    decoded: Decoded,
    boundary: Boundary,
    /// A token may begin here.
    plain: bool,
    /// JSON strings around it.
    depth: u8,
    number: bool,
    unlisted: bool,
    /// The host of a web address begins here.
    host: bool,
}

/// What the held units may be.
#[derive(Debug)]
struct Matching {
    /// The entries that go on; `None` when it is known which it is not.
    candidates: Option<Candidates>,
    /// The last byte of theirs that was read.
    last: u8,
    /// What was read behind it, for a separator.
    gap: Gap,
    /// What stood in front.
    before: Before,
    /// The entries that the first units spell, the longest last.
    complete: Vec<Complete>,
}

#[derive(Clone, Copy, Debug)]
struct Complete {
    entry: usize,
    kind: Kind,
    /// How many of the held units.
    units: usize,
}

impl Restorer {
    /// For a text that begins now.
    pub fn new(
        table: Arc<RestoreTable>,
        hosts: Arc<HostList>,
        form: Form,
        destination: Destination,
    ) -> Self {
        Self {
            table,
            hosts,
            form,
            destination,
            lexer: DepthLexer::new(),
            url: UrlTracker::default(),
            held: Vec::new(),
            matching: None,
            again: VecDeque::new(),
            before: Before::default(),
            in_leaf: false,
            leaf_at: 0,
            unseen: Vec::new(),
            marker_written: false,
        }
    }

    /// Reads the next piece and appends to `out` what is certain. If `piece` is
    /// UTF-8, what is appended is too.
    pub fn push(&mut self, piece: &str, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if self.form == Form::Text && !self.in_leaf {
            self.start_leaf(observer);
        }
        for byte in piece.bytes() {
            let unit = self.read(byte);
            // Almost every byte passes here.
            if self.matching.is_none() && !self.may_begin_at(unit) {
                self.release(unit, out, observer);
                continue;
            }
            self.step(unit, out, observer);
            if !self.again.is_empty() {
                self.read_again(out, observer);
            }
        }
        self.show(observer);
    }

    /// Puts `text` of Privet's own at the current place, noted as standing for nothing,
    /// so that it is taken out again when the text comes back.
    pub fn insert(&mut self, text: &str, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if self.form != Form::Text {
            return;
        }
        if !self.in_leaf {
            self.start_leaf(observer);
        }
        self.release_held(out, observer);
        self.matching = None;
        out.extend_from_slice(text.as_bytes());
        let start = self.leaf_at;
        self.leaf_at += text.len();
        self.unseen.extend_from_slice(text.as_bytes());
        observer.leaf_edited(start, self.leaf_at, "");
    }

    /// Releases what is held and ends the leaf.
    pub fn finish(&mut self, end: End, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if self.form == Form::Text && !self.in_leaf {
            self.start_leaf(observer);
        }
        while let Some(matching) = self.matching.take() {
            if end == End::Cut && self.may_go_on(&matching) {
                self.release_held(out, observer);
            } else {
                self.resolve(matching, true, out, observer);
                self.read_again(out, observer);
            }
        }
        self.release_held(out, observer);
        if self.in_leaf {
            self.end_leaf(observer);
        }
    }

    /// Whether the held text is a whole token, but could also be the beginning of something
    /// longer: only knowing how the text ended tells which it was.
    pub fn is_ambiguous(&self) -> bool {
        self.matching
            .as_ref()
            .is_some_and(|matching| !matching.complete.is_empty() && self.may_go_on(matching))
    }

    /// Whether a text that was cut here may have been about to say something else.
    fn may_go_on(&self, matching: &Matching) -> bool {
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

    /// Whether the text would write the marker of a secret into a file because the table
    /// withholds secrets: the tool call must not reach the client.
    pub fn marker_written(&self) -> bool {
        self.marker_written
    }

    /// How many bytes are held back.
    pub fn held_bytes(&self) -> usize {
        self.held.len()
    }

    fn read(&mut self, byte: u8) -> Unit {
        let depth = self.lexer.depth();
        let (step, boundary) = self.lexer.push(byte);
        let (decoded, boundary, number, plain) = match self.form {
            Form::Text => (Decoded::byte(byte), Boundary::None, false, true),
            Form::Json => {
                let number = depth == 0 && !step.syntax && step.decoded.as_bytes() == [byte];
                (step.decoded, boundary, number, !step.syntax && (depth > 0 || number))
            }
        };
        let (unlisted, host) = (self.url.is_unlisted(), self.url.is_at_host());
        for inner in decoded.as_bytes() {
            self.url.push(*inner, &self.hosts);
        }
        Unit { raw: byte, decoded, boundary, plain, depth, number, unlisted, host }
    }

    fn read_again(&mut self, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        while let Some(unit) = self.again.pop_front() {
            self.step(unit, out, observer);
        }
    }

    fn step(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
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

    fn may_begin_at(&self, unit: Unit) -> bool {
        let first = unit.decoded.as_bytes().first().copied().unwrap_or_default();
        unit.plain && self.table.may_start(first, self.before.is_word())
    }

    /// Nothing is held: starts a match at `unit`, or releases it.
    fn begin(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
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
    fn advance(
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
    fn may_hold_gap(&self, candidates: Candidates, last: u8, byte: u8) -> bool {
        let next = |byte: &u8| self.table.narrow(candidates, *byte).is_some();
        matches!(last, b'_' | b' ')
            || next(&b'_')
            || next(&b' ')
            || (byte == b'\\' && b"-.@+()/:~".iter().any(next))
    }

    fn note_complete(&self, matching: &mut Matching) {
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
            || self.written(units).iter().filter(|byte| **byte != b'\\').count()
                == entry.spelling.len();
        let fits = first.is_some_and(|first| may_begin(entry.kind, *first, matching.before));
        if exact && fits && matching.complete.last().is_none_or(|last| last.units < units) {
            matching.complete.push(Complete { entry: index, kind: entry.kind, units });
        }
    }

    /// What the first `units` held ones decode to.
    fn written(&self, units: usize) -> Vec<u8> {
        let held = self.held.get(..units).unwrap_or_default();
        held.iter().flat_map(|unit| unit.decoded.as_bytes()).copied().collect()
    }

    /// No entry goes on: restores the longest that was spelled whole, if what follows
    /// allows it; otherwise releases the first unit and reads the others again.
    fn resolve(
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

    fn release_match(
        &mut self,
        whole: Complete,
        out: &mut Vec<u8>,
        observer: &mut dyn LeafObserver,
    ) {
        let behind = self.held.split_off(whole.units.min(self.held.len()));
        behind.into_iter().rev().for_each(|unit| self.again.push_front(unit));
        let table = Arc::clone(&self.table);
        let written = String::from_utf8_lossy(&self.written(self.held.len())).into_owned();
        let value = table.entry(whole.entry).and_then(|entry| table.value_of(entry, &written));
        let (Some(value), Some(&first)) = (value, self.held.first()) else {
            return self.release_held(out, observer);
        };
        let secret = value.entity == EntityType::Secret;
        if secret && self.destination == Destination::FileEdit && table.withholds_secrets() {
            self.marker_written = true;
            return self.release_held(out, observer);
        }
        let wrong_place = first.number && whole.kind != Kind::Number;
        if !self.may_restore(value.entity, first) || wrong_place {
            return self.release_held(out, observer);
        }
        if first.boundary == Boundary::LeafStart {
            self.start_leaf(observer);
        }
        self.put_value(value, first, &written, out, observer);
    }

    fn put_value(
        &mut self,
        value: &Value,
        place: Unit,
        written: &str,
        out: &mut Vec<u8>,
        observer: &mut dyn LeafObserver,
    ) {
        let outer = u8::from(self.form == Form::Json && place.depth > 0);
        let mut inner = place.depth - outer;
        if value.escaped && inner > 0 {
            inner -= 1;
        }
        let mut decoded = String::new();
        escape_into(value.value.expose(), inner, &mut decoded);
        let mut raw = String::new();
        escape_into(&decoded, outer, &mut raw);
        out.extend_from_slice(raw.as_bytes());
        decoded.bytes().for_each(|byte| self.before.push(byte));
        self.held.clear();
        let start = self.leaf_at;
        self.leaf_at += decoded.len();
        self.unseen.extend_from_slice(decoded.as_bytes());
        observer.leaf_edited(start, self.leaf_at, written);
    }

    fn may_restore(&self, entity: EntityType, place: Unit) -> bool {
        // A host that stands for a host leads nowhere but there.
        let named = place.host && matches!(entity, EntityType::Hostname | EntityType::IpAddress);
        match self.destination {
            Destination::Outbound => false,
            Destination::Inside => entity != EntityType::Secret && (!place.unlisted || named),
            Destination::FileEdit => true,
        }
    }

    fn release_held(&mut self, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        for unit in std::mem::take(&mut self.held) {
            self.release(unit, out, observer);
        }
    }

    fn release(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        match unit.boundary {
            Boundary::LeafStart => self.start_leaf(observer),
            Boundary::LeafEnd => self.end_leaf(observer),
            Boundary::None => {}
        }
        out.push(unit.raw);
        unit.decoded.as_bytes().iter().for_each(|byte| self.before.push(*byte));
        if self.in_leaf {
            let decoded = unit.decoded.as_bytes();
            self.leaf_at += decoded.len();
            self.unseen.extend_from_slice(decoded);
        }
    }

    fn start_leaf(&mut self, observer: &mut dyn LeafObserver) {
        self.in_leaf = true;
        self.before = Before::default();
        self.leaf_at = 0;
        observer.leaf_started();
    }

    fn end_leaf(&mut self, observer: &mut dyn LeafObserver) {
        self.show(observer);
        self.in_leaf = false;
        observer.leaf_ended();
    }

    fn show(&mut self, observer: &mut dyn LeafObserver) {
        if !self.unseen.is_empty() {
            observer.leaf_bytes(&self.unseen);
            self.unseen.clear();
        }
    }
}

#[cfg(test)]
mod tests;
