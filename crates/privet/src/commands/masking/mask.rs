//! `privet mask`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use privet_audit::{AuditError, Event, Record};
use privet_gateway::ScopeMemory;
use privet_gateway::masker::{MaskedText, Masker};
use privet_store::StoreError;
use privet_text::Raw;
use privet_vault::{ClaimError, Scope, insert_claims};

use super::{Args, Input, for_each, open_scope};
use crate::config::Config;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;
use crate::wiring;

/// Replaces what is found by tokens.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    let house = House::open(&config, console.environment, (console.now)())?;
    if let Some(notice) = house.backup_notice() {
        writeln!(console.err, "{notice}")?;
    }
    let own = console.detection(&config)?;
    let (scope, name) = open_scope(args, &house, console)?;
    let masker =
        wiring::maskers(&config, &own).of(&name.workspace, &name.principal, (console.now)());
    for_each(args, console, |input, console| {
        let masked = mask_one(&masker, input, &config, &house, &scope, console)?;
        Ok(masked.text.into_inner())
    })
}

/// How often a file is masked again because a gateway claimed a token first.
const RACES_MAX: usize = 5;

/// Masks one text; its tokens and the audit entry are on disk before it is shown.
fn mask_one(
    masker: &Masker,
    input: &Input,
    config: &Config,
    house: &House,
    scope: &Arc<Scope>,
    console: &Console<'_>,
) -> Result<MaskedText, CommandError> {
    let text = Raw::new(input.text.clone());
    let now = (console.now)();
    for _ in 0..RACES_MAX {
        let secrets = wiring::secret_mode(&config.policy);
        let mut memory = ScopeMemory::new(Arc::clone(scope), secrets, now);
        let masked = masker.mask_text(&text, &mut memory).map_err(|refusal| {
            let name = super::name_of(&input.path);
            CommandError::failed(format!("`{name}`: {refusal}; nothing of it was written"))
        })?;
        let record = record(&masked, input, scope, console);
        let claims = memory.into_claims();
        let writing = house.store.write(move |tx| -> Result<(), WriteError> {
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

fn record(masked: &MaskedText, input: &Input, scope: &Scope, console: &Console<'_>) -> Record {
    let mut record = Record::new(Event::Mask);
    record.principal = Some(console.operator());
    record.tenant = Some(scope.name().tenant.clone());
    record.workspace = Some(scope.name().workspace.clone());
    let counts = masked.counts.iter();
    record.entities = counts.map(|(entity, n)| (entity.name().to_owned(), *n)).collect();
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
