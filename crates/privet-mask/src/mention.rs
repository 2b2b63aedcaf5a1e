//! [`Mentions`]: where a text says something that an answer would have restored.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use privet_text::EntityType;

use crate::table::ten_digits_of;
use crate::{
    Destination, End, Form, HostList, LeafObserver, Needles, RestoreTable, RestoreTableBuilder,
    Restorer,
};

/// A search for tokens, however they are spelled. What a client itself says like this must be
/// masked, or the answer would give it back as something else.
///
/// Costs little where nothing is said: a search for a few letters of each token. Where some of
/// them stand, the text's letters and digits are searched for more; and where those stand, too,
/// it is read as an answer would be. The table that this needs is made when it first happens.
pub struct Mentions {
    tokens: RestoreTableBuilder,
    table: OnceLock<Arc<RestoreTable>>,
    /// A run of letters and digits without which nothing is a spelling of a token.
    needles: Needles,
    /// Letters and digits that every spelling of a token has, whatever stands between them.
    compact: OnceLock<Needles>,
    /// Some token has none that are enough to be searched for.
    all: bool,
}

impl Mentions {
    /// A search for the tokens that were told to `tokens`.
    pub fn new(tokens: RestoreTableBuilder) -> Self {
        let mut needles = Needles::default();
        let mut all = false;
        for (token, entity) in tokens.tokens().chain(tokens.parts()) {
            all |= !push_core(token, entity, &mut needles);
        }
        let (table, compact) = (OnceLock::new(), OnceLock::new());
        Self { needles: needles.sorted(), compact, table, tokens, all }
    }

    /// The tokens again, and their table if it had to be made.
    pub fn into_parts(self) -> (RestoreTableBuilder, Option<RestoreTable>) {
        (self.tokens, self.table.into_inner().and_then(Arc::into_inner))
    }

    /// The places, from left to right.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        self.find_values(text).into_iter().map(|(place, _)| place).collect()
    }

    /// The places, from left to right, each with the value that would be restored there.
    pub fn find_values(&self, text: &str) -> Vec<(Range<usize>, String)> {
        match self.all || self.may_hold(text) {
            true => self.restored(text),
            false => Vec::new(),
        }
    }

    fn may_hold(&self, text: &str) -> bool {
        let compact = || self.compact.get_or_init(|| compact_needles(&self.tokens));
        self.needles.is_in(text.as_bytes())
            && compact().is_in(&text.bytes().filter(u8::is_ascii_alphanumeric).collect::<Vec<u8>>())
    }

    fn restored(&self, text: &str) -> Vec<(Range<usize>, String)> {
        let table = self.table.get_or_init(|| Arc::new(self.tokens.clone().build()));
        let mut places = Places::default();
        let mut restorer = Restorer::new(
            Arc::clone(table),
            Arc::new(HostList::default()),
            Form::Text,
            Destination::FileEdit,
        );
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

/// Adds what no spelling of `token` is without. Models change what stands between letters and
/// digits, never a run of them. Whether there is such a thing.
fn push_core(token: &str, entity: EntityType, needles: &mut Needles) -> bool {
    let mut push = |core: &[&str]| {
        needles.push(0, |bytes| core.iter().for_each(|c| bytes.extend_from_slice(c.as_bytes())));
    };
    if let Some(line) = ten_digits(token, entity).as_ref().and_then(|ten| ten.get(6..)) {
        push(&[line]);
    }
    if let Some(run) = run_of(token) {
        push(&[run]);
        return true;
    }
    // `198.18.3.7`: backslashes are all that may come before its dots.
    let compact = token.bytes().filter(u8::is_ascii_alphanumeric).count();
    let mut parts = token.split(['.', ':']);
    match (parts.next(), token.bytes().find(|byte| matches!(byte, b'.' | b':'))) {
        (Some(first), Some(sign))
            if first.len() + 1 >= RUN_BYTES_MIN && compact >= RUN_BYTES_MIN =>
        {
            push(&[first, if sign == b'.' { "." } else { ":" }]);
            push(&[first, "\\"]);
            true
        }
        _ => false,
    }
}

/// For each of `tokens`, the letters and digits of what no spelling of it is without.
fn compact_needles(tokens: &RestoreTableBuilder) -> Needles {
    let mut needles = Needles::default();
    for (token, entity) in tokens.tokens().chain(tokens.parts()) {
        let ten = ten_digits(token, entity);
        let core = ten.as_deref().or_else(|| run_of(token)).unwrap_or(token);
        needles.push(0, |bytes| bytes.extend(core.bytes().filter(u8::is_ascii_alphanumeric)));
    }
    needles.sorted()
}

fn ten_digits(token: &str, entity: EntityType) -> Option<String> {
    if entity == EntityType::PhoneNumber { ten_digits_of(token) } else { None }
}

/// The run of letters and digits of a token that says most.
fn run_of(token: &str) -> Option<&str> {
    let runs = token.split(|c: char| !c.is_ascii_alphanumeric());
    // Digits say more: the label of a typed token rather than its type.
    runs.filter(|run| run.len() >= RUN_BYTES_MIN).max_by_key(|run| (has_digit(run), run.len()))
}

fn has_digit(run: &str) -> bool {
    run.bytes().any(|byte| byte.is_ascii_digit())
}

/// Shorter ones are not searched for.
const RUN_BYTES_MIN: usize = 4;

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
        table.insert("+1 312-555-0142", EntityType::PhoneNumber, "+1 415 555 2671");
        let mentions = Mentions::new(table);
        let check = |text: &str, want: &[&str]| {
            let found: Vec<&str> = mentions.find(text).into_iter().map(|r| &text[r]).collect();
            assert_eq!(found, want, "{text}");
        };
        check(
            "é person-k7q2mx4 é 198.18.3.7, K7Q2MX4s",
            &["person-k7q2mx4", "198.18.3.7", "K7Q2MX4"],
        );
        check("198\\.18\\.3\\.7 Person\nK7Q2MX4", &["198\\.18\\.3\\.7", "Person\nK7Q2MX4"]);
        check("(312) 555-0142 312.555.0142", &["(312) 555-0142", "312.555.0142"]);
        check("é 198.18.3.71 PERSON_K7Q2MX5", &[]);
        check("", &[]);
    }

    proptest::proptest! {
        /// What is passed over says nothing.
        #[test]
        fn nothing_is_passed_over(
            text in "(PERSON|K7Q2MX4|k7q2mx4|198|18\\.3|\\.7|[ \\\\_.:()+\n-]|312|555|0142|5550142|Mary|Smith|10|0|1|é){0,12}",
            which in proptest::sample::subsequence(&TOKENS[..], 1..4),
        ) {
            let mut tokens = RestoreTableBuilder::default();
            for (token, entity) in which {
                tokens.insert(token, entity, "something else");
            }
            let mentions = Mentions::new(tokens);
            proptest::prop_assert_eq!(mentions.find_values(&text), mentions.restored(&text));
        }
    }

    const TOKENS: [(&str, EntityType); 8] = [
        ("198.é", EntityType::Custom),
        ("PERSON_K7Q2MX4", EntityType::Person),
        ("198.18.3.7", EntityType::IpAddress),
        ("10.0.0.1", EntityType::IpAddress),
        ("+1 312-555-0142", EntityType::PhoneNumber),
        ("+13125550142", EntityType::PhoneNumber),
        ("Mary Smith", EntityType::Person),
        ("1:0::1", EntityType::IpAddress),
    ];
}
