//! In which form names of places are compared. The build makes the table with the same
//! code, so nothing here may use the rest of the crate.

use unicode_normalization::UnicodeNormalization;

/// `name` without case, accents and marks, its words apart by one blank: "St.-Étienne" and
/// "SAINT ETIENNE" are one.
pub(crate) fn key(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ı' => plain.push('i'),
            // "U.S.", "Côte d'Ivoire", "S:t Petersburg".
            '.' | ':' | '\'' | '’' | '‘' | '`' | 'ʻ' | 'ʼ' => {}
            '&' => plain.push_str(" and "),
            _ => plain.extend(std::iter::once(letter).nfd().filter(|c| !is_accent(*c))),
        }
    }
    let mut key = String::with_capacity(plain.len());
    for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(shortened(word));
    }
    key
}

fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Words that are as often written short.
fn shortened(word: &str) -> &str {
    match word {
        "saint" | "sankt" => "st",
        "sainte" => "ste",
        "mount" => "mt",
        "fort" => "ft",
        word => word,
    }
}

/// What the table holds of a key: FNV-1a, its halves laid over each other. Of a name that no
/// list has, one in 24,000 is taken for one that a list has.
pub(crate) fn hash(key: &str) -> u32 {
    let hash = key.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (hash >> 32) as u32 ^ hash as u32
}
