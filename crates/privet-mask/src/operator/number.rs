//! [`WrittenNumber`]: a number as somebody wrote it, so that another one can be written
//! alike.

/// A number and how it was written: `$ 12,500.00`, `1.234,5 EUR`, `-7`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WrittenNumber<'t> {
    before: &'t str,
    after: &'t str,
    value: f64,
    /// Between thousands.
    group: Option<char>,
    /// Before the fraction.
    point: char,
    decimals: usize,
}

impl<'t> WrittenNumber<'t> {
    /// Reads the first number of `text`. `None` if there is none, or one with more than 15
    /// digits, which cannot be calculated with.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let start = if text.get(..start)?.ends_with('-') { start - 1 } else { start };
        let rest = text.get(start..)?;
        let inside = |c: char| c.is_ascii_digit() || GROUPS.contains(&c) || c == '-';
        let end = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
        let spelled = rest.get(..end)?.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits = spelled.bytes().filter(u8::is_ascii_digit).count();
        let (group, point) = separators(spelled);
        let mut parts = spelled.splitn(2, point);
        let whole = parts.next()?;
        let fraction = parts.next().unwrap_or_default();
        if digits > 15 || fraction.contains(|c: char| !c.is_ascii_digit()) {
            return None;
        }
        let plain: String = whole.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
        Some(Self {
            before: text.get(..start)?,
            after: rest.get(spelled.len()..)?,
            value: format!("{plain}.{fraction}0").parse().ok()?,
            group,
            point,
            decimals: fraction.len(),
        })
    }

    /// The number.
    pub(super) fn value(&self) -> f64 {
        self.value
    }

    /// `value`, written like this one, with as many decimals.
    pub(super) fn write(&self, value: f64) -> String {
        let plain = format!("{:.*}", self.decimals, value);
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::from(self.before);
        let digits = whole.trim_start_matches('-').len();
        let zero = plain.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
        if whole.starts_with('-') && !zero {
            text.push('-');
        }
        for (at, digit) in whole.trim_start_matches('-').chars().enumerate() {
            if let Some(group) = self.group
                && at > 0
                && (digits - at).is_multiple_of(3)
            {
                text.push(group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.point);
            text.push_str(fraction);
        }
        text.push_str(self.after);
        text
    }
}

/// What may stand between thousands.
const GROUPS: &[char] = &[',', '.', '\'', '’', '\u{a0}', '\u{202f}'];

/// The separator of thousands and the decimal point of a number: the last separator is the
/// point, unless three digits follow it, or it stands there several times.
fn separators(spelled: &str) -> (Option<char>, char) {
    let mut found = spelled.char_indices().filter(|(_, c)| GROUPS.contains(c));
    let Some((first_at, first)) = found.next() else { return (None, '.') };
    let (last_at, last) = found.next_back().unwrap_or((first_at, first));
    if first != last {
        return (Some(first), last);
    }
    let several = first_at != last_at;
    let follow = spelled.len() - last_at - last.len_utf8();
    if several || follow == 3 || !matches!(last, '.' | ',') {
        let point = if last == '.' { ',' } else { '.' };
        return (Some(last), point);
    }
    (None, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_alike() {
        for (text, value, other, want) in [
            ("$ 12,500.00", 12500.0, 1_234_567.5, "$ 1,234,567.50"),
            ("1.234,5 EUR", 1234.5, 99.25, "99,2 EUR"),
            ("CHF 12'500", 12500.0, 13000.0, "CHF 13'000"),
            ("-7", -7.0, -10.0, "-10"),
            ("84", 84.0, 80.0, "80"),
            ("0.5%", 0.5, 0.75, "0.8%"),
            ("1,000", 1000.0, 2000.0, "2,000"),
            ("3,5", 3.5, 4.5, "4,5"),
            ("salary 84000 a year", 84000.0, 80000.0, "salary 80000 a year"),
        ] {
            let written = WrittenNumber::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(written.value(), value, "{text}");
            assert_eq!(written.write(value), text);
            assert_eq!(written.write(other), want, "{text}");
        }
        for text in ["", "none", "1234567890123456", "1.2.3,4,5"] {
            assert_eq!(WrittenNumber::parse(text), None, "{text}");
        }
    }
}
