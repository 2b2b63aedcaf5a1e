//! [`Finding`]: something a detector found, where, how surely and why.

use std::fmt;

use crate::EntityType;

/// A non-empty range of bytes in a text. `start < end` always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Returns `None` for an empty or reversed range.
    pub fn new(start: usize, end: usize) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end
    }

    /// Length in bytes, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a span is never empty")]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// The part of `text` that the span covers; `None` if it is out of bounds
    /// or cuts a character.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same span `by` bytes further on.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// How sure a recognizer is, from 0 to 1. What the steps mean is said at the constants.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Score(f32);

impl Score {
    /// A shape that many harmless things have too.
    pub const WEAK: Self = Self(0.3);
    /// The least that is reported where nobody asks for more or less.
    pub const HALF: Self = Self(0.5);
    /// A shape with little else behind it, no check possible.
    pub const SHAPE: Self = Self(0.6);
    /// A shape confirmed by a word beside it, or by a word list.
    pub const CONTEXT: Self = Self(0.8);
    /// A shape that nothing else has.
    pub const PATTERN: Self = Self(0.9);
    /// A shape whose check digits or structure hold.
    pub const CHECKSUM: Self = Self(1.0);

    /// Clamps `value` into 0..=1; what is not a number becomes 0.
    pub fn new(value: f32) -> Self {
        if value.is_nan() { Self(0.0) } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// The score as a number from 0 to 1.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

/// Why something counts as found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its shape.
    Pattern,
    /// Check digits or inner structure hold.
    Checksum,
    /// A word beside it.
    Context(&'static str),
    /// A word beside it that speaks against it.
    Against(&'static str),
    /// It stands in a word list.
    Dictionary,
    /// A name model said so.
    Model,
    /// Other things about a person stand beside it.
    Together,
    /// It was found elsewhere in the same request.
    Repeated,
    /// It was read behind an encoding or a disguise.
    Decoded(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern => f.write_str("pattern"),
            Self::Checksum => f.write_str("checksum"),
            Self::Context(word) => write!(f, "context word `{word}`"),
            Self::Against(word) => write!(f, "context word `{word}` against it"),
            Self::Dictionary => f.write_str("dictionary"),
            Self::Model => f.write_str("model"),
            Self::Together => f.write_str("other quasi-identifiers beside it"),
            Self::Repeated => f.write_str("found elsewhere in the request"),
            Self::Decoded(how) => write!(f, "behind {how}"),
        }
    }
}

/// One entity in a text. It names a place and never carries the text itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub entity: EntityType,
    /// Where it stands, in bytes of the text as given.
    pub span: Span,
    /// How sure the recognizer is.
    pub score: Score,
    /// Which recognizer found it, such as `iban` or `secret/github-pat`.
    pub recognizer: &'static str,
    /// Why, in the order in which it came to count.
    pub reasons: Vec<Reason>,
}
