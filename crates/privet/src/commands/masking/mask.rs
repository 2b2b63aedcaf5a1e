//! `privet mask`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use privet_audit::{AuditError, Event, Record, Sample};
use privet_gateway::ScopeMemory;
use privet_gateway::masker::{FieldValue, MaskedText, Masker};
use privet_mask::{Edit, Sweep, assemble};
use privet_store::StoreError;
use privet_text::Raw;
use privet_vault::{ClaimError, Scope, insert_claims};

use super::fields::{FieldMap, Spelling};
use super::sample::{Sampler, Share, told};
use super::subject::OfSubject;
use super::{Args, Input, for_each, open_scope};
use crate::config::Config;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;
use crate::wiring;

/// What `privet mask` takes.
#[derive(Debug, clap::Args)]
pub struct MaskArgs {
    #[command(flatten)]
    common: Args,
    /// Only a share of the rows of a CSV file or of JSON Lines, drawn at random.
    #[arg(long, value_name = "SHARE%")]
    sample: Option<Share>,
    /// Draw the same rows again; a new number each time without it.
    #[arg(long, value_name = "NUMBER", requires = "sample")]
    seed: Option<u64>,
}

/// Replaces what is found by tokens.
pub fn run(
    args: &MaskArgs,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let common = &args.common;
    let config = console.load_config(config)?;
    let house = House::open_aloud(&config, console)?;
    let own = console.detection(&config)?;
    let (scope, name) = open_scope(common, &house, console)?;
    let masker =
        wiring::maskers(&config, &own).of(&name.workspace, &name.principal, (console.now)());
    let fields = FieldMap::load(common.fields.as_deref(), &common.field)?;
    let job = Job { masker, fields, config: &config, house: &house, scope };
    let sampler = args.sample.map(|share| Sampler::new(share, args.seed)).transpose()?;
    for_each(common, console, |input, console| {
        let Some(sampler) = sampler else {
            return Ok(job.mask(input, None, console)?.text.into_inner());
        };
        let (drawn, sample) = sampler.draw(input)?;
        let masked = job.mask(&drawn, Some(&sample), console)?;
        writeln!(console.err, "privet: {}", told(&super::name_of(&input.path), &sample))?;
        Ok(masked.text.into_inner())
    })
}

/// What masks the texts of one run.
struct Job<'r> {
    masker: Arc<Masker>,
    fields: FieldMap,
    config: &'r Config,
    house: &'r House,
    scope: Arc<Scope>,
}

/// How often a file is masked again because a gateway claimed a token first.
const RACES_MAX: usize = 5;

impl Job<'_> {
    /// Masks one text; its tokens and the audit entry are on disk before it is shown.
    fn mask(
        &self,
        input: &Input,
        sample: Option<&Sample>,
        console: &Console<'_>,
    ) -> Result<MaskedText, CommandError> {
        let text = Raw::new(input.text.clone());
        let now = (console.now)();
        for _ in 0..RACES_MAX {
            let secrets = wiring::secret_mode(&self.config.policy);
            let mut memory = ScopeMemory::new(Arc::clone(&self.scope), secrets, now);
            let masked = match self.fields.is_empty() {
                true => self
                    .masker
                    .mask_text(&text, &mut memory)
                    .map_err(|error| refused(input, &error))?,
                false => mask_fields(&self.masker, input, &text, &self.fields, &mut memory)?,
            };
            let mut record = record(&masked, input, &self.scope, console);
            record.sample = sample.cloned();
            let claims = memory.into_claims();
            let writing = self.house.store.write(move |tx| -> Result<(), WriteError> {
                insert_claims(tx, &claims, now)?;
                privet_audit::append(tx, &record, now)?;
                Ok(())
            });
            match writing.wait() {
                Ok(()) => return Ok(masked),
                Err(WriteError::Claim(ClaimError::Conflict)) => {}
                Err(error) => return Err(CommandError::could_not_run(&error)),
            }
        }
        Err(CommandError::failed("a gateway keeps claiming the same tokens; try again"))
    }
}

fn refused(input: &Input, refusal: &dyn std::fmt::Display) -> CommandError {
    let name = super::name_of(&input.path);
    CommandError::failed(format!("`{name}`: {refusal}; nothing of it was written"))
}

/// Masks exactly the fields named. Nothing else is read.
fn mask_fields(
    masker: &Masker,
    input: &Input,
    text: &Raw<String>,
    fields: &FieldMap,
    memory: &mut ScopeMemory,
) -> Result<MaskedText, CommandError> {
    let mut edits = Vec::new();
    let (mut counts, mut operators, mut tokens_new) = (BTreeMap::new(), BTreeMap::new(), 0);
    for place in fields.find(input)? {
        let value = match place.spelling {
            Spelling::Number => FieldValue::Number(&place.value),
            _ => FieldValue::Text(&place.value),
        };
        let what = (place.field.entity, place.field.operator.as_ref());
        let masked = match &place.subject {
            None => masker.mask_field(what, &value, memory),
            Some(subject) => {
                masker.mask_field(what, &value, &mut OfSubject { memory: &mut *memory, subject })
            }
        };
        let masked = masked.map_err(|error| refused(input, &error))?;
        let operator = masked.as_ref().map_or("keep", |masked| masked.operator);
        *counts.entry(place.field.entity).or_default() += 1;
        *operators.entry((place.field.entity, operator.to_owned())).or_default() += 1;
        if let Some(masked) = masked {
            tokens_new += u64::from(masked.fresh);
            edits.push(Edit { range: place.range, text: place.spelling.write(&masked.text) });
        }
    }
    let body = Raw::new(text.expose().clone().into_bytes());
    // Other fields stay by order of the map, whatever they say.
    let text = assemble(&body, &mut edits, &[], &Sweep::new([]))
        .map_err(|error| refused(input, &error))?;
    Ok(MaskedText { text, counts, operators, tokens_new })
}

fn record(masked: &MaskedText, input: &Input, scope: &Scope, console: &Console<'_>) -> Record {
    let mut record = Record::new(Event::Mask);
    record.principal = Some(console.operator());
    record.tenant = Some(scope.name().tenant.clone());
    record.workspace = Some(scope.name().workspace.clone());
    let counts = masked.counts.iter();
    record.entities = counts.map(|(entity, n)| (entity.name().to_owned(), *n)).collect();
    let operators = masked.operators.iter();
    record.operators = operators.map(|((entity, op), n)| (format!("{entity}/{op}"), *n)).collect();
    let total: u64 = masked.counts.values().sum();
    record.tokens_new = Some(masked.tokens_new);
    record.tokens_reused = Some(total.saturating_sub(masked.tokens_new));
    record.bytes_in = Some(input.text.len() as u64);
    record.bytes_out = Some(masked.text.get().len() as u64);
    record
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Audit(#[from] AuditError),
}
