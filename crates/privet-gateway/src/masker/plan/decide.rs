//! What stands for each finding.

use std::collections::BTreeSet;

use privet_mask::operator::Operator;
use privet_text::EntityType;
use privet_wire::request::Class;

use super::super::find::Found;
use super::super::memo::{Fate, TreatedSpan};
use super::super::refusal::Refusal;
use super::super::treat::{Treated, treat, treat_number, typed};
use super::super::work::{SegmentWork, Work};
use super::super::{Action, wall};
use super::{Pending, Run};

impl<'a> Run<'_, 'a> {
    /// Decides what stands for each finding, and for what the client says that an answer
    /// would take for one of these.
    pub(super) fn treat(
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

    pub(super) fn mask_leaf(&mut self, leaf: &Pending<'_, 'a>) -> Option<Fate> {
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
}
