//! `generalize`: a value becomes the group it belongs to.
//!
//! Keeps the group and gives it away; what tells members of a group apart is gone and
//! nothing brings it back. The steps follow the Safe Harbor method of HIPAA (45 CFR
//! 164.514(b)(2)): years of dates, the first three digits of a ZIP code unless fewer than
//! 20,000 people live there, ages up to 89.

use privet_text::EntityType;

use super::date::WrittenDate;
use super::number::WrittenNumber;

/// How coarse a group is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Group {
    /// Dates: `2024-03`.
    Month,
    /// Dates: `2024-Q1`.
    Quarter,
    /// Dates: `2024`.
    Year,
    /// Dates: `2024-W11` (ISO 8601).
    Week,
    /// US ZIP codes: the first three digits, `000` for areas with few people.
    Zip3,
    /// Ages: those over 89 become `90+`; younger ones stay.
    Over89,
    /// Ages and other numbers: the band they lie in, `30-39`. Ages over 89 are `90+`.
    Band(u32),
    /// Numbers and amounts: rounded to a multiple.
    Step(f64),
    /// Anything: only what kind of thing it is.
    Kind,
}

impl Group {
    /// The group for a type where policy names none.
    pub fn of(entity: EntityType) -> Self {
        use EntityType as E;
        match entity {
            E::DateTime | E::BirthDate | E::CardExpiry => Self::Year,
            E::PostalCode => Self::Zip3,
            E::Age => Self::Over89,
            E::Amount => Self::Step(1000.0),
            _ => Self::Kind,
        }
    }
}

/// The group that `surface` belongs to, written out. What cannot be read as what the group
/// is made of becomes its kind: nothing finer leaves by accident.
pub fn generalize(entity: EntityType, surface: &str, group: Group) -> String {
    let made = match group {
        Group::Month | Group::Quarter | Group::Year | Group::Week => date(surface, group),
        Group::Zip3 => zip(surface),
        Group::Over89 => age(surface, None),
        Group::Band(width) if entity == EntityType::Age => age(surface, Some(width)),
        Group::Band(width) => band(surface, width),
        Group::Step(step) => stepped(surface, step),
        Group::Kind => None,
    };
    made.unwrap_or_else(|| super::redact(entity))
}

fn date(surface: &str, group: Group) -> Option<String> {
    let written = WrittenDate::parse(surface)?;
    let (date, (week_year, week)) = (written.date(), written.iso_week());
    Some(match group {
        Group::Month => format!("{:04}-{:02}", date.year(), date.month()),
        Group::Quarter => format!("{:04}-Q{}", date.year(), (date.month() + 2) / 3),
        Group::Week => format!("{week_year:04}-W{week:02}"),
        _ => format!("{:04}", date.year()),
    })
}

/// The three-digit areas with 20,000 people or fewer, as the guidance of the US Department of
/// Health and Human Services on 45 CFR 164.514(b)(2)(i)(B) lists them (census of 2000).
const FEW_PEOPLE: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878",
    "879", "884", "890", "893",
];

fn zip(surface: &str) -> Option<String> {
    let digits = surface.trim();
    let (five, four) = digits.split_once('-').unwrap_or((digits, "0000"));
    let all_digits =
        |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(five, 5) || !all_digits(four, 4) {
        return None;
    }
    let area = five.get(..3)?;
    Some(if FEW_PEOPLE.contains(&area) { String::from("000") } else { area.to_owned() })
}

fn age(surface: &str, width: Option<u32>) -> Option<String> {
    let written = WrittenNumber::parse(surface)?;
    let years = written.value();
    if !(0.0..=150.0).contains(&years) {
        return None;
    }
    if years >= 90.0 {
        return Some(String::from("90+"));
    }
    match width {
        None => Some(surface.to_owned()),
        Some(width) => band(&format!("{}", years.trunc()), width),
    }
}

fn band(surface: &str, width: u32) -> Option<String> {
    let value = WrittenNumber::parse(surface)?.value();
    let width = f64::from(width.max(1));
    let low = (value / width).floor() * width;
    Some(format!("{low:.0}-{:.0}", low + width - 1.0))
}

fn stepped(surface: &str, step: f64) -> Option<String> {
    let written = WrittenNumber::parse(surface)?;
    if !(step.is_finite() && step > 0.0) {
        return None;
    }
    Some(written.write((written.value() / step).round() * step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups() {
        use EntityType as E;
        for (entity, surface, group, want) in [
            (E::DateTime, "March 14, 2024", Group::Month, "2024-03"),
            (E::DateTime, "2024-03-31T10:00:00Z", Group::Quarter, "2024-Q1"),
            (E::DateTime, "1.4.2024", Group::Quarter, "2024-Q2"),
            (E::BirthDate, "1957-12-30", Group::Year, "1957"),
            (E::DateTime, "2021-01-03", Group::Week, "2020-W53"),
            (E::DateTime, "tomorrow", Group::Month, "[DATE_TIME]"),
            (E::PostalCode, "94107", Group::Zip3, "941"),
            (E::PostalCode, "94107-1234", Group::Zip3, "941"),
            (E::PostalCode, "SW1A 1AA", Group::Zip3, "[POSTAL_CODE]"),
            (E::Age, "89", Group::Over89, "89"),
            (E::Age, "90", Group::Over89, "90+"),
            (E::Age, "aged 93", Group::Over89, "90+"),
            (E::Age, "34", Group::Band(10), "30-39"),
            (E::Age, "97", Group::Band(10), "90+"),
            (E::Age, "old", Group::Band(10), "[AGE]"),
            (E::Amount, "$ 12,499.99", Group::Step(1000.0), "$ 12,000.00"),
            (E::Amount, "EUR 1.500", Group::Step(1000.0), "EUR 2.000"),
            (E::Custom, "1234", Group::Band(500), "1000-1499"),
            (E::Location, "Berlin-Mitte", Group::Kind, "[LOCATION]"),
        ] {
            assert_eq!(generalize(entity, surface, group), want, "{surface}");
        }
    }

    #[test]
    fn areas_with_few_people() {
        assert_eq!(FEW_PEOPLE.len(), 17);
        for area in FEW_PEOPLE {
            let zip = format!("{area}01");
            assert_eq!(generalize(EntityType::PostalCode, &zip, Group::Zip3), "000");
        }
    }

    #[test]
    fn defaults_fit_their_types() {
        assert_eq!(Group::of(EntityType::BirthDate), Group::Year);
        assert_eq!(Group::of(EntityType::Person), Group::Kind);
    }
}
