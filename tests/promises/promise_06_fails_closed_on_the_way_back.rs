//! Fails closed on the way back: a lost upstream is an aborted connection, never a clean
//! end, and an answer that cannot be recorded is not given.

use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use privet_store::Store;

use crate::house::caller::Reply;
use crate::house::events::{Heard, text_stream};
use crate::house::people::EMAIL;
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{House, Plan, Upstream, saying, wait_until};

/// How the last outcome in the log says a stream ended.
#[track_caller]
fn ended(house: &House, code: &str) {
    wait_until("an outcome", || {
        let last = house.audit().into_iter().rev().find(|e| e["event"] == "request_outcome");
        last.is_some_and(|entry| entry["error"] == code)
    });
}

fn ask_streamed(house: &House) -> Reply {
    let mut body = saying(&format!("mine is {EMAIL}"));
    body["stream"] = true.into();
    house.caller("kim").ask(&body)
}

/// A stream up to, but without, the event that begins like this.
fn until(name: &str) -> Vec<u8> {
    let stream = String::from_utf8(text_stream(&["Hello ", "there"], "end_turn")).expect("text");
    let at = stream.find(&format!("event: {name}")).expect("it is in there");
    stream.into_bytes()[..at].to_vec()
}

#[test]
fn when_the_upstream_is_lost() {
    for (name, clean_end) in [
        ("content_block_start", false),
        ("content_block_delta", false),
        ("content_block_stop", false),
        ("message_delta", false),
        ("message_stop", false),
        // The connection ends well, but the message does not.
        ("content_block_stop", true),
        ("message_stop", true),
    ] {
        let upstream = Upstream::start(move |_, out| {
            begin_stream(out)?;
            chunk(out, &until(name))?;
            if clean_end { end_stream(out) } else { Ok(()) }
        });
        let house = House::before(&upstream);
        let reply = ask_streamed(&house);
        assert!(!reply.complete, "a clean end without {name}: {reply:?}");
        assert!(!String::from_utf8_lossy(&reply.body).contains("message_stop"));
        ended(&house, "upstream_lost");
    }
}

#[test]
fn when_a_whole_answer_is_lost() {
    let upstream = Upstream::start(|_, out| {
        std::io::Write::write_all(
            out,
            b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"content\":[",
        )
    });
    let house = House::before(&upstream);
    let reply = house.caller("kim").ask(&saying(EMAIL));
    reply.assert_refused();
    assert_eq!((reply.status, reply.header("x-should-retry")), (502, Some("true")));
    assert_eq!(upstream.sent().len(), 1, "it is not sent again");
}

#[test]
fn when_nobody_is_there() {
    let gone = Upstream::plain().address;
    let house = House::open(gone, Plan::default());
    let reply = house.caller("kim").ask(&saying(EMAIL));
    reply.assert_refused();
    assert_eq!(reply.status, 502);
    let audit = house.audit();
    let events: Vec<&str> = audit.iter().filter_map(|entry| entry["event"].as_str()).collect();
    let intent = events.iter().position(|event| *event == "request_intent").expect("an intent");
    assert!(events.len() > intent + 1, "what became of it: {events:?}");
    assert_eq!(audit.last().expect("an entry")["error"], "upstream_unreachable");
}

#[test]
fn when_the_upstream_falls_silent() {
    let upstream = Upstream::start(|_, out| {
        begin_stream(out)?;
        chunk(out, &until("content_block_stop"))?;
        std::thread::sleep(Duration::from_secs(6));
        Ok(())
    });
    let mut plan = Plan { idle_timeout: Duration::from_secs(1), ..Plan::default() };
    plan.settings.limits.ping_after = Duration::from_millis(200);
    let house = House::open(upstream.address, plan);
    let from = std::time::Instant::now();
    let reply = ask_streamed(&house);
    assert!(!reply.complete && from.elapsed() < Duration::from_secs(5), "{:?}", from.elapsed());
    let heard = Heard::read(&reply.body);
    assert!(heard.events.iter().filter(|(name, _)| name == "ping").count() >= 3, "{heard:?}");
    ended(&house, "upstream_silent");
}

/// A redirect would send the request where no policy looked.
#[test]
fn and_follows_nobody_elsewhere() {
    let elsewhere = Upstream::plain();
    let location = format!("http://{}/v1/messages", elsewhere.address);
    for status in [301, 302, 307, 308] {
        let location = location.clone();
        let upstream =
            Upstream::start(move |_, out| whole(out, status, &[("location", &location)], b""));
        let house = House::before(&upstream);
        assert_eq!(house.caller("kim").ask(&saying(EMAIL)).status, status);
        assert_eq!(upstream.sent().len(), 1);
    }
    assert!(elsewhere.sent().is_empty());
}

/// An upstream that answers with `answer` once the store of the house is shut.
fn behind_a_shut_store(
    answer: impl Fn(&mut TcpStream, &dyn Fn()) -> std::io::Result<()> + Send + Sync + 'static,
) -> Reply {
    let store: Arc<OnceLock<Store>> = Arc::default();
    let shut = Arc::clone(&store);
    let upstream = Upstream::start(move |_, out| {
        answer(out, &|| shut.get().expect("the house is there").close().expect("it closes"))
    });
    let house = House::before(&upstream);
    let _ = store.set(house.vault.store().clone());
    ask_streamed(&house)
}

#[test]
fn when_an_answer_cannot_be_recorded() {
    let reply = behind_a_shut_store(|out, shut| {
        shut();
        whole(out, 200, &[], br#"{"content":[{"type":"text","text":"Hello"}]}"#)
    });
    reply.assert_refused();
    assert!(reply.status == 500 && !String::from_utf8_lossy(&reply.body).contains("Hello"));
    let reply = behind_a_shut_store(|out, shut| {
        let stream = text_stream(&["Hello"], "end_turn");
        begin_stream(out)?;
        chunk(out, &stream[..200])?;
        shut();
        chunk(out, &stream[200..])?;
        end_stream(out)
    });
    assert!(!reply.complete, "{reply:?}");
    assert!(!String::from_utf8_lossy(&reply.body).contains("content_block_stop"), "{reply:?}");
}
