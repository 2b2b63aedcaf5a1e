//! Masking a text by itself, outside any request.

use std::collections::{BTreeMap, BTreeSet};

use privet_mask::operator::Operator;
use privet_mask::{AssembleError, Edit, Masked, Needles, RestoreTableBuilder, Sweep, assemble};
use privet_text::{EntityType, Raw};

use super::find::{Found, Values, find};
use super::reader::Reader;
use super::treat::{Treated, treat, treat_number, typed};
use super::{Masker, Memory, Refusal, wall};

/// A text in which every finding was replaced.
pub struct MaskedText {
    /// The text, UTF-8.
    pub text: Masked<Vec<u8>>,
    /// Findings by type.
    pub counts: BTreeMap<EntityType, u64>,
    /// What was done to them, by type and name of the operator.
    pub operators: BTreeMap<(EntityType, String), u64>,
    /// Tokens that were never used before.
    pub tokens_new: u64,
}

/// The value of a field.
#[derive(Clone, Copy)]
pub enum FieldValue<'v> {
    /// A text.
    Text(&'v str),
    /// A JSON number, which becomes another number.
    Number(&'v str),
}

/// What stands for the value of a field.
pub struct MaskedField {
    /// The text or number.
    pub text: String,
    /// The operator's name.
    pub operator: &'static str,
    /// It was never used before.
    pub fresh: bool,
}

/// Why a text was not masked. No variant carries a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextRefusal {
    /// Policy refuses this type.
    #[error("policy does not let {0} leave")]
    Policy(EntityType),
    /// The vault could not do its part, or a value does not suit its operator.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A value still stood in the masked text.
    #[error("the text could not be masked: {0}")]
    Assemble(#[from] AssembleError),
}

impl Masker {
    /// Masks a value that is known to be an `entity`, by `operator` or as policy says. Gives
    /// what stands for it; `None` if policy keeps it.
    ///
    /// # Errors
    /// If policy refuses it, or the vault cannot say its token.
    pub fn mask_field(
        &self,
        (entity, operator): (EntityType, Option<&Operator>),
        value: &FieldValue<'_>,
        memory: &mut dyn Memory,
    ) -> Result<Option<MaskedField>, TextRefusal> {
        let told = match (entity, operator, value) {
            // Policy decides by the type that was named. The token is that of the kind of place,
            // so that a value has the same one here and in a text.
            (EntityType::Location, None, FieldValue::Text(text)) => {
                privet_detect::kind_of_place(text)
            }
            _ => entity,
        };
        let operator = match operator {
            Some(operator) => operator.clone(),
            // Naming a field asks for it to be masked, also where policy only counts.
            None => match self.policy().entities.get(&entity) {
                Some(operator) => operator.clone(),
                None => Operator::of(entity),
            },
        };
        let treated = match (&operator, value) {
            (Operator::Keep, _) => return Ok(None),
            (Operator::Refuse, _) => return Err(TextRefusal::Policy(entity)),
            (_, FieldValue::Text(text)) => treat(memory, &operator, told, text)?,
            (_, FieldValue::Number(number)) => treat_number(memory, &operator, entity, number)?,
        };
        let Treated { text, operator, fresh, .. } = treated;
        Ok(Some(MaskedField { text, operator, fresh }))
    }

    /// Masks `text` as if it were said in a request.
    ///
    /// # Errors
    /// If policy refuses what is in it, or the vault cannot say the tokens.
    pub fn mask_text(
        &self,
        text: &Raw<String>,
        memory: &mut dyn Memory,
    ) -> Result<MaskedText, TextRefusal> {
        let said = text.expose();
        let mut found = find(&Reader::new(self.analyzer(), None), said, None);
        let mut values = Values::default();
        for f in &found {
            let operator = self.policy().operator_by(f.recognizer, f.entity);
            if !matches!(operator, Operator::Keep | Operator::Refuse) {
                values.note(f.entity, &f.surface(said));
            }
        }
        values.spread(std::iter::once((said.as_str(), &mut found)));
        let mut treated = Vec::with_capacity(found.len());
        for f in found {
            let done = match self.policy().operator_by(f.recognizer, f.entity) {
                Operator::Keep => None,
                Operator::Refuse => return Err(TextRefusal::Policy(f.entity)),
                operator => Some(treat(memory, &operator, f.entity, &f.surface(said))?),
            };
            treated.push((f, done));
        }
        guard(said, &mut treated, memory)?;
        let mut edits = Vec::with_capacity(treated.len());
        let (mut counts, mut operators, mut tokens_new) = (BTreeMap::new(), BTreeMap::new(), 0);
        for (f, done) in treated {
            *counts.entry(f.entity).or_default() += 1;
            let name = done.as_ref().map_or("keep", |done| done.operator);
            *operators.entry((f.entity, name.to_owned())).or_default() += 1;
            if let Some(done) = done {
                tokens_new += u64::from(done.fresh);
                edits.push(Edit { range: f.start..f.end, text: done.text });
            }
        }
        let body = Raw::new(said.clone().into_bytes());
        let sweep = sweep_of(values.iter(), edits.iter().map(|edit| edit.text.as_str()));
        let text = assemble(&body, &mut edits, &[], &sweep)?;
        Ok(MaskedText { text, counts, operators, tokens_new })
    }
}

/// A sweep for `values`, but for those that something `written` in their place says: a
/// shifted date or a group may read like another value.
pub(super) fn sweep_of<'v>(
    values: impl Iterator<Item = &'v str>,
    written: impl Iterator<Item = &'v str>,
) -> Sweep {
    let values: Vec<&str> = values.collect();
    let needles = Needles::new(values.iter().copied());
    let made: BTreeSet<usize> =
        written.flat_map(|text| needles.find_all(text.as_bytes())).map(|hit| hit.number).collect();
    let swept = values.iter().enumerate().filter(|(number, _)| !made.contains(number));
    Sweep::new(swept.map(|(_, value)| *value))
}

/// Lets no token stand but where it was put, as in a request.
fn guard(
    said: &str,
    treated: &mut Vec<(Found, Option<Treated>)>,
    memory: &mut dyn Memory,
) -> Result<(), Refusal> {
    let made: BTreeSet<(String, EntityType, String)> = treated
        .iter()
        .filter_map(|(f, done)| Some((f, done.as_ref()?)))
        .filter(|(_, done)| done.restores && !done.typed)
        .map(|(f, done)| (done.text.clone(), f.entity, f.surface(said).into_owned()))
        .collect();
    let taken = match made.is_empty() {
        true => BTreeSet::new(),
        false => wall::taken(&made, std::iter::once(said)),
    };
    let mut table = RestoreTableBuilder::default();
    for (f, done) in treated.iter_mut() {
        let Some(done) = done else { continue };
        if taken.contains(&done.text) {
            *done = typed(memory, f.entity, &f.surface(said))?;
        }
        if done.restores {
            wall::enter(&mut table, &done.text, f.entity, &f.surface(said));
        }
    }
    let replaced = treated.iter().filter(|(_, done)| done.is_some());
    let replaced = replaced.map(|(f, _)| (f.start, f.end)).collect();
    let (_, _, literals) = wall::literals(table, std::iter::once((0, said, replaced)));
    for (_, literal) in literals {
        let done = typed(memory, literal.entity, &literal.surface(said))?;
        treated.retain(|(f, _)| f.end <= literal.start || literal.end <= f.start);
        treated.push((literal, Some(done)));
    }
    Ok(())
}
