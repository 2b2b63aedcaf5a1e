//! A security module without hardware: SoftHSM, from Debian's package `softhsm2`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::run;

/// A module with one token, its files in a folder of its own.
#[derive(Debug)]
pub struct Hsm {
    folder: TempDir,
}

impl Hsm {
    /// The token's label.
    pub const TOKEN: &str = "privet-test";
    /// The PIN of the token's user.
    pub const PIN: &str = "2471";

    /// Makes a token without keys.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("privet-hsm-").tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        fs::create_dir(&tokens).unwrap();
        let settings = format!("directories.tokendir = {}\n", tokens.display());
        fs::write(folder.path().join("softhsm2.conf"), settings).unwrap();
        let hsm = Self { folder };
        run(hsm.util().args(["--init-token", "--free", "--label", Self::TOKEN]).args([
            "--so-pin",
            "9376",
            "--pin",
            Self::PIN,
        ]));
        hsm
    }

    /// The library that speaks PKCS#11.
    pub fn module(&self) -> PathBuf {
        let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"];
        let found = places.iter().map(Path::new).find(|path| path.is_file());
        found.expect("SoftHSM is missing: run tests/setup.sh").to_owned()
    }

    /// What `SOFTHSM2_CONF` must name.
    pub fn settings(&self) -> PathBuf {
        self.folder.path().join("softhsm2.conf")
    }

    /// Puts an AES key of 256 bits into the token; the label's bytes are all there is to it.
    pub fn make_key(&self, label: &str) {
        let mut bytes: Vec<u8> = label.bytes().cycle().take(31).collect();
        bytes.push(u8::try_from(label.len()).unwrap());
        let file = self.folder.path().join("key");
        fs::write(&file, bytes).unwrap();
        let id: String = label.bytes().map(|byte| format!("{byte:02x}")).collect();
        run(self
            .util()
            .args(["--aes", "--token", Self::TOKEN, "--pin", Self::PIN])
            .args(["--label", label, "--id", &id, "--import"])
            .arg(file));
    }

    /// Takes the token away, and every key in it.
    pub fn delete_token(&self) {
        run(self.util().args(["--delete-token", "--token", Self::TOKEN]));
    }

    fn util(&self) -> Command {
        let mut command = Command::new("softhsm2-util");
        command.env("SOFTHSM2_CONF", self.settings());
        command
    }
}

impl Default for Hsm {
    fn default() -> Self {
        Self::new()
    }
}
