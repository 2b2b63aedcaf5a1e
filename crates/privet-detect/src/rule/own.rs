//! Rules that do not stand in the files of this crate: a company's own.

use privet_text::{EntityType, Finding};

use super::judge::Verdict;
use super::{Check, Rule, Way, check};

/// What a company's rule says. Its candidates come from elsewhere.
pub(crate) struct OwnRule<'s> {
    pub(crate) id: &'static str,
    pub(crate) entity: EntityType,
    pub(crate) title: &'s str,
    pub(crate) validator: Option<&'s str>,
    pub(crate) context: &'s [String],
    pub(crate) against: &'s [String],
    pub(crate) needs_context: bool,
}

impl Rule {
    /// A rule that lives as long as the program, which reads its configuration once.
    ///
    /// # Errors
    /// With the name of the validator, if there is none of that name.
    pub(crate) fn own(own: OwnRule<'_>) -> Result<&'static Self, String> {
        let check = match own.validator {
            None => None,
            Some(name) => Some(validator(name).ok_or_else(|| name.to_owned())?),
        };
        Ok(Box::leak(Box::new(Self {
            id: own.id,
            family: FAMILY,
            entity: own.entity,
            region: None,
            title: Box::leak(own.title.to_owned().into_boxed_str()),
            reference: "",
            way: Way::Words { words: &[], score: 0.0, exact: false },
            check,
            holds: None,
            needs_context: own.needs_context,
            context: words(own.context),
            against: words(own.against),
        })))
    }
}

/// The finding of `rule` at `bounds`, if its checks hold.
pub(crate) fn judge(
    rule: &'static Rule,
    score: f32,
    text: &str,
    bounds: (usize, usize),
) -> Option<Finding> {
    Verdict::on(rule, score, text, bounds, &mut None)?.finding()
}

/// A check by its own name, or by the rule that has it.
fn validator(name: &str) -> Option<Check> {
    match name {
        "luhn" => Some(Check::Named(check::luhn)),
        "mod97" => Some(Check::Named(|value| check::remainder97(value) == Some(1))),
        "verhoeff" => Some(Check::Named(check::verhoeff)),
        "ean13" => Some(Check::Named(check::ean13)),
        rule => Rule::of(rule)?.check,
    }
}

/// Context words as they are compared: lower case, between blanks.
fn words(words: &[String]) -> &'static [&'static str] {
    let padded = |word: &String| {
        let word = super::context::words(word);
        &*Box::leak(word.into_boxed_str())
    };
    Box::leak(words.iter().map(padded).collect())
}

/// Where other rules say in which file they stand.
pub(super) const FAMILY: &str = "custom";
