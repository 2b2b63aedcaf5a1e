//! Markdown for `docs/figures.md`.

use std::time::Duration;

use crate::flush::Flushes;
use crate::round::Figures;

/// The head of the table.
pub(crate) const COLUMNS: &str = "\
| request | callers | n | direct p50 / p99 ms | through p50 / p99 ms | added p50 / p99 ms | gateway CPU ms | requests/s | a core could |
|---|---|---|---|---|---|---|---|---|";

pub(crate) fn head(flushes: &Flushes) -> String {
    format!(
        "One flush of 4 KiB (n = {}): p50 {:.2} ms, p99 {:.2} ms.\n",
        flushes.count,
        millis(flushes.p50),
        millis(flushes.p99)
    )
}

pub(crate) fn flush_again(flushes: &Flushes) -> String {
    format!("At the end: {}", head(flushes))
}

pub(crate) fn row(
    name: &str,
    callers: usize,
    direct: &mut Figures,
    through: &mut Figures,
) -> String {
    let (d50, d99) = (direct.quantile(0.5), direct.quantile(0.99));
    let (t50, t99) = (through.quantile(0.5), through.quantile(0.99));
    let cpu = through.cpu_per_request();
    format!(
        "| {name} | {callers} | {n} | {:.2} / {:.2} | {:.2} / {:.2} | {:.2} / {:.2} | {:.3} | {:.0} | {:.0} |",
        millis(d50),
        millis(d99),
        millis(t50),
        millis(t99),
        millis(t50) - millis(d50),
        millis(t99) - millis(d99),
        millis(cpu),
        through.rate(),
        1.0 / cpu.as_secs_f64().max(1e-9),
        n = through.count(),
    )
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
