//! The leaves of a request with their texts and identities, segment by segment.

use std::borrow::Cow;

use privet_wire::json::Json;
use privet_wire::memo::{LeafKey, SIGNED_ROLE, TOOL_ROLE};
use privet_wire::request::{Author, Class, Leaf, Part, RequestMap, Segment};

/// A leaf on its way.
pub(super) struct Work<'a> {
    pub(super) leaf: &'a Leaf,
    /// What it says; for base64 texts what they decode to.
    pub(super) text: Cow<'a, str>,
    /// Its identity in the scope.
    pub(super) hash: [u8; 32],
    /// What the object key above it says.
    pub(super) key: Option<Cow<'a, str>>,
}

/// A segment on its way.
pub(super) struct SegmentWork<'a> {
    pub(super) segment: &'a Segment,
    pub(super) leaves: Vec<Work<'a>>,
    /// The identity of the conversation up to and with this segment.
    pub(super) hash: [u8; 32],
}

/// Reads the texts and computes the identities. Tools and system have a chain of
/// their own each: clients change them in mid-conversation.
pub(super) fn prepare<'a>(
    json: &Json<'a>,
    map: &'a RequestMap,
    keys: &dyn LeafKey,
) -> Result<Vec<SegmentWork<'a>>, usize> {
    let mut chain = [0u8; 32];
    let mut prepared = Vec::with_capacity(map.segments.len());
    for (index, segment) in map.segments.iter().enumerate() {
        let leaves: Option<Vec<Work<'a>>> =
            segment.leaves.iter().map(|leaf| work(json, leaf, keys)).collect();
        let leaves = leaves.ok_or(index)?;
        let mut hasher = keys.hasher("segment");
        match segment.part {
            Part::Tools => hasher.update(b"tools"),
            Part::System => hasher.update(b"system"),
            Part::Parameters => hasher.update(b"parameters"),
            Part::Message(_) => {
                hasher.update(&chain);
                hasher.update(segment.speaker.as_bytes());
            }
        }
        for leaf in &leaves {
            hasher.update(&leaf.hash);
        }
        let hash = hasher.finish();
        if let Part::Message(_) = segment.part {
            chain = hash;
        }
        prepared.push(SegmentWork { segment, leaves, hash });
    }
    Ok(prepared)
}

/// `None` if a base64 text is none.
fn work<'a>(json: &Json<'a>, leaf: &'a Leaf, keys: &dyn LeafKey) -> Option<Work<'a>> {
    let text = match leaf.class {
        Class::Base64Text => Cow::Owned(decode_base64(&json.text(leaf.node))?),
        Class::Opaque(_) | Class::McpConnector => Cow::Borrowed(json.spelling(leaf.node)),
        _ => json.text(leaf.node),
    };
    let role = match leaf.author {
        Author::ToolCall(_) => TOOL_ROLE,
        Author::Signed(_) => SIGNED_ROLE,
        _ => leaf.role,
    };
    let hash = keys.hash(role, text.as_bytes());
    let key = leaf.key.map(|key| json.text(key));
    Some(Work { leaf, text, hash, key })
}

fn decode_base64(encoded: &str) -> Option<String> {
    let compact: Vec<u8> = encoded.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = data_encoding::BASE64.decode(&compact).ok()?;
    String::from_utf8(bytes).ok()
}
