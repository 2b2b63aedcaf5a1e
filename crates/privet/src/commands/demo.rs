//! `privet demo`: the main job, on this machine, with nothing to set up.

mod client;
mod screen;
mod story;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use privet_audit::verify;
use privet_detect::{Analyzer, AnalyzerOptions};
use privet_gateway::{Credential, Gateway, Settings, Tasks, UpstreamSettings};
use privet_store::{Schema, Store};
use privet_text::Raw;
use privet_vault::{KeyError, NewKey, OsRandom, RootKey, Stores, Vault};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use self::client::Client;
use self::screen::Screen;
use super::serve::{runtime, stop_signal};
use crate::console::{CommandError, Console, Exit};

/// How to play the demo.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port of the gateway; any free port by default.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// End after the conversations instead of staying up.
    #[arg(long)]
    once: bool,
    /// The model to ask, with a real API key.
    #[arg(long, default_value = "claude-haiku-4-5")]
    model: String,
}

/// Starts everything, plays the conversations, and stays up.
pub fn run(args: &Args, console: &mut Console<'_>) -> Result<Exit, CommandError> {
    let folder = Folder::make()?;
    let vault = open_vault(&folder.0, (console.now)())?;
    runtime()?.block_on(play(args, console, vault))
}

async fn play(args: &Args, console: &mut Console<'_>, vault: Vault) -> Result<Exit, CommandError> {
    let stop = CancellationToken::new();
    let tasks = Tasks::default();
    let real_key = console.environment.get("ANTHROPIC_API_KEY").map(str::to_owned);
    let upstream_url = match &real_key {
        Some(_) => String::from("https://api.anthropic.com"),
        None => start_standin(&tasks, &stop).await?,
    };
    let (tap, mut left_house) = tokio::sync::mpsc::unbounded_channel();
    let url = upstream_url.parse().map_err(|_| CommandError::failed("the upstream is no URL"))?;
    let key = real_key.clone().unwrap_or_else(|| String::from("standin"));
    let mut upstream = UpstreamSettings::new(url, Credential::Own(Raw::new(key)));
    upstream.tap = Some(tap);
    let analyzer = Arc::new(Analyzer::new(AnalyzerOptions::default()));
    let settings = Settings::new(args.listen);
    let gateway = Gateway::new(settings, upstream, vault.clone(), analyzer, tasks.clone())
        .map_err(|error| CommandError::could_not_run(&error))?;
    let listening = gateway.listen().await.map_err(|error| CommandError::could_not_run(&error))?;
    let address = listening.local_addr()?;
    let stopping = stop.clone();
    // Apart from the tasks that the gateway waits for at its end.
    let servers = Tasks::default();
    servers.spawn(async move { listening.run(stopping.cancelled()).await });

    let caller_key = make_key(&vault, console)?;
    let mut screen = Screen::new(console);
    screen.welcome(real_key.is_some())?;
    let client = Client::new(address, caller_key.clone(), args.model.clone());
    let played = tell(&client, &mut left_house, &mut screen, real_key.is_some()).await;
    if played.is_ok() {
        show_log(&vault, &mut screen)?;
        screen.point_at(address, &caller_key, args.once)?;
    }
    if played.is_ok() && !args.once {
        stop_signal().await;
    }
    stop.cancel();
    servers.drain(END_WAIT).await;
    played.map(|()| Exit::Clean)
}

/// How long the demo waits for its gateway at the end.
const END_WAIT: Duration = Duration::from_secs(10);

/// Plays every scene and shows its three sides.
async fn tell(
    client: &Client,
    left_house: &mut UnboundedReceiver<Vec<u8>>,
    screen: &mut Screen<'_, '_>,
    real: bool,
) -> Result<(), CommandError> {
    let mut history = Vec::new();
    for scene in story::scenes() {
        if real && scene.standin_only {
            continue;
        }
        if !scene.continues {
            history.clear();
        }
        history.push(scene.message(real));
        let came_back = client.ask(&history, scene.stream).await?;
        let left = left_house.try_recv().ok().map(|body| story::last_text(&body));
        screen.scene(&scene, left.as_deref(), &came_back)?;
        if came_back.is_error {
            history.clear();
        } else {
            history.push(came_back.message);
        }
    }
    Ok(())
}

async fn start_standin(tasks: &Tasks, stop: &CancellationToken) -> Result<String, CommandError> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let standin = privet_standin::bind(loopback, privet_standin::Options::default()).await?;
    let address = standin.local_addr();
    let stopping = stop.clone();
    tasks.spawn(async move {
        if let Err(error) = standin.run(async move { stopping.cancelled().await }).await {
            tracing::error!(error = %error, "stand-in");
        }
    });
    Ok(format!("http://{address}"))
}

fn open_vault(folder: &Path, now: Timestamp) -> Result<Vault, CommandError> {
    let failed = |error: &dyn std::error::Error| CommandError::could_not_run(error);
    let open = |name: &str, schema| Store::open(&folder.join(name), schema).map_err(|e| failed(&e));
    let stores = Stores {
        main: open("privet.sqlite", Schema::Main)?,
        keys: open("keys.sqlite", Schema::Keys)?,
    };
    let root = RootKey::create(&folder.join("root.key"), &OsRandom).map_err(|e| failed(&e))?;
    Vault::open(stores, Arc::new(root), Arc::new(OsRandom), now).map_err(|e| failed(&e))
}

fn make_key(vault: &Vault, console: &Console<'_>) -> Result<String, CommandError> {
    let new = NewKey {
        name: String::from("demo"),
        tenant: String::from("default"),
        workspace: String::from("default"),
        expires_at: None,
        may: privet_vault::Permissions::default(),
    };
    let minted = vault.api_keys().mint(new, (console.now)());
    let minted = minted.map_err(|error| CommandError::could_not_run(&error))?;
    let text = minted.text().expose().clone();
    let written = vault.store().write(move |tx| -> Result<(), KeyError> { minted.insert(tx) });
    written.wait().map_err(|error| CommandError::could_not_run(&error))?;
    Ok(text)
}

fn show_log(vault: &Vault, screen: &mut Screen<'_, '_>) -> Result<(), CommandError> {
    let entries = vault
        .store()
        .read(|db| verify(db, None))
        .map_err(|error| CommandError::failed(format!("the audit log does not verify: {error}")))?;
    screen.log(entries.entries)?;
    Ok(())
}

/// A folder of the demo's own, gone at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn make() -> Result<Self, CommandError> {
        let path = std::env::temp_dir().join(format!("privet-demo-{}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| {
            CommandError::failed(format!("cannot make the folder `{}`: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is sealed; the key goes first either way.
        let _ = std::fs::remove_file(self.0.join("root.key"));
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Drop for Screen<'_, '_> {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}
