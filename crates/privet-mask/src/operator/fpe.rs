//! `fpe`: an identifier becomes another one of the same form, by encryption.
//!
//! Keeps length, separators and, unless an alphabet is named, which places are digits,
//! capitals and small letters. Gives away that form, and within a scope which values are
//! equal. Undone with the key alone, and by the vault like any token. The mode is FF1
//! ([`Ff1`]); texts with fewer than a million forms are refused.

use super::ff1::{DOMAIN_MIN, Ff1, FpeError};

/// Which characters change, and into what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alphabet {
    /// A digit becomes a digit, a capital a capital, a small letter a small letter.
    #[default]
    Form,
    /// Digits become digits; letters stay (radix 10).
    Digits,
    /// Digits and letters become any of them, in capitals if there are only such (radix 36).
    Alphanumeric,
    /// Digits and letters of either case become any of them (radix 62).
    Mixed,
}

impl Alphabet {
    /// Every alphabet.
    pub const ALL: &'static [Self] = &[Self::Form, Self::Digits, Self::Alphanumeric, Self::Mixed];

    /// The name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Digits => "digits",
            Self::Alphanumeric => "alphanumeric",
            Self::Mixed => "mixed",
        }
    }
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Encrypt,
    Decrypt,
}

/// Encrypts the letters and digits of `surface`; all else stays where it is.
///
/// # Errors
/// See [`FpeError`].
pub fn encrypt(
    key: &[u8; 32],
    tweak: &[u8],
    alphabet: Alphabet,
    surface: &str,
) -> Result<String, FpeError> {
    run(Way::Encrypt, key, tweak, alphabet, surface)
}

/// Undoes [`encrypt`].
///
/// # Errors
/// See [`FpeError`].
pub fn decrypt(
    key: &[u8; 32],
    tweak: &[u8],
    alphabet: Alphabet,
    surface: &str,
) -> Result<String, FpeError> {
    run(Way::Decrypt, key, tweak, alphabet, surface)
}

fn run(
    way: Way,
    key: &[u8; 32],
    tweak: &[u8],
    alphabet: Alphabet,
    surface: &str,
) -> Result<String, FpeError> {
    match symbols(alphabet, surface) {
        Some(symbols) => uniform(way, key, tweak, symbols, surface),
        None => by_place(way, key, tweak, surface),
    }
}

/// The symbols that every place has in common; `None` if places differ.
fn symbols(alphabet: Alphabet, surface: &str) -> Option<&'static [u8]> {
    let has = |is: fn(&u8) -> bool| surface.bytes().any(|byte| is(&byte));
    let (capitals, small) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    match alphabet {
        Alphabet::Digits => SYMBOLS.get(..10),
        Alphabet::Alphanumeric if small && !capitals => Some(SMALL),
        Alphabet::Alphanumeric => SYMBOLS.get(..36),
        Alphabet::Mixed => Some(SYMBOLS),
        Alphabet::Form if !capitals && !small => SYMBOLS.get(..10),
        Alphabet::Form => None,
    }
}

/// Digits, capitals, small letters.
const SYMBOLS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SMALL: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn uniform(
    way: Way,
    key: &[u8; 32],
    tweak: &[u8],
    symbols: &[u8],
    surface: &str,
) -> Result<String, FpeError> {
    let place = |byte: u8| symbols.iter().position(|symbol| *symbol == byte);
    let fold = |byte: u8| match place(byte) {
        // `Alphanumeric` over both cases folds into capitals; that would not come back.
        None if byte.is_ascii_alphanumeric() && symbols.len() == 36 => Err(FpeError::Foreign),
        found => Ok(found),
    };
    let mut numerals = Vec::with_capacity(surface.len());
    for byte in surface.bytes() {
        numerals.extend(fold(byte)?.and_then(|at| u16::try_from(at).ok()));
    }
    let ff1 = Ff1::new(key, u32::try_from(symbols.len()).unwrap_or(2));
    match way {
        Way::Encrypt => ff1.encrypt(tweak, &mut numerals)?,
        Way::Decrypt => ff1.decrypt(tweak, &mut numerals)?,
    }
    let mut changed = numerals.into_iter();
    let spelled = surface.chars().map(|c| match u8::try_from(c).ok().and_then(place) {
        Some(_) => changed
            .next()
            .and_then(|numeral| symbols.get(usize::from(numeral)))
            .map_or(c, |symbol| char::from(*symbol)),
        None => c,
    });
    Ok(spelled.collect())
}

/// The symbols that may stand where `c` stands.
fn class(c: char) -> Option<(u8, u128)> {
    match c {
        '0'..='9' => Some((b'0', 10)),
        'A'..='Z' => Some((b'A', 26)),
        'a'..='z' => Some((b'a', 26)),
        _ => None,
    }
}

/// The text counts as one number whose digits have the radix of their place. It is
/// encrypted in bits, again and again until it is below the number of forms: less than
/// twice on average, and the way back walks the same steps.
fn by_place(way: Way, key: &[u8; 32], tweak: &[u8], surface: &str) -> Result<String, FpeError> {
    let (mut number, mut forms) = (0u128, 1u128);
    for (c, (first, radix)) in surface.chars().filter_map(|c| Some((c, class(c)?))) {
        forms =
            forms.checked_mul(radix).filter(|forms| *forms <= 1 << 120).ok_or(FpeError::TooLong)?;
        number = number * radix + (u128::from(u32::from(c)) - u128::from(first));
    }
    if forms < DOMAIN_MIN {
        return Err(FpeError::TooFew);
    }
    let bits = 128 - (forms - 1).leading_zeros();
    let ff1 = Ff1::new(key, 2);
    let mut numerals: Vec<u16> =
        (0..bits).rev().map(|bit| u16::from(number >> bit & 1 == 1)).collect();
    loop {
        match way {
            Way::Encrypt => ff1.encrypt(tweak, &mut numerals)?,
            Way::Decrypt => ff1.decrypt(tweak, &mut numerals)?,
        }
        number = numerals.iter().fold(0, |number, bit| number << 1 | u128::from(*bit));
        if number < forms {
            break;
        }
    }
    let mut spelled: Vec<char> = surface.chars().collect();
    for place in spelled.iter_mut().rev() {
        if let Some((first, radix)) = class(*place) {
            let symbol = u8::try_from(number % radix).unwrap_or(0);
            *place = char::from(first + symbol);
            number /= radix;
        }
    }
    Ok(spelled.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [9; 32];

    #[test]
    fn forms_stay() {
        for (surface, form) in [
            ("078-05-1120", "000-00-0000"),
            ("AC-104227", "AA-000000"),
            ("4111 1111 1111 1111", "0000 0000 0000 0000"),
            ("kd/7781.xx", "aa/0000.aa"),
            ("Größe-1234567", "Aaößa-0000000"),
        ] {
            let made = encrypt(&KEY, b"acme/US_SSN", Alphabet::Form, surface).unwrap();
            let shape: String = made
                .chars()
                .map(|c| match c {
                    '0'..='9' => '0',
                    'A'..='Z' => 'A',
                    'a'..='z' => 'a',
                    c => c,
                })
                .collect();
            assert_eq!(shape, form);
            assert_ne!(made, surface);
            let other = encrypt(&KEY, b"other/US_SSN", Alphabet::Form, surface).unwrap();
            assert_ne!(made, other, "the tweak counts");
        }
    }

    #[test]
    fn what_is_refused() {
        for (alphabet, surface, want) in [
            (Alphabet::Form, "12345", FpeError::TooFew),
            (Alphabet::Form, "AB-12", FpeError::TooFew),
            (Alphabet::Form, "", FpeError::TooFew),
            (Alphabet::Digits, "ABCDEF-123", FpeError::TooFew),
            (Alphabet::Form, &"7".repeat(60), FpeError::TooLong),
            (Alphabet::Form, &"aB".repeat(20), FpeError::TooLong),
            (Alphabet::Alphanumeric, "abCD12", FpeError::Foreign),
        ] {
            assert_eq!(encrypt(&KEY, b"", alphabet, surface), Err(want), "{surface}");
        }
    }

    proptest! {
        #[test]
        fn the_way_back(surface in "[0-9A-Za-z]{4,12}[-/. é]{0,2}[0-9]{2,6}", tweak in "\\PC{0,20}") {
            for alphabet in Alphabet::ALL {
                if let Ok(made) = encrypt(&KEY, tweak.as_bytes(), *alphabet, &surface) {
                    prop_assert_eq!(made.chars().count(), surface.chars().count());
                    let back = decrypt(&KEY, tweak.as_bytes(), *alphabet, &made);
                    // Over one case only, the other side may have no letter to tell the case by.
                    if *alphabet != Alphabet::Alphanumeric {
                        prop_assert_eq!(back, Ok(surface.clone()));
                    }
                }
            }
        }
    }
}
