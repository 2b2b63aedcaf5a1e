//! Nothing raw leaves: no byte sent upstream holds a value that policy says to mask, in
//! any place of any request, however it is written.

use std::sync::atomic::{AtomicUsize, Ordering};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::house::people::{self, EMAIL, SPELLINGS, VALUES, trace};
use crate::house::{House, Upstream, saying};
use crate::marks::{Place, check, places, put};
use crate::specimens;

/// Marks every place of every specimen with every value in every spelling, on a few
/// threads, and counts how many of the marked requests left and how many were refused.
fn check_everywhere(specimens: &[Value], stride: usize) -> (usize, usize) {
    let cases: Vec<(&Value, Place)> = specimens
        .iter()
        .flat_map(|specimen| {
            let mut found = Vec::new();
            places(specimen, "", &mut found);
            found.into_iter().map(move |place| (specimen, place))
        })
        .collect();
    let (next, left, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let upstream = Upstream::plain();
                let house = House::before(&upstream);
                let caller = house.caller("kim");
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((specimen, place)) = cases.get(number) else { return };
                    for (turn, spelling) in SPELLINGS.iter().enumerate() {
                        for (other, (_, value)) in VALUES.iter().enumerate() {
                            if !(number + turn + other).is_multiple_of(stride) {
                                continue;
                            }
                            let body = put(specimen, place, &spelling.quote(value));
                            let count = if check(&caller, &upstream, &body, value) {
                                &left
                            } else {
                                &refused
                            };
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    (left.into_inner(), refused.into_inner())
}

#[test]
fn in_every_place_of_a_request() {
    let (left, refused) = check_everywhere(&specimens::known(), 6);
    // Both must happen, or nothing was tested.
    assert!(left > 500 && refused > 500, "{left} left, {refused} were refused");
}

#[test]
fn in_every_place_that_nobody_knows() {
    let (left, refused) = check_everywhere(&specimens::unknown(), 3);
    assert!(left > 500 && refused > 100, "{left} left, {refused} were refused");
}

#[test]
fn in_numbers() {
    let card: u64 = people::CARD.parse().unwrap();
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let mut left = 0;
    for specimen in specimens::known().iter().chain(&specimens::unknown()) {
        let mut found = Vec::new();
        places(specimen, "", &mut found);
        for place in found.iter().filter(|place| matches!(place, Place::Value(_))) {
            for number in
                [format!("{card}"), format!("-{card}"), format!("{card}.0"), format!("{card}e0")]
            {
                let body = put(specimen, place, &number);
                left += usize::from(check(&caller, &upstream, &body, people::CARD));
            }
        }
    }
    assert!(left > 20, "{left}");
}

#[test]
fn in_headers_and_queries() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let body = saying("hello").to_string();
    for (kind, value) in VALUES {
        for name in [
            "anthropic-beta",
            "anthropic-x-new",
            "user-agent",
            "x-stainless-lang",
            "x-app",
            "cookie",
            "x-anything",
        ] {
            for path in ["/v1/messages", "/v1/messages/count_tokens", "/v1/models"] {
                let (method, body) =
                    if path == "/v1/models" { ("GET", "") } else { ("POST", body.as_str()) };
                let reply = caller.call(method, path, &[(name, value)], body.as_bytes());
                let refused = name.starts_with("anthropic-");
                assert_eq!(
                    reply.status,
                    if refused { 400 } else { 200 },
                    "{kind} in {name} of {path}"
                );
            }
        }
        let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for query in
            [value.replace(' ', "+"), percent, value.trim_start_matches('+').replace(' ', "-")]
        {
            for path in ["/v1/messages", "/v1/models", "/v1/models/claude-x"] {
                let method = if path == "/v1/messages" { "POST" } else { "GET" };
                let path = format!("{path}?beta=true&q={query}");
                let reply = caller.call(method, &path, &[], body.as_bytes());
                assert!(trace(&reply.body, value).is_none(), "{kind} in the reply to {path}");
            }
        }
        for sent in upstream.take() {
            assert!(trace(sent.head.as_bytes(), value).is_none(), "{kind}: {}", sent.head);
        }
    }
}

#[test]
fn in_compressed_bodies() {
    use std::io::Write;
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    for (_, value) in VALUES {
        let body = saying(&format!("mine is {value}, yes")).to_string();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(body.as_bytes()).unwrap();
        let headers = [("content-encoding", "gzip")];
        let reply = caller.call("POST", "/v1/messages", &headers, &gzip.finish().unwrap());
        assert_eq!(reply.status, 200);
        let sent = upstream.take().pop().expect("it was sent");
        assert!(!sent.head.to_ascii_lowercase().contains("content-encoding"), "{}", sent.head);
        assert!(trace(&sent.body, value).is_none());
    }
}

#[test]
fn in_documents_and_disguises() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    for (kind, value) in VALUES {
        let encoded = BASE64.encode(format!("Dear all,\nmine is {value}.\nBye").as_bytes());
        let wide: String =
            value
                .chars()
                .map(|c| {
                    if c.is_ascii_graphic() {
                        char::from_u32(c as u32 + 0xFEE0).unwrap()
                    } else {
                        c
                    }
                })
                .collect();
        let texts = [
            format!("mine is {value}, yes"),
            format!("mine is {wide}, yes"),
            format!("mine is {}, yes", value.replace('@', "\u{200b}@")),
            format!(
                "see https://example.com/?q={} please",
                value.bytes().map(|b| format!("%{b:02x}")).collect::<String>()
            ),
            format!("encoded: {encoded} end"),
            format!("twice: {} end", BASE64.encode(encoded.as_bytes())),
        ];
        for text in &texts {
            assert!(check(&caller, &upstream, &saying(text).to_string(), value), "{kind} {text}");
        }
        for media_type in ["text/plain", "text/csv"] {
            let document = json!({ "type": "document", "title": "notes", "source": {
                "type": "base64", "media_type": media_type, "data": encoded } });
            let body = json!({ "model": "claude-x", "max_tokens": 9,
                "messages": [{ "role": "user", "content": [document] }] });
            assert!(check(&caller, &upstream, &body.to_string(), value), "{kind} {media_type}");
        }
    }
}

#[test]
fn across_neighbouring_blocks() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    for (kind, value) in VALUES {
        for cut in 1..value.len() {
            let (left, right) = value.split_at(cut);
            let body = json!({ "model": "claude-x", "max_tokens": 9, "messages": [{ "role": "user", "content": [
                { "type": "text", "text": format!("mine is {left}") },
                { "type": "text", "text": format!("{right}, yes") } ] }] });
            let reply = caller.ask(&body);
            for sent in upstream.take() {
                let json = sent.json();
                let blocks = json["messages"][0]["content"].as_array().unwrap();
                let said: String =
                    blocks.iter().map(|block| block["text"].as_str().unwrap()).collect();
                assert!(trace(said.as_bytes(), value).is_none(), "{kind} cut at {cut}: {said}");
            }
            assert_eq!(reply.status, 200, "{kind} cut at {cut}");
        }
    }
}

/// The one exception: what Claude wrote by itself goes back to it as it wrote it.
#[test]
fn but_claude_reads_again_what_it_wrote() {
    let said = format!("Write to {EMAIL} instead.");
    let answer = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [{ "type": "text", "text": said }], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": { "input_tokens": 1, "output_tokens": 1 } });
    let upstream = Upstream::start(move |_, out| {
        crate::house::upstream::whole(out, 200, &[], answer.to_string().as_bytes())
    });
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    assert_eq!(caller.ask(&saying("whom shall I ask?")).json()["content"][0]["text"], said);
    upstream.take();
    let turn = |second: Value| {
        json!({ "model": "claude-x", "max_tokens": 9, "messages": [
            { "role": "user", "content": "whom shall I ask?" },
            { "role": "assistant", "content": [{ "type": "text", "text": second }] },
            { "role": "user", "content": format!("thanks, and {}?", people::PHONE) } ] })
    };
    caller.ask(&turn(json!(said)));
    let sent = upstream.take().pop().unwrap();
    assert_eq!(sent.json()["messages"][1]["content"][0]["text"], said);
    assert!(trace(&sent.body, people::PHONE).is_none());
    // Somebody else's word for it does not count, nor does a changed one.
    let other = house.caller("lee");
    for (caller, text) in [(&other, said.clone()), (&caller, said.replace("Write", "Send it"))] {
        caller.ask(&turn(json!(text)));
        let sent = upstream.take().pop().unwrap();
        assert!(trace(&sent.body, EMAIL).is_none(), "{text}");
    }
}
