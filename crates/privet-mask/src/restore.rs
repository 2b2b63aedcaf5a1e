//! [`Restorer`]: puts values back into an answer while it streams.
//!
//! It reads byte by byte and holds back only what may still become a token of the
//! request's own table. Models change what they copy: letter case, Markdown's backslash, a
//! hyphen, space or line break for the underscore, an ending. All that is tolerated; the
//! random part must be exact, and what stands beside it must leave no doubt that it is
//! this token and not a piece of something else, which stays as it is.

mod beside;
mod gap;
mod matching;

use std::collections::VecDeque;
use std::sync::Arc;

use privet_text::EntityType;

use crate::depth::{Boundary, Decoded, DepthLexer};
use crate::table::{Kind, RestoreTable, Value};
use crate::url::UrlTracker;
use crate::{HostList, escape_into};
use beside::Before;
use matching::{Complete, Matching};

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
