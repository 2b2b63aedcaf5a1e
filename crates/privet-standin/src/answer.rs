//! What a turn answers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::canonical::{canonical, spaced, text};
use crate::history::Refused;
use crate::prefix::{Prefix, compaction_signature};
use crate::scene::{Scene, directive};

/// A part of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A content block; for tool calls also the JSON of the input as it is streamed.
    Block { block: Value, input: Option<String> },
    /// An event between the blocks.
    Event(Value),
}

/// A planned answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) items: Vec<Item>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) stop_sequence: Option<String>,
    /// The connection dies in the last block.
    pub(crate) cut: bool,
    /// An error event of this type ends the stream.
    pub(crate) error: Option<String>,
    /// Seconds of silence before the last block.
    pub(crate) pause: f64,
    /// Seconds of silence before each delta.
    pub(crate) slow: f64,
}

impl Answer {
    /// The content blocks.
    pub(crate) fn content(&self) -> Vec<Value> {
        self.items
            .iter()
            .filter_map(|item| match item {
                Item::Block { block, .. } => Some(block.clone()),
                Item::Event(_) => None,
            })
            .collect()
    }
}

/// How often each asked-for error is still due.
#[derive(Debug, Default)]
pub(crate) struct ErrorsLeft(Mutex<HashMap<String, i64>>);

impl ErrorsLeft {
    pub(crate) fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether the error for `conversation` is due once more; `times` below 0 means always.
    fn is_due(&self, conversation: String, times: i64) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = left.entry(conversation).or_insert(times);
        let due = *left != 0;
        if *left > 0 {
            *left -= 1;
        }
        due
    }
}

/// Plans the answer to a request whose history holds.
pub(crate) fn plan(
    request: &Value,
    mut prefix: Prefix,
    errors: &ErrorsLeft,
) -> Result<Answer, Refused> {
    let no_messages = Vec::new();
    let messages = request.get("messages").and_then(Value::as_array).unwrap_or(&no_messages);
    let scene = Scene::of(messages);
    let mut planner = Planner {
        answer: Answer::default(),
        thinks: matches!(
            request.pointer("/thinking/type").and_then(Value::as_str),
            Some("enabled" | "adaptive")
        ),
        omits: request.pointer("/thinking/display").and_then(Value::as_str) == Some("omitted"),
        seed: request.to_string(),
        prefix: &mut prefix,
        scene: &scene,
    };
    let mut step = Value::Null;
    let mut thought = None;
    if let Some(found) = directive(messages) {
        match found.kind.as_str() {
            "script" => step = script_step(&found.rest, found.turns)?,
            "error" if found.turns == 0 => asked_error(&found.rest, messages, errors)?,
            "cut" if found.turns == 0 => planner.answer.cut = true,
            "think" if found.turns == 0 => thought = found.rest.lines().next().map(str::to_owned),
            _ => {}
        }
    }
    let schema = ["/output_config/format/schema", "/output_format/schema"]
        .into_iter()
        .find_map(|path| request.pointer(path));
    let mut steps = match step {
        Value::Array(steps) => steps,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let tools = request.get("tools").and_then(Value::as_array);
    let knows =
        |name: &str| tools.is_some_and(|tools| tools.iter().any(|tool| text(tool, "name") == name));
    let unknown_tool =
        |step: &Value| step.get("tool").and_then(Value::as_str).is_some_and(|name| !knows(name));
    // Side requests carry the prompt along, such as one for a title.
    if schema.is_some() || (tools.is_some() && steps.iter().any(unknown_tool)) {
        steps.clear();
    }
    if steps.is_empty() {
        planner.echo(schema, thought);
    }
    for step in &steps {
        let filled = scene.fill(step);
        planner.step(&filled)?;
    }
    let mut answer = planner.answer;
    cut_to_budget(&mut answer, request);
    stop(&mut answer, request);
    Ok(answer)
}

fn script_step(rest: &str, turns: usize) -> Result<Value, Refused> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Array(steps))) => Ok(steps.get(turns).cloned().unwrap_or_default()),
        Some(Err(error)) => {
            Err(Refused::new(400, format!("stand-in: the script does not parse: {error}")))
        }
        _ => Err(Refused::new(400, "stand-in: the script must be a list of steps")),
    }
}

fn asked_error(rest: &str, messages: &[Value], errors: &ErrorsLeft) -> Result<(), Refused> {
    let words: Vec<&str> = rest.lines().next().unwrap_or_default().split_whitespace().collect();
    let status = words.first().and_then(|word| word.parse().ok()).unwrap_or(500);
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let times = words.get(1).filter(|word| is_number(word)).and_then(|word| word.parse().ok());
    let conversation: String = messages.iter().map(canonical).collect();
    if !errors.is_due(conversation, times.unwrap_or(-1)) {
        return Ok(());
    }
    let said: Vec<&str> = words
        .iter()
        .skip(1)
        .filter(|word| **word != "final" && !is_number(word))
        .copied()
        .collect();
    let message =
        if said.is_empty() { "stand-in: error on request".to_owned() } else { said.join(" ") };
    let mut refused = Refused::new(status, message);
    let header = if words.contains(&"final") {
        ("x-should-retry", "false")
    } else {
        ("retry-after-ms", "20")
    };
    refused.headers.push(header);
    Err(refused)
}

struct Planner<'p> {
    answer: Answer,
    thinks: bool,
    omits: bool,
    seed: String,
    prefix: &'p mut Prefix,
    scene: &'p Scene,
}

impl Planner<'_> {
    fn echo(&mut self, schema: Option<&Value>, thought: Option<String>) {
        if self.thinks {
            let about =
                self.scene.prompt.lines().last().filter(|l| !l.is_empty()).unwrap_or("nothing");
            let thought = thought.unwrap_or_else(|| format!("The stand-in thinks about: {about}"));
            self.think(&thought);
        }
        let said = match schema {
            Some(schema) => spaced(&example(schema), false),
            None if self.scene.last.is_empty() => "I am a stand-in, not Claude.".to_owned(),
            None => format!("I am a stand-in, not Claude. You said: {}", self.scene.last),
        };
        self.block(json!({ "type": "text", "text": said }), None);
    }

    fn step(&mut self, step: &Value) -> Result<(), Refused> {
        let said = |name: &str| step.get(name).and_then(Value::as_str);
        if let (Some(thought), true) = (said("think"), self.thinks) {
            self.think(thought);
        }
        if said("redacted").is_some() && self.thinks {
            let sealed = self.prefix.seal("");
            let block = json!({ "type": "redacted_thinking", "data": sealed });
            self.answer.items.push(Item::Block { block, input: None });
        }
        if let Some(text) = said("text") {
            self.block(json!({ "type": "text", "text": text }), None);
        }
        if step.get("cite").is_some() || step.get("cite_line").is_some() {
            self.cite(step);
        }
        if let Some(name) = said("tool") {
            self.call(name, step)?;
        }
        if let Some(content) = said("compaction") {
            let signature = compaction_signature(content);
            let block = json!({ "type": "compaction", "content": content, "encrypted_content": null, "signature": signature });
            self.block(block, None);
        }
        if let Some(block) = step.get("block") {
            self.block(block.clone(), None);
        }
        if let Some(event) = step.get("event") {
            self.answer.items.push(Item::Event(event.clone()));
        }
        let answer = &mut self.answer;
        answer.stop_reason = said("stop").map(str::to_owned).or(answer.stop_reason.take());
        answer.cut |= step.get("cut").and_then(Value::as_bool).unwrap_or(false);
        answer.error = said("error").map(str::to_owned).or(answer.error.take());
        answer.pause = step.get("pause").and_then(Value::as_f64).unwrap_or(answer.pause);
        answer.slow = step.get("slow").and_then(Value::as_f64).unwrap_or(answer.slow);
        Ok(())
    }

    /// The signature covers the text as the client gets it: what was left out cannot be
    /// compared.
    fn think(&mut self, thought: &str) {
        let thought = if self.omits { "" } else { thought };
        let signature = self.prefix.seal(thought);
        let block = json!({ "type": "thinking", "thinking": thought, "signature": signature });
        self.answer.items.push(Item::Block { block, input: None });
    }

    fn block(&mut self, block: Value, input: Option<String>) {
        self.prefix.add("assistant", &block, "the answer itself", false);
        self.answer.items.push(Item::Block { block, input });
    }

    fn cite(&mut self, step: &Value) {
        let doc = self.scene.doc.clone().unwrap_or_default();
        let line =
            step.get("cite_line").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let (quote, start) = match line {
            Some(line) => {
                let lines: Vec<&str> = doc.split('\n').collect();
                let before = lines.iter().take(line.saturating_sub(1));
                let start = before.map(|line| line.chars().count() + 1).sum();
                let quote = line.checked_sub(1).and_then(|index| lines.get(index)).copied();
                (quote.unwrap_or_default().to_owned(), Some(start))
            }
            None => {
                let quote = text(step, "cite").to_owned();
                let start = doc
                    .find(&quote)
                    .and_then(|at| doc.get(..at))
                    .map(|before| before.chars().count());
                (quote, start)
            }
        };
        let mut block = json!({ "type": "text", "text": format!("The document says: {quote}") });
        if let (Some(start), false, Some(members)) =
            (start, quote.is_empty(), block.as_object_mut())
        {
            let end = start + quote.chars().count();
            let citation = json!({
                "type": "char_location", "cited_text": quote, "document_index": self.scene.doc_index,
                "document_title": self.scene.doc_title, "start_char_index": start,
                "end_char_index": end, "file_id": null,
            });
            members.insert("citations".into(), json!([citation]));
        }
        self.block(block, None);
    }

    fn call(&mut self, name: &str, step: &Value) -> Result<(), Refused> {
        let raw = step.get("raw_json").and_then(Value::as_str);
        let input = match raw {
            Some(raw) => serde_json::from_str(raw)
                .map_err(|error| Refused::new(400, format!("stand-in: raw_json: {error}")))?,
            None => step.get("input").cloned().unwrap_or_else(|| json!({})),
        };
        let ascii = step.get("ascii").and_then(Value::as_bool).unwrap_or(false);
        let streamed = raw.map_or_else(|| spaced(&input, ascii), str::to_owned);
        let id = format!("toolu_{}", ident(&[&self.seed, &self.answer.items.len().to_string()]));
        let block = json!({ "type": "tool_use", "id": id, "name": name, "input": input });
        self.block(block, Some(streamed));
        Ok(())
    }
}

fn example(schema: &Value) -> Value {
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|all| all.first()) {
        return first.clone();
    }
    match text(schema, "type") {
        "object" => schema
            .get("properties")
            .and_then(Value::as_object)
            .map(|members| {
                members.iter().map(|(key, member)| (key.clone(), example(member))).collect()
            })
            .unwrap_or_default(),
        "array" => json!([]),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => json!("stand-in"),
    }
}

/// Four characters are a token; the answer ends where `max_tokens` does.
fn cut_to_budget(answer: &mut Answer, request: &Value) {
    let budget = request.get("max_tokens").and_then(Value::as_u64).unwrap_or(4096);
    let mut left = usize::try_from(budget).unwrap_or(usize::MAX).saturating_mul(4);
    for index in 0..answer.items.len() {
        let Some(Item::Block { block, input }) = answer.items.get_mut(index) else { continue };
        let field = match text(block, "type") {
            "text" => "text",
            "thinking" => "thinking",
            "tool_use" => "input",
            _ => continue,
        };
        let whole = input.clone().unwrap_or_else(|| text(block, field).to_owned());
        let length = whole.chars().count();
        if length <= left {
            left -= length;
            continue;
        }
        let short: String = whole.chars().take(left).collect();
        let keep = match field {
            "thinking" => index,
            "input" => {
                *input = Some(short);
                put(block, "input", json!({}));
                index + 1
            }
            _ => {
                put(block, "text", Value::from(short));
                block.as_object_mut().map(|members| members.remove("citations"));
                index + 1
            }
        };
        answer.items.truncate(keep);
        answer.stop_reason = Some("max_tokens".into());
        return;
    }
}

fn put(block: &mut Value, name: &str, value: Value) {
    if let Some(members) = block.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn stop(answer: &mut Answer, request: &Value) {
    if answer.stop_reason.is_some() {
        return;
    }
    let content = answer.content();
    let kinds: Vec<&str> = content.iter().map(|block| text(block, "type")).collect();
    let natural = match kinds.as_slice() {
        kinds if kinds.contains(&"tool_use") => "tool_use",
        ["compaction"] => "compaction",
        _ => "end_turn",
    };
    answer.stop_reason = Some(natural.into());
    let stops =
        request.get("stop_sequences").and_then(Value::as_array).cloned().unwrap_or_default();
    for sequence in stops.iter().filter_map(Value::as_str).filter(|s| !s.is_empty()) {
        for index in 0..answer.items.len() {
            let Some(Item::Block { block, .. }) = answer.items.get_mut(index) else { continue };
            if text(block, "type") != "text" {
                continue;
            }
            let Some((before, _)) = text(block, "text").split_once(sequence) else { continue };
            let before = Value::from(before);
            put(block, "text", before);
            answer.items.truncate(index + 1);
            answer.stop_reason = Some("stop_sequence".into());
            answer.stop_sequence = Some(sequence.to_owned());
            return;
        }
    }
}

/// An id that depends on `parts` alone.
pub(crate) fn ident(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part.as_bytes());
    }
    BASE32_NOPAD.encode(&hasher.finalize()).to_ascii_lowercase().chars().take(24).collect()
}

/// About how many tokens a value is.
pub(crate) fn count_tokens(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / 4 + 1,
        Value::Object(members) => members.values().map(count_tokens).sum(),
        Value::Array(elements) => elements.iter().map(count_tokens).sum(),
        _ => 1,
    }
}
