//! Where a finding stands, in the units people and tools count in.

use clap::ValueEnum;
use privet_text::Span;

/// What offsets count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Offsets {
    /// Unicode code points.
    #[default]
    Chars,
    /// Bytes of UTF-8.
    Bytes,
    /// UTF-16 code units, as in JavaScript.
    Utf16,
}

/// Turns byte offsets of a text that only grow into another unit, in one pass.
pub(crate) struct Counter<'t> {
    text: &'t str,
    unit: Offsets,
    bytes: usize,
    units: usize,
}

impl<'t> Counter<'t> {
    /// Starts at the beginning of `text`.
    pub(crate) fn new(text: &'t str, unit: Offsets) -> Self {
        Self { text, unit, bytes: 0, units: 0 }
    }

    /// Start and end of `span` in the unit. Spans must come in order.
    pub(crate) fn place(&mut self, span: Span) -> (usize, usize) {
        (self.advance(span.start()), self.advance(span.end()))
    }

    fn advance(&mut self, to: usize) -> usize {
        let passed = self.text.get(self.bytes..to).unwrap_or_default();
        self.bytes = to;
        self.units += match self.unit {
            Offsets::Bytes => passed.len(),
            Offsets::Chars => passed.chars().count(),
            Offsets::Utf16 => passed.chars().map(char::len_utf16).sum(),
        };
        self.units
    }
}

/// A line and column, both from 1; columns count code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineColumn {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Finds the lines of a text for offsets that only grow.
pub(crate) struct Lines<'t> {
    text: &'t str,
    line: usize,
    /// Characters of this line before `seen`.
    passed: usize,
    seen: usize,
}

impl<'t> Lines<'t> {
    /// Starts at the beginning of `text`.
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, line: 1, passed: 0, seen: 0 }
    }

    /// Where byte `at` stands. Offsets must come in order; an earlier one starts over.
    pub(crate) fn place(&mut self, at: usize) -> LineColumn {
        if at < self.seen {
            *self = Self::new(self.text);
        }
        let passed = self.text.get(self.seen..at).unwrap_or_default();
        self.seen = at;
        match passed.rsplit_once('\n') {
            Some((lines, tail)) => {
                self.line += 1 + lines.bytes().filter(|byte| *byte == b'\n').count();
                self.passed = tail.chars().count();
            }
            // Counted on from the last place: a text may be one long line.
            None => self.passed += passed.chars().count(),
        }
        let column = self.passed + 1;
        LineColumn { line: self.line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let span = Span::new(6, 9).unwrap();
        for (unit, want) in
            [(Offsets::Bytes, (6, 9)), (Offsets::Chars, (2, 5)), (Offsets::Utf16, (3, 6))]
        {
            assert_eq!(Counter::new("é😀abc", unit).place(span), want, "{unit:?}");
        }
    }

    #[test]
    fn lines() {
        let mut lines = Lines::new("ab\ncéd\n");
        assert_eq!(lines.place(1), LineColumn { line: 1, column: 2 });
        assert_eq!(lines.place(6), LineColumn { line: 2, column: 3 });
    }
}
