//! Words that are findings themselves: illnesses, religions, offences.

use privet_text::Finding;

use super::judge::Verdict;
use super::{Rule, Way};
use crate::reading::{before, byte, is_word, word_starts};
use crate::trigger::Site;

/// Reports the word of `rule` that stands at `site`. Gives the place up to which it has
/// read: none, since a longer word may begin here, too.
pub(crate) fn read(rule: &'static Rule, site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let Way::Words { words, score, exact } = &rule.way else { return 0 };
    let (bytes, start, end) = (site.bytes, site.start, site.end);
    let part_of_name = matches!(before(bytes, start), b'_' | b'/' | b'.' | b'@' | b'-')
        || matches!(byte(bytes, end), b'_' | b'/' | b'@' | b'(' | b'=');
    let whole = word_starts(bytes, start) && !is_word(byte(bytes, end)) && !part_of_name;
    let written = || words.iter().any(|word| bytes.get(start..end) == Some(word.as_bytes()));
    if !whole || (*exact && !written()) {
        return 0;
    }
    let mut window = None;
    let verdict = Verdict::on(rule, *score, site.text, (start, end), &mut window);
    if let Some(finding) = verdict.and_then(|verdict| verdict.finding()) {
        found(finding);
    }
    0
}
