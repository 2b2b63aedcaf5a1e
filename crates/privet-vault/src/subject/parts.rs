//! The words of which invented names are made.
//!
//! "Mary Smith" for Jane Doe is made of "Mary" for Jane and "Smith" for Doe, which are rows of
//! their own, so that a family stays a family. By themselves they may be anybody's; beside a
//! token that is made of them they say whom it stands for, and so they belong to it.

use std::collections::HashMap;

use privet_text::Raw;

use super::mention::{Likeness, holds, words};
use super::{Mention, Subject};
use crate::scope_keys::Reference;

/// The rows that may be words of invented names, by scope.
#[derive(Default)]
pub(super) struct Parts(HashMap<Reference, Vec<Mention>>);

impl Parts {
    /// Whether a row may be such a word: neither a derived label nor a whole name.
    pub(super) fn may_be(token: &str, value: &str) -> bool {
        let mut letters = value.chars();
        let is_word = letters.next().is_some_and(char::is_uppercase)
            && letters.all(|char| !char.is_uppercase());
        is_word && token.chars().all(|char| char.is_alphabetic() || " -&'.".contains(char))
    }

    /// Keeps a row for [`link`](Self::link).
    pub(super) fn note(&mut self, row: Mention) {
        self.0.entry(row.reference).or_default().push(row);
    }

    /// Adds to what was found the words of which its tokens are made.
    pub(super) fn link(self, subject: &mut Subject) {
        for (reference, parts) in self.0 {
            for part in parts {
                let named = subject.mentions.iter().filter(|mention| {
                    mention.reference == reference
                        && mention.token != part.token
                        && is_part(&mention.token, &part.token)
                        && is_part(mention.value.expose(), part.value.expose())
                });
                let Some(surest) = named.map(|mention| mention.likeness).min() else { continue };
                let likeness = surest.max(Likeness::Holds);
                let known = subject
                    .mentions
                    .iter_mut()
                    .find(|mention| mention.reference == reference && mention.token == part.token);
                match known {
                    Some(known) => known.likeness = known.likeness.min(likeness),
                    None => subject.mentions.push(Mention { likeness, ..part }),
                }
            }
        }
    }
}

fn is_part(whole: &str, part: &str) -> bool {
    holds(&words(whole), &words(part))
}

impl Mention {
    /// The same row once more.
    pub(super) fn again(&self) -> Self {
        Self {
            token: self.token.clone(),
            value: Raw::new(self.value.expose().clone()),
            scope: self.scope.clone(),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_word_of_an_invented_name() {
        let rows = [
            ("Mary", "Jane", true),
            ("Anna-Maria", "Zoë", true),
            ("Larch & Sons", "Kestrel", true),
            ("PERSON_K7Q2MX4", "Jane", false),
            ("Mary Smith", "Jane Doe", false),
            ("Mary", "jane.doe@kestrel-mail.com", false),
            ("192.0.2.1", "Jane", false),
            ("Mary", "", false),
        ];
        for (token, value, want) in rows {
            assert_eq!(Parts::may_be(token, value), want, "{token} {value:?}");
        }
    }
}
