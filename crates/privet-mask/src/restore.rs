//! [`Restorer`]: puts values back into an answer while it streams.
//!
//! It reads byte by byte and holds back only what may still become a token of the
//! request's own table. Letter case, Markdown's backslash before the underscore, a
//! possessive and a plural `s` are tolerated; the random part must be exact, and a
//! letter or digit after it means it is some other token, which stays as it is.

use std::sync::Arc;

use privet_text::EntityType;

use crate::depth::{Boundary, Decoded, DepthLexer};
use crate::table::{Candidates, Entry, RestoreTable};
use crate::url::UrlTracker;
use crate::{HostList, escape_into};

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
    /// The byte that was released last.
    previous: u8,
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
}

#[derive(Clone, Copy, Debug)]
struct Matching {
    candidates: Candidates,
    /// The entry that all held units spell, if they do.
    complete: Option<usize>,
    /// A plural `s` is held too.
    plural: bool,
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
            previous: 0,
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
            self.step(unit, out, observer);
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
        let certain = end == End::Complete || !self.is_ambiguous();
        match self.matching.take() {
            Some(matching) if certain && matching.complete.is_some() => {
                self.release_match(matching, out, observer);
            }
            _ => self.release_held(out, observer),
        }
        if self.in_leaf {
            self.end_leaf(observer);
        }
    }

    /// Whether the held text is a whole token that is also the beginning of a longer
    /// one of the same request: only knowing how the text ended tells which it was.
    pub fn is_ambiguous(&self) -> bool {
        self.matching.is_some_and(|matching| {
            matching.complete.is_some() && !matching.plural && matching.candidates.remain() > 1
        })
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
        let unlisted = self.url.is_unlisted();
        for inner in decoded.as_bytes() {
            self.url.push(*inner, &self.hosts);
        }
        Unit { raw: byte, decoded, boundary, plain, depth, number, unlisted }
    }

    fn step(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        let Some(matching) = self.matching else {
            return self.begin(unit, out, observer);
        };
        if !matching.plural {
            if unit.boundary != Boundary::LeafEnd
                && let Some(candidates) = self.table.narrow(matching.candidates, unit.raw)
            {
                self.held.push(unit);
                let complete = self.table.complete(candidates);
                self.matching = Some(Matching { candidates, complete, plural: false });
                return;
            }
            let escapes_underscore = unit.raw == b'\\'
                && self.table.narrow(matching.candidates, b'_').is_some()
                && self.held.iter().filter(|held| held.raw == b'\\').count() < 4;
            if escapes_underscore {
                self.held.push(unit);
                return;
            }
        }
        match matching.complete.and_then(|index| self.table.entry(index)) {
            Some(entry) if entry.numeric => {
                if ends_number(unit) {
                    self.release_match(matching, out, observer);
                    self.begin(unit, out, observer);
                } else {
                    self.retry(unit, out, observer);
                }
            }
            Some(_) if unit.raw == b's' && !matching.plural && self.held_in_capitals() => {
                self.held.push(unit);
                self.matching = Some(Matching { plural: true, ..matching });
            }
            Some(_) if !unit.raw.is_ascii_alphanumeric() => {
                self.release_match(matching, out, observer);
                self.begin(unit, out, observer);
            }
            _ => self.retry(unit, out, observer),
        }
    }

    /// Nothing is held: starts a match at `unit`, or releases it.
    fn begin(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        if unit.plain
            && self.table.may_start(unit.raw)
            && !(unit.raw.is_ascii_digit() && self.previous.is_ascii_digit())
            && let Some(candidates) = self.table.narrow(self.table.all(), unit.raw)
        {
            self.held.push(unit);
            let complete = self.table.complete(candidates);
            self.matching = Some(Matching { candidates, complete, plural: false });
        } else {
            self.release(unit, out, observer);
        }
    }

    /// The held units are no token: releases the first and reads the others anew.
    fn retry(&mut self, unit: Unit, out: &mut Vec<u8>, observer: &mut dyn LeafObserver) {
        self.matching = None;
        let mut units = std::mem::take(&mut self.held).into_iter();
        if let Some(first) = units.next() {
            self.release(first, out, observer);
        }
        for held in units {
            self.step(held, out, observer);
        }
        self.step(unit, out, observer);
    }

    fn release_match(
        &mut self,
        matching: Matching,
        out: &mut Vec<u8>,
        observer: &mut dyn LeafObserver,
    ) {
        self.matching = None;
        let table = Arc::clone(&self.table);
        let entry = matching.complete.and_then(|index| table.entry(index));
        let (Some(entry), Some(&first)) = (entry, self.held.first()) else {
            return self.release_held(out, observer);
        };
        let secret = entry.entity == EntityType::Secret;
        if secret && self.destination == Destination::FileEdit && table.withholds_secrets() {
            self.marker_written = true;
            return self.release_held(out, observer);
        }
        if !self.may_restore(entry.entity, first) || (first.number && !entry.numeric) {
            return self.release_held(out, observer);
        }
        let plural = if matching.plural { self.held.pop() } else { None };
        if first.boundary == Boundary::LeafStart {
            self.start_leaf(observer);
        }
        self.put_value(entry, first, out, observer);
        if let Some(plural) = plural {
            self.release(plural, out, observer);
        }
    }

    fn put_value(
        &mut self,
        entry: &Entry,
        place: Unit,
        out: &mut Vec<u8>,
        observer: &mut dyn LeafObserver,
    ) {
        let outer = u8::from(self.form == Form::Json && place.depth > 0);
        let mut inner = place.depth - outer;
        if entry.escaped && inner > 0 {
            inner -= 1;
        }
        let mut decoded = String::new();
        escape_into(entry.value.expose(), inner, &mut decoded);
        let mut raw = String::new();
        escape_into(&decoded, outer, &mut raw);
        out.extend_from_slice(raw.as_bytes());
        self.previous = raw.bytes().last().unwrap_or(0);

        let original: Vec<u8> = std::mem::take(&mut self.held)
            .iter()
            .flat_map(|unit| unit.decoded.as_bytes().to_vec())
            .collect();
        let start = self.leaf_at;
        self.leaf_at += decoded.len();
        self.unseen.extend_from_slice(decoded.as_bytes());
        observer.leaf_edited(start, self.leaf_at, &String::from_utf8_lossy(&original));
    }

    fn may_restore(&self, entity: EntityType, place: Unit) -> bool {
        match self.destination {
            Destination::Outbound => false,
            Destination::Inside => entity != EntityType::Secret && !place.unlisted,
            Destination::FileEdit => true,
        }
    }

    fn held_in_capitals(&self) -> bool {
        !self.held.iter().any(|unit| unit.raw.is_ascii_lowercase())
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
        self.previous = unit.raw;
        if self.in_leaf {
            let decoded = unit.decoded.as_bytes();
            self.leaf_at += decoded.len();
            self.unseen.extend_from_slice(decoded);
        }
    }

    fn start_leaf(&mut self, observer: &mut dyn LeafObserver) {
        self.in_leaf = true;
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

/// Whether `unit` cannot go on with a number.
fn ends_number(unit: Unit) -> bool {
    let goes_on =
        unit.raw.is_ascii_digit() || (unit.number && matches!(unit.raw, b'.' | b'e' | b'E'));
    !goes_on
}

#[cfg(test)]
mod tests;
