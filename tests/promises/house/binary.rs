//! [`Binary`]: the built program, with a home of its own, on a port that was free.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::caller::Caller;

/// A folder with everything the program knows.
#[derive(Clone, Debug)]
pub(crate) struct Home(Arc<TempDir>);

/// The program, serving. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Binary {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Home {
    /// A home whose configuration points at `upstream`; `more` is more of the configuration.
    pub(crate) fn before(upstream: SocketAddr, more: &str) -> Self {
        let home = Self(Arc::new(TempDir::new().expect("a folder")));
        let config = format!("upstream: {{url: 'http://{upstream}'}}\n{more}\n");
        std::fs::write(home.path().join("privet.yaml"), config).expect("a configuration");
        home
    }

    /// A home whose data lies in a PostgreSQL database.
    pub(crate) fn on_postgres(upstream: SocketAddr, url: &str) -> Self {
        let home = Self::before(upstream, "");
        let path = home.path().join("database.url");
        let more = format!("database: {{url: 'file:{}'}}\n", path.display());
        let config = home.path().join("privet.yaml");
        let before = std::fs::read_to_string(&config).expect("a configuration");
        std::fs::write(&config, before + &more).expect("a configuration");
        std::fs::write(&path, url).expect("an address");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private).expect("its permissions");
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The folder of the database.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join(".local/share/privet")
    }

    /// What the program wrote to standard error while it served.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("stderr.log")).unwrap_or_default()
    }

    /// The program with these arguments. `before` runs in the shell that becomes it.
    fn command(&self, before: &str, args: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &format!("{before} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_privet")])
            .args(["--config", "privet.yaml"])
            .args(args)
            .env_clear()
            .env("HOME", self.path())
            .env("USER", "kim")
            .env("ANTHROPIC_API_KEY", "sk-ant-invented")
            .current_dir(self.path());
        command
    }

    /// Runs a command to its end: exit code, and what it printed.
    pub(crate) fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.command("", args).output().expect("the program runs");
        let printed = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(printed).expect("UTF-8"))
    }

    /// Runs a command that must end well.
    #[track_caller]
    pub(crate) fn run_well(&self, args: &[&str]) {
        let (code, printed) = self.run(args);
        assert_eq!(code, Some(0), "{args:?}: {printed}");
    }

    /// Makes a key and returns its text.
    pub(crate) fn make_key(&self, name: &str) -> String {
        let output = self.command("", &["key", "create", "--name", name]).output();
        let output = output.expect("the program runs");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(printed.starts_with("privet_"), "{printed}{said}");
        printed.trim().to_owned()
    }

    /// Starts the gateway and kills it after this long, wherever it is by then.
    pub(crate) fn serve_for(&self, time: Duration) {
        let mut command = self.command("", &["serve", "--listen", "127.0.0.1:0"]);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        std::thread::sleep(time);
        child.kill().expect("it can be killed");
        child.wait().expect("it is dead");
    }

    /// Starts the gateway and waits until it listens.
    pub(crate) fn serve(&self) -> Binary {
        self.serve_after("")
    }

    /// The same, after a command of the shell such as `ulimit`.
    pub(crate) fn serve_after(&self, before: &str) -> Binary {
        let path = self.path().join("stderr.log");
        let log = std::fs::File::options().create(true).append(true).open(path).expect("a log");
        let mut child = self
            .command(before, &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.and_then(|address| address.parse().ok()).unwrap_or_else(|| {
            panic!("it does not listen: {line:?} {}", self.log());
        });
        Binary { child, address }
    }
}

impl Binary {
    /// Somebody with the key `key`.
    pub(crate) fn caller(&self, key: &str) -> Caller {
        Caller { address: self.address, key: key.to_owned() }
    }

    /// Waits until it ends by itself, and kills it if it does not.
    pub(crate) fn wait(&mut self, at_most: Duration) {
        let deadline = std::time::Instant::now() + at_most;
        while self.child.try_wait().expect("it can be asked").is_none() {
            if std::time::Instant::now() > deadline {
                return self.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Bytes of memory in use (Linux).
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib * 1024
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        self.kill();
    }
}
