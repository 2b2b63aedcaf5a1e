//! [`Reader`]: the detectors at work on one request, within what policy gives their deep
//! tier.

use std::cell::Cell;
use std::time::Duration;

use privet_detect::{Analyzer, pieces_within};
use privet_text::Finding;

/// The detectors, for one request.
pub(super) struct Reader<'a> {
    analyzer: &'a Analyzer,
    /// Pieces of words that the deep tier may still read. What stands first is read first, so
    /// that the beginning of a conversation has the same findings when it is read again.
    pieces_left: Cell<usize>,
    cut_short: Cell<bool>,
}

impl<'a> Reader<'a> {
    /// With so much time for the deep tier; `None`: as long as it takes.
    pub(super) fn new(analyzer: &'a Analyzer, deep_time: Option<Duration>) -> Self {
        let pieces = deep_time.map_or(usize::MAX, pieces_within);
        Self { analyzer, pieces_left: Cell::new(pieces), cut_short: Cell::new(false) }
    }

    /// What stands in `text`.
    pub(super) fn analyze(&self, text: &str) -> Vec<Finding> {
        self.analyzer.analyze_within(text, &|pieces| self.may_read(pieces))
    }

    /// Whether the fast tier was left alone with some of the text.
    pub(super) fn was_cut_short(&self) -> bool {
        self.cut_short.get()
    }

    fn may_read(&self, pieces: usize) -> bool {
        let left = self.pieces_left.get().checked_sub(pieces);
        // Once something was too much, nothing after it is read either.
        self.pieces_left.set(left.unwrap_or(0));
        self.cut_short.set(self.cut_short.get() || left.is_none());
        left.is_some()
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
