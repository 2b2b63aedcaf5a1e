//! The commands and their names.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, check, demo, eval, explain, hold, key, masking, scan, serve, standin, subject, vault,
};
use crate::config::Environment;
use crate::console::{CommandError, Console, Exit};

/// Self-hosted privacy gateway for Claude: personal data and secrets stay home.
#[derive(Debug, Parser)]
#[command(name = "privet", version, propagate_version = true)]
pub struct Cli {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the main job on this machine: a stand-in for Claude, the gateway, a few conversations.
    Demo(demo::Args),
    /// Run the gateway.
    Serve(serve::Args),
    /// Run a stand-in for Claude, to try things on.
    Standin(standin::Args),
    /// Find personal data and secrets in files, folders and standard input.
    Scan(scan::Args),
    /// Show every candidate in a text: its score, its reasons and what became of it.
    Explain(explain::Args),
    /// Measure the detectors on labelled documents.
    Eval(eval::Args),
    /// Replace personal data and secrets in files by tokens of the gateway's vault.
    Mask(masking::MaskArgs),
    /// Put the values back in place of tokens.
    Unmask(masking::UnmaskArgs),
    /// Check the configuration and explain mistakes by line and column.
    Check(check::Args),
    /// Make, list and revoke the keys of callers.
    #[command(subcommand)]
    Key(key::Command),
    /// Show, rotate, back up and verify the vault.
    #[command(subcommand)]
    Vault(vault::Command),
    /// Find what the vault holds about a person, give it out, erase it.
    #[command(subcommand)]
    Subject(subject::Command),
    /// Make, list and end legal holds: what must not be deleted.
    #[command(subcommand)]
    Hold(hold::Command),
    /// Read and verify the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::of_process();
    let mut console = Console::of_process(&environment);
    let ended = dispatch(&cli, &mut console);
    console.finish(ended).into()
}

fn dispatch(cli: &Cli, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let config = cli.config.as_deref();
    match &cli.command {
        Command::Demo(args) => demo::run(args, console),
        Command::Serve(args) => serve::run(args, config, console),
        Command::Standin(args) => standin::run(args, console),
        Command::Scan(args) => scan::run(args, config, console),
        Command::Explain(args) => explain::run(args, config, console),
        Command::Eval(args) => eval::run(args, config, console),
        Command::Mask(args) => masking::mask(args, config, console),
        Command::Unmask(args) => masking::unmask(args, config, console),
        Command::Check(args) => check::run(args, config, console),
        Command::Key(command) => key::run(command, config, console),
        Command::Vault(command) => vault::run(command, config, console),
        Command::Subject(command) => subject::run(command, config, console),
        Command::Hold(command) => hold::run(command, config, console),
        Command::Audit(command) => audit::run(command, config, console),
    }
}
