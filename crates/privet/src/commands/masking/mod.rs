//! `privet mask` and `privet unmask`: files, folders and standard input, with the
//! gateway's own vault, so that a value has the same token in a file and in a request.

mod fields;
mod mask;
mod present;
mod sample;
mod subject;
mod unmask;

use std::io::{IsTerminal, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use privet_vault::{KeyState, Scope, ScopeName};

use crate::commands::scan::{Item, Walk, name_of, read_input, read_text};
use crate::console::{CommandError, Console, Exit};
use crate::house::House;

pub use mask::{MaskArgs, run as mask};
pub use sample::Share;
pub use unmask::{UnmaskArgs, run as unmask};

/// What both take.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders; `-` is standard input, and so is nothing.
    paths: Vec<PathBuf>,
    /// Write the files under this folder, by the names they have. Needed for more than
    /// one file.
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The key, by name, whose tokens to use; not needed while there is only one.
    #[arg(long = "as", value_name = "NAME")]
    principal: Option<String>,
    /// The narrower scope, as callers say it in the header `x-privet-scope`.
    #[arg(long, value_name = "NAME")]
    scope: Option<String>,
    /// Only these columns or JSON paths: a YAML file of `NAME: TYPE` or
    /// `NAME: {type: TYPE, operator: OPERATOR, subject: NAME}`. Every other byte stays.
    #[arg(long, value_name = "FILE")]
    fields: Option<PathBuf>,
    /// Only this column or JSON path; may be given several times.
    #[arg(long = "field", value_name = "NAME=TYPE[:OPERATOR]")]
    field: Vec<fields::FieldArg>,
    /// Also hidden files and what `.gitignore` leaves out.
    #[arg(long)]
    no_ignore: bool,
}

/// What was read from one place.
struct Input {
    path: PathBuf,
    text: String,
}

/// Reads all that `args` name and hands the texts to `each`, which gives what to write.
fn for_each(
    args: &Args,
    console: &mut Console<'_>,
    mut each: impl FnMut(&Input, &mut Console<'_>) -> Result<Vec<u8>, CommandError>,
) -> Result<Exit, CommandError> {
    let several = args.paths.len() > 1 || args.paths.iter().any(|path| path.is_dir());
    if several && args.output.is_none() {
        return Err(CommandError::wrong_use("there may be more than one file")
            .hint("say where to write them: --output FOLDER"));
    }
    if args.paths.is_empty() && std::io::stdin().is_terminal() {
        return Err(
            CommandError::wrong_use("no file was named").hint("name one, or `-` to type the text")
        );
    }
    let mut walk = Walk::new(&args.paths, args.no_ignore)?;
    let mut exit = Exit::Clean;
    loop {
        let batch = walk.next_batch();
        if batch.is_empty() {
            return Ok(exit);
        }
        for item in batch {
            let input = match read(item) {
                Ok(input) => input,
                Err(reason) => {
                    writeln!(console.err, "privet: {reason}")?;
                    exit = Exit::CouldNotRun;
                    continue;
                }
            };
            let bytes = each(&input, console)?;
            match &args.output {
                Some(folder) => write_under(folder, &input.path, &bytes)?,
                None => console.out.write_all(&bytes)?,
            }
        }
    }
}

fn read(item: Item) -> Result<Input, String> {
    let path = match item {
        Item::File(path) => path,
        Item::Problem(reason) => return Err(reason),
    };
    let bytes =
        read_input(&path).map_err(|error| format!("cannot read `{}`: {error}", name_of(&path)))?;
    let text = read_text(bytes)
        .ok_or_else(|| format!("`{}` is no text and was left out", name_of(&path)))?;
    Ok(Input { path, text })
}

/// Writes `bytes` under `folder` where `path` lies under its own root.
fn write_under(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let stays = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let relative: PathBuf = match path.as_os_str() == "-" {
        true => PathBuf::from("stdin"),
        false => path.components().filter(stays).collect(),
    };
    let to = folder.join(relative);
    let failed = |error: std::io::Error| {
        CommandError::failed(format!("cannot write `{}`: {error}", to.display()))
    };
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let same =
        std::fs::canonicalize(&to).is_ok_and(|to| Some(to) == std::fs::canonicalize(path).ok());
    if same {
        let text = format!("`{}` would be written over itself", path.display());
        return Err(CommandError::wrong_use(text).hint("name another folder under --output"));
    }
    std::fs::write(&to, bytes).map_err(failed)
}

/// The scope whose tokens to use, and its name: that of the only key, or of the named one.
fn open_scope(
    args: &Args,
    house: &House,
    console: &Console<'_>,
) -> Result<(Arc<Scope>, ScopeName), CommandError> {
    let keys = house.vault.api_keys().list().map_err(|e| CommandError::could_not_run(&e))?;
    let now = (console.now)();
    let in_force = keys.iter().filter(|key| key.state(now) == KeyState::Active);
    let wanted = |name: &str| args.principal.as_deref().is_none_or(|wanted| wanted == name);
    let mut found: Vec<_> = in_force.filter(|key| wanted(&key.name)).collect();
    found.dedup_by(|a, b| (&a.name, &a.workspace, &a.tenant) == (&b.name, &b.workspace, &b.tenant));
    let key = match found.as_slice() {
        [key] => *key,
        [] => {
            return Err(CommandError::failed("no key in force is called so, or there is none")
                .hint("tokens belong to a key: privet key list, privet key create --name NAME"));
        }
        _ => {
            return Err(CommandError::wrong_use(
                "there are several keys, each with its own tokens",
            )
            .hint("say whose to use: --as NAME"));
        }
    };
    let name = ScopeName {
        tenant: key.tenant.clone(),
        workspace: key.workspace.clone(),
        principal: key.name.clone(),
        narrow: args.scope.as_ref().map(|scope| format!("scope {scope}")),
    };
    let scope = house
        .vault
        .scope(&name, (console.now)())
        .map_err(|error| CommandError::could_not_run(&error))?;
    Ok((scope, name))
}
