//! What holds for every text, however odd.

use privet_detect::Analyzer;
use proptest::prelude::*;

/// Pieces that wake recognizers, glued together at random.
fn provoking() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,8}",
        Just(String::from("jane@example.com")),
        Just(String::from("PERSON_K7Q2MX")),
        Just(String::from("+1 415-555-0123")),
        Just(String::from("Dr. Jane Doe ")),
        Just(String::from("password=hunter2x")),
        Just(String::from("-----BEGIN PRIVATE KEY-----")),
        Just(String::from("bXkgbWFpbCBpcyBqYW5lQGV4YW1wbGUuY29t")),
        Just(String::from("%40")),
        Just(String::from("&#64;")),
        Just(String::from("\u{200B}")),
        Just(String::from("é")),
        Just(String::from("１２")),
        Just(String::from("/home/jdoe")),
        Just(String::from("name,city\nJane Doe,Ghent\n")),
        Just(String::from(" ")),
        Just(String::from("\\n")),
        Just(String::from("4111 1111 1111 1111")),
        Just(String::from("https://u:p4ssw@h")),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let findings = Analyzer::default().analyze(text);
    let mut end = 0;
    for finding in &findings {
        prop_assert!(finding.span.start() >= end, "overlap or disorder in {text:?}: {findings:?}");
        prop_assert!(finding.span.of(text).is_some(), "not on characters in {text:?}: {finding:?}");
        end = finding.span.end();
    }
    Ok(())
}

proptest! {
    #[test]
    fn findings_are_sorted_apart_and_whole(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn findings_are_sorted_apart_and_whole_when_provoked(text in provoking()) {
        check(&text)?;
    }

    #[test]
    fn the_same_text_gives_the_same_findings(text in provoking()) {
        let analyzer = Analyzer::default();
        prop_assert_eq!(analyzer.analyze(&text), analyzer.analyze(&text));
    }

    #[test]
    fn explaining_never_panics(text in provoking()) {
        let _ = Analyzer::default().explain(&text);
    }
}
