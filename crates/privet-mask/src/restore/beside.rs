//! What may stand beside a token, so that it is that token and not a piece of something else.

use crate::table::Kind;

/// Whether what was read is a token, seen what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is.
    Token,
    /// It is something else.
    Other,
    /// The next bytes will tell.
    Open,
}

/// Judges a spelling of `kind` by the bytes behind it. `written` are its own bytes;
/// `in_number` says that it stands as a JSON number.
pub(super) fn judge(kind: Kind, written: &[u8], behind: &[u8], in_number: bool) -> Verdict {
    let Some((&first, rest)) = behind.split_first() else { return Verdict::Open };
    match kind {
        Kind::Number => {
            let goes_on =
                first.is_ascii_digit() || (in_number && matches!(first, b'.' | b'e' | b'E'));
            verdict(!goes_on)
        }
        Kind::Typed | Kind::Marker | Kind::Label | Kind::Name if first.is_ascii_alphanumeric() => {
            ending(kind, written, behind)
        }
        Kind::Typed | Kind::Marker => Verdict::Token,
        Kind::Label => joined(first, rest, b"_-"),
        Kind::Whole if first.is_ascii_alphanumeric() => Verdict::Other,
        Kind::Whole | Kind::Name if (0xC3..=0xC9).contains(&first) => Verdict::Other,
        Kind::Whole if first == b':' && written.contains(&b':') => joined(first, rest, b":"),
        Kind::Whole | Kind::Name => joined(first, rest, b"._-@"),
    }
}

/// A sign that joins words does so only if a word follows.
fn joined(first: u8, rest: &[u8], joins: &[u8]) -> Verdict {
    if !joins.contains(&first) {
        return Verdict::Token;
    }
    match rest.first() {
        None => Verdict::Open,
        Some(next) => verdict(!next.is_ascii_alphanumeric()),
    }
}

/// A token in capitals may take an ending in small letters: `PERSON_K7Q2MX4s`. In small
/// letters nobody could tell the ending from the token.
fn ending(kind: Kind, written: &[u8], behind: &[u8]) -> Verdict {
    let own = written.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric());
    let in_capitals = !own.clone().any(u8::is_ascii_lowercase);
    let endings: &[&[u8]] = match kind {
        Kind::Name => &[b"s"],
        Kind::Typed | Kind::Label if in_capitals => ENDINGS,
        Kind::Marker if in_capitals => &[b"s"],
        _ => return Verdict::Other,
    };
    let letters = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let said = behind.get(..letters).unwrap_or_default();
    let may = |ending: &&[u8]| ending.starts_with(said);
    match letters < behind.len() {
        true => verdict(endings.contains(&said)),
        false if endings.iter().any(may) => Verdict::Open,
        false => Verdict::Other,
    }
}

/// Whether the end of the text behind a token, after `behind`, still leaves it a token.
pub(super) fn judge_at_end(kind: Kind, written: &[u8], behind: &[u8], in_number: bool) -> bool {
    let mut behind = behind.to_vec();
    // As if a line ended here.
    behind.push(b'\n');
    judge(kind, written, &behind, in_number) == Verdict::Token
}

fn verdict(token: bool) -> Verdict {
    if token { Verdict::Token } else { Verdict::Other }
}

/// Endings that languages hang on names: genitives and plurals of English, German and the
/// Scandinavian languages, and the short cases of Slavic, Baltic, Finnic, Hungarian and
/// Romance ones.
const ENDINGS: &[&[u8]] = &[
    b"s", b"es", b"n", b"en", b"ens", b"ns", b"e", b"er", b"ers", b"em", b"et", b"a", b"an", b"as",
    b"u", b"y", b"i", b"in", b"is", b"o", b"om", b"on", b"ov", b"ova", b"owi", b"em", b"t",
];

/// Whether a token of `kind` may begin behind these two bytes. `first_byte` is its own.
pub(super) fn may_begin(kind: Kind, first_byte: u8, before: Before) -> bool {
    match kind {
        Kind::Typed | Kind::Marker => true,
        Kind::Number => !before.last.is_ascii_digit(),
        Kind::Label | Kind::Whole | Kind::Name => {
            let word = before.last.is_ascii_alphanumeric() || before.latin;
            let joins: &[u8] = match kind {
                // `_name_` is emphasis, `x_name` is another word.
                _ if before.last == b'_' => return !before.second.is_ascii_alphanumeric(),
                Kind::Label => b"-",
                _ if first_byte.is_ascii_digit() => b".-%+",
                _ => b".-%",
            };
            !word && !joins.contains(&before.last)
        }
    }
}

/// The decoded bytes in front of a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    last: u8,
    second: u8,
    /// The last one ends a letter of the Latin scripts beyond ASCII.
    latin: bool,
    lead: u8,
}

impl Before {
    /// One byte further.
    pub(super) fn push(&mut self, byte: u8) {
        if byte >= 0xC0 {
            self.lead = byte;
        }
        self.latin = byte >= 0x80 && (0xC3..=0xC9).contains(&self.lead);
        self.second = self.last;
        self.last = byte;
    }

    /// Whether a word stands there that a token with a stem may follow, and no other.
    pub(super) fn is_word(self) -> bool {
        self.last.is_ascii_alphanumeric()
    }
}
