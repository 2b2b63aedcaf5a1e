//! How fast a tagger reads.

use std::time::Instant;

use privet_tagger::Name;

use crate::score::Tags;

/// So often is the text read; the first time the table comes into memory.
const PASSES: usize = 7;

/// Prints how long the first word and then `text` take, and what is found.
pub(crate) fn print(tagger: &dyn Tags, text: &str) {
    let from = Instant::now();
    tagger.tag("Warm Up", &mut |_| {});
    println!("ready after {:.1} ms", from.elapsed().as_secs_f64() * 1e3);
    let mut mentions = [0; Name::ALL.len()];
    let mut speeds = [0.0; PASSES];
    for speed in &mut speeds {
        mentions = [0; Name::ALL.len()];
        let from = Instant::now();
        tagger.tag(text, &mut |mention| {
            if let Some(count) = mentions.get_mut(mention.name as usize) {
                *count += 1;
            }
        });
        *speed = text.len() as f64 / 1e6 / from.elapsed().as_secs_f64();
    }
    let [first, ..] = speeds;
    speeds.sort_by(f64::total_cmp);
    let (median, best) = (speeds[PASSES / 2], speeds[PASSES - 1]);
    println!(
        "{mentions:?} people, places, organisations; MB/s: {first:.3} at first, median {median:.3}, \
         best {best:.3}"
    );
}
