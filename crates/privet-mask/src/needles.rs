//! A search for many values at once that costs next to nothing to prepare.
//!
//! A request has few values and they are searched for once, so an automaton costs
//! more to build than it saves. Here the values are sorted, and a filter over four bytes
//! passes over almost every place of the text. It knows the first few places of each value,
//! so that if all of them are long it need not be asked everywhere: any value of seven bytes
//! covers one of the places 0, 4, 8 and so on. Where it stops, the longest value that begins
//! there is found by bisection.

/// Values to search for, without regard to ASCII case.
#[derive(Default)]
pub struct Needles {
    /// The values one behind another, lower-cased.
    bytes: Vec<u8>,
    sorted: Vec<Needle>,
    /// For each of `sorted`, the longest other one that it begins with.
    parents: Vec<Option<usize>>,
    filter: Filter,
    /// From one place where the filter is asked to the next.
    step: usize,
    /// Length of the longest value.
    longest: usize,
}

/// A value, as a place in the bytes of all.
#[derive(Clone, Copy, Debug)]
struct Needle {
    /// Its first bytes, so that sorting hardly ever looks further.
    first: u64,
    start: usize,
    end: usize,
    number: usize,
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
/// Asking the filter more rarely saves nothing.
const STEP_MAX: usize = 4;

impl Needles {
    /// Values, numbered in their order.
    pub fn new<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Self {
        let mut needles = Self::default();
        for (number, value) in values.into_iter().enumerate() {
            needles.push(number, |bytes| bytes.extend_from_slice(value.as_ref()));
        }
        needles.sorted()
    }

    /// Adds the value that `write` appends. [`Needles::sorted`] must follow.
    pub(crate) fn push(&mut self, number: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let Some(value) = self.bytes.get_mut(start..).filter(|value| value.len() >= PREFIX) else {
            return self.bytes.truncate(start);
        };
        value.make_ascii_lowercase();
        let mut first = [0; 8];
        first.iter_mut().zip(&*value).for_each(|(to, from)| *to = *from);
        let end = self.bytes.len();
        self.sorted.push(Needle { first: u64::from_be_bytes(first), start, end, number });
    }

    /// Ready to search.
    pub(crate) fn sorted(mut self) -> Self {
        let bytes = &self.bytes;
        let value = |needle: &Needle| bytes.get(needle.start..needle.end).unwrap_or_default();
        self.sorted.sort_unstable_by(|a, b| {
            a.first.cmp(&b.first).then_with(|| value(a).cmp(value(b))).then(a.number.cmp(&b.number))
        });
        self.sorted
            .dedup_by(|later, kept| later.first == kept.first && value(later) == value(kept));
        let lengths = || self.sorted.iter().map(|needle| needle.end - needle.start);
        self.step = (lengths().min().unwrap_or(PREFIX) + 1 - PREFIX).clamp(1, STEP_MAX);
        self.longest = lengths().max().unwrap_or(0);
        self.filter = Filter::new(self.sorted.len() * self.step);
        for needle in &self.sorted {
            value(needle).windows(PREFIX).take(self.step).for_each(|w| self.filter.add(w));
        }
        self.parents = parents(&self.sorted, value);
        self
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// All hits from left to right, the longest at each place, none over another.
    pub fn find_all(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut from = 0;
        while let Some(hit) = self.next(text, from) {
            from = hit.end;
            hits.push(hit);
        }
        hits
    }

    /// Whether any value stands in `text`.
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.next(text, 0).is_some()
    }

    fn next(&self, text: &[u8], from: usize) -> Option<Hit> {
        if self.is_empty() {
            return None;
        }
        let rest = text.get(from..)?;
        let asked = rest.windows(PREFIX).enumerate().skip(self.step - 1).step_by(self.step);
        for (at, window) in asked {
            if !self.filter.passes(window) {
                continue;
            }
            for start in at + 1 - self.step..=at {
                let here = rest.get(start..).unwrap_or_default();
                if here.get(..PREFIX).is_some_and(|window| self.filter.passes(window))
                    && let Some(needle) = self.longest_at(here)
                {
                    let start = from + start;
                    let end = start + needle.end - needle.start;
                    return Some(Hit { start, end, number: needle.number });
                }
            }
        }
        None
    }

    /// The longest value that `rest` begins with. Those it begins with are all before it
    /// in the order, and everything between one of them and `rest` begins with that one.
    fn longest_at(&self, rest: &[u8]) -> Option<&Needle> {
        let rest = rest.get(..self.longest).unwrap_or(rest).to_ascii_lowercase();
        let value = |needle: &Needle| self.bytes.get(needle.start..needle.end).unwrap_or_default();
        let after = self.sorted.partition_point(|needle| value(needle) <= rest.as_slice());
        let mut candidate = after.checked_sub(1);
        while let Some(index) = candidate {
            let needle = self.sorted.get(index)?;
            if rest.starts_with(value(needle)) {
                return Some(needle);
            }
            candidate = *self.parents.get(index)?;
        }
        None
    }
}

fn parents<'b>(sorted: &[Needle], value: impl Fn(&Needle) -> &'b [u8]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(sorted.len());
    for (index, needle) in sorted.iter().enumerate() {
        let begins = |&open: &usize| {
            sorted.get(open).is_some_and(|open| value(needle).starts_with(value(open)))
        };
        while open.last().is_some_and(|last| !begins(last)) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(index);
    }
    parents
}

/// A set of four bytes, which may hold more than was added.
#[derive(Default)]
struct Filter {
    words: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// For so many.
    fn new(count: usize) -> Self {
        let bits = (count * 16).next_power_of_two().clamp(1 << 10, 1 << 18);
        Self { words: vec![0; bits / 64], shift: 32 - bits.trailing_zeros() }
    }

    fn slot(&self, window: &[u8]) -> (usize, u64) {
        const GOLDEN: u32 = 0x9e37_79b1;
        // Makes capitals small, and of other signs what it makes of the values, too.
        const SMALL: u32 = 0x2020_2020;
        let four = window.first_chunk().map_or(0, |four| u32::from_le_bytes(*four) | SMALL);
        let slot = four.wrapping_mul(GOLDEN) >> self.shift;
        ((slot / 64) as usize, 1 << (slot % 64))
    }

    fn add(&mut self, window: &[u8]) {
        let (word, bit) = self.slot(window);
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    fn passes(&self, window: &[u8]) -> bool {
        let (word, bit) = self.slot(window);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }
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
        let long = ["PERSON_K7Q2MX4", "q2mx4k7", "@[\\]^_`{"];
        check(&long, "a q2mx4k7", &[("q2mx4k7", 1)]);
        check(&long, "person_k7q2mx4 Q2MX4K7", &[("person_k7q2mx4", 0), ("Q2MX4K7", 1)]);
        check(&long, "`{|}~_@[ @[\\]^_`{", &[("@[\\]^_`{", 2)]);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_an_automaton(
            short in proptest::collection::vec("[abAB]{4,8}", 0..4),
            long in proptest::collection::vec("[abAB]{6,9}", 0..8),
            text in "[abAB]{0,60}",
        ) {
            let values = [short, long].concat();
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
