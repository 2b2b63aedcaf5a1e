//! Revealing fails closed: only who may, only with a reason, only so many, and never without
//! an entry in the log.

use std::collections::BTreeMap;

use privet_vault::Permission;
use serde_json::{Value, json};

use crate::house::binary::Home;
use crate::house::people::{CARD, EMAIL, GITHUB_TOKEN};
use crate::house::{Caller, House, Plan, Reply, Upstream, saying};
use crate::promise_12_killed_is_fine::power_cut;

const REASON: &str = "court order, case 17";

fn reveal(caller: &Caller, question: &Value) -> Reply {
    caller.call("POST", "/privet/v1/reveal", &[], question.to_string().as_bytes())
}

/// What `caller`'s text became, word by word.
fn masked(upstream: &Upstream, caller: &Caller, text: &str) -> Vec<String> {
    assert_eq!(caller.ask(&saying(text)).status, 200);
    let sent = upstream.take().pop().expect("it was sent").json();
    let text = sent["messages"][0]["content"].as_str().expect("a text").to_owned();
    text.split(' ').map(str::to_owned).collect()
}

/// Asserts that nothing came out: neither value nor whether a token is one.
#[track_caller]
fn assert_shut(reply: &Reply, status: u16, what: &str) {
    reply.assert_refused();
    assert_eq!(reply.status, status, "{what}: {reply:?}");
    let body = String::from_utf8_lossy(&reply.body);
    assert!(!body.contains(EMAIL) && !body.contains("kestrel"), "{what}: {body}");
}

fn last_entry(house: &House) -> Value {
    house.audit().pop().expect("an entry")
}

#[test]
fn only_who_may_and_says_why() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let kim = house.caller("kim");
    let officer = house.caller_who_may("officer", &[Permission::Reveal]);
    let tokens = masked(&upstream, &kim, &format!("{EMAIL} {CARD} {GITHUB_TOKEN}"));
    let [mail, card, secret] = &tokens[..] else { panic!("{tokens:?}") };
    let ask = |more: Value| {
        let mut question = json!({ "reason": REASON, "principal": "kim", "tokens": [mail] });
        let fields = more.as_object().expect("fields").clone();
        question.as_object_mut().expect("an object").extend(fields);
        question
    };
    // Without the permission, even for one's own.
    assert_shut(&reveal(&kim, &ask(json!({}))), 403, "no permission");
    let entry = last_entry(&house);
    assert_eq!(entry["event"], "request_refused");
    assert_eq!((&entry["error"], &entry["principal"]), (&json!("forbidden"), &json!("kim")));
    assert_eq!(entry["path"], "/privet/v1/reveal");
    for (what, question) in [
        ("no reason", json!({ "principal": "kim", "tokens": [mail] })),
        ("an empty reason", ask(json!({ "reason": " " }))),
        ("a reason that names somebody", ask(json!({ "reason": format!("asked by {EMAIL}") }))),
        ("no tokens", ask(json!({ "tokens": [] }))),
        ("too many tokens", ask(json!({ "tokens": vec![mail; 101] }))),
        ("a field too much", ask(json!({ "tenant": "other" }))),
    ] {
        assert_shut(&reveal(&officer, &question), 400, what);
        assert_eq!(last_entry(&house)["event"], "request_refused", "{what}");
    }
    // With it: what, whose, by whom and why are in the log.
    let asked = [mail, card, secret, "PERSON_ABCDEF", &mail.to_uppercase()];
    let reply = reveal(&officer, &ask(json!({ "tokens": asked })));
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let body = reply.json();
    let values: BTreeMap<_, _> = body["values"]
        .as_array()
        .expect("values")
        .iter()
        .map(|value| (value["token"].as_str().unwrap(), value["value"].as_str().unwrap()))
        .collect();
    let want = BTreeMap::from([(mail.as_str(), EMAIL), (card.as_str(), CARD)]);
    assert_eq!(values, want, "{body}");
    assert_eq!(body["left"].as_array().expect("tokens left").len(), 3, "{body}");
    let entry = last_entry(&house);
    assert_eq!(entry["event"], "revealed");
    assert_eq!(entry["key_id"].as_str().map(|id| id.starts_with("key_")), Some(true));
    assert_eq!((&entry["principal"], &entry["tokens_of"]), (&json!("officer"), &json!("kim")));
    assert_eq!(entry["entities"], json!({ "CREDIT_CARD": 1, "EMAIL_ADDRESS": 1 }));
    assert_eq!(entry["reason"], REASON);
    assert_eq!(entry["request_id"], body["request_id"]);
    // Nobody's scope: nothing is there, and none is made.
    let scopes = || house.vault.status().expect("a status").scopes;
    let before = scopes();
    let reply = reveal(&officer, &ask(json!({ "principal": EMAIL }))).json();
    assert_eq!(reply["values"], json!([]), "{reply}");
    assert_eq!(reply["left"], json!([{ "token": mail, "why": "unknown" }]));
    assert_eq!(scopes(), before);
    assert!(!last_entry(&house).to_string().contains("kestrel"), "it is in the log");
    assert!(upstream.take().is_empty(), "something was sent");
}

#[test]
fn only_so_many_in_an_hour() {
    for postgres in [None, Some(privet_testing::database())] {
        so_many_in_an_hour(postgres);
    }
}

fn so_many_in_an_hour(postgres: Option<String>) {
    let upstream = Upstream::plain();
    let mut plan = Plan { postgres, ..Plan::default() };
    plan.settings.limits.reveal_values_hourly_max = 5;
    let house = House::open(upstream.address, plan);
    let may = &[Permission::Reveal];
    let (officer, other) =
        (house.caller_who_may("officer", may), house.caller_who_may("other", may));
    let mails: Vec<String> = (0..3).map(|n| format!("person{n}@kestrel-mail.com")).collect();
    let tokens = masked(&upstream, &officer, &mails.join(" "));
    let question = json!({ "reason": REASON, "tokens": tokens });
    assert_eq!(reveal(&officer, &question).json()["values"].as_array().map(Vec::len), Some(3));
    assert_shut(&reveal(&officer, &question), 400, "six in an hour");
    assert_eq!(last_entry(&house)["error"], "reveal_limit");
    // Two more are five; and another key has an hour of its own.
    let two = json!({ "reason": REASON, "tokens": &tokens[..2] });
    assert_eq!(reveal(&officer, &two).status, 200);
    assert_shut(&reveal(&officer, &two), 400, "seven in an hour");
    let others = json!({ "reason": REASON, "principal": "officer", "tokens": tokens });
    assert_eq!(reveal(&other, &others).status, 200);
}

#[test]
fn when_it_cannot_be_recorded() {
    let upstream = Upstream::plain();
    for damage in [
        "DROP TABLE audit",
        "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END",
        "ALTER TABLE audit RENAME COLUMN hash TO other",
        "UPDATE token SET sealed = zeroblob(length(sealed))",
        "DROP TABLE token",
    ] {
        let house = House::before(&upstream);
        let officer = house.caller_who_may("officer", &[Permission::Reveal]);
        let tokens = masked(&upstream, &officer, EMAIL);
        let question = json!({ "reason": REASON, "tokens": tokens });
        assert_eq!(reveal(&officer, &question).json()["values"][0]["value"], EMAIL);
        house.damage(damage);
        assert_shut(&reveal(&officer, &question), 500, damage);
    }
    let house = House::before(&upstream);
    let officer = house.caller_who_may("officer", &[Permission::Reveal]);
    let tokens = masked(&upstream, &officer, EMAIL);
    house.vault.store().close().expect("it closes");
    assert_shut(&reveal(&officer, &json!({ "reason": REASON, "tokens": tokens })), 500, "shut");
}

/// A disk whose flushes fail: as many answers as entries, and then none.
#[test]
fn when_flushes_fail() {
    let upstream = Upstream::plain();
    let home = Home::before(upstream.address, "limits: {reveal_values_hourly_max: 100000}");
    let (code, printed) = home.run(&["key", "create", "--name", "officer", "--may", "reveal"]);
    assert_eq!(code, Some(0), "{printed}");
    let key = printed.lines().next().expect("a key").trim();
    let preload = power_cut(&home);
    let before = format!("{preload} export POWER_CUT_AT=200 POWER_CUT_MODE=flush;");
    let mut serving = home.serve_after(&before);
    let officer = serving.caller(key);
    let tokens = masked(&upstream, &officer, EMAIL);
    let question = json!({ "reason": REASON, "tokens": tokens });
    let (mut revealed, mut refused) = (0, 0);
    while refused < 5 {
        assert!(revealed < 500, "flushes never fail");
        let reply = reveal(&officer, &question);
        if reply.status == 200 {
            assert_eq!(refused, 0, "it reveals again on a disk that lies");
            revealed += 1;
        } else {
            assert_shut(&reply, 500, "a flush failed");
            refused += 1;
        }
    }
    serving.kill();
    let (_, exported) = home.run(&["audit", "export"]);
    let entries = exported.lines().filter(|line| line.contains(r#""event":"revealed""#)).count();
    assert!(revealed > 5 && entries >= revealed, "{revealed} revealed, {entries} in the log");
}
