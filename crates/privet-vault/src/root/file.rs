//! [`KeyFile`]: a root key in a file, which may be rotated while others use it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use zeroize::Zeroizing;

use super::{RootError, RootKey, RootKeyError, RootKeys};
use crate::random::Random;
use crate::reservation::lock;

/// The root key of a key file. While the key is rotated, the next one lies beside it
/// under the same name with `.next`.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    loaded: Mutex<Arc<RootKey>>,
}

impl KeyFile {
    /// Reads the key file.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let key = RootKey::load(path)?;
        Ok(Self { path: path.to_owned(), loaded: Mutex::new(Arc::new(key)) })
    }

    /// Reads the key file; makes it if it is not there.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, RootKeyError> {
        let key = RootKey::load_or_create(path, random)?;
        Ok(Self { path: path.to_owned(), loaded: Mutex::new(Arc::new(key)) })
    }

    /// The key that a rotation goes to: the one an unfinished rotation left, or a new one.
    pub fn next(&self, random: &dyn Random) -> Result<RootKey, RootKeyError> {
        RootKey::load_or_create(&self.next_path(), random)
    }

    /// Puts the next key in the place of the present one, which is then gone. When this
    /// returns, that is on the disk.
    pub fn finish_rotation(&self) -> Result<(), RootKeyError> {
        let failed = |source: io::Error| RootKeyError::Io { path: self.path.clone(), source };
        let next = RootKey::load(&self.next_path())?;
        let old = fs::OpenOptions::new().write(true).open(&self.path).map_err(failed)?;
        fs::rename(self.next_path(), &self.path).map_err(failed)?;
        overwrite(old).map_err(failed)?;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all())
            .map_err(failed)?;
        *lock(&self.loaded) = Arc::new(next);
        Ok(())
    }

    /// The file of the key that a rotation goes to.
    pub fn next_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".next");
        name.into()
    }

    fn loaded(&self) -> Arc<RootKey> {
        Arc::clone(&lock(&self.loaded))
    }
}

impl RootKeys for KeyFile {
    fn name(&self) -> String {
        self.loaded().fingerprint()
    }

    fn refresh(&self) -> Result<(), RootError> {
        *lock(&self.loaded) = Arc::new(RootKey::load(&self.path)?);
        Ok(())
    }

    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError> {
        self.loaded().wrap(key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let refused = match self.loaded().unwrap(wrapped, context) {
            Ok(key) => return Ok(key),
            Err(error) => error,
        };
        // Somebody may have rotated the key since, or be about to.
        for path in [self.path.clone(), self.next_path()] {
            let Ok(other) = RootKey::load(&path) else { continue };
            if let Ok(key) = other.unwrap(wrapped, context) {
                *lock(&self.loaded) = Arc::new(other);
                return Ok(key);
            }
        }
        Err(refused)
    }
}

/// Writes zeros over a key that has lost its name, as far as the file system lets anybody
/// do that.
fn overwrite(mut file: File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![b'0'; length])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn a_rotation_is_followed_by_whoever_has_the_old_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let file = KeyFile::load_or_create(&path, &OsRandom).unwrap();
        let elsewhere = KeyFile::load(&path).unwrap();
        let old_name = file.name();
        let next = file.next(&OsRandom).unwrap();
        let wrapped = next.wrap(&[9; 32], b"here").unwrap();
        // The rows are rewrapped, the file is not yet replaced.
        assert_eq!(*elsewhere.unwrap(&wrapped, b"here").unwrap(), [9; 32]);
        file.finish_rotation().unwrap();
        let late = KeyFile::load(&path).unwrap();
        for file in [&file, &elsewhere, &late] {
            assert_eq!(*file.unwrap(&wrapped, b"here").unwrap(), [9; 32]);
            assert_ne!(file.name(), old_name);
        }
        assert!(late.unwrap(&wrapped, b"there").is_err());
        assert!(!file.next_path().exists());
    }

    #[test]
    fn a_rotation_that_was_cut_off_goes_to_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let file = KeyFile::load_or_create(&path, &OsRandom).unwrap();
        let first = file.next(&OsRandom).unwrap().fingerprint();
        let again = KeyFile::load(&path).unwrap().next(&OsRandom).unwrap().fingerprint();
        assert_eq!(first, again);
    }
}
