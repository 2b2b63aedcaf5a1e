//! [`Chain`]: groups of digits with single separators between them.

use crate::reading::{before, byte, is_word, run};

/// One group of digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// First digit.
    pub(super) start: usize,
    /// One past the last digit.
    pub(super) end: usize,
}

impl Group {
    /// How many digits.
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }
}

/// What a person would read as one number.
pub(super) struct Chain<'c> {
    /// The whole text as bytes.
    pub(super) bytes: &'c [u8],
    /// The groups, at least one.
    pub(super) groups: &'c [Group],
    /// All digits together.
    pub(super) digits: usize,
}

impl Chain<'_> {
    /// The first digit of the chain.
    pub(super) fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    /// One past the last digit of the chain.
    pub(super) fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// The separator between group `index` and the next: its bytes.
    pub(super) fn gap(&self, index: usize) -> &[u8] {
        let (Some(left), Some(right)) = (self.groups.get(index), self.groups.get(index + 1)) else {
            return &[];
        };
        self.bytes.get(left.end..right.start).unwrap_or_default()
    }

    /// Whether every separator is `want`, with at least one there.
    pub(super) fn joined_by(&self, want: &[u8]) -> bool {
        self.groups.len() > 1 && (0..self.groups.len() - 1).all(|index| self.gap(index) == want)
    }

    /// The lengths of the groups, and how many there are; zero beyond.
    pub(super) fn lengths(&self) -> [usize; GROUPS_MAX] {
        let mut lengths = [0; GROUPS_MAX];
        for (slot, group) in lengths.iter_mut().zip(self.groups) {
            *slot = group.len();
        }
        lengths
    }

    /// The digits of the groups as one string of at most `N`; how many there were.
    pub(super) fn number<const N: usize>(&self) -> ([u8; N], usize) {
        let mut out = [0; N];
        let mut count = 0;
        for group in self.groups {
            for digit in self.bytes.get(group.start..group.end).unwrap_or_default() {
                if let Some(slot) = out.get_mut(count) {
                    *slot = *digit;
                }
                count += 1;
            }
        }
        (out, count)
    }

    /// The same chain from group `from` to group `to`.
    pub(super) fn part(&self, from: usize, to: usize) -> Option<Chain<'_>> {
        let groups = self.groups.get(from..to)?;
        let digits = groups.iter().map(|group| group.len()).sum();
        (!groups.is_empty()).then_some(Chain { bytes: self.bytes, groups, digits })
    }

    /// Whether the chain stands by itself: not a piece of an identifier, a UUID, a
    /// decimal number, a date or a longer number.
    pub(super) fn stands_alone(&self) -> bool {
        self.left_is_free(self.start()) && self.right_is_free()
    }

    /// Whether nothing before `at` makes what begins there a piece of something longer.
    pub(super) fn left_is_free(&self, at: usize) -> bool {
        let last = before(self.bytes, at);
        let far = before(self.bytes, at.saturating_sub(1));
        match last {
            b'n' | b'r' | b't' => far == b'\\',
            // A comma parts the cells of a table. Thousands are groups of three, too
            // short to be anything here.
            b',' => far != b'$',
            b'.' | b'-' | b'/' => !(far.is_ascii_alphanumeric() || far == b'$' || far == b'.'),
            b':' => !far.is_ascii_digit(),
            // A product; in Markdown the stars stand on their own.
            b'*' => !far.is_ascii_alphanumeric(),
            b'$' | b'#' | b'^' | b'@' | b'%' | b'\\' => false,
            0xC2 | 0xA0..=0xBF => !matches!((far, last), (0xC2, 0xA3 | 0xA5) | (0x82, 0xAC)),
            _ => !is_word(last),
        }
    }

    /// Whether nothing after the chain makes it a piece of something longer.
    pub(super) fn right_is_free(&self) -> bool {
        let end = self.end();
        let next = byte(self.bytes, end);
        let far = byte(self.bytes, end + 1);
        match next {
            b',' => true,
            b'.' | b'-' | b'/' | b':' | b'*' => !far.is_ascii_alphanumeric(),
            b'%' => false,
            // A character beyond ASCII may follow a number without a space.
            0x80.. => true,
            _ => !is_word(next),
        }
    }
}

/// Reads the chains of a text from left to right.
pub(super) struct Chains<'t> {
    bytes: &'t [u8],
    at: usize,
    groups: [Group; GROUPS_MAX],
}

impl<'t> Chains<'t> {
    /// Starts at the beginning of `text`.
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, groups: [Group { start: 0, end: 0 }; GROUPS_MAX] }
    }

    /// The next chain; `None` at the end of the text.
    pub(super) fn read_next(&mut self) -> Option<Chain<'_>> {
        let rest = self.bytes.get(self.at..)?;
        let first = self.at + rest.iter().position(u8::is_ascii_digit)?;
        let mut count = 0;
        let mut digits = 0;
        let mut at = first;
        while let Some(slot) = self.groups.get_mut(count) {
            let end = run(self.bytes, at, usize::MAX, |byte| byte.is_ascii_digit());
            *slot = Group { start: at, end };
            count += 1;
            digits += end - at;
            self.at = end;
            match self.next_group(end) {
                Some(next) => at = next,
                None => break,
            }
        }
        let groups = self.groups.get(..count)?;
        Some(Chain { bytes: self.bytes, groups, digits })
    }

    /// Where the next group begins if only a separator lies between.
    fn next_group(&self, end: usize) -> Option<usize> {
        let mut at = end;
        while at - end < GAP_MAX && is_separator(byte(self.bytes, at)) {
            at += 1;
        }
        let gap = self.bytes.get(end..at)?;
        let plausible =
            matches!(gap, [_] | b" (" | b") " | b" - " | b" / " | b")-" | b"-(" | b")/");
        (plausible && byte(self.bytes, at).is_ascii_digit()).then_some(at)
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')')
}

/// More groups than any number has; a longer row of groups is read in pieces.
pub(super) const GROUPS_MAX: usize = 12;
const GAP_MAX: usize = 3;
