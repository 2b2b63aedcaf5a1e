//! `privet standin`: a stand-in for Claude to try things on.

use std::io::Write;
use std::net::SocketAddr;

use privet_standin::Options;

use super::serve::{runtime, stop_signal};
use crate::console::{CommandError, Console, Exit};

/// How the stand-in behaves. A key in `STANDIN_KEY` must be shown by callers.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port; any free port by default.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A string and a list of one text block count as different in signatures.
    #[arg(long)]
    strict_form: bool,
    /// Keep no requests for looking at.
    #[arg(long)]
    no_record: bool,
    /// Write whole events instead of awkward pieces, for measuring.
    #[arg(long)]
    plain_writes: bool,
}

/// Answers until the process is asked to stop.
pub fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let options = Options {
        key: console.environment.get("STANDIN_KEY").map(str::to_owned),
        strict_form: args.strict_form,
        record: !args.no_record,
        plain_writes: args.plain_writes,
    };
    runtime()?.block_on(async {
        let standin = privet_standin::bind(args.listen, options).await.map_err(|error| {
            CommandError::failed(format!("cannot listen on {}: {error}", args.listen))
        })?;
        writeln!(console.out, "listening on http://{}", standin.local_addr())?;
        console.out.flush()?;
        standin.run(stop_signal()).await?;
        Ok(Exit::Clean)
    })
}
