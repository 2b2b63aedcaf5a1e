//! Answers of Claude's, each twice: as the model writes it, with tokens, and as it would
//! have written it with the real values.

use serde_json::{Value, json};

use crate::house::events::event;

/// A name for use in scenes, the token, and what it stands for.
pub(crate) const CAST: &[(&str, &str, &str)] = &[
    ("pat", "PERSON_K7Q2MXA", "Pat \"Quick\" O'Brien"),
    ("patty", "PERSON_K7Q2MXAB", "Patty"),
    ("zoe", "PERSON_ZZ9W8EE", "Zoë Møller-王小明 😀"),
    ("mail", "EMAIL_4T5R6YA", "zoë@kestrel-mail.com"),
    ("phone", "7351889201", "2025550143"),
    ("key", "SECRET_000417", "-----BEGIN KEY-----\nMIIB\\x/\t\"q\"\u{1}\n-----END KEY-----"),
];

/// Whose words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// With tokens.
    Model,
    /// With the values.
    Real,
}

/// A part of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Thinking(String),
    /// A tool's name and the JSON of its input.
    Call(&'static str, String),
    /// A citation of the text block before it.
    Citation(Value),
    /// A block that comes whole.
    Whole(Value),
    /// An event between blocks.
    Event(Vec<u8>),
}

/// An answer.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) parts: fn(Side) -> Vec<Part>,
    pub(crate) stop_reason: &'static str,
}

impl Side {
    /// What stands for `name` of the cast.
    pub(crate) fn of(self, name: &str) -> &'static str {
        let (_, token, value) =
            CAST.iter().find(|(known, ..)| *known == name).expect("in the cast");
        self.pick(token, value)
    }

    /// One or the other.
    pub(crate) fn pick<T>(self, model: T, real: T) -> T {
        if self == Self::Model { model } else { real }
    }
}

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "text", parts: text, stop_reason: "end_turn" },
    Scene { name: "what is no token", parts: others, stop_reason: "end_turn" },
    Scene { name: "thinking and citations", parts: thinking, stop_reason: "end_turn" },
    Scene { name: "a tool's input", parts: call, stop_reason: "tool_use" },
    Scene { name: "JSON in JSON", parts: deep_call, stop_reason: "tool_use" },
    Scene { name: "an edited file", parts: edit, stop_reason: "tool_use" },
    Scene { name: "what leaves again", parts: outbound, stop_reason: "end_turn" },
    Scene { name: "whole blocks and odd events", parts: whole, stop_reason: "end_turn" },
    Scene { name: "JSON as text", parts: structured, stop_reason: "end_turn" },
    Scene { name: "a text cut in a token", parts: cut_text, stop_reason: "max_tokens" },
    Scene {
        name: "a text cut where two tokens part",
        parts: cut_between,
        stop_reason: "max_tokens",
    },
    Scene { name: "a text cut behind a token", parts: cut_behind, stop_reason: "max_tokens" },
    Scene { name: "an input cut in a token", parts: cut_call, stop_reason: "max_tokens" },
];

fn text(side: Side) -> Vec<Part> {
    let [pat, patty, zoe, mail] = ["pat", "patty", "zoe", "mail"].map(|name| side.of(name));
    vec![
        Part::Text(format!(
            "Dear {zoe}, über {patty}: {pat}'s é😀 {mail}; call {}.",
            side.of("phone")
        )),
        Part::Text(format!(
            "```rust\n// {mail}\nfn greet() {{ \"Zoe {zoe}\" }}\n```\n| {patty} | **{zoe}** |"
        )),
        Part::Text(side.pick(
            "person_zz9w8ee, PERSON\\_ZZ9W8EE and _EMAIL_4T5R6YA_".to_owned(),
            format!("{zoe}, {zoe} and _{mail}_"),
        )),
        Part::Text(format!("{pat} ")),
        Part::Text(pat.to_owned()),
    ]
}

fn others(_: Side) -> Vec<Part> {
    vec![
        Part::Text("PERSON_ PERSON_K7Q2MX PERSON_K7Q2MXB PERSON_K7Q2MXAx PERSON_AAAAAAA".into()),
        Part::Text("EMAIL SECRET_000417 73518892010 17351889201 PERSON_K7Q2MXAC \u{200b}P".into()),
        Part::Text("PERSON".into()),
    ]
}

fn thinking(side: Side) -> Vec<Part> {
    let [pat, zoe] = ["pat", "zoe"].map(|name| side.of(name));
    vec![
        Part::Thinking(format!("The user, {pat}, means {zoe}")),
        Part::Whole(json!({ "type": "redacted_thinking", "data": "PERSON_K7Q2MXA/abc=" })),
        Part::Text(format!("As {zoe} wrote, {pat}.")),
        Part::Citation(json!({ "type": "page_location", "cited_text": format!("by {zoe}"),
            "document_title": format!("{pat}.pdf"), "document_index": 0, "start_page_number": 1, "end_page_number": 2 })),
    ]
}

fn call(side: Side) -> Vec<Part> {
    let [pat, zoe, mail] = ["pat", "zoe", "mail"].map(|name| side.of(name));
    let phone: u64 = side.of("phone").parse().expect("digits");
    let input = json!({ "who": pat, "list": [zoe, [format!("{mail}, {zoe}\n")]], mail: { "n": phone, "m": 1.50 },
        "command": format!("grep '{pat}' ./a\\b \"$X\" é"), "empty": "" });
    vec![
        Part::Text(format!("For {pat}")),
        Part::Call("Bash", input.to_string()),
        Part::Call("Bash", format!("{{\n  \"a\" : \"{zoe}\" ,\t\"\\u0062\":[{phone} , {phone}]}}")),
        Part::Call("Bash", String::new()),
    ]
}

fn deep_call(side: Side) -> Vec<Part> {
    let [pat, zoe] = ["pat", "zoe"].map(|name| side.of(name));
    let third = json!({ "deep": pat, zoe: [pat] }).to_string();
    let second = json!([third, pat]).to_string();
    let first = json!({ "json": second, "plain": pat }).to_string();
    vec![Part::Call("mcp__store__put", json!({ "body": first, "name": zoe }).to_string())]
}

fn edit(side: Side) -> Vec<Part> {
    let [pat, key] = ["pat", "key"].map(|name| side.of(name));
    let settings = json!({ "owner": pat, "key": key }).to_string();
    vec![
        Part::Call(
            "Write",
            json!({ "file_path": "/tmp/a.pem", "content": format!("{key}\n") }).to_string(),
        ),
        Part::Call(
            "Edit",
            json!({ "old_string": settings, "new_string": format!("x={key}") }).to_string(),
        ),
        // Secrets come back nowhere else.
        Part::Call("Bash", json!({ "command": "echo SECRET_000417", "who": pat }).to_string()),
    ]
}

fn outbound(side: Side) -> Vec<Part> {
    let pat = side.of("pat");
    let tokens = "PERSON_K7Q2MXA EMAIL_4T5R6YA";
    vec![
        Part::Call(
            "WebFetch",
            json!({ "url": "https://example.com/", "prompt": tokens }).to_string(),
        ),
        Part::Text(format!(
            "See https://example.com/?q=PERSON_K7Q2MXA and {pat} at http://localhost/{pat}"
        )),
        Part::Whole(
            json!({ "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": { "query": tokens } }),
        ),
    ]
}

fn whole(side: Side) -> Vec<Part> {
    let [pat, zoe] = ["pat", "zoe"].map(|name| side.of(name));
    let loose = json!({ "type": "unheard_of", "note": "PERSON_K7Q2MXA" });
    vec![
        Part::Event(b": a comment with PERSON_K7Q2MXA\n\n".to_vec()),
        Part::Whole(
            json!({ "type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
            { "type": "web_search_result", "title": format!("{pat} — {zoe}"), "url": "https://example.com/", "encrypted_content": "EqQB" }] }),
        ),
        Part::Event(event("unheard_of", &loose)),
        Part::Event(b"data: [DONE]\n\n".to_vec()),
        Part::Event(b"event: ping\r\ndata: {\"type\": \"ping\"}\r\n\r\n".to_vec()),
        Part::Text(format!("Hello {zoe}")),
        Part::Event(b"data:{\"type\":\n data:1}\n\n".to_vec()),
    ]
}

fn structured(side: Side) -> Vec<Part> {
    let [pat, zoe] = ["pat", "zoe"].map(|name| side.of(name));
    vec![Part::Text(
        json!({ "answer": pat, "more": [zoe, json!({ "in": pat }).to_string()] }).to_string(),
    )]
}

fn cut_text(side: Side) -> Vec<Part> {
    vec![Part::Text(format!("Dear {}, and PERSON_K7Q2M", side.of("zoe")))]
}

/// It could have gone on to be the longer one.
fn cut_between(side: Side) -> Vec<Part> {
    vec![Part::Text(format!("{} and PERSON_K7Q2MXA", side.of("patty")))]
}

fn cut_behind(side: Side) -> Vec<Part> {
    vec![Part::Text(format!("{} and {}", side.of("pat"), side.of("patty")))]
}

fn cut_call(side: Side) -> Vec<Part> {
    let input = json!({ "a": side.of("pat"), "b": "x" }).to_string();
    let open = input.strip_suffix("x\"}").expect("how it ends");
    vec![Part::Call("Bash", format!("{open}to EMAIL_4T5R6"))]
}

/// The scene as a stream. `cut` says how the text of the block with that number comes.
pub(crate) fn render(
    scene: &Scene,
    side: Side,
    mut cut: impl FnMut(usize, &str) -> Vec<String>,
) -> Vec<u8> {
    let mut stream = event(
        "message_start",
        &json!({ "type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [],
        "stop_reason": null, "usage": { "input_tokens": 9, "output_tokens": 1 } } }),
    );
    let mut index = 0;
    let mut parts = (scene.parts)(side).into_iter().peekable();
    while let Some(part) = parts.next() {
        let (block, delta, field, text) = match part {
            Part::Event(bytes) => {
                stream.extend(bytes);
                continue;
            }
            Part::Whole(block) => (block, "", "", None),
            Part::Text(text) => {
                (json!({ "type": "text", "text": "" }), "text_delta", "text", Some(text))
            }
            Part::Thinking(text) => (
                json!({ "type": "thinking", "thinking": "", "signature": "" }),
                "thinking_delta",
                "thinking",
                Some(text),
            ),
            Part::Call(name, input) => {
                let block = json!({ "type": "tool_use", "id": format!("toolu_{index}"), "name": name, "input": {} });
                (block, "input_json_delta", "partial_json", Some(input))
            }
            Part::Citation(_) => panic!("a citation stands behind a text"),
        };
        let start =
            json!({ "type": "content_block_start", "index": index, "content_block": block });
        stream.extend(event("content_block_start", &start));
        let mut give = |delta: Value| {
            let data = json!({ "type": "content_block_delta", "index": index, "delta": delta });
            stream.extend(event("content_block_delta", &data));
        };
        if let Some(text) = &text {
            give(json!({ "type": "unheard_of_delta", "x": "PERSON_K7Q2MXA" }));
            cut(index, text).iter().for_each(|piece| give(json!({ "type": delta, field: piece })));
        }
        while let Some(Part::Citation(citation)) = parts.next_if(|p| matches!(p, Part::Citation(_)))
        {
            give(json!({ "type": "citations_delta", "citation": citation }));
        }
        if block["type"] == "thinking" {
            give(json!({ "type": "signature_delta", "signature": "PERSON_K7Q2MXA+sig=" }));
        }
        stream.extend(event(
            "content_block_stop",
            &json!({ "type": "content_block_stop", "index": index }),
        ));
        index += 1;
    }
    let end = json!({ "type": "message_delta", "usage": { "output_tokens": 31 },
        "delta": { "stop_reason": scene.stop_reason, "stop_sequence": null } });
    stream.extend(event("message_delta", &end));
    stream.extend(event("message_stop", &json!({ "type": "message_stop" })));
    stream
}
