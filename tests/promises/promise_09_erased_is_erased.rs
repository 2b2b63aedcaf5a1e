//! Erased is erased: what was erased in the middle of a conversation cannot be brought back
//! from the live databases or from an old backup of them, by anything that Privet has; and
//! the conversation goes on.

use serde_json::{Value, json};

use crate::house::binary::{Binary, Home};
use crate::house::conversation::{Conversation, next_line};
use crate::house::people::{EMAIL, PHONE, SSN, trace};
use crate::house::standin::Standin;

/// A conversation of which two turns name whom we erase.
fn talk(serving: &Binary, key: &str, conversation: &mut Conversation, turns: usize) {
    for _ in 0..turns {
        let said = next_line(conversation);
        conversation.say(&serving.caller(key), said);
    }
}

/// What Privet can still say of everything that was ever sent, as one text.
fn all_unmasked(home: &Home, standin: &Standin) -> String {
    let file = home.path().join("sent.txt");
    std::fs::write(&file, standin.bodies().join("\n")).expect("a file");
    let (code, printed) =
        home.run(&["unmask", "sent.txt", "--reason", "test", "--limit", "100000"]);
    assert_eq!(code, Some(0), "{printed}");
    printed
}

fn assert_gone(home: &Home, standin: &Standin, before: usize) {
    let file = home.path().join("sent.txt");
    std::fs::write(&file, standin.bodies()[..before].join("\n")).expect("a file");
    let (_, unmasked) = home.run(&["unmask", "sent.txt", "--reason", "test", "--limit", "100000"]);
    assert_eq!(trace(unmasked.as_bytes(), EMAIL), None, "it came back");
    assert!(unmasked.contains(SSN) && unmasked.contains(PHONE), "others are gone, too");
    let sent = std::fs::read_to_string(&file).expect("what was sent");
    let token = &sent[sent.find("You work for ").expect("there") + 13..];
    let token = &token[..token.find(".\"").expect("its end")];
    assert!(unmasked.contains(token), "the token is not left as it is");
}

#[track_caller]
fn erase(home: &Home) -> Value {
    let args =
        ["subject", "erase", EMAIL, "--reason", "case 17", "--yes", "--certificate", "done.json"];
    home.run_well(&args);
    let text = std::fs::read_to_string(home.path().join("done.json")).expect("a certificate");
    serde_json::from_str(&text).expect("JSON")
}

fn check_certificate(certificate: &Value, home: &Home) {
    assert_eq!(certificate["erased"]["values"]["EMAIL_ADDRESS"], 1);
    assert_eq!(certificate["erased"]["data_keys_given_up"], 1);
    assert!(certificate["erased"]["memos_deleted"].as_u64() > Some(2), "{certificate}");
    assert_eq!(trace(certificate.to_string().as_bytes(), EMAIL), None);
    // The log says the same, and the certificate says where.
    let (code, printed) = home.run(&["audit", "export"]);
    assert_eq!(code, Some(0), "{printed}");
    let entry = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an entry"))
        .find(|entry| entry["event"] == "subject_erased")
        .expect("it is in the log");
    assert_eq!(entry["seq"], certificate["audit"]["seq"]);
    assert_eq!(entry["request_id"], certificate["erasure"]);
    assert_eq!(entry["reason"], "case 17");
    home.run_well(&["audit", "verify"]);
}

/// The value is sent again, as clients do with a conversation: it is masked, under another
/// token, thinking that was bound to the old one is dropped, and the rest stays.
fn check_that_it_goes_on(
    serving: &Binary,
    key: &str,
    conversation: &mut Conversation,
    standin: &Standin,
) {
    let before = standin.bodies();
    talk(serving, key, conversation, 5);
    for body in &standin.bodies()[before.len()..] {
        assert_eq!(trace(body.as_bytes(), EMAIL), None, "it left");
    }
    let after = standin.bodies();
    let masked = |body: &str| body.matches("EMAIL_").count() + body.matches('@').count();
    assert!(masked(after.last().unwrap()) >= masked(before.last().unwrap()));
}

#[test]
fn in_files_and_in_a_restored_backup() {
    let standin = Standin::start();
    let home = Home::before(standin.address, "");
    let key = home.make_key("kim");
    let mut serving = home.serve();
    let mut conversation = Conversation::new();
    talk(&serving, &key, &mut conversation, 10);
    home.run_well(&["vault", "backup", "--to", "backups"]);
    let before = standin.bodies().len();
    assert!(trace(all_unmasked(&home, &standin).as_bytes(), EMAIL).is_some());
    // While it serves: nothing has to be stopped.
    let certificate = erase(&home);
    check_certificate(&certificate, &home);
    check_that_it_goes_on(&serving, &key, &mut conversation, &standin);
    assert_gone(&home, &standin, before);
    // Rotated, killed, restored from before: still gone.
    home.run_well(&["vault", "rotate"]);
    serving.kill();
    home.run_well(&["vault", "verify"]);
    let backups = std::fs::read_dir(home.path().join("backups")).expect("backups");
    let backup = backups.map(|file| file.expect("a file").path()).next().expect("a backup");
    home.run_well(&["vault", "restore", backup.to_str().expect("a path")]);
    assert_gone(&home, &standin, before);
    home.run_well(&["audit", "verify"]);
    let serving = home.serve();
    check_that_it_goes_on(&serving, &key, &mut conversation, &standin);
    let (_, found) = home.run(&["subject", "find", EMAIL]);
    let tokens = standin.bodies()[..before].join(" ");
    for line in found.lines().filter(|line| line.contains("EMAIL_ADDRESS")) {
        let token = line.split_whitespace().nth(2).expect("a token");
        assert!(!tokens.contains(token), "{token} was issued again");
    }
}

#[test]
fn on_a_server_that_two_machines_share() {
    let standin = Standin::start();
    let url = privet_testing::database();
    let home = Home::on_postgres(standin.address, &url);
    let key = home.make_key("kim");
    let mut machines = [home.serve(), home.serve()];
    let mut conversation = Conversation::new();
    talk(&machines[0], &key, &mut conversation, 10);
    let dump = privet_testing::dump(&url, "privet");
    let before = standin.bodies().len();
    let certificate = erase(&home);
    check_certificate(&certificate, &home);
    // The machine that knows the value's token by heart, and the other one.
    check_that_it_goes_on(&machines[0], &key, &mut conversation, &standin);
    check_that_it_goes_on(&machines[1], &key, &mut conversation, &standin);
    assert_gone(&home, &standin, before);
    machines.iter_mut().for_each(Binary::kill);
    privet_testing::restore(&url, "privet", &dump);
    assert_gone(&home, &standin, before);
    let (_, listed) = home.run(&["subject", "list", "--format", "json"]);
    let listed: Value = serde_json::from_str(listed.lines().next().expect("one")).expect("JSON");
    assert_eq!(listed["status"], json!("complete"));
    let serving = home.serve();
    check_that_it_goes_on(&serving, &key, &mut conversation, &standin);
}
