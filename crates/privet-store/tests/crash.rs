//! Killed at any moment: what was answered is there, and the file is sound.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use privet_store::{Schema, Store, StoreError, params};

const DATABASE: &str = "PRIVET_TEST_DATABASE";

/// Runs in a process of its own, started by the test below: eight threads
/// write, and each number is printed once its write was answered.
#[test]
#[ignore = "the part of `a_killed_writer_loses_nothing_it_answered` that is killed"]
fn writes_until_killed() {
    let Some(path) = std::env::var_os(DATABASE) else { return };
    let store = Store::open(Path::new(&path), Schema::Main).unwrap();
    let printer = Mutex::new(std::io::stdout());
    std::thread::scope(|threads| {
        for thread in 0..8 {
            let (store, printer) = (&store, &printer);
            threads.spawn(move || {
                for n in 0.. {
                    let name = format!("{}/{thread}/{n}", std::process::id());
                    let row = name.clone();
                    let written = store.write(move |tx| -> Result<(), StoreError> {
                        // Two rows, so that half a job would show.
                        for part in ["a", "b"] {
                            let name = format!("{row}/{part}");
                            tx.execute(
                                "INSERT INTO meta (name, value) VALUES (?1, ?2)",
                                params![name, [0u8]],
                            )?;
                        }
                        Ok(())
                    });
                    written.wait().unwrap();
                    let mut out = printer.lock().unwrap();
                    writeln!(out, "written {name}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn a_killed_writer_loses_nothing_it_answered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("privet.sqlite");
    let mut answered = Vec::new();
    for lines in [1, 40, 200, 777] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writes_until_killed", "--ignored", "--nocapture"])
            .env(DATABASE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < lines {
            let line = output.next().unwrap().unwrap();
            if let Some((_, name)) = line.split_once("written ") {
                answered.push(name.to_owned());
                seen += 1;
            }
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        // A last line may be cut; whole ones were answered.
        let rest = output.map_while(Result::ok);
        answered.extend(rest.filter_map(|line| Some(line.split_once("written ")?.1.to_owned())));
        answered.pop();
        check(&path, &answered);
    }
}

fn check(path: &Path, answered: &[String]) {
    let store = Store::open(path, Schema::Main).unwrap();
    let (sound, names) = store
        .read(|connection| -> Result<_, StoreError> {
            let sound: String =
                connection.query_one("PRAGMA integrity_check", &[], |row| row.get(0))?;
            let names: Vec<String> =
                connection.query_all("SELECT name FROM meta", &[], |row| row.get(0))?;
            Ok((sound, names.into_iter().collect::<std::collections::HashSet<_>>()))
        })
        .unwrap();
    assert_eq!(sound, "ok");
    for name in answered {
        assert!(names.contains(&format!("{name}/a")), "{name} was answered and is lost");
    }
    for name in &names {
        let (job, _) = name.rsplit_once('/').unwrap();
        assert!(names.contains(&format!("{job}/a")) && names.contains(&format!("{job}/b")));
    }
}
