//! Handles in sentences: "thanks @jennyblack for it". One in which a first name stands names a
//! person; any other is a handle and no more.

use privet_tagger::{Flags, Lexicon, folded_hash};

use crate::reading::before;

/// Whether `text[start..]` is a handle behind its sign.
pub(crate) fn is_handle(text: &str, start: usize) -> bool {
    before(text.as_bytes(), start) == b'@'
}

/// Whether a first name stands somewhere in `handle`, in any case.
pub(crate) fn holds_first_name(handle: &str) -> bool {
    let lexicon = Lexicon::shared();
    let bounds: Vec<usize> =
        handle.char_indices().map(|(at, _)| at).chain([handle.len()]).collect();
    bounds.iter().enumerate().any(|(number, start)| {
        let ends = bounds.iter().skip(number + LETTERS_MIN);
        let parts = ends.filter_map(|end| handle.get(*start..*end)).take(HANDLE_LETTERS_MAX);
        parts
            .filter(|part| part.chars().all(char::is_alphabetic))
            .any(|part| lexicon.known(folded_hash(part)).flags.any(Flags::FIRST))
    })
}

/// Shorter names stand in too many other words.
const LETTERS_MIN: usize = 5;
/// No network has longer handles.
const HANDLE_LETTERS_MAX: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_names_in_handles() {
        for (handle, want) in [
            ("jennyblack", true),
            ("TheRealJessica", true),
            ("x_daniel_x", true),
            ("bigdawgz", false),
            ("joe", false),
            ("", false),
        ] {
            assert_eq!(holds_first_name(handle), want, "{handle}");
        }
        assert!(is_handle("hi @joe", 4) && !is_handle("hi joe", 3) && !is_handle("joe", 0));
    }
}
