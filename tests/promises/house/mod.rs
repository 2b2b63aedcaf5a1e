//! What the promises are tested with: a gateway, callers, a scripted Claude, and
//! invented people.

pub(crate) mod binary;
pub(crate) mod caller;
pub(crate) mod conversation;
pub(crate) mod events;
pub(crate) mod people;
pub(crate) mod standin;
pub(crate) mod upstream;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::Timestamp;
use privet_detect::{Analyzer, AnalyzerOptions};
use privet_gateway::{Credential, Gateway, Settings, Tasks, UpstreamSettings};
use privet_store::{PostgresOptions, Schema, Store, StoreOptions};
use privet_text::Raw;
use privet_vault::{KeyError, KeyFile, NewKey, OsRandom, Permission, Stores, Vault};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

pub(crate) use caller::{Caller, Reply};
pub(crate) use upstream::{Sent, Upstream};

/// A runtime that all gateways of this process share.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| privet::commands::serve::runtime().expect("a runtime"));

static ANALYZER: LazyLock<Arc<Analyzer>> = LazyLock::new(|| Arc::new(Analyzer::default()));

/// How to set up a house.
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) store: StoreOptions,
    /// The address of a PostgreSQL database, instead of files.
    pub(crate) postgres: Option<String>,
    /// Other detectors than the usual ones.
    pub(crate) analyzer: Option<AnalyzerOptions>,
    pub(crate) idle_timeout: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        let mut settings = Settings::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        settings.limits.shutdown_grace = Duration::from_secs(5);
        Self {
            settings,
            store: StoreOptions::default(),
            postgres: None,
            analyzer: None,
            idle_timeout: Duration::from_secs(20),
        }
    }
}

/// A running gateway with its own database. Gone when dropped.
pub(crate) struct House {
    folder: Arc<TempDir>,
    pub(crate) vault: Vault,
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    stopped: Option<std::sync::mpsc::Receiver<()>>,
}

impl House {
    /// A house before `upstream`, everything by default.
    pub(crate) fn before(upstream: &Upstream) -> Self {
        Self::open(upstream.address, Plan::default())
    }

    /// A new house.
    pub(crate) fn open(upstream: SocketAddr, plan: Plan) -> Self {
        Self::reopen(Arc::new(TempDir::new().expect("a folder")), upstream, plan)
    }

    /// A house over a folder that was used before.
    pub(crate) fn reopen(folder: Arc<TempDir>, upstream: SocketAddr, plan: Plan) -> Self {
        let vault = open_vault(folder.path(), &plan);
        let url = format!("http://{upstream}").parse().expect("a URL");
        let own = Credential::Own(Raw::new("sk-ant-invented".to_owned()));
        let mut upstream = UpstreamSettings::new(url, own);
        upstream.idle_timeout = plan.idle_timeout;
        let analyzer = match plan.analyzer {
            Some(options) => Arc::new(Analyzer::new(options)),
            None => Arc::clone(&ANALYZER),
        };
        let tasks = Tasks::default();
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let (done, stopped) = std::sync::mpsc::channel();
        let gateway = Gateway::new(plan.settings, upstream, vault.clone(), analyzer, tasks)
            .expect("a gateway");
        let address = RUNTIME.block_on(async {
            let listening = gateway.listen().await.expect("a free port");
            let address = listening.local_addr().expect("an address");
            RUNTIME.spawn(async move {
                listening.run(stopping.cancelled()).await;
                let _ = done.send(());
            });
            address
        });
        Self { folder, vault, address, stop, stopped: Some(stopped) }
    }

    /// Somebody who may call. The same name is the same person.
    pub(crate) fn caller(&self, name: &str) -> Caller {
        self.caller_who_may(name, &[])
    }

    /// Somebody who may also do that.
    pub(crate) fn caller_who_may(&self, name: &str, may: &[Permission]) -> Caller {
        let new = NewKey {
            name: name.to_owned(),
            tenant: "default".to_owned(),
            workspace: "default".to_owned(),
            expires_at: None,
            may: may.iter().copied().collect(),
        };
        let minted = self.vault.api_keys().mint(new, Timestamp::now()).expect("a key");
        let key = minted.text().expose().clone();
        let written =
            self.vault.store().write(move |tx| -> Result<(), KeyError> { minted.insert(tx) });
        written.wait().expect("the key is written");
        Caller { address: self.address, key }
    }

    /// Every entry of the audit log, oldest first.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let read = self.vault.store().read(|db| {
            let sql = "SELECT entry FROM audit ORDER BY seq";
            db.query_all(sql, &[], |row| row.get::<String>(0))
        });
        let entries = read.expect("the log can be read");
        entries.iter().map(|entry| serde_json::from_str(entry).expect("an entry")).collect()
    }

    /// Does something to the database behind the gateway's back.
    pub(crate) fn damage(&self, sql: &str) {
        damage(&self.folder.path().join("privet.sqlite"), sql);
    }

    /// Does something to the database of keys behind the gateway's back.
    pub(crate) fn damage_keys(&self, sql: &str) {
        damage(&self.folder.path().join("keys.sqlite"), sql);
    }

    /// Stops the gateway properly and hands over its folder.
    pub(crate) fn close(mut self) -> Arc<TempDir> {
        self.stop();
        Arc::clone(&self.folder)
    }

    fn stop(&mut self) {
        self.stop.cancel();
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.recv_timeout(Duration::from_secs(30));
        }
    }
}

fn damage(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).expect("the database");
    connection.execute_batch(sql).expect("the damage is done");
}

/// The vault in `folder`, or on the plan's server with its root key in `folder`.
fn open_vault(folder: &Path, plan: &Plan) -> Vault {
    let open = |file: &str, schema| match &plan.postgres {
        None => Store::open_with(&folder.join(file), schema, &plan.store).expect("a store"),
        Some(url) => {
            let server = PostgresOptions { url: url.clone().into(), ca: None };
            Store::connect(&server, schema, &plan.store).expect("a server")
        }
    };
    let stores = Stores {
        main: open("privet.sqlite", Schema::Main),
        keys: open("keys.sqlite", Schema::Keys),
    };
    let root = KeyFile::load_or_create(&folder.join("root.key"), &OsRandom).expect("a key");
    Vault::open(stores, Arc::new(root), Arc::new(OsRandom), Timestamp::now()).expect("a vault")
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A request that says `text`.
pub(crate) fn saying(text: &str) -> Value {
    serde_json::json!({
        "model": "claude-x",
        "max_tokens": 64,
        "messages": [{ "role": "user", "content": text }],
    })
}

/// Waits until `done`, but not for ever.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let from = std::time::Instant::now();
    while !done() {
        assert!(from.elapsed() < caller::PATIENCE, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
