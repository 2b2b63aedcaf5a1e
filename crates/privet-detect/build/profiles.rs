//! Reads `profiles.toml` into a table of masked and counted types, one row per profile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;

use crate::emit::variant;

/// One profile as it is written.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Profile {
    extends: Option<String>,
    mask: BTreeSet<String>,
    count: BTreeSet<String>,
    keep: BTreeSet<String>,
    everything: bool,
}

/// The table as Rust: name, everything, masked, counted.
pub(crate) fn table(text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let profiles: BTreeMap<String, Profile> = toml::from_str(text)?;
    let mut out = String::from("&[\n");
    for (name, profile) in &profiles {
        let (mask, count) = lists(&profiles, profile)?;
        let types = |names: BTreeSet<String>| -> String {
            names.iter().map(|name| format!("EntityType::{}, ", variant(name))).collect()
        };
        writeln!(
            out,
            "    ({name:?}, {}, &[{}], &[{}]),",
            profile.everything,
            types(mask),
            types(count)
        )?;
    }
    out.push_str("]\n");
    Ok(out)
}

type Lists = (BTreeSet<String>, BTreeSet<String>);

fn lists(all: &BTreeMap<String, Profile>, profile: &Profile) -> Result<Lists, String> {
    let (mut mask, mut count) = match &profile.extends {
        Some(base) => {
            let base = all.get(base).ok_or_else(|| format!("no profile is called `{base}`"))?;
            lists(all, base)?
        }
        None => Lists::default(),
    };
    for name in &profile.mask {
        count.remove(name);
        mask.insert(name.clone());
    }
    for name in &profile.count {
        mask.remove(name);
        count.insert(name.clone());
    }
    for name in &profile.keep {
        mask.remove(name);
        count.remove(name);
    }
    Ok((mask, count))
}
