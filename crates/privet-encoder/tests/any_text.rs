//! What holds for every text, however odd, of the fast tagger and of both tiers.

#![allow(clippy::expect_used, reason = "tests")]

use privet_encoder::{DeepTagger, Encoder, Reach};
use privet_tagger::{Eagerness, Mention, Tagger};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

fn fast(text: &str) -> Vec<Mention> {
    let mut all = Vec::new();
    let tagger = Tagger::shared(Eagerness::default()).expect("the table is broken");
    tagger.tag(text, &mut |mention| all.push(mention));
    all
}

/// Of both tiers; the encoder may read so many pieces.
fn both(text: &str, reach: Reach, mut pieces: usize) -> Vec<Mention> {
    let mut all = Vec::new();
    let tagger = Tagger::shared(Eagerness::default()).expect("the table is broken");
    let encoder = Encoder::shared().expect("the table is broken");
    let mut allowance = |count: usize| {
        pieces = pieces.saturating_sub(count);
        pieces > 0
    };
    let both = DeepTagger::new(tagger, encoder, reach, Eagerness::default());
    both.tag(text, &mut allowance, &mut |mention| all.push(mention));
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

fn are_sorted_apart_and_whole(text: &str, mentions: &[Mention]) -> TestCaseResult {
    let mut end = 0;
    for mention in mentions {
        prop_assert!(mention.start >= end && mention.start < mention.end);
        prop_assert!(text.get(mention.start..mention.end).is_some());
        prop_assert!((0.0..=1.0).contains(&mention.confidence));
        end = mention.end;
    }
    Ok(())
}

/// What is found in `parts`, each followed by `gap`, is what is found in all together.
fn are_read_by_themselves(
    parts: &[String],
    gap: &str,
    found: impl Fn(&str) -> Vec<Mention>,
) -> TestCaseResult {
    let whole: String = parts.iter().map(|part| format!("{part}{gap}")).collect();
    let mut apart = Vec::new();
    let mut offset = 0;
    for part in parts {
        let shifted = |m: Mention| Mention { start: m.start + offset, end: m.end + offset, ..m };
        apart.extend(found(&format!("{part}{gap}")).into_iter().map(shifted));
        offset += part.len() + gap.len();
    }
    prop_assert_eq!(found(&whole), apart);
    Ok(())
}

proptest! {
    #[test]
    fn mentions_of_the_fast_tier(text in "\\PC{0,200}") {
        are_sorted_apart_and_whole(&text, &fast(&text))?;
    }

    /// Text may reach the fast tier in pieces that end where lines end.
    #[test]
    fn lines_are_tagged_by_themselves(lines in proptest::collection::vec(line(), 0..6)) {
        are_read_by_themselves(&lines, "\n", fast)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn mentions_of_both_tiers(text in "\\PC{0,200}", pieces in 0usize..300) {
        for reach in [Reach::Unsure, Reach::Everything] {
            are_sorted_apart_and_whole(&text, &both(&text, reach, pieces))?;
        }
    }

    /// Text may reach both tiers in pieces that end where paragraphs end.
    #[test]
    fn paragraphs_are_read_by_themselves(lines in proptest::collection::vec(line(), 0..5)) {
        are_read_by_themselves(&lines, "\n\n", |text| both(text, Reach::Everything, usize::MAX))?;
    }

    /// Without an allowance, what is found is what the fast tagger finds.
    #[test]
    fn nothing_allowed_is_the_fast_tier(text in line()) {
        prop_assert_eq!(both(&text, Reach::Everything, 0), fast(&text));
    }
}
