//! Texts made from templates: judgments, mails, reviews, posts, chats, forms, tables, code and
//! logs, which the labelled texts have few of, in eight languages. Some have names, many have none.

mod calendar;
mod filler;
mod template;

use self::filler::Filler;
use self::template::Template;
use crate::corpus::{Corpus, Document};
use crate::random::Random;
use crate::variant::Names;

/// The templates, by kind of text.
const KINDS: [&str; 5] = [
    include_str!("../../data/template/general.txt"),
    include_str!("../../data/template/judgment.txt"),
    include_str!("../../data/template/mail.txt"),
    include_str!("../../data/template/web.txt"),
    include_str!("../../data/template/record.txt"),
];
const CODE: &str = include_str!("../../data/code.txt");

/// How much each of these texts counts.
const WEIGHT: f32 = 0.5;
/// How much of them the deep tier reads, of what it reads of labelled texts.
const SHARE: f32 = 1.5;
/// Texts that begin with each template.
const TEXTS: usize = 12;
/// As often is a text one template alone.
const ALONE: f32 = 0.4;

/// The texts, always the same ones.
pub(crate) fn corpus(names: &Names) -> Corpus {
    let mut random = Random::new(0x7e57);
    let filler = Filler::new(names);
    let mut documents = Vec::new();
    for list in KINDS {
        let templates = Template::all(list);
        for template in &templates {
            let like: Vec<Template> =
                templates.iter().filter(|t| t.language == template.language).copied().collect();
            for _ in 0..TEXTS {
                let mut some = vec![*template];
                if template.language != "any" && !random.chance(ALONE) {
                    let more = 1 + random.below(3);
                    some.extend((0..more).filter_map(|_| random.pick(&like).copied()));
                }
                documents.push(filler.filled(&some, &mut random));
            }
        }
    }
    documents.extend(code());
    let (file, group) = ("generated", "generated");
    Corpus { file, group, weight: WEIGHT, share: SHARE, cases: 1.0, documents }
}

/// Lines of programs, some to a text.
fn code() -> impl Iterator<Item = Document> {
    let without_credit = CODE.split_once("text.\n").map_or(CODE, |(_, lines)| lines);
    let texts = without_credit.split("\n\n").filter(|text| !text.is_empty());
    texts.map(|text| Document { text: text.chars().collect(), spans: Vec::new(), held_back: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_texts_each_time() {
        let names = Names::new();
        let texts =
            |corpus: Corpus| corpus.documents.into_iter().map(|d| d.text).collect::<Vec<_>>();
        assert_eq!(texts(corpus(&names)), texts(corpus(&names)));
    }

    /// A gap that no filler knows would stay as it is written.
    #[test]
    fn nothing_is_left_of_templates() {
        for document in corpus(&Names::new()).documents.iter().filter(|d| !d.spans.is_empty()) {
            let text: String = document.text.iter().collect();
            for mark in ["{P", "{F", "{f", "{K", "{X", "<O:", "<C:", "<P:"] {
                assert!(!text.contains(mark), "{text}");
            }
        }
    }
}
