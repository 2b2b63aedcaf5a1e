//! Files to scan: those named, and those in named folders as `.gitignore` has it.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::console::CommandError;

/// One thing to scan, or why it cannot be.
pub(crate) enum Item {
    /// A file, or `-` for standard input.
    File(PathBuf),
    /// What went wrong on the way.
    Problem(String),
}

/// Finds files in batches.
pub(crate) struct Walk {
    walk: Option<ignore::Walk>,
    stdin: bool,
}

impl Walk {
    /// Walks `paths`; nothing means standard input, or the current folder on a terminal.
    pub(crate) fn new(paths: &[PathBuf], no_ignore: bool) -> Result<Self, CommandError> {
        for path in paths.iter().filter(|path| !is_stdin(path)) {
            if let Err(error) = std::fs::metadata(path) {
                return Err(CommandError::failed(format!(
                    "cannot read `{}`: {error}",
                    name_of(path)
                ))
                .hint("name files or folders that exist, or `-` for standard input"));
            }
        }
        let piped = paths.is_empty() && !io::stdin().is_terminal();
        let stdin = piped || paths.iter().any(|path| is_stdin(path));
        let here = [PathBuf::from(".")];
        let named = if paths.is_empty() && !piped { here.as_slice() } else { paths };
        let mut named = named.iter().filter(|path| !is_stdin(path));
        let walk = named.next().map(|first| {
            let mut builder = WalkBuilder::new(first);
            named.for_each(|path| {
                builder.add(path);
            });
            builder.standard_filters(!no_ignore).hidden(false).require_git(false);
            builder.filter_entry(|entry| entry.file_name() != ".git");
            builder.sort_by_file_path(|left, right| left.cmp(right));
            builder.build()
        });
        Ok(Self { walk, stdin })
    }

    /// The next files; none at the end.
    pub(crate) fn next_batch(&mut self) -> Vec<Item> {
        let mut batch = Vec::new();
        if std::mem::take(&mut self.stdin) {
            batch.push(Item::File(PathBuf::from("-")));
        }
        let Some(walk) = &mut self.walk else { return batch };
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    batch.push(Item::File(entry.into_path()));
                }
                Ok(_) => {}
                Err(error) => batch.push(Item::Problem(error.to_string())),
            }
            if batch.len() >= BATCH_FILES {
                break;
            }
        }
        batch
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// How a path is called in the output.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        return String::from("<stdin>");
    }
    let name = path.to_string_lossy();
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

const BATCH_FILES: usize = 128;
