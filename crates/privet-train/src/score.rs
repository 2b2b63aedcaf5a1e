//! How the table does on the texts that were held back.

use privet_encoder::DeepTagger;
use privet_tagger::{Eagerness, Mention, Model, Name, Tagger};

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

    /// Takes what was found in one text.
    fn take(&mut self, spans: &[Span], found: &[Mention], name: Name) {
        let overlaps =
            |span: &Span, mention: &Mention| span.start < mention.end && mention.start < span.end;
        let of = |span: &&Span| span.name == Some(name);
        for span in spans.iter().filter(of) {
            self.labelled += 1;
            self.met += usize::from(found.iter().any(|m| m.name == name && overlaps(span, m)));
        }
        for mention in found.iter().filter(|mention| mention.name == name) {
            let right = spans.iter().filter(of).any(|span| overlaps(span, mention));
            let ignored = spans.iter().any(|span| span.name.is_none() && overlaps(span, mention));
            if right || !ignored {
                self.found += 1;
                self.right += usize::from(right);
            }
        }
    }

    fn f1(&self) -> (f64, f64, f64) {
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let (precision, recall) = (share(self.right, self.found), share(self.met, self.labelled));
        let sum = precision + recall;
        (precision, recall, if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 })
    }
}

/// What finds names.
pub(crate) trait Tags {
    /// Hands the names in `text` to `found`.
    fn tag(&self, text: &str, found: &mut dyn FnMut(Mention));
}

impl Tags for Tagger {
    fn tag(&self, text: &str, found: &mut dyn FnMut(Mention)) {
        Tagger::tag(self, text, found);
    }
}

impl Tags for DeepTagger {
    fn tag(&self, text: &str, found: &mut dyn FnMut(Mention)) {
        DeepTagger::tag(self, text, &mut |_| true, found);
    }
}

/// Prints precision, recall and F1 by overlap, for each file, name and writing.
pub(crate) fn print(
    corpora: &[Corpus],
    table: &'static [u8],
    measured: impl Fn(&Document) -> bool + Copy,
) -> anyhow::Result<()> {
    print_of(&Tagger::new(Model::decode(table)?, Eagerness::default()), corpora, measured);
    Ok(())
}

/// As [`print`], of any tagger.
pub(crate) fn print_of(
    tagger: &dyn Tags,
    corpora: &[Corpus],
    measured: impl Fn(&Document) -> bool + Copy,
) {
    const WRITINGS: [Writing; 3] = [Writing::AsIs, Writing::Lower, Writing::Upper];
    let mut all: Vec<[[Count; Name::ALL.len()]; WRITINGS.len()]> = Vec::new();
    for corpus in corpora.iter().filter(|corpus| corpus.documents.iter().any(measured)) {
        let counts = WRITINGS.map(|writing| counts(&read(tagger, corpus, writing, measured), 0.0));
        let mut line = format!("  {:20}", corpus.file);
        for (number, name) in Name::ALL.iter().enumerate() {
            for (writing, counts) in WRITINGS.iter().zip(&counts) {
                let Some(count) = counts.get(number) else { continue };
                let (precision, recall, f1) = count.f1();
                line += &match writing {
                    Writing::AsIs => format!(" {name:?} {precision:.2}/{recall:.2}={f1:.3}"),
                    Writing::Lower => format!(" lower {recall:.2}={f1:.2}"),
                    Writing::Upper => format!(" UPPER {recall:.2}={f1:.2}"),
                };
            }
        }
        println!("{line}");
        all.push(counts);
    }
    let (mut mean, mut pooled) = (String::from("  MEAN"), String::from("  POOLED"));
    for name in 0..Name::ALL.len() {
        for writing in 0..WRITINGS.len() {
            let counts: Vec<&Count> =
                all.iter().filter_map(|counts| counts.get(writing)?.get(name)).collect();
            let sum: f64 = counts.iter().map(|count| count.f1().2).sum();
            let mut whole = Count::default();
            counts.iter().for_each(|count| whole.add(count));
            mean += &format!(" {:.4}", sum / counts.len().max(1) as f64);
            pooled += &format!(" {:.4}", whole.f1().2);
        }
    }
    println!("{mean}\n{pooled}");
}

/// Prints, for each eagerness and threshold, the mean over the files of precision, recall,
/// F1 and F2 on the texts held back.
pub(crate) fn print_thresholds(corpora: &[Corpus], tagger_of: impl Fn(Eagerness) -> Box<dyn Tags>) {
    let measured = |document: &Document| document.held_back;
    for (eagerness, one_case) in [(0.0, 0.0), (0.4, 1.9), (0.6, 1.9), (1.2, 2.2), (1.8, 2.8)] {
        let tagger = tagger_of(Eagerness::new(eagerness, one_case));
        let read = |corpus| read(tagger.as_ref(), corpus, Writing::AsIs, measured);
        let corpora: Vec<Vec<Read>> =
            corpora.iter().map(read).filter(|texts| !texts.is_empty()).collect();
        for threshold in [0.0, 0.5, 0.6, 0.7, 0.8, 0.9] {
            let counts: Vec<_> = corpora.iter().map(|texts| counts(texts, threshold)).collect();
            println!("  {eagerness} {threshold}{}", means(&counts));
        }
    }
}

/// Of each name, the means of precision, recall, F1 and F2.
fn means(counts: &[[Count; Name::ALL.len()]]) -> String {
    let mut line = String::new();
    for name in Name::ALL {
        let mut sums = [0.0; 4];
        for count in counts.iter().filter_map(|counts| counts.get(name as usize)) {
            let (precision, recall, f1) = count.f1();
            let weighted = 4.0 * precision + recall;
            let f2 = if weighted > 0.0 { 5.0 * precision * recall / weighted } else { 0.0 };
            for (sum, figure) in sums.iter_mut().zip([precision, recall, f1, f2]) {
                *sum += figure / counts.len() as f64;
            }
        }
        let [precision, recall, f1, f2] = sums;
        line += &format!(" {name:?} {precision:.3} {recall:.3} {f1:.3} {f2:.3}");
    }
    line
}

/// Prints the people that are missed and those that are none, with what stands around them.
pub(crate) fn print_errors(corpora: &[Corpus], table: &'static [u8]) -> anyhow::Result<()> {
    let tagger = Tagger::new(Model::decode(table)?, Eagerness::default());
    for document in corpora.iter().flat_map(|corpus| &corpus.documents) {
        let variant = written(document, Writing::AsIs);
        let spans = in_bytes(&variant);
        let mut found: Vec<Mention> = Vec::new();
        tagger.tag(&variant.text, &mut |mention| found.push(mention));
        found.retain(|mention| mention.name == Name::Person);
        let show = |what: &str, start: usize, end: usize| {
            let around = |range| variant.text.get(range).unwrap_or_default();
            let near: String = around(end..variant.text.len()).chars().take(30).collect();
            let before: String = around(0..start).chars().rev().take(30).collect();
            let before: String = before.chars().rev().collect();
            println!("{what} {:?}", format!("{before}[{}]{near}", around(start..end)));
        };
        for mention in &found {
            if !spans.iter().any(|s| {
                s.start < mention.end
                    && mention.start < s.end
                    && s.name != Some(Name::Location)
                    && s.name != Some(Name::Organization)
            }) {
                show("wrong ", mention.start, mention.end);
            }
        }
        for span in spans.iter().filter(|span| span.name == Some(Name::Person)) {
            if !found.iter().any(|m| span.start < m.end && m.start < span.end) {
                show("missed", span.start, span.end);
            }
        }
    }
    Ok(())
}

/// A text that was read: what is labelled in it, and what was found.
struct Read {
    spans: Vec<Span>,
    found: Vec<Mention>,
}

/// Reads the measured texts of a corpus.
fn read(
    tagger: &dyn Tags,
    corpus: &Corpus,
    writing: Writing,
    measured: impl Fn(&Document) -> bool,
) -> Vec<Read> {
    let documents = corpus.documents.iter().filter(|document| measured(document));
    let read = documents.map(|document| {
        let variant = written(document, writing);
        let mut found = Vec::new();
        tagger.tag(&variant.text, &mut |mention| found.push(mention));
        Read { spans: in_bytes(&variant), found }
    });
    read.collect()
}

/// What was found and missed, for each name, of what is at least so sure.
fn counts(texts: &[Read], threshold: f32) -> [Count; Name::ALL.len()] {
    let mut counts = [(); Name::ALL.len()].map(|()| Count::default());
    for Read { spans, found } in texts {
        let sure = found.iter().filter(|mention| mention.confidence >= threshold);
        let sure: Vec<Mention> = sure.copied().collect();
        for (name, count) in Name::ALL.iter().zip(&mut counts) {
            count.take(spans, &sure, *name);
        }
    }
    counts
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
