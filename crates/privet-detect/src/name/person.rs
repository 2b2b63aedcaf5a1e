//! Which run of words is a name: the judgement shared by prose, cues, fields and tables.

use privet_text::Score;

use super::lexicon::{AMBIGUOUS, FAMILY, FIRST, ORG, PARTICLE, STOP, SUFFIX};
use super::word::{Case, Word, next_word, word_at};

/// Consecutive words that may belong to a name.
pub(super) struct Words {
    words: [Option<Word>; WORDS_MAX],
}

impl Words {
    /// The words from `first` on, as long as they are written as names are.
    pub(super) fn from(text: &str, first: Word) -> Self {
        let mut words = [None; WORDS_MAX];
        let mut next = Some(first);
        for slot in &mut words {
            let Some(word) = next
                .filter(|word| word.looks_proper() || word.is(PARTICLE) || word.case == first.case)
            else {
                break;
            };
            *slot = Some(word);
            next = next_word(text, word);
        }
        Self { words }
    }

    /// The words in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Word> + '_ {
        self.words.iter().map_while(|word| *word)
    }

    /// The word at `index`.
    pub(super) fn get(&self, index: usize) -> Option<Word> {
        self.words.get(index).copied().flatten()
    }
}

/// What a run of words amounts to.
pub(super) struct Person {
    /// One past the last byte of the name.
    pub(super) end: usize,
    /// The base score.
    pub(super) base: Score,
}

/// A name that begins with a first name the dictionary knows.
pub(super) fn first_and_family(words: &Words) -> Option<Person> {
    let first = words.get(0)?;
    match first.case {
        Case::Lower => lower_case(words),
        Case::Capital | Case::Upper => proper_case(words, first),
        Case::Initial | Case::Mixed => None,
    }
}

/// Without capitals both parts must be names and nothing else.
fn lower_case(words: &Words) -> Option<Person> {
    let plain = |word: Word, flag| {
        word.case == Case::Lower && word.is(flag) && !word.is(AMBIGUOUS | STOP) && word.len() >= 3
    };
    let first = words.get(0).filter(|word| plain(*word, FIRST))?;
    let second = words.get(1)?;
    if plain(second, FAMILY) {
        return Some(Person { end: second.end, base: Score::new(0.4) });
    }
    let third = words.get(2).filter(|word| plain(*word, FAMILY))?;
    (plain(second, FIRST) && first.len() > 2)
        .then_some(Person { end: third.end, base: Score::new(0.4) })
}

fn proper_case(words: &Words, first: Word) -> Option<Person> {
    let shouted = first.case == Case::Upper;
    let mut family: Option<Word> = None;
    let mut unknown: Option<Word> = None;
    let mut given: Option<Word> = None;
    for word in words.iter().skip(1) {
        if word.case == Case::Lower && word.is(PARTICLE) && family.is_none() {
            continue;
        }
        let is_part = word.is(FAMILY) || word.is(FIRST);
        if word.is(ORG) && !is_part || (word.is(ORG) && family.is_some()) {
            return None; // "Jane Doe Foundation"
        }
        let other_case = (word.case == Case::Upper) != shouted
            && word.case != Case::Initial
            && !word.is(PARTICLE);
        if other_case || (word.is(STOP) && !is_part) {
            break;
        }
        if word.is(FAMILY) && word.case != Case::Initial {
            family = Some(word);
        } else if word.is(SUFFIX) && family.is_some() {
            family = Some(Word { flags: word.flags | FAMILY, ..word });
        } else if family.is_some() {
            break;
        } else if word.is(FIRST) {
            given = Some(word);
        } else if word.case != Case::Initial && !word.is(PARTICLE) {
            unknown = (word.case == Case::Capital && word.len() >= 3).then_some(word);
            // Company words stand after the name: "Jane Example Consulting".
            let after = words.iter().find(|next| next.start > word.start);
            if after.is_some_and(|next| next.is(ORG)) {
                return None;
            }
            break;
        }
    }
    let sure = !first.is(AMBIGUOUS | STOP);
    if let Some(family) = family {
        if shouted && (first.len() < 3 || family.len() < 3) {
            return None;
        }
        let family_sure = !family.is(AMBIGUOUS | STOP);
        let base = match (sure, family_sure) {
            (true, true) => Score::SHAPE,
            (true, false) | (false, true) => Score::new(0.4),
            (false, false) => Score::new(0.25),
        };
        return Some(Person { end: family.end, base });
    }
    let last = unknown.or(given.filter(|word| !word.is(AMBIGUOUS | STOP) && word.len() >= 3))?;
    (sure && !shouted && first.len() >= 3)
        .then_some(Person { end: last.end, base: Score::new(0.4) })
}

/// A name after a title or another cue: the dictionary need not know it.
pub(super) fn after_cue(words: &Words) -> Option<Person> {
    let first = words.get(0).filter(|word| word.looks_proper() && !word.is(ORG))?;
    if first.is(STOP) && !first.is(FIRST | FAMILY) {
        return None;
    }
    let mut end = None;
    for (index, word) in words.iter().enumerate().take(4) {
        let known = word.is(FIRST | FAMILY);
        if word.is(ORG) && !known {
            return None;
        }
        if (word.is(STOP) && !known)
            || word.case == Case::Mixed
            || word.case == Case::Lower && !word.is(PARTICLE)
        {
            break;
        }
        // A second name in another case is another word: "Mr Doe CEO".
        if index > 0 && word.case == Case::Upper && first.case != Case::Upper && !word.is(SUFFIX) {
            break;
        }
        if word.case != Case::Initial && !(word.case == Case::Lower) && word.len() >= 2 {
            end = Some(word.end);
        }
    }
    end.map(|end| Person { end, base: Score::new(0.5) })
}

/// How surely the whole of `text[start..end]` is a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It has the form of a name, and the dictionary knows none of its words.
    No,
    /// The dictionary knows one of its words.
    Part,
    /// The dictionary knows its first word as a first name, for sure.
    First,
}

/// Judges a value that should be a name and nothing else; `None` if it is not
/// written like one.
pub(super) fn whole(text: &str, start: usize, end: usize) -> Option<Known> {
    let mut at = start;
    let mut count = 0;
    let mut known = Known::No;
    let mut capitals = 0;
    while at < end {
        let word = word_at(text, at).filter(|word| word.end <= end)?;
        let is_part = word.is(FIRST | FAMILY);
        let small = word.case == Case::Lower && !is_part;
        let other = (word.is(ORG) || word.is(STOP)) && !is_part && !(small && word.is(PARTICLE));
        if count == 5 || word.case == Case::Mixed || other {
            return None;
        }
        if small && (count == 0 || !word.is(PARTICLE)) {
            return None;
        }
        if count == 0 && word.is(FIRST) && !word.is(AMBIGUOUS | STOP) {
            known = Known::First;
        } else if known == Known::No && is_part && !word.is(STOP) {
            known = Known::Part;
        }
        capitals += usize::from(word.looks_proper());
        count += 1;
        let gap = text.get(word.end..end)?;
        let joint = [". ", ", ", " ", ".", "\u{A0}"].iter().find(|joint| gap.starts_with(**joint));
        if gap.is_empty() || gap == "." {
            break;
        }
        at = word.end + joint?.len();
    }
    let written = capitals > 0 || known == Known::First;
    (count > 0 && written).then_some(known)
}

const WORDS_MAX: usize = 6;
