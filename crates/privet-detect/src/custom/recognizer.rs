//! A company's own recognizers: patterns and short lists of words, judged like the rules
//! that Privet brings.

use privet_text::{EntityType, Finding, Score};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::{CustomError, leaked};
use crate::reading::char_floor;
use crate::rule::{OwnRule, Rule, judge};

/// What a recognizer looks for.
#[derive(Clone, Debug)]
pub struct RecognizerSpec {
    /// Its name; findings carry `custom/` and this.
    pub name: String,
    /// What it finds; `CUSTOM` by default.
    pub entity: EntityType,
    /// What it is, for people.
    pub title: String,
    /// Regular expressions in the syntax of the crate `regex`. None matches across lines.
    pub patterns: Vec<String>,
    /// Words and phrases.
    pub words: Vec<String>,
    /// Case and accents of the words count.
    pub exact: bool,
    /// The name of a check of the value's digits.
    pub validator: Option<String>,
    /// Words beside the value that speak for it.
    pub context: Vec<String>,
    /// Words beside the value that speak against it.
    pub against: Vec<String>,
    /// Without a word of `context` beside it, it is nothing.
    pub needs_context: bool,
    /// The score of the value by itself, from 0 to 1; 0.8 by default.
    pub score: f32,
}

impl Default for RecognizerSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            entity: EntityType::Custom,
            title: String::new(),
            patterns: Vec::new(),
            words: Vec::new(),
            exact: false,
            validator: None,
            context: Vec::new(),
            against: Vec::new(),
            needs_context: false,
            score: Score::CONTEXT.get(),
        }
    }
}

/// One recognizer, ready.
pub(super) struct Recognizer {
    rule: &'static Rule,
    score: f32,
    pattern: Option<Regex>,
}

impl Recognizer {
    /// The finding at `start..end`, if its checks hold.
    pub(super) fn judge(&self, text: &str, start: usize, end: usize) -> Option<Finding> {
        judge(self.rule, self.score, text, (start, end))
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Recognizers {
    list: Vec<Recognizer>,
    /// Says in one pass which patterns match at all: nearly always none.
    set: Option<RegexSet>,
    /// Which recognizer each pattern of `set` belongs to.
    with_pattern: Vec<usize>,
}

impl Recognizers {
    /// Adds one, and gives the name that its findings carry.
    pub(super) fn add(&mut self, spec: &RecognizerSpec) -> Result<&'static str, CustomError> {
        if spec.patterns.is_empty() && spec.words.is_empty() {
            return Err(CustomError::Nothing);
        }
        let id = leaked(&format!("custom/{}", spec.name));
        let rule = Rule::own(OwnRule {
            id,
            entity: spec.entity,
            title: &spec.title,
            validator: spec.validator.as_deref(),
            context: &spec.context,
            against: &spec.against,
            needs_context: spec.needs_context,
        })
        .map_err(CustomError::Validator)?;
        let pattern = compiled(&spec.patterns)?;
        self.list.push(Recognizer { rule, score: spec.score, pattern });
        self.prepare()?;
        Ok(id)
    }

    /// Builds the set of all patterns anew.
    fn prepare(&mut self) -> Result<(), CustomError> {
        let with_pattern = || {
            let list = self.list.iter().enumerate();
            list.filter_map(|(index, one)| Some((index, one.pattern.as_ref()?.as_str())))
        };
        let set = RegexSetBuilder::new(with_pattern().map(|(_, pattern)| pattern))
            .size_limit(SET_BYTES_MAX)
            .build()
            .map_err(|error| CustomError::Pattern(error.to_string()))?;
        self.with_pattern = with_pattern().map(|(index, _)| index).collect();
        self.set = (!self.with_pattern.is_empty()).then_some(set);
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn rule(&self, recognizer: &str) -> Option<&'static Rule> {
        self.listed(recognizer).map(|one| one.rule)
    }

    pub(super) fn listed(&self, recognizer: &str) -> Option<&Recognizer> {
        self.list.iter().find(|one| one.rule.id == recognizer)
    }

    pub(super) fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let Some(set) = &self.set else { return };
        for index in set.matches(text) {
            let Some(one) = self.with_pattern.get(index).and_then(|at| self.list.get(*at)) else {
                continue;
            };
            let Some(pattern) = &one.pattern else { continue };
            // Looking for every match of some patterns takes time that grows with the square
            // of the text; with lines of a bounded length it does not.
            each_line(text, |start, line| {
                for hit in pattern.find_iter(line) {
                    if let Some(finding) = one.judge(text, start + hit.start(), start + hit.end()) {
                        found(finding);
                    }
                }
            });
        }
    }
}

fn compiled(patterns: &[String]) -> Result<Option<Regex>, CustomError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let alternatives: Vec<String> = patterns.iter().map(|one| format!("(?:{one})")).collect();
    let pattern = RegexBuilder::new(&alternatives.join("|"))
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| CustomError::Pattern(error.to_string()))?;
    if pattern.is_match("") {
        return Err(CustomError::EmptyPattern);
    }
    Ok(Some(pattern))
}

/// Calls `each` with the lines of `text` and where they begin; longer ones come in pieces.
fn each_line(text: &str, mut each: impl FnMut(usize, &str)) {
    let mut start = 0;
    while start < text.len() {
        let limit = char_floor(text, start + LINE_BYTES_MAX).max(start + 1);
        let piece = text.get(start..limit).unwrap_or_default();
        let end = piece.find('\n').map_or(limit, |at| start + at + 1);
        each(start, text.get(start..end).unwrap_or_default());
        start = end;
    }
}

const LINE_BYTES_MAX: usize = 4096;
const PATTERN_BYTES_MAX: usize = 1 << 20;
const SET_BYTES_MAX: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;
    use crate::custom::Custom;

    fn spec(pattern: &str) -> RecognizerSpec {
        RecognizerSpec {
            name: "project".into(),
            patterns: vec![pattern.into()],
            score: 0.8,
            ..RecognizerSpec::default()
        }
    }

    #[track_caller]
    fn check(spec: &RecognizerSpec, text: &str, want: &[&str]) {
        let mut builder = Custom::builder();
        builder.recognizer(spec).unwrap();
        let found = found(builder, text);
        let got: Vec<&str> = found
            .iter()
            .filter(|(_, by)| *by == "custom/project")
            .map(|(value, _)| value.as_str())
            .collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn patterns() {
        let spec = spec(r"\bPRJ-[0-9]{6}\b");
        check(&spec, "see PRJ-123456 and\nPRJ-654321.", &["PRJ-123456", "PRJ-654321"]);
        check(&spec, "PRJ-12345 XPRJ-123456", &[]);
        check(&spec, &format!("{} PRJ-123456", "é".repeat(5000)), &["PRJ-123456"]);
    }

    #[test]
    fn check_digits() {
        let with = |validator: &str, pattern| RecognizerSpec {
            validator: Some(validator.into()),
            ..spec(pattern)
        };
        check(&with("luhn", r"\b[0-9]{8}\b"), "12345674 12345675", &["12345674"]);
        let cpf = with("br-cpf", r"\bF[0-9]{11}\b");
        check(&cpf, "F52998224724", &[]);
    }

    #[test]
    fn context() {
        let spec = RecognizerSpec {
            context: vec!["matter".into(), "Akte".into()],
            needs_context: true,
            ..spec(r"\b[A-Z]{2}[0-9]{3}\b")
        };
        check(&spec, "matter AB123", &["AB123"]);
        check(&spec, "Akte: AB123", &["AB123"]);
        check(&spec, "room AB123", &[]);
    }

    #[test]
    fn words() {
        let spec = RecognizerSpec {
            name: "project".into(),
            words: vec!["Blue Heron".into()],
            score: 0.9,
            ..RecognizerSpec::default()
        };
        check(&spec, "project blue  heron, BLUE-HERON, blueheron", &["blue  heron", "BLUE-HERON"]);
        let exact = RecognizerSpec { exact: true, ..spec };
        check(&exact, "blue heron and Blue Heron", &["Blue Heron"]);
    }

    #[test]
    fn what_cannot_be_used() {
        let add =
            |spec: &RecognizerSpec| Custom::builder().recognizer(spec).unwrap_err().to_string();
        assert!(add(&spec("(")).starts_with("cannot use the pattern: regex parse error"));
        assert!(add(&spec("a{1000}{1000}")).contains("exceeds size limit"));
        assert_eq!(add(&spec("x*")), "the pattern finds the empty text");
        assert!(add(&RecognizerSpec::default()).starts_with("nothing to find"));
        let wrong = RecognizerSpec { validator: Some("x".into()), ..spec("x") };
        assert!(add(&wrong).starts_with("no validator is called `x`"));
    }
}
