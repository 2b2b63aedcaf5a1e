//! What holds for every text, however odd.

#![allow(clippy::expect_used, reason = "tests")]

use privet_encoder::{DeepTagger, Encoder, Reach};
use privet_tagger::{Mention, Tagger};
use proptest::prelude::*;

fn tagger(reach: Reach) -> DeepTagger {
    let encoder = Encoder::shared().expect("the table is broken");
    DeepTagger::new(Tagger::shared(0.0).expect("the table is broken"), encoder, reach, 0.0)
}

fn mentions(text: &str, reach: Reach, pieces: &mut usize) -> Vec<Mention> {
    let mut all = Vec::new();
    let mut allowance = |count: usize| {
        *pieces = pieces.saturating_sub(count);
        *pieces > 0
    };
    tagger(reach).tag(text, &mut allowance, &mut |mention| all.push(mention));
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
        Just(String::from("e\u{301}é")),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn mentions_are_sorted_apart_and_whole(text in "\\PC{0,200}", pieces in 0usize..300) {
        for reach in [Reach::Unsure, Reach::Everything] {
            let mut end = 0;
            for mention in mentions(&text, reach, &mut pieces.clone()) {
                prop_assert!(mention.start >= end && mention.start < mention.end);
                prop_assert!(text.get(mention.start..mention.end).is_some());
                prop_assert!((0.0..=1.0).contains(&mention.confidence));
                end = mention.end;
            }
        }
    }

    /// Text may reach the tagger in pieces that end where paragraphs end.
    #[test]
    fn paragraphs_are_read_by_themselves(lines in proptest::collection::vec(line(), 0..5)) {
        let whole: String = lines.iter().map(|line| format!("{line}\n\n")).collect();
        let mut apart = Vec::new();
        let mut offset = 0;
        for line in &lines {
            let shifted = |m: Mention| Mention { start: m.start + offset, end: m.end + offset, ..m };
            let own = mentions(&format!("{line}\n\n"), Reach::Everything, &mut usize::MAX.clone());
            apart.extend(own.into_iter().map(shifted));
            offset += line.len() + 2;
        }
        let whole = mentions(&whole, Reach::Everything, &mut usize::MAX.clone());
        prop_assert_eq!(whole, apart);
    }

    /// Without an allowance, what is found is what the fast tagger finds.
    #[test]
    fn nothing_allowed_is_the_fast_tier(text in line()) {
        let mut fast = Vec::new();
        let tagger = Tagger::shared(0.0).expect("the table is broken");
        tagger.tag(&text, &mut |mention| fast.push(mention));
        prop_assert_eq!(mentions(&text, Reach::Everything, &mut 0), fast);
    }
}
