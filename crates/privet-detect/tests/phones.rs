//! A telephone number of every country is found, whole, wherever it stands.

use privet_detect::Analyzer;
use privet_text::EntityType;

/// What is found as a telephone number in `text`.
fn found(analyzer: &Analyzer, text: &str) -> Vec<String> {
    let phones = analyzer.analyze(text).into_iter().filter(|f| f.entity == EntityType::PhoneNumber);
    phones.filter_map(|finding| finding.span.of(text).map(str::to_owned)).collect()
}

#[test]
fn of_every_country() {
    let analyzer = Analyzer::default();
    let mut missed = Vec::new();
    for row in include_str!("../data/phone_examples.txt").lines() {
        let Some((region, number)) = row.split_once('\t') else { continue };
        let bare: String = number.chars().filter(|c| *c != ' ' && *c != '-').collect();
        for written in [number, &bare] {
            for text in [
                format!("Please call {written} before noon."),
                format!("{{\"phone\": \"{written}\"}}"),
                format!("tel:{written}"),
            ] {
                if found(&analyzer, &text) != [written] {
                    missed.push(format!("{region}: {text} {:?}", found(&analyzer, &text)));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed.join("\n"));
}
