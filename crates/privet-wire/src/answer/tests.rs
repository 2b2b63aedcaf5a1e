use std::hash::{DefaultHasher, Hash, Hasher};

use privet_mask::RestoreTableBuilder;
use privet_text::EntityType;

use super::*;
use crate::memo::{BlockKey, LeafHasher};
use crate::sse::FrameReader;

struct PlainKey;
struct PlainHasher(Vec<u8>);

impl LeafKey for PlainKey {
    fn hasher(&self, role: &str) -> Box<dyn LeafHasher> {
        Box::new(PlainHasher(role.as_bytes().to_vec()))
    }
}

impl LeafHasher for PlainHasher {
    fn update(&mut self, decoded: &[u8]) {
        self.0.extend_from_slice(decoded);
    }
    fn finish(self: Box<Self>) -> [u8; 32] {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&hasher.finish().to_le_bytes());
        hash
    }
}

fn restoration() -> Restoration {
    let mut table = RestoreTableBuilder::default();
    table.insert("PERSON_K7Q2MX", EntityType::Person, "Pat \"Q\" O'Brien");
    table.insert("PERSON_K7Q2MX4A", EntityType::Person, "PAT O'BRIEN");
    table.insert("SECRET_000001", EntityType::Secret, "hunter2hunter2");
    let mut citations = CitationMap::default();
    citations.push_document([(3, 18, 13)]);
    Restoration {
        table: Arc::new(table.build()),
        hosts: Arc::default(),
        tools: Arc::default(),
        keys: Arc::new(PlainKey),
        citations: Arc::new(citations),
        notice: None,
    }
}

fn stream(events: &[&str]) -> String {
    events
        .iter()
        .map(|data| {
            let kind = serde_json::from_str::<serde_json::Value>(data).unwrap()["type"].clone();
            format!("event: {}\ndata: {data}\n\n", kind.as_str().unwrap())
        })
        .collect()
}

fn run(upstream: &[u8]) -> (String, Vec<BlockMemo>, AnswerFacts) {
    let mut reader = FrameReader::default();
    let mut answer = AnswerStream::new(restoration());
    let (mut out, mut memos) = (Vec::new(), Vec::new());
    reader.push(upstream).unwrap();
    while let Some(frame) = reader.next_frame() {
        answer.frame(&frame, &mut out, &mut memos).unwrap();
    }
    answer.finish(&mut out, &mut memos);
    (String::from_utf8(out).unwrap(), memos, answer.facts().clone())
}

#[track_caller]
fn check(upstream: &[&str], want: &[&str]) {
    assert_eq!(run(stream(upstream).as_bytes()).0, stream(want));
}

const START: &str = r#"{"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":7,"output_tokens":1}}}"#;
const TEXT: &str =
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
const STOP: &str = r#"{"type":"content_block_stop","index":0}"#;
const PING: &str = r#"{"type": "ping"}"#;

#[test]
fn text_split_over_deltas() {
    check(
        &[
            START,
            TEXT,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Dear PER"}}"#,
            PING,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"SON_K7Q2MX"}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":", h\u00e9 "}}"#,
            STOP,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":"PERSON_K7Q2MX"},"usage":{"output_tokens":9}}"#,
        ],
        &[
            START,
            TEXT,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Dear "}}"#,
            PING,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Pat \"Q\" O'Brien, hé "}}"#,
            STOP,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":"Pat \"Q\" O'Brien"},"usage":{"output_tokens":9}}"#,
        ],
    );
}

#[test]
fn untouched_frames_pass_byte_for_byte() {
    let upstream = ": hello\n\nevent: novel\r\ndata: {\"a\": 1.0}\r\n\r\ndata: not json\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":9,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\u0041\"}}\n\n";
    let (out, memos, facts) = run(upstream.as_bytes());
    assert_eq!(out, upstream);
    assert!(memos.is_empty());
    assert_eq!(facts.error.as_deref(), Some("overloaded_error"));
    assert!(!facts.complete);
}

#[test]
fn the_end_tells_whether_a_token_was_cut() {
    let piece = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"PERSON_K7Q2MX"}}"#;
    let value = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Pat \"Q\" O'Brien"}}"#;
    for (reason, want) in [("end_turn", value), ("max_tokens", piece)] {
        let last = format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}}}}"#);
        check(&[TEXT, piece, STOP, PING, &last], &[TEXT, PING, want, STOP, &last]);
    }
    check(&[TEXT, piece, STOP], &[TEXT, piece, STOP]);
}

#[test]
fn tool_input_and_its_memo() {
    let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"Write","input":{}}}"#;
    let upstream = [
        start,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"content\":\"SECRET_"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"000001 PERSON_K7Q2MX\"}"}}"#,
        STOP,
    ];
    let (out, memos, _) = run(stream(&upstream).as_bytes());
    let mut input = String::new();
    for line in out.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        input.push_str(event["delta"]["partial_json"].as_str().unwrap_or_default());
    }
    assert_eq!(input, r#"{"content":"hunter2hunter2 Pat \"Q\" O'Brien"}"#);
    let [memo] = memos.as_slice() else { panic!("{memos:?}") };
    assert_eq!(memo.key, BlockKey::ToolCall("toolu_1".into()));
    let content = PlainKey.hash("tool", b"hunter2hunter2 Pat \"Q\" O'Brien");
    let leaf = memo.leaves.iter().find(|leaf| leaf.hash == content).unwrap();
    assert_eq!(leaf.edits.len(), 2);
    assert_eq!((leaf.edits[1].start, leaf.edits[1].text.as_str()), (15, "PERSON_K7Q2MX"));

    // A tool that runs elsewhere gets the token.
    let bash = stream(&upstream).replace("Write", "WebFetch");
    assert!(run(bash.as_bytes()).0.contains("PERSON_K7Q2MX"));
    let server = stream(&upstream).replace("\"tool_use\"", "\"server_tool_use\"");
    assert!(run(server.as_bytes()).0.contains("PERSON_K7Q2MX"));
}

#[test]
fn thinking_is_noted_by_its_signature() {
    let upstream = [
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"on PERSON_K7Q2MX."}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
        STOP,
    ];
    let (out, memos, _) = run(stream(&upstream).as_bytes());
    assert!(out.contains("on Pat \\\"Q\\\" O'Brien."));
    let [memo] = memos.as_slice() else { panic!("{memos:?}") };
    assert_eq!(memo.key, BlockKey::Signature("c2ln".into()));
    assert_eq!(memo.leaves[0].hash, PlainKey.hash("signed", b"on Pat \"Q\" O'Brien."));
}

#[test]
fn a_notice_comes_first_and_is_taken_out_again() {
    let upstream = [
        TEXT,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi PERSON_K7Q2MX."}}"#,
        STOP,
    ];
    let restoration = Restoration { notice: Some("Mind! ".into()), ..restoration() };
    let mut answer = AnswerStream::new(restoration.clone());
    let (mut out, mut memos) = (Vec::new(), Vec::new());
    let mut reader = FrameReader::default();
    reader.push(stream(&upstream).as_bytes()).unwrap();
    while let Some(frame) = reader.next_frame() {
        answer.frame(&frame, &mut out, &mut memos).unwrap();
    }
    assert!(String::from_utf8(out).unwrap().contains("Mind! "));
    let leaf = &memos[0].leaves[0];
    assert_eq!(leaf.hash, PlainKey.hash("text", b"Mind! Hi Pat \"Q\" O'Brien."));
    assert_eq!((leaf.edits[0].start, leaf.edits[0].end, leaf.edits[0].text.as_str()), (0, 6, ""));

    let whole = restore_whole(br#"{"content":[{"type":"text","text":"Hi."}]}"#, &restoration);
    assert_eq!(whole.body, br#"{"content":[{"type":"text","text":"Mind! Hi."}]}"#);
    assert_eq!(whole.memos[0].leaves[0].edits.len(), 1);
}

#[test]
fn citations_are_mapped() {
    let delta = |citation: &str| {
        format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"citations_delta","citation":{citation}}}}}"#
        )
    };
    let upstream = delta(
        r#"{"type":"char_location","cited_text":"PERSON_K7Q2MX x","document_index":0,"start_char_index":3,"end_char_index":18}"#,
    );
    let client = delta(
        r#"{"type":"char_location","cited_text":"Pat \"Q\" O'Brien x","document_index":0,"start_char_index":3,"end_char_index":20}"#,
    );
    check(&[TEXT, &upstream, STOP], &[TEXT, &client, STOP]);
}

#[test]
fn blocks_that_come_whole() {
    check(
        &[
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"PERSON_K7Q2MX","encrypted_content":"QUJD"}]}}"#,
            STOP,
        ],
        &[
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"Pat \"Q\" O'Brien","encrypted_content":"QUJD"}]}}"#,
            STOP,
        ],
    );
    let body = r#"{"id":"msg_1","content":[{"type":"text","text":"Hi PERSON_K7Q2MX","citations":null},
        {"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"echo PERSON_K7Q2MX SECRET_000001","n":1.0}}],
        "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":4}}"#;
    let whole = restore_whole(body.as_bytes(), &restoration());
    let want = body
        .replace("Hi PERSON_K7Q2MX", "Hi Pat \\\"Q\\\" O'Brien")
        .replace("echo PERSON_K7Q2MX", "echo Pat \\\"Q\\\" O'Brien");
    assert_eq!(String::from_utf8(whole.body).unwrap(), want);
    assert_eq!(whole.memos.len(), 2);
    assert_eq!((whole.facts.input_tokens, whole.facts.output_tokens), (3, 4));
    for other in [
        "not json",
        "[1]",
        r#"{"type":"error","error":{"type":"api_error","message":"PERSON_K7Q2MX"}}"#,
    ] {
        assert_eq!(restore_whole(other.as_bytes(), &restoration()).body, other.as_bytes());
    }
}
