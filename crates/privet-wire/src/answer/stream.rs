//! An answer as a stream of events, restored while it passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use privet_mask::{Destination, End, Form, Restorer, escape_into};

use super::block::{self, Recorder};
use super::{AnswerFacts, Edits, Restoration, restore_stop_sequence};
use crate::json::{Json, Kind, NodeId};
use crate::memo::{BlockKey, BlockMemo, LeafMemo, SIGNED_ROLE, TOOL_ROLE};
use crate::sse::{Event, write_frame};

/// More content blocks than this open at once is no answer of the API's.
const OPEN_BLOCKS_MAX: usize = 256;

/// Why a stream cannot be passed on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// More than [`OPEN_BLOCKS_MAX`] blocks are open.
    #[error("the answer opens more than {OPEN_BLOCKS_MAX} content blocks at once")]
    TooManyBlocks,
    /// A tool would write the marker of a withheld secret into a file.
    #[error("a tool would write the marker of a masked secret into a file")]
    SecretMarker,
}

/// The state of one streamed answer.
pub struct AnswerStream {
    restoration: Restoration,
    blocks: BTreeMap<u64, Block>,
    /// A block's end that waits for the next event to tell how its text ended.
    deferred: Option<(u64, Vec<u8>)>,
    marker_written: bool,
    facts: AnswerFacts,
}

/// A block that is being streamed.
struct Block {
    restorer: Restorer,
    recorder: Recorder,
    delta: &'static Delta,
    key: BlockKey,
    /// Leaves of citations and the like.
    others: Vec<LeafMemo>,
}

/// A kind of delta that carries text.
#[derive(Debug)]
struct Delta {
    block: &'static str,
    name: &'static str,
    field: &'static str,
    /// The member of `content_block` that holds the beginning.
    start_field: &'static str,
    form: Form,
    role: &'static str,
}

const DELTAS: &[Delta] = &[
    Delta {
        block: "text",
        name: "text_delta",
        field: "text",
        start_field: "text",
        form: Form::Text,
        role: "text",
    },
    Delta {
        block: "thinking",
        name: "thinking_delta",
        field: "thinking",
        start_field: "thinking",
        form: Form::Text,
        role: SIGNED_ROLE,
    },
    Delta {
        block: "compaction",
        name: "compaction_delta",
        field: "content",
        start_field: "content",
        form: Form::Text,
        role: SIGNED_ROLE,
    },
    Delta {
        block: "tool_use",
        name: "input_json_delta",
        field: "partial_json",
        start_field: "",
        form: Form::Json,
        role: TOOL_ROLE,
    },
    Delta {
        block: "server_tool_use",
        name: "input_json_delta",
        field: "partial_json",
        start_field: "",
        form: Form::Json,
        role: TOOL_ROLE,
    },
    Delta {
        block: "mcp_tool_use",
        name: "input_json_delta",
        field: "partial_json",
        start_field: "",
        form: Form::Json,
        role: TOOL_ROLE,
    },
];

impl AnswerStream {
    /// For an answer that begins now.
    pub fn new(restoration: Restoration) -> Self {
        Self {
            restoration,
            blocks: BTreeMap::new(),
            deferred: None,
            marker_written: false,
            facts: AnswerFacts::default(),
        }
    }

    /// What the answer has said about itself so far.
    pub fn facts(&self) -> &AnswerFacts {
        &self.facts
    }

    /// How many bytes of text are held back because they may become tokens.
    pub fn held_bytes(&self) -> usize {
        self.blocks.values().map(|block| block.restorer.held_bytes()).sum()
    }

    /// Passes one frame on. What goes to the client is appended to `out`; what must be
    /// durable before the client may see it is appended to `memos`.
    ///
    /// # Errors
    /// If the stream is none that the API would send; the connection must be aborted.
    pub fn frame(
        &mut self,
        frame: &[u8],
        out: &mut Vec<u8>,
        memos: &mut Vec<BlockMemo>,
    ) -> Result<(), StreamError> {
        let Some(event) = Event::read(frame) else {
            out.extend_from_slice(frame);
            return Ok(());
        };
        let json = event.data.as_deref().and_then(|data| Json::parse_str(data).ok());
        let Some(json) = json else {
            out.extend_from_slice(frame);
            return Ok(());
        };
        let root = json.root();
        let kind = json.get_text(root, "type").unwrap_or_default();
        self.settle_deferred(&json, &kind, out, memos);
        let mut edits = Edits::default();
        let passes = match kind.as_ref() {
            "content_block_start" => self.start(&json, &mut edits, memos)?,
            "content_block_delta" => self.delta(&json, &mut edits),
            "content_block_stop" => self.stop(&json, frame, out, memos),
            "error" => {
                self.close_all(out, memos);
                self.note(&json, &kind, &mut edits);
                true
            }
            _ => {
                self.note(&json, &kind, &mut edits);
                true
            }
        };
        if self.marker_written || self.blocks.values().any(|block| block.restorer.marker_written())
        {
            return Err(StreamError::SecretMarker);
        }
        if passes {
            put(frame, &event, edits, out);
        }
        Ok(())
    }

    /// The upstream ended the stream. `out` gets what a deferred end still holds.
    pub fn finish(&mut self, out: &mut Vec<u8>, memos: &mut Vec<BlockMemo>) {
        if let Some((index, frame)) = self.deferred.take() {
            self.close(index, End::Cut, out, memos);
            out.extend_from_slice(&frame);
        }
    }

    fn start(
        &mut self,
        json: &Json<'_>,
        edits: &mut Edits,
        memos: &mut Vec<BlockMemo>,
    ) -> Result<bool, StreamError> {
        let (Some(index), Some(content)) = (index(json), json.get(json.root(), "content_block"))
        else {
            return Ok(true);
        };
        let kind = json.get_text(content, "type").unwrap_or_default();
        let Some(delta) = DELTAS.iter().find(|delta| delta.block == kind) else {
            let place = block::Place::default();
            block::restore(json, content, &self.restoration, place, edits, memos);
            return Ok(true);
        };
        if self.blocks.len() >= OPEN_BLOCKS_MAX {
            return Err(StreamError::TooManyBlocks);
        }
        let mut block = self.open(json, content, &kind, delta);
        match delta.form {
            Form::Text => {
                let notice = if kind == "text" { self.restoration.notice.take() } else { None };
                if let Some(node) = json.get(content, delta.start_field) {
                    block.piece(json, node, notice.as_deref(), edits);
                }
            }
            Form::Json => {
                if let Some(input) = json.get(content, "input")
                    && json.members(input).next().is_some()
                {
                    let destination =
                        block::call_destination(json, content, &kind, &self.restoration);
                    let recorder = &mut block.recorder;
                    self.marker_written |= block::restore_input(
                        json,
                        input,
                        destination,
                        &self.restoration,
                        edits,
                        recorder,
                    );
                }
            }
        }
        if let Some(signature) = json.get_text(content, "signature").filter(|s| !s.is_empty()) {
            block.key = BlockKey::Signature(signature.into_owned());
        }
        self.blocks.insert(index, block);
        Ok(true)
    }

    fn open(&self, json: &Json<'_>, content: NodeId, kind: &str, delta: &'static Delta) -> Block {
        let destination = match delta.form {
            Form::Text => Destination::Inside,
            Form::Json => block::call_destination(json, content, kind, &self.restoration),
        };
        let key = match (delta.form, json.get_text(content, "id")) {
            (Form::Json, Some(id)) => BlockKey::ToolCall(id.into_owned()),
            _ if delta.role == SIGNED_ROLE => BlockKey::Signature(String::new()),
            _ => BlockKey::Leaves,
        };
        let table = Arc::clone(&self.restoration.table);
        let hosts = Arc::clone(&self.restoration.hosts);
        Block {
            restorer: Restorer::new(table, hosts, delta.form, destination),
            recorder: Recorder::new(Arc::clone(&self.restoration.keys), delta.role),
            delta,
            key,
            others: Vec::new(),
        }
    }

    /// Returns whether the frame is passed on.
    fn delta(&mut self, json: &Json<'_>, edits: &mut Edits) -> bool {
        let (Some(index), Some(delta)) = (index(json), json.get(json.root(), "delta")) else {
            return true;
        };
        let Some(block) = self.blocks.get_mut(&index) else { return true };
        let name = json.get_text(delta, "type").unwrap_or_default();
        match name.as_ref() {
            "signature_delta" => {
                if let Some(more) = json.get_text(delta, "signature")
                    && let BlockKey::Signature(signature) = &mut block.key
                {
                    signature.push_str(&more);
                }
            }
            "citations_delta" => {
                if let Some(citation) = json.get(delta, "citation") {
                    let leaves = block::restore_citation(json, citation, &self.restoration, edits);
                    block.others.extend(leaves);
                }
            }
            name if name == block.delta.name => {
                if let BlockKey::Signature(signature) = &mut block.key
                    && let Some(more) = json.get_text(delta, "encrypted_content")
                {
                    signature.push_str(&more);
                }
                if let Some(node) = json.get(delta, block.delta.field) {
                    let left = block.piece(json, node, None, edits);
                    let bare =
                        json.members(delta).count() == 2 && json.members(json.root()).count() == 3;
                    return left || !bare;
                }
            }
            _ => {}
        }
        true
    }

    /// Returns whether the frame is passed on now.
    fn stop(
        &mut self,
        json: &Json<'_>,
        frame: &[u8],
        out: &mut Vec<u8>,
        memos: &mut Vec<BlockMemo>,
    ) -> bool {
        let Some(index) = index(json) else { return true };
        let Some(block) = self.blocks.get(&index) else { return true };
        if block.restorer.is_ambiguous() {
            self.deferred = Some((index, frame.to_vec()));
            return false;
        }
        self.close(index, End::Complete, out, memos);
        true
    }

    fn settle_deferred(
        &mut self,
        json: &Json<'_>,
        kind: &str,
        out: &mut Vec<u8>,
        memos: &mut Vec<BlockMemo>,
    ) {
        if kind == "ping" {
            return;
        }
        let Some((index, frame)) = self.deferred.take() else { return };
        let mut facts = AnswerFacts::default();
        if let Some(delta) = json.get(json.root(), "delta") {
            facts.read_stop(json, delta);
        }
        self.close(index, facts.end(), out, memos);
        out.extend_from_slice(&frame);
    }

    /// Releases what a block still holds and notes the block.
    fn close(&mut self, index: u64, end: End, out: &mut Vec<u8>, memos: &mut Vec<BlockMemo>) {
        let Some(mut block) = self.blocks.remove(&index) else { return };
        let mut rest = Vec::new();
        block.restorer.finish(end, &mut rest, &mut block.recorder);
        if block.restorer.marker_written() {
            self.marker_written = true;
            return;
        }
        if !rest.is_empty() {
            let mut text = String::new();
            escape_into(&String::from_utf8_lossy(&rest), 1, &mut text);
            let Delta { name, field, .. } = block.delta;
            let data = format!(
                r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"{name}","{field}":"{text}"}}}}"#
            );
            write_frame("content_block_delta", &data, out);
        }
        let mut leaves = block.recorder.leaves;
        if block.key == BlockKey::Leaves {
            leaves.append(&mut block.others);
        } else if !block.others.is_empty() {
            memos.push(BlockMemo { key: BlockKey::Leaves, leaves: block.others });
        }
        memos.push(BlockMemo { key: block.key, leaves });
    }

    /// No stop will come any more: what is held goes out before the error.
    fn close_all(&mut self, out: &mut Vec<u8>, memos: &mut Vec<BlockMemo>) {
        let open: Vec<u64> = self.blocks.keys().copied().collect();
        open.into_iter().for_each(|index| self.close(index, End::Cut, out, memos));
    }

    fn note(&mut self, json: &Json<'_>, kind: &str, edits: &mut Edits) {
        let root = json.root();
        match kind {
            "message_start" => {
                if let Some(message) = json.get(root, "message") {
                    self.facts.read_usage(json, message);
                }
            }
            "message_delta" => {
                self.facts.read_usage(json, root);
                if let Some(delta) = json.get(root, "delta") {
                    self.facts.read_stop(json, delta);
                    restore_stop_sequence(json, delta, &self.restoration, edits);
                }
            }
            "message_stop" => self.facts.complete = true,
            "error" => {
                let error = json.get(root, "error");
                let name = error.and_then(|error| json.get_text(error, "type"));
                self.facts.error =
                    Some(name.map_or_else(String::new, std::borrow::Cow::into_owned));
            }
            _ => {}
        }
    }
}

impl Block {
    /// Restores the next piece of the block's text. Returns whether anything is left
    /// to pass on.
    fn piece(
        &mut self,
        json: &Json<'_>,
        node: NodeId,
        notice: Option<&str>,
        edits: &mut Edits,
    ) -> bool {
        if json.kind(node) != Kind::String {
            return true;
        }
        let text = json.text(node);
        let mut restored = Vec::with_capacity(text.len() + 64);
        if let Some(notice) = notice {
            self.restorer.insert(notice, &mut restored, &mut self.recorder);
        }
        self.restorer.push(&text, &mut restored, &mut self.recorder);
        if restored != text.as_bytes() {
            edits.replace_string(json, node, &String::from_utf8_lossy(&restored));
        }
        !restored.is_empty() || text.is_empty()
    }
}

fn index(json: &Json<'_>) -> Option<u64> {
    json.spelling(json.get(json.root(), "index")?).parse().ok()
}

/// Appends the frame with `edits` applied to its data.
fn put(frame: &[u8], event: &Event<'_>, edits: Edits, out: &mut Vec<u8>) {
    let Some(data) = event.data.as_deref().filter(|_| !edits.is_empty()) else {
        return out.extend_from_slice(frame);
    };
    let edited = edits.apply(data.as_bytes());
    out.extend_from_slice(frame.get(..event.data_range.start).unwrap_or_default());
    // Several data lines become one: between them stood JSON's own white space.
    out.extend(edited.into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }));
    out.extend_from_slice(frame.get(event.data_range.end..).unwrap_or_default());
}
