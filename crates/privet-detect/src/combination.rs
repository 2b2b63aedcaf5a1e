//! Combinations: quasi-identifiers that together single somebody out.
//!
//! A postcode, a birth date and a sex say little each; together they are one person for most
//! of a population (L. Sweeney, *Simple Demographics Often Identify People Uniquely*, 2000).
//! How many people are expected to share a combination is estimated from the number of people
//! by postcode of a country and from even shares of days, years and sexes: an order of
//! magnitude, not a count.

use std::collections::BTreeMap;

use privet_text::{EntityType, Finding, Reason, Score, Span};

use crate::claim::points;

/// Quasi-identifiers that stand together, and how many people share them.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// One finding of each type, in the order of the text.
    pub parts: Vec<(EntityType, Span)>,
    /// How many people are expected to fit; `None` where no table tells.
    pub expected: Option<f64>,
}

impl Combination {
    /// Whether fewer people fit than are commonly wanted as a crowd to hide in.
    pub fn singles_out(&self) -> bool {
        self.expected.is_some_and(|people| people < CROWD_MIN)
    }
}

/// What is known about one person, gathered over the texts of a conversation as if all of
/// them spoke of the same one.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The narrowest share or number of each type.
    known: BTreeMap<EntityType, Narrowing>,
}

impl Gathered {
    /// Adds what `findings` say about a person in `text`.
    pub fn add(&mut self, text: &str, findings: &[Finding]) {
        for finding in findings {
            let Some(narrowing) = narrowing(text, finding) else { continue };
            let known = self.known.entry(finding.entity).or_insert(narrowing);
            *known = known.narrower(narrowing);
        }
    }

    /// The types of which something is known.
    pub fn types(&self) -> impl Iterator<Item = EntityType> {
        self.known.keys().copied()
    }

    /// How many people are expected to fit; `None` if fewer than two types are known, or
    /// no table tells.
    pub fn expected(&self) -> Option<f64> {
        (self.known.len() >= 2).then(|| expected(self.known.values().copied())).flatten()
    }
}

/// The combinations in `text`, of findings sorted by place. Those of two or more types that
/// stand within a few lines of each other belong together.
pub fn combinations(text: &str, findings: &[Finding]) -> Vec<Combination> {
    let mut all = Vec::new();
    for group in groups(findings.iter().filter(|finding| is_quasi(finding.entity))) {
        let mut parts: Vec<(EntityType, Span)> = Vec::new();
        let mut narrowings = Vec::new();
        // "The CFO of Acme" is two things in one finding.
        let names_both = group.iter().any(|finding| finding.recognizer == JOB_AND_EMPLOYER);
        for finding in group {
            if parts.iter().any(|(entity, _)| *entity == finding.entity) {
                continue;
            }
            parts.push((finding.entity, finding.span));
            narrowings.extend(narrowing(text, finding));
        }
        if parts.len() >= 2 || names_both {
            let told = narrowings.len() == parts.len();
            let expected = if told { expected(narrowings.into_iter()) } else { None };
            all.push(Combination { parts, expected });
        }
    }
    all
}

/// Raises the scores of quasi-identifiers in `found`, sorted by place, that stand near others
/// of another type.
pub(crate) fn raise(found: &mut [Finding]) {
    let quasi = || found.iter().enumerate().filter(|(_, finding)| is_quasi(finding.entity));
    let mut raised = Vec::new();
    for group in groups_of(quasi(), |(_, finding)| finding.span) {
        let weighty: Vec<_> =
            group.iter().filter(|(_, finding)| finding.score >= Score::WEAK).collect();
        let first = weighty.first().map(|(_, finding)| finding.entity);
        if weighty.iter().any(|(_, finding)| Some(finding.entity) != first) {
            raised.extend(weighty.iter().map(|(index, _)| *index));
        }
    }
    for index in raised {
        if let Some(finding) = found.get_mut(index) {
            finding.score = Score::new(finding.score.get() + points(Reason::Together));
            finding.reasons.push(Reason::Together);
        }
    }
}

/// How far something narrows down who is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Narrowing {
    /// To so many people.
    People(f64),
    /// To such a share of people.
    Share(f64),
}

impl Narrowing {
    fn narrower(self, other: Self) -> Self {
        match (self, other) {
            (Self::People(one), Self::People(two)) => Self::People(one.min(two)),
            (Self::Share(one), Self::Share(two)) => Self::Share(one.min(two)),
            _ => self,
        }
    }
}

/// How many people fit all of `known`; `None` if nothing says how many there are.
fn expected(known: impl Iterator<Item = Narrowing>) -> Option<f64> {
    let (mut people, mut share) = (None, 1.0);
    for one in known {
        match one {
            Narrowing::People(count) => {
                people = Some(people.map_or(count, |least| count.min(least)))
            }
            Narrowing::Share(part) => share *= part,
        }
    }
    people.map(|people: f64| people * share)
}

/// What the tables say of a finding.
fn narrowing(text: &str, finding: &Finding) -> Option<Narrowing> {
    let value = finding.span.of(text)?;
    match finding.entity {
        EntityType::PostalCode => Some(Narrowing::People(people_by_postcode(value))),
        EntityType::BirthDate => Some(Narrowing::Share(share_of_date(value))),
        EntityType::Age => Some(Narrowing::Share(1.0 / YEARS)),
        EntityType::Gender => Some(Narrowing::Share(0.5)),
        _ => None,
    }
}

/// Whether findings of this type count here.
fn is_quasi(entity: EntityType) -> bool {
    matches!(
        entity,
        EntityType::PostalCode
            | EntityType::BirthDate
            | EntityType::Age
            | EntityType::Gender
            | EntityType::JobTitle
            | EntityType::Organization
    )
}

/// The share of people born on a day, in a month, in a year.
fn share_of_date(value: &str) -> f64 {
    let numbers =
        value.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
    let numbers = numbers.count() + usize::from(value.chars().any(char::is_alphabetic));
    match numbers {
        0 | 1 => 1.0 / YEARS,
        2 => 1.0 / (YEARS * 12.0),
        _ => 1.0 / (YEARS * 365.25),
    }
}

/// How many people share a postcode that is written like `value`.
fn people_by_postcode(value: &str) -> f64 {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters: Vec<usize> = value
        .bytes()
        .enumerate()
        .filter(|(_, b)| b.is_ascii_alphabetic())
        .map(|(at, _)| at)
        .collect();
    let starts_with_letter = letters.first() == Some(&0);
    match (digits, letters.len()) {
        // Great Britain, Canada, the Netherlands: a street, or a side of it.
        (1..=4, 2..=5) if starts_with_letter || digits == 4 => 40.0,
        // Portugal; Brazil; ZIP+4.
        (7, _) => 50.0,
        (8, _) => 240.0,
        (9, _) => 7.0,
        // India.
        (6, _) => 70_000.0,
        // Sweden writes five digits in two groups.
        (5, 0) if value.contains(' ') => 600.0,
        _ => 10_000.0,
    }
}

/// The findings of `findings` that stand near each other.
fn groups<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Vec<&'f Finding>> {
    groups_of(findings, |finding| finding.span)
}

fn groups_of<T>(all: impl Iterator<Item = T>, span: impl Fn(&T) -> Span) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut end = 0;
    for one in all {
        let place = span(&one);
        match groups.last_mut() {
            Some(group) if place.start() <= end + NEAR_BYTES => group.push(one),
            _ => groups.push(vec![one]),
        }
        end = end.max(place.end());
    }
    groups
}

/// The rule that finds a job together with where it is held.
const JOB_AND_EMPLOYER: &str = "job-at-organisation";
/// Years that people are born in.
const YEARS: f64 = 80.0;
const NEAR_BYTES: usize = 120;
/// Cells of fewer people are commonly not published: 11 at the US Centers for Medicare &
/// Medicaid Services.
const CROWD_MIN: f64 = 11.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Analyzer, AnalyzerOptions, Profile};

    #[track_caller]
    fn check(text: &str, types: &[EntityType], expected: Option<f64>) {
        let analyzer = Analyzer::new(AnalyzerOptions::of(Profile::Strict));
        let findings = analyzer.analyze(text);
        let all = combinations(text, &findings);
        let [one] = all.as_slice() else { panic!("{all:?} in {text:?}") };
        let got: Vec<_> = one.parts.iter().map(|(entity, _)| *entity).collect();
        assert_eq!(got, types, "in {text:?}");
        let rounded = |people: f64| (people * 100.0).round() / 100.0;
        assert_eq!(one.expected.map(rounded), expected, "in {text:?}");
    }

    #[test]
    fn postcode_birth_date_and_sex() {
        use EntityType::{Age, BirthDate, Gender, PostalCode};
        let text = "ZIP code: 53703, date of birth: 03/14/1962, sex: F";
        check(text, &[PostalCode, BirthDate, Gender], Some(0.17));
        check("Sex: male, age: 47, postcode SW1A 1AA", &[Gender, Age, PostalCode], Some(0.25));
    }

    #[test]
    fn a_job_and_its_employer() {
        check("The CFO of Kestrel called.", &[EntityType::JobTitle], None);
    }

    #[test]
    fn far_apart_is_not_together() {
        let text = format!("Sex: male. {} ZIP code: 53703", "And so on. ".repeat(30));
        let findings = Analyzer::new(AnalyzerOptions::of(Profile::Strict)).analyze(&text);
        assert_eq!(combinations(&text, &findings), []);
        let mut gathered = Gathered::default();
        gathered.add(&text, &findings);
        assert_eq!(gathered.expected(), Some(5_000.0));
        let next = "she was born on 14 March 1962";
        let findings = Analyzer::new(AnalyzerOptions::of(Profile::Strict)).analyze(next);
        gathered.add(next, &findings);
        assert!(gathered.expected().is_some_and(|people| people < 0.5), "{gathered:?}");
    }

    #[test]
    fn they_raise_one_another() {
        let analyzer = Analyzer::new(AnalyzerOptions::of(Profile::Strict));
        let score = |text: &str| {
            let found = analyzer.analyze(text);
            let finding = found.iter().find(|finding| finding.entity == EntityType::Gender);
            finding.map_or(0.0, |finding| finding.score.get())
        };
        assert!(score("sex: F, age: 47") > score("sex: F"));
    }
}
