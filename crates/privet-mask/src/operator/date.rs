//! [`WrittenDate`]: a date as somebody wrote it, so that another one can be written alike.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// A date and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenDate<'t> {
    date: Date,
    /// Text before and after what is rewritten, such as a weekday's name or a time of day.
    around: (&'t str, &'t str),
    pieces: Vec<Piece<'t>>,
}

/// A part of a written date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// The day, padded to so many digits.
    Day(usize),
    /// The month in digits.
    Month(usize),
    /// The month's name, of that row of [`MONTHS`], as long as it was and with its capital.
    Name { language: usize, short: bool, capital: bool },
    /// The year in four digits, or in two.
    Year { short: bool },
    /// Whatever stands between.
    Text(&'t str),
}

/// Names of the months, one row a language: English, German, French, Spanish, Italian,
/// Swedish, Dutch, Portuguese.
const MONTHS: [[&str; 12]; 8] = [
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
];

/// A run of digits or letters of the text.
#[derive(Clone, Copy)]
struct Run<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> WrittenDate<'t> {
    /// Reads `2024-03-14`, `14.03.2024`, `3/14/24`, `20240314`, `March 14, 2024`, `14 mars
    /// 2024` and the like, with a time of day behind it or not. Where day and month could
    /// be either, `3/4/2024` counts as March 4th and `3.4.2024` as April 3rd. `None` if
    /// there is no whole date, or one that no calendar has.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let runs = runs(text);
        let named = runs.iter().position(|run| month_of(run.text).is_some());
        match named {
            Some(at) => Self::with_name(text, &runs, at),
            None => Self::in_digits(text, &runs),
        }
    }

    /// The date.
    pub(super) fn date(&self) -> Date {
        self.date
    }

    /// Another date, written like this one. Names of weekdays in front are dropped, since
    /// they would no longer be right. `None` if no calendar has it.
    pub(super) fn shifted(&self, days: i64) -> Option<String> {
        let span: Span = days.days();
        Some(self.write(self.date.checked_add(span).ok()?))
    }

    /// The date's `(year, week)` of ISO 8601.
    pub(super) fn iso_week(&self) -> (i16, i8) {
        let week = self.date.iso_week_date();
        (week.year(), week.week())
    }

    fn write(&self, date: Date) -> String {
        let (before, after) = self.around;
        let weekday =
            before.trim_end().ends_with(',') || WEEKDAYS.iter().any(|day| starts(before, day));
        let mut text = String::from(if weekday { "" } else { before });
        for piece in &self.pieces {
            match *piece {
                Piece::Day(width) => text.push_str(&format!("{:0width$}", date.day())),
                Piece::Month(width) => text.push_str(&format!("{:0width$}", date.month())),
                Piece::Year { short: true } => text.push_str(&format!("{:02}", date.year() % 100)),
                Piece::Year { short: false } => text.push_str(&format!("{:04}", date.year())),
                Piece::Name { language, short, capital } => {
                    text.push_str(&month_name(language, date.month(), short, capital));
                }
                Piece::Text(between) => text.push_str(between),
            }
        }
        text.push_str(after);
        text
    }

    fn with_name(text: &'t str, runs: &[Run<'t>], at: usize) -> Option<Self> {
        let name = runs.get(at)?;
        let (language, month, short) = month_of(name.text)?;
        let digits = |run: &&Run<'t>| run.text.bytes().all(|byte| byte.is_ascii_digit());
        // "14 March 2024" or "March 14, 2024", with "th" and "de" between as it may be.
        let before = runs.get(at.saturating_sub(3)..at).unwrap_or_default();
        let before = before.iter().rfind(|run| digits(run) && run.text.len() <= 2);
        let mut after = runs.iter().skip(at + 1).filter(digits);
        let day = before.or_else(|| after.next())?;
        let year = after.find(|run| run.text.len() == 4 || before.is_some())?;
        let capital = name.text.chars().next().is_some_and(char::is_uppercase);
        let mut marked = [
            (day.start, day.text.len(), Piece::Day(width_of(day.text))),
            (name.start, name.text.len(), Piece::Name { language, short, capital }),
            (year.start, year.text.len(), Piece::Year { short: year.text.len() == 2 }),
        ];
        marked.sort_by_key(|(start, ..)| *start);
        let date = date_of(year.text, month, day.text.parse().ok()?)?;
        Self::of(text, date, &marked)
    }

    fn in_digits(text: &'t str, runs: &[Run<'t>]) -> Option<Self> {
        let first = runs.first()?;
        if first.text.len() == 8 && first.text.bytes().all(|byte| byte.is_ascii_digit()) {
            let (year, rest) = first.text.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            let at = first.start;
            let marked = [
                (at, 4, Piece::Year { short: false }),
                (at + 4, 2, Piece::Month(2)),
                (at + 6, 2, Piece::Day(2)),
            ];
            return Self::of(text, date_of(year, month.parse().ok()?, day.parse().ok()?)?, &marked);
        }
        let at = (0..runs.len()).find(|at| {
            let three = runs.get(*at..at + 3).unwrap_or_default();
            three.len() == 3 && three.iter().all(|run| run.text.bytes().all(|b| b.is_ascii_digit()))
        })?;
        let [a, b, c] = runs.get(at..at + 3)? else { return None };
        let separator = text.get(a.start + a.text.len()..b.start)?;
        if !matches!(separator.trim(), "-" | "/" | "." | "年") || a.text.len() + b.text.len() > 6 {
            return None;
        }
        let number = |run: &Run<'_>| run.text.parse::<i8>().ok();
        let (year, month, day) = if a.text.len() == 4 {
            (a, b, c)
        } else {
            // Points and hyphens put the day first; a slash does if nothing else fits.
            let day_first = separator != "/" || number(a)? > 12;
            let day_first = day_first && number(b)? <= 12;
            if day_first { (c, b, a) } else { (c, a, b) }
        };
        // One digit where two could be says that none are padded.
        let width = if day.text.len() == 1 || month.text.len() == 1 { 1 } else { 2 };
        let mut marked = [
            (year.start, year.text.len(), Piece::Year { short: year.text.len() == 2 }),
            (month.start, month.text.len(), Piece::Month(width)),
            (day.start, day.text.len(), Piece::Day(width)),
        ];
        marked.sort_by_key(|(start, ..)| *start);
        Self::of(text, date_of(year.text, number(month)?, number(day)?)?, &marked)
    }

    fn of(text: &'t str, date: Date, marked: &[(usize, usize, Piece<'t>)]) -> Option<Self> {
        let (start, ..) = marked.first()?;
        let mut at = *start;
        let mut pieces = Vec::with_capacity(5);
        for (start, len, piece) in marked {
            if *start > at {
                pieces.push(Piece::Text(text.get(at..*start)?));
            }
            pieces.push(*piece);
            at = start + len;
        }
        Some(Self { date, around: (text.get(..*start)?, text.get(at..)?), pieces })
    }
}

/// Beginnings of the names of weekdays in the same languages.
const WEEKDAYS: &[&str] = &[
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "lun",
    "mar", "mer", "jeu", "ven", "dim", "mié", "jue", "vie", "sáb", "dom", "gio", "mån", "tis",
    "ons", "tor", "lör", "sön",
];

fn starts(text: &str, with: &str) -> bool {
    text.trim_start().to_lowercase().starts_with(with)
}

/// Beside a month's name, a day without a leading zero is written without.
fn width_of(digits: &str) -> usize {
    if digits.starts_with('0') || digits.len() > 2 { digits.len() } else { 1 }
}

fn date_of(year: &str, month: i8, day: i8) -> Option<Date> {
    let mut number: i16 = year.parse().ok()?;
    match year.len() {
        2 => number += if number < 50 { 2000 } else { 1900 },
        4 => {}
        _ => return None,
    }
    Date::new(number, month, day).ok()
}

/// Language, number and whether it is cut short, of a month's name.
fn month_of(word: &str) -> Option<(usize, i8, bool)> {
    let lower = word.to_lowercase();
    if lower.chars().count() < 3 {
        return None;
    }
    let find = |fits: &dyn Fn(&str) -> bool| {
        MONTHS.iter().enumerate().find_map(|(language, names)| {
            let at = names.iter().position(|name| fits(name))?;
            Some((language, i8::try_from(at + 1).ok()?))
        })
    };
    let whole = find(&|name| name == lower).map(|(language, month)| (language, month, false));
    whole.or_else(|| {
        let short = lower.chars().count() <= 4;
        let cut = find(&|name| short && name.starts_with(&lower))?;
        Some((cut.0, cut.1, true))
    })
}

fn month_name(language: usize, month: i8, short: bool, capital: bool) -> String {
    let at = usize::try_from(month - 1).unwrap_or(0);
    let name = MONTHS.get(language).and_then(|names| names.get(at)).copied().unwrap_or_default();
    let mut name: String = if short { name.chars().take(3).collect() } else { name.to_owned() };
    if capital && let Some(first) = name.chars().next() {
        name.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    name
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut start = 0;
    let mut last = (false, false);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if kind(c) != last {
            if last != (false, false) {
                runs.push(Run { start, text: text.get(start..at).unwrap_or_default() });
            }
            start = at;
            last = kind(c);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_alike() {
        for (text, days, want) in [
            ("2024-03-14", 10, "2024-03-24"),
            ("2024-02-28", 1, "2024-02-29"),
            ("2024-03-14T09:30:00Z", 20, "2024-04-03T09:30:00Z"),
            ("2024/3/9", 1, "2024/3/10"),
            ("14.03.2024", 1, "15.03.2024"),
            ("4.3.24", 30, "3.4.24"),
            ("3/14/2024", 1, "3/15/2024"),
            ("14/3/2024", 1, "15/3/2024"),
            ("14.12.2024", 20, "03.01.2025"),
            ("03/04/2024", 1, "03/05/2024"),
            ("20240314", 365, "20250314"),
            ("March 14, 2024", 31, "April 14, 2024"),
            ("Mar 9, 2024", 31, "Apr 9, 2024"),
            ("14 March 2024", 1, "15 March 2024"),
            ("14th of March 2024", 1, "15th of March 2024"),
            ("14. März 2024", 31, "14. April 2024"),
            ("14 mars 2024", 31, "14 avril 2024"),
            ("14 de marzo de 2024", 31, "14 de abril de 2024"),
            ("Thursday, March 14, 2024", 1, "March 15, 2024"),
            ("31 December 1999", 1, "1 January 2000"),
        ] {
            let written = WrittenDate::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(written.shifted(days).as_deref(), Some(want), "{text}");
            let same = written.shifted(0).unwrap();
            assert!(text.ends_with(&same), "{text} became {same}");
        }
    }

    #[test]
    fn no_date() {
        for text in [
            "",
            "March",
            "2024",
            "31.02.2024",
            "yesterday",
            "1.2.3.4",
            "12-34",
            "99/99/2024",
            "555-0100",
        ] {
            assert_eq!(WrittenDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn weeks_are_those_of_iso() {
        let week = |text| WrittenDate::parse(text).unwrap().iso_week();
        assert_eq!(week("2021-01-03"), (2020, 53));
        assert_eq!(week("2024-12-30"), (2025, 1));
    }
}
