//! Letters that look like, or stand for, plain ones.

use unicode_normalization::UnicodeNormalization;

/// What a character becomes in the shadow.
pub(super) enum Plain {
    /// Itself.
    Same,
    /// Nothing: it is invisible.
    Removed,
    /// Something else.
    Text(String),
}

/// What `letter` becomes. `beside_latin` says whether a Latin letter or a digit stands
/// in the same word, so that Cyrillic and Greek text stays as it is.
pub(super) fn plain(letter: char, beside_latin: bool) -> Plain {
    if is_invisible(letter) {
        return Plain::Removed;
    }
    if let Some(like) = look_alike(letter).filter(|_| beside_latin) {
        return Plain::Text(like.to_string());
    }
    if let Some(digit) = foreign_digit(letter) {
        return Plain::Text(digit.to_string());
    }
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => {
            return Plain::Text(String::from("-"));
        }
        '\u{3002}' | '\u{FF61}' => return Plain::Text(String::from(".")),
        _ => {}
    }
    let folded: String = std::iter::once(letter).nfkc().collect();
    let mut chars = folded.chars();
    if chars.next() == Some(letter) && chars.next().is_none() {
        Plain::Same
    } else {
        Plain::Text(folded)
    }
}

/// Whether `letter`, between these neighbours, may disguise something. Cheap, and
/// never true for the letters that European languages are written with.
pub(super) fn is_suspicious(letter: char, previous: u8, next: u8) -> bool {
    match letter {
        '\u{0080}'..='\u{009F}' => false,
        '\u{00A0}' => previous.is_ascii_alphanumeric() || next.is_ascii_digit(),
        '\u{00AD}' | '\u{00B2}' | '\u{00B3}' | '\u{00B9}' => true,
        '\u{00A1}'..='\u{024F}' => false,
        '\u{0370}'..='\u{052F}' | '\u{0251}' | '\u{0261}' => {
            look_alike(letter).is_some()
                && (previous.is_ascii_alphanumeric() || next.is_ascii_alphanumeric())
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => previous.is_ascii_digit() && next.is_ascii_digit(),
        '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            previous.is_ascii_alphanumeric() || next.is_ascii_alphanumeric()
        }
        '\u{FF0B}'
        | '\u{FF0E}'
        | '\u{FF10}'..='\u{FF19}'
        | '\u{FF20}'..='\u{FF3A}'
        | '\u{FF41}'..='\u{FF5A}' => true,
        '\u{2070}'..='\u{209C}'
        | '\u{2102}'..='\u{2149}'
        | '\u{2460}'..='\u{24FF}'
        | '\u{FB00}'..='\u{FB06}' => true,
        '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F189}' => true,
        _ => is_invisible(letter) || foreign_digit(letter).is_some(),
    }
}

fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Digits of other scripts.
fn foreign_digit(letter: char) -> Option<char> {
    let zero = match letter {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0966}'..='\u{096F}' => 0x0966,
        '\u{09E6}'..='\u{09EF}' => 0x09E6,
        '\u{0E50}'..='\u{0E59}' => 0x0E50,
        _ => return None,
    };
    char::from_digit(u32::from(letter) - zero, 10)
}

/// Cyrillic and Greek letters that look like Latin ones (a part of Unicode's confusables).
fn look_alike(letter: char) -> Option<char> {
    Some(match letter {
        'а' | 'α' | 'ɑ' => 'a',
        'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'ɡ' => 'g',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' => 'n',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'У' | 'Υ' => 'Y',
        'Х' | 'Χ' => 'X',
        'Ζ' => 'Z',
        _ => return None,
    })
}
