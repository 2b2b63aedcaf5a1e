//! [`Depth`]: how far the model of names reads, and [`Allowance`]: how much.

use std::time::Duration;

use privet_encoder::{Kernel, Reach};

/// Which tiers of the name model read a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// The fast tagger alone.
    Fast,
    /// The encoder, too, in paragraphs where the fast tagger is unsure, or decided against a
    /// word that is known as a name.
    #[default]
    Unsure,
    /// Both, everywhere.
    Deep,
}

impl Depth {
    /// Each of them, the deepest last.
    pub const ALL: &'static [Self] = &[Self::Fast, Self::Unsure, Self::Deep];

    /// The name in configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Unsure => "unsure",
            Self::Deep => "deep",
        }
    }

    /// The one of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|depth| depth.name() == name)
    }

    /// What the encoder reads; `None` for nothing.
    pub(crate) fn reach(self) -> Option<Reach> {
        match self {
            Self::Fast => None,
            Self::Unsure => Some(Reach::Unsure),
            Self::Deep => Some(Reach::Everything),
        }
    }
}

/// Is asked before the encoder reads on, with the number of pieces of words that come next.
/// Where it says no, the fast tagger alone is heard.
pub type Allowance<'a> = dyn Fn(usize) -> bool + 'a;

/// How many pieces the encoder reads in that time on a core that does nothing else, by the
/// kind of processor. A number of pieces, unlike a clock, gives the same findings in the same
/// text whenever it is read.
pub fn pieces_within(time: Duration) -> usize {
    let pieces = time.as_millis().saturating_mul(Kernel::best().pieces_per_ms() as u128);
    usize::try_from(pieces).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for depth in Depth::ALL {
            assert_eq!(Depth::from_name(depth.name()), Some(*depth));
        }
        assert_eq!(Depth::from_name("deepest"), None);
    }
}
