//! The Privet binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    privet::cli::run()
}
