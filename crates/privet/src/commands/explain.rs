//! `privet explain`: every candidate in a text, what its score is made of, and what
//! became of it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use privet_detect::{
    Analyzer, Depth, Explained, Gathered, Language, Outcome, Profile, Rule, Support, combinations,
    language_of,
};
use privet_text::{EntityType, Finding, Span};

use crate::commands::scan::{
    Lines, depth, entity, options_of, profile, read_input, read_text, score, with_own,
};
use crate::console::{CommandError, Console, Exit};
use crate::wiring;

/// What `privet explain` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file; `-` or nothing is standard input.
    path: Option<PathBuf>,
    /// For which work: it says which entity types would be reported. Without it, whatever
    /// the gateway would do with this configuration.
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    profile: Option<Profile>,
    /// Look only for these entity types, whatever the profile.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = entity)]
    entities: Vec<EntityType>,
    /// How far the model of names would read. As the configuration has it, if nothing is said.
    #[arg(long, value_name = "fast|unsure|deep", value_parser = depth)]
    depth: Option<Depth>,
    /// Findings below this score would not be reported. 0.5 if nothing is said.
    #[arg(long, value_name = "0..1", value_parser = score)]
    min_score: Option<f32>,
    /// Print the values. Only on a terminal.
    #[arg(long)]
    show: bool,
}

/// Explains one text. The exit says whether anything would be reported.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    if args.show && !console.out_is_terminal {
        return Err(CommandError::wrong_use(
            "`--show` prints raw values, and the output is no terminal",
        )
        .hint("leave out `--show`, or do not redirect the output"));
    }
    let path = args.path.as_deref().unwrap_or(Path::new("-"));
    let bytes = read_input(path).map_err(|error| {
        CommandError::failed(format!("cannot read `{}`: {error}", path.display()))
            .hint("name a file, or `-` for standard input")
    })?;
    let text = read_text(bytes).ok_or_else(|| {
        CommandError::failed(format!("`{}` is no text", path.display()))
            .hint("explain reads text only")
    })?;
    let analyzer = analyzer(args, config, console)?;
    writeln!(console.out, "detectors   {:016x}", analyzer.version())?;
    let explained = analyzer.explain(&text);
    let mut lines = Lines::new(&text);
    for one in &explained {
        let place = lines.place(one.finding.span.start());
        let rule = analyzer.rule(one.finding.recognizer);
        let place = (place.line, place.column);
        print(&mut console.out, &text, one, rule, place, args.show)?;
    }
    print_combinations(&mut console.out, &text, &analyzer.analyze(&text))?;
    print_language(&mut console.out, &text)?;
    let reported =
        explained.iter().any(|one| matches!(one.outcome, Outcome::Reported | Outcome::Cut(_)));
    Ok(if reported { Exit::Findings } else { Exit::Clean })
}

/// The gateway's own detectors, unless something else is asked for.
fn analyzer(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Analyzer, CommandError> {
    let config = console.load_config(config)?;
    let own = console.detection(&config)?;
    let now = (console.now)();
    let as_configured = args.profile.is_none()
        && args.entities.is_empty()
        && args.min_score.is_none()
        && args.depth.is_none();
    if as_configured {
        let held = own.exceptions_of_all(now);
        let analyzer = wiring::analyzer(&config, &own);
        return Ok(if held.is_empty() { analyzer } else { analyzer.with_exceptions(held) });
    }
    let profile = args.profile.unwrap_or_default();
    let mut options = options_of(profile, &args.entities, args.min_score.unwrap_or(0.5), &[]);
    options.depth = args.depth.unwrap_or_default();
    Ok(Analyzer::new(with_own(options, &own, now)))
}

fn print(
    out: &mut dyn Write,
    text: &str,
    one: &Explained,
    rule: Option<&Rule>,
    (line, column): (usize, usize),
    show: bool,
) -> io::Result<()> {
    let finding = &one.finding;
    let (span, score) = (finding.span, finding.score.get());
    writeln!(
        out,
        "{line}:{column}  {}  {score:.2}  {}  {}",
        finding.entity,
        finding.recognizer,
        outcome(&one.outcome)
    )?;
    if let Some(rule) = rule {
        let region = rule.region.map(|region| format!(" ({region})")).unwrap_or_default();
        if rule.is_own() {
            let title = if rule.title.is_empty() { rule.id } else { rule.title };
            writeln!(out, "  rule        {title}, of your configuration")?;
        } else {
            writeln!(out, "  rule        {}{region}, rules/{}.toml", rule.title, rule.family)?;
            writeln!(out, "  reference   {}", rule.reference)?;
        }
    }
    writeln!(out, "  value       {}", value(text, span, show))?;
    let parts: Vec<String> =
        one.parts.iter().map(|part| format!("{} {:+.2}", part.reason, part.points)).collect();
    writeln!(out, "  score       {}", parts.join(", "))?;
    if !one.context.is_empty() {
        writeln!(out, "  context     {}", one.context.join(", "))?;
    }
    for rival in &one.competitors {
        let won = if rival.won { "won" } else { "shares bytes" };
        let (from, to) = (rival.span.start(), rival.span.end());
        writeln!(
            out,
            "  competitor  {} {} {:.2} bytes {from}..{to}, {won}",
            rival.recognizer,
            rival.entity,
            rival.score.get()
        )?;
    }
    Ok(())
}

/// Says in which language the text is written, and whether its words are known.
fn print_language(out: &mut dyn Write, text: &str) -> io::Result<()> {
    match language_of(text) {
        None => Ok(()),
        Some(Language { name, support: Support::Words, .. }) => writeln!(out, "language    {name}"),
        Some(Language { name, support: Support::FormsOnly, .. }) => writeln!(
            out,
            "language    {name}: its words are not known, only what has a form of its own is found"
        ),
    }
}

/// Says which findings together may single somebody out.
fn print_combinations(out: &mut dyn Write, text: &str, findings: &[Finding]) -> io::Result<()> {
    let mut lines = Lines::new(text);
    for one in combinations(text, findings) {
        let parts: Vec<String> = one
            .parts
            .iter()
            .map(|(entity, span)| {
                let place = lines.place(span.start());
                format!("{entity} {}:{}", place.line, place.column)
            })
            .collect();
        writeln!(out, "together    {}", parts.join(", "))?;
        match one.expected {
            Some(people) if one.singles_out() => {
                writeln!(out, "  people      {}: it singles somebody out", counted(people))?;
            }
            Some(people) => writeln!(out, "  people      {}", counted(people))?,
            None => writeln!(out, "  people      no table tells how many fit")?,
        }
    }
    let mut gathered = Gathered::default();
    gathered.add(text, findings);
    if let Some(people) = gathered.expected() {
        let types: Vec<&str> = gathered.types().map(EntityType::name).collect();
        let people = counted(people);
        writeln!(out, "whole text  {}: {people}, if it is one person", types.join(", "))?;
    }
    Ok(())
}

/// A number of people, as exactly as it is known.
fn counted(people: f64) -> String {
    if people < 1.0 { String::from("fewer than 1") } else { format!("about {people:.0}") }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Reported => String::from("reported"),
        Outcome::Cut(kept) => {
            format!("reported in {} part(s), the rest went to another", kept.len())
        }
        Outcome::Lost => String::from("lost to another"),
        Outcome::BelowMinimum => String::from("below the minimum score"),
        Outcome::NotAsked => String::from("entity type not asked for"),
        Outcome::Allowed => String::from("on the list of allowed terms"),
    }
}

/// The value itself if it may be shown, else its length and shape.
fn value(text: &str, span: Span, show: bool) -> String {
    let value = span.of(text).unwrap_or_default();
    if show {
        return value.escape_debug().to_string();
    }
    let shape: String = value.chars().take(SHAPE_CHARS_MAX).map(shape_of).collect();
    let more = if value.chars().count() > SHAPE_CHARS_MAX { "..." } else { "" };
    format!("{} characters like {shape}{more}", value.chars().count())
}

fn shape_of(letter: char) -> char {
    match letter {
        _ if letter.is_uppercase() => 'A',
        _ if letter.is_alphabetic() => 'a',
        _ if letter.is_numeric() => '9',
        _ if letter.is_whitespace() => ' ',
        _ if letter.is_ascii_graphic() => letter,
        _ => '?',
    }
}

const SHAPE_CHARS_MAX: usize = 40;
