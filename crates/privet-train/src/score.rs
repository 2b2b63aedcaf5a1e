//! How the table does on the texts that were held back.

use privet_tagger::{Mention, Model, Name, Tagger};

use crate::corpus::{Corpus, Document, Span};
use crate::variant::{Variant, Writing, written};

#[derive(Default)]
struct Count {
    labelled: usize,
    met: usize,
    found: usize,
    right: usize,
}

impl Count {
    fn add(&mut self, other: &Self) {
        self.labelled += other.labelled;
        self.met += other.met;
        self.found += other.found;
        self.right += other.right;
    }

    fn f1(&self) -> (f64, f64, f64) {
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let (precision, recall) = (share(self.right, self.found), share(self.met, self.labelled));
        let sum = precision + recall;
        (precision, recall, if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 })
    }
}

/// Prints precision, recall and F1 by overlap, for each file, name and writing.
pub(crate) fn print(
    corpora: &[Corpus],
    table: &'static [u8],
    measured: impl Fn(&Document) -> bool + Copy,
) -> anyhow::Result<()> {
    let tagger = Tagger::new(Model::decode(table)?, 0.0);
    for corpus in corpora.iter().filter(|corpus| corpus.documents.iter().any(measured)) {
        let mut line = format!("  {:20}", corpus.file);
        for name in Name::ALL {
            for writing in [Writing::AsIs, Writing::Lower, Writing::Upper] {
                let count = count(&tagger, corpus, name, writing, measured);
                let (precision, recall, f1) = count.f1();
                line += &match writing {
                    Writing::AsIs => format!(" {name:?} {precision:.2}/{recall:.2}={f1:.3}"),
                    Writing::Lower => format!(" lower {recall:.2}={f1:.2}"),
                    Writing::Upper => format!(" UPPER {recall:.2}={f1:.2}"),
                };
            }
        }
        println!("{line}");
    }
    let measures = |corpus: &&Corpus| corpus.documents.iter().any(measured);
    let measured_of: Vec<&Corpus> = corpora.iter().filter(measures).collect();
    let (mut mean, mut pooled) = (String::from("  MEAN"), String::from("  POOLED"));
    for name in Name::ALL {
        for writing in [Writing::AsIs, Writing::Lower, Writing::Upper] {
            let counts = measured_of.iter().map(|c| count(&tagger, c, name, writing, measured));
            let (mut sum, mut all) = (0.0, Count::default());
            for count in counts {
                sum += count.f1().2;
                all.add(&count);
            }
            mean += &format!(" {:.4}", sum / measured_of.len().max(1) as f64);
            pooled += &format!(" {:.4}", all.f1().2);
        }
    }
    println!("{mean}\n{pooled}");
    Ok(())
}

fn count(
    tagger: &Tagger,
    corpus: &Corpus,
    name: Name,
    writing: Writing,
    measured: impl Fn(&Document) -> bool,
) -> Count {
    let mut count = Count::default();
    for document in corpus.documents.iter().filter(|document| measured(document)) {
        let variant = written(document, writing);
        let spans = in_bytes(&variant);
        let mut found: Vec<Mention> = Vec::new();
        tagger.tag(&variant.text, &mut |mention| found.push(mention));
        let overlaps =
            |span: &Span, mention: &Mention| span.start < mention.end && mention.start < span.end;
        let of = |span: &&Span| span.name == Some(name);
        for span in spans.iter().filter(of) {
            count.labelled += 1;
            count.met += usize::from(found.iter().any(|m| m.name == name && overlaps(span, m)));
        }
        for mention in found.iter().filter(|mention| mention.name == name) {
            let right = spans.iter().filter(of).any(|span| overlaps(span, mention));
            let ignored = spans.iter().any(|span| span.name.is_none() && overlaps(span, mention));
            if right || !ignored {
                count.found += 1;
                count.right += usize::from(right);
            }
        }
    }
    count
}

fn in_bytes(variant: &Variant) -> Vec<Span> {
    let mut starts: Vec<usize> = variant.text.char_indices().map(|(at, _)| at).collect();
    starts.push(variant.text.len());
    let byte = |char: usize| starts.get(char).copied().unwrap_or(variant.text.len());
    variant
        .spans
        .iter()
        .map(|span| Span { start: byte(span.start), end: byte(span.end), name: span.name })
        .collect()
}
