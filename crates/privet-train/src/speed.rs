//! How fast a tagger reads.

use std::time::Instant;

use privet_tagger::Name;

use crate::score::Tags;

/// Prints how long the first word and then `text` take, and what is found.
pub(crate) fn print(tagger: &dyn Tags, text: &str) {
    let from = Instant::now();
    tagger.tag("Warm Up", &mut |_| {});
    println!("ready after {:.1} ms", from.elapsed().as_secs_f64() * 1e3);
    let from = Instant::now();
    let mut mentions = [0; Name::ALL.len()];
    tagger.tag(text, &mut |mention| {
        if let Some(count) = mentions.get_mut(mention.name as usize) {
            *count += 1;
        }
    });
    let seconds = from.elapsed().as_secs_f64();
    println!(
        "{mentions:?} people, places, organisations, {:.3} MB/s",
        text.len() as f64 / 1e6 / seconds
    );
}
