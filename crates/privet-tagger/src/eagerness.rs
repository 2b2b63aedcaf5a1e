//! [`Eagerness`]: how much is taken from the score of "no name".

use crate::feature::is_one_case;
use crate::lexicon::Language;
use crate::token::{Token, is_prose};

/// Taken from the score of "no part of a name": the more, the more names are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eagerness {
    usual: f32,
    one_case: f32,
}

impl Eagerness {
    /// What the models say, as it is.
    pub const NONE: Self = Self { usual: 0.0, one_case: 0.0 };

    /// `usual`, but `one_case` where capitals tell nothing: in prose of which all words are in
    /// lower case, or most are in upper case, the models see fewer names than there are. In
    /// Portuguese and Swedish, where they see the fewest, still more.
    pub const fn new(usual: f32, one_case: f32) -> Self {
        Self { usual, one_case }
    }

    /// For these tokens.
    pub fn of(self, tokens: &[Token]) -> f32 {
        match is_one_case(tokens) && is_prose(tokens) {
            false => self.usual,
            true if self.one_case > self.usual && is_harder(tokens) => self.one_case + HARDER,
            true => self.one_case,
        }
    }
}

/// As a model is measured by itself.
impl Default for Eagerness {
    fn default() -> Self {
        Self::new(0.0, 1.5)
    }
}

/// Whether most words that are known stand in one of the languages in which names are hardest
/// to tell without capitals.
fn is_harder(tokens: &[Token]) -> bool {
    let language = Language::of(tokens.iter().map(|token| token.known));
    matches!(language, Some(Language::PORTUGUESE | Language::SWEDISH))
}

/// Of 0, 0.75 and 1.1 the first with which recall of people on the texts held back, written
/// lower, falls by less than five points in these languages.
const HARDER: f32 = 0.75;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::token::sentences;

    #[test]
    fn one_case_is_told() {
        let eagerness = Eagerness::new(0.5, 1.25);
        for (text, want) in [
            ("jane doe wrote to me", 1.25),
            ("JANE DOE WROTE TO ME", 1.25),
            ("Jane Doe wrote to me", 0.5),
            ("(1), 2", 0.5),
            ("let jane = doe(wrote, to);", 0.5),
            ("o presidente não falou com rosa doe", 2.0),
            ("ROSA DOE SKREV ATT HON INTE KOMMER", 2.0),
            ("Rosa Doe skrev att hon inte kommer", 0.5),
        ] {
            sentences(text, Lexicon::shared(), &mut Vec::new(), |sentence| {
                assert_eq!(eagerness.of(sentence.tokens), want, "{text}");
                assert_eq!(Eagerness::NONE.of(sentence.tokens), 0.0);
            });
        }
    }
}
