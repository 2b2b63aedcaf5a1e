//! What holds for every text, however odd.

use privet_tagger::{Mention, Tagger};
use proptest::prelude::*;

fn mentions(text: &str) -> Vec<Mention> {
    let mut all = Vec::new();
    let tagger = Tagger::shared(0.0);
    assert!(tagger.is_some(), "the table is broken");
    tagger.into_iter().for_each(|tagger| tagger.tag(text, &mut |mention| all.push(mention)));
    all
}

/// Lines of words, names and marks, glued together at random.
fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[^\n\r]{0,8}",
        "[a-z]{1,8} ",
        Just(String::from("Jane Doe ")),
        Just(String::from("Mr. KOWALSKI, ")),
        Just(String::from("in Berlin. ")),
        Just(String::from("said ")),
        Just(String::from("e\u{301}é")),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn mentions_are_sorted_apart_and_whole(text in "\\PC{0,200}") {
        let mut end = 0;
        for mention in mentions(&text) {
            prop_assert!(mention.start >= end && mention.start < mention.end);
            prop_assert!(text.get(mention.start..mention.end).is_some());
            prop_assert!((0.0..=1.0).contains(&mention.confidence));
            end = mention.end;
        }
    }

    /// Text may reach the tagger in pieces that end where lines end.
    #[test]
    fn lines_are_tagged_by_themselves(lines in proptest::collection::vec(line(), 0..6)) {
        let whole: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut apart = Vec::new();
        let mut offset = 0;
        for line in &lines {
            let shifted = |m: Mention| Mention { start: m.start + offset, end: m.end + offset, ..m };
            apart.extend(mentions(&format!("{line}\n")).into_iter().map(shifted));
            offset += line.len() + 1;
        }
        prop_assert_eq!(mentions(&whole), apart);
    }
}
