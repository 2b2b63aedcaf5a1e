//! Everything else is untouched: bytes outside findings pass as they are, both ways.

use proptest::prelude::*;

use crate::house::caller::Reply;
use crate::house::events::text_stream;
use crate::house::people::{CARD, EMAIL};
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{Caller, House, Upstream, saying};

/// White space of JSON, in odd places.
fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "", "", " ", "\n", "\t ", "\r\n  "][..])
}

fn number() -> impl Strategy<Value = String> {
    let odd = ["0", "-0", "1.0", "1.50", "1e-7", "1E+2", "0.1e1", "-12.340", "123456", "1e400"];
    prop::sample::select(odd.to_vec()).prop_map(str::to_owned)
}

/// A JSON string of harmless words in odd spellings.
fn string() -> impl Strategy<Value = String> {
    let parts = [
        "plain words",
        "\\u0061bc",
        "\\/",
        "\\\"",
        "\\\\",
        "\\n",
        "\\u00E9",
        "é",
        "😀",
        "\\ud83d\\uDE00",
        "\\u2028",
        "{\\\"a\\\": 1.0, \\\"b\\\":[ ]}",
        "<b>",
        "%20",
        "&amp;",
        "C:\\\\x",
        "\u{7f}",
        "'",
        "_",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..5)
        .prop_map(|parts| format!("\"{}\"", parts.join(" ")))
}

/// Any JSON value, with blanks wherever they may stand.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => string(),
        2 => number(),
        1 => prop::sample::select(&["true", "false", "null"][..]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let list = prop::collection::vec((blank(), inner.clone(), blank()), 0..5)
            .prop_map(|all| all.iter().map(|(a, v, b)| format!("{a}{v}{b}")).collect::<Vec<_>>());
        let named = prop::collection::vec((blank(), inner, blank()), 0..5).prop_map(|all| {
            let member = |(index, (a, v, b)): (usize, &(&str, String, &str))| {
                format!("{a}\"{}{index}\"{b}:{a}{v}{b}", ["b", "a", "\\u0063", "Z_"][index % 4])
            };
            all.iter().enumerate().map(member).collect::<Vec<_>>()
        });
        prop_oneof![
            list.prop_map(|all| format!("[{}]", all.join(","))),
            named.prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// A request in odd spelling. `said` is the text of its last message.
fn request(said: &'static str) -> impl Strategy<Value = String> {
    (value(), value(), value(), string(), blank(), blank()).prop_map(move |(a, b, c, d, s, t)| {
        format!(
            "{s}{{{t}\"novel\":{a},{s}\"messages\"{t}:[{{\"content\":[{{\"type\":\"text\",\"text\":{d},\"odd\":{b}}}],\
             \"role\":{s}\"user\"}},{{\"role\":\"assistant\",\"content\":[{{\"type\":\"tool_use\",\"id\":\"toolu_1\",\
             \"name\":\"t\",\"input\":{{{t}\"x\":{c}}}}}]}},{t}{{\"role\":\"user\",\"content\":\"{said}\"}}],\
             \"model\":\"claude-x\",\"max_tokens\":{t}64}}{s}"
        )
    })
}

struct Rooms {
    upstream: Upstream,
    caller: Caller,
    _house: House,
}

fn rooms() -> Rooms {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    Rooms { caller: house.caller("kim"), upstream, _house: house }
}

thread_local! {
    static ROOMS: Rooms = rooms();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn of_a_request_without_findings(body in request("nothing to see")) {
        ROOMS.with(|rooms| {
            let reply = rooms.caller.ask_bytes(body.as_bytes());
            prop_assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
            let sent = rooms.upstream.take().pop().expect("it was sent").text();
            prop_assert_eq!(sent, body);
            Ok(())
        })?;
    }

    #[test]
    fn of_a_request_around_a_finding(body in request("\\u0061b \\/ jane.doe@kestrel-mail.com\\t\\u00e9")) {
        ROOMS.with(|rooms| {
            let reply = rooms.caller.ask_bytes(body.as_bytes());
            prop_assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
            let sent = rooms.upstream.take().pop().expect("it was sent").text();
            let (before, after) = body.split_once(EMAIL).expect("it is in there");
            prop_assert!(sent.starts_with(before) && sent.ends_with(after), "{}\n{}", body, sent);
            let token = &sent[before.len()..sent.len() - after.len()];
            prop_assert!(token.starts_with("email_") && token.len() < 30, "{}", token);
            Ok(())
        })?;
    }
}

/// Asks with a finding in the request, so that there is something to restore, and lets
/// the upstream answer with these bytes.
fn answered(status: u16, headers: &[(&'static str, &'static str)], body: &[u8]) -> Reply {
    let (headers, body) = (headers.to_vec(), body.to_vec());
    let upstream = Upstream::start(move |_, out| whole(out, status, &headers, &body));
    let house = House::before(&upstream);
    house.caller("kim").ask(&saying(&format!("mine is {EMAIL}")))
}

#[test]
fn of_an_answer() {
    let body = b"\n{ \"content\" :[ {\"type\":\"text\",\"text\":\"\\u0061\\/ \xc3\xa9 PERSON_ EMAIL_ CARD\",\"n\":1.50,\
        \"novel\":{\"b\":-0,\"a\":1e-7}} , {\"type\":\"thinking\",\"thinking\":\"x\",\"signature\":\"EMAIL+/=\"}],\n\
        \"usage\":{\"input_tokens\": 12345678901234567890},\"stop_reason\":\"end_turn\",\"id\":\"msg_1\"}\n";
    let headers = [
        ("request-id", "req_1"),
        ("anthropic-organization-id", "org"),
        ("anthropic-ratelimit-tokens-remaining", "7"),
        ("anthropic-novel", "yes"),
        ("content-type", "application/json; charset=utf-8"),
        ("set-cookie", "a=b"),
        ("x-unheard-of", "1"),
    ];
    let reply = answered(200, &headers, body);
    assert_eq!(String::from_utf8_lossy(&reply.body), String::from_utf8_lossy(body));
    for (name, value) in headers {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert!(reply.header("x-privet-request-id").is_some());
    for body in
        [&b"not JSON"[..], b"", b"[]", b"{\"content\":3}", b"\xff\xfe", b"{\"a\":1,\"a\":2}"]
    {
        assert_eq!(answered(200, &[], body).body, body);
    }
}

#[test]
fn of_an_error() {
    let shaped = br#"{"type": "error","error":{"type":"x_error","message":"about EMAIL_AAAAAAA","details":{"n":1.0}},"request_id":"req_9"}"#;
    for status in [400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529] {
        for body in [&shaped[..], b"<html>gone</html>", b"", b"\xff"] {
            let headers = [
                ("request-id", "req_9"),
                ("x-should-retry", "true"),
                ("retry-after", "3"),
                ("retry-after-ms", "2500"),
                ("content-type", "text/odd"),
            ];
            let reply = answered(status, &headers, body);
            assert_eq!((reply.status, &reply.body[..]), (status, body));
            for (name, value) in headers {
                assert_eq!(reply.header(name), Some(value), "{name} of {status}");
            }
        }
    }
}

#[test]
fn of_counts_and_models() {
    let upstream = Upstream::start(|sent, out| {
        let odd = format!("{{ \"n\":1.50 ,\"head\":\"{}\"}}\n", sent.head.lines().next().unwrap());
        whole(out, 200, &[], odd.as_bytes())
    });
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    for (method, path) in [
        ("POST", "/v1/messages/count_tokens?beta=true"),
        ("GET", "/v1/models?limit=1000&after_id=claude-x"),
        ("GET", "/v1/models/claude-opus-5-5"),
    ] {
        let body = if method == "POST" { saying("hello").to_string() } else { String::new() };
        let reply = caller.call(method, path, &[], body.as_bytes());
        let want = format!("{{ \"n\":1.50 ,\"head\":\"{method} {path} HTTP/1.1\"}}\n");
        assert_eq!(String::from_utf8_lossy(&reply.body), want);
        assert_eq!(upstream.take().pop().unwrap().body, body.as_bytes());
    }
    for path in ["/", "/api/hello"] {
        let reply = caller.call("HEAD", path, &[], b"");
        assert_eq!((reply.status, reply.body.len()), (200, 0));
    }
    assert!(upstream.take().is_empty());
}

#[test]
fn of_a_stream() {
    let usual = text_stream(&["Hello ", "w\u{f6}rld", ", é😀 PERSON_", " it is"], "end_turn");
    let odd = "event: message_start\r\ndata: {\"type\" : \"message_start\",\"message\":{\"usage\":{\"input_tokens\":1.0}}}\r\n\r\n\
        : a comment\n\n: another\n\
        event:ping\ndata:{\"type\":\"ping\"}\n\n\
        id: 7\nretry: 10\nevent: novel_event\ndata: {\"type\":\"novel_event\",\"a\":[1.50,-0,\"\\u0061\"]}\n\n\
        data: [DONE]\n\n\
        event: content_block_start\ndata: {\"index\":0, \"type\":\"content_block_start\",\"content_block\":{\"type\":\"hologram\",\"n\":1e5}}\n\n\
        event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"beam_delta\",\"beam\":\"\\/\"}}\n\n\
        event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\ndata: \"index\":9,\"delta\":{}}\n\n\
        event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
        event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"novel\",\"stop_sequence\":null,\"container\":{}},\"usage\":{\"output_tokens\":1}}\n\n\
        data: {\"type\":\"message_stop\"}\n\n: after the end\n\n";
    for (stream, size) in [(&usual[..], 10), (odd.as_bytes(), 1), (odd.as_bytes(), 4096)] {
        let bytes = stream.to_vec();
        let upstream = Upstream::start(move |_, out| {
            begin_stream(out)?;
            bytes.chunks(size).try_for_each(|piece| chunk(out, piece))?;
            end_stream(out)
        });
        let house = House::before(&upstream);
        let mut body = saying(&format!("mine is {CARD}"));
        body["stream"] = true.into();
        let reply = house.caller("kim").ask(&body);
        assert!(reply.complete, "{reply:?}");
        assert_eq!(String::from_utf8_lossy(&reply.body), String::from_utf8_lossy(stream));
        assert_eq!(reply.header("content-type"), Some("text/event-stream"));
        assert_eq!(upstream.sent().len(), 1, "it was sent once");
    }
}
