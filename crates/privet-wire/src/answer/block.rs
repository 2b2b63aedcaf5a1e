//! One content block that is there whole.

use std::sync::Arc;

use privet_mask::{Destination, End, Form, LeafObserver, Restorer};

use super::{Edits, Restoration};
use crate::citation::Edge;
use crate::json::{Json, Kind, NodeId};
use crate::memo::{
    BlockKey, BlockMemo, LeafHasher, LeafKey, LeafMemo, MemoEdit, SIGNED_ROLE, TOOL_ROLE,
};
use crate::request::{Class, walk_answer_block};

/// Notes every leaf that a restorer lets through.
pub(super) struct Recorder {
    keys: Arc<dyn LeafKey>,
    role: &'static str,
    hasher: Option<Box<dyn LeafHasher>>,
    edits: Vec<MemoEdit>,
    pub(super) leaves: Vec<LeafMemo>,
}

impl Recorder {
    pub(super) fn new(keys: Arc<dyn LeafKey>, role: &'static str) -> Self {
        Self { keys, role, hasher: None, edits: Vec::new(), leaves: Vec::new() }
    }
}

impl LeafObserver for Recorder {
    fn leaf_started(&mut self) {
        self.hasher = Some(self.keys.hasher(self.role));
    }

    fn leaf_bytes(&mut self, decoded: &[u8]) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(decoded);
        }
    }

    fn leaf_edited(&mut self, start: usize, end: usize, original: &str) {
        self.edits.push(MemoEdit { start, end, text: original.to_owned() });
    }

    fn leaf_ended(&mut self) {
        if let Some(hasher) = self.hasher.take() {
            let edits = std::mem::take(&mut self.edits);
            self.leaves.push(LeafMemo { hash: hasher.finish(), edits });
        }
    }
}

/// How a text stands in the answer.
#[derive(Clone, Copy)]
pub(super) struct Place<'n> {
    /// How it ends.
    pub(super) end: End,
    /// What Privet puts before it.
    pub(super) notice: Option<&'n str>,
}

impl Default for Place<'_> {
    fn default() -> Self {
        Self { end: End::Complete, notice: None }
    }
}

/// Where the input of the tool call `block` goes. What runs on Claude's side is outbound.
pub(super) fn call_destination(
    json: &Json<'_>,
    block: NodeId,
    kind: &str,
    restoration: &Restoration,
) -> Destination {
    let name = json.get_text(block, "name").unwrap_or_default();
    if kind == "tool_use" { restoration.tools.destination(&name) } else { Destination::Outbound }
}

/// Restores the string `node` for a reader.
pub(super) fn restore_string(
    json: &Json<'_>,
    node: NodeId,
    restoration: &Restoration,
    place: Place<'_>,
    edits: &mut Edits,
    observer: &mut dyn LeafObserver,
) {
    let text = json.text(node);
    let form = (Form::Text, Destination::Inside);
    let (restored, _) = run(&text, form, restoration, place, observer);
    if restored != text.as_bytes() {
        edits.replace_string(json, node, &String::from_utf8_lossy(&restored));
    }
}

/// Restores the JSON value `node`, the input of a tool. Returns whether it would write the
/// marker of a withheld secret.
pub(super) fn restore_input(
    json: &Json<'_>,
    node: NodeId,
    destination: Destination,
    restoration: &Restoration,
    edits: &mut Edits,
    observer: &mut dyn LeafObserver,
) -> bool {
    let spelled = json.spelling(node);
    let form = (Form::Json, destination);
    let (restored, marker_written) = run(spelled, form, restoration, Place::default(), observer);
    if restored != spelled.as_bytes() {
        edits.replace(json.range(node), restored);
    }
    marker_written
}

fn run(
    text: &str,
    (form, destination): (Form, Destination),
    restoration: &Restoration,
    place: Place<'_>,
    observer: &mut dyn LeafObserver,
) -> (Vec<u8>, bool) {
    let table = Arc::clone(&restoration.table);
    let mut restorer = Restorer::new(table, Arc::clone(&restoration.hosts), form, destination);
    let mut out = Vec::with_capacity(text.len() + 64);
    if let Some(notice) = place.notice {
        restorer.insert(notice, &mut out, observer);
    }
    restorer.push(text, &mut out, observer);
    restorer.finish(place.end, &mut out, observer);
    (out, restorer.marker_written())
}

/// Restores a block and notes what it was made of. Returns whether the block would write
/// the marker of a withheld secret into a file.
pub(super) fn restore(
    json: &Json<'_>,
    block: NodeId,
    restoration: &Restoration,
    place: Place<'_>,
    edits: &mut Edits,
    memos: &mut Vec<BlockMemo>,
) -> bool {
    let kind = json.get_text(block, "type").unwrap_or_default();
    let recorder = |role| Recorder::new(Arc::clone(&restoration.keys), role);
    if kind.ends_with("tool_use") {
        let mut recorder = recorder(TOOL_ROLE);
        let destination = call_destination(json, block, &kind, restoration);
        let marker_written = json.get(block, "input").is_some_and(|input| {
            restore_input(json, input, destination, restoration, edits, &mut recorder)
        });
        if let Some(id) = json.get_text(block, "id") {
            let key = BlockKey::ToolCall(id.into_owned());
            memos.push(BlockMemo { key, leaves: recorder.leaves });
        }
        return marker_written;
    }
    let mut leaves = Vec::new();
    let mut signed = Vec::new();
    let mut notice = place.notice;
    for leaf in walk_answer_block(json, block) {
        match leaf.class {
            Class::Text => {
                let mut recorder = recorder(leaf.role);
                let notice = if leaf.role == "text" { notice.take() } else { None };
                let place = Place { notice, ..place };
                restore_string(json, leaf.node, restoration, place, edits, &mut recorder);
                leaves.append(&mut recorder.leaves);
            }
            Class::Signed => {
                let mut recorder = recorder(SIGNED_ROLE);
                let place = Place { notice: None, ..place };
                restore_string(json, leaf.node, restoration, place, edits, &mut recorder);
                signed.append(&mut recorder.leaves);
            }
            Class::Number | Class::Key => {
                let hash = restoration.keys.hash(leaf.role, json.text(leaf.node).as_bytes());
                leaves.push(LeafMemo { hash, edits: Vec::new() });
            }
            _ => {}
        }
    }
    if let Some(citations) = json.get(block, "citations") {
        for citation in json.elements(citations) {
            map_citation(json, citation, restoration, edits);
        }
    }
    if !leaves.is_empty() {
        memos.push(BlockMemo { key: BlockKey::Leaves, leaves });
    }
    if !signed.is_empty() {
        let signature = json
            .get_text(block, "signature")
            .or_else(|| json.get_text(block, "encrypted_content"))
            .unwrap_or_default();
        let key = BlockKey::Signature(signature.into_owned());
        memos.push(BlockMemo { key, leaves: signed });
    }
    false
}

/// Maps the character offsets of a citation to the client's document.
pub(super) fn map_citation(
    json: &Json<'_>,
    citation: NodeId,
    restoration: &Restoration,
    edits: &mut Edits,
) {
    let number = |name: &str| {
        let node = json.get(citation, name)?;
        Some((node, json.spelling(node).parse::<usize>().ok()?))
    };
    let Some((_, document)) = number("document_index") else { return };
    for (name, edge) in [("start_char_index", Edge::Start), ("end_char_index", Edge::End)] {
        if let Some((node, index)) = number(name) {
            let mapped = restoration.citations.to_client(document, index, edge);
            if mapped != index {
                edits.replace(json.range(node), mapped.to_string().into_bytes());
            }
        }
    }
}

/// Restores the strings of a citation and maps its offsets.
pub(super) fn restore_citation(
    json: &Json<'_>,
    citation: NodeId,
    restoration: &Restoration,
    edits: &mut Edits,
) -> Vec<LeafMemo> {
    let mut recorder = Recorder::new(Arc::clone(&restoration.keys), "citation");
    for (key, value) in json.members(citation) {
        let kept = matches!(json.text(key).as_ref(), "type" | "file_id" | "encrypted_index");
        if json.kind(value) == Kind::String && !kept {
            restore_string(json, value, restoration, Place::default(), edits, &mut recorder);
        }
    }
    map_citation(json, citation, restoration, edits);
    recorder.leaves
}
