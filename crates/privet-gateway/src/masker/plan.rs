//! [`Masker`]: decides for every leaf of a request what becomes of it.

mod citation;
mod decide;
mod read;
mod replay;
mod settle;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use privet_detect::Analyzer;
use privet_mask::operator::Operator;
use privet_mask::{Edit, RestoreTable, RestoreTableBuilder, Sweep, meant};
use privet_text::EntityType;
use privet_wire::citation::CitationMap;
use privet_wire::json::{Json, NodeId};
use privet_wire::memo::LeafKey;
use privet_wire::request::{Class, Part, RequestMap};

use super::edit::Edits;
use super::find::{Found, LeafCache, Values, find};
use super::memo::{Fate, SavedLeaf, SegmentMemo};
use super::memory::Memory;
use super::outdated::{outdated, unproven};
use super::reader::Reader;
use super::refusal::Refusal;
use super::text::sweep_of;
use super::treat::Treated;
use super::work::{SegmentWork, Work, prepare};
use super::{MaskPolicy, wall};
use settle::Settled;

/// What makes a request fit to leave, and what to remember of it.
#[derive(Default)]
pub struct Masking {
    /// Replacements in the body.
    pub edits: Vec<Edit>,
    /// Ranges that were sent like this before, or that Claude wrote.
    pub replayed: Vec<Range<usize>>,
    /// The tokens of this request.
    pub table: RestoreTable,
    /// The raw values to sweep the outbound bytes for.
    pub sweep: Option<Sweep>,
    /// Memos of the segments that are new.
    pub segment_memos: Vec<([u8; 32], Vec<u8>)>,
    /// Memos of messages behind one whose memo is gone: they go, before the new ones come.
    pub stale_memos: Vec<[u8; 32]>,
    /// How documents were changed.
    pub citations: CitationMap,
    /// Findings in new text and replays, by type.
    pub counts: BTreeMap<EntityType, u32>,
    /// What was done to them, by type and name of the operator.
    pub operators: BTreeMap<(EntityType, String), u32>,
    /// How many of the tokens were never used before.
    pub tokens_new: u32,
    /// Kinds of secrets found in new text.
    pub secrets: BTreeSet<&'static str>,
    /// Opaque contents that were withheld.
    pub withheld: u32,
    /// Bytes of text that the detectors had to read.
    pub bytes_read: usize,
    /// Whether the time for the deep tier of the name model ran out.
    pub names_cut_short: bool,
}

/// Masks requests by one policy with one set of detectors.
pub struct Masker {
    analyzer: Arc<Analyzer>,
    policy: MaskPolicy,
    cache: LeafCache,
    version: String,
}

impl Masker {
    /// A masker that starts without anything cached.
    pub fn new(analyzer: Arc<Analyzer>, policy: MaskPolicy) -> Self {
        let version = format!("{:016x}", analyzer.version());
        Self { analyzer, policy, cache: LeafCache::default(), version }
    }

    /// The detectors.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// What stands for detectors and exceptions in the audit log.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The policy.
    pub fn policy(&self) -> &MaskPolicy {
        &self.policy
    }

    /// The first finding in `text` that policy does not keep: for headers and the
    /// like, where nothing can be masked.
    pub fn first_finding(&self, text: &str) -> Option<EntityType> {
        find(&Reader::new(&self.analyzer, Some(self.policy.deep_time)), text, None)
            .into_iter()
            .find(|f| self.policy.operator_by(f.recognizer, f.entity) != Operator::Keep)
            .map(|found| found.entity)
    }

    /// Decides what becomes of every leaf of the request.
    ///
    /// # Errors
    /// If the request may not leave.
    pub fn mask(
        &self,
        json: &Json<'_>,
        map: &RequestMap,
        memory: &mut dyn Memory,
    ) -> Result<Masking, Refusal> {
        let keys = memory.keys();
        let segments = prepare(json, map, keys.as_ref()).map_err(|_| Refusal::BadBase64)?;
        let mut run = Run {
            masker: self,
            reader: Reader::new(&self.analyzer, Some(self.policy.deep_time)),
            json,
            keys,
            memory,
            edits: Edits::default(),
            table: RestoreTableBuilder::default(),
            built: None,
            values: Values::default(),
            written: BTreeSet::new(),
            documents: HashMap::new(),
            dropped: Vec::new(),
            out: Masking::default(),
        };
        run.go(map, &segments)?;
        Ok(run.finish(map))
    }
}

/// A leaf of a new segment that the detectors must read, or whose fate is settled.
struct Pending<'w, 'a> {
    work: &'w Work<'a>,
    segment: usize,
    index: usize,
    found: Vec<Found>,
    /// What was done to each of them; `None` if it stays.
    treated: Vec<Option<Treated>>,
    continues: bool,
}

struct Run<'r, 'a> {
    masker: &'r Masker,
    reader: Reader<'r>,
    json: &'r Json<'a>,
    keys: Arc<dyn LeafKey>,
    memory: &'r mut dyn Memory,
    edits: Edits,
    table: RestoreTableBuilder,
    /// Made of it already.
    built: Option<RestoreTable>,
    values: Values,
    /// What stands instead of values.
    written: BTreeSet<String>,
    /// Replacements in documents, in characters.
    documents: HashMap<NodeId, Vec<(usize, usize, usize)>>,
    /// Blocks to leave out, with the message they stand in.
    dropped: Vec<(usize, NodeId)>,
    out: Masking,
}

impl<'a> Run<'_, 'a> {
    fn go(&mut self, map: &RequestMap, segments: &[SegmentWork<'a>]) -> Result<(), Refusal> {
        let known = self.known(segments)?;
        let newest = newest_messages(map);
        let answers = self.answers(segments, &known)?;
        let erasures = self.memory.erasures();
        let outdated = outdated(segments, &known, erasures, |work| self.wrote(work, &answers));
        for (number, (segment, memo)) in segments.iter().zip(&known).enumerate() {
            if let Some(memo) = memo {
                self.replay(segment, memo, |index| outdated.contains(&(number, index)))?;
            }
        }
        let mut memos: Vec<SegmentMemo> = segments.iter().map(|_| self.empty_memo()).collect();
        let mut pending = Vec::new();
        for (number, segment) in segments.iter().enumerate() {
            if known.get(number).is_some_and(Option::is_some) {
                continue;
            }
            for (index, work) in segment.leaves.iter().enumerate() {
                let settled = match outdated.contains(&(number, index)) {
                    true => {
                        self.drop_block(segment, work);
                        Settled::Fate(Fate::Dropped)
                    }
                    false => self.settle(segment, work, &answers, newest)?,
                };
                match settled {
                    Settled::Read => pending.push(Pending {
                        work,
                        segment: number,
                        index,
                        found: Vec::new(),
                        treated: Vec::new(),
                        continues: work.leaf.continues
                            && pending.last().is_some_and(|last: &Pending<'_, '_>| {
                                last.segment == number && last.index + 1 == index
                            }),
                    }),
                    Settled::Fate(fate) => remember(&mut memos, number, index, fate),
                    Settled::Nothing => {}
                }
            }
        }
        self.read(&mut pending);
        self.treat(&mut pending, segments)?;
        for leaf in &pending {
            if let Some(fate) = self.mask_leaf(leaf) {
                remember(&mut memos, leaf.segment, leaf.index, fate);
            }
        }
        for (number, index) in unproven(segments, &known, &memos) {
            let place = segments.get(number);
            if let Some((segment, work)) = place.and_then(|s| Some((s, s.leaves.get(index)?))) {
                self.drop_block(segment, work);
                remember(&mut memos, number, index, Fate::Dropped);
            }
        }
        for ((segment, known), memo) in segments.iter().zip(&known).zip(memos) {
            if known.is_none() && segment.segment.part != Part::Parameters {
                self.out.segment_memos.push((segment.hash, memo.encode()));
            }
        }
        Ok(())
    }

    fn empty_memo(&self) -> SegmentMemo {
        SegmentMemo {
            detector: self.masker.analyzer.version(),
            erasures: self.memory.erasures(),
            leaves: Vec::new(),
        }
    }

    /// Enters a token into the table of this request, and what its words stand for.
    fn enter(&mut self, token: &str, entity: EntityType, surface: &str) {
        wall::enter(&mut self.table, token, entity, surface);
    }

    fn count(&mut self, entity: EntityType, operator: &str) {
        *self.out.counts.entry(entity).or_default() += 1;
        *self.out.operators.entry((entity, operator.to_owned())).or_default() += 1;
    }

    fn finish(mut self, map: &RequestMap) -> Masking {
        self.leave_out_blocks();
        for document in &map.documents {
            let spans = document.text.and_then(|node| self.documents.remove(&node));
            let spans = spans.unwrap_or_default();
            self.out.citations.push_document(spans);
        }
        for citation in &map.citations {
            self.map_citation(*citation);
        }
        self.out.names_cut_short = self.reader.was_cut_short();
        let written = self.written.iter().map(String::as_str);
        self.out.sweep = Some(sweep_of(self.values.iter(), written));
        self.out.edits = self.edits.0;
        self.out.replayed.sort_unstable_by_key(|range| range.start);
        self.out.table = self.built.unwrap_or_else(|| self.table.build());
        self.out
    }
}

/// (start, end, length of the token) of replacements, counted in characters.
fn in_characters(text: &str, spans: &[(usize, usize, &str)]) -> Vec<(usize, usize, usize)> {
    let (mut byte, mut chars) = (0, 0);
    let mut at = |to: usize| {
        chars += text.get(byte..to).map_or(0, |part| part.chars().count());
        byte = to;
        chars
    };
    spans.iter().map(|(start, end, token)| (at(*start), at(*end), token.chars().count())).collect()
}

fn remember(memos: &mut [SegmentMemo], segment: usize, index: usize, fate: Fate) {
    if let (Some(memo), Ok(index)) = (memos.get_mut(segment), u32::try_from(index)) {
        memo.leaves.push(SavedLeaf { index, fate });
    }
}

fn may_be_replayed(class: Class) -> bool {
    !matches!(class, Class::Opaque(_) | Class::McpConnector)
}

/// The index of the first message after the last one that Claude wrote.
fn newest_messages(map: &RequestMap) -> usize {
    let mut newest = 0;
    for segment in &map.segments {
        if let Part::Message(index) = segment.part
            && segment.speaker == "assistant"
        {
            newest = index + 1;
        }
    }
    newest
}
