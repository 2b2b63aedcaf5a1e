//! Turns the lists in `data/place` into a table: the hashes of the names of each kind, sorted.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

#[path = "../src/place/key.rs"]
mod key;

/// Writes `places_city.bin` and so on to `out`, and gives their bytes. A name counts where it
/// stands first: in `means.txt`, then among what is neither, then as a town, a state, a country.
pub(crate) fn write(folder: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let read = |name: &str| fs::read_to_string(folder.join(name));
    let mut taken = BTreeSet::new();
    let mut kinds: [(&str, BTreeSet<u32>); 3] =
        [("city", BTreeSet::new()), ("state", BTreeSet::new()), ("country", BTreeSet::new())];
    for line in lines(&read("means.txt")?) {
        let (kind, names) = line.split_once(" | ").ok_or("means.txt: a line without a kind")?;
        let hashes = kinds.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(kind));
        let (_, hashes) = hashes.ok_or("means.txt: a kind that is none")?;
        hashes.extend(names_of(names).filter(|hash| taken.insert(*hash)));
    }
    lines(&read("other.txt")?).for_each(|line| taken.extend(names_of(line)));
    let lists =
        [("city", "city"), ("state", "state"), ("country", "country"), ("country", "territory")];
    for (kind, file) in lists {
        let text = read(&format!("{file}.txt"))?;
        let Some((_, hashes)) = kinds.iter_mut().find(|(name, _)| *name == kind) else { continue };
        let new: BTreeSet<u32> = lines(&text)
            .flat_map(names_of)
            .filter(|hash| !taken.contains(hash) || hashes.contains(hash))
            .collect();
        taken.extend(&new);
        hashes.extend(new);
    }
    let mut all = Vec::new();
    for (kind, hashes) in kinds {
        let bytes: Vec<u8> = hashes.into_iter().flat_map(u32::to_le_bytes).collect();
        fs::write(out.join(format!("places_{kind}.bin")), &bytes)?;
        all.extend(bytes);
    }
    Ok(all)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn names_of(line: &str) -> impl Iterator<Item = u32> {
    line.split(" | ").map(|name| key::hash(&key::key(name)))
}
