//! What was sent before goes the same way again; what Claude wrote goes back as it wrote it.

use std::collections::{BTreeSet, HashMap};

use privet_mask::operator::Operator;
use privet_wire::memo::MemoEdit;
use privet_wire::request::{Author, Class, Part};

use super::super::memo::{
    AnswerMemo, Fate, SavedWritten, SegmentMemo, TreatedSpan, call_key, hash_to_row, signature_key,
};
use super::super::refusal::Refusal;
use super::super::work::{SegmentWork, Work};
use super::{Found, Run, in_characters, may_be_replayed, meant};

impl<'a> Run<'_, 'a> {
    /// The memo of each segment that was already sent. Messages count from the first
    /// on, without a gap.
    pub(super) fn known(
        &mut self,
        segments: &[SegmentWork<'_>],
    ) -> Result<Vec<Option<SegmentMemo>>, Refusal> {
        let hashes: Vec<[u8; 32]> = segments.iter().map(|segment| segment.hash).collect();
        let mut broken = false;
        let rows = self.memory.segments(&hashes)?;
        let mut known = Vec::with_capacity(rows.len());
        for (segment, row) in segments.iter().zip(rows) {
            let memo = row.and_then(|row| SegmentMemo::decode(&row));
            known.push(match segment.segment.part {
                Part::Parameters => None,
                Part::Message(_) if broken => {
                    if memo.is_some() {
                        self.out.stale_memos.push(segment.hash);
                    }
                    None
                }
                Part::Message(_) => {
                    broken = memo.is_none();
                    memo
                }
                Part::Tools | Part::System => memo,
            });
        }
        Ok(known)
    }

    pub(super) fn replay(
        &mut self,
        segment: &SegmentWork<'a>,
        memo: &SegmentMemo,
        is_outdated: impl Fn(usize) -> bool,
    ) -> Result<(), Refusal> {
        for (index, work) in segment.leaves.iter().enumerate() {
            let fate = memo.leaves.iter().find(|saved| saved.index as usize == index);
            let gone = is_outdated(index) || fate.is_some_and(|saved| saved.fate == Fate::Dropped);
            if may_be_replayed(work.leaf.class) && !gone {
                self.out.replayed.push(self.json.range(work.leaf.node));
            }
            if let (Class::Opaque(what), None, true) =
                (work.leaf.class, fate, self.refuses_opaque())
            {
                return Err(Refusal::OpaqueTightened { what });
            }
        }
        for saved in &memo.leaves {
            let Some(work) = segment.leaves.get(saved.index as usize) else { continue };
            match &saved.fate {
                _ if is_outdated(saved.index as usize) => self.drop_block(segment, work),
                Fate::Treated(spans) => self.replay_spans(work, spans)?,
                // Decoding makes the above of them.
                Fate::Spans(_) => {}
                Fate::Written(written, _) => self.replay_written(work, written),
                Fate::Withheld => self.withhold(work),
                Fate::Dropped => self.drop_block(segment, work),
            }
        }
        Ok(())
    }

    pub(super) fn replay_spans(
        &mut self,
        work: &Work<'a>,
        spans: &[TreatedSpan],
    ) -> Result<(), Refusal> {
        let mut replaced = Vec::with_capacity(spans.len());
        for span in spans {
            let entity = span.entity();
            let (start, end) = (span.start as usize, span.end as usize);
            let found = Found { start, end, levels: span.levels, entity, recognizer: "memo" };
            let surface = found.surface(&work.text);
            self.count(entity, &span.operator);
            match (&span.text, self.masker.policy.operator(entity)) {
                (_, Operator::Refuse) => return Err(Refusal::Tightened { entity }),
                (None, Operator::Keep) => {}
                (None, _) => return Err(Refusal::Tightened { entity }),
                (Some(text), operator) => {
                    // What policy keeps by now may stand in new text.
                    if operator != Operator::Keep {
                        self.values.note(entity, &surface);
                    }
                    if span.restores() {
                        self.enter(text, entity, &surface);
                    }
                    self.written.insert(text.clone());
                    replaced.push((start, end, text.as_str()));
                }
            }
        }
        self.replace(work, &replaced);
        Ok(())
    }

    pub(super) fn replay_written(&mut self, work: &Work<'a>, written: &[SavedWritten]) {
        let mut replaced = Vec::with_capacity(written.len());
        for edit in written {
            let (start, end) = (edit.start as usize, edit.end as usize);
            let value = work.text.get(start..end).unwrap_or_default();
            if !edit.text.is_empty() && !value.contains('\\') {
                let (token, entity) = meant(&edit.text);
                self.table.insert(&token, entity, value);
            }
            replaced.push((start, end, edit.text.as_str()));
        }
        self.replace(work, &replaced);
    }

    pub(super) fn replace(&mut self, work: &Work<'a>, spans: &[(usize, usize, &str)]) {
        if spans.is_empty() {
            return;
        }
        if work.leaf.role == "document" {
            self.documents.insert(work.leaf.node, in_characters(&work.text, spans));
        }
        let Work { leaf, text, .. } = work;
        self.edits.leaf(self.json, leaf.node, leaf.class, text, spans.iter().copied());
    }

    /// Looks up what Claude wrote, for all leaves of new segments at once.
    pub(super) fn answers(
        &self,
        segments: &[SegmentWork<'_>],
        known: &[Option<SegmentMemo>],
    ) -> Result<HashMap<[u8; 32], AnswerMemo>, Refusal> {
        let mut wanted = BTreeSet::new();
        for (segment, _) in segments.iter().zip(known).filter(|(_, known)| known.is_none()) {
            wanted.extend(segment.leaves.iter().filter_map(|work| self.answer_key(work)));
        }
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted: Vec<[u8; 32]> = wanted.into_iter().collect();
        let rows = self.memory.answers(&wanted)?;
        let decoded = wanted.into_iter().zip(rows).filter_map(|(key, row)| {
            let row = hash_to_row(row?.as_ref())?;
            Some((key, row))
        });
        Ok(decoded.collect())
    }

    pub(super) fn answer_key(&self, work: &Work<'_>) -> Option<[u8; 32]> {
        match &work.leaf.author {
            Author::Client => None,
            Author::Claude => Some(work.hash),
            Author::ToolCall(id) => Some(call_key(self.keys.as_ref(), id)),
            Author::Signed(signature) => Some(signature_key(self.keys.as_ref(), signature)),
        }
    }

    /// The memo of a leaf that goes back as Claude wrote it.
    pub(super) fn wrote<'m>(
        &self,
        work: &Work<'_>,
        answers: &'m HashMap<[u8; 32], AnswerMemo>,
    ) -> Option<&'m AnswerMemo> {
        let answer = answers.get(&self.answer_key(work)?)?;
        let leaf = answer.row.iter().find(|leaf| leaf.hash == work.hash)?;
        let fits = |edit: &MemoEdit| work.text.get(edit.start..edit.end).is_some();
        leaf.edits.iter().all(fits).then_some(answer)
    }

    pub(super) fn written(
        &self,
        work: &Work<'_>,
        answers: &HashMap<[u8; 32], AnswerMemo>,
    ) -> Option<Fate> {
        let answer = self.wrote(work, answers)?;
        let leaf = answer.row.iter().find(|leaf| leaf.hash == work.hash)?;
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let saved = leaf.edits.iter().map(|edit| SavedWritten {
            start: offset(edit.start),
            end: offset(edit.end),
            text: edit.text.clone(),
        });
        Some(Fate::Written(saved.collect(), answer.erasures))
    }
}
