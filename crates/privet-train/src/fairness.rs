//! Whether names of all origins are found alike: sentences with names of each, and how
//! many of them are met.

use privet_tagger::Name;

use crate::random::Random;
use crate::score::Tags;
use crate::words::listed;

const ORIGINS: &str = include_str!("../data/origin.txt");
/// Sentences in which only the name tells that it is one, and some with more help.
const SENTENCES: &[&str] = &[
    "I met {} at the station yesterday.",
    "{} will present the results next week.",
    "Please send the contract to {} before noon.",
    "The report was written by {}, who works in sales.",
    "According to {}, the shipment is late.",
    "Thanks, {}",
    "Attendees: {}, the chair and two guests",
    "the parcel for {} came back",
];
/// Names of each origin.
const NAMES: usize = 100;

/// One line for each origin with enough names: recall of full names, family names alone,
/// and full names in lower case.
pub(crate) fn table(tagger: &dyn Tags) -> Vec<String> {
    let mut lines = Vec::new();
    for line in listed(ORIGINS) {
        let mut parts = line.split('\t');
        let (Some(origin), Some(firsts), Some(families)) =
            (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let firsts: Vec<&str> = firsts.split(' ').collect();
        let families: Vec<&str> = families.split(' ').collect();
        let mut random = Random::new(11);
        let mut met = [0; 3];
        for at in 0..NAMES {
            let first = capitalised(random.pick(&firsts).copied().unwrap_or_default());
            let family = capitalised(random.pick(&families).copied().unwrap_or_default());
            let sentence = SENTENCES.get(at % SENTENCES.len()).copied().unwrap_or_default();
            let full = format!("{first} {family}");
            let asked = [(full.clone(), full.clone()), (family.clone(), family), {
                (full.to_lowercase(), full.to_lowercase())
            }];
            for (met, (name, written)) in met.iter_mut().zip(asked) {
                let sentence = if *name == *full.to_lowercase() {
                    sentence.to_lowercase()
                } else {
                    sentence.to_owned()
                };
                *met += usize::from(is_met(tagger, &sentence, &written));
            }
        }
        let [full, family, lower] = met.map(|met| met as f64 / NAMES as f64);
        lines.push(format!("| {origin} | {full:.2} | {family:.2} | {lower:.2} |"));
    }
    lines
}

fn is_met(tagger: &dyn Tags, sentence: &str, name: &str) -> bool {
    let start = sentence.find("{}").unwrap_or_default();
    let text = sentence.replace("{}", name);
    let mut met = false;
    tagger.tag(&text, &mut |mention| {
        met |= mention.name == Name::Person
            && mention.start < start + name.len()
            && start < mention.end;
    });
    met
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
