//! An answer as events, cut at awkward points.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use crate::answer::{Answer, Item, count_tokens};
use crate::canonical::text;

/// The connection is to die.
#[derive(Debug)]
pub(crate) struct Died;

impl std::fmt::Display for Died {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the stand-in cut the connection on request")
    }
}

impl std::error::Error for Died {}

pub(crate) type Piece = Result<Bytes, Died>;

/// Lengths of the pieces that texts are cut into.
const CUTS: [usize; 12] = [1, 2, 3, 5, 1, 8, 13, 4, 1, 21, 2, 7];

/// Lengths of the pieces that events are written in, also inside a character.
const WRITES: [usize; 7] = [7, 64, 19, 200, 33, 500, 1];

/// Sends `answer`. `None` when the client has left.
pub(crate) async fn send(
    message: Value,
    answer: &Answer,
    to: Sender<Piece>,
    plain: bool,
) -> Option<()> {
    let mut writer = Writer { to, turn: 0, plain };
    writer.event("message_start", &json!({ "type": "message_start", "message": message })).await?;
    writer.event("ping", &json!({ "type": "ping" })).await?;
    let last = answer.items.iter().rposition(|item| matches!(item, Item::Block { .. }));
    let mut index = 0;
    let mut tokens = 0;
    for (number, item) in answer.items.iter().enumerate() {
        let (block, input) = match item {
            Item::Event(event) => {
                writer.event(text(event, "type"), event).await?;
                continue;
            }
            Item::Block { block, input } => (block, input.as_deref()),
        };
        let is_last = Some(number) == last;
        if is_last {
            sleep(answer.pause).await;
        }
        let (start, deltas) = stream_form(block, input);
        let start =
            json!({ "type": "content_block_start", "index": index, "content_block": start });
        writer.event("content_block_start", &start).await?;
        for (count, delta) in deltas.iter().enumerate() {
            let half = is_last && count >= deltas.len() / 2;
            if half && answer.cut {
                return writer.die().await;
            }
            if let (true, Some(error)) = (half, &answer.error) {
                let error = json!({ "type": error, "message": "stand-in: error on request" });
                return writer.event("error", &json!({ "type": "error", "error": error })).await;
            }
            sleep(answer.slow).await;
            let event = json!({ "type": "content_block_delta", "index": index, "delta": delta });
            writer.event("content_block_delta", &event).await?;
            if count % 7 == 3 {
                writer.event("ping", &json!({ "type": "ping" })).await?;
            }
        }
        let stop = json!({ "type": "content_block_stop", "index": index });
        writer.event("content_block_stop", &stop).await?;
        index += 1;
        tokens += count_tokens(block);
    }
    if answer.cut {
        return writer.die().await;
    }
    let delta = json!({
        "type": "message_delta",
        "delta": { "stop_reason": answer.stop_reason, "stop_sequence": answer.stop_sequence },
        "usage": { "output_tokens": tokens },
    });
    writer.event("message_delta", &delta).await?;
    writer.event("message_stop", &json!({ "type": "message_stop" })).await
}

async fn sleep(seconds: f64) {
    if seconds > 0.0
        && let Ok(duration) = Duration::try_from_secs_f64(seconds)
    {
        tokio::time::sleep(duration).await;
    }
}

struct Writer {
    to: Sender<Piece>,
    turn: usize,
    /// Whole events in one write, for measuring.
    plain: bool,
}

impl Writer {
    async fn event(&mut self, name: &str, value: &Value) -> Option<()> {
        let raw = format!("event: {name}\ndata: {value}\n\n").into_bytes();
        if self.plain {
            return self.to.send(Ok(Bytes::from(raw))).await.ok();
        }
        let mut rest = Bytes::from(raw);
        while !rest.is_empty() {
            self.turn += 1;
            let size = WRITES.get(self.turn % WRITES.len()).copied().unwrap_or(1);
            let piece = rest.split_to(size.min(rest.len()));
            self.to.send(Ok(piece)).await.ok()?;
            if self.turn.is_multiple_of(11) {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        }
        Some(())
    }

    async fn die(&mut self) -> Option<()> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.to.send(Err(Died)).await.ok()
    }
}

/// What `content_block_start` holds, and the deltas.
fn stream_form(block: &Value, input: Option<&str>) -> (Value, Vec<Value>) {
    let deltas = |name: &str, field: &str, whole: &str| -> Vec<Value> {
        pieces(whole).into_iter().map(|piece| json!({ "type": name, field: piece })).collect()
    };
    match text(block, "type") {
        "text" => {
            let mut start = json!({ "type": "text", "text": "" });
            let mut all = Vec::new();
            if let Some(citations) = block.get("citations").and_then(Value::as_array) {
                if let Some(members) = start.as_object_mut() {
                    members.insert("citations".into(), json!([]));
                }
                all.extend(
                    citations.iter().map(|c| json!({ "type": "citations_delta", "citation": c })),
                );
            }
            all.extend(deltas("text_delta", "text", text(block, "text")));
            (start, all)
        }
        "thinking" => {
            let mut all = deltas("thinking_delta", "thinking", text(block, "thinking"));
            all.push(json!({ "type": "signature_delta", "signature": text(block, "signature") }));
            (json!({ "type": "thinking", "thinking": "", "signature": "" }), all)
        }
        "tool_use" => {
            let mut start = block.clone();
            if let Some(members) = start.as_object_mut() {
                members.insert("input".into(), json!({}));
            }
            let mut all = vec![json!({ "type": "input_json_delta", "partial_json": "" })];
            all.extend(deltas("input_json_delta", "partial_json", input.unwrap_or("{}")));
            (start, all)
        }
        "compaction" => {
            let mut start = block.clone();
            if let Some(members) = start.as_object_mut() {
                members.insert("content".into(), Value::Null);
            }
            // One delta holds all of the content: clients replace, they do not append.
            let delta = json!({
                "type": "compaction_delta",
                "content": block.get("content"),
                "encrypted_content": block.get("encrypted_content"),
            });
            (start, vec![delta])
        }
        _ => (block.clone(), Vec::new()),
    }
}

/// Cuts at awkward points; long texts in longer pieces.
fn pieces(whole: &str) -> Vec<String> {
    let characters: Vec<char> = whole.chars().collect();
    let scale = 1 + characters.len() / 3000;
    let mut turn = characters.len() % CUTS.len();
    let mut rest = characters.as_slice();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let size = CUTS.get(turn % CUTS.len()).copied().unwrap_or(1) * scale;
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(piece.iter().collect());
        rest = after;
        turn += 1;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_whole() {
        for whole in ["", "a", "häuser 😀 and more of it"] {
            assert_eq!(pieces(whole).concat(), whole);
        }
        assert!(pieces(&"x".repeat(9000)).len() < 1000);
    }
}
