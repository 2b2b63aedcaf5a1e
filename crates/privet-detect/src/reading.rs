//! Reading bytes around a place: what stands before it, how far a run goes,
//! whether a word begins there. Out of bounds reads as NUL, which is in no class.

/// The byte at `at`.
pub(crate) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The byte before `at`.
pub(crate) fn before(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(0, |at| byte(bytes, at))
}

/// The end of the run of bytes that satisfy `class`, from `from`, at most `max` long.
pub(crate) fn run(
    bytes: &[u8],
    from: usize,
    max: usize,
    mut class: impl FnMut(u8) -> bool,
) -> usize {
    let taken = bytes.get(from..).unwrap_or_default().iter().take(max);
    from + taken.take_while(|byte| class(**byte)).count()
}

/// The start of the run of bytes that satisfy `class` and end at `to`.
pub(crate) fn run_back(bytes: &[u8], to: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    let taken = bytes.get(..to).unwrap_or_default().iter().rev().take(max);
    to - taken.take_while(|byte| class(**byte)).count()
}

/// Whether nothing that belongs to a word stands directly before `at`. The letter
/// of an escape such as `\n` does not count: files are scanned as they are.
pub(crate) fn word_starts(bytes: &[u8], at: usize) -> bool {
    let last = before(bytes, at);
    if !is_word(last) {
        return true;
    }
    matches!(last, b'n' | b'r' | b't') && before(bytes, at.saturating_sub(1)) == b'\\'
}

/// Whether nothing that belongs to a word stands at `at`.
pub(crate) fn word_ends(bytes: &[u8], at: usize) -> bool {
    !is_word(byte(bytes, at))
}

/// A letter, digit, underscore or part of a character beyond ASCII.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether `bytes` continues with `want` at `at`, whatever the case of ASCII letters.
pub(crate) fn continues(bytes: &[u8], at: usize, want: &str) -> bool {
    let end = at.saturating_add(want.len());
    bytes.get(at..end).is_some_and(|part| part.eq_ignore_ascii_case(want.as_bytes()))
}

/// Whether `want` ends right before `at`, whatever the case of ASCII letters.
pub(crate) fn precedes(bytes: &[u8], at: usize, want: &str) -> bool {
    at.checked_sub(want.len()).is_some_and(|start| continues(bytes, start, want))
}

/// A space or a tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The nearest place at or before `at` where a character begins.
pub(crate) fn char_floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// The nearest place at or after `at` where a character begins.
pub(crate) fn char_ceil(text: &str, at: usize) -> usize {
    text.ceil_char_boundary(at.min(text.len()))
}

/// The first of `words` that stands as a whole word in the `reach` bytes before
/// `at`, on the same line or the one above. Word boundaries count, so that "tel"
/// is not seen in "hotel".
pub(crate) fn cue_before(
    bytes: &[u8],
    at: usize,
    reach: usize,
    words: &[&'static str],
) -> Option<&'static str> {
    let low = at.saturating_sub(reach);
    let mut end = at;
    while end > low {
        let word_end = run_back(bytes, end, end - low, |byte| !is_cue_letter(byte));
        let start = run_back(bytes, word_end, 24, is_cue_letter);
        if start == word_end {
            return None;
        }
        // `"phoneNumber"` and `home_phone` name it as well as `phone` does.
        let word = bytes.get(start..word_end).unwrap_or_default();
        if let Some(cue) = words.iter().find(|cue| word_is(word, cue)) {
            return Some(cue);
        }
        end = start;
    }
    None
}

fn is_cue_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether `word` is `cue`, or an identifier in camel case that begins or ends with it.
fn word_is(word: &[u8], cue: &str) -> bool {
    let cue = cue.as_bytes();
    if word.eq_ignore_ascii_case(cue) {
        return true;
    }
    if cue.len() < 3 || word.len() <= cue.len() {
        return false;
    }
    let (head, rest) = word.split_at(cue.len());
    let camel_head = head.eq_ignore_ascii_case(cue)
        && rest.first().is_some_and(u8::is_ascii_uppercase)
        && head.last().is_some_and(u8::is_ascii_lowercase);
    let (rest, tail) = word.split_at(word.len() - cue.len());
    let camel_tail = tail.eq_ignore_ascii_case(cue)
        && tail.first().is_some_and(u8::is_ascii_uppercase)
        && rest.last().is_some_and(u8::is_ascii_lowercase);
    camel_head || camel_tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_a_whole_word_or_a_camel_hump() {
        let cue = |text: &str| cue_before(text.as_bytes(), text.len(), 40, &["tel", "phone"]);
        assert_eq!(cue("tel: "), Some("tel"));
        assert_eq!(cue("\"phoneNumber\": \""), Some("phone"));
        assert_eq!(cue("home_phone="), Some("phone"));
        assert_eq!(cue("hotel room "), None);
        assert_eq!(cue("phonetic "), None);
    }
}
