//! Claude's answers, whole or streamed: values go back in, everything else passes
//! byte for byte, and what Claude really wrote is noted for its way back.

mod block;
mod rules;
mod stream;

use std::sync::Arc;

use privet_mask::{End, HostList, RestoreTable, escape_into};

pub use rules::ToolRules;
pub use stream::{AnswerStream, StreamError};

use crate::citation::CitationMap;
use crate::json::{Json, Kind, NodeId};
use crate::memo::{BlockMemo, LeafKey};

/// All that restoring one request's answer needs.
#[derive(Clone)]
pub struct Restoration {
    /// The tokens of this very request.
    pub table: Arc<RestoreTable>,
    /// Hosts that values may be restored for.
    pub hosts: Arc<HostList>,
    /// Where each tool's input goes.
    pub tools: Arc<ToolRules>,
    /// Keys the identity of leaves.
    pub keys: Arc<dyn LeafKey>,
    /// How the documents of the request were changed.
    pub citations: Arc<CitationMap>,
    /// A line of Privet's own to put before the first text of the answer.
    pub notice: Option<String>,
}

/// What an answer says about itself. No text of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerFacts {
    /// `stop_reason`, if it is a plain word.
    pub stop_reason: Option<String>,
    /// `usage.input_tokens`, with cache reads and writes.
    pub input_tokens: u64,
    /// `usage.output_tokens`.
    pub output_tokens: u64,
    /// `error.type` of an error event.
    pub error: Option<String>,
    /// Whether the stream came to its end.
    pub complete: bool,
}

impl AnswerFacts {
    fn read_usage(&mut self, json: &Json<'_>, holder: NodeId) {
        let Some(usage) = json.get(holder, "usage") else { return };
        let number = |name: &str| {
            json.get(usage, name).and_then(|node| json.spelling(node).parse::<u64>().ok())
        };
        let names = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
        let input = names.into_iter().filter_map(number).sum();
        self.input_tokens = self.input_tokens.max(input);
        self.output_tokens = self.output_tokens.max(number("output_tokens").unwrap_or(0));
    }

    fn read_stop(&mut self, json: &Json<'_>, holder: NodeId) {
        let reason = json.get_text(holder, "stop_reason");
        if let Some(reason) = reason.filter(|reason| crate::grammar::Grammar::Word.fits(reason)) {
            self.stop_reason = Some(reason.into_owned());
        }
    }

    /// How the last text of the answer ended.
    fn end(&self) -> End {
        match self.stop_reason.as_deref() {
            Some("max_tokens" | "model_context_window_exceeded") => End::Cut,
            _ => End::Complete,
        }
    }
}

/// An answer that came whole, restored.
#[derive(Debug)]
pub struct WholeAnswer {
    /// The body for the client.
    pub body: Vec<u8>,
    /// What to remember before the client sees it.
    pub memos: Vec<BlockMemo>,
    /// What it says about itself.
    pub facts: AnswerFacts,
    /// A tool would write the marker of a withheld secret into a file: the answer must not
    /// reach the client.
    pub marker_written: bool,
}

/// Restores an answer that is not streamed. A body that is not a message (an error, or
/// something unknown) passes as it is.
pub fn restore_whole(body: &[u8], restoration: &Restoration) -> WholeAnswer {
    let mut facts = AnswerFacts { complete: true, ..AnswerFacts::default() };
    let mut memos = Vec::new();
    let mut edits = Edits::default();
    let mut marker_written = false;
    if let Ok(json) = Json::parse(body) {
        let root = json.root();
        facts.read_usage(&json, root);
        facts.read_stop(&json, root);
        if let Some(error) = json.get(root, "error") {
            facts.error = json.get_text(error, "type").map(std::borrow::Cow::into_owned);
        } else if let Some(content) = json.get(root, "content") {
            let blocks: Vec<NodeId> = json.elements(content).collect();
            let mut notice = restoration.notice.as_deref();
            for (index, block) in blocks.iter().enumerate() {
                let end = if index + 1 == blocks.len() { facts.end() } else { End::Complete };
                let is_text = json.get_text(*block, "type").as_deref() == Some("text");
                let notice = if is_text { notice.take() } else { None };
                let place = block::Place { end, notice };
                marker_written |=
                    block::restore(&json, *block, restoration, place, &mut edits, &mut memos);
            }
            restore_stop_sequence(&json, root, restoration, &mut edits);
        }
    }
    WholeAnswer { body: edits.apply(body), memos, facts, marker_written }
}

/// `stop_sequence` is the client's own text.
fn restore_stop_sequence(
    json: &Json<'_>,
    holder: NodeId,
    restoration: &Restoration,
    edits: &mut Edits,
) {
    if let Some(node) = json.get(holder, "stop_sequence")
        && json.kind(node) == Kind::String
    {
        block::restore_string(json, node, restoration, block::Place::default(), edits, &mut ());
    }
}

/// Replacements in an answer's bytes. Unlike a request's they need no sweep: they go home.
#[derive(Debug, Default)]
struct Edits(Vec<(std::ops::Range<usize>, Vec<u8>)>);

impl Edits {
    fn replace(&mut self, range: std::ops::Range<usize>, with: Vec<u8>) {
        self.0.push((range, with));
    }

    fn replace_string(&mut self, json: &Json<'_>, node: NodeId, with: &str) {
        let mut escaped = String::with_capacity(with.len() + 8);
        escape_into(with, 1, &mut escaped);
        self.replace(json.inner_range(node), escaped.into_bytes());
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn apply(mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = Vec::with_capacity(bytes.len() + 64);
        let mut at = 0;
        for (range, with) in self.0 {
            out.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(&with);
            at = range.end;
        }
        out.extend_from_slice(bytes.get(at..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests;
