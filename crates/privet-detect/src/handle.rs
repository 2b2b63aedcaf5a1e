//! Handles in sentences: "thanks @jennyblack for it". One in which a first name stands names a
//! person; any other is a handle and no more.

use privet_tagger::{Flags, Lexicon, folded_hash};
use privet_text::{EntityType, Finding, Score};

use crate::claim::Claim;
use crate::code::{Written, line_around};
use crate::reading::{before, byte, run};
use crate::trigger::{Rule, Site};

/// The recognizer that knows no more than the sign and the words beside it: whatever else is
/// found there is known better.
pub(crate) const SPOKEN: &str = "spoken-handle";

/// The rules of this file.
pub(crate) const RULES: &[Rule] = &[Rule { triggers: &["@"], reader: read_handle }];

/// "thanks @bigdawgz42 for it", "@jane@example.social": whoever is spoken to in a sentence.
fn read_handle(site: &Site<'_>, found: &mut dyn FnMut(Finding)) -> usize {
    let Site { text, bytes, start, .. } = *site;
    if !is_free(bytes, start) {
        return site.end; // An address: "jane@example.com".
    }
    let end = handle_end(bytes, site.end);
    let handle = text.get(site.end..end).unwrap_or_default();
    let letters = handle.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_name =
        letters >= HANDLE_LETTERS_MIN && !OTHERS.contains(&handle.to_ascii_lowercase().as_str());
    let next = byte(bytes, end);
    let goes_on = next.is_ascii_alphanumeric() || b"(/={[@\\".contains(&next);
    if !is_name || goes_on {
        return site.end;
    }
    let (_, line) = line_around(text, start, end);
    let words = match Written::of(line) {
        Written::Prose => WORDS_MIN,
        // So many marks and addresses that it looks like code, as short messages do.
        Written::Code if !line.trim_end().ends_with([';', '{', '}', ')', ',']) => WORDS_SURE,
        Written::Code | Written::Comment => return site.end,
    };
    if plain_words(text, start, end) >= words {
        let claim = Claim::new(EntityType::SocialHandle, SPOKEN, Score::new(0.55));
        claim.at(start, end).into_iter().for_each(found);
    }
    end.max(site.end)
}

/// Where the handle that begins at `from` ends, with the server of a network of many.
fn handle_end(bytes: &[u8], from: usize) -> usize {
    let part = |from: usize| {
        let end = run(bytes, from, HANDLE_LETTERS_MAX, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
        });
        let taken = bytes.get(from..end).unwrap_or_default();
        let marks = taken.iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
        end - marks
    };
    let end = part(from);
    let server = part(end + 1);
    let has_server = byte(bytes, end) == b'@'
        && bytes.get(end + 1..server).is_some_and(|server| server.contains(&b'.'));
    if has_server { server } else { end }
}

/// "RT @jane said", "thanks @jane for it": a handle in a sentence. A decorator stands alone
/// in its line.
pub(crate) fn is_spoken_to(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let sign = start.checked_sub(1).filter(|sign| byte(bytes, *sign) == b'@');
    sign.is_some_and(|sign| is_free(bytes, sign) && plain_words(text, sign, end) >= WORDS_MIN)
}

/// Whether nothing that a sign belongs to stands before it.
fn is_free(bytes: &[u8], sign: usize) -> bool {
    let last = before(bytes, sign);
    !(last.is_ascii_alphanumeric()
        || matches!(last, b'.' | b'_' | b'/' | b'`' | b'$' | b'@' | b'{' | b'*' | b'\''))
}

/// How many plain words stand near, in the line of what stands at `start..end`.
fn plain_words(text: &str, start: usize, end: usize) -> usize {
    let (from, line) = line_around(text, start, end);
    let head = line.get(..start - from).unwrap_or_default();
    let tail = line.get(end - from..).unwrap_or_default();
    let is_word = |word: &&str| {
        let word = word.trim_matches(['.', ',', '!', '?', ':', '"', '“', '”']);
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’'))
    };
    let words = head.split(' ').rev().take(WORDS_LOOKED_AT);
    words.chain(tail.split(' ').take(WORDS_LOOKED_AT)).filter(is_word).count()
}

/// Whether `text[start..]` is a handle behind its sign.
pub(crate) fn is_handle(text: &str, start: usize) -> bool {
    before(text.as_bytes(), start) == b'@'
}

/// Whether a handle names a person: no digit and a first name stand in it.
pub(crate) fn names_somebody(handle: &str) -> bool {
    !handle.bytes().any(|byte| byte.is_ascii_digit()) && holds_first_name(handle)
}

/// Whether a first name stands somewhere in `handle`, in any case.
fn holds_first_name(handle: &str) -> bool {
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

/// What stands behind the sign and is nobody: groups, places, times, and notes for compilers.
const OTHERS: &[&str] = &[
    "all",
    "author",
    "channel",
    "charset",
    "classmethod",
    "dataclass",
    "deprecated",
    "dynamic",
    "everyone",
    "example",
    "group",
    "here",
    "home",
    "import",
    "inc",
    "include",
    "inject",
    "internal",
    "keyframes",
    "layer",
    "link",
    "lunch",
    "media",
    "midnight",
    "noon",
    "online",
    "optional",
    "override",
    "param",
    "params",
    "property",
    "required",
    "return",
    "returns",
    "school",
    "see",
    "since",
    "staticmethod",
    "supports",
    "team",
    "test",
    "throws",
    "todo",
    "version",
    "work",
    "xref",
];
/// So many plain words beside a handle make a sentence,
const WORDS_MIN: usize = 2;
/// and so many where there are many marks, too.
const WORDS_SURE: usize = 4;
const WORDS_LOOKED_AT: usize = 6;
/// With fewer it is a time, or an abbreviation.
const HANDLE_LETTERS_MIN: usize = 3;
/// Shorter names stand in too many other words.
const LETTERS_MIN: usize = 5;
/// No network has longer handles.
const HANDLE_LETTERS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_spoken_to() {
        for (text, want) in [
            ("thanks @big_dawgz42 for it", Some("@big_dawgz42")),
            ("@katza.mora. so happy to see you", Some("@katza.mora")),
            ("RT @W7VOA: MT @myro so many marks #here are http://t.co/x", Some("@W7VOA")),
            ("ask @jane@example.social about the date", Some("@jane@example.social")),
            ("(cc @octo-cat) please look at it", Some("@octo-cat")),
            ("thanks @jennyblack for the help", Some("@jennyblack")),
            ("“@tiefeswasser: wär’s so?", Some("@tiefeswasser")),
            ("write to jane@example.com about the date", None),
            ("install @types/node with the manager", None),
            ("    @Inject private final Store store;", None),
            ("@decorator", None),
            ("@lru_cache(maxsize=None) is of use here", None),
            ("the @property decorator is of use", None),
            (" * @param name the name of it", None),
            ("hi @here we go again now", None),
            ("the string '@validator' of it", None),
            ("an error ({@link Refused}) of theirs", None),
            ("it was sold @ 42 of them", None),
            ("we meet @7pm in the hall", None),
        ] {
            let mut got = None;
            let start = text.find('@').unwrap();
            let site = Site { text, bytes: text.as_bytes(), start, end: start + 1 };
            read_handle(&site, &mut |finding| got = finding.span.of(text));
            assert_eq!(got, want, "{text}");
        }
    }

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
