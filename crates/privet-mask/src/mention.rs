//! [`Mentions`]: where a text says something that an answer would have restored.

use std::ops::Range;
use std::sync::Arc;

use crate::{Destination, End, Form, HostList, LeafObserver, Needles, RestoreTable, Restorer};

/// A search for the tokens of a table, however they are spelled. What a client itself says
/// like this must be masked, or the answer would give it back as something else.
pub struct Mentions {
    table: Arc<RestoreTable>,
    /// The letters and digits of every spelling.
    needles: Needles,
    /// Some spelling is too short to be searched for like this.
    all: bool,
}

impl Mentions {
    /// A search for the tokens of `table`.
    pub fn new(table: Arc<RestoreTable>) -> Self {
        let spellings: Vec<Vec<u8>> = table.spellings().map(compact).collect();
        let all = spellings.iter().any(|spelling| spelling.len() < 4);
        Self { needles: Needles::new(spellings), table, all }
    }

    /// The table again, if nobody else has it.
    pub fn into_table(self) -> Option<RestoreTable> {
        Arc::into_inner(self.table)
    }

    /// The places, from left to right.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        self.find_values(text).into_iter().map(|(place, _)| place).collect()
    }

    /// The places, from left to right, each with the value that would be restored there.
    pub fn find_values(&self, text: &str) -> Vec<(Range<usize>, String)> {
        if self.table.is_empty() || !(self.all || self.needles.is_in(&compact(text))) {
            return Vec::new();
        }
        let mut places = Places::default();
        let table = Arc::clone(&self.table);
        let mut restorer =
            Restorer::new(table, Arc::new(HostList::default()), Form::Text, Destination::FileEdit);
        let mut out = Vec::with_capacity(text.len());
        restorer.push(text, &mut out, &mut places);
        restorer.finish(End::Complete, &mut out, &mut places);
        let value = |(place, put): (_, Range<usize>)| {
            let bytes = out.get(put).unwrap_or_default();
            (place, String::from_utf8_lossy(bytes).into_owned())
        };
        places.found.into_iter().map(value).collect()
    }
}

/// Models change what stands between letters and digits, so only these are compared.
fn compact(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).collect()
}

#[derive(Default)]
struct Places {
    /// Where it was said, and where the value stands in what came out.
    found: Vec<(Range<usize>, Range<usize>)>,
    /// How much longer what came out is than what went in, so far.
    grown: isize,
}

impl LeafObserver for Places {
    fn leaf_started(&mut self) {}
    fn leaf_bytes(&mut self, _: &[u8]) {}
    fn leaf_ended(&mut self) {}

    fn leaf_edited(&mut self, start: usize, end: usize, original: &str) {
        let from = start.saturating_add_signed(-self.grown);
        self.found.push((from..from + original.len(), start..end));
        self.grown += (end - start).cast_signed() - original.len().cast_signed();
    }
}

#[cfg(test)]
mod tests {
    use privet_text::EntityType;

    use super::*;
    use crate::RestoreTableBuilder;

    #[test]
    fn places_are_those_of_the_text() {
        let mut table = RestoreTableBuilder::default();
        table.insert("PERSON_K7Q2MX4", EntityType::Person, "Zoë Zanderbek-Hollenkamp");
        table.insert("198.18.3.7", EntityType::IpAddress, "1.1.1.1");
        let mentions = Mentions::new(Arc::new(table.build()));
        let check = |text: &str, want: &[&str]| {
            let found: Vec<&str> = mentions.find(text).into_iter().map(|r| &text[r]).collect();
            assert_eq!(found, want, "{text}");
        };
        check(
            "é person-k7q2mx4 é 198.18.3.7, K7Q2MX4s",
            &["person-k7q2mx4", "198.18.3.7", "K7Q2MX4"],
        );
        check("é 198.18.3.71 PERSON_K7Q2MX5", &[]);
        check("", &[]);
    }
}
