//! Reading a request as the API does: what it would refuse is refused here too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::canonical::{blocks, text};
use crate::prefix::{Broken, Prefix, compaction_signature};

/// An error that the API would give.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Refused {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), headers: Vec::new() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.status {
            400 => "invalid_request_error",
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            409 => "conflict_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            _ => "api_error",
        }
    }
}

/// A history that holds.
pub(crate) struct History {
    pub(crate) prefix: Prefix,
    /// Thinking that was dropped at the request's own wish.
    pub(crate) dropped: Vec<Value>,
}

/// Checks all of the history.
pub(crate) fn read(request: &Value, strict_form: bool) -> Result<History, Refused> {
    let messages = request.get("messages").and_then(Value::as_array).filter(|m| !m.is_empty());
    let messages =
        messages.ok_or_else(|| Refused::invalid("messages: at least one message is required"))?;
    let behaviour = request.pointer("/thinking/block_binding/prefix_mismatch_behavior");
    let mut reader = Reader {
        history: History { prefix: Prefix::new(request, strict_form), dropped: Vec::new() },
        drops: behaviour.and_then(Value::as_str) == Some("drop_block"),
        open_tools: BTreeSet::new(),
        marks: 0,
    };
    for (index, message) in messages.iter().enumerate() {
        reader.message(index, message)?;
    }
    let last_is_claude = messages.last().is_some_and(|m| text(m, "role") == "assistant");
    if last_is_claude && !reader.open_tools.is_empty() {
        return Err(Refused::invalid("the last message leaves tool_use without tool_result"));
    }
    let tools = request.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
    let system = blocks(request.get("system"));
    reader.marks += system.iter().chain(&tools).filter(|b| is_marked(b)).count();
    if reader.marks > 4 {
        let message = "A maximum of 4 blocks with cache_control may be provided. Found ";
        return Err(Refused::invalid(format!("{message}{}.", reader.marks)));
    }
    for (index, tool) in tools.iter().enumerate() {
        let name = tool.get("name").and_then(Value::as_str).unwrap_or("x");
        if !is_id(name, 128) {
            let message =
                format!("tools.{index}.name: should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'");
            return Err(Refused::invalid(message));
        }
    }
    Ok(reader.history)
}

fn is_marked(block: &Value) -> bool {
    block.get("cache_control").is_some_and(|mark| !mark.is_null())
}

fn is_id(id: &str, len_max: usize) -> bool {
    (1..=len_max).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

struct Reader {
    history: History,
    drops: bool,
    open_tools: BTreeSet<String>,
    marks: usize,
}

impl Reader {
    fn message(&mut self, index: usize, message: &Value) -> Result<(), Refused> {
        let role = text(message, "role");
        if !matches!(role, "user" | "assistant" | "system") {
            return Err(Refused::invalid(format!("messages.{index}.role: unknown role")));
        }
        if index == 0 && role == "assistant" {
            return Err(Refused::invalid("messages.0: first message must not be `assistant`"));
        }
        let content = blocks(message.get("content"));
        if role == "user" {
            self.results(index, &content)?;
        }
        let string_form = message.get("content").is_some_and(Value::is_string);
        for (number, block) in content.iter().enumerate() {
            let place = format!("messages.{index}.content.{number}");
            self.block(role, block, (index, number), &place, string_form)?;
        }
        Ok(())
    }

    fn results(&mut self, index: usize, content: &[Value]) -> Result<(), Refused> {
        let results: BTreeSet<String> = content
            .iter()
            .filter(|block| text(block, "type") == "tool_result")
            .map(|block| text(block, "tool_use_id").to_owned())
            .collect();
        let list =
            |ids: Vec<&String>| ids.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let missing: Vec<&String> = self.open_tools.difference(&results).collect();
        if !missing.is_empty() {
            return Err(Refused::invalid(format!(
                "messages.{index}: `tool_use` ids were found without `tool_result` blocks \
                 immediately after: {}",
                list(missing)
            )));
        }
        let strange: Vec<&String> = results.difference(&self.open_tools).collect();
        if !strange.is_empty() {
            return Err(Refused::invalid(format!(
                "messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks: {}",
                list(strange)
            )));
        }
        self.open_tools.clear();
        Ok(())
    }

    fn block(
        &mut self,
        role: &str,
        block: &Value,
        at: (usize, usize),
        place: &str,
        string_form: bool,
    ) -> Result<(), Refused> {
        let kind = text(block, "type");
        self.marks += usize::from(is_marked(block));
        match kind {
            "text" if text(block, "text").is_empty() => {
                return Err(Refused::invalid(format!(
                    "{place}: text content blocks must be non-empty"
                )));
            }
            "tool_use" => {
                let id = text(block, "id");
                if !is_id(id, 64) || !block.get("input").is_some_and(Value::is_object) {
                    return Err(Refused::invalid(format!("{place}: malformed tool_use")));
                }
                self.open_tools.insert(id.to_owned());
            }
            "thinking" | "redacted_thinking" if role == "assistant" => {
                return self.thinking(kind, block, at, place);
            }
            "compaction" => {
                let content = block.get("content").and_then(Value::as_str);
                let holds = |content| text(block, "signature") == compaction_signature(content);
                if content.is_some_and(|content| !holds(content)) {
                    return Err(Refused::invalid(format!(
                        "{place}: compaction content does not match its signature \
                         (compaction_content_mismatch)"
                    )));
                }
            }
            _ => {}
        }
        self.history.prefix.add(role, block, place, string_form);
        Ok(())
    }

    fn thinking(
        &mut self,
        kind: &str,
        block: &Value,
        (message, number): (usize, usize),
        place: &str,
    ) -> Result<(), Refused> {
        let (thought, sealed) = match kind {
            "thinking" => (text(block, "thinking"), text(block, "signature")),
            _ => ("", text(block, "data")),
        };
        let checked = if self.history.dropped.is_empty() {
            self.history.prefix.check(sealed, thought)
        } else {
            Err(Broken::Moved("an earlier block was dropped".into()))
        };
        match checked {
            Ok(()) => Ok(()),
            Err(Broken::Moved(_)) if self.drops => {
                self.history.dropped.push(json!({
                    "type": "thinking_dropped",
                    "message_index": message,
                    "content_block_index": number,
                    "reason": "prefix_binding_mismatch",
                }));
                Ok(())
            }
            Err(Broken::Moved(why)) => Err(Refused::invalid(format!(
                "{place}: Invalid `signature` in `{kind}` block. The block is bound to a different \
                 conversation. Remove the block, or set \
                 `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\". (stand-in: {why})"
            ))),
            Err(Broken::Forged(why)) => Err(Refused::invalid(format!(
                "{place}: Invalid `signature` in `{kind}` block. (stand-in: {why})"
            ))),
        }
    }
}
