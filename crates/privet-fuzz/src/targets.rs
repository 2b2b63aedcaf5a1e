//! The targets. None may panic, hang or let anything through, whatever the bytes.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use privet::root::Service;
use privet_detect::{Analyzer, AnalyzerOptions};
use privet_gateway::masker::{MaskPolicy, Masker, Memory};
use privet_mask::{RestoreTableBuilder, Sweep, assemble};
use privet_text::{EntityType, Raw};
use privet_wire::answer::{AnswerStream, Restoration, ToolRules, restore_whole};
use privet_wire::citation::CitationMap;
use privet_wire::json::Json;
use privet_wire::request::walk;
use privet_wire::sse::FrameReader;

use crate::memory::PlainMemory;

static MASKER: LazyLock<Masker> = LazyLock::new(|| {
    let analyzer = Arc::new(Analyzer::new(AnalyzerOptions::default()));
    Masker::new(analyzer, MaskPolicy::default())
});

/// The masker that all targets share.
pub fn masker() -> &'static Masker {
    &MASKER
}

/// A name and the function.
pub type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

/// Every target with seeds that are worth mutating.
pub const TARGETS: &[Target] = &[
    ("request", request, REQUESTS),
    ("stream", stream, STREAMS),
    ("whole", whole, WHOLES),
    ("detect", detect, TEXTS),
    ("config", config, CONFIGS),
    ("key service", key_service, KEY_ANSWERS),
];

/// A request body: parsed, walked, masked and put together.
pub fn request(bytes: &[u8]) {
    let Ok(json) = Json::parse(bytes) else { return };
    let Ok(map) = walk(&json) else { return };
    let mut memory = PlainMemory::default();
    let Ok(mut masking) = masker().mask(&json, &map, &mut memory) else { return };
    let sweep = masking.sweep.take().unwrap_or_else(|| Sweep::new([]));
    let body = Raw::new(bytes.to_vec());
    if let Ok(masked) = assemble(&body, &mut masking.edits, &masking.replayed, &sweep) {
        let again = Json::parse(masked.get());
        assert!(again.is_ok(), "masking broke the JSON: {:?}", again.err());
    }
}

/// A stream of events; cutting it in two must not matter.
pub fn stream(bytes: &[u8]) {
    let whole = pass(&[bytes]);
    let middle = bytes.len() / 2;
    let (left, right) = bytes.split_at(middle);
    assert!(whole == pass(&[left, right]), "cutting the stream at {middle} changes the answer");
}

fn pass(pieces: &[&[u8]]) -> Option<(Vec<u8>, usize)> {
    let mut reader = FrameReader::default();
    let mut answer = AnswerStream::new(restoration());
    let (mut out, mut memos) = (Vec::new(), Vec::new());
    for piece in pieces {
        reader.push(piece).ok()?;
        while let Some(frame) = reader.next_frame() {
            answer.frame(&frame, &mut out, &mut memos).ok()?;
        }
    }
    answer.finish(&mut out, &mut memos);
    out.extend(reader.rest());
    Some((out, memos.len()))
}

/// An answer that is not streamed: JSON stays JSON.
pub fn whole(bytes: &[u8]) {
    let answer = restore_whole(bytes, &restoration());
    if Json::parse(bytes).is_ok() {
        assert!(Json::parse(&answer.body).is_ok(), "restoring broke the JSON");
    } else {
        assert!(answer.body == bytes, "what is no JSON must pass as it is");
    }
}

/// Any text: findings lie in it, in order, apart from each other.
pub fn detect(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut end = 0;
    for finding in masker().analyzer().analyze(&text) {
        assert!(finding.span.of(&text).is_some(), "a span outside the text");
        assert!(finding.span.start() >= end, "findings overlap");
        end = finding.span.end();
    }
}

/// A configuration.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let environment = privet::config::Environment::of(&[("HOME", "/home/kim")], Path::new("/"));
    let _ = privet::config::read(text, None, &environment);
}

/// What a key service answers: no key but one of 32 bytes, and a reason that stays short.
pub fn key_service(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk::<1>() else { return };
    let body = String::from_utf8_lossy(body);
    let [status] = status.map(|byte| 100 + 2 * u16::from(byte));
    for service in [Service::Transit, Service::Kms] {
        match service.read(status, &body) {
            Ok(answer) => {
                assert!((200..300).contains(&status), "{status} is no yes");
                let _ = (answer.key(), answer.wrapped(), answer.latest_version());
            }
            Err(error) => assert!(error.to_string().len() < 1024, "a reason that is too long"),
        }
    }
}

/// A restoration with some tokens, for answers.
pub fn restoration() -> Restoration {
    let mut table = RestoreTableBuilder::default();
    for (token, entity, value) in [
        ("PERSON_K7Q2MX", EntityType::Person, "Pat \"Q\" O'Brien\\"),
        ("PERSON_K7Q2MX4A", EntityType::Person, "PAT"),
        ("SECRET_000001", EntityType::Secret, "line\nbreak"),
        ("7351889201", EntityType::PhoneNumber, "2025550143"),
    ] {
        table.insert(token, entity, value);
    }
    Restoration {
        table: Arc::new(table.build()),
        hosts: Arc::default(),
        tools: Arc::new(ToolRules::default()),
        keys: PlainMemory::default().keys(),
        citations: Arc::new(CitationMap::default()),
        notice: None,
    }
}

const REQUESTS: &[&str] = &[
    r#"{"model":"claude-x","max_tokens":9,"system":[{"type":"text","text":"I am Jane Doe"}],"messages":[{"role":"user","content":"mail jane.doe@kestrel-mail.com \"now\"\n"}]}"#,
    r#"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Write","input":{"a b":"{\"k\":\"jane.doe@kestrel-mail.com\"}","n":4111111111111111}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]}]}]}"#,
    r#"{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"amFuZS5kb2VAa2VzdHJlbC1tYWlsLmNvbQ=="},"title":"t"},{"type":"thinking","thinking":"x","signature":"AA=="}]}],"metadata":{"user_id":"u"},"tools":[{"name":"t","input_schema":{"enum":["x"]}}]}"#,
];

const STREAMS: &[&str] = &[
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Dear PERSON_K7Q2MX\"}}\n\nevent: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"}}\n\n",
    "event: content_block_start\r\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"Write\",\"input\":{}}}\r\n\r\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":\\\\\\\"PERSON_K7Q2MX\"}}\n\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
];

const WHOLES: &[&str] = &[
    r#"{"content":[{"type":"text","text":"Dear PERSON_K7Q2MX, 7351889201","citations":[{"type":"char_location","document_index":0,"start_char_index":3,"end_char_index":9}]},{"type":"tool_use","id":"toolu_1","name":"Write","input":{"k":"SECRET_000001","n":7351889201}},{"type":"thinking","thinking":"PERSON_K7Q2MX","signature":"AA=="}],"stop_reason":"end_turn"}"#,
];

const TEXTS: &[&str] = &[
    "From: Jane Doe <jane.doe@kestrel-mail.com>\nCall +1 (415) 555-0132, IBAN DE89 3704 0044 0532 0130 00, card 4111-1111-1111-1111, 078-05-1120.",
    "API_KEY=\"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\" postgres://bob:hunter2hunter2@db/x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "name;email\nJos\u{e9} Garc\u{ed}a;\u{ff4a}ane%40x.test &#106;ane@x.test \u{200b}amFuZS5kb2VAa2VzdHJlbC1tYWlsLmNvbQ==",
];

const KEY_ANSWERS: &[&str] = &[
    r#"2{"data":{"ciphertext":"vault:v1:AAAA","plaintext":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","latest_version":3}}"#,
    r#"2{"CiphertextBlob":"AQID","Plaintext":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","KeyId":"k"}"#,
    r#"~{"errors":["permission denied"],"__type":"ThrottlingException"}"#,
];

const CONFIGS: &[&str] = &[
    "root_key: {pkcs11: {module: /m.so, token: t, key: k, pin: 'env:PIN'}}\nretention: {audit_days: 7, tokens_unused_days: 9}\nlimits: {reveal_values_max: 3}\ndatabase: {url: 'file:/d'}\n",
    "root_key: {aws_kms: {key: k, region: eu-central-1, endpoint: 'http://localhost:1'}}\nkeys_dir: /k\nhosts: [a.example]\norigins: ['https://a.example']\ncontact: me\nlog: {format: json}\n",
    "detection: {recognizers: [{name: case, entity: CUSTOM, pattern: 'CASE-[0-9]{4}'}], exceptions: [{terms: [x], until: 2027-01-01, reason: r, by: b}]}\ntls: {cert: c, key: k}\n",
    "listen: '127.0.0.1:9000'\ndata_dir: d\nkey_file: /k\nupstream: {url: 'http://localhost:1', key: env:X}\nlimits: {body_bytes_max: 8MiB, shutdown_grace: 5s}\npolicy: {entities: {PERSON: keep}, restore: {tools: {mcp__*: keep}}}\n",
];
