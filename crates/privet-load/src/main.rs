//! `privet-load --privet PATH`: what the gateway costs, beside the same stand-in
//! reached directly, in the same run.
//!
//! The gateway runs pinned to one core; the stand-in and this program share the
//! others. Rounds alternate between direct and through the gateway, so that a
//! change of the machine's mood hits both. The report is Markdown.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its output is for people")]

mod body;
mod caller;
mod flush;
mod memory;
mod process;
mod report;
mod round;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;

use crate::body::Body;
use crate::process::{Cores, Gateway, Standin};
use crate::round::{Figures, Round};

/// What to measure.
#[derive(Parser)]
struct Args {
    /// The binary to measure.
    #[arg(long)]
    privet: PathBuf,
    /// Where the database lies; the disk whose flush is measured. A new folder in it.
    #[arg(long, default_value = "target")]
    disk: PathBuf,
    /// Seconds of one round.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds of each kind; direct and through alternate.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Open streams for the measurement of memory.
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// Only rows whose name holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Only rows with this many callers.
    #[arg(long)]
    callers: Option<usize>,
}

impl Args {
    fn wants(&self, row: &Row) -> bool {
        row.name.contains(&self.only) && self.callers.is_none_or(|callers| callers == row.callers)
    }
}

/// One row of the report.
struct Row {
    name: &'static str,
    body: Body,
    streamed: bool,
    callers: usize,
}

const ROWS: &[Row] = &[
    Row { name: "small", body: Body::Small, streamed: false, callers: 1 },
    Row { name: "small, streamed", body: Body::Small, streamed: true, callers: 1 },
    Row { name: "small, nothing found", body: Body::Clean, streamed: false, callers: 1 },
    Row { name: "4 KB new, 8 findings", body: Body::New(4), streamed: false, callers: 1 },
    Row { name: "64 KB new, nothing found", body: Body::CleanNew(64), streamed: false, callers: 1 },
    Row { name: "64 KB new, 128 findings", body: Body::New(64), streamed: false, callers: 1 },
    Row { name: "500 KB, last turn new", body: Body::Conversation, streamed: false, callers: 1 },
    Row { name: "500 KB, streamed", body: Body::Conversation, streamed: true, callers: 1 },
    Row { name: "small", body: Body::Small, streamed: false, callers: 32 },
    Row { name: "small, streamed", body: Body::Small, streamed: true, callers: 32 },
    Row { name: "500 KB, last turn new", body: Body::Conversation, streamed: false, callers: 32 },
    Row { name: "small", body: Body::Small, streamed: false, callers: 256 },
    Row { name: "small, streamed", body: Body::Small, streamed: true, callers: 256 },
];

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.disk)?;
    let folder = tempfile::tempdir_in(&args.disk).context("a folder for the database")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&args, folder.path()))
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<()> {
    let cores = Cores::split();
    cores.take_rest()?;
    let standin = Standin::start(&args.privet, &cores).await?;
    let gateway = Gateway::start(&args.privet, folder, &standin, &cores).await?;
    println!("{}", report::head(&flush::measure(folder)?));
    println!("Memory at rest: {:.1} MiB resident.\n", gateway.resident_mib()?);
    println!("{}", report::COLUMNS);
    let length = Duration::from_secs_f64(args.seconds);
    for row in ROWS.iter().filter(|row| args.wants(row)) {
        let mut direct = Figures::default();
        let mut through = Figures::default();
        let mut round = Round::new(row.body, row.streamed, row.callers, length);
        for _ in 0..args.rounds {
            direct.add(round.run(standin.address, &standin.key, &standin.process).await?);
            through.add(round.run(gateway.address, &gateway.key, &gateway.process).await?);
        }
        println!("{}", report::row(row.name, row.callers, &mut direct, &mut through));
    }
    println!("\n{}", memory::of_streams(&gateway, args.streams).await?);
    println!("{}", report::flush_again(&flush::measure(folder)?));
    Ok(())
}
