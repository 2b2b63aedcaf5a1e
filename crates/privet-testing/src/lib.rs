//! What tests of several crates need: a PostgreSQL server, an OpenBao, a key service and a
//! security module of their own.
//!
//! The programs are those of Debian's package `postgresql` (any `initdb`, `pg_ctl` and
//! `psql` of version 15 or later will do). Where they are missing a test fails; it
//! does not skip.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests use it")]

mod bao;
mod hsm;
mod kms;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use bao::Bao;
pub use hsm::Hsm;
pub use kms::Kms;

/// A PostgreSQL server on a port of this machine, with its files in a folder of its own.
/// It stops when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes the files and starts the server.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("privet-postgres-").tempdir().unwrap();
        let port = free_port();
        let cluster = Self { folder, port };
        give_to_server(cluster.folder.path());
        let data = cluster.data();
        run(as_server("initdb", &[])
            .args([
                "--auth=trust",
                "--username=privet",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(data));
        cluster.resume();
        cluster
    }

    /// The same with TLS. Gives also the certificate, PEM, which is its own authority.
    pub fn start_with_tls() -> (Self, Vec<u8>) {
        let cluster = Self::start();
        cluster.stop();
        let (cert, key) = (cluster.data().join("server.crt"), cluster.data().join("server.key"));
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "2", "-subj", "/CN=localhost"]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        // The server is no authority: verifiers refuse one as a server's certificate.
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        run(openssl.arg("-out").arg(&cert).arg("-keyout").arg(&key));
        if is_root() {
            run(Command::new("chown").arg("postgres:postgres").arg(&cert).arg(&key));
        }
        let settings = cluster.data().join("postgresql.conf");
        let mut text = fs::read_to_string(&settings).unwrap();
        text.push_str("\nssl = on\n");
        fs::write(&settings, text).unwrap();
        cluster.resume();
        (cluster, fs::read(cert).unwrap())
    }

    /// Starts the server again after [`stop`](Self::stop) or [`kill`](Self::kill). It ends
    /// with this process at the latest.
    pub fn resume(&self) {
        let mut server = as_server("postgres", &["--pdeathsig=INT"]);
        server.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // The system ends the server with the thread that started it, so that thread waits.
        std::thread::spawn(move || server.spawn().unwrap().wait());
        let mut ready = Command::new(program("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ready.status().is_ok_and(|status| status.success()) {
            assert!(Instant::now() < deadline, "the server does not start: see its log");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server as an administrator would who is in a hurry.
    pub fn stop(&self) {
        run(as_server("pg_ctl", &[]).args(["-w", "-m", "fast", "-D"]).arg(self.data()).arg("stop"));
    }

    /// Ends the server's processes at once; the next start recovers from its log.
    pub fn kill(&self) {
        run(as_server("pg_ctl", &[])
            .args(["-w", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop"));
    }

    /// A new, empty database; its address.
    pub fn database(&self) -> String {
        new_database(&format!("postgresql://privet@127.0.0.1:{}", self.port))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = as_server("pg_ctl", &[])
            .args(["-w", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        drop(stopped);
    }
}

/// A new, empty database on the server whose address stands in `PRIVET_TEST_POSTGRES`,
/// or on one that is started for this process.
pub fn database() -> String {
    static OWN: OnceLock<Cluster> = OnceLock::new();
    match std::env::var("PRIVET_TEST_POSTGRES") {
        Ok(server) => new_database(&server),
        Err(_) => OWN.get_or_init(Cluster::start).database(),
    }
}

/// A schema of a database, as its administrators would back it up.
pub fn dump(url: &str, schema: &str) -> Vec<u8> {
    let mut command = Command::new(program("pg_dump"));
    let ended = command.args(["--schema", schema, "--no-owner", url]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    ended.stdout
}

/// Puts a schema back as it was dumped.
pub fn restore(url: &str, schema: &str, dump: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), dump).unwrap();
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    let mut command = Command::new(program("psql"));
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &drop, "-f"]).arg(file.path());
    run(command.arg(url));
}

fn new_database(server: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let sql = format!("CREATE DATABASE {name}");
    run(Command::new(program("psql")).args([
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        &sql,
        &format!("{server}/postgres"),
    ]));
    format!("{server}/{name}")
}

/// The server refuses to run as root; then it runs as the user of Debian's package.
fn as_server(name: &str, privileges: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(privileges);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program(name));
    command.current_dir("/");
    command
}

fn give_to_server(folder: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(folder));
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn program(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is missing: install PostgreSQL 15 (tests/setup.sh)"))
}

fn run(command: &mut Command) {
    let ended = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output);
    let ended = ended.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// Flushing is left on: some tests pull the plug.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=32MB",
    "log_min_messages=fatal",
];

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
