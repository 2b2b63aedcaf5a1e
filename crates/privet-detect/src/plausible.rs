//! What the name model may not take for a name, however sure it is: parts of identifiers
//! and addresses, products that are called like people, days and months.

use privet_tagger::{Flags, Lexicon, folded_hash};

use crate::handle::is_spoken_to;
use crate::reading::{before, byte};

/// Whether `text[start..end]` can be a name by its letters and its surroundings.
pub(crate) fn is_plausible(text: &str, start: usize, end: usize) -> bool {
    let Some(value) = text.get(start..end) else { return false };
    let bytes = text.as_bytes();
    (!joined_before(bytes, start) || is_spoken_to(text, start, end))
        && !joined_after(bytes, end)
        && !is_citation(text, start, end)
        && value.split(' ').all(is_word)
}

/// "42 U.S.C. § 1983", "550 U.S. 544": a law or a report, by its number on both sides.
fn is_citation(text: &str, start: usize, end: usize) -> bool {
    let (Some(value), Some(tail)) = (text.get(start..end), text.get(end..)) else { return false };
    let tail = tail.trim_start_matches(|c: char| matches!(c, '.' | ' ') || c.is_ascii_uppercase());
    let ends = |text: &str| text.trim_end().ends_with(|c: char| c.is_ascii_digit());
    let numbered =
        text.get(..start).is_some_and(ends) || value.starts_with(|c: char| c.is_ascii_digit());
    let section = tail.starts_with('§') || tail.starts_with(|c: char| c.is_ascii_digit());
    numbered && section && value.contains('.')
}

/// Whether `value` is a product, a day or a month rather than somebody: it has such a word,
/// and none of the others is known as a name; or it has a word that only machines go by, as in
/// "Thompson NFA", whatever stands before it.
pub(crate) fn is_thing(value: &str) -> bool {
    let names = Flags::FIRST.with(Flags::FAMILY);
    let lower = value.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.clone().any(|word| MACHINES.contains(&word)) {
        return true;
    }
    let mut any = false;
    for word in words {
        if THINGS.binary_search(&word).is_ok() {
            any = true;
        } else if Lexicon::shared().known(folded_hash(word)).flags.any(names) {
            return false;
        }
    }
    any
}

/// `@jane`, `#jane`, `x_jane`, `/jane`, `x.jane`, `x::jane`: part of something longer.
fn joined_before(bytes: &[u8], start: usize) -> bool {
    match before(bytes, start) {
        b'@' | b'#' | b'$' | b'/' | b'\\' | b'_' | b'&' | b'`' | b'~' | b'%' | b'=' => true,
        b'.' | b'-' => before(bytes, start - 1).is_ascii_alphanumeric(),
        b':' => matches!(before(bytes, start - 1), b':' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'),
        last => last.is_ascii_alphanumeric(),
    }
}

/// `jane@`, `jane_`, `jane/x`, `jane(`, `jane.x`, `jane::x`.
fn joined_after(bytes: &[u8], end: usize) -> bool {
    let next = byte(bytes, end + 1);
    match byte(bytes, end) {
        b'@' | b'_' | b'\\' | b'(' | b'[' | b'{' | b'=' | b'`' | b'~' | b'$' => true,
        b'.' | b'-' | b'/' => next.is_ascii_alphanumeric() && !next.is_ascii_uppercase(),
        b':' => next == b':',
        here => here.is_ascii_alphanumeric(),
    }
}

/// Few enough letters for one word, of the script that the model has learned.
fn is_word(word: &str) -> bool {
    let latin =
        |c: char| !c.is_alphabetic() || c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c);
    word.chars().count() <= WORD_LETTERS_MAX && word.chars().all(latin)
}

/// No word of a name is longer.
const WORD_LETTERS_MAX: usize = 24;

/// What programs are made of, in lower case.
const MACHINES: [&str; 6] = ["dfa", "dfas", "hir", "kem", "nfa", "nfas"];

/// In lower case, sorted.
const THINGS: &[&str] = &[
    "agosto",
    "airflow",
    "alexa",
    "angular",
    "ansible",
    "anthropic",
    "apache",
    "april",
    "august",
    "azure",
    "bazel",
    "bison",
    "cassandra",
    "celery",
    "chef",
    "claude",
    "clojure",
    "cobalt",
    "codex",
    "corasick",
    "cortana",
    "cursor",
    "dezember",
    "diciembre",
    "django",
    "docker",
    "dynamo",
    "elixir",
    "emacs",
    "enero",
    "erlang",
    "excel",
    "facebook",
    "februar",
    "february",
    "fedora",
    "ferris",
    "flask",
    "flink",
    "fortran",
    "freitag",
    "friday",
    "gatsby",
    "gemini",
    "git",
    "github",
    "gitlab",
    "google",
    "gradle",
    "grafana",
    "gregorian",
    "haskell",
    "helm",
    "heroku",
    "instagram",
    "istio",
    "january",
    "java",
    "jekyll",
    "jenkins",
    "jest",
    "jira",
    "jordan",
    "juli",
    "julio",
    "july",
    "june",
    "juni",
    "junio",
    "jupyter",
    "kafka",
    "kerberos",
    "kotlin",
    "kubernetes",
    "lambda",
    "laravel",
    "linux",
    "llama",
    "lua",
    "mariadb",
    "marzo",
    "maven",
    "mercurial",
    "mistral",
    "mittwoch",
    "monday",
    "mongo",
    "montag",
    "nagios",
    "november",
    "nuxt",
    "october",
    "oktober",
    "opus",
    "oracle",
    "perl",
    "postgres",
    "prettier",
    "prometheus",
    "puppet",
    "python",
    "rails",
    "redis",
    "redshift",
    "rust",
    "samba",
    "samstag",
    "saturday",
    "scala",
    "selenium",
    "september",
    "septiembre",
    "siri",
    "smalltalk",
    "solaris",
    "sonnet",
    "sonntag",
    "spark",
    "squid",
    "sunday",
    "symfony",
    "terraform",
    "thursday",
    "tomcat",
    "tuesday",
    "twitter",
    "ubuntu",
    "unicode",
    "vagrant",
    "vim",
    "waker",
    "wakers",
    "wednesday",
    "whatsapp",
    "windows",
    "youtube",
    "zookeeper",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_sorted() {
        assert!(THINGS.is_sorted(), "{:?}", THINGS.windows(2).find(|w| w[0] > w[1]));
    }

    #[test]
    fn parts_of_something_longer() {
        for text in
            ["@doe", "x_doe", "a/doe", "doe@x", "doe(", "doe.rs", "a-doe", "doe::new", "x.doe"]
        {
            let start = text.find("doe").unwrap();
            assert!(!is_plausible(text, start, start + 3), "{text}");
        }
        for text in ["doe", "(doe)", "doe, ", "doe.", "doe's", "doe: x", "a. doe", "doe-Smith"] {
            let start = text.find("doe").unwrap();
            assert!(is_plausible(text, start, start + 3), "{text}");
        }
        for (text, want) in [
            ("thanks @doe for it", true),
            ("RT @doe: he is here", true),
            ("@doe\ndef f():", false),
            ("  @doe({a: 1})", false),
            ("import x from '@doe/core'", false),
            ("me@doe is my mail", false),
        ] {
            let start = text.find("doe").unwrap();
            assert_eq!(is_plausible(text, start, start + 3), want, "{text}");
        }
        let law = "under 42 U.S.C. § 1983";
        assert!(!is_plausible(law, 9, 12) && !is_plausible(law, 6, 15));
        assert!(is_plausible("in the U.S. in 2020", 7, 11));
        assert!(!is_plausible(&"a".repeat(40), 0, 40));
        assert!(!is_plausible("Привет", 0, 12));
    }

    #[test]
    fn products_and_months() {
        assert!(is_thing("Claude") && is_thing("JENKINS") && is_thing("Restart Jenkins"));
        assert!(is_thing("Thompson NFA") && is_thing("waker"));
        assert!(!is_thing("Claude Dupont") && !is_thing("Maier"));
    }
}
