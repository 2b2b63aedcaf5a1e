//! `date_shift` and `noise`: values that are wrong on purpose, always in the same way.
//!
//! A shift keeps every interval between dates of a scope and hides when they were; noise
//! keeps sums and averages roughly and hides the single number. Neither is stored anywhere,
//! so neither comes back; who knows one true date of a scope knows all others.

use super::Draw;
use super::date::WrittenDate;
use super::number::WrittenNumber;

/// How many days the dates of a scope are moved, as `draw` decides: 1 to `days_max`, back
/// or forth, never 0.
pub fn shift_days(days_max: u32, draw: &mut Draw) -> i64 {
    let days = i64::from(draw.below(days_max.max(1))) + 1;
    if draw.below(2) == 0 { days } else { -days }
}

/// `surface` moved by `days`, written as it was. `None` if it is no date, or would leave
/// the calendar.
pub fn date_shift(surface: &str, days: i64) -> Option<String> {
    WrittenDate::parse(surface)?.shifted(days)
}

/// `surface` with up to `percent` added or taken away, written as it was. `None` if it is
/// no number.
pub fn noise(surface: &str, percent: f64, draw: &mut Draw) -> Option<String> {
    let written = WrittenNumber::parse(surface)?;
    let share = f64::from(draw.below(STEPS + 1)) / f64::from(STEPS) * 2.0 - 1.0;
    let value = written.value() * (1.0 + share * percent.clamp(0.0, 100.0) / 100.0);
    Some(written.write(value))
}

/// In how many steps noise is drawn.
const STEPS: u32 = 1 << 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows() {
        assert_eq!(date_shift("2024-03-14 09:30", 10).as_deref(), Some("2024-03-24 09:30"));
        assert_eq!(date_shift("soon", 10), None);
        assert_eq!(noise("none", 10.0, &mut Draw::new(&[1; 32])), None);
        assert_eq!(
            noise("$ 1,000.00", 0.0, &mut Draw::new(&[1; 32])).as_deref(),
            Some("$ 1,000.00")
        );
    }

    proptest! {
        #[test]
        fn noise_stays_within_its_share(value in 1u32..10_000_000, percent in 0u32..50, seed in any::<[u8; 32]>()) {
            let text = format!("EUR {value}.00");
            let made = noise(&text, f64::from(percent), &mut Draw::new(&seed)).unwrap();
            let noisy: f64 = made.strip_prefix("EUR ").unwrap().parse().unwrap();
            let most = f64::from(value) * f64::from(percent) / 100.0 + 0.01;
            prop_assert!((noisy - f64::from(value)).abs() <= most, "{}", made);
            prop_assert_eq!(noise(&text, f64::from(percent), &mut Draw::new(&seed)).unwrap(), made);
        }

        #[test]
        fn intervals_stay(a in 0i64..20_000, b in 0i64..20_000, seed in any::<[u8; 32]>(), most in 1u32..4000) {
            let days = shift_days(most, &mut Draw::new(&seed));
            prop_assert!(days != 0 && days.unsigned_abs() <= u64::from(most));
            let day = |n| date_shift("1980-01-01", n).unwrap();
            let moved = |text: &str| date_shift(text, days).unwrap();
            let date = |text: &str| WrittenDate::parse(text).unwrap().date();
            let before = date(&day(a)).until(date(&day(b))).unwrap().get_days();
            let after = date(&moved(&day(a))).until(date(&moved(&day(b)))).unwrap().get_days();
            prop_assert_eq!(before, after);
        }
    }
}
