//! Turns `rules/**/*.toml` into tables. A rule that is wrong stops the build and says
//! in which file and why; nothing is read at run time.

#![expect(clippy::print_stdout, reason = "this is how a build speaks to cargo")]

mod body;
mod emit;
mod places;
mod profiles;
mod schema;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=profiles.toml");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=data/place");
    println!("cargo::rerun-if-changed=src/place/key.rs");
    let mut files = Vec::new();
    collect(Path::new("rules"), &mut files)?;
    files.sort();
    let mut rules = Vec::new();
    let mut digest = FNV_BASIS;
    for path in &files {
        let text = fs::read_to_string(path)?;
        digest = text.bytes().fold(digest, fnv);
        let family = family_of(path);
        let mut file: schema::File =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        file.expand();
        for rule in file.rule {
            rule.check().map_err(|why| format!("{}: rule `{}`: {why}", path.display(), rule.id))?;
            rules.push((family.clone(), rule));
        }
    }
    let mut ids: Vec<&str> = rules.iter().map(|(_, rule)| rule.id.as_str()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("two rules are called {twice:?}").into());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let profiles = profiles::table(&fs::read_to_string("profiles.toml")?)
        .map_err(|error| format!("profiles.toml: {error}"))?;
    fs::write(out.join("profiles.rs"), profiles)?;
    let places = places::write(Path::new("data/place"), &out)?;
    let digest = places.into_iter().fold(digest, fnv);
    fs::write(out.join("rules_digest.rs"), format!("{digest}"))?;
    fs::write(out.join("rules.rs"), emit::rules(&rules)?)?;
    fs::write(out.join("rule_examples.rs"), emit::examples(&rules)?)?;
    Ok(())
}

/// One step of FNV-1a: good enough to tell that a file has changed.
fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
}

const FNV_BASIS: u64 = 0xCBF2_9CE4_8422_2325;

/// The path below `rules` without its ending: `national_id/europe`.
fn family_of(path: &Path) -> String {
    let inside = path.strip_prefix("rules").unwrap_or(path).with_extension("");
    inside.to_string_lossy().replace('\\', "/")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
