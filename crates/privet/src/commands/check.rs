//! `privet check`: explains the configuration.

use std::io::Write;
use std::path::Path;

use privet_vault::{RootKey, RootKeyError};

use crate::config::{self, Loaded, RootPlace};
use crate::console::{CommandError, Console, Exit};
use crate::root::Root;

/// What `privet check` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the JSON Schema of the configuration file.
    #[arg(long, conflicts_with = "reference")]
    schema: bool,
    /// Print the reference of every key, as Markdown.
    #[arg(long)]
    reference: bool,
}

/// Checks the configuration; mistakes end with exit code 3.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    if args.schema {
        writeln!(console.out, "{:#}", config::schema())?;
        return Ok(Exit::Clean);
    }
    if args.reference {
        write!(console.out, "{}", config::markdown())?;
        return Ok(Exit::Clean);
    }
    match config::load(config, console.environment) {
        Ok(Loaded { config, mut warnings }) => {
            let own = match config.detection.build((console.now)()) {
                Ok((own, more)) => {
                    warnings.list.extend(more.list);
                    own
                }
                Err(problems) => {
                    writeln!(console.out, "{problems}")?;
                    return Ok(Exit::InvalidConfig);
                }
            };
            if !warnings.list.is_empty() {
                writeln!(console.out, "{warnings}")?;
            }
            let file = warnings.file.as_deref().map(|file| file.display().to_string());
            let file = file.as_deref().unwrap_or("no file, defaults");
            writeln!(console.out, "configuration is valid: {file}")?;
            writeln!(console.out, "  listen    {}", config.listen)?;
            writeln!(console.out, "  upstream  {}", config.upstream.url)?;
            match &config.database {
                Some(server) => writeln!(console.out, "  data      a server, {}", server.url)?,
                None => writeln!(console.out, "  data      {}", config.data_dir.display())?,
            }
            writeln!(console.out, "  root key  {}", Root::place(&config))?;
            if let Some(summary) = &own.summary {
                writeln!(console.out, "  detection {summary}")?;
            }
            if config.root_key != RootPlace::File {
                return Ok(Exit::Clean);
            }
            match RootKey::load(&config.key_file) {
                Ok(_) | Err(RootKeyError::Missing(_)) => Ok(Exit::Clean),
                Err(error) => {
                    writeln!(console.out, "{file}: error: key_file: {error}")?;
                    Ok(Exit::InvalidConfig)
                }
            }
        }
        Err(problems) => {
            writeln!(console.out, "{problems}")?;
            Ok(Exit::InvalidConfig)
        }
    }
}
