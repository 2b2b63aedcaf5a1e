//! [`Depth`]: how far the model of names reads, and [`Allowance`]: for how long.

use privet_encoder::Reach;

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

/// Is asked before the encoder reads on. Where it says no, the fast tagger alone is heard.
/// Whoever has a clock decides; the detectors have none.
pub type Allowance<'a> = dyn Fn() -> bool + 'a;

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
