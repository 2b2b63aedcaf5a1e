//! [`Masker`]: decides for every leaf of a request what becomes of it.

mod replay;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use privet_detect::Analyzer;
use privet_mask::operator::Operator;
use privet_mask::{Edit, RestoreTable, RestoreTableBuilder, Sweep, meant};
use privet_text::EntityType;
use privet_wire::citation::{CitationMap, Edge};
use privet_wire::json::{Json, Kind, NodeId};
use privet_wire::memo::LeafKey;
use privet_wire::request::{Class, Opaque, Part, RequestMap};

use super::edit::Edits;
use super::find::{Found, LeafCache, Values, find, find_across};
use super::memo::{AnswerMemo, Fate, SavedLeaf, SegmentMemo, TreatedSpan};
use super::memory::Memory;
use super::outdated::{outdated, unproven};
use super::reader::Reader;
use super::refusal::Refusal;
use super::text::sweep_of;
use super::treat::{Treated, treat, treat_number, typed};
use super::wall;
use super::work::{SegmentWork, Work, prepare};
use super::{Action, MaskPolicy, OpaqueAction};

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

    /// Decides what needs no detector.
    fn settle(
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

    fn refuses_opaque(&self) -> bool {
        self.masker.policy.opaque != OpaqueAction::Allow
    }

    fn withhold(&mut self, work: &Work<'a>) {
        if let Class::Opaque(what) = work.leaf.class {
            self.out.withheld += 1;
            self.edits.withhold(self.json, work.leaf.node, what);
        }
    }

    fn drop_block(&mut self, segment: &SegmentWork<'a>, work: &Work<'a>) {
        if let (Part::Message(index), Some(block)) = (segment.segment.part, work.leaf.block) {
            self.dropped.push((index, block));
        }
    }

    /// Lets the detectors read what is left.
    fn read(&mut self, pending: &mut [Pending<'_, 'a>]) {
        for leaf in pending.iter_mut() {
            let cacheable = leaf.work.key.is_none();
            let cached = if cacheable { self.masker.cache.get(&leaf.work.hash) } else { None };
            leaf.found = match cached {
                Some(found) => found.to_vec(),
                None => {
                    self.out.bytes_read += leaf.work.text.len();
                    let text = readable(self.json, leaf.work);
                    let found = find(&self.reader, &text, leaf.work.key.as_deref());
                    if cacheable && !self.reader.was_cut_short() {
                        self.masker.cache.put(leaf.work.hash, &found);
                    }
                    found
                }
            };
        }
        for run in pending.chunk_by_mut(|_, next| next.continues) {
            let texts: Vec<&str> = run.iter().map(|leaf| leaf.work.text.as_ref()).collect();
            for (index, found) in find_across(&self.reader, &texts) {
                if let Some(leaf) = run.get_mut(index) {
                    replace_overlapping(&mut leaf.found, found);
                }
            }
        }
        for leaf in pending.iter() {
            for found in &leaf.found {
                let operator = self.masker.policy.operator_by(found.recognizer, found.entity);
                if !matches!(operator, Operator::Keep | Operator::Refuse) {
                    self.values.note(found.entity, &found.surface(&leaf.work.text));
                }
            }
        }
        let texts = pending
            .iter_mut()
            .filter(|leaf| leaf.work.leaf.class != Class::Number)
            .map(|leaf| (leaf.work.text.as_ref(), &mut leaf.found));
        self.values.spread(texts);
    }

    /// Decides what stands for each finding, and for what the client says that an answer
    /// would take for one of these.
    fn treat(
        &mut self,
        pending: &mut [Pending<'_, 'a>],
        segments: &[SegmentWork<'a>],
    ) -> Result<(), Refusal> {
        for leaf in pending.iter_mut() {
            for found in &leaf.found {
                let treated = self.treat_one(leaf.work, found)?;
                leaf.treated.push(treated);
            }
        }
        self.give_way(pending, segments)?;
        for leaf in pending.iter() {
            for (found, treated) in leaf.found.iter().zip(&leaf.treated) {
                if let Some(treated) = treated.as_ref().filter(|treated| treated.restores) {
                    let surface = found.surface(&leaf.work.text);
                    self.enter(&treated.text, found.entity, &surface);
                }
            }
        }
        self.mask_literals(pending)
    }

    fn treat_one(&mut self, work: &Work<'a>, found: &Found) -> Result<Option<Treated>, Refusal> {
        let entity = found.entity;
        let policy = &self.masker.policy;
        let operator = policy.operator_by(found.recognizer, entity);
        match operator {
            Operator::Keep => Ok(None),
            Operator::Refuse => Err(Refusal::Policy { entity }),
            _ if work.leaf.class == Class::Number && policy.numbers == Action::Refuse => {
                Err(Refusal::Number { entity })
            }
            operator if work.leaf.class == Class::Number => {
                treat_number(self.memory, &operator, entity, &work.text).map(Some)
            }
            // Two keys of an object must not become one.
            operator if work.leaf.class == Class::Key && !operator.is_reversible() => {
                let surface = found.surface(&work.text);
                treat(self.memory, &Operator::Hash, entity, &surface).map(Some)
            }
            operator => treat(self.memory, &operator, entity, &found.surface(&work.text)).map(Some),
        }
    }

    /// New tokens that read like something the request says become typed ones.
    fn give_way(
        &mut self,
        pending: &mut [Pending<'_, 'a>],
        segments: &[SegmentWork<'a>],
    ) -> Result<(), Refusal> {
        let mut made = BTreeSet::new();
        for leaf in pending.iter() {
            for (found, treated) in leaf.found.iter().zip(&leaf.treated) {
                if let Some(treated) = treated
                    && treated.restores
                    && !treated.typed
                    && !self.table.contains(&treated.text)
                {
                    let surface = found.surface(&leaf.work.text).into_owned();
                    made.insert((treated.text.clone(), found.entity, surface));
                }
            }
        }
        if made.is_empty() {
            return Ok(());
        }
        let texts = segments.iter().flat_map(|segment| &segment.leaves).map(|work| &*work.text);
        let taken = wall::taken(&made, texts);
        if taken.is_empty() {
            return Ok(());
        }
        for leaf in pending.iter_mut() {
            for (found, treated) in leaf.found.iter().zip(&mut leaf.treated) {
                if let Some(treated) = treated
                    && taken.contains(&treated.text)
                {
                    let surface = found.surface(&leaf.work.text);
                    *treated = typed(self.memory, found.entity, &surface)?;
                }
            }
        }
        Ok(())
    }

    /// Masks what new text says of its own that reads like a token of this request.
    fn mask_literals(&mut self, pending: &mut [Pending<'_, 'a>]) -> Result<(), Refusal> {
        if pending.is_empty() {
            return Ok(());
        }
        let texts = pending.iter().enumerate();
        let texts = texts.filter(|(_, leaf)| leaf.work.leaf.class != Class::Number);
        let texts = texts.map(|(number, leaf)| {
            let both = leaf.found.iter().zip(&leaf.treated);
            let replaced = both.filter(|(_, treated)| treated.is_some());
            let replaced = replaced.map(|(found, _)| (found.start, found.end)).collect();
            (number, leaf.work.text.as_ref(), replaced)
        });
        let (tokens, built, literals) = wall::literals(std::mem::take(&mut self.table), texts);
        self.table = tokens;
        self.built = built.filter(|_| literals.is_empty());
        for (number, literal) in literals {
            let Some(leaf) = pending.get_mut(number) else { continue };
            let surface = literal.surface(&leaf.work.text);
            let treated = typed(self.memory, literal.entity, &surface)?;
            self.enter(&treated.text, literal.entity, &surface);
            // Only what stays can overlap it.
            let kept = leaf.found.iter().zip(leaf.treated.drain(..)).map(|(f, t)| (*f, t));
            let mut all: Vec<(Found, Option<Treated>)> =
                kept.filter(|(f, _)| f.end <= literal.start || literal.end <= f.start).collect();
            all.push((literal, Some(treated)));
            all.sort_by_key(|(found, _)| found.start);
            (leaf.found, leaf.treated) = all.into_iter().unzip();
        }
        Ok(())
    }

    /// Enters a token into the table of this request, and what its words stand for.
    fn enter(&mut self, token: &str, entity: EntityType, surface: &str) {
        wall::enter(&mut self.table, token, entity, surface);
    }

    fn count(&mut self, entity: EntityType, operator: &str) {
        *self.out.counts.entry(entity).or_default() += 1;
        *self.out.operators.entry((entity, operator.to_owned())).or_default() += 1;
    }

    fn mask_leaf(&mut self, leaf: &Pending<'_, 'a>) -> Option<Fate> {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut saved: Vec<TreatedSpan> = Vec::with_capacity(leaf.found.len());
        for (found, treated) in leaf.found.iter().zip(&leaf.treated) {
            let operator = treated.as_ref().map_or("keep", |treated| treated.operator);
            self.count(found.entity, operator);
            if found.entity == EntityType::Secret {
                self.out.secrets.insert(found.recognizer);
            }
            self.out.tokens_new += u32::from(treated.as_ref().is_some_and(|t| t.fresh));
            saved.push(TreatedSpan {
                start: offset(found.start),
                end: offset(found.end),
                levels: found.levels,
                entity: found.entity.name().to_owned(),
                operator: operator.to_owned(),
                text: treated.as_ref().map(|treated| treated.text.clone()),
            });
        }
        let replaced: Vec<(usize, usize, &str)> = saved
            .iter()
            .filter_map(|s| Some((s.start as usize, s.end as usize, s.text.as_deref()?)))
            .collect();
        self.written.extend(replaced.iter().map(|(.., text)| (*text).to_owned()));
        self.replace(leaf.work, &replaced);
        (!saved.is_empty()).then_some(Fate::Treated(saved))
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

    fn leave_out_blocks(&mut self) {
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

    fn map_citation(&mut self, citation: NodeId) {
        let json = self.json;
        let number = |name: &str| {
            let node = json.get(citation, name).filter(|n| json.kind(*n) == Kind::Number)?;
            Some((node, json.spelling(node).parse::<usize>().ok()?))
        };
        let Some((_, document)) = number("document_index") else { return };
        for (name, edge) in [("start_char_index", Edge::Start), ("end_char_index", Edge::End)] {
            if let Some((node, index)) = number(name) {
                let mapped = self.out.citations.to_model(document, index, edge);
                if mapped != index {
                    self.edits.scalar(json, node, mapped.to_string());
                }
            }
        }
    }
}

/// What the detectors read of a leaf: of a number, its whole part without exponent.
fn readable<'w>(json: &Json<'_>, work: &'w Work<'_>) -> Cow<'w, str> {
    match json.kind(work.leaf.node) {
        Kind::Number => whole_part(&work.text),
        _ => Cow::Borrowed(&work.text),
    }
}

/// The digits of a number before its fraction, written out: `15` for `-1.5e1`.
fn whole_part(number: &str) -> Cow<'_, str> {
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    match exponent.parse::<i32>() {
        // No number of anybody's is that long.
        Ok(exponent @ 1..=64) => {
            let zeros = std::iter::repeat('0');
            let shifted = fraction.chars().chain(zeros).take(exponent.unsigned_abs() as usize);
            Cow::Owned(whole.chars().chain(shifted).skip_while(|c| *c == '0').collect())
        }
        Ok(exponent @ -64..=-1) => {
            let kept = whole.len().saturating_sub(exponent.unsigned_abs() as usize);
            Cow::Borrowed(whole.get(..kept).unwrap_or_default())
        }
        _ => Cow::Borrowed(whole),
    }
}

enum Settled {
    /// The detectors must read it.
    Read,
    /// This became of it.
    Fate(Fate),
    /// It stays as it is.
    Nothing,
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

fn replace_overlapping(found: &mut Vec<Found>, with: Found) {
    found.retain(|f| f.end <= with.start || with.end <= f.start);
    found.push(with);
    found.sort_by_key(|f| f.start);
}

/// Shorter numbers name nobody.
const NUMBER_DIGITS_MIN: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_written_out() {
        for (number, want) in [
            ("4556737586899855", "4556737586899855"),
            ("-4556737586899855.0", "4556737586899855"),
            ("4.556737586899855e15", "4556737586899855"),
            ("0.4556737586899855E+16", "4556737586899855"),
            ("45567375868998550e-1", "4556737586899855"),
            ("12e3", "12000"),
            ("1e999999999999", "1"),
            ("1e-9", ""),
        ] {
            assert_eq!(whole_part(number), want, "{number}");
        }
    }
}
