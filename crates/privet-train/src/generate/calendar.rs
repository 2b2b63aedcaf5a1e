//! Days, months and dates of a language.

use crate::random::Random;
use crate::words::listed;

const DATES: &str = include_str!("../../data/date.txt");

/// Days and months of one language.
struct Calendar {
    language: &'static str,
    days: Vec<&'static str>,
    months: Vec<&'static str>,
}

/// Days and months of each language.
pub(super) struct Calendars(Vec<Calendar>);

impl Calendars {
    pub(super) fn new() -> Self {
        let split = |list: Option<&'static str>| list.unwrap_or_default().split(';').collect();
        let calendars = listed(DATES).filter_map(|line| {
            let mut parts = line.split('\t');
            let language = parts.next()?;
            Some(Calendar { language, days: split(parts.next()), months: split(parts.next()) })
        });
        Self(calendars.collect())
    }

    /// A day or a month. Of an unknown language, one of any.
    pub(super) fn day(&self, language: &str, random: &mut Random) -> Option<&'static str> {
        let calendar = self.of(language, random)?;
        let list = if random.chance(0.7) { &calendar.days } else { &calendar.months };
        random.pick(list).copied()
    }

    /// A date with its month in words, as the language writes it.
    pub(super) fn date(&self, language: &str, random: &mut Random) -> Option<String> {
        let calendar = self.of(language, random)?;
        let month = random.pick(&calendar.months)?;
        let (day, year) = (1 + random.below(28), year(random));
        Some(match calendar.language {
            "en" if random.chance(0.4) => format!("{month} {day}, {year}"),
            "de" => format!("{day}. {month} {year}"),
            "es" | "pt" => format!("{day} de {month} de {year}"),
            _ => format!("{day} {month} {year}"),
        })
    }

    fn of(&self, language: &str, random: &mut Random) -> Option<&Calendar> {
        let known = self.0.iter().find(|calendar| calendar.language == language);
        known.or_else(|| random.pick(&self.0))
    }
}

/// A year that people of today speak of.
pub(super) fn year(random: &mut Random) -> usize {
    1940 + random.below(85)
}
