//! Memory is bounded: by the body limit per request and by a constant per open stream,
//! whatever callers and upstream do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::binary::{Binary, Home};
use crate::house::caller::PATIENCE;
use crate::house::events::{event, text_stream};
use crate::house::people::EMAIL;
use crate::house::upstream::{begin_stream, chunk, end_stream};
use crate::house::{House, Plan, Upstream, saying, wait_until};

const MIB: u64 = 1024 * 1024;

fn streaming(text: &str) -> Vec<u8> {
    let mut body = saying(text);
    body["stream"] = true.into();
    body.to_string().into_bytes()
}

/// The program behind an upstream, warm from one request.
fn serve(home: &Home) -> (Binary, crate::house::Caller) {
    let key = home.make_key("laptop");
    let serving = home.serve();
    let caller = serving.caller(&key);
    caller.ask(&saying(&format!("mine is {EMAIL}")));
    (serving, caller)
}

#[test]
fn by_the_body_limit() {
    let upstream = Upstream::plain();
    let home = Home::before(upstream.address, "limits: {body_bytes_max: 256KiB}");
    let (serving, caller) = serve(&home);
    upstream.take();
    let padded = |length: usize| {
        let empty = saying("").to_string().len();
        saying(&"a ".repeat((length - empty) / 2 + 1)[..length - empty]).to_string()
    };
    let limit = 256 * 1024;
    assert_eq!(caller.ask_bytes(padded(limit).as_bytes()).status, 200);
    assert_eq!(upstream.take().len(), 1);
    let reply = caller.ask_bytes(padded(limit + 1).as_bytes());
    reply.assert_refused();
    assert_eq!(reply.status, 413);
    let before = serving.resident();
    // Bodies without an end, and a few bytes of gzip that would become 300 MB.
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..300 {
        bomb.write_all(&vec![b' '; MIB as usize]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let gzip = [("content-encoding", "gzip")];
    assert_eq!(caller.call("POST", "/v1/messages", &gzip, &bomb).status, 413);
    for _ in 0..8 {
        let mut endless = TcpStream::connect(serving.address).unwrap();
        endless.set_write_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\ntransfer-encoding: chunked\r\n\r\n",
            caller.key
        );
        endless.write_all(head.as_bytes()).unwrap();
        let piece = [b"10000\r\n", &[b'x'; 0x10000][..], b"\r\n"].concat();
        let sent = (0..1000).take_while(|_| endless.write_all(&piece).is_ok()).count();
        assert!(sent < 1000, "64 MB were taken");
    }
    let grown = serving.resident().saturating_sub(before);
    assert!(grown < 16 * MIB, "it grew by {grown} bytes");
    assert!(upstream.take().is_empty());
}

/// What an endless stream is made of.
struct Endless {
    name: &'static str,
    head: Vec<u8>,
    again: Vec<u8>,
    /// Whether the caller may get all of it; else the stream is cut.
    passes: bool,
}

fn endless() -> Vec<Endless> {
    let start = |index: usize, block: Value| {
        let data = json!({ "type": "content_block_start", "index": index, "content_block": block });
        event("content_block_start", &data)
    };
    let delta = |delta: Value| {
        let data = json!({ "type": "content_block_delta", "index": 0, "delta": delta });
        event("content_block_delta", &data)
    };
    let said = |text: &str| delta(json!({ "type": "text_delta", "text": text }));
    let text = || json!({ "type": "text", "text": "" });
    let call = json!({ "type": "tool_use", "id": "toolu_1", "name": "Write", "input": {} });
    let nested =
        json!({ "type": "input_json_delta", "partial_json": "[{\"a\":\"[\\\"".repeat(300) });
    let blocks = (0..300).flat_map(|index| start(index, text())).collect();
    let row = |name, head, again, passes| Endless { name, head, again, passes };
    vec![
        row("text", start(0, text()), said(&"words and ".repeat(400)), true),
        row("half tokens", start(0, text()), said(&"EMAIL_EMAIL_".repeat(300)), true),
        row("nesting", start(0, call), delta(nested), true),
        row("comments", Vec::new(), b": comment comment comment\n\n".repeat(100), true),
        row("one frame", b"data: {\"type\":\"".to_vec(), b"endless".repeat(600), false),
        row("one line", b"event: ".to_vec(), b"endless".repeat(600), false),
        row("open blocks", blocks, said("more"), false),
    ]
}

#[test]
fn for_endless_streams() {
    const LENGTH: usize = 12 * MIB as usize;
    for Endless { name, head, again, passes } in endless() {
        let upstream = Upstream::start(move |_, out| {
            begin_stream(out)?;
            chunk(out, &head)?;
            (0..LENGTH / again.len()).try_for_each(|_| chunk(out, &again))
        });
        let home = Home::before(upstream.address, "");
        let key = home.make_key("laptop");
        let serving = home.serve();
        let body = streaming(&format!("mine is {EMAIL}"));
        let mut stream = serving.caller(&key).open("POST", "/v1/messages", &[], &body);
        let mut buffer = vec![0; 64 * 1024];
        let mut read = stream.read(&mut buffer).expect("it begins");
        let before = serving.resident();
        let (mut turns, mut peak) = (0, before);
        while let Ok(more @ 1..) = stream.read(&mut buffer) {
            read += more;
            turns += 1;
            if turns % 64 == 0 {
                peak = peak.max(serving.resident());
            }
        }
        peak = peak.max(serving.resident());
        assert_eq!(read > LENGTH * 9 / 10, passes, "{name}: {read} bytes arrived");
        assert!(peak - before < 6 * MIB, "{name}: it grew by {} bytes", peak - before);
    }
}

#[test]
fn for_many_open_streams() {
    const STREAMS: usize = 200;
    let (arrived, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(STREAMS + 1)));
    let (count, wait) = (Arc::clone(&arrived), Arc::clone(&go));
    let upstream = Upstream::start(move |_, out| {
        let stream = text_stream(&["Hello ", "EMA"], "end_turn");
        begin_stream(out)?;
        chunk(out, &stream[..stream.len() / 2])?;
        count.fetch_add(1, Ordering::Relaxed);
        wait.wait();
        chunk(out, &stream[stream.len() / 2..])?;
        end_stream(out)
    });
    let home = Home::before(upstream.address, "");
    let key = home.make_key("laptop");
    let serving = home.serve();
    let caller = serving.caller(&key);
    caller.call("GET", "/v1/nowhere", &[], b"");
    let before = serving.resident();
    let body = streaming(&format!("mine is {EMAIL}"));
    let open: Vec<TcpStream> =
        (0..STREAMS).map(|_| caller.open("POST", "/v1/messages", &[], &body)).collect();
    wait_until("all streams", || arrived.load(Ordering::Relaxed) == STREAMS);
    let grown = serving.resident().saturating_sub(before);
    go.wait();
    for mut stream in open {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it ends");
        assert!(answer.contains("Hello ") && answer.ends_with("0\r\n\r\n"), "{answer}");
    }
    let each = grown / STREAMS as u64;
    assert!(each < 150 * 1024, "{each} bytes a stream");
}

#[test]
fn for_more_streams_than_are_let_in() {
    let upstream = Upstream::start(|_, out| {
        begin_stream(out)?;
        chunk(out, &text_stream(&["Hello"], "end_turn")[..200])?;
        std::thread::sleep(Duration::from_secs(3));
        Ok(())
    });
    let mut plan = Plan::default();
    plan.settings.limits.streams_max = 3;
    let house = House::open(upstream.address, plan);
    let caller = house.caller("kim");
    let open: Vec<TcpStream> =
        (0..3).map(|_| caller.open("POST", "/v1/messages", &[], &streaming("hello"))).collect();
    wait_until("three streams", || upstream.sent().len() == 3);
    let reply = caller.ask_bytes(&streaming("hello"));
    reply.assert_refused();
    assert_eq!((reply.status, reply.header("x-should-retry")), (529, Some("true")));
    assert_eq!(upstream.sent().len(), 3, "the fourth was sent");
    drop(open);
    wait_until("a free place", || caller.ask_bytes(&streaming("hello")).status == 200);
}

/// A caller that does not read holds back the upstream, and is cut in the end.
#[test]
fn for_a_caller_that_does_not_read() {
    let pushed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&pushed);
    let upstream = Upstream::start(move |_, out| {
        let piece = [&b": "[..], &[b'x'; 16 * 1024], b"\n\n"].concat();
        begin_stream(out)?;
        loop {
            chunk(out, &piece)?;
            count.fetch_add(piece.len(), Ordering::Relaxed);
        }
    });
    let plan = Plan { idle_timeout: Duration::from_secs(1), ..Plan::default() };
    let house = House::open(upstream.address, plan);
    let caller = house.caller("kim");
    let from = Instant::now();
    let stream = caller.open("POST", "/v1/messages", &[], &streaming("hello"));
    wait_until("the cut", || house.audit().iter().any(|entry| entry["error"] == "caller_left"));
    assert!(from.elapsed() < Duration::from_secs(10), "{:?}", from.elapsed());
    let pushed = pushed.load(Ordering::Relaxed) as u64;
    assert!(pushed < 32 * MIB, "the gateway and the sockets took {pushed} bytes");
    drop(stream);
}
