//! Places told apart: which of them are cities, states and countries.
//!
//! The kind of a place is looked up from its name alone, never guessed from the sentence, so
//! that a value has the same kind, and the same token, wherever it stands. A name that stands
//! for several is the smallest of them, which says most about somebody, unless nearly
//! everybody means another one (`data/place/means.txt`). Whatever no list has stays a
//! [`Location`](EntityType::Location).

mod form;
mod key;
mod table;

use privet_text::{EntitySet, EntityType, Finding, Span};

use crate::custom::is_own;

pub use form::kind_of_place;

/// Calls `found` with what is told of `finding`, found in `text`: a place as what it is;
/// "Austin, Texas" as a city and a state, if all its parts are known; anything else as it is.
///
/// What a company's own recognizers call a place never becomes a kind that is only in
/// `counted`: they ask for it to be masked.
pub(crate) fn told_apart(
    text: &str,
    finding: Finding,
    counted: EntitySet,
    found: &mut dyn FnMut(Finding),
) {
    let value = finding.span.of(text).filter(|_| finding.entity == EntityType::Location);
    let Some(value) = value else { return found(finding) };
    let own = is_own(finding.recognizer);
    let told = |kind: EntityType, span| {
        let entity = if own && counted.contains(kind) { EntityType::Location } else { kind };
        let recognizer = recognizer(finding.recognizer, entity);
        Finding { entity, span, recognizer, ..finding.clone() }
    };
    let parts = match kind_of_place(value) {
        EntityType::Location => parts(value, finding.span.start()),
        kind => return found(told(kind, finding.span)),
    };
    match parts {
        Some(parts) if !own => parts.into_iter().for_each(|(kind, span)| found(told(kind, span))),
        _ => found(finding),
    }
}

/// The parts of `value`, which begins at `start`, between commas, if there are some and each
/// is known.
fn parts(value: &str, start: usize) -> Option<Vec<(EntityType, Span)>> {
    if !value.contains(',') {
        return None;
    }
    let mut at = start;
    value
        .split(',')
        .map(|part| {
            let name = part.trim();
            let from = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            let kind = kind_of_place(name);
            let span = Span::new(from, from + name.len())?;
            (kind != EntityType::Location).then_some((kind, span))
        })
        .collect()
}

/// The recognizer that is named for an `entity` that `found` took for a place.
fn recognizer(found: &'static str, entity: EntityType) -> &'static str {
    match entity {
        _ if found != "model/location" => found,
        EntityType::City => "model/city",
        EntityType::State => "model/state",
        EntityType::Country => "model/country",
        _ => found,
    }
}

#[cfg(test)]
mod tests;
