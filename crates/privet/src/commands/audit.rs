//! `privet audit`: reading and verifying the log.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use privet_audit::{
    AuditError, Entry, Event, Head, Note, Record, Search, VerifyError, append, entries_after,
    export, search, verify,
};
use privet_store::Store;

use crate::commands::key::Format;
use crate::console::{CommandError, Console, Exit};
use crate::house::open_existing_store;

/// What `privet audit` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the last entries.
    Tail(TailArgs),
    /// Check every link of the chain; a broken one ends with exit code 1.
    Verify {
        /// The head that an earlier verification printed: also check that the log
        /// still holds it.
        #[arg(long, value_name = "SEQ:HASH", value_parser = head)]
        head: Option<Head>,
    },
    /// Print every entry, one JSON object a line.
    Export,
}

/// What `privet audit tail` takes.
#[derive(Debug, clap::Args)]
pub struct TailArgs {
    /// How many entries.
    #[arg(short = 'n', long, default_value_t = 20)]
    count: u32,
    /// How to print them.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Go on printing entries as they come.
    #[arg(long, short, conflicts_with_all = ["event", "request"])]
    follow: bool,
    /// Only this event, such as `request_refused`.
    #[arg(long, value_parser = event)]
    event: Option<Event>,
    /// Only this request.
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only from this time on, such as 2026-03-01T10:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

/// Reads or verifies the log, and notes that it did.
pub fn run(
    command: &Command,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let config = console.load_config(config)?;
    let store = open_existing_store(&config, console.environment)?;
    let exit = match command {
        Command::Tail(args) => tail_command(args, &store, console),
        Command::Verify { head } => verify_command(*head, &store, console),
        Command::Export => export_command(&store, console),
    }?;
    store.close().map_err(|error| CommandError::could_not_run(&error))?;
    Ok(exit)
}

fn tail_command(
    args: &TailArgs,
    store: &Store,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let what = Search {
        request_id: args.request.clone(),
        event: args.event,
        since: args.since,
        until: args.until,
    };
    let entries = store.read(|connection| search(connection, &what, args.count)).map_err(failed)?;
    // Noted before anything is shown: no reading without an entry.
    let own = note(Event::AuditRead, Vec::new(), store, console)?;
    print(&entries, args.format, console)?;
    if args.follow {
        follow(own.seq, args.format, store, console)?;
    }
    Ok(Exit::Clean)
}

/// Prints what comes until the reader has gone or the process is stopped.
fn follow(
    mut after: u64,
    format: Format,
    store: &Store,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    loop {
        let entries = store
            .read(|connection| entries_after(connection, after, FOLLOW_ENTRIES))
            .map_err(failed)?;
        match entries.last() {
            Some(last) => after = last.seq,
            None => std::thread::sleep(FOLLOW_PAUSE),
        }
        print(&entries, format, console)?;
    }
}

fn verify_command(
    head: Option<Head>,
    store: &Store,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let verified = store.read(|connection| verify(connection, head));
    let mut notes = Vec::new();
    let exit = match verified {
        Ok(verified) => {
            let Head { seq, hash } = verified.head;
            writeln!(console.out, "{} entries, every link holds", verified.entries)?;
            if verified.let_go > 0 {
                writeln!(
                    console.out,
                    "{} of them without their text, as it says",
                    verified.let_go
                )?;
            }
            writeln!(console.out, "head {seq}:{hash}")?;
            writeln!(
                console.err,
                "keep the head elsewhere: privet audit verify --head {seq}:{hash} shows later \
                 whether the log was cut or rewritten"
            )?;
            Exit::Clean
        }
        Err(VerifyError::Broken(broken)) => {
            writeln!(console.out, "{broken}")?;
            notes.push(BROKEN);
            Exit::Findings
        }
        Err(error) => return Err(CommandError::could_not_run(&error)),
    };
    note(Event::AuditVerified, notes, store, console)?;
    Ok(exit)
}

fn export_command(store: &Store, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    note(Event::AuditRead, Vec::new(), store, console)?;
    store.read(|connection| export(connection, &mut console.out)).map_err(|error| match error {
        AuditError::Export(error) => CommandError::from(error),
        other => failed(other),
    })?;
    Ok(Exit::Clean)
}

fn note(
    event: Event,
    notes: Vec<Note>,
    store: &Store,
    console: &Console<'_>,
) -> Result<privet_audit::Position, CommandError> {
    let mut record = Record::new(event);
    record.principal = Some(console.operator());
    record.notes = notes;
    let now = (console.now)();
    store.write(move |tx| append(tx, &record, now)).wait().map_err(failed)
}

fn print(entries: &[Entry], format: Format, console: &mut Console<'_>) -> Result<(), CommandError> {
    for entry in entries {
        match format {
            Format::Json => {
                let json = serde_json::to_string(entry)
                    .map_err(|error| CommandError::could_not_run(&error))?;
                writeln!(console.out, "{json}")?;
            }
            Format::Text => writeln!(console.out, "{}", line(entry))?,
        }
    }
    console.out.flush()?;
    Ok(())
}

/// An entry on one line: when, which, what, who, and the rest that is known.
fn line(entry: &Entry) -> String {
    let record = &entry.record;
    let mut line = format!("{:.3} #{} {}", entry.time, entry.seq, record.event.name());
    let mut add = |text: &str| {
        line.push_str("  ");
        line.push_str(text);
    };
    if let Some(id) = &record.request_id {
        add(id);
    }
    match (&record.principal, &record.workspace) {
        (Some(who), Some(workspace)) => add(&format!("{who}@{workspace}")),
        (Some(who), None) => add(who),
        _ => {}
    }
    if let Some(key) = &record.key_id {
        add(key);
    }
    let names = [&record.method, &record.path, &record.model, &record.stop_reason];
    for text in names.into_iter().flatten() {
        add(text.as_str());
    }
    if let Some(status) = record.status {
        add(&format!("status {status}"));
    }
    if !record.entities.is_empty() {
        let counts: Vec<_> =
            record.entities.iter().map(|(entity, count)| format!("{entity} {count}")).collect();
        add(&counts.join(", "));
    }
    if let Some(ms) = record.duration_ms {
        add(&format!("{ms} ms"));
    }
    if let Some(error) = &record.error {
        add(&format!("error {}", error.as_str()));
    }
    if let Some(field) = &record.field {
        add(&format!("at {}", field.as_str()));
    }
    if !record.notes.is_empty() {
        let notes: Vec<_> = record.notes.iter().map(|note| note.as_str()).collect();
        add(&format!("[{}]", notes.join(" ")));
    }
    line
}

fn event(text: &str) -> Result<Event, String> {
    Event::from_name(text).ok_or_else(|| {
        let names: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn head(text: &str) -> Result<Head, &'static str> {
    let expected = "expected SEQ:HASH, as `privet audit verify` prints it";
    let (seq, hash) = text.split_once(':').ok_or(expected)?;
    Ok(Head { seq: seq.parse().map_err(|_| expected)?, hash: hash.parse().map_err(|_| expected)? })
}

fn failed(error: AuditError) -> CommandError {
    CommandError::could_not_run(&error)
}

const BROKEN: Note = Note::new("broken");
const FOLLOW_PAUSE: Duration = Duration::from_millis(250);
const FOLLOW_ENTRIES: u32 = 500;
