//! Memos as bytes: spans, types and tokens. Never raw text.

use privet_text::EntityType;
use privet_wire::memo::{BlockKey, BlockMemo, LeafKey, LeafMemo, MemoEdit};
use serde::{Deserialize, Serialize};

use super::AnswerRow;

/// How a segment was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentMemo {
    /// The detectors that read it.
    pub(super) detector: u64,
    /// What became of its leaves; leaves without findings are absent.
    pub(super) leaves: Vec<SavedLeaf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedLeaf {
    /// Which leaf of the segment.
    pub(super) index: u32,
    pub(super) fate: Fate,
}

/// What became of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fate {
    /// These spans were found.
    Spans(Vec<SavedSpan>),
    /// Claude wrote it; this stood in these places.
    Written(Vec<SavedWritten>),
    /// Opaque content was replaced by a notice.
    Withheld,
    /// A signed block was left out.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedSpan {
    pub(super) start: u32,
    pub(super) end: u32,
    /// JSON strings inside the leaf around it.
    pub(super) levels: u8,
    pub(super) entity: String,
    /// `None` if policy let it stand.
    pub(super) token: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedWritten {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
}

impl SavedSpan {
    pub(super) fn entity(&self) -> EntityType {
        EntityType::from_name(&self.entity).unwrap_or(EntityType::Custom)
    }
}

impl SegmentMemo {
    pub(super) fn encode(&self) -> Vec<u8> {
        // Encoding into memory cannot fail for these types.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

#[derive(Serialize, Deserialize)]
struct StoredLeaf {
    hash: [u8; 32],
    edits: Vec<SavedWritten>,
}

/// The rows that remember a block of an answer: (key, bytes).
pub(crate) fn answer_rows(keys: &dyn LeafKey, memo: &BlockMemo) -> Vec<([u8; 32], Vec<u8>)> {
    match &memo.key {
        BlockKey::Leaves => memo
            .leaves
            .iter()
            .map(|leaf| (leaf.hash, encode_row(std::slice::from_ref(leaf))))
            .collect(),
        BlockKey::ToolCall(id) => vec![(call_key(keys, id), encode_row(&memo.leaves))],
        BlockKey::Signature(signature) if signature.is_empty() => Vec::new(),
        BlockKey::Signature(signature) => {
            vec![(signature_key(keys, signature), encode_row(&memo.leaves))]
        }
    }
}

pub(super) fn call_key(keys: &dyn LeafKey, id: &str) -> [u8; 32] {
    keys.hash("tool call", id.as_bytes())
}

pub(super) fn signature_key(keys: &dyn LeafKey, signature: &str) -> [u8; 32] {
    keys.hash("signature", signature.as_bytes())
}

fn encode_row(leaves: &[LeafMemo]) -> Vec<u8> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let stored: Vec<StoredLeaf> = leaves
        .iter()
        .map(|leaf| StoredLeaf {
            hash: leaf.hash,
            edits: leaf
                .edits
                .iter()
                .map(|edit| SavedWritten {
                    start: offset(edit.start),
                    end: offset(edit.end),
                    text: edit.text.clone(),
                })
                .collect(),
        })
        .collect();
    postcard::to_stdvec(&stored).unwrap_or_default()
}

/// The row that [`answer_rows`] wrote; `None` if it is not one.
pub(crate) fn hash_to_row(bytes: &[u8]) -> Option<AnswerRow> {
    let stored: Vec<StoredLeaf> = postcard::from_bytes(bytes).ok()?;
    let leaf = |leaf: StoredLeaf| LeafMemo {
        hash: leaf.hash,
        edits: leaf
            .edits
            .into_iter()
            .map(|edit| MemoEdit {
                start: edit.start as usize,
                end: edit.end as usize,
                text: edit.text,
            })
            .collect(),
    };
    Some(stored.into_iter().map(leaf).collect())
}
