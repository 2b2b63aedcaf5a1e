//! Tokens: values made of a beginning of their own and a body, such as `ghp_` and 36 letters
//! and digits, and values that only a name beside them tells apart.

use privet_text::{Finding, Reason, Score};

use super::Rule;
use crate::claim::Claim;
use crate::reading::{byte, run, word_starts};
use crate::secret::{is_placeholder, looks_random};
use crate::trigger::Site;

/// A token that begins with letters of its own.
#[derive(Debug)]
pub(crate) struct Token {
    /// The beginnings in lower case.
    pub(crate) triggers: &'static [&'static str],
    /// The beginnings with their true case.
    pub(crate) starts: &'static [&'static str],
    /// How it may go on.
    pub(crate) bodies: &'static [&'static [Part]],
    /// Whether the body must look random, because other things begin like it.
    pub(crate) random: bool,
    /// What confirms it if it holds; old tokens may have no check digits.
    pub(crate) confirm: Option<fn(&str) -> bool>,
}

/// A value that a name beside it tells apart.
#[derive(Debug)]
pub(crate) struct Beside {
    /// The names in lower case.
    pub(crate) vendors: &'static [&'static str],
    /// How the value may look.
    pub(crate) bodies: &'static [&'static [Part]],
}

/// A run of characters of one class.
#[derive(Debug)]
pub(crate) struct Part {
    /// A bit for each ASCII character that may stand in it.
    pub(crate) class: u128,
    /// The least of them.
    pub(crate) min: usize,
    /// The most of them.
    pub(crate) max: usize,
}

impl Part {
    fn holds(&self, byte: u8) -> bool {
        byte.is_ascii() && self.class >> byte & 1 == 1
    }
}

/// Reads the token of `rule` that begins at a trigger. Gives the place up to which it has read.
pub(crate) fn read(
    rule: &'static Rule,
    token: &Token,
    site: &Site<'_>,
    found: &mut dyn FnMut(Finding),
) -> usize {
    let written = site.bytes.get(site.start..).unwrap_or_default();
    let cased = token
        .starts
        .iter()
        .any(|start| start.len() == site.end - site.start && written.starts_with(start.as_bytes()));
    if !cased || !word_starts(site.bytes, site.start) {
        return site.start;
    }
    let from = site.end;
    let ends = token.bodies.iter().filter_map(|body| token_end(body, site.bytes, from));
    // A longer beginning of the same rule may follow, so nothing counts as read.
    let Some(end) = ends.max() else { return site.start };
    let Some(value) = site.text.get(site.start..end) else { return site.start };
    let body = site.text.get(from..end).unwrap_or_default();
    if is_placeholder(body) || (token.random && !looks_random(body)) {
        return site.start;
    }
    let confirmed = token.confirm.is_some_and(|holds| holds(value));
    let claim = if confirmed {
        Claim::new(rule.entity, rule.id, Score::SHAPE).because(Reason::Checksum)
    } else {
        Claim::new(rule.entity, rule.id, Score::PATTERN)
    };
    if let Some(finding) = claim.at(site.start, end) {
        found(finding);
    }
    end
}

/// Where a token ends whose body begins at `from`; `None` if it goes on after it.
fn token_end(body: &[Part], bytes: &[u8], from: usize) -> Option<usize> {
    let mut end = body_end(body, bytes, from)?;
    // A sentence may end right after a token.
    let last = body.last()?;
    let spare = end - from - body.iter().map(|part| part.min).sum::<usize>();
    let stops = bytes.get(from..end)?.iter().rev();
    let stops = stops.take_while(|byte| matches!(byte, b'.' | b'!' | b'?' | b':')).count();
    if last.min < last.max {
        end -= stops.min(spare);
    }
    let next = byte(bytes, end);
    (!(next.is_ascii_alphanumeric() || next == b'_')).then_some(end)
}

/// Where `body` ends that begins at `from`.
fn body_end(body: &[Part], bytes: &[u8], from: usize) -> Option<usize> {
    body.iter().try_fold(from, |at, part| {
        let end = run(bytes, at, part.max, |byte| part.holds(byte));
        (end - at >= part.min).then_some(end)
    })
}

impl Beside {
    /// Whether `value` as a whole looks like one.
    pub(crate) fn fits(&self, value: &str) -> bool {
        let bytes = value.as_bytes();
        self.bodies.iter().any(|body| body_end(body, bytes, 0) == Some(bytes.len()))
    }
}
