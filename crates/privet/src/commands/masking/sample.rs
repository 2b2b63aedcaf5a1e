//! `--sample`: a share of the rows of a table, drawn by a seed, so that the same rows can be
//! drawn again.

use std::ops::Range;
use std::str::FromStr;

use privet_audit::Sample;
use sha2::{Digest, Sha256};

use super::Input;
use super::fields::{Layout, csv};
use crate::console::CommandError;

/// A share of rows, above 0 and up to 100 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    percent: f64,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match percent.filter(|percent| *percent > 0.0 && *percent <= 100.0) {
            Some(percent) => Ok(Self { percent }),
            None => Err(String::from("expected a share such as 1% or 0.5%, up to 100%")),
        }
    }
}

/// Draws rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampler {
    share: Share,
    seed: u64,
}

impl Sampler {
    /// Draws with `seed`, or with one of its own.
    pub(super) fn new(share: Share, seed: Option<u64>) -> Result<Self, CommandError> {
        let seed = match seed {
            Some(seed) => seed,
            None => {
                u64::from(getrandom::u32().map_err(|error| CommandError::could_not_run(&error))?)
            }
        };
        Ok(Self { share, seed })
    }

    /// The rows of `input` that are drawn, with the head of a CSV file.
    pub(super) fn draw(&self, input: &Input) -> Result<(Input, Sample), CommandError> {
        let name = super::name_of(&input.path);
        let (head, rows) = rows(input)
            .map_err(|why| CommandError::failed(format!("`{name}`: {why}; nothing was written")))?;
        let mut text = input.text.get(head).unwrap_or_default().to_owned();
        let mut kept = 0;
        for (number, row) in (1u64..).zip(&rows) {
            if self.keeps(number) {
                // The last row of a file may lack its line break.
                if !text.is_empty() && !text.ends_with(['\n', '\r']) {
                    text.push('\n');
                }
                text.push_str(input.text.get(row.clone()).unwrap_or_default());
                kept += 1;
            }
        }
        let rows = rows.len() as u64;
        let sample = Sample { percent: self.share.percent, seed: self.seed, rows, kept };
        Ok((Input { path: input.path.clone(), text }, sample))
    }

    /// Whether row `number` is drawn: the first eight bytes of SHA-256 over seed and number,
    /// eight bytes each, big-endian, as a share of all such numbers.
    fn keeps(&self, number: u64) -> bool {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_be_bytes());
        hasher.update(number.to_be_bytes());
        let drawn = hasher.finalize().first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        // 53 bits: as many as a fraction holds exactly.
        ((drawn >> 11) as f64) < self.share.percent / 100.0 * (1u64 << 53) as f64
    }
}

/// What a sample holds, for the person who drew it. The error is the standard deviation of
/// as many independent draws.
pub(super) fn told(name: &str, sample: &Sample) -> String {
    let Sample { percent, seed, rows, kept } = *sample;
    let share = percent / 100.0;
    let expected = rows as f64 * share;
    let error = (expected * (1.0 - share)).sqrt();
    format!(
        "`{name}`: {kept} of {rows} rows, {percent} % (expected {expected:.0} ± {error:.0}), seed {seed}"
    )
}

/// The head of a table and its rows, each with its line break.
fn rows(input: &Input) -> Result<(Range<usize>, Vec<Range<usize>>), String> {
    match Layout::of(input) {
        Layout::Csv => {
            let mut rows = csv::rows(&input.text)?.into_iter();
            Ok((rows.next().unwrap_or_default(), rows.collect()))
        }
        Layout::Json => {
            let mut at = 0;
            let mut rows = Vec::new();
            for line in input.text.split_inclusive('\n') {
                let said = line.trim();
                if !said.is_empty() {
                    privet_wire::json::Json::parse_str(said).map_err(|_| {
                        String::from("one JSON document has no rows to draw from; JSON Lines has")
                    })?;
                    rows.push(at..at + line.len());
                }
                at += line.len();
            }
            Ok((0..0, rows))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, text: &str) -> Input {
        Input { path: name.into(), text: text.to_owned() }
    }

    #[test]
    fn shares() {
        for (text, want) in [("1%", 1.0), ("0.5 %", 0.5), ("100%", 100.0)] {
            assert_eq!(text.parse::<Share>().unwrap(), Share { percent: want }, "{text}");
        }
        for text in ["", "1", "0%", "101%", "-1%", "x%", "NaN%"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn as_many_as_were_asked_for_and_the_same_again() {
        let text: String = std::iter::once(String::from("n,name\n"))
            .chain((0..20_000).map(|n| format!("{n},\"a\nb\"\n")))
            .collect();
        let all = input("t.csv", &text);
        for seed in [1, 2, 3] {
            let sampler = Sampler::new("1%".parse().unwrap(), Some(seed)).unwrap();
            let (drawn, sample) = sampler.draw(&all).unwrap();
            // Four standard deviations, 14 each.
            assert!((144..=256).contains(&sample.kept), "{sample:?}");
            assert_eq!((sample.rows, sample.seed), (20_000, seed));
            assert_eq!(drawn.text.matches("\"a\nb\"").count() as u64, sample.kept);
            assert!(drawn.text.starts_with("n,name\n"));
            assert_eq!(sampler.draw(&all).unwrap().0.text, drawn.text);
        }
        let sampler = |share: &str, seed| Sampler::new(share.parse().unwrap(), Some(seed)).unwrap();
        assert_eq!(sampler("100%", 1).draw(&all).unwrap().0.text, text);
        assert_ne!(
            sampler("1%", 1).draw(&all).unwrap().0.text,
            sampler("1%", 2).draw(&all).unwrap().0.text
        );
    }

    #[test]
    fn lines_of_json_are_rows() {
        let sampler = Sampler::new("100%".parse().unwrap(), Some(1)).unwrap();
        let draw = |name: &str, text: &str| sampler.draw(&input(name, text));
        let (drawn, sample) = draw("t.jsonl", "{\"a\":1}\n\n{\"a\":2}").unwrap();
        assert_eq!((drawn.text.as_str(), sample.kept), ("{\"a\":1}\n{\"a\":2}", 2));
        assert!(draw("t.json", "[\n1\n]").is_err());
        assert!(draw("t.csv", "a\n\"x").is_err());
        let (drawn, sample) = draw("t.csv", "a,b\n").unwrap();
        assert_eq!((drawn.text.as_str(), sample.rows), ("a,b\n", 0));
        assert_eq!(
            told("t.csv", &Sample { percent: 1.0, seed: 7, rows: 10_000, kept: 103 }),
            "`t.csv`: 103 of 10000 rows, 1 % (expected 100 ± 10), seed 7"
        );
    }
}
