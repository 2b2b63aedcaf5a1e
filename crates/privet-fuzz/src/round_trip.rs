//! Mask, answer with the masked text, restore: the same must come back, and nothing
//! of it may have left.

use privet_mask::{Sweep, assemble};
use privet_text::Raw;
use privet_wire::answer::{AnswerStream, Restoration};
use privet_wire::json::Json;
use privet_wire::request::walk;
use privet_wire::sse::{FrameReader, write_frame};

use crate::memory::PlainMemory;
use crate::random::Random;
use crate::targets::{masker, restoration};

/// Values that must not leave. All invented.
const VALUES: &[&str] = &[
    "jane.doe@kestrel-mail.com",
    "maria.gonzalez@olivo-correo.es",
    "+1 415-555-0132",
    "DE89370400440532013000",
    "4556737586899855",
    "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",
    "PERSON_K7Q2MX",
];

const FILLERS: &[&str] = &[
    " ",
    "\n",
    " and \"so\" on, ",
    " \\ ",
    "; é😀 ",
    " {\"a\": 1} ",
    "\t",
    " (see ",
    ") ",
    ". ",
    " PERSON_ ",
    " 12 ",
];

/// One case. Panics if the round trip does not hold.
pub fn check(random: &mut Random) {
    let mut text = String::new();
    let mut used = Vec::new();
    for _ in 0..=random.below(6) {
        text.push_str(random.pick::<&str>(FILLERS));
        if random.below(3) > 0 {
            let value = *random.pick(VALUES);
            text.push_str(value);
            used.push(value);
        }
        text.push_str(random.pick::<&str>(FILLERS));
    }
    let quoted = quote(&text);
    let body = match random.below(3) {
        0 => format!(r#"{{"messages":[{{"role":"user","content":{quoted}}}]}}"#),
        1 => format!(r#"{{"system":{quoted},"messages":[]}}"#),
        _ => format!(
            r#"{{"messages":[{{"role":"user","content":[{{"type":"text","text":{quoted},"x":1.50}}]}}]}}"#
        ),
    };
    let json = Json::parse(body.as_bytes()).expect("the case is JSON");
    let map = walk(&json).expect("the case is a request");
    let mut memory = PlainMemory::default();
    let mut masking = masker().mask(&json, &map, &mut memory).expect("the case can be masked");
    let sweep = masking.sweep.take().unwrap_or_else(|| Sweep::new([]));
    let masked = assemble(&Raw::new(body.clone().into_bytes()), &mut masking.edits, &[], &sweep)
        .expect("the case passes the sweep");
    let left = String::from_utf8(masked.into_inner()).expect("masked text is UTF-8");
    for value in used.iter().filter(|value| !value.starts_with("PERSON")) {
        assert!(!left.contains(value), "{value} left the house in {left}");
    }
    let said = masked_text(&left);
    let restoration = Restoration {
        table: masking.table.into(),
        // A secret comes back only into files.
        ..restoration()
    };
    let back = answer(&said, &restoration, random);
    let mut want = text.clone();
    for secret in used.iter().filter(|value| value.starts_with("ghp_")) {
        let at = said.find("SECRET_").expect("the secret was masked");
        want = want.replace(secret, &said[at..at + "SECRET_000000".len()]);
    }
    assert_eq!(back, want, "after {left}");
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    privet_mask::escape_into(text, 1, &mut quoted);
    quoted.push('"');
    quoted
}

/// The text in the masked request.
fn masked_text(body: &str) -> String {
    let json = Json::parse(body.as_bytes()).expect("masked text is JSON");
    let map = walk(&json).expect("masked text is a request");
    let leaf = map.segments.iter().flat_map(|segment| &segment.leaves).next().expect("a leaf");
    json.text(leaf.node).into_owned()
}

/// `said` as a streamed answer, cut at random, as the client gets it.
fn answer(said: &str, restoration: &Restoration, random: &mut Random) -> String {
    let mut upstream = Vec::new();
    let start =
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
    write_frame("content_block_start", start, &mut upstream);
    let characters: Vec<char> = said.chars().collect();
    let mut rest = characters.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + random.below(12)).min(rest.len()));
        let piece: String = piece.iter().collect();
        let data = format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":{}}}}}"#,
            quote(&piece)
        );
        write_frame("content_block_delta", &data, &mut upstream);
        rest = after;
    }
    write_frame("content_block_stop", r#"{"type":"content_block_stop","index":0}"#, &mut upstream);

    let mut reader = FrameReader::default();
    let mut stream = AnswerStream::new(restoration.clone());
    let (mut out, mut memos) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < upstream.len() {
        let end = (at + 1 + random.below(90)).min(upstream.len());
        reader.push(&upstream[at..end]).expect("short frames");
        while let Some(frame) = reader.next_frame() {
            stream.frame(&frame, &mut out, &mut memos).expect("a good stream");
        }
        at = end;
    }
    stream.finish(&mut out, &mut memos);
    let mut text = String::new();
    for line in String::from_utf8(out).expect("UTF-8").lines() {
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let json = Json::parse(data.as_bytes()).expect("events are JSON");
        if let Some(delta) = json.get(json.root(), "delta") {
            text.push_str(&json.get_text(delta, "text").unwrap_or_default());
        }
    }
    text
}
