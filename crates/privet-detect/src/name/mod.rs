//! Names of people: a first, simple recognizer.
//!
//! A name counts when a dictionary knows its first and family part, when a title or
//! a cue stands before it, in the head or at the foot of a letter, in a field that
//! is called a name, and in such a column of a table. A single word by itself never
//! counts. Precision comes before recall here; models that read the sentence belong
//! behind the same [`Detector`](crate::Detector).

mod cue;
mod field;
mod head;
mod lexicon;
mod person;
mod prose;
mod table;
mod title;
mod word;

use crate::trigger::Rule;

pub(crate) use lexicon::{AMBIGUOUS, FAMILY, FIRST, ORG, STOP, TITLE};
pub(crate) use prose::Names;
pub(crate) use table::{Cells, delimiter_of, line_after};
pub(crate) use word::{Case, Word, next_word, previous_word, word_at};

/// The rules of this family that start from a literal.
pub(crate) const FAMILIES: &[&[Rule]] = &[cue::RULES, head::RULES, field::RULES, table::RULES];

#[cfg(test)]
#[track_caller]
fn check(text: &str, want: &[&str]) {
    use crate::{Analyzer, AnalyzerOptions, ModelUse};
    use privet_text::EntityType;
    let found =
        Analyzer::new(AnalyzerOptions { model: ModelUse::Off, ..AnalyzerOptions::default() })
            .analyze(text);
    let got: Vec<_> = found
        .iter()
        .filter(|f| f.entity == EntityType::Person)
        .filter_map(|f| f.span.of(text))
        .collect();
    assert_eq!(got, want, "in {text:?}");
}
