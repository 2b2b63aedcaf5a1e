//! Counting: exact, by overlap and by character, per type and document.

use std::collections::BTreeMap;

use privet_text::EntityType;

use super::labelled::{Document, Labelled};

/// Counts of one type in one document, or summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) labelled: u64,
    pub(super) found: u64,
    /// Labelled spans that a finding of their type overlaps.
    pub(super) met: u64,
    /// Findings that a labelled span of their type overlaps.
    pub(super) right: u64,
    /// Findings with the very ends of a labelled span.
    pub(super) exact: u64,
    pub(super) labelled_chars: u64,
    pub(super) found_chars: u64,
    pub(super) right_chars: u64,
    /// Labelled characters that no finding of any type covers.
    pub(super) open_chars: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.labelled += other.labelled;
        self.found += other.found;
        self.met += other.met;
        self.right += other.right;
        self.exact += other.exact;
        self.labelled_chars += other.labelled_chars;
        self.found_chars += other.found_chars;
        self.right_chars += other.right_chars;
        self.open_chars += other.open_chars;
    }

    /// By overlap: the share of findings that are right, and of labels that are met.
    pub(super) fn overlap(&self) -> Rates {
        Rates::new((self.right, self.found), (self.met, self.labelled))
    }

    /// With the very ends.
    pub(super) fn exact(&self) -> Rates {
        Rates::new((self.exact, self.found), (self.exact, self.labelled))
    }

    /// By character.
    pub(super) fn chars(&self) -> Rates {
        Rates::new((self.right_chars, self.found_chars), (self.right_chars, self.labelled_chars))
    }

    /// The share of labelled characters that would stay readable.
    pub(super) fn leak(&self) -> f64 {
        share(self.open_chars, self.labelled_chars)
    }
}

/// Precision and recall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) precision: f64,
    pub(super) recall: f64,
}

impl Rates {
    fn new(precision: (u64, u64), recall: (u64, u64)) -> Self {
        Self { precision: share(precision.0, precision.1), recall: share(recall.0, recall.1) }
    }

    /// The weighted mean of both: F1 with `beta` 1, F2 with 2, where recall counts more.
    pub(super) fn f(&self, beta: f64) -> f64 {
        let squared = beta * beta;
        let below = squared * self.precision + self.recall;
        if below > 0.0 { (1.0 + squared) * self.precision * self.recall / below } else { 0.0 }
    }
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// One line of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) entity: EntityType,
    pub(super) tally: Tally,
    /// The 95 % interval of the overlap F1.
    pub(super) f1_interval: Option<(f64, f64)>,
    /// The 95 % interval of the leak.
    pub(super) leak_interval: Option<(f64, f64)>,
}

/// All counts.
pub(super) struct Scores {
    by_type: BTreeMap<EntityType, Vec<Tally>>,
    /// Documents in which nothing is labelled.
    pub(super) clean: usize,
    /// Those of them in which something was found.
    pub(super) clean_flagged: usize,
}

impl Scores {
    /// Compares what was found with what is labelled. Without `entities` all types count
    /// that are labelled anywhere.
    pub(super) fn new(
        documents: &[Document],
        found: &[Vec<Labelled>],
        entities: &[EntityType],
    ) -> Self {
        let labelled = documents.iter().flat_map(|document| &document.gold);
        let mut types: Vec<EntityType> = match entities {
            [] => labelled.filter_map(|label| label.entity).collect(),
            given => given.to_vec(),
        };
        types.sort_unstable();
        types.dedup();
        let mut scores = Self { by_type: BTreeMap::new(), clean: 0, clean_flagged: 0 };
        for (document, found) in documents.iter().zip(found) {
            if document.gold.is_empty() {
                scores.clean += 1;
                let counts = |f: &Labelled| types.iter().any(|entity| is_a(f, *entity));
                scores.clean_flagged += usize::from(found.iter().any(counts));
            }
            for entity in &types {
                let tally = tally(*entity, &document.gold, found);
                scores.by_type.entry(*entity).or_default().push(tally);
            }
        }
        scores
    }

    /// A line for each type, with intervals from `draws` draws of documents.
    pub(super) fn rows(&self, draws: u32, seed: u64) -> Vec<Row> {
        self.by_type
            .iter()
            .map(|(entity, tallies)| {
                let tally = sum(tallies.iter());
                let (mut f1s, mut leaks) = (Vec::new(), Vec::new());
                let mut random = SplitMix(seed);
                for _ in 0..draws {
                    let drawn = tallies.iter().map(|_| random.below(tallies.len()));
                    let drawn = sum(drawn.filter_map(|index| tallies.get(index)));
                    f1s.push(drawn.overlap().f(1.0));
                    leaks.push(drawn.leak());
                }
                let (f1_interval, leak_interval) = (middle_95(f1s), middle_95(leaks));
                Row { entity: *entity, tally, f1_interval, leak_interval }
            })
            .collect()
    }
}

fn sum<'t>(tallies: impl Iterator<Item = &'t Tally>) -> Tally {
    let mut sum = Tally::default();
    tallies.for_each(|tally| sum.add(tally));
    sum
}

fn middle_95(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let low = values.len() * 25 / 1000;
    let high = values.len().checked_sub(1 + low)?;
    Some((*values.get(low)?, *values.get(high)?))
}

/// Whether `span` is of the type `entity`, or of a kind of it: whoever labels places without
/// telling them apart means cities, too.
fn is_a(span: &Labelled, entity: EntityType) -> bool {
    span.entity.is_some_and(|one| one.is_a(entity))
}

fn tally(entity: EntityType, gold: &[Labelled], found: &[Labelled]) -> Tally {
    let ignored: Vec<&Labelled> = gold.iter().filter(|label| label.entity.is_none()).collect();
    let labels: Vec<&Labelled> = gold.iter().filter(|l| is_a(l, entity)).collect();
    let meets_label = |f: &Labelled| labels.iter().any(|label| label.overlaps(f));
    let counts = |f: &&Labelled| {
        is_a(f, entity) && (meets_label(f) || !ignored.iter().any(|i| i.overlaps(f)))
    };
    let finds: Vec<&Labelled> = found.iter().filter(counts).collect();
    let same_ends = |f: &Labelled, l: &Labelled| (f.start, f.end) == (l.start, l.end);
    let number = |count: usize| count as u64;
    Tally {
        labelled: number(labels.len()),
        found: number(finds.len()),
        met: number(labels.iter().filter(|l| finds.iter().any(|f| f.overlaps(l))).count()),
        right: number(finds.iter().filter(|f| meets_label(f)).count()),
        exact: number(labels.iter().filter(|l| finds.iter().any(|f| same_ends(f, l))).count()),
        labelled_chars: number(covered(&labels)),
        found_chars: number(covered(&finds)),
        right_chars: number(common(&labels, &finds)),
        open_chars: {
            let any: Vec<&Labelled> = found.iter().collect();
            number(covered(&labels) - common(&labels, &any))
        },
    }
}

/// Characters that any of `spans` covers.
fn covered(spans: &[&Labelled]) -> usize {
    merged(spans).iter().map(|(start, end)| end - start).sum()
}

/// Characters that both cover.
fn common(one: &[&Labelled], other: &[&Labelled]) -> usize {
    let other = merged(other);
    merged(one)
        .iter()
        .flat_map(|(start, end)| {
            other.iter().map(move |(s, e)| (*end).min(*e).saturating_sub((*start).max(*s)))
        })
        .sum()
}

fn merged(spans: &[&Labelled]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = spans.iter().map(|s| (s.start, s.end)).collect();
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same draws everywhere for a seed.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize, entity: Option<EntityType>) -> Labelled {
        Labelled { start, end, entity }
    }

    #[test]
    fn counts() {
        use EntityType::{Location, Person};
        let gold = [
            span(0, 8, Some(Person)),
            span(10, 14, Some(Person)),
            span(20, 30, None),
            span(40, 44, Some(Location)),
        ];
        let found = [
            span(0, 8, Some(Person)),
            span(12, 16, Some(Person)),
            span(22, 24, Some(Person)), // where nothing counts
            span(41, 43, Some(Person)), // wrong type, but covered
            span(50, 55, Some(Person)),
        ];
        let person = tally(Person, &gold, &found);
        let want = Tally {
            labelled: 2,
            found: 4,
            met: 2,
            right: 2,
            exact: 1,
            labelled_chars: 12,
            found_chars: 19,
            right_chars: 10,
            open_chars: 2,
        };
        assert_eq!(person, want);
        assert_eq!(person.overlap(), Rates { precision: 0.5, recall: 1.0 });
        assert!((person.overlap().f(1.0) - 2.0 / 3.0).abs() < 1e-12);
        assert!((person.overlap().f(2.0) - 5.0 / 6.0).abs() < 1e-12);
        let location = tally(Location, &gold, &found);
        assert_eq!((location.met, location.open_chars), (0, 2));
    }

    /// A place is found by any kind of it, and a city by a city.
    #[test]
    fn kinds_of_places() {
        use EntityType::{City, Country, Location};
        let gold = [
            span(0, 6, Some(Location)),
            span(10, 16, Some(City)),
            span(20, 26, Some(City)),
            span(30, 36, Some(Country)),
        ];
        let found = [
            span(0, 6, Some(City)),
            span(10, 16, Some(City)),
            span(20, 26, Some(Location)),
            span(30, 36, Some(Country)),
        ];
        let counts = |entity| {
            let tally = tally(entity, &gold, &found);
            (tally.labelled, tally.found, tally.met, tally.exact)
        };
        assert_eq!(counts(Location), (4, 4, 4, 4));
        assert_eq!(counts(City), (2, 2, 1, 1));
        assert_eq!(counts(Country), (1, 1, 1, 1));
    }

    #[test]
    fn intervals_hold_the_figure() {
        let document = |text: &str, gold| Document { text: text.into(), gold };
        let person = || vec![span(0, 4, Some(EntityType::Person))];
        let documents: Vec<Document> = (0..40).map(|_| document("Jane", person())).collect();
        let found: Vec<Vec<Labelled>> =
            (0..40).map(|n| if n % 4 == 0 { Vec::new() } else { person() }).collect();
        let scores = Scores::new(&documents, &found, &[]);
        let rows = scores.rows(500, 7);
        let (low, high) = rows[0].leak_interval.unwrap();
        let leak = rows[0].tally.leak();
        assert!((leak - 0.25).abs() < 1e-12 && low < leak && leak < high, "{low} {leak} {high}");
        assert_eq!(scores.rows(500, 7)[0].leak_interval, Some((low, high)), "seeded");
    }
}
