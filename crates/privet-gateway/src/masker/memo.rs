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
    /// How many erasures there were when it was first sent so.
    pub(super) erasures: u64,
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
    /// These spans were found and became typed tokens or stayed. Read, no longer written.
    Spans(Vec<SavedSpan>),
    /// Claude wrote it, after so many erasures; this stood in these places.
    Written(Vec<SavedWritten>, u64),
    /// Opaque content was replaced by a notice.
    Withheld,
    /// A signed block was left out.
    Dropped,
    /// These spans were found.
    Treated(Vec<TreatedSpan>),
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

/// A finding and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TreatedSpan {
    pub(super) start: u32,
    pub(super) end: u32,
    /// JSON strings inside the leaf around it.
    pub(super) levels: u8,
    pub(super) entity: String,
    /// The name of the operator.
    pub(super) operator: String,
    /// What stands there instead; `None` if policy let it stand.
    pub(super) text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedWritten {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
}

impl TreatedSpan {
    pub(super) fn entity(&self) -> EntityType {
        EntityType::from_name(&self.entity).unwrap_or(EntityType::Custom)
    }

    /// Whether what stands there stands for the value.
    pub(super) fn restores(&self) -> bool {
        matches!(self.operator.as_str(), "typed" | "shaped" | "surrogate" | "fpe")
    }
}

impl From<SavedSpan> for TreatedSpan {
    fn from(span: SavedSpan) -> Self {
        let operator = if span.token.is_some() { "typed" } else { "keep" };
        Self {
            start: span.start,
            end: span.end,
            levels: span.levels,
            entity: span.entity,
            operator: operator.to_owned(),
            text: span.token,
        }
    }
}

impl SegmentMemo {
    pub(super) fn encode(&self) -> Vec<u8> {
        // Encoding into memory cannot fail for these types.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut memo: Self = postcard::from_bytes(bytes).ok()?;
        for leaf in &mut memo.leaves {
            if let Fate::Spans(spans) = &mut leaf.fate {
                let spans = std::mem::take(spans).into_iter().map(TreatedSpan::from);
                leaf.fate = Fate::Treated(spans.collect());
            }
        }
        Some(memo)
    }
}

/// A block that Claude wrote.
pub(super) struct AnswerMemo {
    /// How many erasures there were when Claude wrote it.
    pub(super) erasures: u64,
    pub(super) row: AnswerRow,
}

#[derive(Serialize, Deserialize)]
struct StoredAnswer {
    erasures: u64,
    leaves: Vec<StoredLeaf>,
}

#[derive(Serialize, Deserialize)]
struct StoredLeaf {
    hash: [u8; 32],
    edits: Vec<SavedWritten>,
}

/// The rows that remember a block of an answer, written after so many erasures: (key, bytes).
pub(crate) fn answer_rows(
    keys: &dyn LeafKey,
    memo: &BlockMemo,
    erasures: u64,
) -> Vec<([u8; 32], Vec<u8>)> {
    match &memo.key {
        BlockKey::Leaves => memo
            .leaves
            .iter()
            .map(|leaf| (leaf.hash, encode_row(std::slice::from_ref(leaf), erasures)))
            .collect(),
        BlockKey::ToolCall(id) => vec![(call_key(keys, id), encode_row(&memo.leaves, erasures))],
        BlockKey::Signature(signature) if signature.is_empty() => Vec::new(),
        BlockKey::Signature(signature) => {
            vec![(signature_key(keys, signature), encode_row(&memo.leaves, erasures))]
        }
    }
}

pub(super) fn call_key(keys: &dyn LeafKey, id: &str) -> [u8; 32] {
    keys.hash("tool call", id.as_bytes())
}

pub(super) fn signature_key(keys: &dyn LeafKey, signature: &str) -> [u8; 32] {
    keys.hash("signature", signature.as_bytes())
}

fn encode_row(leaves: &[LeafMemo], erasures: u64) -> Vec<u8> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let leaves = leaves
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
    postcard::to_stdvec(&StoredAnswer { erasures, leaves }).unwrap_or_default()
}

/// The row that [`answer_rows`] wrote; `None` if it is not one.
pub(super) fn hash_to_row(bytes: &[u8]) -> Option<AnswerMemo> {
    let stored: StoredAnswer = postcard::from_bytes(bytes).ok()?;
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
    let row = stored.leaves.into_iter().map(leaf).collect();
    Some(AnswerMemo { erasures: stored.erasures, row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_operators_is_read() {
        let span = |token: Option<&str>| SavedSpan {
            start: 3,
            end: 11,
            levels: 0,
            entity: String::from("PERSON"),
            token: token.map(str::to_owned),
        };
        let spans = vec![span(Some("PERSON_K7Q2MX4")), span(None)];
        let old = SegmentMemo {
            detector: 7,
            erasures: 0,
            leaves: vec![
                SavedLeaf { index: 1, fate: Fate::Spans(spans) },
                SavedLeaf { index: 2, fate: Fate::Dropped },
            ],
        };
        let read = SegmentMemo::decode(&old.encode()).unwrap();
        let Fate::Treated(spans) = &read.leaves[0].fate else { panic!("not treated") };
        assert_eq!(spans[0].text.as_deref(), Some("PERSON_K7Q2MX4"));
        assert!(spans[0].restores() && !spans[1].restores() && spans[1].text.is_none());
        assert_eq!(read.leaves[1].fate, Fate::Dropped);
        assert_eq!(SegmentMemo::decode(&read.encode()).unwrap(), read);
    }
}
