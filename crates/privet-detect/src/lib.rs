//! stub
#![allow(missing_docs)]
use privet_text::*;
#[derive(Default)]
pub struct AnalyzerOptions {
    pub allow: Vec<String>,
}
pub struct Analyzer;
impl Analyzer {
    pub fn new(_: AnalyzerOptions) -> Self {
        Self
    }
    pub fn version(&self) -> u64 {
        1
    }
    pub fn analyze(&self, text: &str) -> Vec<Finding> {
        let re = regex::Regex::new(r"[a-z.]+@[a-z.]+\.[a-z]+|Jane Doe").unwrap();
        re.find_iter(text)
            .map(|m| Finding {
                entity: if m.as_str().contains('@') {
                    EntityType::EmailAddress
                } else {
                    EntityType::Person
                },
                span: Span::new(m.start(), m.end()).unwrap(),
                score: Score::PATTERN,
                recognizer: "stub",
                reasons: vec![],
            })
            .collect()
    }
}
