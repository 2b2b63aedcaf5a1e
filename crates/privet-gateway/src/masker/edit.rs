//! Edits of a request's bytes.

use privet_mask::{Edit, escape_into};
use privet_wire::json::{Json, NodeId, OffsetMap};
use privet_wire::request::{Class, Opaque};

/// What stands where opaque content was withheld. Stable, so that prompts cache.
fn notice(what: Opaque) -> String {
    format!("[{} withheld by Privet: it cannot be read, so it was not sent]", what.name())
}

/// What stands where nothing but withheld thinking was.
const THINKING_NOTICE: &str = r#"{"type":"text","text":"[thinking withheld by Privet]"}"#;

/// Collects edits.
#[derive(Default)]
pub(super) struct Edits(pub(super) Vec<Edit>);

impl Edits {
    fn put(&mut self, range: std::ops::Range<usize>, text: String) {
        self.0.push(Edit { range, text });
    }

    /// Replaces `spans` (in bytes of the decoded `text`, in order) of a leaf.
    pub(super) fn leaf<'s>(
        &mut self,
        json: &Json<'_>,
        node: NodeId,
        class: Class,
        text: &str,
        spans: impl Iterator<Item = (usize, usize, &'s str)>,
    ) {
        match class {
            Class::Base64Text => {
                let mut masked = String::with_capacity(text.len());
                let mut at = 0;
                for (start, end, token) in spans {
                    masked.push_str(text.get(at..start).unwrap_or_default());
                    masked.push_str(token);
                    at = end;
                }
                if at > 0 {
                    masked.push_str(text.get(at..).unwrap_or_default());
                    let encoded = data_encoding::BASE64.encode(masked.as_bytes());
                    self.put(json.inner_range(node), encoded);
                }
            }
            Class::Number => {
                for (.., token) in spans {
                    self.put(json.range(node), token.to_owned());
                }
            }
            _ => {
                let inside = json.inner_range(node);
                let spelled = json.spelling(node);
                let spelled = spelled.get(1..spelled.len().saturating_sub(1)).unwrap_or_default();
                let mut map = OffsetMap::new(spelled);
                for (start, end, token) in spans {
                    let start = inside.start + map.raw(start);
                    let end = inside.start + map.raw(end);
                    let mut escaped = String::with_capacity(token.len());
                    escape_into(token, 1, &mut escaped);
                    self.put(start..end, escaped);
                }
            }
        }
    }

    /// Replaces the whole of a string.
    pub(super) fn string(&mut self, json: &Json<'_>, node: NodeId, text: &str) {
        let mut escaped = String::new();
        escape_into(text, 1, &mut escaped);
        self.put(json.inner_range(node), escaped);
    }

    /// Replaces a number or another scalar as it is spelled.
    pub(super) fn scalar(&mut self, json: &Json<'_>, node: NodeId, text: String) {
        self.put(json.range(node), text);
    }

    /// Puts a notice in the place of opaque content; block, count and markers stay.
    pub(super) fn withhold(&mut self, json: &Json<'_>, node: NodeId, what: Opaque) {
        let notice = notice(what);
        match what {
            Opaque::Unknown => self.string(json, node, &notice),
            Opaque::Image => {
                for (key, value) in json.members(node) {
                    match json.text(key).as_ref() {
                        "type" => self.string(json, value, "text"),
                        "source" => {
                            let range = json.range(key).start..json.range(value).end;
                            self.put(range, format!(r#""text":"{notice}""#));
                        }
                        _ => {}
                    }
                }
            }
            Opaque::Document => {
                if let Some(source) = json.get(node, "source") {
                    let text =
                        format!(r#"{{"type":"text","media_type":"text/plain","data":"{notice}"}}"#);
                    self.put(json.range(source), text);
                }
            }
        }
    }

    /// Takes `blocks` out of the array `content`.
    pub(super) fn drop_blocks(&mut self, json: &Json<'_>, content: NodeId, blocks: &[NodeId]) {
        let all: Vec<NodeId> = json.elements(content).collect();
        let Some(last_kept) = all.iter().rposition(|block| !blocks.contains(block)) else {
            let inside = json.range(content);
            return self.put(inside.start + 1..inside.end - 1, THINKING_NOTICE.to_owned());
        };
        for pair in all.windows(2).take(last_kept) {
            if let [block, next] = pair
                && blocks.contains(block)
            {
                self.put(json.range(*block).start..json.range(*next).start, String::new());
            }
        }
        if let (Some(kept), Some(last)) = (all.get(last_kept), all.last())
            && last_kept + 1 < all.len()
        {
            self.put(json.range(*kept).end..json.range(*last).end, String::new());
        }
    }
}
