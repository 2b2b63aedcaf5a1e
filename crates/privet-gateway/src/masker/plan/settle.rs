//! Leaves whose fate needs no detector: what may not change, what cannot be read, what Claude
//! wrote.

use std::collections::{BTreeMap, HashMap};

use privet_wire::json::NodeId;
use privet_wire::request::{Class, Opaque, Part};

use super::super::memo::{AnswerMemo, Fate};
use super::super::refusal::Refusal;
use super::super::work::{SegmentWork, Work};
use super::super::{Action, OpaqueAction};
use super::Run;
use super::read::readable;

pub(super) enum Settled {
    /// The detectors must read it.
    Read,
    /// This became of it.
    Fate(Fate),
    /// It stays as it is.
    Nothing,
}

impl<'a> Run<'_, 'a> {
    /// Decides what needs no detector.
    pub(super) fn settle(
        &mut self,
        segment: &SegmentWork<'a>,
        work: &Work<'a>,
        answers: &HashMap<[u8; 32], AnswerMemo>,
        newest: usize,
    ) -> Result<Settled, Refusal> {
        let node = work.leaf.node;
        match work.leaf.class {
            Class::Contract => match self.masker.first_finding(&readable(self.json, work)) {
                Some(entity) => Err(Refusal::Contract { entity, role: work.leaf.role }),
                None => Ok(Settled::Nothing),
            },
            Class::UserId => {
                let hash = self.keys.hash("user id", work.text.as_bytes());
                let hex = data_encoding::HEXLOWER.encode(hash.get(..16).unwrap_or_default());
                self.edits.string(self.json, node, &format!("privet_{hex}"));
                Ok(Settled::Nothing)
            }
            Class::McpConnector => match self.masker.policy.mcp_connector {
                Action::Refuse => Err(Refusal::McpConnector),
                Action::Mask | Action::Keep => Ok(Settled::Nothing),
            },
            Class::Opaque(what) => self.settle_opaque(segment, work, what, newest),
            Class::Number if work.text.len() < NUMBER_DIGITS_MIN => Ok(Settled::Nothing),
            Class::Text | Class::Number | Class::Key | Class::Base64Text | Class::Signed => {
                if let Some(fate) = self.written(work, answers) {
                    self.out.replayed.push(self.json.range(node));
                    if let Fate::Written(written, _) = &fate {
                        self.replay_written(work, written);
                    }
                    return Ok(Settled::Fate(fate));
                }
                if work.leaf.class == Class::Signed {
                    return Ok(self.settle_signed(segment, work));
                }
                Ok(Settled::Read)
            }
        }
    }

    fn settle_opaque(
        &mut self,
        segment: &SegmentWork<'a>,
        work: &Work<'a>,
        what: Opaque,
        newest: usize,
    ) -> Result<Settled, Refusal> {
        let new = match segment.segment.part {
            Part::Message(index) => index >= newest,
            _ => true,
        };
        match self.masker.policy.opaque {
            OpaqueAction::Allow => Ok(Settled::Nothing),
            OpaqueAction::Refuse if new && self.is_first_try(segment, work)? => {
                let context = self.context(segment);
                Err(Refusal::Opaque { what, content: work.hash, context })
            }
            OpaqueAction::Refuse | OpaqueAction::Withhold => {
                self.withhold(work);
                Ok(Settled::Fate(Fate::Withheld))
            }
        }
    }

    /// Whether opaque content is new, or just sent again as it was refused.
    fn is_first_try(&self, segment: &SegmentWork<'a>, work: &Work<'a>) -> Result<bool, Refusal> {
        Ok(!self.memory.was_refused(&work.hash)?
            || self.memory.was_refused(&self.context(segment))?)
    }

    fn context(&self, segment: &SegmentWork<'a>) -> [u8; 32] {
        let mut hasher = self.keys.hasher("refused context");
        for work in &segment.leaves {
            hasher.update(&work.hash);
        }
        hasher.finish()
    }

    /// Signed text that no memo knows: if it would have to be changed, its block goes.
    fn settle_signed(&mut self, segment: &SegmentWork<'a>, work: &Work<'a>) -> Settled {
        self.out.bytes_read += work.text.len();
        if self.masker.first_finding(&work.text).is_none() {
            return Settled::Nothing;
        }
        self.drop_block(segment, work);
        Settled::Fate(Fate::Dropped)
    }

    pub(super) fn refuses_opaque(&self) -> bool {
        self.masker.policy.opaque != OpaqueAction::Allow
    }

    pub(super) fn withhold(&mut self, work: &Work<'a>) {
        if let Class::Opaque(what) = work.leaf.class {
            self.out.withheld += 1;
            self.edits.withhold(self.json, work.leaf.node, what);
        }
    }

    pub(super) fn drop_block(&mut self, segment: &SegmentWork<'a>, work: &Work<'a>) {
        if let (Part::Message(index), Some(block)) = (segment.segment.part, work.leaf.block) {
            self.dropped.push((index, block));
        }
    }

    pub(super) fn leave_out_blocks(&mut self) {
        if self.dropped.is_empty() {
            return;
        }
        let json = self.json;
        let Some(messages) = json.get(json.root(), "messages") else { return };
        let messages: Vec<NodeId> = json.elements(messages).collect();
        let mut by_message: BTreeMap<usize, Vec<NodeId>> = BTreeMap::new();
        for (message, block) in self.dropped.drain(..) {
            by_message.entry(message).or_default().push(block);
        }
        for (index, blocks) in by_message {
            let content = messages.get(index).and_then(|message| json.get(*message, "content"));
            if let Some(content) = content {
                self.edits.drop_blocks(json, content, &blocks);
            }
        }
    }
}

/// Shorter numbers name nobody.
const NUMBER_DIGITS_MIN: usize = 7;
