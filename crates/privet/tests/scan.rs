//! `privet scan` and `privet explain` as people run them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn privet(args: &[&str], folder: &Path, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_privet"))
        .args(args)
        .current_dir(folder)
        // Whoever runs the tests may have a configuration.
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("PRIVET_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("privet starts");
    // A command that reads no input may be gone already.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("privet ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

/// Runs on standard input: exit code and what was printed.
fn on_input(args: &[&str], input: &str) -> (Option<i32>, String) {
    let folder = TempDir::new().unwrap();
    let output = privet(args, folder.path(), input);
    (output.status.code(), text(&output.stdout).to_owned())
}

#[test]
fn exit_codes() {
    assert_eq!(on_input(&["scan"], "nothing here\n").0, Some(0));
    assert_eq!(on_input(&["scan", "-"], "mail jane@example.com\n").0, Some(1));
    assert_eq!(on_input(&["scan", "--format", "csv"], "").0, Some(2));
    assert_eq!(on_input(&["scan", "no-such-file"], "").0, Some(4));
    assert_eq!(on_input(&["scan", "--text-field", "text"], "{}").0, Some(2));
    assert_eq!(on_input(&["scan", "--show"], "jane@example.com").0, Some(2));
    assert_eq!(on_input(&["explain", "--show"], "jane@example.com").0, Some(2));
}

#[test]
fn no_output_carries_a_value() {
    for args in [
        &["scan"][..],
        &["scan", "--format", "json"],
        &["scan", "--format", "jsonl"],
        &["scan", "--format", "sarif"],
        &["explain"],
    ] {
        let (code, out) = on_input(args, "write to jane@example.com, password=hunter2x\n");
        assert_eq!(code, Some(1), "{args:?}");
        assert!(!out.contains("jane@") && !out.contains("hunter2x"), "{args:?}: {out}");
        assert!(out.contains("EMAIL_ADDRESS") && out.contains("SECRET"), "{args:?}: {out}");
    }
}

#[test]
fn text_names_line_and_column() {
    let (_, out) = on_input(&["scan"], "ä\nmail: jane@example.com\n");
    assert_eq!(out, "<stdin>:2:7: EMAIL_ADDRESS 0.90 email\n");
}

#[test]
fn folders_follow_gitignore_and_skip_binaries() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write(".gitignore", b"ignored/\n");
    write("a.txt", b"jane@example.com");
    write("sub/b.txt", b"clean");
    write(".env", b"DB_PASSWORD=hunter2x\n");
    write("ignored/c.txt", b"joe@example.com");
    write("d.bin", b"joe@example.com\0\0");
    write("latin.txt", b"caf\xE9 joe@example.com");
    let output = privet(&["scan", "."], folder.path(), "");
    let found: Vec<&str> =
        text(&output.stdout).lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(found, [".env", "a.txt", "latin.txt"]);
    let output = privet(&["scan", "--no-ignore", "."], folder.path(), "");
    assert!(text(&output.stdout).contains("ignored/c.txt"));
}

#[test]
fn json_lines_keep_order_and_count_as_asked() {
    let input = "{\"id\":1,\"text\":\"é😀 jane@example.com\",\"other\":[1,{\"x\":2}]}\n\
                 {\"text\":\"nothing\",\"id\":\"b\"}\n\n\
                 {\"id\":null,\"text\":\"a\\nDr. Quill Zanderbek\"}\n";
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("docs.jsonl"), input).unwrap();
    for (offsets, want) in [("chars", [3, 19]), ("bytes", [7, 23]), ("utf16", [4, 20])] {
        let args = [
            "scan",
            "--format",
            "jsonl",
            "--text-field",
            "text",
            "--id-field",
            "id",
            "--offsets",
            offsets,
            "docs.jsonl",
        ];
        let output = privet(&args, folder.path(), "");
        assert_eq!(output.status.code(), Some(1));
        let lines: Vec<Value> =
            text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0]["id"], 1);
        assert_eq!(lines[0]["findings"][0]["start"], want[0]);
        assert_eq!(lines[0]["findings"][0]["end"], want[1]);
        assert_eq!(lines[0]["findings"][0]["entity_type"], "EMAIL_ADDRESS");
        assert_eq!(lines[0]["findings"][0]["category"], "direct_identifier");
        assert_eq!(lines[1], serde_json::json!({"id": "b", "findings": []}));
        assert_eq!(lines[2]["findings"][0]["entity_type"], "PERSON");
    }
}

#[test]
fn a_bad_line_is_named_and_not_quoted() {
    let folder = TempDir::new().unwrap();
    for (input, line) in [
        ("{\"text\":\"x\"}\n{\"no\":\"jane@example.com\"}\n", "line 2"),
        ("{\"text\": jane@example.com\n", "line 1"),
    ] {
        let output =
            privet(&["scan", "--format", "jsonl", "--text-field", "text"], folder.path(), input);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4));
        assert!(said.contains(line) && !said.contains("jane"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("my notes.txt"), "x\nwrite to jane@example.com\n").unwrap();
    let output = privet(&["scan", "--format", "sarif", "my notes.txt"], folder.path(), "");
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "email");
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "email");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20notes.txt");
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(place["region"]["startColumn"], 10);
    assert_eq!(place["region"]["endColumn"], 26);
}

#[test]
fn types_scores_and_terms_can_be_chosen() {
    let input = "jane@example.com and password=hunter2x\n";
    assert_eq!(on_input(&["scan", "--entities", "PERSON"], input).0, Some(0));
    assert_eq!(on_input(&["scan", "--min-score", "0.95"], input).0, Some(0));
    let (_, out) = on_input(&["scan", "--allow", "jane@example.com"], input);
    assert!(!out.contains("EMAIL") && out.contains("SECRET"), "{out}");
    assert_eq!(on_input(&["scan"], "an old PERSON_K7Q2MX\n").0, Some(0));
}

/// `LOCATION` means all places, and a kind only that kind.
#[test]
fn places_by_kind() {
    let input =
        "Ingrid Maier moved from Munich to Texas, and later to Sweden in Northern Europe.\n";
    let types = |asked: &str| {
        let (_, out) = on_input(&["scan", "--entities", asked, "--format", "jsonl"], input);
        let found: Value = serde_json::from_str(&out).unwrap();
        let found = found["findings"].as_array().unwrap().clone();
        found.iter().map(|f| f["entity_type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types("LOCATION"), ["CITY", "STATE", "COUNTRY", "LOCATION"]);
    assert_eq!(types("CITY,COUNTRY"), ["CITY", "COUNTRY"]);
}

#[test]
fn explain_tells_score_and_rivals() {
    let key = ["key-", "36d29ba78a71cdd24221683cf863fe92"].concat();
    let (code, out) = on_input(&["explain"], &format!("API_KEY={key}\n"));
    assert_eq!(code, Some(1));
    assert!(out.contains("secret/mailgun-key") && out.contains("secret/assigned-key"), "{out}");
    assert!(out.contains("lost to another") && out.contains("reported"), "{out}");
    assert!(out.contains("context word `key`") && !out.contains("36d29"), "{out}");
}

#[test]
fn a_closed_pipe_is_quiet() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("many.txt"), "jane@example.com\n".repeat(50_000)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_privet"))
        .args(["scan", "many.txt"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn what_the_baseline_knows_is_not_reported() {
    let folder = TempDir::new().unwrap();
    let run = |args: &[&str]| {
        let output = privet(args, folder.path(), "");
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let write = |lines: &str| fs::write(folder.path().join("a.txt"), lines).unwrap();
    write("mail jane@acme-mail.test\n");
    assert_eq!(run(&["scan", "a.txt", "--write-baseline", "known.json"]).0, Some(0));
    let known = fs::read_to_string(folder.path().join("known.json")).unwrap();
    assert!(!known.contains("jane") && known.contains("a.txt"), "{known}");
    let scan = || run(&["scan", "a.txt", "--baseline", "known.json"]);
    assert_eq!(scan().0, Some(0));
    write("a line before\nmail jane@acme-mail.test\n");
    assert_eq!(scan().0, Some(0), "lines may move");
    write("jane@acme-mail.test and kim@acme-mail.test\n");
    let (code, out, _) = scan();
    assert_eq!((code, out.as_str()), (Some(1), "a.txt:1:25: EMAIL_ADDRESS 0.90 email\n"));
    write("jane@acme-mail.test jane@acme-mail.test\n");
    assert_eq!(scan().0, Some(1), "a second one is new");
    fs::write(folder.path().join("known.json"), "[]").unwrap();
    let (code, _, err) = scan();
    assert_eq!(code, Some(4));
    assert!(err.contains("cannot use the baseline `known.json`: line 1: it is none"), "{err}");
}
