//! What a script can refer to, and the directive that counts.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use crate::canonical::{blocks, text};

#[expect(clippy::expect_used, reason = "the patterns are constant; tests run them")]
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)^!(script|error|cut|think)\b[ \t]*"));
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\$(\$?)\{(result|file|prompt|doc)(?:\.(\d+))?\}"));
static LINE_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^ *\d+(?:→|\t)"));

/// The latest directive.
pub(crate) struct Directive {
    pub(crate) kind: String,
    /// What stands behind it, to the end of the text.
    pub(crate) rest: String,
    /// Assistant turns since.
    pub(crate) turns: usize,
}

/// Finds the directive of the latest user message that holds one.
pub(crate) fn directive(messages: &[Value]) -> Option<Directive> {
    for (index, message) in messages.iter().enumerate().rev() {
        if text(message, "role") != "user" {
            continue;
        }
        for said in texts_of(message).iter().rev() {
            let Some(found) = DIRECTIVE.captures_iter(said).last() else { continue };
            let mut turns = 0;
            let mut last = "user";
            for later in messages.iter().skip(index + 1) {
                let role = text(later, "role");
                turns += usize::from(role == "assistant" && last != "assistant");
                last = role;
            }
            let end = found.get(0).map_or(0, |whole| whole.end());
            return Some(Directive {
                kind: found.get(1).map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
                rest: said.get(end..).unwrap_or_default().to_owned(),
                turns,
            });
        }
    }
    None
}

fn texts_of(message: &Value) -> Vec<String> {
    blocks(message.get("content"))
        .iter()
        .filter(|block| text(block, "type") == "text")
        .map(|block| text(block, "text").to_owned())
        .collect()
}

fn result_text(block: &Value) -> String {
    match block.get("content") {
        Some(Value::String(text)) => text.clone(),
        content => {
            let texts: Vec<String> = blocks(content)
                .iter()
                .filter(|block| text(block, "type") == "text")
                .map(|block| text(block, "text").to_owned())
                .collect();
            texts.join("\n")
        }
    }
}

/// The texts a script can refer to.
#[derive(Debug, Default)]
pub(crate) struct Scene {
    result: String,
    file: String,
    pub(crate) prompt: String,
    /// The last user text or tool result.
    pub(crate) last: String,
    pub(crate) doc: Option<String>,
    pub(crate) doc_title: Value,
    pub(crate) doc_index: usize,
}

impl Scene {
    pub(crate) fn of(messages: &[Value]) -> Self {
        let mut scene = Self::default();
        let mut documents = 0;
        for block in messages.iter().flat_map(|message| blocks(message.get("content"))) {
            match text(&block, "type") {
                "tool_result" => scene.result = result_text(&block),
                "document" => {
                    scene.take_document(&block, documents);
                    documents += 1;
                }
                _ => {}
            }
        }
        scene.last = messages.iter().rev().find_map(newest).unwrap_or_default();
        let lines: Vec<&str> =
            scene.last.split('\n').filter(|line| !DIRECTIVE.is_match(line)).collect();
        scene.prompt = lines.join("\n").trim().to_owned();
        let file = scene.result.split("\n\n<system-reminder>").next().unwrap_or_default();
        scene.file = LINE_NUMBER.replace_all(file, "").into_owned();
        scene
    }

    fn take_document(&mut self, block: &Value, index: usize) {
        let source = block.get("source").cloned().unwrap_or_default();
        if self.doc.is_some() {
            return;
        }
        let data = text(&source, "data");
        let doc = match text(&source, "type") {
            "text" => data.to_owned(),
            "base64" if text(&source, "media_type").starts_with("text/") => {
                let bytes = data_encoding::BASE64.decode(data.as_bytes()).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            "base64" => String::new(),
            _ => return,
        };
        self.doc = Some(doc);
        self.doc_title = block.get("title").cloned().unwrap_or_default();
        self.doc_index = index;
    }

    /// `value` with references replaced.
    pub(crate) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(
                REFERENCE.replace_all(text, |found: &Captures<'_>| self.value_of(found)),
            ),
            Value::Array(elements) => elements.iter().map(|e| self.fill(e)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, member)| (key.clone(), self.fill(member)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    fn value_of(&self, found: &Captures<'_>) -> String {
        let whole = found.get(0).map_or("", |whole| whole.as_str());
        if found.get(1).is_some_and(|escape| !escape.is_empty()) {
            return whole.get(1..).unwrap_or_default().to_owned();
        }
        let text = match found.get(2).map(|name| name.as_str()) {
            Some("result") => self.result.as_str(),
            Some("file") => self.file.as_str(),
            Some("prompt") => self.prompt.as_str(),
            _ => self.doc.as_deref().unwrap_or_default(),
        };
        match found.get(3).and_then(|line| line.as_str().parse::<usize>().ok()) {
            None => text.to_owned(),
            Some(line) => {
                let line = line.checked_sub(1).and_then(|index| text.split('\n').nth(index));
                line.unwrap_or_default().to_owned()
            }
        }
    }
}

fn newest(message: &Value) -> Option<String> {
    if text(message, "role") != "user" {
        return None;
    }
    let said = texts_of(message)
        .into_iter()
        .rfind(|said| !said.trim_start().starts_with("<system-reminder>"));
    said.or_else(|| {
        blocks(message.get("content"))
            .iter()
            .rev()
            .find(|block| text(block, "type") == "tool_result")
            .map(result_text)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_directive_counts() {
        let messages = [
            json!({ "role": "user", "content": "!think a" }),
            json!({ "role": "assistant", "content": "x" }),
            json!({ "role": "user", "content": [{ "type": "text", "text": "do\n!script [1]" }] }),
            json!({ "role": "assistant", "content": "y" }),
            json!({ "role": "user", "content": "go on" }),
        ];
        let found = directive(&messages).unwrap();
        assert_eq!((found.kind.as_str(), found.rest.as_str(), found.turns), ("script", "[1]", 1));
        assert!(directive(&messages[4..]).is_none());
    }

    #[test]
    fn references_are_filled() {
        let messages = [json!({ "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "t", "content": "1\tone\n2\ttwo" },
            { "type": "text", "text": "hello\n!cut" }] })];
        let scene = Scene::of(&messages);
        let filled =
            scene.fill(&json!(["${file.2}", "${file}", "${prompt}", "$${file}", "${result.1}"]));
        assert_eq!(filled, json!(["two", "one\ntwo", "hello", "${file}", "1\tone"]));
    }
}
