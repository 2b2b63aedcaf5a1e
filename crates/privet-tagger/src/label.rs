//! [`Label`]: what a token is part of, as begin, inside, outside.

/// What a mention names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// A person.
    Person,
    /// A place.
    Location,
    /// A company or institution.
    Organization,
}

impl Name {
    /// All of them, in the order of the labels.
    pub const ALL: [Self; 3] = [Self::Person, Self::Location, Self::Organization];
}

/// How many labels there are: outside, and begin and inside of each name.
pub const LABELS: usize = 1 + 2 * Name::ALL.len();

/// A label by its number: 0 is outside, odd numbers begin a name, even ones go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(u8);

impl Label {
    /// No part of a name.
    pub const OUTSIDE: Self = Self(0);

    /// The first token of a mention.
    pub fn begin(name: Name) -> Self {
        Self(1 + 2 * name as u8)
    }

    /// A later token of a mention.
    pub fn inside(name: Name) -> Self {
        Self(2 + 2 * name as u8)
    }

    /// The label with that number; outside if there is none.
    pub fn of(number: usize) -> Self {
        u8::try_from(number).ok().filter(|n| usize::from(*n) < LABELS).map_or(Self::OUTSIDE, Self)
    }

    /// Its number.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// What it is part of.
    pub fn name(self) -> Option<Name> {
        Name::ALL.get(usize::from(self.0).checked_sub(1)? / 2).copied()
    }

    /// Whether a mention begins here.
    pub fn begins(self) -> bool {
        self.0 % 2 == 1
    }

    /// Whether `next` may follow: a mention goes on only as what it began.
    pub fn may_precede(self, next: Self) -> bool {
        next == Self::OUTSIDE || next.begins() || self.name() == next.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow() {
        let (begin, inside) = (Label::begin(Name::Person), Label::inside(Name::Person));
        assert_eq!((begin.number(), inside.number()), (1, 2));
        assert!(begin.may_precede(inside) && inside.may_precede(inside));
        assert!(!Label::OUTSIDE.may_precede(inside));
        assert!(!Label::begin(Name::Location).may_precede(inside));
        assert!(inside.may_precede(begin) && inside.may_precede(Label::OUTSIDE));
        assert_eq!(Label::of(6).name(), Some(Name::Organization));
        assert_eq!(Label::of(7), Label::OUTSIDE);
    }
}
