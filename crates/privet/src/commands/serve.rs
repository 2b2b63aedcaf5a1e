//! `privet serve`: the gateway.

use std::io::Write;
use std::path::Path;

use privet_gateway::Tasks;
use tracing_subscriber::EnvFilter;

use crate::config::{LogFile, LogFormat};
use crate::console::{CommandError, Console, Exit};
use crate::house::House;
use crate::wiring;

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port, instead of the configured one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<std::net::SocketAddr>,
}

/// Serves until the process is asked to stop.
pub fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, CommandError> {
    let mut config = console.load_config_aloud(config)?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    let own = console.detection(&config)?;
    start_log(&config.log);
    let house = House::open_aloud(&config, console)?;
    runtime()?.block_on(async {
        let gateway =
            wiring::gateway(&config, &own, &house, console.environment, Tasks::default())?;
        let listening =
            gateway.listen().await.map_err(|error| CommandError::could_not_run(&error))?;
        let address = listening.local_addr()?;
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        writeln!(console.out, "listening on {scheme}://{address}")?;
        console.out.flush()?;
        if house.vault.api_keys().list().is_ok_and(|keys| keys.is_empty()) {
            writeln!(console.err, "no keys yet: privet key create --name NAME")?;
        }
        listening.run(stop_signal()).await;
        Ok(Exit::Clean)
    })
}

/// The runtime of commands that serve.
pub fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("privet")
        .build()
        .map_err(|error| CommandError::failed(format!("cannot start: {error}")))
}

/// Resolves at the first SIGINT or SIGTERM.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}

fn start_log(log: &LogFile) {
    let level = log.level.name();
    // Libraries speak of connections, which is no news.
    let filter = EnvFilter::new(format!("warn,privet={level},privet_gateway={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // It fails only if somebody else logs already, as in tests.
    let _ = started;
}
