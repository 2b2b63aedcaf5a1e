//! Unknown is guarded: a field, block, header or path that Privet does not know is read as
//! text or refused, and what may pass unread has a shape and a length.

use privet_gateway::masker::{Action, OpaqueAction};
use serde_json::{Value, json};

use crate::house::people::{CARD, EMAIL, GITHUB_TOKEN, IBAN, PHONE, SSN, trace};
use crate::house::{House, Plan, Upstream, saying};
use crate::marks::{Place, check, places, put};
use crate::specimens;

#[test]
fn unknown_paths_are_refused() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let body = saying("hello").to_string();
    for (method, path) in [
        ("POST", "/v1/messages/batches"),
        ("GET", "/v1/messages/batches/msgbatch_1/results"),
        ("POST", "/v1/files"),
        ("POST", "/v1/complete"),
        ("POST", "/v1/skills"),
        ("POST", "/v1/agents"),
        ("POST", "/v1/sessions/s/events"),
        ("GET", "/v1/organizations/users"),
        ("POST", "/v2/messages"),
        ("POST", "/v1/messages/"),
        ("POST", "//v1/messages"),
        ("POST", "/v1/./messages"),
        ("POST", "/v1/mess%61ges"),
        ("POST", "/V1/messages"),
        ("POST", "/v1/messages;x=1"),
        ("POST", "/model/claude-x/invoke"),
        ("PUT", "/v1/messages"),
        ("GET", "/v1/messages"),
        ("DELETE", "/v1/models/claude-x"),
        ("POST", "/v1/models"),
        ("GET", "/v1/models/../files"),
        ("GET", "/v1/models/jane.doe@kestrel-mail.com"),
        ("GET", "/v1/models/4556737586899855"),
        ("OPTIONS", "/v1/messages"),
    ] {
        let reply = caller.call(method, path, &[], body.as_bytes());
        reply.assert_refused();
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(reply.json()["error"]["type"], "not_found_error");
    }
    assert!(upstream.take().is_empty(), "something was sent");
}

#[test]
fn headers_that_are_nobodys_stay_home() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let headers = [
        ("anthropic-beta", "never-heard-of-2027-01-01,other-2026-02-02"),
        ("anthropic-new-thing", "yes"),
        ("x-stainless-lang", "rust"),
        ("cookie", "session=1"),
        ("x-forwarded-for", "10.1.2.3"),
        ("x-claude-code-session-id", "11111111-2222-4333-8444-555555555555"),
        ("referer", "https://intranet.example/"),
        ("x-unheard-of", "1"),
    ];
    caller.call("POST", "/v1/messages?beta=true", &headers, saying("hello").to_string().as_bytes());
    let sent = upstream.take().pop().expect("it was sent");
    let mut names: Vec<&str> =
        sent.head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    let want = [
        "accept-encoding",
        "anthropic-beta",
        "anthropic-new-thing",
        "anthropic-version",
        "content-length",
        "content-type",
        "host",
        "x-api-key",
        "x-stainless-lang",
    ];
    assert_eq!(names, want);
    assert!(sent.head.starts_with("POST /v1/messages?beta=true HTTP/1.1"), "{}", sent.head);
    assert!(!sent.head.contains(&caller.key), "the Privet key left");
}

/// Values glued to words of the protocol, in every place that holds such a word.
#[test]
fn what_passes_unread_has_a_shape_and_a_length() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let long = "a".repeat(125);
    let mut glued = Vec::new();
    for value in [CARD, IBAN, GITHUB_TOKEN, SSN, PHONE, EMAIL] {
        for text in [
            format!("web_search_20250305:{value}"),
            format!("claude-x:{value}"),
            format!("toolu_{value}"),
            format!("msg_a.{value}"),
            format!("a {value}"),
            format!("{value} 20250305"),
            format!("{long} {value}"),
            format!("EqQBCkYIARgC/{value}"),
            format!("text/plain; charset={value}"),
        ] {
            // Only what the detectors find in plain text can be asked for elsewhere.
            caller.ask(&saying(&text));
            if upstream.take().iter().all(|sent| trace(&sent.body, value).is_none()) {
                glued.push((text, value));
            }
        }
    }
    assert!(glued.len() > 25, "only {} are found in text", glued.len());
    for specimen in specimens::known() {
        let mut found = Vec::new();
        places(&specimen, "", &mut found);
        let is_word = |place: &&Place| match place {
            Place::Value(at) => specimen.pointer(at).is_some_and(Value::is_string),
            Place::Key(_) => false,
        };
        for (index, place) in found.iter().filter(is_word).enumerate() {
            for (text, value) in glued.iter().skip(index % 3).step_by(3) {
                let body = put(&specimen, place, &json!(text).to_string());
                check(&caller, &upstream, &body, value);
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_refused_when_new_and_withheld_later() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let pixels = "iVBORw0KGgoAAAANSUhEUg".repeat(8);
    let source = |kind: &str| json!({ "type": "base64", "media_type": kind, "data": pixels });
    let binary = "Zm9v+/8A".repeat(700);
    for block in [
        json!({ "type": "image", "source": source("image/png") }),
        json!({ "type": "image", "source": { "type": "url", "url": "https://example.com/a.png" } }),
        json!({ "type": "image", "source": { "type": "hologram", "beam": pixels } }),
        json!({ "type": "document", "source": source("application/pdf") }),
        json!({ "type": "document", "source": { "type": "url", "url": "https://example.com/a.pdf" } }),
        json!({ "type": "document", "source": { "type": "file", "file_id": "file_1" } }),
        json!({ "type": "hologram", "beam": binary }),
    ] {
        let first = json!({ "role": "user", "content": [block, { "type": "text", "text": "what is it?" }] });
        let mut body = saying("x");
        body["messages"] = json!([first]);
        let reply = caller.ask(&body);
        reply.assert_refused();
        assert_eq!(reply.status, 400, "{block}");
        assert!(upstream.take().is_empty(), "{block} was sent");
        body["messages"] = json!([first, { "role": "assistant", "content": "I see." },
            { "role": "user", "content": "go on" }]);
        let mut before = None;
        for _ in 0..2 {
            assert_eq!(caller.ask(&body).status, 200, "{block}");
            let sent = upstream.take().pop().expect("the rest is sent");
            let text = sent.text();
            assert!(!text.contains("iVBORw0KGgo") && !text.contains("Zm9v+/8A"), "{text}");
            assert!(
                text.contains("Privet") && !text.contains("example.com"),
                "no notice in {text}"
            );
            assert_eq!(sent.json()["messages"][0]["content"].as_array().unwrap().len(), 2);
            assert_eq!(*before.get_or_insert(text.clone()), text, "the notice is not stable");
        }
    }
}

#[test]
fn a_policy_that_allows_more_still_reads_the_rest() {
    let upstream = Upstream::plain();
    let mut plan = Plan::default();
    plan.settings.policy.mcp_connector = Action::Keep;
    plan.settings.policy.opaque = OpaqueAction::Allow;
    let house = House::open(upstream.address, plan);
    let caller = house.caller("kim");
    let mut servers = saying("x");
    servers["mcp_servers"] = json!([{ "type": "url", "name": "mail", "description": "d", "novel": { "a": [1, "b"] },
        "tool_configuration": { "enabled": true, "allowed_tools": ["send"] } }, "odd"]);
    let mut picture = saying("x");
    picture["messages"][0]["content"] = json!([{ "type": "image", "alt": "a", "novel": { "b": ["c", 2] },
        "source": { "type": "base64", "media_type": "image/png", "data": "AAAA" } }]);
    let mut left = 0;
    for specimen in [servers, picture] {
        assert_eq!(caller.ask(&specimen).status, 200);
        upstream.take();
        let mut found = Vec::new();
        places(&specimen, "", &mut found);
        let allowed = |place: &&Place| match place {
            Place::Value(at) | Place::Key(at) => !at.contains("/source/"),
        };
        for place in found.iter().filter(allowed) {
            for value in [EMAIL, IBAN, GITHUB_TOKEN] {
                let body = put(&specimen, place, &json!(value).to_string());
                left += usize::from(check(&caller, &upstream, &body, value));
            }
        }
    }
    assert!(left > 5, "{left}");
}
