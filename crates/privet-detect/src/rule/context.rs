//! [`Window`]: the words around a candidate.

use crate::reading::{char_ceil, char_floor};

/// The text around a candidate as lower-case words with one blank between them, so that
/// `"phoneNumber"`, `phone_number` and "phone number" are the same.
pub(super) struct Window {
    before: String,
    after: String,
    /// A bit for each pair of letters with which a word begins.
    heads: u64,
}

impl Window {
    /// The words around `start..end`.
    pub(super) fn around(text: &str, start: usize, end: usize) -> Self {
        let from = char_floor(text, start.saturating_sub(BEFORE_BYTES));
        let to = char_ceil(text, (end + AFTER_BYTES).min(text.len()));
        let before = text.get(from..start).unwrap_or_default();
        // What stands above an empty line is about something else.
        let before = before.rsplit("\n\n").next().unwrap_or_default();
        let after = text.get(end..to).unwrap_or_default();
        let after = after.split(['\n', ';']).next().unwrap_or_default();
        // A word that the window cuts is no word.
        let cut =
            if from == 0 { 0 } else { before.find(|c: char| !c.is_alphanumeric()).unwrap_or(0) };
        let before = words(before.get(cut..).unwrap_or_default());
        let after = words(after);
        let heads = heads_of(&before) | heads_of(&after);
        Self { before, after, heads }
    }

    /// The nearest of `wanted` and how far away it stands. Words after the candidate
    /// count as further away than those before it.
    pub(super) fn nearest(&self, wanted: &'static [&'static str]) -> Option<(&'static str, usize)> {
        let mut nearest: Option<(&'static str, usize)> = None;
        for word in wanted {
            // Most words are ruled out by how they begin.
            if let [b' ', first, second, ..] = word.as_bytes()
                && self.heads & head_bit(*first, *second) == 0
            {
                continue;
            }
            let before = self.before.rfind(word).map(|at| self.before.len() - at - word.len());
            let after = || self.after.find(word).map(|at| at + BEFORE_BYTES);
            let Some(distance) = before.or_else(after) else { continue };
            if nearest.is_none_or(|(_, least)| distance < least) {
                nearest = Some((word.trim(), distance));
            }
        }
        nearest
    }
}

/// The bits of the words in `words`.
fn heads_of(words: &str) -> u64 {
    let bits = words.as_bytes().windows(3).map(|window| match window {
        [b' ', first, second] => head_bit(*first, *second),
        _ => 0,
    });
    bits.fold(0, |all, bit| all | bit)
}

fn head_bit(first: u8, second: u8) -> u64 {
    1 << (first.wrapping_mul(31).wrapping_add(second) & 63)
}

/// `text` as lower-case words between single blanks.
pub(super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    let mut last_lower = false;
    for letter in text.chars() {
        if !letter.is_alphanumeric() {
            last_lower = false;
            if !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        if letter.is_uppercase() && last_lower {
            out.push(' ');
        }
        last_lower = letter.is_lowercase();
        if letter.is_ascii() {
            out.push(letter.to_ascii_lowercase());
        } else {
            out.extend(letter.to_lowercase());
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

const BEFORE_BYTES: usize = 72;
const AFTER_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_whole() {
        let near = |text: &str| {
            let at = text.find('#').unwrap();
            Window::around(text, at, at + 1).nearest(&[" tax id ", " ssn ", "税号"]).map(|w| w.0)
        };
        assert_eq!(near("tax_id: #"), Some("tax id"));
        assert_eq!(near("\"taxId\" = #"), Some("tax id"));
        assert_eq!(near("taxi driver #"), None);
        assert_eq!(near("# (SSN)"), Some("ssn"));
        assert_eq!(near("我的税号是#"), Some("税号"));
        assert_eq!(near("ssn: gone\n\n#"), None);
    }

    #[test]
    fn the_nearest_wins() {
        let near = |text: &str| Window::around(text, text.len(), text.len());
        let window = near("ssn and tax id ");
        assert_eq!(window.nearest(&[" tax id ", " ssn "]).map(|w| w.0), Some("tax id"));
    }
}
