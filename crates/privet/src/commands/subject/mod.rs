//! `privet subject`: what the vault holds about a person, and its erasure.

mod certificate;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use privet_audit::{Event, Note, Position, Record};
use privet_vault::{Erasure, Likeness, Mention, SearchError, Subject};
use serde_json::json;

use super::key::Format;
use super::reason;
use crate::config::Config;
use crate::console::{CommandError, Console, Exit};
use crate::house::House;

/// What `privet subject` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List what the vault holds about a person, without the values; exit code 1 if it holds
    /// something.
    Find {
        /// The person.
        #[command(flatten)]
        who: Who,
        /// How to print it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print what the vault holds about a person with the values, one JSON object a line.
    Export {
        /// The person.
        #[command(flatten)]
        who: Who,
        /// Why, in words that name nobody; it goes into the audit log.
        #[arg(long)]
        reason: String,
    },
    /// Erase what the vault holds about a person, and print a certificate.
    Erase {
        /// The person.
        #[command(flatten)]
        who: Who,
        /// Why, in words that name nobody; it goes into the audit log.
        #[arg(long)]
        reason: String,
        /// Also erase what may be somebody else's, such as the family name alone.
        #[arg(long)]
        include_possible: bool,
        /// Write the certificate into this file instead.
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// List the erasures, complete and partial.
    List {
        /// How to print them.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Go on with erasures that are partial.
    Retry,
}

/// The person.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// What the person is known by: names, addresses, numbers. `-` reads them from standard
    /// input, one a line, so that they do not stand in the shell's history.
    #[arg(required = true, value_name = "IDENTIFIER")]
    identifiers: Vec<String>,
    /// Whose vault to look into.
    #[arg(long, default_value = "default")]
    tenant: String,
}

/// Finds, gives out or erases.
pub fn run(
    command: &Command,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    let house = House::open_existing(&config, console)?;
    let exit = match command {
        Command::Find { who, format } => find(who, *format, &house, console),
        Command::Export { who, reason } => export(who, reason, &config, &house, console),
        Command::Erase { who, reason, include_possible, certificate, yes } => {
            let wish = Wish {
                who,
                reason: reason::checked(reason)?,
                include_possible: *include_possible,
                certificate: certificate.as_deref(),
                yes: *yes,
            };
            erase(&wish, &config, &house, console)
        }
        Command::List { format } => list(*format, &house, console),
        Command::Retry => retry(&house, console),
    }?;
    house.close()?;
    Ok(exit)
}

fn find(
    who: &Who,
    format: Format,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let subject = search(who, house, console)?;
    note(Event::SubjectFound, who, &subject.mentions, None, house, console)?;
    for mention in &subject.mentions {
        match format {
            Format::Json => writeln!(console.out, "{}", described(mention))?,
            Format::Text => writeln!(
                console.out,
                "{:<8}  {:<16}  {}  {}@{}{}  {}",
                mention.likeness.name(),
                mention.entity.name(),
                mention.token,
                mention.scope.principal,
                mention.scope.workspace,
                if mention.scope.narrow.is_some() { " (narrowed)" } else { "" },
                mention.created_at.strftime("%Y-%m-%d")
            )?,
        }
    }
    say_summary(&subject, console)?;
    Ok(if subject.mentions.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn export(
    who: &Who,
    reason: &str,
    config: &Config,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let reason = reason::checked(reason)?;
    let subject = search(who, house, console)?;
    // Recorded before anything is shown: no value comes out without an entry.
    note(Event::SubjectExported, who, &subject.mentions, Some(reason), house, console)?;
    for mention in &subject.mentions {
        let mut line = described(mention);
        if let Some(line) = line.as_object_mut() {
            line.insert("value".into(), mention.value.expose().clone().into());
            line.insert("sent_to".into(), config.upstream.url.clone().into());
            let kept = match mention.entity {
                privet_text::EntityType::Secret => "a day at most",
                _ => "until it is erased",
            };
            line.insert("kept".into(), kept.into());
        }
        writeln!(console.out, "{line}")?;
    }
    say_summary(&subject, console)?;
    Ok(Exit::Clean)
}

/// What is to be erased and how.
struct Wish<'a> {
    who: &'a Who,
    reason: String,
    include_possible: bool,
    certificate: Option<&'a Path>,
    yes: bool,
}

fn erase(
    wish: &Wish<'_>,
    config: &Config,
    house: &House,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let subject = search(wish.who, house, console)?;
    let (unreadable, mentions) = (subject.unreadable, subject.mentions);
    let wanted = |mention: &Mention| wish.include_possible || mention.likeness < Likeness::Possible;
    let (mut erased, left): (Vec<_>, Vec<_>) = mentions.into_iter().partition(wanted);
    let held = house.vault.under_hold(&mut erased);
    let held = held.map_err(|error| CommandError::could_not_run(&error))?;
    if !held.is_empty() {
        writeln!(console.err, "kept by a legal hold: {} values, {}", held.len(), counts(&held))?;
    }
    if erased.is_empty() {
        writeln!(console.err, "there is nothing of that person to erase; nothing was erased")?;
        return Ok(Exit::Clean);
    }
    if !wish.yes {
        let text = format!("{} values would be erased, {}", erased.len(), counts(&erased));
        return Err(CommandError::wrong_use(text)
            .hint("look at them with `privet subject find`, then say --yes"));
    }
    let started = (console.now)();
    let erasure = house.vault.erase(&erased, started).map_err(|error| {
        CommandError::could_not_run(&error)
            .hint("the erasure is partial: `privet subject retry` goes on with it")
    })?;
    let completed_at = (console.now)();
    let mut record = subject_record(Event::SubjectErased, wish.who, &erased, console);
    record.request_id = Some(erasure.id.clone());
    record.reason = Some(wish.reason.clone());
    let audit = house.note(record, console)?;
    let facts = certificate::Facts {
        tenant: &wish.who.tenant,
        operator: &console.operator(),
        completed_at,
        audit,
        key_backups: config.key_backups,
        left: left.len(),
        held: held.len(),
        unreadable,
    };
    let text = serde_json::to_string_pretty(&certificate::certificate(&erasure, &facts))
        .map_err(|error| CommandError::could_not_run(&error))?;
    match wish.certificate {
        None => writeln!(console.out, "{text}")?,
        Some(path) => std::fs::write(path, text + "\n").map_err(|error| {
            CommandError::failed(format!("cannot write `{}`: {error}", path.display()))
                .hint("the erasure is complete; `privet subject list` shows it")
        })?,
    }
    if !left.is_empty() {
        writeln!(
            console.err,
            "left: {} that may be somebody else's; --include-possible erases them, too",
            left.len()
        )?;
    }
    Ok(Exit::Clean)
}

fn list(format: Format, house: &House, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let erasures = house.vault.erasures().map_err(|error| CommandError::could_not_run(&error))?;
    let now = (console.now)();
    for erasure in &erasures {
        let due = erasure.created_at.checked_add(TIME_TO_ERASE).unwrap_or(erasure.created_at);
        let status = if erasure.report.is_some() { "complete" } else { "partial" };
        match format {
            Format::Json => writeln!(
                console.out,
                "{}",
                json!({
                    "erasure": erasure.id,
                    "seq": erasure.seq,
                    "hash": erasure.hash,
                    "requested_at": erasure.created_at.to_string(),
                    "status": status,
                    "tokens": erasure.tokens,
                    "due_at": due.to_string(),
                    "report": erasure.report,
                })
            )?,
            Format::Text => {
                let days = (due.as_second() - now.as_second()).div_euclid(24 * 3600);
                let clock = match status {
                    "partial" => format!("  due in {days} days: privet subject retry"),
                    _ => String::new(),
                };
                writeln!(
                    console.out,
                    "{}  {}  {status}  {} tokens{clock}",
                    erasure.id,
                    erasure.created_at.strftime("%Y-%m-%d %H:%M"),
                    erasure.tokens
                )?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn retry(house: &House, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    // Opening the house has done it; what is left failed once more and ended there.
    let done = house
        .vault
        .retry_erasures((console.now)())
        .map_err(|error| CommandError::could_not_run(&error))?;
    say_done(&done, console)?;
    Ok(Exit::Clean)
}

fn say_done(done: &[Erasure], console: &mut Console<'_>) -> Result<(), CommandError> {
    for erasure in done {
        writeln!(console.out, "{}  complete", erasure.id)?;
    }
    writeln!(console.err, "no erasure is partial")?;
    Ok(())
}

fn search(who: &Who, house: &House, console: &Console<'_>) -> Result<Subject, CommandError> {
    let identifiers = identifiers(who)?;
    house.vault.find_subject(&who.tenant, &identifiers, (console.now)()).map_err(
        |error| match error {
            SearchError::TooShort => CommandError::wrong_use(error.to_string()),
            error => CommandError::could_not_run(&error),
        },
    )
}

fn identifiers(who: &Who) -> Result<Vec<String>, CommandError> {
    if who.identifiers != ["-"] {
        return Ok(who.identifiers.clone());
    }
    let mut text = String::new();
    std::io::stdin()
        .take(STDIN_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| CommandError::failed(format!("cannot read standard input: {error}")))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn described(mention: &Mention) -> serde_json::Value {
    json!({
        "likeness": mention.likeness.name(),
        "type": mention.entity.name(),
        "token": mention.token,
        "workspace": mention.scope.workspace,
        "principal": mention.scope.principal,
        "narrowed": mention.scope.narrow.is_some(),
        "first_sent_at": mention.created_at.to_string(),
    })
}

fn say_summary(subject: &Subject, console: &mut Console<'_>) -> Result<(), CommandError> {
    writeln!(
        console.err,
        "{} of {} values{}",
        subject.mentions.len(),
        subject.searched,
        match subject.unreadable {
            0 => String::new(),
            count => format!("; {count} could not be opened: privet vault verify"),
        }
    )?;
    Ok(())
}

fn counts(mentions: &[Mention]) -> String {
    let counts: Vec<_> =
        by_type(mentions).into_iter().map(|(entity, count)| format!("{entity} {count}")).collect();
    counts.join(", ")
}

fn by_type(mentions: &[Mention]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for mention in mentions {
        *counts.entry(mention.entity.name().to_owned()).or_default() += 1;
    }
    counts
}

fn note(
    event: Event,
    who: &Who,
    mentions: &[Mention],
    reason: Option<String>,
    house: &House,
    console: &Console<'_>,
) -> Result<Position, CommandError> {
    let mut record = subject_record(event, who, mentions, console);
    record.reason = reason;
    house.note(record, console)
}

fn subject_record(event: Event, who: &Who, mentions: &[Mention], console: &Console<'_>) -> Record {
    let mut record = Record::new(event);
    record.principal = Some(console.operator());
    record.tenant = Some(who.tenant.clone());
    record.entities = by_type(mentions);
    if mentions.is_empty() {
        record.notes.push(Note::new("nothing_found"));
    }
    record
}

/// A month, as GDPR Article 12(3) gives.
const TIME_TO_ERASE: SignedDuration = SignedDuration::from_hours(30 * 24);
const STDIN_BYTES_MAX: u64 = 64 * 1024;
