//! [`Analyzer`]: all recognizers over one text, disguises included, overlaps settled.

use std::sync::Arc;

use privet_text::{EntitySet, EntityType, Finding};

use crate::Detector;
use crate::combination::raise;
use crate::custom::{self, Custom};
use crate::depth::Allowance;
use crate::disguise::{Base64Runs, windows};
use crate::email::Emails;
use crate::exception::Exception;
use crate::explain::{Explained, explain};
use crate::model::NameModel;
use crate::name::Names;
use crate::number::Numbers;
use crate::options::{AnalyzerOptions, Reserved};
use crate::place::told_apart;
use crate::repeat::repeats;
use crate::reserved::is_reserved;
use crate::resolve::settle;
use crate::rule::{Engine, Rule};
use crate::token_literal::TokenLiterals;

/// All recognizers in one. It is cheap to make and to share.
pub struct Analyzer {
    options: AnalyzerOptions,
    engine: Arc<Engine>,
    model: NameModel,
    version: u64,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(AnalyzerOptions::default())
    }
}

impl Analyzer {
    /// An analyzer that reports what `options` ask for.
    pub fn new(options: AnalyzerOptions) -> Self {
        // The automata and the dictionary are shared by all analyzers. They are built
        // here rather than during the first request.
        let engine = Engine::for_entities(options.entities);
        let model = NameModel::for_entities(options.entities, options.model, options.depth);
        Names.detect("Warm Up", &mut |_| {});
        model.detect("Warm Up", &|_| true, &mut |_| {});
        let version = version_of(&options);
        Self { options, engine, model, version }
    }

    /// Changes whenever the findings in any text could change: with the rules and
    /// with the options.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The findings in `text`: sorted, not overlapping, on character boundaries.
    /// Time and memory are linear in `text.len()`.
    pub fn analyze(&self, text: &str) -> Vec<Finding> {
        self.analyze_within(text, &|_| true)
    }

    /// As [`analyze`](Self::analyze), and the deep tier of the name model reads as long as
    /// `allowance` says so.
    pub fn analyze_within(&self, text: &str, allowance: &Allowance<'_>) -> Vec<Finding> {
        let detectors = self.detectors(&self.engine, &self.model, allowance);
        let candidates: Vec<Finding> = candidates(detectors, text)
            .into_iter()
            .filter(|finding| self.wants(text, finding))
            .collect();
        if candidates.is_empty() {
            return candidates;
        }
        let settled = settle(text, &candidates, self.options.counted);
        let mut findings = Vec::with_capacity(candidates.len());
        for (finding, settled) in candidates.iter().zip(settled) {
            findings
                .extend(settled.kept.into_iter().map(|span| Finding { span, ..finding.clone() }));
        }
        findings.sort_by_key(|finding| finding.span);
        findings
    }

    /// Every candidate in `text`, also those that are not reported, and why.
    pub fn explain(&self, text: &str) -> Vec<Explained> {
        let engine = Engine::for_entities(EntitySet::all());
        let (preset, depth) = (self.options.model, self.options.depth);
        let model = NameModel::for_entities(EntitySet::all(), preset, depth);
        let candidates = candidates(self.detectors(&engine, &model, &|_| true), text);
        explain(text, candidates, &self.options, |finding| self.wants(text, finding))
    }

    fn detectors<'a>(
        &'a self,
        engine: &'a Engine,
        model: &'a NameModel,
        allowance: &'a Allowance<'a>,
    ) -> Detectors<'a> {
        let (counted, custom) = (self.options.counted, self.options.custom.as_deref());
        Detectors { engine, model, allowance, counted, custom }
    }

    /// The rule whose findings carry `recognizer`, also one of the company's own.
    pub fn rule(&self, recognizer: &str) -> Option<&'static Rule> {
        let own = || self.options.custom.as_ref().and_then(|custom| custom.rule(recognizer));
        Rule::of(recognizer).or_else(own)
    }

    /// The same detectors with other exceptions.
    #[must_use]
    pub fn with_exceptions(&self, exceptions: Vec<Exception>) -> Self {
        Self::new(AnalyzerOptions { exceptions, ..self.options.clone() })
    }

    fn wants(&self, text: &str, finding: &Finding) -> bool {
        finding.score >= self.options.score_min
            && (self.options.entities.contains(finding.entity)
                || custom::is_own(finding.recognizer))
            && !self.is_allowed(text, finding)
    }

    fn is_allowed(&self, text: &str, finding: &Finding) -> bool {
        let Some(value) = finding.span.of(text) else { return false };
        let mut exceptions = self.options.exceptions.iter();
        let stays = self.options.reserved == Reserved::Kept && is_reserved(text, finding);
        stays
            || self.options.allow.iter().any(|term| term == value)
            || exceptions.any(|exception| exception.covers(finding.entity, value))
    }
}

/// What differs between analyzers; the other recognizers are the same for all.
#[derive(Clone, Copy)]
struct Detectors<'a> {
    engine: &'a Engine,
    model: &'a NameModel,
    allowance: &'a Allowance<'a>,
    counted: EntitySet,
    custom: Option<&'a Custom>,
}

/// Everything that any recognizer proposes in `text`, once each.
fn candidates(detectors: Detectors<'_>, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    gather(detectors, text, 0, &mut found);
    if found.is_empty() {
        return found;
    }
    repeats(text, &mut found);
    // What stands in the text as it is comes before what was read behind a disguise.
    found.sort_by_key(|finding: &Finding| {
        (finding.span, finding.entity, finding.recognizer, finding.reasons.len())
    });
    found.dedup_by(|next, kept| {
        (next.span, next.entity, next.recognizer) == (kept.span, kept.entity, kept.recognizer)
    });
    raise(&mut found);
    found
}

/// Adds what stands in `text`, and down to depth two what it hides.
fn gather(detectors: Detectors<'_>, text: &str, depth: u8, found: &mut Vec<Finding>) {
    let mut keep = |finding| {
        told_apart(text, finding, detectors.counted, &mut |told| found.push(told));
    };
    detectors.engine.detect(text, &mut keep);
    if let Some(custom) = detectors.custom {
        custom.detect(text, &mut keep);
    }
    Numbers.detect(text, &mut keep);
    Emails.detect(text, &mut keep);
    Names.detect(text, &mut keep);
    detectors.model.detect(text, detectors.allowance, &mut keep);
    TokenLiterals.detect(text, &mut keep);
    if depth == DISGUISE_DEPTH_MAX {
        return;
    }
    for shadow in windows(text) {
        let mut inside = Vec::new();
        gather(detectors, shadow.text(), depth + 1, &mut inside);
        found.extend(inside.into_iter().filter_map(|finding| shadow.mapped_back(finding)));
    }
    for run in Base64Runs::new(text) {
        let mut inside = Vec::new();
        gather(detectors, run.decoded(), depth + 1, &mut inside);
        inside.retain(|finding| finding.entity != EntityType::TokenLiteral);
        found.extend(run.as_one_finding(inside));
    }
}

/// FNV-1a over the version of the rules and everything in the options.
fn version_of(options: &AnalyzerOptions) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes.iter().copied().chain([0xFF]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    };
    add(&CODE_VERSION.to_le_bytes());
    add(&RULES_DIGEST.to_le_bytes());
    add(&options.score_min.get().to_le_bytes());
    add(options.model.name().as_bytes());
    add(options.depth.name().as_bytes());
    add(&privet_encoder::Encoder::shared_digest().to_le_bytes());
    options.entities.iter().for_each(|entity| add(entity.name().as_bytes()));
    add(&[u8::from(options.reserved == Reserved::Kept)]);
    add(b"counted");
    options.counted.iter().for_each(|entity| add(entity.name().as_bytes()));
    add(&options.custom.as_ref().map_or(0, |custom| custom.fingerprint()).to_le_bytes());
    options.exceptions.iter().for_each(|exception| add(format!("{exception:?}").as_bytes()));
    let mut allow: Vec<&str> = options.allow.iter().map(String::as_str).collect();
    allow.sort_unstable();
    allow.iter().for_each(|term| add(term.as_bytes()));
    hash
}

/// Goes up with every change of code that could change a finding in any text.
const CODE_VERSION: u32 = 16;
/// Of the files in `rules` and the lists of places.
const RULES_DIGEST: u64 = include!(concat!(env!("OUT_DIR"), "/rules_digest.rs"));
const DISGUISE_DEPTH_MAX: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use privet_text::Score;

    #[test]
    fn the_version_follows_the_options() {
        let base = Analyzer::default();
        assert_eq!(base.version(), Analyzer::default().version());
        let stricter = AnalyzerOptions { score_min: Score::PATTERN, ..AnalyzerOptions::default() };
        assert_ne!(base.version(), Analyzer::new(stricter).version());
        let mut fewer = AnalyzerOptions::default();
        fewer.entities.remove(EntityType::Person);
        assert_ne!(base.version(), Analyzer::new(fewer).version());
    }

    #[test]
    fn allowed_terms_are_left_alone() {
        assert_eq!(
            Analyzer::default().analyze("Co-Authored-By: Claude <noreply@anthropic.com>"),
            []
        );
    }
}
