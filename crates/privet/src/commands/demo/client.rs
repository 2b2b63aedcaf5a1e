//! A client as anybody might write it: it knows nothing of Privet but the address.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use privet_wire::sse::{Event, FrameReader};
use serde_json::{Value, json};

use super::story::block_text;
use crate::console::CommandError;

pub(super) struct Client {
    http: Http<hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    key: String,
    model: String,
}

/// What came back.
pub(super) struct CameBack {
    /// The assistant's message.
    pub(super) message: Value,
    /// What it says.
    pub(super) text: String,
    pub(super) is_error: bool,
}

impl Client {
    pub(super) fn new(address: SocketAddr, key: String, model: String) -> Self {
        Self { http: Http::builder(TokioExecutor::new()).build_http(), address, key, model }
    }

    /// Sends the conversation and reads the answer.
    pub(super) async fn ask(
        &self,
        messages: &[Value],
        stream: bool,
    ) -> Result<CameBack, CommandError> {
        let body = json!({
            "model": self.model,
            "max_tokens": 2048,
            "stream": stream,
            "thinking": { "type": "enabled", "budget_tokens": 1024 },
            "messages": messages,
        });
        let failed = |error: &dyn std::fmt::Display| CommandError::failed(format!("demo: {error}"));
        let request = Request::post(format!("http://{}/v1/messages", self.address))
            .header("x-api-key", &self.key)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|e| failed(&e))?;
        let response = self.http.request(request).await.map_err(|e| failed(&e))?;
        let is_error = !response.status().is_success();
        let bytes = response.into_body().collect().await.map_err(|e| failed(&e))?.to_bytes();
        let content = if is_error {
            let error: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let message = error.pointer("/error/message").cloned().unwrap_or_default();
            vec![json!({ "type": "text", "text": message })]
        } else if stream {
            assemble(&bytes)
        } else {
            let message: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            message.get("content").and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let text: Vec<String> = content.iter().filter_map(block_text).collect();
        let message = json!({ "role": "assistant", "content": content });
        Ok(CameBack { message, text: text.join("\n"), is_error })
    }
}

/// Puts the blocks of a stream together, as the SDKs do.
fn assemble(stream: &[u8]) -> Vec<Value> {
    let mut reader = FrameReader::default();
    if reader.push(stream).is_err() {
        return Vec::new();
    }
    let mut blocks: BTreeMap<u64, (Value, String)> = BTreeMap::new();
    while let Some(frame) = reader.next_frame() {
        let event = Event::read(&frame).and_then(|event| event.data.map(|data| data.into_owned()));
        let Some(data) = event.and_then(|data| serde_json::from_str::<Value>(&data).ok()) else {
            continue;
        };
        let index = data.get("index").and_then(Value::as_u64).unwrap_or(0);
        match data.get("type").and_then(Value::as_str) {
            Some("content_block_start") => {
                let block = data.get("content_block").cloned().unwrap_or_default();
                blocks.insert(index, (block, String::new()));
            }
            Some("content_block_delta") => {
                if let (Some((block, json)), Some(delta)) =
                    (blocks.get_mut(&index), data.get("delta"))
                {
                    add(block, json, delta);
                }
            }
            _ => {}
        }
    }
    blocks
        .into_values()
        .map(|(mut block, input)| {
            if let (Ok(input), Some(block)) = (serde_json::from_str(&input), block.as_object_mut())
            {
                block.insert(String::from("input"), input);
            }
            block
        })
        .collect()
}

fn add(block: &mut Value, input: &mut String, delta: &Value) {
    for field in ["text", "thinking", "signature"] {
        if let Some(more) = delta.get(field).and_then(Value::as_str) {
            let so_far = block.get(field).and_then(Value::as_str).unwrap_or_default();
            let whole = format!("{so_far}{more}");
            if let Some(block) = block.as_object_mut() {
                block.insert(field.to_owned(), Value::from(whole));
            }
        }
    }
    if let Some(more) = delta.get("partial_json").and_then(Value::as_str) {
        input.push_str(more);
    }
}
