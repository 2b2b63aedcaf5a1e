//! A stream of events as a client's library reads it.

use serde_json::{Value, json};

/// What a client has when the stream is over.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Heard {
    /// The blocks, put together. The JSON of a tool's input stands as text in `partial_json`.
    pub(crate) blocks: Vec<Value>,
    /// Everything but the deltas: name and data of each event.
    pub(crate) events: Vec<(String, Value)>,
    /// Comments and frames that hold no JSON.
    pub(crate) others: Vec<String>,
}

impl Heard {
    /// Reads a whole stream.
    pub(crate) fn read(stream: &[u8]) -> Self {
        let text = String::from_utf8(stream.to_vec()).expect("a stream is UTF-8");
        let text = text.replace("\r\n", "\n");
        let mut heard = Self::default();
        for frame in text.split("\n\n").filter(|frame| !frame.is_empty()) {
            let field = |name: &str| {
                let lines = frame.lines().filter_map(move |line| line.strip_prefix(name));
                let values: Vec<&str> =
                    lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect();
                values.join("\n")
            };
            match serde_json::from_str(&field("data:")) {
                Ok(data) => heard.take(field("event:"), data),
                Err(_) => heard.others.push(frame.to_owned()),
            }
        }
        heard
    }

    fn take(&mut self, name: String, data: Value) {
        match data["type"].as_str() {
            Some("content_block_start") => {
                self.blocks.push(data["content_block"].clone());
                self.events.push((name, data));
            }
            Some("content_block_delta") => self.add(&data),
            _ => self.events.push((name, data)),
        }
    }

    fn add(&mut self, data: &Value) {
        let index = data["index"].as_u64().expect("an index") as usize;
        let block = &mut self.blocks[index];
        for (field, value) in data["delta"].as_object().expect("a delta") {
            match (field.as_str(), value) {
                ("type", _) => {}
                ("citation", citation) => {
                    let list = &mut block["citations"];
                    if !list.is_array() {
                        *list = json!([]);
                    }
                    list.as_array_mut().expect("a list").push(citation.clone());
                }
                ("text" | "thinking" | "partial_json", Value::String(more)) => {
                    let before = block[field].as_str().unwrap_or_default();
                    block[field] = format!("{before}{more}").into();
                }
                (_, value) => block[field] = value.clone(),
            }
        }
    }

    /// All text, block after block.
    pub(crate) fn text(&self) -> String {
        self.blocks.iter().filter_map(|block| block["text"].as_str()).collect()
    }
}

/// One event as bytes.
pub(crate) fn event(name: &str, data: &Value) -> Vec<u8> {
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

/// A stream with one text block that comes in these pieces.
pub(crate) fn text_stream(pieces: &[&str], stop_reason: &str) -> Vec<u8> {
    let mut stream = event(
        "message_start",
        &json!({ "type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [], "stop_reason": null, "usage": { "input_tokens": 1, "output_tokens": 1 } } }),
    );
    let start = json!({ "type": "content_block_start", "index": 0,
        "content_block": { "type": "text", "text": "" } });
    stream.extend(event("content_block_start", &start));
    for piece in pieces {
        let delta = json!({ "type": "content_block_delta", "index": 0,
            "delta": { "type": "text_delta", "text": piece } });
        stream.extend(event("content_block_delta", &delta));
    }
    let stop = json!({ "type": "content_block_stop", "index": 0 });
    stream.extend(event("content_block_stop", &stop));
    let end = json!({ "type": "message_delta", "delta": { "stop_reason": stop_reason,
        "stop_sequence": null }, "usage": { "output_tokens": 9 } });
    stream.extend(event("message_delta", &end));
    stream.extend(event("message_stop", &json!({ "type": "message_stop" })));
    stream
}
