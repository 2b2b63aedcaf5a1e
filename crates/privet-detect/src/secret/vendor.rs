//! Whose key a value is, by a name beside it: "our Algolia admin key is ...". Asked only
//! where a value was read that is given to a key or password, so that names such as "box"
//! cost nothing elsewhere.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::reading::{before, byte, char_floor};
use crate::rule::{Beside, Rule, Way};

/// The rule of the vendor whose name stands nearest before `value_start`, and beside whom
/// `value` looks like a key.
pub(super) fn vendor_of(
    text: &str,
    name_start: usize,
    value_start: usize,
    value: &str,
) -> Option<(&'static Rule, &'static str)> {
    if value.len() < VALUE_BYTES_MIN || !value.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let low = char_floor(text, name_start.saturating_sub(REACH_BYTES));
    let window = text.get(low..value_start)?;
    let names = NAMES.automaton.as_ref()?;
    let mut nearest = None;
    for hit in names.find_overlapping_iter(window) {
        let (start, end) = (low + hit.start(), low + hit.end());
        let row = NAMES.rows.get(hit.pattern().as_usize());
        let fits = stands_alone(text.as_bytes(), start, end);
        nearest = row.filter(|(_, beside, _)| fits && beside.fits(value)).or(nearest);
    }
    nearest.map(|(rule, _, name)| (*rule, *name))
}

/// Whether a name, or a hump of one, begins at `start`, and a short one ends at `end`.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let (last, first) = (before(bytes, start), byte(bytes, start));
    let begins =
        !last.is_ascii_alphanumeric() || (last.is_ascii_lowercase() && first.is_ascii_uppercase());
    let next = byte(bytes, end);
    let ends = !next.is_ascii_alphabetic()
        || (next.is_ascii_uppercase() && before(bytes, end).is_ascii_lowercase());
    begins && (ends || end - start > SHORT_BYTES)
}

/// The names of all vendors.
struct Names {
    automaton: Option<AhoCorasick>,
    rows: Vec<(&'static Rule, &'static Beside, &'static str)>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let rows: Vec<_> = Rule::all()
        .iter()
        .filter_map(|rule| match &rule.way {
            Way::Beside(beside) => Some((rule, beside)),
            _ => None,
        })
        .flat_map(|(rule, beside)| beside.vendors.iter().map(move |name| (rule, beside, *name)))
        .collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .build(rows.iter().map(|(_, _, name)| name))
        .ok();
    Names { automaton, rows }
});

const VALUE_BYTES_MIN: usize = 10;
const REACH_BYTES: usize = 48;
const SHORT_BYTES: usize = 5;
