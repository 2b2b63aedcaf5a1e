//! Whether a value speaks of a person that identifiers name.

/// What somebody is known by: names, addresses, numbers.
#[derive(Debug)]
pub(crate) struct Identifiers(Vec<Identifier>);

#[derive(Debug)]
struct Identifier {
    /// In lower case, one blank between words.
    plain: String,
    /// Letters and digits only.
    joined: String,
    words: Vec<String>,
}

/// How sure it is that a value is of the person. The surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// It is the identifier, whatever its case, blanks and signs.
    Same,
    /// It is the same name in another order or with more names, or it holds the
    /// identifier: "DOE, Jane", `/home/jane.doe/notes`.
    Holds,
    /// It may be somebody else: the family name alone, or with an initial.
    Possible,
}

impl Likeness {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Holds => "holds",
            Self::Possible => "possible",
        }
    }
}

impl Identifiers {
    /// `None` when one of them is too short to tell anybody apart.
    pub(crate) fn new(given: &[String]) -> Option<Self> {
        let identifiers = given.iter().map(|text| {
            let words = words(text);
            let joined = words.concat();
            let plain = words.join(" ");
            (joined.chars().count() >= LEAST_CHARS).then_some(Identifier { plain, joined, words })
        });
        identifiers.collect::<Option<Vec<_>>>().map(Self)
    }

    /// How a value is like the person; `is_person` says that it is a name.
    pub(crate) fn likeness(&self, value: &str, is_person: bool) -> Option<Likeness> {
        let value = Identifier { plain: String::new(), joined: String::new(), words: words(value) };
        self.0.iter().filter_map(|identifier| identifier.likeness(&value, is_person)).min()
    }
}

impl Identifier {
    fn likeness(&self, value: &Self, is_person: bool) -> Option<Likeness> {
        if self.joined == value.words.concat() {
            return Some(Likeness::Same);
        }
        if holds(&value.words, &self.words) {
            return Some(Likeness::Holds);
        }
        if !is_person || self.plain.chars().any(|char| char.is_ascii_digit()) {
            return None;
        }
        if self.words.len() > 1 && self.words.iter().all(|word| value.words.contains(word)) {
            return Some(Likeness::Holds);
        }
        self.could_be(&value.words).then_some(Likeness::Possible)
    }

    /// Whether each word of a name but its titles is one of ours or an initial of one, with
    /// at least one whole.
    fn could_be(&self, words: &[String]) -> bool {
        let mut named = words.iter().filter(|word| !TITLES.contains(&word.as_str())).peekable();
        if named.peek().is_none() {
            return false;
        }
        let mut whole = false;
        let fits = named.all(|word| {
            let same = self.words.contains(word);
            whole |= same && word.chars().count() > 1;
            let initial = word.chars().count() == 1
                && self.words.iter().any(|own| own.starts_with(word.as_str()));
            same || initial
        });
        fits && whole
    }
}

/// Whether `part` stands in `whole`, word by word; numbers also across signs.
pub(super) fn holds(whole: &[String], part: &[String]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// The words of a text in lower case: runs of letters and digits.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Anything shorter would name half the vault.
const LEAST_CHARS: usize = 3;

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "herr", "frau", "monsieur", "madame",
    "mme", "mlle", "m", "señor", "señora", "sr", "sra", "don", "doña", "dott", "signor", "signora",
    "jr", "ii", "iii",
];

#[cfg(test)]
mod tests {
    use super::*;
    use Likeness::{Holds, Possible, Same};

    #[test]
    fn tells_how_a_value_is_like_the_person() {
        let jane = ["Jane Doe", "jane.doe@kestrel-mail.com", "+49 30 5550100"];
        let jane = Identifiers::new(&jane.map(str::to_owned)).unwrap();
        let rows = [
            ("Jane Doe", true, Some(Same)),
            ("JANE  doe", true, Some(Same)),
            ("jane.doe", false, Some(Same)),
            ("Jane.Doe@Kestrel-Mail.com", false, Some(Same)),
            ("+49 (30) 555-0100", false, Some(Same)),
            ("DOE, Jane", true, Some(Holds)),
            ("Jane Alice Doe", true, Some(Holds)),
            ("/home/jane.doe/notes.md", false, Some(Holds)),
            ("https://kestrel-mail.com/u/jane-doe", false, Some(Holds)),
            ("Ms. Doe", true, Some(Possible)),
            ("J. Doe", true, Some(Possible)),
            ("Doe", true, Some(Possible)),
            ("Jane", true, Some(Possible)),
            ("John Doe", true, None),
            ("J.", true, None),
            ("Ms.", true, None),
            ("doe", false, None),
            ("jane.doerr@kestrel-mail.com", false, None),
            ("kestrel-mail.com", false, None),
            ("Max Muster", true, None),
            ("", true, None),
        ];
        for (value, is_person, want) in rows {
            assert_eq!(jane.likeness(value, is_person), want, "{value:?}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in ["", " ", "ab", "..", "J."] {
            assert!(Identifiers::new(&[text.to_owned()]).is_none(), "{text:?}");
        }
    }
}
