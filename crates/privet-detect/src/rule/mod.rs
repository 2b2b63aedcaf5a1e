//! Rules as data: what stands in `rules/*.toml`, and how it is run.
//!
//! The build turns the files into one table, [`RULES`]. A rule finds candidates in one of
//! five ways, and no way costs a pass of its own per rule:
//!
//! - *shapes*: the value has a form of its own. One automaton over all shapes walks from
//!   each place where a number begins ([`shape`]).
//! - *cues*: a word such as "passport" stands before the value. The words are triggers of
//!   the automaton in [`crate::trigger`]; the value is read where they stand ([`cue`]).
//! - *words*: the value is one of a list ([`dictionary`]).
//! - *starts*: a token begins with letters of its own, such as `ghp_` ([`token`]); these are
//!   triggers, too.
//! - *vendors*: a name stands beside a value that is given to a key or password; asked only
//!   where such a value was read ([`crate::secret`]).
//!
//! A candidate is judged in one place ([`judge`]): check digits, words beside it, score.

mod check;
mod context;
mod cue;
mod dictionary;
mod engine;
mod judge;
mod own;
#[cfg(test)]
mod page;
mod pattern;
mod reader;
mod shape;
#[cfg(test)]
mod tests;
mod token;

use privet_text::EntityType;

use crate::trigger::Site;

pub(crate) use check::bech32;
pub(crate) use cue::read as read_cue;
pub(crate) use dictionary::read as read_word;
pub(crate) use engine::Engine;
pub(crate) use own::{OwnRule, judge};
pub(crate) use pattern::{Patterns, Walker};
pub(crate) use token::{Beside, Part, Token, read as read_token};

/// One rule. The fields are explained in `docs/rules.md`.
#[derive(Debug)]
pub struct Rule {
    /// Its name in findings, such as `br-cpf`.
    pub id: &'static str,
    /// The file it stands in, below `rules`.
    pub family: &'static str,
    /// What it finds.
    pub entity: EntityType,
    /// The country (ISO 3166-1), if only one knows it.
    pub region: Option<&'static str>,
    /// What it is, for people.
    pub title: &'static str,
    /// Where the format is written down.
    pub reference: &'static str,
    pub(crate) way: Way,
    pub(crate) check: Option<Check>,
    pub(crate) holds: Option<Check>,
    pub(crate) needs_context: bool,
    pub(crate) context: &'static [&'static str],
    pub(crate) against: &'static [&'static str],
}

/// How a rule finds candidates.
#[derive(Debug)]
pub(crate) enum Way {
    /// By the form of the value.
    Shapes(&'static [Shape]),
    /// By a word before it.
    Cues(Cues),
    /// By a list of words.
    Words {
        /// The list.
        words: &'static [&'static str],
        /// The score of a word by itself.
        score: f32,
        /// Capital letters count.
        exact: bool,
    },
    /// By the letters a token begins with.
    Token(Token),
    /// By a name beside a value that is given to a key.
    Beside(Beside),
}

/// One way in which a value is written.
#[derive(Debug)]
pub(crate) struct Shape {
    /// A regular expression over the whole value.
    pub(crate) is: &'static str,
    /// Its score by itself.
    pub(crate) score: f32,
}

/// What stands before a value, and how the value is read.
#[derive(Debug)]
pub(crate) struct Cues {
    /// Lower-case words that wake the rule.
    pub(crate) words: &'static [&'static str],
    /// How the value is read.
    pub(crate) reading: Reading,
    /// The score of cue and value together.
    pub(crate) score: f32,
    /// What the finding covers.
    pub(crate) span: SpanOf,
    /// Whether the value begins right behind the cue.
    pub(crate) direct: bool,
    /// Whether the value may have no digit.
    pub(crate) digitless: bool,
}

/// How the value beside a cue is read.
#[derive(Debug)]
pub(crate) enum Reading {
    /// By a regular expression.
    Value(&'static str),
    /// By code, which gives the bounds of the value.
    Code(fn(&Site<'_>) -> Option<(usize, usize)>),
}

/// What a finding beside a cue covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanOf {
    /// The value.
    Value,
    /// The cue, too.
    All,
}

/// Check digits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// By a function over capital letters and digits.
    Named(fn(&[u8]) -> bool),
    /// By a function over the value as it was written.
    Written(fn(&[u8]) -> bool),
    /// By a weighted sum.
    Weighted(Weighted),
}

/// A weighted sum over all characters but the last, which is the check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighted {
    /// One for each character before the check.
    pub(crate) weights: &'static [u8],
    /// What the sum is divided by.
    pub(crate) modulus: u16,
    /// The check is what is missing to a multiple of the modulus.
    pub(crate) complement: bool,
    /// The character for each result; a higher result has none.
    pub(crate) symbols: &'static [u8],
}

impl Rule {
    /// Every rule that stands in a file, in the order of the files.
    pub fn all() -> &'static [Self] {
        RULES
    }

    /// The words that wake it.
    pub(crate) fn triggers(&self) -> &'static [&'static str] {
        match &self.way {
            Way::Cues(cues) => cues.words,
            Way::Words { words, .. } => words,
            Way::Token(token) => token.triggers,
            Way::Shapes(_) | Way::Beside(_) => &[],
        }
    }

    /// Whether a company's configuration made it.
    pub fn is_own(&self) -> bool {
        self.family == own::FAMILY
    }

    /// The rule whose findings carry `recognizer`.
    pub fn of(recognizer: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == recognizer)
    }
}

impl Check {
    /// Whether it holds for `value`, given in capital letters and digits and as it was
    /// written.
    pub(crate) fn holds(&self, value: &[u8], written: &[u8]) -> bool {
        match self {
            Self::Named(function) => function(value),
            Self::Written(function) => function(written),
            Self::Weighted(sum) => sum.holds(value),
        }
    }
}

impl Weighted {
    fn holds(&self, value: &[u8]) -> bool {
        let Some((last, body)) = value.split_last() else { return false };
        if body.len() != self.weights.len() {
            return false;
        }
        let Some(sum) = check::weighted(body, self.weights) else { return false };
        let modulus = u32::from(self.modulus).max(1);
        let rest = sum % modulus;
        let result = if self.complement { (modulus - rest) % modulus } else { rest };
        usize::try_from(result).ok().and_then(|at| self.symbols.get(at)) == Some(last)
    }
}

static RULES: &[Rule] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));
