//! [`language_of`]: in which language a text is written, told by its small words and its
//! script. Rules for prose know the words of eight languages; of others only numbers and
//! other things with a form of their own are found, and whoever reads a report must know.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its code (ISO 639-1), or that of its script (ISO 15924) where only that shows.
    pub code: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// Whether the rules know its words.
    pub support: Support,
}

/// Whether the rules know the words of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Names, dates, addresses and labels are found as in English.
    Words,
    /// Only what has a form of its own is found.
    FormsOnly,
}

/// The language of `text`; `None` if it is too short to tell, or no prose. Looks at the first
/// 8 KiB at most.
pub fn language_of(text: &str) -> Option<Language> {
    let text = text.get(..crate::reading::char_floor(text, READ_BYTES)).unwrap_or(text);
    if let Some(script) = script_of(text) {
        return Some(script);
    }
    let mut hits = [0usize; LANGUAGES.len()];
    let mut words = 0;
    for word in text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        if word.len() > WORD_BYTES_MAX {
            continue;
        }
        let Some(languages) = SMALL_WORDS.get(word.to_lowercase().as_str()) else { continue };
        for (index, hits) in hits.iter_mut().enumerate() {
            *hits += usize::from(languages >> index & 1 == 1);
        }
    }
    let mut ranked: Vec<_> = hits.iter().zip(LANGUAGES).collect();
    ranked.sort_by_key(|(hits, _)| std::cmp::Reverse(**hits));
    let [(best, (language, _)), (second, _), ..] = ranked.as_slice() else { return None };
    // A quarter of the words of prose are small ones; of programs hardly any are.
    let enough = **best >= HITS_MIN && **best * 10 >= words;
    (enough && **best > **second).then_some(*language)
}

/// The language or script of a text most of whose letters are not Latin.
fn script_of(text: &str) -> Option<Language> {
    let mut letters = 0usize;
    let mut counts = [0usize; SCRIPTS.len()];
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        letters += 1;
        for (count, (low, high, _, _)) in counts.iter_mut().zip(SCRIPTS) {
            *count += usize::from((*low..=*high).contains(&letter));
        }
    }
    let (count, (_, _, code, name)) =
        counts.iter().zip(SCRIPTS).max_by_key(|(count, _)| **count)?;
    let most = *count >= HITS_MIN && *count * 2 > letters;
    most.then_some(Language { code, name, support: Support::FormsOnly })
}

/// Small words, each with a bit for every language that has it.
static SMALL_WORDS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (index, (_, small)) in LANGUAGES.iter().enumerate() {
        small.iter().for_each(|word| *words.entry(*word).or_default() |= 1 << index);
    }
    words
});

const READ_BYTES: usize = 8 << 10;
const WORD_BYTES_MAX: usize = 12;
const HITS_MIN: usize = 3;

const fn language(code: &'static str, name: &'static str, support: Support) -> Language {
    Language { code, name, support }
}

/// Languages and small words that few others share.
const LANGUAGES: &[(Language, &[&str])] = &[
    (
        language("en", "English", Support::Words),
        &[
            "the", "and", "of", "to", "is", "that", "was", "with", "for", "are", "this", "have",
            "has", "not", "you", "which", "from", "they", "been", "will", "would", "their",
            "there", "at", "it", "by",
        ],
    ),
    (
        language("de", "German", Support::Words),
        &[
            "der", "die", "und", "das", "ist", "nicht", "mit", "ein", "eine", "den", "dem", "des",
            "sich", "auf", "für", "von", "wurde", "ich", "sie", "wir", "auch", "werden", "bei",
            "zum", "zur", "einen", "im", "hat",
        ],
    ),
    (
        language("fr", "French", Support::Words),
        &[
            "le", "la", "les", "des", "et", "est", "une", "dans", "pour", "que", "qui", "sur",
            "pas", "avec", "du", "au", "aux", "par", "plus", "ce", "cette", "sont", "il", "elle",
            "nous", "vous", "été", "être",
        ],
    ),
    (
        language("es", "Spanish", Support::Words),
        &[
            "el", "la", "los", "las", "y", "que", "es", "en", "una", "un", "por", "con", "para",
            "del", "se", "su", "al", "como", "más", "pero", "fue", "está", "son", "lo", "ha",
            "años", "muy", "paciente",
        ],
    ),
    (
        language("it", "Italian", Support::Words),
        &[
            "il", "di", "che", "è", "della", "del", "un", "una", "per", "con", "non", "sono",
            "gli", "nel", "alla", "dal", "più", "ha", "anche", "lo", "si", "dei", "delle",
            "questo", "essere", "stato",
        ],
    ),
    (
        language("nl", "Dutch", Support::Words),
        &[
            "de", "het", "een", "en", "van", "is", "dat", "niet", "zijn", "voor", "met", "op",
            "aan", "ook", "door", "werd", "naar", "bij", "wordt", "heeft", "deze", "maar", "uit",
            "om", "ik", "je", "wij",
        ],
    ),
    (
        language("pt", "Portuguese", Support::Words),
        &[
            "o", "os", "as", "que", "não", "uma", "um", "para", "com", "do", "da", "dos", "das",
            "em", "no", "na", "por", "mais", "foi", "são", "está", "ao", "pelo", "pela", "seu",
            "sua", "também", "você",
        ],
    ),
    (
        language("sv", "Swedish", Support::Words),
        &[
            "och", "att", "det", "som", "en", "på", "är", "av", "för", "med", "den", "till",
            "inte", "ett", "har", "jag", "om", "var", "från", "vid", "kan", "eller", "när", "ska",
            "också",
        ],
    ),
    (
        language("da", "Danish", Support::FormsOnly),
        &[
            "og", "at", "det", "som", "en", "på", "er", "af", "for", "med", "den", "til", "ikke",
            "et", "har", "jeg", "om", "var", "fra", "ved", "kan", "eller", "når", "skal", "også",
            "være", "efter", "blev",
        ],
    ),
    (
        language("nb", "Norwegian", Support::FormsOnly),
        &[
            "og", "at", "det", "som", "en", "på", "er", "av", "for", "med", "den", "til", "ikke",
            "et", "har", "jeg", "om", "var", "fra", "ved", "kan", "eller", "når", "skal", "også",
            "være", "etter", "ble",
        ],
    ),
    (
        language("fi", "Finnish", Support::FormsOnly),
        &[
            "ja", "on", "ei", "että", "se", "oli", "hän", "mutta", "ovat", "myös", "kun", "niin",
            "tai", "joka", "sen", "ole", "kuin", "minä", "sekä",
        ],
    ),
    (
        language("pl", "Polish", Support::FormsOnly),
        &[
            "i", "w", "nie", "się", "na", "z", "do", "jest", "że", "to", "jak", "po", "od", "dla",
            "przez", "są", "oraz", "jego", "który", "był", "ale", "przy",
        ],
    ),
    (
        language("cs", "Czech", Support::FormsOnly),
        &[
            "a", "se", "v", "na", "je", "že", "s", "z", "do", "to", "o", "pro", "jako", "jsou",
            "by", "ale", "byl", "jsem", "který", "také", "při", "nebo",
        ],
    ),
    (
        language("hu", "Hungarian", Support::FormsOnly),
        &[
            "a", "az", "és", "hogy", "nem", "is", "egy", "volt", "van", "meg", "ez", "csak", "de",
            "vagy", "már", "mint", "azt", "ki", "kell",
        ],
    ),
    (
        language("ro", "Romanian", Support::FormsOnly),
        &[
            "și", "în", "de", "la", "cu", "este", "nu", "pe", "că", "din", "mai", "sunt", "pentru",
            "care", "fost", "sau", "prin", "lui", "după", "această",
        ],
    ),
    (
        language("tr", "Turkish", Support::FormsOnly),
        &[
            "ve", "bir", "bu", "da", "de", "için", "ile", "olarak", "çok", "daha", "olan", "gibi",
            "sonra", "kadar", "ne", "değil", "var", "ancak", "ise",
        ],
    ),
];

/// Scripts: from, to, code, what is written in it.
const SCRIPTS: &[(char, char, &str, &str)] = &[
    ('\u{0370}', '\u{03FF}', "el", "Greek"),
    ('\u{0400}', '\u{052F}', "Cyrl", "a language in Cyrillic letters"),
    ('\u{0530}', '\u{058F}', "hy", "Armenian"),
    ('\u{0590}', '\u{05FF}', "he", "Hebrew"),
    ('\u{0600}', '\u{06FF}', "Arab", "a language in Arabic letters"),
    ('\u{0900}', '\u{0D7F}', "Inde", "a language of India"),
    ('\u{0E00}', '\u{0E7F}', "th", "Thai"),
    ('\u{10A0}', '\u{10FF}', "ka", "Georgian"),
    ('\u{3040}', '\u{30FF}', "ja", "Japanese"),
    ('\u{3400}', '\u{9FFF}', "zh", "Chinese"),
    ('\u{AC00}', '\u{D7AF}', "ko", "Korean"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        for (text, want) in [
            (
                "The tenant called on Thursday and said that the heating was not working.",
                Some("en"),
            ),
            (
                "Der Mieter rief am Donnerstag an und sagte, dass die Heizung nicht geht.",
                Some("de"),
            ),
            ("Le locataire a dit que le chauffage ne marche pas dans la chambre.", Some("fr")),
            ("El inquilino dijo que la calefacción no funciona en los dormitorios.", Some("es")),
            (
                "L'inquilino ha detto che il riscaldamento non funziona nella camera del figlio.",
                Some("it"),
            ),
            ("De huurder zei dat de verwarming in de kamer van het kind niet werkt.", Some("nl")),
            (
                "O inquilino disse que o aquecimento não funciona em dois quartos da casa.",
                Some("pt"),
            ),
            (
                "Hyresgästen sade att värmen inte fungerar och att det är kallt på natten.",
                Some("sv"),
            ),
            ("Lokator powiedział, że ogrzewanie nie działa i że w pokoju jest zimno.", Some("pl")),
            ("Арендатор сказал, что отопление не работает.", Some("Cyrl")),
            ("房客说暖气坏了，房间很冷。", Some("zh")),
            ("let end = run(bytes, start, usize::MAX, |byte| byte.is_ascii_digit());", None),
            ("{\"id\": 48213, \"kind\": \"order\", \"total\": 59.85}", None),
            ("", None),
        ] {
            assert_eq!(language_of(text).map(|language| language.code), want, "{text}");
        }
    }
}
