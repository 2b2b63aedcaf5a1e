//! Free text that teachers labelled: `data/silver.txt`, which `data/silver.py` makes.

use privet_tagger::Name;

use crate::corpus::{Corpus, Document, Span};

/// The group of these texts.
pub(crate) const TEACHERS: &str = "teachers";

/// How much each of them counts, of what a text counts that people labelled.
const WEIGHT: f32 = 0.3;

/// The texts. None of them is held back.
pub(crate) fn corpus() -> Corpus {
    let lines = include_str!("../data/silver.txt").lines();
    Corpus {
        file: "silver",
        group: TEACHERS,
        weight: WEIGHT,
        share: 1.0,
        cases: 1.0,
        documents: lines.filter(|line| !line.starts_with('#')).map(document).collect(),
    }
}

/// A text from its line: names stand in marks, new lines are written `␤`.
fn document(line: &str) -> Document {
    let mut text = Vec::with_capacity(line.len());
    let mut spans = Vec::new();
    let mut open = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '⟦' => {
                let name = letters.next().and_then(name);
                letters.next();
                open = Some((text.len(), name));
            }
            '⟧' => {
                let span = open.take().map(|(start, name)| Span { start, end: text.len(), name });
                spans.extend(span);
            }
            '␤' => text.push('\n'),
            _ => text.push(letter),
        }
    }
    Document { text, spans, held_back: false }
}

/// What a mark says. Other marks than these are left out of the loss.
fn name(mark: char) -> Option<Name> {
    match mark {
        'P' => Some(Name::Person),
        'L' => Some(Name::Location),
        'O' => Some(Name::Organization),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans() {
        let read = document("⟦P:Ida Söder⟧ of ⟦L:Aby⟧,␤with ⟦-:Tux⟧");
        assert_eq!(read.text.iter().collect::<String>(), "Ida Söder of Aby,\nwith Tux");
        let spans: Vec<_> = read.spans.iter().map(|s| (s.start, s.end, s.name)).collect();
        let wanted = [(0, 9, Some(Name::Person)), (13, 16, Some(Name::Location)), (23, 26, None)];
        assert_eq!(spans, wanted);
    }

    #[test]
    fn every_text_of_the_file_has_letters_and_whole_spans() {
        let corpus = corpus();
        assert!(corpus.documents.len() > 10_000);
        for document in &corpus.documents {
            assert!(document.text.len() >= 40);
            assert!(document.text.iter().all(|letter| !"⟦⟧␤".contains(*letter)));
            assert!(document.spans.iter().all(|s| s.start < s.end && s.end <= document.text.len()));
        }
    }
}
