//! Every rule proves itself on its own examples.

use std::cmp::Reverse;

use privet_text::{EntitySet, EntityType};

use super::{Engine, RULES, Rule};
use crate::Detector;

/// Examples and counter-examples of each rule, in the order of [`RULES`].
pub(super) static EXAMPLES: &[(&[&str], &[&str])] =
    include!(concat!(env!("OUT_DIR"), "/rule_examples.rs"));

#[test]
fn every_automaton_builds() {
    assert!(Engine::for_entities(EntitySet::all()).is_built());
    for rule in RULES {
        let engine = Engine::for_entities([rule.entity, EntityType::Secret].into_iter().collect());
        engine.detect("Warm up 1", &mut |_| {});
    }
}

#[test]
fn every_rule_finds_its_examples() {
    let mut wrong = Vec::new();
    for (rule, (examples, _)) in RULES.iter().zip(EXAMPLES) {
        for example in *examples {
            let (text, want) = unmarked(example);
            let got = found(rule, &text);
            if got != want {
                wrong.push(format!("{}: in {text:?} want {want:?}, got {got:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_finds_its_counter_examples() {
    let mut wrong = Vec::new();
    for (rule, (_, counter_examples)) in RULES.iter().zip(EXAMPLES) {
        for text in *counter_examples {
            let got = found(rule, text);
            if !got.is_empty() {
                wrong.push(format!("{}: in {text:?} got {got:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `rule` reports in `text` at the default minimum score.
fn found(rule: &Rule, text: &str) -> Vec<String> {
    let mut got = Vec::new();
    Engine::for_entities(EntitySet::all()).detect(text, &mut |finding| {
        if finding.recognizer == rule.id && finding.score.get() >= 0.5 {
            got.push((finding.span, finding.span.of(text).unwrap_or_default().to_owned()));
        }
    });
    got.sort_by_key(|(span, _)| (span.start(), Reverse(span.end())));
    let mut end = 0;
    got.retain(|(span, _)| {
        let reaches_further = span.end() > end;
        end = end.max(span.end());
        reaches_further
    });
    got.into_iter().map(|(_, value)| value).collect()
}

/// An example without its marks, and what stood between them.
pub(super) fn unmarked(example: &str) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut want = Vec::new();
    let mut rest = example;
    while let Some((head, tail)) = rest.split_once("[[") {
        let (value, after) = tail.split_once("]]").unwrap_or((tail, ""));
        text.push_str(head);
        text.push_str(value);
        want.push(value.to_owned());
        rest = after;
    }
    text.push_str(rest);
    (text, want)
}
