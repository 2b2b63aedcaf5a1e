//! Turns the lists in `data/place` into a table: the hashes of the names of each kind, sorted.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

#[path = "../src/place/key.rs"]
mod key;

/// Writes `places_city.bin` and so on to `out`, and gives their bytes. A name counts where it
/// stands first: in `means.txt`, then in the order of [`LISTS`].
pub(crate) fn write(folder: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let read = |name: &str| fs::read_to_string(folder.join(name));
    let mut kinds: BTreeMap<u32, String> = BTreeMap::new();
    for line in lines(&read("means.txt")?) {
        let (kind, names) = line.split_once(" | ").ok_or("means.txt: a line without a kind")?;
        for hash in names_of(names) {
            kinds.entry(hash).or_insert_with(|| kind.to_ascii_lowercase());
        }
    }
    for (file, kind) in LISTS {
        for hash in lines(&read(file)?).flat_map(names_of) {
            kinds.entry(hash).or_insert_with(|| kind.to_owned());
        }
    }
    let mut all = Vec::new();
    for kind in ["location", "city", "state", "country"] {
        let hashes = kinds.iter().filter(|(_, one)| *one == kind).map(|(hash, _)| hash);
        let bytes: Vec<u8> = hashes.flat_map(|hash| hash.to_le_bytes()).collect();
        fs::write(out.join(format!("places_{kind}.bin")), &bytes)?;
        all.extend(bytes);
    }
    Ok(all)
}

/// The lists and what they are of. The smaller place comes first.
const LISTS: [(&str, &str); 5] = [
    ("other.txt", "location"),
    ("city.txt", "city"),
    ("state.txt", "state"),
    ("country.txt", "country"),
    ("territory.txt", "country"),
];

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn names_of(line: &str) -> impl Iterator<Item = u32> {
    line.split(" | ").map(|name| key::hash(&key::key(name)))
}
