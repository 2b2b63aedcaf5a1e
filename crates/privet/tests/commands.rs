//! The real binary: configuration, keys and the audit log.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Home {
    dir: tempfile::TempDir,
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_privet"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.dir.path())
            .env("USER", "kim")
            .env("ANTHROPIC_API_KEY", "sk-ant-invented")
            .current_dir(self.dir.path());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        Ran {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    #[track_caller]
    fn run_well(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        ran
    }
}

#[test]
fn check_explains_and_ends_with_3() {
    let home = Home::new();
    home.run_well(&["check"]);
    home.write("privet.yaml", "policy:\n  opaque: block\n");
    let ran = home.run(&["check", "--config", "privet.yaml"]);
    assert_eq!(ran.code, Some(3));
    let path = home.path("privet.yaml");
    let want = format!(
        "{}:2:11: error: unknown variant `block`, expected one of refuse, withhold, allow\n",
        path.display()
    );
    assert_eq!(ran.out, want);
    for command in [&["key", "list"][..], &["audit", "verify"]] {
        let args = [command, &["--config", "privet.yaml"]].concat();
        let ran = home.run(&args);
        assert_eq!(ran.code, Some(3), "{command:?}");
        assert!(ran.err.contains(":2:11: error:"), "{}", ran.err);
    }
    let ran = home.run(&["check", "--config", "nowhere.yaml"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("cannot read the configuration"), "{}", ran.out);
}

#[test]
fn check_looks_at_the_key_file() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    home.run_well(&["check"]);
    let key_file = home.path(".config/privet/root.key");
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = home.run(&["check"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("can be read by others (mode 644): chmod 600 it"), "{}", ran.out);
}

#[test]
fn check_prints_a_schema() {
    let schema = Home::new().run_well(&["check", "--schema"]).out;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["policy"]["additionalProperties"], false);
}

#[test]
fn a_key_is_shown_once_and_kept_as_a_hash() {
    let home = Home::new();
    let ran = home.run_well(&["key", "create", "--name", "laptop", "--expires", "90d"]);
    let key = ran.out.trim_end();
    assert!(key.starts_with("privet_") && key.len() == 56, "{key}");
    assert!(ran.err.contains("back it up") && ran.err.contains("not shown again"), "{}", ran.err);
    assert!(!ran.err.contains(key));
    let listed = home.run_well(&["key", "list"]).out;
    assert!(listed.contains("laptop") && listed.contains("active") && !listed.contains(key));
    for folder in [".local/share/privet", ".config/privet"] {
        for file in std::fs::read_dir(home.path(folder)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(key));
        }
    }
    let json = home.run_well(&["key", "list", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["name"], &json["state"]), (&"laptop".into(), &"active".into()));
}

#[test]
fn keys_are_revoked_by_name_or_id() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let again = home.run(&["key", "create", "--name", "laptop"]);
    assert_eq!(again.code, Some(2));
    assert_eq!(
        again.err,
        "privet: a key of that name is in force already (choose another --name, or revoke that key first)\n"
    );
    assert!(home.run_well(&["key", "revoke", "laptop"]).out.starts_with("revoked key `key_"));
    assert_eq!(home.run(&["key", "revoke", "laptop"]).code, Some(2));
    home.run_well(&["key", "create", "--name", "laptop"]);
    let listed = home.run_well(&["key", "list"]).out;
    assert!(listed.contains("revoked") && listed.contains("active"), "{listed}");
}

#[test]
fn every_command_leaves_an_entry() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    home.run_well(&["key", "list"]);
    home.run_well(&["key", "revoke", "laptop"]);
    home.run_well(&["audit", "verify"]);
    home.run_well(&["audit", "tail"]);
    let tail = home.run_well(&["audit", "tail", "-n", "9"]).out;
    let events: Vec<_> = tail.lines().map(|line| line.split(' ').nth(2).unwrap()).collect();
    let want = ["key_created", "keys_listed", "key_revoked", "audit_verified", "audit_read"];
    assert_eq!(events, want, "{tail}");
    assert!(tail.contains("local:kim@default"), "{tail}");
    let only = home.run_well(&["audit", "tail", "--event", "key_revoked", "--format", "json"]).out;
    assert_eq!(only.lines().count(), 1);
    assert_eq!(home.run_well(&["audit", "export"]).out.lines().count(), 8);
}

#[test]
fn verify_finds_a_changed_and_a_cut_log() {
    let home = Home::new();
    for name in ["a", "b", "c"] {
        home.run_well(&["key", "create", "--name", name]);
    }
    let verified = home.run_well(&["audit", "verify"]).out;
    let (count, head) = verified.split_once("\nhead ").unwrap();
    assert_eq!(count, "3 entries, every link holds");
    let head = head.trim_end();
    home.run_well(&["audit", "verify", "--head", head]);
    sql(&home, "DELETE FROM audit WHERE seq > 2");
    assert_eq!(home.run(&["audit", "verify", "--head", head]).code, Some(1));
    home.run_well(&["audit", "verify"]);
    sql(&home, "UPDATE audit SET entry = replace(entry, 'kim', 'lee') WHERE seq = 2");
    let broken = home.run(&["audit", "verify"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.out.starts_with("the audit log is broken at entry 2: "), "{}", broken.out);
    let tail = home.run_well(&["audit", "tail", "-n", "1"]).out;
    assert!(tail.contains("audit_verified") && tail.contains("[broken]"), "{tail}");
}

#[test]
fn a_vault_without_its_key_is_not_given_another() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let key_file = home.path(".config/privet/root.key");
    let key = std::fs::read_to_string(&key_file).unwrap();
    std::fs::remove_file(&key_file).unwrap();
    let ran = home.run(&["key", "list"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.err.contains("put its key back from your backup"), "{}", ran.err);
    assert!(!key_file.exists());
    write_private(&key_file, &"0f".repeat(32));
    let ran = home.run(&["key", "list"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.err.contains("the root key does not open this vault"), "{}", ran.err);
    write_private(&key_file, &key);
    home.run_well(&["key", "list"]);
}

#[test]
fn wrong_use_ends_with_2_and_one_line() {
    let home = Home::new();
    let rows: &[(&[&str], i32)] = &[
        (&["key", "create"], 2),
        (&["key", "create", "--name", ""], 2),
        (&["key", "create", "--name", "a\nb"], 2),
        (&["key", "create", "--name", "x", "--expires", "soon"], 2),
        (&["key", "revoke", "nobody"], 2),
        (&["audit", "tail", "--event", "nothing"], 2),
        (&["audit", "verify", "--head", "x"], 2),
        (&["nonsense"], 2),
    ];
    for (args, code) in rows {
        let ran = home.run(args);
        assert_eq!(ran.code, Some(*code), "{args:?} {}", ran.err);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{args:?}");
    }
    let ran = Home::new().run(&["audit", "tail"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.err.starts_with("privet: there is no database"), "{}", ran.err);
}

#[test]
fn follow_prints_what_comes() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "one"]);
    let mut following =
        home.command(&["audit", "tail", "--follow"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("key_created"));
    home.run_well(&["key", "revoke", "one"]);
    assert!(lines.next().unwrap().unwrap().contains("key_revoked"));
    following.kill().unwrap();
    following.wait().unwrap();
}

fn sql(home: &Home, sql: &str) {
    let path = home.path(".local/share/privet/privet.sqlite");
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn masked_files_come_back_as_they_were() {
    let home = Home::new();
    let letter = "Dear Maria Keller,\nmail maria.keller@acme-mail.test, card 4111 1111 1111 1111.\n\
                  export GH=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\n";
    let json = r#"{"s":"{\"m\":\"say \\\"hi\\\" to bob.o@acme-mail.test\"}"}"#;
    std::fs::create_dir(home.path("in")).unwrap();
    home.write("in/letter.txt", letter).write("in/said.json", json);
    let ran = home.run(&["mask", "in/letter.txt"]);
    assert_eq!(ran.code, Some(4), "no key, no tokens: {}", ran.err);
    home.run_well(&["key", "create", "--name", "laptop"]);
    assert_eq!(home.run(&["mask", "in"]).code, Some(2), "two files, one output");

    home.run_well(&["mask", "in", "--output", "masked"]);
    let masked = std::fs::read_to_string(home.path("masked/in/letter.txt")).unwrap();
    for value in ["Keller", "acme-mail", "4111", "ghp_"] {
        assert!(!masked.contains(value), "{value} in {masked}");
    }
    let again = home.run_well(&["mask", "in/letter.txt"]).out;
    let secret = |text: &str| text.replace("SECRET_000002", "SECRET_000001");
    assert_eq!(secret(&again), masked, "the same tokens");
    home.run_well(&["unmask", "masked", "--reason", "test", "--output", "back"]);
    let back =
        |name: &str| std::fs::read_to_string(home.path("back/masked/in").join(name)).unwrap();
    assert_eq!((back("letter.txt").as_str(), back("said.json").as_str()), (letter, json));

    home.run_well(&["key", "create", "--name", "other"]);
    assert_eq!(
        home.run(&["unmask", "masked/in/letter.txt", "--reason", "test"]).code,
        Some(2),
        "whose tokens?"
    );
    let foreign =
        home.run_well(&["unmask", "masked/in/letter.txt", "--reason", "test", "--as", "other"]);
    assert_eq!(foreign.out, masked, "another key's tokens stay");
    let log = home.run_well(&["audit", "tail", "--format", "json"]).out;
    assert!(log.contains(r#""event":"mask""#) && log.contains(r#""event":"unmask""#), "{log}");
    assert!(!log.contains("Keller"), "{log}");
}

#[test]
fn a_share_of_a_table_is_drawn_again_by_its_seed() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let rows: String = (0..2000).map(|n| format!("{n},p{n}@acme-mail.test\n")).collect();
    home.write("people.csv", &format!("n,mail\n{rows}"));
    let command = ["mask", "people.csv", "--field", "mail=EMAIL_ADDRESS", "--sample", "5%"];
    let seeded = [&command[..], &["--seed", "7"]].concat();
    let drawn = home.run_well(&seeded);
    assert!(drawn.err.contains("of 2000 rows, 5 % (expected 100 ± 10), seed 7"), "{}", drawn.err);
    let kept = drawn.out.lines().count() - 1;
    assert!((60..=140).contains(&kept), "{kept} rows");
    assert!(drawn.out.starts_with("n,mail\n") && !drawn.out.contains("acme-mail"));
    assert_eq!(home.run_well(&seeded).out, drawn.out);
    assert_ne!(home.run_well(&command).out, drawn.out, "a new seed each time");
    let log = home.run_well(&["audit", "tail", "--format", "json"]).out;
    let noted = format!(r#""sample":{{"percent":5.0,"seed":7,"rows":2000,"kept":{kept}}}"#);
    assert!(log.contains(&noted), "{log}");
    home.write("one.json", "{\n\"a\": 1\n}");
    for (wrong, code) in [
        (vec!["mask", "one.json", "--sample", "5%"], 4),
        (vec!["mask", "people.csv", "--sample", "0%"], 2),
        (vec!["mask", "people.csv", "--seed", "7"], 2),
    ] {
        assert_eq!(home.run(&wrong).code, Some(code), "{wrong:?}");
    }
}

#[test]
fn eval_measures_labelled_documents() {
    let home = Home::new();
    let lines = r#"{"text":"mail zoë.k@acme-mail.test now","spans":[{"start":5,"end":25,"type":"MAIL"}]}
{"text":"nothing here","spans":[]}
{"text":"and bob.o@acme-mail.test","spans":[{"start":0,"end":3,"type":"MAIL"}]}
"#;
    home.write("set.jsonl", lines);
    let ran = home.run(&["eval", "set.jsonl"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.err.contains("the label `MAIL` is not known"), "{}", ran.err);
    let ran =
        home.run_well(&["eval", "set.jsonl", "--map", "MAIL=EMAIL_ADDRESS", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let row = &report["types"][0];
    assert_eq!((&row["labelled"], &row["found"]), (&2.into(), &2.into()), "{report}");
    assert_eq!(row["overlap"]["f1"], 0.5);
    assert_eq!(row["leak"], 0.1304); // 3 of 23 characters
    assert_eq!(report["documents_without_labels_flagged"], 0);
    home.write("bad.jsonl", "{\"text\":\"Maria Keller\"}\n{\"text\":1}\n");
    let ran = home.run(&["eval", "bad.jsonl"]);
    assert!(ran.err.contains("line 2") && !ran.err.contains("Keller"), "{}", ran.err);
}

const OWN: &str = r#"
detection:
  recognizers:
    - name: project-code
      title: Project codes
      patterns: ['\bPRJ-[0-9]{6}\b']
      examples: ["see [[PRJ-123456]]"]
      counter_examples: ["XPRJ-123456"]
  dictionaries:
    - name: customers
      file: customers.txt
      entity: ORGANIZATION
  catalogues:
    - file: columns.csv
  exceptions:
    - terms: [help@acme-mail.test]
      entities: [EMAIL_ADDRESS]
      owner: kim
      reason: printed on every letter
      expires: 2999-12-31
"#;

#[test]
fn a_company_adds_to_detection() {
    let home = Home::new();
    home.write("own.yaml", OWN)
        .write("customers.txt", "# ours\nZanderbek & Söhne\n")
        .write("columns.csv", "column,type,owner\nshoe_size,CUSTOM,hr\n");
    let check = home.run_well(&["check", "--config", "own.yaml"]);
    let want = "detection 1 recognizers, 1 dictionary entries, 1 columns, 1 exceptions";
    assert!(check.out.contains(want), "{}", check.out);
    let letter = "PRJ-123456 for ZANDERBEK & SOHNE, shoe_size: 47, \
                  help@acme-mail.test, jo@acme-mail.test\n";
    home.write("letter.txt", letter);
    let scan = |args: &[&str]| {
        let ran = home.run(&[&["scan", "letter.txt", "--format", "jsonl"], args].concat());
        let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let found = found["findings"].as_array().unwrap().clone();
        found.iter().map(|f| f["recognizer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let own = ["custom/project-code", "dictionary/customers", "column/field", "email"];
    assert_eq!(scan(&["--config", "own.yaml"]), own);
    assert_eq!(scan(&[]), ["email", "email"]);
    let explained = home.run(&["explain", "letter.txt", "--config", "own.yaml"]).out;
    assert!(explained.contains("Project codes, of your configuration"), "{explained}");
    home.run_well(&["key", "create", "--name", "laptop"]);
    let masked = home.run_well(&["mask", "letter.txt", "--config", "own.yaml"]).out;
    assert!(masked.contains("help@acme-mail.test, email_"), "{masked}");
    assert!(masked.starts_with("CUSTOM_") && !masked.contains("47"), "{masked}");
    assert!(!masked.contains("ZANDERBEK"), "`coding` only counts other organisations: {masked}");
}

#[test]
fn mistakes_in_what_a_company_adds_are_told_by_line() {
    let home = Home::new();
    home.write("customers.txt", "Zanderbek\n").write("columns.csv", "column,type\na,SHOE\n");
    let rows = [
        ("expires: 2999-12-31", "expires: soon", "19:16: error: detection.exceptions: expires"),
        ("reason: printed on every letter", "reason: ' '", "error: detection.exceptions: reason"),
        (
            "[0-9]{6}\\b",
            "[0-9]{6",
            "3:13: error: detection.recognizers: `project-code`: cannot use",
        ),
        (
            "see [[PRJ-123456]]",
            "see [[PRJ-12]]",
            "6:18: error: detection.recognizers: `project-code`: it finds something else",
        ),
        ("XPRJ-123456", "PRJ-123456", "it finds something in this counter-example"),
        ("columns.csv", "nowhere.csv", "cannot read `nowhere.csv`"),
        ("columns.csv", "columns.csv", "`columns.csv`: row 1: `type` is no entity type"),
        ("name: customers", "name: Our Customers", "expected small letters, digits and `-`"),
    ];
    for (from, to, want) in rows {
        home.write("own.yaml", OWN.trim_start().replace(from, to).as_str());
        let ran = home.run(&["check", "--config", "own.yaml"]);
        assert_eq!(ran.code, Some(3), "{to}");
        assert!(ran.out.contains(want), "{want} in {}", ran.out);
    }
    // What is over is a warning, and does nothing.
    home.write("columns.csv", "column,type\n");
    home.write("own.yaml", &OWN.replace("2999-12-31", "2020-01-01"));
    let ran = home.run_well(&["check", "--config", "own.yaml"]);
    assert!(
        ran.out.contains("warning: detection.exceptions: expired on 2020-01-01"),
        "{}",
        ran.out
    );
}

#[test]
fn a_case_keeps_its_numbers_and_dates() {
    let home = Home::new();
    let config = "policy:\n  profile: legal\n  entities:\n    CASE_NUMBER: keep\n";
    home.write("legal.yaml", config);
    let brief = "In Case No. 2:21-cv-00123-ABC, filed on March 14, 2021, Ms. Ines Zanderbek \
                 (ines@zanderbek-law.test) claims $ 12,500.00 under 42 U.S.C. § 1983.\n";
    home.write("brief.txt", brief);
    home.run_well(&["key", "create", "--name", "laptop"]);
    let masked = home.run_well(&["mask", "brief.txt", "--config", "legal.yaml"]).out;
    for kept in ["2:21-cv-00123-ABC", "March 14, 2021", "$ 12,500.00", "42 U.S.C. § 1983"] {
        assert!(masked.contains(kept), "{kept} in {masked}");
    }
    assert!(!masked.contains("Zanderbek") && !masked.contains("zanderbek"), "{masked}");
    home.write("strict.yaml", "policy: {profile: legal}\n");
    let masked = home.run_well(&["mask", "brief.txt", "--config", "strict.yaml"]).out;
    assert!(!masked.contains("00123"), "masked unless kept: {masked}");
}

/// Countries may stay while cities go; `LOCATION` still means all places; and a field of places
/// has the tokens that a text has.
#[test]
fn countries_may_stay() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let exception = "detection:\n  exceptions:\n    - {terms: [Munich], entities: [LOCATION], \
                     owner: kim, reason: test, expires: 2999-01-01}\n";
    home.write(
        "kept.yaml",
        "policy:\n  profile: office\n  entities: {COUNTRY: keep, STATE: keep}\n",
    )
    .write("old.yaml", "policy:\n  profile: office\n  entities: {LOCATION: redact}\n")
    .write("except.yaml", &format!("policy: {{profile: office}}\n{exception}"))
    .write("letter.txt", "She moved from Munich to Texas, and later from Berlin to Sweden.\n")
    .write("sites.csv", "id,site\n1,Munich\n2,Sweden\n");
    let mask = |config: &str, args: &[&str]| {
        home.run_well(&[&["mask"], args, &["--config", config]].concat()).out
    };
    let kept = mask("kept.yaml", &["letter.txt"]);
    assert!(kept.contains("to Texas") && kept.contains("to Sweden"), "{kept}");
    assert_eq!(kept.matches("CITYNAME_").count(), 2, "{kept}");
    let old = mask("old.yaml", &["letter.txt"]);
    let want = "She moved from [CITY] to [STATE], and later from [CITY] to [COUNTRY].\n";
    assert_eq!(old, want);
    let excepted = mask("except.yaml", &["letter.txt"]);
    assert!(excepted.contains("from Munich to STATENAME_"), "{excepted}");

    // Whoever names a field wants it masked, also where texts keep countries.
    let sites = mask("kept.yaml", &["sites.csv", "--field", "site=LOCATION"]);
    let munich = kept.strip_prefix("She moved from ").unwrap().split(' ').next().unwrap();
    assert!(sites.starts_with(&format!("id,site\n1,{munich}\n2,COUNTRY_")), "{sites}");
    let hashed = mask("kept.yaml", &["sites.csv", "--field", "site=LOCATION:hash"]);
    assert!(hashed.starts_with("id,site\n1,PLACE-"), "{hashed}");
    home.write("masked.csv", &sites);
    let args = ["unmask", "masked.csv", "--reason", "test", "--field", "site=LOCATION"];
    assert_eq!(home.run_well(&args).out, "id,site\n1,Munich\n2,Sweden\n");
}

/// MK-01, MK-11: exactly the named fields change, with the tokens of the gateway, and back.
#[test]
fn named_fields_change_and_nothing_else() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let table = "id;mail;note;ssn;zip\r\n1;jane.doe@acme-mail.test;\"Jane; says \"\"hi\"\"\";536-22-8145;82301\r\n\
                 2;;jane.doe@acme-mail.test;;\r\n3;\"bo@acme-mail.test\";x;536-22-8146;94107\r\n";
    let map = "mail: EMAIL_ADDRESS\nssn: {type: US_SSN, operator: fpe}\n\
               zip: {type: POSTAL_CODE, operator: {operator: generalize, to: zip3}}\n";
    home.write("people.csv", table).write("map.yaml", map);
    home.write("letter.txt", "write to jane.doe@acme-mail.test");
    let masked = home.run_well(&["mask", "people.csv", "--fields", "map.yaml"]).out;
    let letter = home.run_well(&["mask", "letter.txt"]).out;
    let token = letter.strip_prefix("write to ").unwrap();
    let rows: Vec<&str> = masked.split("\r\n").collect();
    assert_eq!(rows[0], "id;mail;note;ssn;zip");
    let first = format!("1;{token};\"Jane; says \"\"hi\"\"\";");
    assert!(rows[1].starts_with(&first) && rows[1].ends_with(";000"), "{}", rows[1]);
    assert_eq!(rows[2], "2;;jane.doe@acme-mail.test;;", "another column is not read");
    assert!(rows[3].starts_with("3;\"email_") && rows[3].ends_with(";941"), "{}", rows[3]);
    let ssn = rows[1].split(';').rev().nth(1).unwrap();
    assert!(ssn.len() == 11 && ssn.matches('-').count() == 2 && ssn != "536-22-8145", "{ssn}");
    home.write("masked.csv", &masked);
    let back =
        home.run_well(&["unmask", "masked.csv", "--reason", "test", "--fields", "map.yaml"]).out;
    // Only what can come back does.
    assert_eq!(back, table.replace(";82301", ";000").replace(";94107", ";941"));

    let lines = "{\"a\":{\"m\":\"jane.doe@acme-mail.test\",\"n\":1.50},\"k\":[\"Jane\\u0020Roe\",\"x\"]}\n\
                 {\"a\":{\"m\":\"\"},\"k\":[]}\n";
    home.write("people.jsonl", lines);
    let args = ["--field", "$.a.m=EMAIL_ADDRESS", "--field", "k[0]=PERSON:surrogate"];
    let masked = home.run_well(&[&["mask", "people.jsonl"], &args[..]].concat()).out;
    assert!(
        masked.starts_with(&format!("{{\"a\":{{\"m\":\"{token}\",\"n\":1.50}},\"k\":[\"")),
        "{masked}"
    );
    assert!(
        masked.ends_with("\",\"x\"]}\n{\"a\":{\"m\":\"\"},\"k\":[]}\n") && !masked.contains("Roe"),
        "{masked}"
    );
    home.write("masked.jsonl", &masked);
    let back =
        home.run_well(&[&["unmask", "masked.jsonl", "--reason", "test"], &args[..]].concat()).out;
    assert_eq!(back, lines.replace("\\u0020", " "));
    // Without a map, tokens of any form come back wherever they stand.
    let back = home.run_well(&["unmask", "masked.jsonl", "--reason", "test"]).out;
    assert_eq!(back, lines.replace("\\u0020", " "));

    for (args, want) in [
        (vec!["mask", "people.csv", "--field", "phone=PHONE_NUMBER"], "there is no column `phone`"),
        (
            vec!["mask", "people.csv", "--field", "zip=POSTAL_CODE:fpe"],
            "too short for format-preserving",
        ),
        (vec!["mask", "people.csv", "--field", "zip=ZIP"], "`ZIP` is no entity type"),
    ] {
        let ran = home.run(&args);
        assert!(ran.code != Some(0) && ran.out.is_empty() && ran.err.contains(want), "{}", ran.err);
    }
}

#[test]
fn a_person_is_found_held_erased_and_stays_so() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let letter = "Write to jane.doe@kestrel-mail.com and to max@orwell-mail.com.\n";
    home.write("letter.txt", letter);
    let masked = home.run_well(&["mask", "letter.txt"]).out;
    home.write("masked.txt", &masked);
    let found = home.run(&["subject", "find", "jane.doe@kestrel-mail.com"]);
    assert_eq!(found.code, Some(1));
    assert!(found.out.contains("EMAIL_ADDRESS") && !found.out.contains("jane"), "{}", found.out);
    let nobody = home.run_well(&["subject", "find", "nia@kestrel-mail.com"]);
    assert_eq!(nobody.out, "");
    let exported =
        home.run_well(&["subject", "export", "Jane Doe", "--reason", "access, case 16"]).out;
    assert!(exported.contains("jane.doe@kestrel-mail.com") && !exported.contains("orwell"));

    let erase = ["subject", "erase", "jane.doe@kestrel-mail.com", "--reason"];
    let unsure = home.run(&[&erase[..], &["case 17"]].concat());
    assert_eq!(unsure.code, Some(2));
    assert!(unsure.err.contains("1 values would be erased"), "{}", unsure.err);
    let named = home.run(&[&erase[..], &["for jane.doe@kestrel-mail.com", "--yes"]].concat());
    assert_eq!(named.code, Some(2));
    assert!(named.err.contains("personal data") && !named.err.contains("jane"), "{}", named.err);

    let hold = home.run_well(&["hold", "create", "--principal", "laptop", "--reason", "case 9"]);
    let held = home.run_well(&[&erase[..], &["case 17", "--yes"]].concat());
    assert!(held.err.contains("kept by a legal hold: 1 values"), "{}", held.err);
    assert!(home.run_well(&["hold", "list"]).out.contains("stands"));
    home.run_well(&["hold", "end", hold.out.trim()]);
    assert_eq!(home.run(&["hold", "end", hold.out.trim()]).code, Some(2));

    let certificate = home.run_well(&[&erase[..], &["case 17", "--yes"]].concat()).out;
    let certificate: serde_json::Value = serde_json::from_str(&certificate).unwrap();
    assert_eq!(certificate["erased"]["values"]["EMAIL_ADDRESS"], 1);
    let unmasked = home.run_well(&["unmask", "masked.txt", "--reason", "test"]).out;
    assert!(unmasked.contains("max@orwell-mail.com") && !unmasked.contains("jane"), "{unmasked}");
    assert!(home.run_well(&["subject", "list"]).out.contains("complete  1 tokens"));
    home.run_well(&["subject", "retry"]);
    let log = home.run_well(&["audit", "export"]).out;
    for event in
        ["subject_found", "subject_exported", "subject_erased", "hold_created", "hold_ended"]
    {
        assert!(log.contains(&format!(r#""event":"{event}""#)), "{event}");
    }
    assert!(!log.contains("jane"), "nobody is named in the log");
}

#[test]
fn what_comes_back_has_a_reason_and_a_limit() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    home.write("letter.txt", "Write to jane.doe@kestrel-mail.com and to max@orwell-mail.com.\n");
    let masked = home.run_well(&["mask", "letter.txt"]).out;
    home.write("masked.txt", &masked);
    assert_eq!(home.run(&["unmask", "masked.txt"]).code, Some(2));
    let limited = home.run(&["unmask", "masked.txt", "--reason", "case 17", "--limit", "1"]);
    assert_eq!(limited.code, Some(2));
    assert_eq!(limited.out, "");
    assert!(limited.err.contains("would give back 2 values"), "{}", limited.err);
    home.run_well(&["unmask", "masked.txt", "--reason", "case 17"]);
    let log = home.run_well(&["audit", "tail", "--event", "unmask", "--format", "json"]).out;
    assert!(log.contains(r#""reason":"case 17""#), "{log}");
}

#[test]
fn the_vault_is_shown_rotated_copied_and_restored() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    home.write("letter.txt", "Write to jane.doe@kestrel-mail.com.\n");
    let masked = home.run_well(&["mask", "letter.txt"]).out;
    home.write("masked.txt", &masked);
    let status = || -> serde_json::Value {
        serde_json::from_str(&home.run_well(&["vault", "status", "--format", "json"]).out).unwrap()
    };
    let before = status();
    assert_eq!((before["tokens"].as_u64(), before["scopes"].as_u64()), (Some(1), Some(1)));
    assert!(home.run_well(&["vault", "status"]).out.contains("tokens       1"));
    let copied = home.run_well(&["vault", "backup", "--to", "b", "--keys-to", "k"]);
    assert!(copied.err.contains("delete `k/keys-"), "{}", copied.err);
    let copy = copied.out.lines().next().unwrap().to_owned();
    home.run_well(&["vault", "rotate"]);
    home.run_well(&["vault", "rewrap"]);
    assert_ne!(status()["root_key"], before["root_key"]);
    assert!(home.run_well(&["vault", "verify"]).out.contains("1 values open, 0 do not"));
    let entries = home.run_well(&["audit", "export"]).out.lines().count();
    let restored = home.run_well(&["vault", "restore", &copy]);
    assert!(restored.err.contains("entries of the audit log carried over"), "{}", restored.err);
    home.run_well(&["audit", "verify"]);
    let after = home.run_well(&["audit", "export"]).out;
    assert!(after.lines().count() > entries && after.contains("keys_rotated"), "the log goes on");
    let unmasked = home.run_well(&["unmask", "masked.txt", "--reason", "test"]).out;
    assert!(unmasked.contains("jane.doe@kestrel-mail.com"));
    home.write("none.sqlite", "no database");
    for wrong in ["none.sqlite", "nowhere.sqlite"] {
        let ran = home.run(&["vault", "restore", wrong]);
        assert_eq!(ran.code, Some(4), "{}", ran.err);
        home.run_well(&["vault", "verify"]);
    }
    sql(&home, "UPDATE token SET sealed = x'00'");
    let broken = home.run(&["vault", "verify"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.out.contains("0 values open, 1 do not"), "{}", broken.out);
}

/// The root key elsewhere than in a file: what opens the vault, what closes it, and how it is
/// replaced.
#[test]
fn a_root_key_in_a_variable() {
    let home = Home::new();
    home.write("privet.yaml", "root_key: {env: ROOT_KEY}\n");
    let run = |args: &[&str], key: &str| {
        let mut command = home.command(args);
        command.arg("--config").arg("privet.yaml").env("ROOT_KEY", key);
        command.env("NEXT_KEY", "ab".repeat(32)).output().unwrap()
    };
    let (first, next) = ("0f".repeat(32), "ab".repeat(32));
    let made = run(&["key", "create", "--name", "laptop"], &first);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(!home.path(".config/privet/root.key").exists());
    for wrong in [&next, "", "short"] {
        assert_eq!(run(&["key", "list"], wrong).status.code(), Some(4), "{wrong}");
    }
    assert_eq!(run(&["vault", "rotate"], &first).status.code(), Some(2), "where to?");
    let rotated = run(&["vault", "rotate", "--to", "NEXT_KEY"], &first);
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    assert_eq!(run(&["key", "list"], &first).status.code(), Some(4));
    assert!(run(&["vault", "verify"], &next).status.success());
}

#[test]
fn a_root_key_that_openbao_keeps() {
    let (home, bao) = (Home::new(), privet_testing::Bao::start());
    write_private(&home.path("bao.token"), bao.token());
    let token = home.path("bao.token");
    home.write(
        "privet.yaml",
        &format!(
            "root_key: {{transit: {{url: '{}', key: privet, token: 'file:{}'}}}}\n",
            bao.url(),
            token.display()
        ),
    );
    let run = |args: &[&str]| home.run(&[args, &["--config", "privet.yaml"]].concat());
    let well = |args: &[&str]| {
        let ran = run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        ran
    };
    well(&["key", "create", "--name", "laptop"]);
    home.write("letter.txt", "Write to jane.doe@kestrel-mail.com.\n");
    home.write("masked.txt", &well(&["mask", "letter.txt"]).out);
    let keys = home.path(".config/privet/keys.sqlite");
    let before = home.path("keys.before");
    std::fs::copy(&keys, &before).unwrap();
    well(&["vault", "rotate"]);
    let back = well(&["unmask", "masked.txt", "--reason", "test"]).out;
    assert!(back.contains("jane.doe@kestrel-mail.com"));
    // The keys as they were before the rotation open nothing any more.
    let after = home.path("keys.after");
    std::fs::rename(&keys, &after).unwrap();
    std::fs::copy(&before, &keys).unwrap();
    assert_eq!(run(&["key", "list"]).code, Some(4));
    std::fs::copy(&after, &keys).unwrap();
    well(&["key", "list"]);
    // A token that was revoked closes the vault, and the message says why.
    write_private(&token, "another-token");
    let closed = run(&["key", "list"]);
    assert_eq!(closed.code, Some(4));
    assert!(closed.err.contains("403: permission denied"), "{}", closed.err);
    write_private(&token, bao.token());
    drop(bao);
    let gone = run(&["key", "list"]);
    assert_eq!(gone.code, Some(4));
    assert!(gone.err.contains("the root key cannot be reached"), "{}", gone.err);
}

#[test]
fn a_root_key_in_a_key_service() {
    let (home, kms) = (Home::new(), privet_testing::Kms::start());
    let (first, next) = (kms.make_key(), kms.make_key());
    let configure = |key: &str| {
        let text = format!(
            "root_key: {{aws_kms: {{key: {key}, region: eu-central-1, endpoint: '{}'}}}}\n",
            kms.url()
        );
        home.write("privet.yaml", &text);
    };
    let run = |args: &[&str]| {
        let mut command = home.command(args);
        command.args(["--config", "privet.yaml"]).env("AWS_ACCESS_KEY_ID", "invented");
        command.env("AWS_SECRET_ACCESS_KEY", "invented").output().unwrap()
    };
    let well = |args: &[&str]| {
        let ran = run(args);
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    configure(&first);
    well(&["key", "create", "--name", "laptop"]);
    well(&["vault", "verify"]);
    assert_eq!(run(&["vault", "rotate"]).status.code(), Some(2), "where to?");
    well(&["vault", "rotate", "--to", &next]);
    // That the old key opens nothing any more is the service's part (`IncorrectKeyException`),
    // and moto does not play it.
    configure(&next);
    well(&["vault", "verify"]);
    // A key that is none is told, before anything is made.
    let other = Home::new();
    let text = std::fs::read_to_string(home.path("privet.yaml")).unwrap();
    other.write("privet.yaml", &text.replace(&next, "00000000-0000-4000-8000-000000000000"));
    let mut command = other.command(&["key", "create", "--name", "laptop"]);
    command.args(["--config", "privet.yaml"]).env("AWS_ACCESS_KEY_ID", "invented");
    let refused = command.env("AWS_SECRET_ACCESS_KEY", "invented").output().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("NotFoundException"), "{said}");
    drop(kms);
    let gone = run(&["key", "list"]);
    assert_eq!(gone.status.code(), Some(4));
    let said = String::from_utf8_lossy(&gone.stderr);
    assert!(said.contains("the root key cannot be reached"), "{said}");
}

/// The days between the dates of one subject stay; another's move by another number.
#[test]
fn dates_move_with_their_subject() {
    let home = Home::new();
    home.run_well(&["key", "create", "--name", "laptop"]);
    let days = |text: &str| -> i64 {
        let date: jiff::civil::Date = text.parse().unwrap();
        (date - jiff::civil::date(2000, 1, 1)).get_days().into()
    };
    let map = "born: {type: DATE_TIME, operator: date_shift, subject: id}\n\
               seen: {type: DATE_TIME, operator: {operator: date_shift, days: 365}, subject: id}\n";
    let rows: Vec<(usize, &str, &str)> =
        (0..12).map(|n| (n % 6, "1980-02-01", "2024-03-14")).collect();
    let mut table = String::from("id,born,seen\n");
    for (id, born, seen) in &rows {
        table.push_str(&format!("{id},{born},{seen}\n"));
    }
    home.write("visits.csv", &table).write("map.yaml", map);
    let masked = home.run_well(&["mask", "visits.csv", "--fields", "map.yaml"]).out;
    let mut shifts = std::collections::BTreeMap::new();
    for (line, (id, born, seen)) in masked.lines().skip(1).zip(&rows) {
        let cells: Vec<&str> = line.split(',').collect();
        let shift = days(cells[1]) - days(born);
        assert_eq!(days(cells[2]) - days(seen), shift, "{line}");
        assert_eq!(*shifts.entry(*id).or_insert(shift), shift, "the same subject, the same way");
    }
    let different: std::collections::BTreeSet<_> = shifts.values().collect();
    assert!(different.len() >= 4, "{shifts:?}");
    // The same in JSON, where the path to the subject goes with the path to the date.
    let map = "p[*].visits[*].day: {type: DATE_TIME, operator: date_shift, subject: 'p[*].id'}\n";
    let people = r#"{"p":[{"id":0,"visits":[{"day":"2024-03-14"},{"day":"2024-03-20"}]},{"id":"1","visits":[{"day":"2024-03-14"}]}]}"#;
    home.write("people.json", people).write("map.yaml", map);
    let masked = home.run_well(&["mask", "people.json", "--fields", "map.yaml"]).out;
    let read: serde_json::Value = serde_json::from_str(&masked).unwrap();
    let day = |person: usize, visit: usize| {
        days(read["p"][person]["visits"][visit]["day"].as_str().unwrap())
    };
    assert_eq!(day(0, 0) - days("2024-03-14"), shifts[&0]);
    assert_eq!(day(0, 1) - day(0, 0), 6);
    assert_eq!(day(1, 0) - days("2024-03-14"), shifts[&1]);
    // Without a subject it would be moved as nobody's: better not at all.
    home.write("people.json", r#"{"p":[{"visits":[{"day":"2024-03-14"}]}]}"#);
    let ran = home.run(&["mask", "people.json", "--fields", "map.yaml"]);
    assert!(ran.code == Some(4) && ran.err.contains("does not say its `p[*].id`"), "{}", ran.err);
    home.write("map.yaml", "id: {type: PERSON, operator: hash, subject: born}\n");
    let ran = home.run(&["mask", "visits.csv", "--fields", "map.yaml"]);
    assert!(ran.code == Some(2) && ran.err.contains("`subject` is for"), "{}", ran.err);
}

/// What is said to SQLite must be said to a server, too.
#[test]
fn every_command_works_on_a_server() {
    let home = Home::new();
    home.write("database.url", &privet_testing::database());
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(home.path("database.url"), private).unwrap();
    let address = home.path("database.url");
    home.write("privet.yaml", &format!("database: {{url: 'file:{}'}}\n", address.display()));
    home.write("letter.txt", "Write to jane.doe@kestrel-mail.com and to max@orwell-mail.com.\n");
    let run = |code: i32, args: &[&str]| {
        let ran = home.run(&[args, &["--config", "privet.yaml"]].concat());
        assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.out, ran.err);
        ran.out
    };
    run(0, &["check"]);
    run(0, &["key", "create", "--name", "laptop", "--may", "reveal"]);
    run(0, &["key", "create", "--name", "old", "--expires", "90d"]);
    run(0, &["key", "revoke", "old"]);
    assert!(run(0, &["key", "list"]).contains("reveal"));
    let masked = run(0, &["mask", "letter.txt", "--as", "laptop"]);
    home.write("masked.txt", &masked);
    let unmask = ["unmask", "masked.txt", "--as", "laptop", "--reason", "case 17"];
    assert!(run(0, &unmask).contains("jane.doe@kestrel-mail.com"));
    assert!(run(0, &["vault", "status"]).contains("postgresql://"));
    run(0, &["vault", "verify"]);
    run(0, &["vault", "rotate"]);
    run(0, &["vault", "rewrap"]);
    let hold = run(0, &["hold", "create", "--principal", "laptop", "--reason", "case 17"]);
    assert!(run(0, &["hold", "list"]).contains("stands"));
    let person = "jane.doe@kestrel-mail.com";
    let erase = ["subject", "erase", person, "--reason", "case 17", "--yes"];
    assert_eq!(run(0, &erase), "", "it is held");
    run(0, &["hold", "end", hold.trim()]);
    run(1, &["subject", "find", person]);
    run(0, &["subject", "export", person, "--reason", "case 16"]);
    assert!(run(0, &erase).contains("certificate"));
    assert!(run(0, &["subject", "list"]).contains("erasure_"));
    run(0, &["subject", "retry"]);
    assert!(!run(0, &unmask).contains("jane.doe"));
    run(0, &["audit", "tail"]);
    assert!(run(0, &["audit", "tail", "--event", "unmask"]).contains("unmask"));
    assert!(run(0, &["audit", "tail", "--event", "hold_created"]).contains(hold.trim()));
    assert!(run(0, &["audit", "tail", "--request", hold.trim()]).contains("hold_ended"));
    run(0, &["audit", "tail", "--since", "2026-01-01T00:00:00Z"]);
    run(0, &["audit", "verify"]);
    assert!(run(0, &["audit", "export"]).lines().count() > 15);
}

#[test]
fn what_needs_a_vault_makes_none() {
    let home = Home::new();
    home.write("letter.txt", "to PERSON_K7Q2MX4");
    for args in [
        &["subject", "find", "Jane Doe"][..],
        &["subject", "list"],
        &["hold", "list"],
        &["vault", "status"],
        &["vault", "verify"],
        &["unmask", "letter.txt", "--reason", "case 17"],
    ] {
        let ran = home.run(args);
        assert_eq!(ran.code, Some(4), "{args:?}: {}", ran.err);
        assert!(ran.err.contains("there is no database"), "{args:?}: {}", ran.err);
        assert!(!home.path(".local").exists() && !home.path(".config").exists(), "{args:?}");
    }
}

/// The root key in a security module, to its end.
#[cfg(feature = "pkcs11")]
#[test]
fn the_root_key_may_be_in_a_security_module() {
    use privet_testing::Hsm;
    let (home, hsm) = (Home::new(), Hsm::new());
    hsm.make_key("first");
    let configure = |key: &str| {
        let text = format!(
            "root_key: {{pkcs11: {{module: {}, token: {}, key: {key}, pin: 'env:HSM_PIN'}}}}\n",
            hsm.module().display(),
            Hsm::TOKEN
        );
        home.write("privet.yaml", &text);
    };
    let run_with = |pin: &str, args: &[&str]| {
        let mut command = home.command(args);
        command.args(["--config", "privet.yaml"]).env("SOFTHSM2_CONF", hsm.settings());
        command.env("HSM_PIN", pin).output().unwrap()
    };
    let well = |args: &[&str]| {
        let ran = run_with(Hsm::PIN, args);
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    let refused = |pin: &str, want: &str| {
        let ran = run_with(pin, &["vault", "verify"]);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(4), "{said}");
        assert!(said.contains(want) && !said.contains(pin), "{said}");
    };
    configure("first");
    well(&["check"]);
    well(&["key", "create", "--name", "laptop"]);
    well(&["vault", "verify"]);
    refused("8888", "does not open this vault: PinIncorrect, says C_Login");
    // To another key, and the first one opens nothing any more.
    assert_eq!(run_with(Hsm::PIN, &["vault", "rotate"]).status.code(), Some(2), "where to?");
    hsm.make_key("second");
    well(&["vault", "rotate", "--to", "second"]);
    refused(Hsm::PIN, "does not open this vault: ");
    configure("second");
    well(&["vault", "verify"]);
    configure("nowhere");
    refused(Hsm::PIN, "the token has no AES key `nowhere`");
    configure("second");
    hsm.delete_token();
    refused(Hsm::PIN, "cannot be reached: there is no token");
}
