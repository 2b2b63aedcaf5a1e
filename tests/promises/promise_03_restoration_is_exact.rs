//! Restoration is exact: the client receives what it would have received had the model
//! answered with the real values, however the stream is cut into chunks, events and deltas.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use privet_mask::RestoreTableBuilder;
use privet_wire::answer::{AnswerStream, Restoration, ToolRules, restore_whole};
use privet_wire::citation::CitationMap;
use privet_wire::memo::{LeafHasher, LeafKey};
use privet_wire::sse::FrameReader;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::house::events::Heard;
use crate::scenes::{CAST, Part, SCENES, Scene, Side, render};

struct PlainKey;
struct PlainHasher(DefaultHasher);

impl LeafKey for PlainKey {
    fn hasher(&self, role: &str) -> Box<dyn LeafHasher> {
        let mut hasher = DefaultHasher::new();
        role.hash(&mut hasher);
        Box::new(PlainHasher(hasher))
    }
}

impl LeafHasher for PlainHasher {
    fn update(&mut self, decoded: &[u8]) {
        self.0.write(decoded);
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.0.finish().to_le_bytes());
        hash
    }
}

/// A restoration for the cast of the scenes.
fn restoration() -> Restoration {
    let mut table = RestoreTableBuilder::default();
    for (_, token, value) in CAST {
        let entity = privet_mask::stem_of(token).unwrap_or(privet_text::EntityType::PhoneNumber);
        table.insert(token, entity, value);
    }
    Restoration {
        table: Arc::new(table.build()),
        hosts: Arc::default(),
        tools: Arc::new(ToolRules::default()),
        keys: Arc::new(PlainKey),
        citations: Arc::new(CitationMap::default()),
        notice: None,
    }
}

/// Passes a stream that arrives in these chunks.
fn pass<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Vec<u8> {
    let (mut reader, mut answer) = (FrameReader::default(), AnswerStream::new(restoration()));
    let (mut out, mut memos) = (Vec::new(), Vec::new());
    for chunk in chunks {
        reader.push(chunk).expect("short frames");
        while let Some(frame) = reader.next_frame() {
            answer.frame(&frame, &mut out, &mut memos).expect("a good stream");
        }
    }
    answer.finish(&mut out, &mut memos);
    out.extend(reader.rest());
    assert_eq!(answer.held_bytes(), 0);
    out
}

fn in_one(_: usize, text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

fn in_pieces(size: usize) -> impl Fn(usize, &str) -> Vec<String> {
    move |_, text| {
        if text.is_empty() {
            return in_one(0, text);
        }
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(size).map(|piece| piece.iter().collect()).collect()
    }
}

/// What a client would have without masking.
fn want(scene: &Scene) -> Heard {
    Heard::read(&render(scene, Side::Real, in_pieces(3)))
}

#[track_caller]
fn check(scene: &Scene, want: &Heard, passed: &[u8], how: &str) {
    let got = Heard::read(passed);
    assert_eq!(got.blocks, want.blocks, "{}, {how}", scene.name);
    assert_eq!(got.events, want.events, "{}, {how}", scene.name);
    assert_eq!(got.others, want.others, "{}, {how}", scene.name);
}

/// Every place in which the bytes of a stream can be cut in two, and single bytes.
#[test]
fn wherever_the_bytes_are_cut() {
    let mut cuts = 0;
    for scene in SCENES {
        let want = want(scene);
        let stream = render(scene, Side::Model, in_pieces(11));
        let whole = pass([&stream[..]]);
        check(scene, &want, &whole, "whole");
        for cut in 1..stream.len() {
            let (left, right) = stream.split_at(cut);
            assert!(pass([left, right]) == whole, "{}, cut at byte {cut}", scene.name);
            cuts += 1;
        }
        assert!(pass(stream.chunks(1)) == whole, "{}, byte by byte", scene.name);
    }
    assert!(cuts > 10_000, "{cuts}");
}

/// Every place in which the text of a block can be cut in two deltas, and every length of
/// equal deltas up to the longest token.
#[test]
fn wherever_the_text_is_cut() {
    for scene in SCENES {
        let want = want(scene);
        for size in 1..24 {
            let stream = render(scene, Side::Model, in_pieces(size));
            check(scene, &want, &pass([&stream[..]]), &format!("in pieces of {size}"));
        }
        let mut lengths = Vec::new();
        render(scene, Side::Model, |_, text| {
            lengths.push(text.chars().count());
            in_one(0, text)
        });
        for (block, length) in lengths.into_iter().enumerate() {
            for cut in 0..=length {
                let mut texts = 0;
                let stream = render(scene, Side::Model, |_, text| {
                    texts += 1;
                    let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
                    if texts == block + 1 {
                        vec![text[..at].to_owned(), String::new(), text[at..].to_owned()]
                    } else {
                        in_one(0, text)
                    }
                });
                check(scene, &want, &pass([&stream[..]]), &format!("text {block} cut at {cut}"));
            }
        }
    }
}

/// The same answers, not streamed.
#[test]
fn without_a_stream() {
    for scene in SCENES {
        let body = |side| {
            let blocks = (scene.parts)(side).into_iter().filter_map(|part| match part {
                Part::Text(text) => Some(json!({ "type": "text", "text": text })),
                Part::Thinking(text) => Some(json!({ "type": "thinking", "thinking": text, "signature": "PERSON_K7Q2MXA" })),
                Part::Call(name, input) => {
                    // A cut input is given as text here.
                    let input: Value = serde_json::from_str(&input).unwrap_or_else(|_| json!({}));
                    Some(json!({ "type": "tool_use", "id": "toolu_1", "name": name, "input": input }))
                }
                Part::Whole(block) => Some(block),
                Part::Citation(_) | Part::Event(_) => None,
            });
            let blocks: Vec<Value> = blocks.collect();
            json!({ "id": "msg_1", "content": blocks, "stop_reason": scene.stop_reason, "x": "PERSON_K7Q2MXA" }).to_string()
        };
        let got = restore_whole(body(Side::Model).as_bytes(), &restoration()).body;
        assert_eq!(String::from_utf8(got).unwrap(), body(Side::Real), "{}", scene.name);
    }
}

/// What an upstream's own error leaves unfinished is given as it is.
#[test]
fn an_error_in_mid_stream_swallows_nothing() {
    for (text, want) in
        [("Dear PERSON_ZZ9W", "Dear PERSON_ZZ9W"), ("Dear PERSON_K7Q2MXA", "Dear PERSON_K7Q2MXA")]
    {
        let scene = render(&SCENES[0], Side::Model, |_, _| vec![text.to_owned()]);
        let stop = b"event: content_block_stop";
        let at = scene.windows(stop.len()).position(|window| window == stop).expect("a stop");
        let error =
            br#"{"type":"error","error":{"type":"overloaded_error","message":"PERSON_K7Q2MXA"}}"#;
        let tail = [b"event: error\ndata: ", &error[..], b"\n\n"].concat();
        let heard = Heard::read(&pass([&scene[..at], &tail[..]]));
        assert_eq!(heard.text(), want);
        let (name, data) = heard.events.last().expect("the error");
        assert_eq!((name.as_str(), data), ("error", &serde_json::from_slice(error).unwrap()));
    }
}

/// Pieces of which random texts are made.
fn piece() -> impl Strategy<Value = (String, String)> {
    let cast =
        proptest::sample::select(CAST).prop_filter("secrets stay", |(name, ..)| *name != "key");
    prop_oneof![
        cast.prop_map(|(_, token, value)| (token.to_owned(), value.to_owned())),
        "[ -/:-@{-~äß😀\n\t]{1,6}".prop_map(|text| (text.clone(), text)),
        proptest::sample::select(
            &["PERSON_", "PERSON_K7Q2MX", "EMAIL_4", "SECRET_000417", "P", "735188920"][..]
        )
        .prop_map(|text| (text.to_owned(), text.to_owned())),
    ]
}

fn cut_at(text: &str, cuts: &[prop::sample::Index]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
    ends.extend([0, characters.len()]);
    ends.sort_unstable();
    ends.windows(2).map(|pair| characters[pair[0]..pair[1]].iter().collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Random texts, as JSON strings in a tool's input at a random depth, cut at random.
    #[test]
    fn of_random_inputs(
        pieces in prop::collection::vec(piece(), 0..12),
        depth in 0usize..4,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        chunk in 1usize..200,
    ) {
        // A blank behind each piece: a letter there makes it another word. A word before all:
        // a text that begins like JSON counts as JSON.
        let text = |side: Side| {
            let words = pieces.iter().map(|(model, real)| side.pick(model.as_str(), real.as_str()));
            let words: String = words.flat_map(|word| [word, " "]).collect();
            let mut input = json!({ "a": format!("Note {words}") });
            for _ in 0..depth {
                input = json!({ "in": input.to_string(), "n": 1.50 });
            }
            input.to_string()
        };
        let one = Scene { name: "random", parts: |_| vec![Part::Call("Bash", String::new())], stop_reason: "tool_use" };
        let stream = render(&one, Side::Model, |_, _| cut_at(&text(Side::Model), &cuts));
        let got = Heard::read(&pass(stream.chunks(chunk)));
        let real = text(Side::Real);
        prop_assert_eq!(got.blocks[0]["partial_json"].as_str().unwrap_or_default(), real.as_str());
    }
}
