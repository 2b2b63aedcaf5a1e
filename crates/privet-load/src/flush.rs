//! How long the disk takes to keep four kilobytes.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// The times of many flushes.
pub(crate) struct Flushes {
    pub(crate) count: usize,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Appends and flushes again and again.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<Flushes> {
    const COUNT: usize = 500;
    let path = folder.join("flush");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let from = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.push(from.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Ok(Flushes { count: COUNT, p50: at(COUNT / 2), p99: at(COUNT * 99 / 100) })
}
