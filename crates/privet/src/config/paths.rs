//! Paths as they are written, made absolute.

use std::path::{Component, Path, PathBuf};

use super::Environment;
use super::at::At;
use super::problem::Problems;
use super::text::SecretRef;

/// Makes paths absolute.
pub(super) struct Paths<'a> {
    pub(super) base: &'a Path,
    pub(super) environment: &'a Environment,
}

impl Paths<'_> {
    pub(super) fn data_dir(
        &self,
        written: Option<&At<PathBuf>>,
        problems: &mut Problems,
    ) -> Option<PathBuf> {
        let found = match written {
            Some(written) => Some(self.absolute(&written.value)),
            None => self.environment.data_home().map(|home| home.join("privet")),
        };
        if found.is_none() {
            problems.refuse(None, "data_dir: set it, since there is no home directory");
        }
        found
    }

    pub(super) fn key_file(
        &self,
        written: Option<&At<PathBuf>>,
        problems: &mut Problems,
    ) -> Option<PathBuf> {
        let found = match written {
            Some(written) => Some(self.absolute(&written.value)),
            None => self.environment.config_home().map(|home| home.join("privet/root.key")),
        };
        if found.is_none() {
            problems.refuse(None, "key_file: set it, since there is no home directory");
        }
        found
    }

    pub(super) fn keys_dir(
        &self,
        written: Option<&At<PathBuf>>,
        key_file: Option<&Path>,
    ) -> Option<PathBuf> {
        match written {
            Some(written) => Some(self.absolute(&written.value)),
            None => key_file.and_then(Path::parent).map(Path::to_owned),
        }
    }

    pub(super) fn existing(
        &self,
        name: &str,
        written: &At<PathBuf>,
        problems: &mut Problems,
    ) -> PathBuf {
        let path = self.absolute(&written.value);
        if !path.is_file() {
            let text = format!("{name}: there is no file `{}`", path.display());
            problems.refuse(written.place, text);
        }
        path
    }

    pub(super) fn reference(&self, reference: SecretRef) -> SecretRef {
        match reference {
            SecretRef::File(path) => SecretRef::File(self.absolute(&path)),
            SecretRef::Env(name) => SecretRef::Env(name),
        }
    }

    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        let home = path.strip_prefix("~").ok().zip(self.environment.home());
        let path = match home {
            Some((rest, home)) => home.join(rest),
            None => self.base.join(path),
        };
        without_dots(&path)
    }
}

/// Takes `.` and `..` out, by the text alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Whether `path` lies in `folder`, also by way of links.
pub(super) fn is_inside(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder) || real(path).starts_with(real(folder))
}

/// The path with the links in the part of it that exists followed.
fn real(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return real.join(rest);
        }
    }
    path.to_owned()
}
