//! Protected documents: a passage of one, pasted somewhere else, is found by its words.
//!
//! Of each run of [`RUN_WORDS`] words of a document a hash of 64 bits is kept, without case,
//! accents and punctuation, so that a passage is found whatever its line breaks and quotes.
//! Nothing of the text stays in memory.

use std::collections::HashSet;

use privet_text::{EntityType, Finding, Reason, Score};

use super::dictionary::Words;
use crate::claim::Claim;

/// All protected documents.
#[derive(Default)]
pub(super) struct Documents {
    list: Vec<Document>,
}

struct Document {
    entity: EntityType,
    recognizer: &'static str,
    runs: HashSet<u64>,
}

impl Documents {
    /// Adds `text` to the document of `recognizer`; gives how many runs it has.
    pub(super) fn add(
        &mut self,
        text: &str,
        entity: EntityType,
        recognizer: &'static str,
    ) -> usize {
        let runs: HashSet<u64> = Runs::new(text).map(|run| run.hash).collect();
        let count = runs.len();
        match self.list.iter_mut().find(|document| document.recognizer == recognizer) {
            Some(document) => document.runs.extend(runs),
            None => self.list.push(Document { entity, recognizer, runs }),
        }
        count
    }

    /// Reports each passage of a document.
    pub(super) fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        if self.list.is_empty() {
            return;
        }
        let mut open: Vec<Option<(usize, usize)>> = vec![None; self.list.len()];
        let mut close = |document: &Document, passage: Option<(usize, usize)>| {
            let Some((start, end)) = passage else { return };
            let claim = Claim::new(document.entity, document.recognizer, Score::new(0.7));
            if let Some(finding) = claim.because(Reason::Dictionary).at(start, end) {
                found(finding);
            }
        };
        for run in Runs::new(text) {
            for (document, passage) in self.list.iter().zip(&mut open) {
                let known = document.runs.contains(&run.hash);
                match passage {
                    Some((_, end)) if known => *end = run.end,
                    Some((_, end)) if run.start >= *end => close(document, passage.take()),
                    None if known => *passage = Some((run.start, run.end)),
                    Some(_) | None => {}
                }
            }
        }
        for (document, passage) in self.list.iter().zip(open) {
            close(document, passage);
        }
    }
}

/// So many words in a row are a passage.
struct Run {
    start: usize,
    end: usize,
    hash: u64,
}

/// The runs of a text, one for each word from the eighth on.
struct Runs<'t> {
    words: Words<'t>,
    /// Hash and start of the last words, in a ring.
    last: [(u64, usize); RUN_WORDS],
    count: usize,
    hash: u64,
}

impl<'t> Runs<'t> {
    fn new(text: &'t str) -> Self {
        Self { words: Words::new(text, 0), last: [(0, 0); RUN_WORDS], count: 0, hash: 0 }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let word = self.words.next()?;
            let slot = self.last.get_mut(self.count % RUN_WORDS)?;
            let gone = std::mem::replace(slot, (word.hash, word.start)).0;
            // A polynomial over the words, from which the oldest is taken out again.
            let oldest = gone.wrapping_mul(BASE_TO_RUN);
            self.hash = self.hash.wrapping_mul(BASE).wrapping_add(word.hash).wrapping_sub(oldest);
            self.count += 1;
            if self.count >= RUN_WORDS {
                let (_, start) = *self.last.get(self.count % RUN_WORDS)?;
                return Some(Run { start, end: word.end, hash: self.hash });
            }
        }
    }
}

/// Fewer words in a row are found in other people's texts, too.
const RUN_WORDS: usize = 8;
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
const BASE_TO_RUN: u64 = power(BASE, RUN_WORDS);

const fn power(base: u64, exponent: usize) -> u64 {
    let mut result = 1u64;
    let mut step = 0;
    while step < exponent {
        result = result.wrapping_mul(base);
        step += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;
    use crate::custom::Custom;

    const SECRET_PLAN: &str = "The heron will land at dawn on the northern shore, where three boats wait \
        without lights. Nobody is to speak until the second signal has been seen.";

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut builder = Custom::builder();
        assert!(
            builder.document("plan", EntityType::Custom, SECRET_PLAN).is_ok_and(|runs| runs > 10)
        );
        let found = found(builder, text);
        let got: Vec<&str> = found
            .iter()
            .filter(|(_, by)| *by == "document/plan")
            .map(|(value, _)| value.as_str())
            .collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn passages() {
        let part = "northern shore, where three boats wait without lights";
        check(&format!("He said: {part}; and left."), &[part]);
        let other = "> NORTHERN SHORE where\n> three boats wait -- without lights";
        check(other, &["NORTHERN SHORE where\n> three boats wait -- without lights"]);
        check(SECRET_PLAN, &[SECRET_PLAN.trim_end_matches('.')]);
    }

    #[test]
    fn two_passages_are_two() {
        let (one, two) = (
            "The heron will land at dawn on the northern",
            "is to speak until the second signal has been seen",
        );
        check(&format!("{one} something else stands here and here {two}!"), &[one, two]);
    }

    #[test]
    fn a_few_words_are_no_passage() {
        check("The heron will land at dawn on Tuesday, where three boats wait.", &[]);
    }
}
