//! The processes that are measured: started, pinned, read from `/proc`, ended.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Which cores belong to whom.
pub(crate) struct Cores {
    gateway: String,
    rest: String,
}

impl Cores {
    /// The first core for the gateway, the others for everything else.
    pub(crate) fn split() -> Self {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let rest = if count > 1 { format!("1-{}", count - 1) } else { String::from("0") };
        Self { gateway: String::from("0"), rest }
    }

    /// Moves this process to the other cores.
    pub(crate) fn take_rest(&self) -> anyhow::Result<()> {
        let pid = std::process::id().to_string();
        let moved = std::process::Command::new("taskset")
            .args(["-a", "-c", "-p", &self.rest, &pid])
            .stdout(Stdio::null())
            .status()
            .context("taskset (Debian package util-linux)")?;
        anyhow::ensure!(moved.success(), "taskset failed");
        Ok(())
    }
}

/// A child that is ended with its handle.
pub(crate) struct Process {
    _child: Child,
    id: u32,
}

impl Process {
    async fn start(cores: &str, command: &mut Command) -> anyhow::Result<(Self, SocketAddr)> {
        let program = command.as_std();
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", cores]).arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                pinned.env(name, value);
            }
        }
        let mut child = pinned
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("taskset")?;
        let id = child.id().context("it ended at once")?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await??;
        let line = line.context("it ended before it listened")?;
        let Some(address) = line.strip_prefix("listening on http://") else {
            bail!("it said {line:?} instead of where it listens");
        };
        Ok((Self { _child: child, id }, address.parse()?))
    }

    /// Processor time taken so far by all its threads, living ones.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let mut nanos = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.id))? {
            let stat = std::fs::read_to_string(task?.path().join("schedstat"))?;
            let first = stat.split(' ').next().context("schedstat")?;
            nanos += first.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Memory that stands in RAM, in MiB.
    fn resident_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line.context("VmRSS")?.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

/// `privet standin`.
pub(crate) struct Standin {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

impl Standin {
    pub(crate) async fn start(privet: &Path, cores: &Cores) -> anyhow::Result<Self> {
        let mut command = Command::new(privet);
        command.args(["standin", "--no-record", "--plain-writes"]);
        let (process, address) = Process::start(&cores.rest, &mut command).await?;
        Ok(Self { process, address, key: String::from("standin") })
    }
}

/// `privet serve`, everything on as it is by default.
pub(crate) struct Gateway {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

impl Gateway {
    pub(crate) async fn start(
        privet: &Path,
        folder: &Path,
        standin: &Standin,
        cores: &Cores,
    ) -> anyhow::Result<Self> {
        let config = folder.join("privet.yaml");
        let text = format!(
            "data_dir: {data}\nkey_file: {key}\nupstream:\n  url: http://{upstream}\n  key: env:UPSTREAM_KEY\nlimits:\n  streams_max: 4096\n",
            data = folder.join("data").display(),
            key = folder.join("root.key").display(),
            upstream = standin.address,
        );
        std::fs::write(&config, text)?;
        let key = make_key(privet, &config).await?;
        let mut command = Command::new(privet);
        command.arg("--config").arg(&config).args(["serve", "--listen", "127.0.0.1:0"]);
        command.env("UPSTREAM_KEY", &standin.key);
        let (process, address) = Process::start(&cores.gateway, &mut command).await?;
        Ok(Self { process, address, key })
    }

    pub(crate) fn resident_mib(&self) -> anyhow::Result<f64> {
        self.process.resident_mib()
    }
}

async fn make_key(privet: &Path, config: &Path) -> anyhow::Result<String> {
    let output = Command::new(privet)
        .arg("--config")
        .arg(config)
        .args(["key", "create", "--name", "load"])
        .output()
        .await?;
    let text = String::from_utf8(output.stdout)?;
    let key = text.split_whitespace().find(|word| word.starts_with("privet_"));
    Ok(key.context("privet key create printed no key")?.to_owned())
}
