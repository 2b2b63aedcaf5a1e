//! [`Reader`]: the detectors at work on one request, within the time that policy gives their
//! deep tier.

use std::cell::Cell;
use std::time::{Duration, Instant};

use privet_detect::Analyzer;
use privet_text::Finding;

/// The detectors, for one request.
pub(super) struct Reader<'a> {
    analyzer: &'a Analyzer,
    /// `None`: as long as it takes.
    deep_time: Option<Duration>,
    /// When the deep tier first read.
    since: Cell<Option<Instant>>,
    cut_short: Cell<bool>,
}

impl<'a> Reader<'a> {
    /// With so much time for the deep tier.
    pub(super) fn new(analyzer: &'a Analyzer, deep_time: Option<Duration>) -> Self {
        Self { analyzer, deep_time, since: Cell::new(None), cut_short: Cell::new(false) }
    }

    /// What stands in `text`.
    pub(super) fn analyze(&self, text: &str) -> Vec<Finding> {
        self.analyzer.analyze_within(text, &|| self.may_read_on())
    }

    /// Whether the fast tier was left alone with some of the text.
    pub(super) fn was_cut_short(&self) -> bool {
        self.cut_short.get()
    }

    fn may_read_on(&self) -> bool {
        let Some(deep_time) = self.deep_time else { return true };
        let since = self.since.get().unwrap_or_else(Instant::now);
        self.since.set(Some(since));
        let may = since.elapsed() < deep_time;
        self.cut_short.set(self.cut_short.get() || !may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_detect::{AnalyzerOptions, Depth};

    #[test]
    fn time_runs_out() {
        let options = AnalyzerOptions { depth: Depth::Deep, ..AnalyzerOptions::default() };
        let analyzer = Analyzer::new(options);
        let text = "Ingrid Maier flew from Berlin to Paris.";
        for (deep_time, want) in
            [(None, false), (Some(Duration::from_secs(60)), false), (Some(Duration::ZERO), true)]
        {
            let reader = Reader::new(&analyzer, deep_time);
            reader.analyze(text);
            assert_eq!(reader.was_cut_short(), want, "{deep_time:?}");
        }
    }
}
