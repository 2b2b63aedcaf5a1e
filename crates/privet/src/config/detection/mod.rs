//! What a company adds to detection: recognizers, dictionaries, data catalogues and
//! exceptions, as they are written and as they are built.

mod build;
mod catalogue;
mod example;
mod file;

use std::path::PathBuf;

pub use build::{Exempted, Own};
pub use file::{DetectionFile, ExceptionScope};

/// What is written about detection, and where paths in it begin. The files it names are
/// read when somebody detects, and not by other commands.
#[derive(Clone, Debug, Default)]
pub struct Detection {
    pub(super) file: DetectionFile,
    pub(super) base: PathBuf,
    pub(super) config: Option<PathBuf>,
}
