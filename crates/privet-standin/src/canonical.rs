//! JSON values in one spelling each.

use serde_json::{Map, Value};

/// Keys sorted, no spaces.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            let members: Vec<String> = keys
                .into_iter()
                .map(|key| {
                    let member = members.get(key).map(canonical).unwrap_or_default();
                    format!("{}:{member}", Value::from(key.as_str()))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(canonical).collect();
            format!("[{}]", elements.join(","))
        }
        other => other.to_string(),
    }
}

/// Order kept, spaces as a model writes them; non-ASCII escaped if `ascii`.
pub(crate) fn spaced(value: &Value, ascii: bool) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, member)| {
                    format!(
                        "{}: {}",
                        scalar(&Value::from(key.as_str()), ascii),
                        spaced(member, ascii)
                    )
                })
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(|e| spaced(e, ascii)).collect();
            format!("[{}]", elements.join(", "))
        }
        other => scalar(other, ascii),
    }
}

fn scalar(value: &Value, ascii: bool) -> String {
    let text = value.to_string();
    if !ascii || text.is_ascii() {
        return text;
    }
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

/// A block as it is compared: without `cache_control` and null members.
pub(crate) fn bare(block: &Value) -> Value {
    let Value::Object(members) = block else { return block.clone() };
    let kept: Map<String, Value> = members
        .iter()
        .filter(|(key, member)| *key != "cache_control" && !member.is_null())
        .map(|(key, member)| (key.clone(), member.clone()))
        .collect();
    Value::Object(kept)
}

/// The blocks of a content, which may be a string.
pub(crate) fn blocks(content: Option<&Value>) -> Vec<Value> {
    match content {
        Some(Value::String(text)) => vec![serde_json::json!({ "type": "text", "text": text })],
        Some(Value::Array(blocks)) => blocks.clone(),
        _ => Vec::new(),
    }
}

/// A string member, empty if there is none.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
