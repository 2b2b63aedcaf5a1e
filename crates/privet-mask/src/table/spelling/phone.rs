//! Telephone numbers in the groups that people write.

/// Ten digits as area, exchange and line (North American Numbering Plan), if `token` has them.
fn groups<'d>(token: &str, digits: &'d str) -> Option<(&'d str, &'d str, &'d str)> {
    let ten = digits.strip_prefix('1').filter(|ten| ten.len() == 10);
    let ten = ten.or_else(|| (digits.len() == 10 && !digits.starts_with('0')).then_some(digits))?;
    let (area, rest) = ten.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    (digits.len() == 11 || !token.starts_with('+')).then_some((area, exchange, line))
}

fn digits_of(token: &str) -> String {
    token.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of a number that is written in several groups. No spelling is without them, and
/// the last four always stand together.
pub(crate) fn ten_digits_of(token: &str) -> Option<String> {
    let digits = digits_of(token);
    groups(token, &digits).map(|(area, exchange, line)| [area, exchange, line].concat())
}

/// Tells the spellings of a number.
pub(super) fn spell(token: &str, mut tell: impl FnMut(&str)) {
    let digits = digits_of(token);
    let mut spelling = String::with_capacity(20);
    let mut say = |pieces: &[&str]| {
        spelling.clear();
        spelling.extend(pieces.iter().copied());
        if spelling.len() >= BYTES_MIN {
            tell(&spelling);
        }
    };
    if token.starts_with('+') && digits.len() >= 9 {
        say(&["+", &digits]);
    }
    let Some((area, exchange, line)) = groups(token, &digits) else { return };
    for lead in ["", "+1 ", "+1-", "1-", "+1"] {
        for (open, close, dash) in
            [("", "-", "-"), ("(", ") ", "-"), ("", ".", "."), ("", " ", " "), ("", "", "")]
        {
            say(&[lead, open, area, close, exchange, dash, line]);
        }
    }
}

/// Shorter numbers mean too much else.
const BYTES_MIN: usize = 10;
