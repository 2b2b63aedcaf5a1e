//! [`RootKey`]: the key that opens the vault, in a file outside the data directory.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{RootError, RootKeys};
use crate::purpose::{Key, Purpose, derive};
use crate::random::{OsRandom, Random, RandomError};
use crate::seal::{self, Place};

/// The key all others hang on. Lose it, and the vault stays shut for good.
///
/// Its `Debug` shows nothing of it, and it is overwritten when dropped.
pub struct RootKey {
    key: Key,
}

/// Why there is no root key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootKeyError {
    /// The file is not there.
    #[error("the key file `{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// The file is there already; a key is never overwritten.
    #[error("the key file `{}` exists already", .0.display())]
    Exists(PathBuf),
    /// Others may read the file.
    #[error("the key file `{}` can be read by others (mode {mode:03o}): chmod 600 it", path.display())]
    TooOpen {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold 64 hexadecimal digits.
    #[error("the key file `{}` must hold 64 hexadecimal digits and nothing else", .0.display())]
    Malformed(PathBuf),
    /// The file could not be read or written.
    #[error("cannot use the key file `{}`", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system's random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl RootKey {
    /// Reads the key file at `path`; makes it, with its directory, if it is not
    /// there. Only for a vault that is not there yet either: a new key does not
    /// open an old vault.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, RootKeyError> {
        match Self::load(path) {
            Err(RootKeyError::Missing(_)) => {}
            loaded => return loaded,
        }
        match Self::create(path, random) {
            Err(RootKeyError::Exists(_)) => Self::load(path),
            created => created,
        }
    }

    /// Reads the key file at `path`. Refuses one that others may read.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => RootKeyError::Missing(path.to_owned()),
            _ => RootKeyError::Io { path: path.to_owned(), source },
        };
        let file = File::open(path).map_err(failed)?;
        // The open file is asked, not the path: it cannot be swapped in between.
        refuse_open_permissions(path, &file.metadata().map_err(failed)?)?;
        let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES_MAX));
        file.take(FILE_BYTES_MAX as u64).read_to_string(&mut text).map_err(
            |source| match source.kind() {
                io::ErrorKind::InvalidData => RootKeyError::Malformed(path.to_owned()),
                _ => failed(source),
            },
        )?;
        Self::parse(&text).ok_or_else(|| RootKeyError::Malformed(path.to_owned()))
    }

    /// Makes a new key file at `path`, readable by its owner only, and its
    /// directory. When this returns, both are on the disk.
    pub fn create(path: &Path, random: &dyn Random) -> Result<Self, RootKeyError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => RootKeyError::Exists(path.to_owned()),
            _ => RootKeyError::Io { path: path.to_owned(), source },
        };
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        make_private_directory(directory).map_err(failed)?;
        let mut key = Key::default();
        random.fill(key.as_mut_slice())?;
        let mut text = Zeroizing::new(HEXLOWER.encode(key.as_slice()));
        text.push('\n');
        let mut name = [0; 8];
        random.fill(&mut name)?;
        let draft = directory.join(format!(".root-key-{}", HEXLOWER.encode(&name)));
        write_whole(path, &draft, text.as_bytes()).map_err(failed)?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
        Ok(Self { key })
    }

    /// The key in these 32 bytes, for tests and for keys kept elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { key: Zeroizing::new(bytes) }
    }

    /// A short public name of the key, to tell backups apart: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let key = self.derive(Purpose::Fingerprint, "", &[], 1);
        HEXLOWER.encode(key.first_chunk::<8>().map_or(&[], <[u8; 8]>::as_slice))
    }

    fn derive(&self, purpose: Purpose, tenant: &str, scope: &[u8], epoch: u32) -> Key {
        derive(&self.key, None, purpose, tenant, scope, epoch)
    }

    /// The key in 64 hexadecimal digits, as an environment variable may hold it.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let mut key = Key::default();
        if text.len() != 64 {
            return None;
        }
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        HEXLOWER.decode_mut(lower.as_bytes(), key.as_mut_slice()).ok()?;
        Some(Self { key })
    }
}

impl RootKeys for RootKey {
    fn name(&self) -> String {
        self.fingerprint()
    }

    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError> {
        let wrap = self.derive(Purpose::Wrap, "", context, 1);
        seal::seal(&wrap, &Place::wrapped(context), key, &OsRandom)
            .map_err(|error| RootError::Unreachable(error.to_string()))
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Key, RootError> {
        let wrap = self.derive(Purpose::Wrap, "", context, 1);
        let refused = || RootError::Refused(String::from("another key wrapped it"));
        let key = seal::open(&wrap, &Place::wrapped(context), wrapped).ok_or_else(refused)?;
        key.as_slice().try_into().map(Zeroizing::new).map_err(|_| refused())
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(..)")
    }
}

/// Makes the file `path` with these bytes. Whoever starts at the same moment sees
/// no file or the whole one: it is written under another name and then linked.
fn write_whole(path: &Path, draft: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new(draft, bytes)?;
    let linked = match fs::hard_link(draft, path) {
        // Some file systems, those of memory sticks for one, have no links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write_new(path, bytes),
        linked => linked,
    };
    let removed = fs::remove_file(draft);
    linked.and(removed)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn refuse_open_permissions(path: &Path, metadata: &fs::Metadata) -> Result<(), RootKeyError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(RootKeyError::TooOpen { path: path.to_owned(), mode });
        }
    }
    Ok(())
}

fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Enough for the digits and a line end; more means it is not a key file.
const FILE_BYTES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn made_once_then_loaded() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/root.key");
        let made = RootKey::load_or_create(&path, &OsRandom).unwrap();
        let loaded = RootKey::load_or_create(&path, &OsRandom).unwrap();
        assert_eq!(made.fingerprint(), loaded.fingerprint());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = RootKey::create(&path, &OsRandom).unwrap_err();
        assert!(matches!(again, RootKeyError::Exists(_)), "{again}");
    }

    #[test]
    fn whoever_starts_at_the_same_moment_gets_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let keys: Vec<_> = std::thread::scope(|threads| {
            let start = || RootKey::load_or_create(&path, &OsRandom).unwrap().fingerprint();
            let running: Vec<_> = (0..8).map(|_| threads.spawn(start)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "no draft is left behind");
    }

    #[test]
    fn refuses_a_file_that_others_may_read() {
        let digits = "0f".repeat(32);
        for (mode, want) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            let (_dir, path) = file(&digits, mode);
            assert_eq!(RootKey::load(&path).is_ok(), want, "mode {mode:o}");
        }
    }

    #[test]
    fn reads_64_digits_and_nothing_else() {
        let digits = "0f".repeat(32);
        let rows = [
            (digits.clone(), true),
            (format!("{digits}\n"), true),
            (format!("{}\r\n", digits.to_uppercase()), true),
            (String::new(), false),
            (format!("{digits}00"), false),
            (format!("{digits}\n\n"), false),
            ("zz".repeat(32), false),
            ("ä".repeat(32), false),
        ];
        for (text, want) in rows {
            let (_dir, path) = file(&text, 0o600);
            assert_eq!(RootKey::load(&path).is_ok(), want, "{text:?}");
        }
    }

    #[test]
    fn shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", RootKey::from_bytes([7; 32])), "RootKey(..)");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = RootKey::load(Path::new("/nowhere/root.key")).unwrap_err();
        assert_eq!(error.to_string(), "the key file `/nowhere/root.key` does not exist");
    }
}
