//! A search for many values at once that costs next to nothing to prepare.
//!
//! A request has few values and they are searched for once, so an automaton costs
//! more to build than it saves. Here the values are sorted: a filter over their first
//! four bytes passes over almost every place of the text, and where it stops, the
//! longest value that begins there is found by bisection.

/// Values to search for, without regard to ASCII case.
pub struct Needles {
    /// Lower-cased and sorted, each with its number.
    sorted: Vec<(Vec<u8>, usize)>,
    /// For each of `sorted`, the longest other one that it begins with.
    parents: Vec<Option<usize>>,
    filter: Vec<u64>,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Byte of the text where it begins.
    pub start: usize,
    /// Byte of the text behind it.
    pub end: usize,
    /// Which of the values.
    pub number: usize,
}

/// Fewer bytes prove nothing; shorter values are not searched for.
const PREFIX: usize = 4;
const FILTER_BITS: u32 = 15;

impl Needles {
    /// Values, numbered in their order.
    pub fn new<V: Into<Vec<u8>>>(values: impl IntoIterator<Item = V>) -> Self {
        let mut sorted: Vec<(Vec<u8>, usize)> = Vec::new();
        for (number, value) in values.into_iter().enumerate() {
            let mut value = value.into();
            value.make_ascii_lowercase();
            if value.len() >= PREFIX {
                sorted.push((value, number));
            }
        }
        sorted.sort_unstable();
        sorted.dedup_by(|later, first| later.0 == first.0);
        let mut filter = Vec::new();
        if !sorted.is_empty() {
            filter.resize(1 << (FILTER_BITS - 6), 0);
        }
        for (value, _) in &sorted {
            let slot = value.first_chunk().map_or(0, slot);
            if let Some(word) = filter.get_mut(slot / 64) {
                *word |= 1 << (slot % 64);
            }
        }
        Self { parents: parents(&sorted), sorted, filter }
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// All hits from left to right, the longest at each place, none over another.
    pub fn find_all(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        if !self.is_empty() {
            let lower = text.to_ascii_lowercase();
            let mut from = 0;
            while let Some(hit) = self.next(&lower, from) {
                from = hit.end;
                hits.push(hit);
            }
        }
        hits
    }

    /// Whether any value stands in `text`.
    pub fn is_in(&self, text: &[u8]) -> bool {
        !self.is_empty() && self.next(&text.to_ascii_lowercase(), 0).is_some()
    }

    fn next(&self, lower: &[u8], from: usize) -> Option<Hit> {
        let rest = lower.get(from..)?;
        for (at, window) in rest.windows(PREFIX).enumerate() {
            let slot = window.first_chunk().map_or(0, slot);
            let passes =
                self.filter.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1);
            if passes && let Some(index) = self.longest_at(rest.get(at..)?) {
                let (value, number) = self.sorted.get(index)?;
                let start = from + at;
                return Some(Hit { start, end: start + value.len(), number: *number });
            }
        }
        None
    }

    /// The longest value that `rest` begins with. Those it begins with are all before it
    /// in the order, and everything between one of them and `rest` begins with that one.
    fn longest_at(&self, rest: &[u8]) -> Option<usize> {
        let after = self.sorted.partition_point(|(value, _)| value.as_slice() <= rest);
        let mut candidate = after.checked_sub(1);
        while let Some(index) = candidate {
            if rest.starts_with(&self.sorted.get(index)?.0) {
                return Some(index);
            }
            candidate = *self.parents.get(index)?;
        }
        None
    }
}

fn parents(sorted: &[(Vec<u8>, usize)]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(sorted.len());
    for (index, (value, _)) in sorted.iter().enumerate() {
        let begins = |&open: &usize| sorted.get(open).is_some_and(|(o, _)| value.starts_with(o));
        while open.last().is_some_and(|last| !begins(last)) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(index);
    }
    parents
}

fn slot(prefix: &[u8; PREFIX]) -> usize {
    const GOLDEN: u32 = 0x9e37_79b1;
    (u32::from_le_bytes(*prefix).wrapping_mul(GOLDEN) >> (32 - FILTER_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], text: &str, want: &[(&str, usize)]) {
        let needles = Needles::new(values.iter().copied());
        let hits = needles.find_all(text.as_bytes());
        let got: Vec<(&str, usize)> =
            hits.iter().map(|hit| (&text[hit.start..hit.end], hit.number)).collect();
        assert_eq!(got, want, "{values:?} in {text:?}");
        assert_eq!(needles.is_in(text.as_bytes()), !want.is_empty());
    }

    #[test]
    fn hits() {
        check(&["jane.doe"], "JANE.Doe, jane.doe", &[("JANE.Doe", 0), ("jane.doe", 0)]);
        check(&["jane", "jane.doe", "jane.x"], "jane.d jane.doe", &[("jane", 0), ("jane.doe", 1)]);
        check(&["abcd", "abcdef", "abcdeg1"], "abcdeg0abcdef", &[("abcd", 0), ("abcdef", 1)]);
        check(&["abcd", "ABCD"], "abcd", &[("abcd", 0)]);
        check(&["abc", ""], "abcabc", &[]); // too short
        check(&["söhne"], "die SöHNE", &[("SöHNE", 0)]);
        check(&[], "anything", &[]);
        check(&["aaaa"], "aaaaaaaaa", &[("aaaa", 0), ("aaaa", 0)]);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_an_automaton(
            values in proptest::collection::vec("[abAB]{4,8}", 0..8),
            text in "[abAB]{0,60}",
        ) {
            let automaton = aho_corasick::AhoCorasickBuilder::new()
                .ascii_case_insensitive(true)
                .match_kind(aho_corasick::MatchKind::LeftmostLongest)
                .build(&values)
                .unwrap();
            let want: Vec<(usize, usize)> =
                automaton.find_iter(&text).map(|m| (m.start(), m.end())).collect();
            let hits = Needles::new(values.iter().map(String::as_str)).find_all(text.as_bytes());
            let got: Vec<(usize, usize)> = hits.iter().map(|h| (h.start, h.end)).collect();
            proptest::prop_assert_eq!(got, want);
        }
    }
}
