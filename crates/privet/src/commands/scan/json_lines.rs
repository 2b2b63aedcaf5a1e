//! JSON Lines in, JSON Lines out: one document a line, in the order of the input.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use privet_detect::Analyzer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::place::{Counter, Offsets};
use super::report::{PrintedFinding, printed};
use super::{Args, Format, in_order, threads};
use crate::console::{CommandError, Console, Exit};

/// Scans the documents that `args` name.
pub(super) fn run(
    args: &Args,
    analyzer: &Analyzer,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    if args.format != Format::Jsonl {
        return Err(CommandError::wrong_use("`--text-field` goes with JSON Lines only")
            .hint("add `--format jsonl`"));
    }
    let text = args.text_field.as_deref().unwrap_or_default();
    let fields = Fields { text, id: args.id_field.as_deref() };
    let stdin = [PathBuf::from("-")];
    let paths = if args.paths.is_empty() { stdin.as_slice() } else { &args.paths };
    let mut found = false;
    for path in paths {
        found |= scan_one(path, fields, args, analyzer, console)?;
    }
    Ok(if found { Exit::Findings } else { Exit::Clean })
}

type Input = BufReader<Box<dyn Read>>;

/// Scans one file of documents; says whether anything was found.
fn scan_one(
    path: &Path,
    fields: Fields<'_>,
    args: &Args,
    analyzer: &Analyzer,
    console: &mut Console<'_>,
) -> Result<bool, CommandError> {
    let mut input = open(path)?;
    let mut first_line = 1;
    let mut found = false;
    loop {
        let lines = read_batch(&mut input).map_err(|error| cannot_read(path, &error))?;
        if lines.is_empty() {
            return Ok(found);
        }
        let count = lines.len();
        let scanned =
            in_order(lines, threads(args), |line| scan_line(&line, fields, args.offsets, analyzer));
        for (index, result) in scanned.into_iter().enumerate() {
            match result {
                Ok(None) => {}
                Ok(Some((line, any))) => {
                    found |= any;
                    writeln!(console.out, "{line}")?;
                }
                Err(problem) => {
                    console.out.flush()?;
                    let line = first_line + index;
                    return Err(CommandError::failed(format!(
                        "line {line} of `{}`: {problem}",
                        super::walk::name_of(path)
                    ))
                    .hint("each line must be a JSON object with the text field"));
                }
            }
        }
        console.out.flush()?;
        first_line += count;
    }
}

fn open(path: &Path) -> Result<Input, CommandError> {
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| cannot_read(path, &error))?)
    };
    Ok(BufReader::with_capacity(1 << 20, input))
}

fn cannot_read(path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot read `{}`: {error}", super::walk::name_of(path)))
        .hint("name files of JSON Lines, or `-` for standard input")
}

/// The next lines: enough to share among threads, and no more than some megabytes.
/// What is there already is not kept waiting for more.
fn read_batch(input: &mut Input) -> io::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    let mut bytes = 0;
    while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        bytes += line.len();
        lines.push(line);
        if input.buffer().is_empty() {
            break;
        }
    }
    Ok(lines)
}

/// Scans one document. `None` for an empty line; else what to print, and whether
/// anything was found.
fn scan_line(
    line: &[u8],
    fields: Fields<'_>,
    offsets: Offsets,
    analyzer: &Analyzer,
) -> Result<Option<(String, bool)>, Problem> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    let document =
        fields.deserialize(&mut deserializer).map_err(|error| Problem::NotJson(error.column()))?;
    let text = document.text.ok_or_else(|| Problem::NoText(fields.text.to_owned()))?;
    let mut counter = Counter::new(&text, offsets);
    let findings: Vec<PrintedFinding> = analyzer
        .analyze(&text)
        .iter()
        .map(|finding| printed(finding, counter.place(finding.span), None))
        .collect();
    let any = !findings.is_empty();
    let printed = Printed { id: document.id.unwrap_or(Value::Null), findings };
    let line = serde_json::to_string(&printed).map_err(|error| Problem::NotJson(error.column()))?;
    Ok(Some((line, any)))
}

/// Why a line cannot be scanned. No variant carries a value.
#[derive(Debug, thiserror::Error)]
enum Problem {
    /// The line is no JSON object, or the text is no string.
    #[error("not a JSON object with a text at column {0}")]
    NotJson(usize),
    /// The object has no such field.
    #[error("field `{0}` is missing")]
    NoText(String),
}

#[derive(Serialize)]
struct Printed {
    id: Value,
    findings: Vec<PrintedFinding>,
}

/// The fields to read; all others are passed over without being kept.
#[derive(Clone, Copy)]
struct Fields<'f> {
    text: &'f str,
    id: Option<&'f str>,
}

struct Document<'d> {
    text: Option<Cow<'d, str>>,
    id: Option<Value>,
}

impl<'d> DeserializeSeed<'d> for Fields<'_> {
    type Value = Document<'d>;

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'d> Visitor<'d> for Fields<'_> {
    type Value = Document<'d>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut document = Document { text: None, id: None };
        while let Some(BorrowedStr(key)) = map.next_key()? {
            let is_id = self.id == Some(&*key);
            if key == self.text {
                let BorrowedStr(text) = map.next_value()?;
                if is_id {
                    document.id = Some(Value::String(text.clone().into_owned()));
                }
                document.text = Some(text);
            } else if is_id {
                document.id = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(document)
    }
}

/// A string that is borrowed from the input where it has no escapes.
#[derive(Deserialize)]
struct BorrowedStr<'d>(#[serde(borrow)] Cow<'d, str>);

const BATCH_LINES: usize = 4096;
const BATCH_BYTES: usize = 4 << 20;
