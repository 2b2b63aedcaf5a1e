//! Killed is fine: after `kill -9` or on a full disk there is no answered request without
//! its audit entry, no token that was sent and cannot be restored, and no corrupt store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::binary::Home;
use crate::house::events::text_stream;
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{Caller, Upstream, saying};

/// A Claude who repeats what is said, every other time as a stream.
fn echo() -> Upstream {
    Upstream::start(|sent, out| {
        let body = sent.json();
        let said = body["messages"][0]["content"].as_str().unwrap_or_default();
        if body["stream"] == true {
            begin_stream(out)?;
            text_stream(&[said], "end_turn").chunks(40).try_for_each(|piece| chunk(out, piece))?;
            return end_stream(out);
        }
        let answer =
            json!({ "content": [{ "type": "text", "text": said }], "stop_reason": "end_turn" });
        whole(out, 200, &[], answer.to_string().as_bytes())
    })
}

/// An invented person with that number.
fn mail(person: usize) -> String {
    format!("person{person}@kestrel-mail.com")
}

/// Asks about one person after the other until nobody answers, and notes the ids of
/// answers that arrived complete.
fn keep_asking(
    caller: &Caller,
    person: &AtomicUsize,
    stop: &AtomicBool,
    answered: &Mutex<Vec<String>>,
) {
    while !stop.load(Ordering::Relaxed) {
        let number = person.fetch_add(1, Ordering::Relaxed);
        // Somebody new, and somebody known from an earlier life.
        let mut body = saying(&format!("{} and {} too", mail(number), mail(number / 3)));
        body["stream"] = number.is_multiple_of(2).into();
        let Some(reply) = caller.try_ask(&body) else { return };
        if reply.complete && reply.status == 200 {
            let id = reply.header("x-privet-request-id").expect("an id").to_owned();
            answered.lock().expect("no test panics with it").push(id);
        }
    }
}

/// The ids of all requests that the log says were about to be sent.
fn intents(home: &Home) -> BTreeSet<String> {
    let (code, exported) = home.run(&["audit", "export"]);
    assert_eq!(code, Some(0), "{exported}");
    let entries =
        exported.lines().map(|line| serde_json::from_str::<Value>(line).expect("an entry"));
    let intents = entries.filter(|entry| entry["event"] == "request_intent");
    intents.map(|entry| entry["request_id"].as_str().expect("an id").to_owned()).collect()
}

/// Asserts that the log verifies, that every answer and every request that was sent is in
/// it, and that every token opens. Returns how many tokens there are.
fn check(home: &Home, upstream: &Upstream, answered: &[String]) -> usize {
    let (code, printed) = home.run(&["audit", "verify"]);
    assert_eq!(code, Some(0), "{printed}");
    let intents = intents(home);
    for id in answered {
        assert!(intents.contains(id), "{id} was answered and is not in the log");
    }
    let sent = upstream.sent();
    assert!(
        sent.len() <= intents.len(),
        "{} were sent, {} are in the log",
        sent.len(),
        intents.len()
    );
    let mut said = Vec::new();
    for one in &sent {
        said.push(one.json()["messages"][0]["content"].as_str().expect("a text").to_owned());
    }
    let masked = home.path().join("masked.txt");
    std::fs::write(&masked, said.join("\n")).expect("a file");
    let (code, unmasked) =
        home.run(&["unmask", "masked.txt", "--reason", "test", "--limit", "1000000"]);
    assert_eq!(code, Some(0), "{unmasked}");
    let mut tokens = BTreeMap::new();
    for (masked, real) in said.iter().zip(unmasked.lines()) {
        for (token, value) in
            masked.split(' ').zip(real.split(' ')).filter(|(token, _)| token.contains('_'))
        {
            assert!(value.starts_with("person"), "{token} does not open: {value}");
            assert_eq!(
                tokens.entry(value.to_owned()).or_insert(token),
                &token,
                "{value} has two tokens"
            );
        }
    }
    tokens.len()
}

/// How often it is killed; more by the variable `PRIVET_KILLS`.
fn kills() -> usize {
    std::env::var("PRIVET_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(25)
}

#[test]
fn at_any_moment() {
    let upstream = echo();
    let home = Home::before(upstream.address, "");
    let key = home.make_key("laptop");
    let (person, answered) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    for turn in 0..kills() {
        // Moments that are spread, and the same in every run.
        let moment = Duration::from_millis((turn as u64 * 37) % 150);
        if turn % 5 == 4 {
            home.serve_for(moment);
            continue;
        }
        let mut serving = home.serve();
        let (caller, stop) = (serving.caller(&key), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| keep_asking(&caller, &person, &stop, &answered));
            }
            std::thread::sleep(moment);
            serving.kill();
            stop.store(true, Ordering::Relaxed);
        });
        let (code, printed) = home.run(&["audit", "verify"]);
        assert_eq!(code, Some(0), "after {moment:?}: {printed}");
    }
    let answered = answered.into_inner().expect("no test panics with it");
    let tokens = check(&home, &upstream, &answered);
    assert!(
        answered.len() > kills() && tokens > kills(),
        "{} answers, {tokens} tokens",
        answered.len()
    );
}

/// A disk that is full: no file may grow further. Once there is room, all goes on.
#[test]
fn with_a_full_disk() {
    let upstream = echo();
    let home = Home::before(upstream.address, "");
    let key = home.make_key("laptop");
    let entries = std::fs::read_dir(home.data()).expect("the data");
    let largest =
        entries.map(|entry| entry.unwrap().metadata().unwrap().len()).max().expect("a file");
    // The unit is 512 bytes.
    let limit = (largest + 400 * 1024) / 512;
    let mut serving = home.serve_after(&format!("trap '' XFSZ; ulimit -f {limit};"));
    let caller = serving.caller(&key);
    let (mut answered, mut refused) = (Vec::new(), 0);
    for number in 0..2000 {
        let reply = caller.ask(&saying(&format!("{} is new", mail(number))));
        match reply.status {
            200 => answered.push(reply.header("x-privet-request-id").expect("an id").to_owned()),
            _ => {
                reply.assert_refused();
                assert_eq!(reply.status, 500);
                refused += 1;
            }
        }
        if refused == 20 {
            break;
        }
    }
    assert_eq!(refused, 20, "the disk was never full");
    check(&home, &upstream, &answered);
    serving.kill();
    assert!(check(&home, &upstream, &answered) > 10);
    let serving = home.serve();
    let reply = serving.caller(&key).ask(&saying(&format!("{} again", mail(0))));
    assert_eq!(reply.status, 200);
    check(&home, &upstream, &answered);
}

/// A library that, preloaded, makes the disk lose its power or its health.
pub(crate) fn power_cut(home: &Home) -> String {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/promises/house/power_cut.c");
    let library = home.path().join("power_cut.so");
    let built = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .args([source, "-ldl", "-lpthread"])
        .status();
    assert!(built.expect("a C compiler, as SQLite needs").success());
    format!("export LD_PRELOAD={} POWER_CUT_DIR={};", library.display(), home.path().display())
}

/// `kill -9` loses nothing that was written; a power cut loses what was not flushed.
#[test]
fn when_the_power_is_cut() {
    let upstream = echo();
    let home = Home::before(upstream.address, "");
    let key = home.make_key("laptop");
    let preload = power_cut(&home);
    let (person, answered) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    for turn in 0..kills() {
        // Calls that are spread over starts, writes, flushes and checkpoints.
        let call = 60 + (turn * 61) % 1500;
        let mut serving = home.serve_after(&format!("{preload} export POWER_CUT_AT={call};"));
        let (caller, stop) = (serving.caller(&key), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| keep_asking(&caller, &person, &stop, &answered));
            }
            serving.wait(Duration::from_secs(30));
            stop.store(true, Ordering::Relaxed);
        });
        let (code, printed) = home.run(&["audit", "verify"]);
        assert_eq!(code, Some(0), "after call {call}: {printed}");
    }
    let (code, printed) = home.run(&["vault", "verify"]);
    assert_eq!(code, Some(0), "{printed}");
    let answered = answered.into_inner().expect("no test panics with it");
    let tokens = check(&home, &upstream, &answered);
    assert!(answered.len() > kills(), "{} answers, {tokens} tokens", answered.len());
}

/// A disk whose flushes fail: nothing is sent, nothing is answered, and what was is there.
#[test]
fn when_flushes_fail() {
    let upstream = echo();
    let home = Home::before(upstream.address, "");
    let key = home.make_key("laptop");
    let preload = power_cut(&home);
    let before = format!("{preload} export POWER_CUT_AT=400 POWER_CUT_MODE=flush;");
    let mut serving = home.serve_after(&before);
    let caller = serving.caller(&key);
    let (mut answered, mut refused) = (Vec::new(), 0);
    for number in 0..2000 {
        let reply = caller.ask(&saying(&format!("{} is new", mail(number))));
        match reply.status {
            200 => {
                assert_eq!(refused, 0, "it answers again on a disk that lies");
                answered.push(reply.header("x-privet-request-id").expect("an id").to_owned());
            }
            _ => {
                reply.assert_refused();
                assert_eq!(reply.status, 500);
                refused += 1;
            }
        }
        if refused == 10 {
            break;
        }
    }
    assert_eq!(refused, 10, "flushes never failed");
    let sent = upstream.sent().len();
    assert!(answered.len() > 5 && sent <= answered.len() + 1, "{sent} were sent");
    serving.kill();
    check(&home, &upstream, &answered);
}
