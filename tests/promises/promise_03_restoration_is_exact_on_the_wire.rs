//! The same through the whole gateway: its own tokens, and bytes that arrive late, in
//! halves of characters, or one by one.

use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use serde_json::{Value, json};

use crate::house::caller::PATIENCE;
use crate::house::events::{Heard, event, text_stream};
use crate::house::people::{CARD, EMAIL, IBAN, PHONE};
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{House, Sent, Upstream};

/// What is said to Claude: a line for each value.
fn request(stream: bool) -> Value {
    let text = format!("Known are:\n{EMAIL}\n{CARD}\n{IBAN}\n{PHONE}\nthat is all.");
    json!({ "model": "claude-x", "max_tokens": 64, "stream": stream,
        "messages": [{ "role": "user", "content": text }] })
}

/// What Claude calls the values, in that order.
fn tokens(sent: &Sent) -> Vec<String> {
    let json = sent.json();
    let said = json["messages"][0]["content"].as_str().expect("a text").to_owned();
    let tokens: Vec<String> = said.lines().skip(1).take(4).map(str::to_owned).collect();
    assert!(![EMAIL, CARD, IBAN, PHONE].iter().any(|value| said.contains(value)), "{said}");
    tokens
}

fn said_with(names: &[String]) -> String {
    let [mail, card, iban, phone] = names else { panic!("four names") };
    format!("Ünïcode 😀: {mail}, then {card}/{iban} — {phone}, \"{mail}\" é {mail}")
}

fn said_really() -> String {
    said_with(&[EMAIL, CARD, IBAN, PHONE].map(str::to_owned))
}

fn stream_of(text: &str, size: usize) -> Vec<u8> {
    let characters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = characters.chunks(size).map(|piece| piece.iter().collect()).collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    text_stream(&pieces, "end_turn")
}

#[test]
fn in_chunks_of_any_size() {
    for (size, piece) in [(1, 4), (2, 1), (7, 3), (64, 1000), (100_000, 5)] {
        let upstream = Upstream::start(move |sent, out| {
            let stream = stream_of(&said_with(&tokens(sent)), piece);
            begin_stream(out)?;
            stream.chunks(size).try_for_each(|bytes| chunk(out, bytes))?;
            end_stream(out)
        });
        let house = House::before(&upstream);
        let reply = house.caller("kim").ask(&request(true));
        assert!(reply.complete && reply.status == 200, "{reply:?}");
        let heard = Heard::read(&reply.body);
        assert_eq!(heard.text(), said_really(), "chunks of {size}, deltas of {piece}");
        let whole = Heard::read(&stream_of("", 1));
        assert_eq!(heard.events, whole.events, "chunks of {size}, deltas of {piece}");
        assert_eq!(reply.header("request-id"), Some("req_upstream1"));
    }
}

#[test]
fn in_one_piece() {
    let upstream = Upstream::start(|sent, out| {
        let tokens = tokens(sent);
        let answer = json!({ "id": "msg_1", "type": "message", "role": "assistant", "content": [
            { "type": "text", "text": said_with(&tokens) },
            { "type": "tool_use", "id": "toolu_1", "name": "Bash", "input": { tokens[0].as_str(): [tokens[1]] } },
        ], "stop_reason": "stop_sequence", "stop_sequence": tokens[2], "usage": { "input_tokens": 1 } });
        whole(out, 200, &[], answer.to_string().as_bytes())
    });
    let house = House::before(&upstream);
    let reply = house.caller("kim").ask(&request(false)).json();
    assert_eq!(reply["content"][0]["text"], said_really());
    assert_eq!(reply["content"][1]["input"], json!({ EMAIL: [CARD] }));
    assert_eq!(reply["stop_sequence"], IBAN);
}

/// What cannot become a token passes at once, and so do pings, while a possible token waits.
#[test]
fn nothing_else_waits_for_half_a_token() {
    let (go, went) = channel::<()>();
    let went = Mutex::new(went);
    let upstream = Upstream::start(move |sent, out| {
        let stream = text_stream(&["Hello, ", "MARK", &tokens(sent)[0][3..]], "end_turn");
        let stream = String::from_utf8(stream).expect("text");
        let (head, tail) = stream.split_once("MARK").expect("the mark");
        let start = &tokens(sent)[0][..3];
        let rest_of_event = tail.find("\n\n").expect("an end") + 2;
        begin_stream(out)?;
        chunk(out, format!("{head}{start}{}", &tail[..rest_of_event]).as_bytes())?;
        chunk(out, &event("ping", &json!({ "type": "ping" })))?;
        let _ = went.lock().expect("one request").recv_timeout(PATIENCE);
        chunk(out, &tail.as_bytes()[rest_of_event..])?;
        end_stream(out)
    });
    let house = House::before(&upstream);
    let body = request(true).to_string();
    let mut connection = house.caller("kim").open("POST", "/v1/messages", &[], body.as_bytes());
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !(seen.contains("Hello, ") && seen.contains("event: ping")) {
        let read = connection.read(&mut buffer).expect("it does not wait");
        assert!(read > 0, "it ended: {seen}");
        seen.push_str(std::str::from_utf8(&buffer[..read]).expect("ASCII"));
    }
    assert!(!seen.contains("EMA"), "half a token passed: {seen}");
    go.send(()).expect("the upstream waits");
    let mut rest = String::new();
    connection.read_to_string(&mut rest).expect("the rest");
    assert!(rest.contains(EMAIL) && rest.ends_with("0\r\n\r\n"), "{rest}");
}
