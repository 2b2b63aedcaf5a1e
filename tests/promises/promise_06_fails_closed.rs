//! Fails closed: if a part cannot do its work, the request is refused with an error that
//! names the part, and nothing is sent. No audit entry, no call.

use std::io::Write;

use serde_json::Value;

use crate::house::people::{CARD, EMAIL, GITHUB_TOKEN};
use crate::house::{House, Plan, Upstream, saying, wait_until};

/// The entries of one kind.
fn entries(house: &House, event: &str) -> Vec<Value> {
    house.audit().into_iter().filter(|entry| entry["event"] == event).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

#[test]
fn on_bodies_that_readers_may_read_differently() {
    let upstream = Upstream::plain();
    let mut plan = Plan::default();
    plan.settings.limits.body_bytes_max = 64 * 1024;
    let house = House::open(upstream.address, plan);
    let caller = house.caller("kim");
    let deep = format!("{{\"messages\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let large = saying(&"a ".repeat(40_000)).to_string();
    let good = saying("hello").to_string();
    let truncated = gzip(good.as_bytes());
    let rows: &[(&str, &[u8], &str, u16, &str)] = &[
        ("nothing", b"", "", 400, "bad_json"),
        ("half", &good.as_bytes()[..40], "", 400, "bad_json"),
        ("two values", b"{\"messages\":[]} {}", "", 400, "bad_json"),
        ("a key twice", br#"{"messages":[],"a":1,"a":2}"#, "", 400, "bad_json"),
        ("a key twice, escaped", br#"{"messages":[],"a":1,"\u0061":2}"#, "", 400, "bad_json"),
        (
            "a key twice, deep",
            br#"{"messages":[{"role":"user","content":[{"type":"x","a":1,"a":2}]}]}"#,
            "",
            400,
            "bad_json",
        ),
        ("no UTF-8", b"{\"messages\":[],\"a\":\"\xff\"}", "", 400, "bad_json"),
        ("a lone surrogate", br#"{"messages":[],"a":"\ud83d"}"#, "", 400, "bad_json"),
        ("a control character", b"{\"messages\":[],\"a\":\"\x01\"}", "", 400, "bad_json"),
        ("a comment", b"{\"messages\":[]/* */}", "", 400, "bad_json"),
        ("a comma too much", b"{\"messages\":[],}", "", 400, "bad_json"),
        ("NaN", b"{\"messages\":[],\"a\":NaN}", "", 400, "bad_json"),
        ("a mark of byte order", b"\xef\xbb\xbf{\"messages\":[]}", "", 400, "bad_json"),
        ("UTF-16", b"{\x00\"\x00m\x00\"\x00:\x001\x00}\x00", "", 400, "bad_json"),
        ("too deep", deep.as_bytes(), "", 400, "bad_json"),
        ("a list", b"[]", "", 400, "invalid_request"),
        ("messages of another kind", br#"{"messages":{}}"#, "", 400, "invalid_request"),
        ("too large", large.as_bytes(), "", 413, "request_too_large"),
        ("too large once decoded", &gzip(large.as_bytes()), "gzip", 413, "request_too_large"),
        ("half of gzip", &truncated[..truncated.len() / 2], "gzip", 400, "invalid_request"),
        ("no gzip", good.as_bytes(), "gzip", 400, "invalid_request"),
        ("gzip unsaid", &truncated, "", 400, "bad_json"),
        ("gzip in gzip", &gzip(&truncated), "gzip", 400, "bad_json"),
        ("brotli", good.as_bytes(), "br", 400, "invalid_request"),
        ("two encodings", &truncated, "gzip, gzip", 400, "invalid_request"),
        ("deflate", good.as_bytes(), "deflate", 400, "invalid_request"),
    ];
    for path in ["/v1/messages", "/v1/messages/count_tokens"] {
        for (name, body, encoding, status, code) in rows {
            let headers: &[(&str, &str)] =
                if encoding.is_empty() { &[] } else { &[("content-encoding", encoding)] };
            let reply = caller.call("POST", path, headers, body);
            reply.assert_refused();
            assert_eq!(reply.status, *status, "{name}");
            let last = entries(&house, "request_refused").pop().expect("an entry");
            assert_eq!(last["error"], *code, "{name}");
            let id = reply.header("x-privet-request-id").expect("an id");
            assert_eq!(last["request_id"], id, "{name}");
        }
    }
    assert!(upstream.take().is_empty(), "something was sent");
}

#[test]
fn on_callers_who_are_nobody() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let mut caller = house.caller("kim");
    let body = saying("hello").to_string();
    let good = caller.key.clone();
    for (headers, status) in [
        (&[("host", "evil.example")][..], 400),
        (&[("host", "127.0.0.1.evil.example")], 400),
        (&[("host", "")], 400),
        (&[("origin", "https://evil.example")], 400),
        (&[("origin", "null")], 400),
        (&[("x-privet-scope", "jane@kestrel-mail.com")], 400),
        (&[("x-api-key", "sk-ant-somebody")], 401),
        (&[("x-api-key", "privet_unknown")], 401),
        (&[("x-api-key", "")], 401),
        (&[("x-api-key", &format!("{good}x"))], 401),
        (&[("x-api-key", &good.to_uppercase())], 401),
        (&[("x-privet-key", "privet_unknown"), ("x-api-key", &good)], 401),
    ] {
        let reply = caller.call("POST", "/v1/messages", headers, body.as_bytes());
        reply.assert_refused();
        assert_eq!(reply.status, status, "{headers:?}");
    }
    caller.key = String::new();
    assert_eq!(caller.ask(&saying("hello")).status, 401);
    assert!(upstream.take().is_empty(), "something was sent");
    wait_until("the entries", || {
        entries(&house, "caller_refused").len() + entries(&house, "request_refused").len() == 13
    });
}

#[test]
fn when_the_store_is_shut() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    assert_eq!(caller.ask(&saying(EMAIL)).status, 200);
    upstream.take();
    house.vault.store().close().expect("it closes");
    for body in [saying("nothing to mask"), saying(CARD), saying(EMAIL)] {
        let reply = caller.ask(&body);
        reply.assert_refused();
        assert_eq!(reply.status, 500);
        let said = reply.json()["error"]["message"].to_string();
        assert!(["vault", "store", "audit log"].iter().any(|part| said.contains(part)), "{said}");
    }
    for path in ["/v1/models", "/v1/models/claude-x"] {
        let reply = caller.call("GET", path, &[], b"");
        reply.assert_refused();
        assert_eq!(reply.status, 500);
    }
    assert!(upstream.take().is_empty(), "something was sent");
}

/// Every table that a request needs, damaged while the gateway runs.
#[test]
fn when_a_table_is_damaged() {
    let refuses = |table: &str| {
        format!("CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
    };
    for (damage, body) in [
        ("DROP TABLE audit".to_owned(), saying("hello")),
        ("ALTER TABLE audit RENAME COLUMN hash TO other".to_owned(), saying("hello")),
        (refuses("audit"), saying("hello")),
        ("DROP TABLE token".to_owned(), saying(EMAIL)),
        (refuses("token"), saying(CARD)),
        (refuses("secret"), saying(GITHUB_TOKEN)),
        ("DROP TABLE segment_memo".to_owned(), saying("hello")),
        (refuses("segment_memo"), saying("hello")),
        ("DROP TABLE scope".to_owned(), saying(EMAIL)),
        (refuses("scope"), saying(EMAIL)),
    ] {
        let upstream = Upstream::plain();
        let house = House::before(&upstream);
        let caller = house.caller("kim");
        house.damage(&damage);
        let reply = caller.ask(&body);
        reply.assert_refused();
        assert_eq!(reply.status, 500, "{damage}: {reply:?}");
        assert!(upstream.take().is_empty(), "it was sent after {damage}");
    }
}

#[test]
fn when_a_key_does_not_open() {
    for damage in [
        "UPDATE scope_key SET wrapped_keys = zeroblob(length(wrapped_keys))",
        "UPDATE scope_key SET wrapped_keys = x'00'",
        "CREATE TEMP TABLE before AS SELECT * FROM scope_key;
         UPDATE scope_key SET wrapped_keys =
           (SELECT wrapped_keys FROM before WHERE before.reference <> scope_key.reference LIMIT 1)",
        "DELETE FROM scope_key",
    ] {
        let upstream = Upstream::plain();
        let house = House::before(&upstream);
        let mut caller = house.caller("kim");
        assert_eq!(caller.ask(&saying(EMAIL)).status, 200);
        assert_eq!(house.caller("lee").ask(&saying(EMAIL)).status, 200);
        upstream.take();
        house.damage_keys(damage);
        // The running gateway knows the key by heart; the next one does not.
        let house = House::reopen(house.close(), upstream.address, Plan::default());
        caller.address = house.address;
        let reply = caller.ask(&saying(EMAIL));
        reply.assert_refused();
        assert_eq!(reply.status, 500, "{damage}: {reply:?}");
        assert!(upstream.take().is_empty(), "it was sent after {damage}");
    }
}

/// A store that may not grow any more, as on a full disk.
#[test]
fn when_the_disk_is_full() {
    let upstream = Upstream::plain();
    let mut plan = Plan::default();
    plan.store.pages_max = Some(60);
    let house = House::open(upstream.address, plan);
    let caller = house.caller("kim");
    let mut refused = 0;
    for number in 0..400 {
        let reply = caller.ask(&saying(&format!("for person{number}@kestrel-mail.com")));
        if reply.status != 200 {
            reply.assert_refused();
            assert_eq!(reply.status, 500);
            refused += 1;
        }
        if refused > 20 {
            break;
        }
    }
    assert!(refused > 20, "the disk was never full");
    let intents = entries(&house, "request_intent").len();
    let sent = upstream.take().len();
    assert!(sent <= intents && sent > 5, "{sent} sent, {intents} recorded");
}
