//! Names behind a title: "Dr. Doe", "Frau Doe". The title itself stays outside.

use privet_tagger::{Flags, Lexicon, folded_hash};
use privet_text::{EntityType, Reason, Score};

use super::lexicon::{AMBIGUOUS, FAMILY, FIRST, PARTICLE, STOP, TITLE};
use super::person::{Person, Words, after_cue};
use super::prose::{Match, is_named_place};
use super::word::{Case, Word, next_word, word_at};
use crate::claim::Claim;
use crate::code::{line_around, looks_like_code};
use crate::reading::byte;

/// A name with capitals behind a title, which has them too or is no other word.
pub(super) fn by_title(text: &str, title: Word) -> Option<Match> {
    let has_capital = matches!(title.case, Case::Capital | Case::Upper);
    if !title.is(TITLE) || !has_capital && !is_clear(text, title) {
        return None;
    }
    let first = word_at(text, behind(text, title)?)?;
    // "Prof. Dr. Doe": the last title counts.
    if first.is(TITLE) && !first.is(FIRST | FAMILY) {
        return None;
    }
    let shouted = title.case == Case::Upper && title.len() > 1;
    if shouted != (first.case == Case::Upper) && !first.is(FIRST | FAMILY)
        || is_named_place(text, title.start)
    {
        return None; // "DR Congo", "Miss USA", "Calle General Ramirez"
    }
    let person = after_cue(&Words::from(text, first))?;
    // A name that is a word as well ("Miss Universe") needs a stricter look.
    let rare = title.is(FIRST | STOP | AMBIGUOUS) && !first.is(FIRST | FAMILY);
    if rare || first.case == Case::Initial && person.end <= first.end {
        return None;
    }
    Some((claim(person.base), first.start, person))
}

/// "mr okonkwo", "MME LE QUELLEC": where capitals tell nothing, behind a title that is no other
/// word, what is no common word either is a name.
pub(super) fn by_title_in_one_case(text: &str, title: Word) -> Option<Match> {
    if !matches!(title.case, Case::Lower | Case::Upper) || !is_clear(text, title) {
        return None;
    }
    let first = word_at(text, behind(text, title)?)?;
    let is_name = |word: &Word| word.case == title.case && could_be_name(text, *word);
    let mut last = Some(first);
    for _ in 0..PARTICLES_MAX {
        last = last.and_then(|word| if is_name(&word) { Some(word) } else { small(text, word) });
    }
    let last = last.filter(is_name)?;
    let end = next_word(text, last).filter(is_name).unwrap_or(last).end;
    let (_, line) = line_around(text, first.start, end);
    if looks_like_code(line) {
        return None;
    }
    let base = Score::new(0.5);
    Some((claim(base), first.start, Person { end, base }))
}

fn is_clear(text: &str, title: Word) -> bool {
    let title = text.get(title.start..title.end).unwrap_or_default().to_lowercase();
    CLEAR.contains(&title.as_str())
}

fn claim(base: Score) -> Claim {
    Claim::new(EntityType::Person, "person/title", base).because(Reason::Context("title"))
}

/// Where the word behind a title begins: "Mr Doe", "Dr. Doe", "Dott.ssa Doe".
fn behind(text: &str, title: Word) -> Option<usize> {
    let tail = text.get(title.end..)?;
    let ending = ENDINGS.iter().find(|ending| tail.starts_with(**ending));
    let at = title.end + ending.map_or(0, |ending| ending.len());
    let bytes = text.as_bytes();
    let dot = usize::from(byte(bytes, at) == b'.');
    let blank = usize::from(byte(bytes, at + dot) == b' ');
    (dot + blank > 0).then_some(at + dot + blank)
}

/// The word after a small one: "le quellec", "van der berg".
fn small(text: &str, word: Word) -> Option<Word> {
    if word.is(PARTICLE) { next_word(text, word) } else { None }
}

/// Whether a word is known as a name and not too common, or not known at all.
fn could_be_name(text: &str, word: Word) -> bool {
    let Some(letters) = text.get(word.start..word.end) else { return false };
    let known = Lexicon::shared().known(folded_hash(letters));
    let is_other = word.is(TITLE | STOP) || known.flags.any(Flags::TITLE);
    let is_listed = word.is(FIRST | FAMILY) || known.flags.any(Flags::FIRST.with(Flags::FAMILY));
    !is_other
        && match is_listed {
            true => known.frequency <= COMMON_MAX,
            false => known.frequency == 0 && letters.chars().count() >= LETTERS_MIN,
        }
}

/// Titles that are no other word where nothing is written with capitals.
const CLEAR: &[&str] = &[
    "mr",
    "mrs",
    "mx",
    "dr",
    "dra",
    "prof",
    "doctor",
    "professor",
    "herr",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mademoiselle",
    "maître",
    "sra",
    "srta",
    "señor",
    "señora",
    "señorita",
    "signor",
    "signora",
    "signorina",
    "sig",
    "dott",
    "dottor",
    "dottoressa",
    "avv",
    "meneer",
    "mevrouw",
    "mevr",
    "dhr",
];
/// Endings behind a full stop that make a woman's title.
const ENDINGS: [&str; 4] = [".ssa", ".ra", ".na", ".a"];
/// "van der berg"
const PARTICLES_MAX: usize = 2;
/// More common words are seldom names.
const COMMON_MAX: u8 = 4;
/// Shorter words that no list knows are abbreviations.
const LETTERS_MIN: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn with_capitals() {
        check("Dr. Schörgenhofer and Mrs. Van Houten", &["Schörgenhofer", "Van Houten"]);
        check("Frau Prof. Dr. Lindqvist, Herr Xaver", &["Lindqvist", "Xaver"]);
        check("Mr Doe CEO", &["Doe"]);
        check("Mme Duchemin est là", &["Duchemin"]);
        check("la dott.ssa Bellucci, l'Avv. Fontanarosa", &["Bellucci", "Fontanarosa"]);
    }

    #[test]
    fn in_one_case() {
        check("then mr okonkwo said no", &["okonkwo"]);
        check("l'avis de mme le quellec, avocat", &["le quellec"]);
        check("L'AVIS DE MME LE QUELLEC, AVOCAT", &["LE QUELLEC"]);
        check("gentile dott.ssa pellegrini,", &["pellegrini"]);
        check("bei herr dr. meier war ich", &["meier"]);
        check("mevrouw van der linden belde", &["van der linden"]);
        check("chez mme aïssatou diakhaté à paris", &["aïssatou diakhaté"]);
    }

    #[test]
    fn nobody() {
        for text in [
            "the mr was merged, mr pipeline failed",
            "mr president, dr who, prof output",
            "DR CONGO, MR PRESIDENT, PROF OUTPUT",
            "let dr = mr.okonkwo(sig);",
            "dr = okonkwo; mr okonkwo = (a, b);",
            "the doctor said so, madame la ministre",
        ] {
            check(text, &[]);
        }
    }
}
