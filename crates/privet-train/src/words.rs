//! The table of words: what the lists beside this crate know, by hash.

use std::collections::HashMap;

use privet_tagger::{Flags, Known, Lexicon, folded_hash};

const FIRST: &str = include_str!("../data/first.txt");
const FAMILY: &str = include_str!("../data/family.txt");
const PLACE: &str = include_str!("../data/place.txt");
const CLUSTER: &str = include_str!("../data/cluster.txt");
const COMMON: &str = include_str!("../data/common.txt");
const SPECIAL: &str = include_str!("../data/special.txt");

/// The table, as the tagger reads it.
pub(crate) fn table() -> Vec<u8> {
    let mut words: HashMap<u64, Known> = HashMap::new();
    let mut flag = |word: &str, flags: Flags| {
        let known = words.entry(folded_hash(word)).or_default();
        known.flags = known.flags.with(flags);
    };
    listed(FIRST).for_each(|word| flag(word, Flags::FIRST));
    listed(FAMILY).for_each(|word| flag(word, Flags::FAMILY));
    for place in listed(PLACE) {
        match place.split_once(' ') {
            None => flag(place, Flags::PLACE),
            Some(_) => {
                let words = place.split(' ').filter(|word| word.chars().count() >= 4);
                words.for_each(|word| flag(word, Flags::PLACE_PART));
            }
        }
    }
    for (kind, members) in listed(SPECIAL).filter_map(|line| line.split_once('\t')) {
        let flags = match kind {
            "title" => Flags::TITLE,
            "company" => Flags::COMPANY,
            _ => Flags::CALENDAR,
        };
        members.split(' ').for_each(|word| flag(word, flags));
    }
    for line in listed(COMMON) {
        let mut parts = line.split('\t');
        let mut number = || parts.next().and_then(|part| part.parse::<u8>().ok());
        let (Some(language), Some(frequency)) = (number(), number()) else { continue };
        for word in parts.next().unwrap_or_default().split(' ') {
            let known = words.entry(folded_hash(word)).or_default();
            (known.language, known.frequency) = (language + 1, frequency);
        }
    }
    let coarse = clusters(&mut words);
    let mut words: Vec<(u64, Known)> = words.into_iter().collect();
    words.sort_unstable_by_key(|(hash, _)| *hash);
    Lexicon::encode(&words, &coarse)
}

/// Says of each word in which cluster it is. Returns the cluster of each cluster.
fn clusters(words: &mut HashMap<u64, Known>) -> Vec<u8> {
    let mut coarse = vec![0];
    for (number, line) in (1u16..).zip(listed(CLUSTER)) {
        let Some((group, members)) = line.split_once('\t') else { continue };
        coarse.push(group.parse().unwrap_or_default());
        for word in members.split(' ') {
            words.entry(folded_hash(word)).or_default().cluster = number;
        }
    }
    coarse
}

/// The lines of a list, without the credit.
pub(crate) fn listed(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#'))
}
