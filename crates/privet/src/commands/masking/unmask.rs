//! `privet unmask`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use privet_audit::{Event, Note, Record};
use privet_detect::{Analyzer, AnalyzerOptions};
use privet_mask::{Destination, End, Form, RestoreTableBuilder, Restorer, meant};
use privet_text::EntityType;
use privet_vault::{RestoreError, Scope};
use privet_wire::json::Json;

use super::fields::FieldMap;
use super::present::tokens_in;
use super::{Args, Input, for_each, name_of, open_scope};
use crate::commands::reason;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;

/// What `privet unmask` takes.
#[derive(Debug, clap::Args)]
pub struct UnmaskArgs {
    #[command(flatten)]
    files: Args,
    /// Why, in words that name nobody; it goes into the audit log.
    #[arg(long)]
    reason: String,
    /// Most values of one file that may come back.
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    limit: usize,
}

/// Puts the values back in place of their tokens.
pub fn run(
    args: &UnmaskArgs,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    let reason = reason::checked(&args.reason)?;
    let house = House::open_existing(&config, console)?;
    let UnmaskArgs { files: args, limit, .. } = args;
    let (scope, _) = open_scope(args, &house, console)?;
    let reveal = Reveal { house: &house, scope: &scope, reason, limit: *limit };
    let entities = [EntityType::TokenLiteral].into_iter().collect();
    let options = AnalyzerOptions { entities, ..AnalyzerOptions::default() };
    let analyzer = Analyzer::new(options);
    let fields = FieldMap::load(args.fields.as_deref(), &args.field)?;
    for_each(args, console, |input, console| {
        if !fields.is_empty() {
            return reveal.fields(input, &fields, console);
        }
        let opened = open_tokens(&analyzer, &input.text, &scope, console)?;
        reveal.note(&opened, input, console)?;
        for (why, tokens) in &opened.left {
            let name = name_of(&input.path);
            writeln!(console.err, "privet: `{name}`: not restored, {tokens} of: {why}")?;
        }
        Ok(restored(input, opened.table))
    })
}

/// A look behind tokens: whose, why, and how many at most.
struct Reveal<'a> {
    house: &'a House,
    scope: &'a Scope,
    reason: String,
    limit: usize,
}

impl Reveal<'_> {
    /// Restores exactly the fields named, where they hold a token of the scope and nothing else.
    fn fields(
        &self,
        input: &Input,
        fields: &FieldMap,
        console: &Console<'_>,
    ) -> Result<Vec<u8>, CommandError> {
        let (mut opened, mut restored, mut at) = (Opened::default(), String::new(), 0);
        for place in fields.find(input)? {
            let value = match self.scope.open(&place.value, (console.now)()) {
                Ok(value) => value,
                Err(error @ (RestoreError::Store(_) | RestoreError::Tampered)) => {
                    return Err(CommandError::could_not_run(&error));
                }
                Err(error) => {
                    *opened.left.entry(error.to_string()).or_default() += 1;
                    continue;
                }
            };
            *opened.counts.entry(place.field.entity.name().to_owned()).or_default() += 1;
            restored.push_str(input.text.get(at..place.range.start).unwrap_or_default());
            restored.push_str(&place.spelling.write(value.expose()));
            at = place.range.end;
        }
        restored.push_str(input.text.get(at..).unwrap_or_default());
        self.note(&opened, input, console)?;
        Ok(restored.into_bytes())
    }

    /// Recorded before anything is shown: no value comes back without an entry.
    fn note(
        &self,
        opened: &Opened,
        input: &Input,
        console: &Console<'_>,
    ) -> Result<(), CommandError> {
        let count: u64 = opened.counts.values().sum();
        if count > self.limit as u64 {
            let text = format!("`{}` would give back {count} values", name_of(&input.path));
            return Err(
                CommandError::wrong_use(text).hint("if that is what you want, say so with --limit")
            );
        }
        let Self { house, scope, .. } = self;
        let mut record = Record::new(Event::Unmask);
        record.principal = Some(console.operator());
        record.tokens_of = Some(scope.name().principal.clone());
        record.tenant = Some(scope.name().tenant.clone());
        record.workspace = Some(scope.name().workspace.clone());
        record.entities = opened.counts.clone();
        record.reason = Some(self.reason.clone());
        if !opened.left.is_empty() {
            record.notes.push(Note::new("tokens_left"));
        }
        house.note(record, console).map(drop)
    }
}

/// What stands behind the tokens of a text.
#[derive(Default)]
struct Opened {
    table: RestoreTableBuilder,
    counts: BTreeMap<String, u64>,
    /// Tokens that stay, by reason.
    left: BTreeMap<String, usize>,
}

fn open_tokens(
    analyzer: &Analyzer,
    text: &str,
    scope: &Scope,
    console: &Console<'_>,
) -> Result<Opened, CommandError> {
    let mut tokens = tokens_in(text, scope).map_err(|error| CommandError::could_not_run(&error))?;
    // What looks like a token and is none of the scope's is told; so are expired secrets.
    for finding in analyzer.analyze(text) {
        let (token, entity) = meant(finding.span.of(text).unwrap_or_default());
        let within = |known: &String| known.to_ascii_uppercase().contains(&token);
        if !tokens.keys().any(within) {
            tokens.insert(token, entity);
        }
    }
    let mut opened = Opened::default();
    for (token, entity) in tokens {
        match scope.open(&token, (console.now)()) {
            Ok(value) => {
                opened.table.insert(&token, entity, value.expose());
                *opened.counts.entry(entity.name().to_owned()).or_default() += 1;
            }
            Err(error @ (RestoreError::Store(_) | RestoreError::Tampered)) => {
                return Err(CommandError::could_not_run(&error));
            }
            Err(error) => *opened.left.entry(error.to_string()).or_default() += 1,
        }
    }
    Ok(opened)
}

fn restored(input: &Input, table: RestoreTableBuilder) -> Vec<u8> {
    // In JSON a value arrives escaped as deep as its token stands.
    let form = if Json::parse_str(&input.text).is_ok() { Form::Json } else { Form::Text };
    let table = Arc::new(table.build());
    let mut restorer = Restorer::new(table, Arc::default(), form, Destination::FileEdit);
    let mut out = Vec::with_capacity(input.text.len());
    restorer.push(&input.text, &mut out, &mut ());
    restorer.finish(End::Complete, &mut out, &mut ());
    out
}
