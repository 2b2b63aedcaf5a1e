//! Signatures over thinking, bound to everything that stands before it.

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::canonical::{bare, blocks, canonical, text};

type Digest = [u8; 8];

const KEY: &[u8] = b"standin signing key, not a secret";
const NOTHING: Digest = [0; 8];

fn mac(parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(KEY) else { return [0; 32] };
    for part in parts {
        mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn digest(parts: &[&[u8]]) -> Digest {
    let mut digest = NOTHING;
    digest.iter_mut().zip(mac(parts)).for_each(|(slot, byte)| *slot = byte);
    digest
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Not made here, or over another text.
    Forged(&'static str),
    /// Made here, but for another conversation.
    Moved(String),
}

/// Digests of everything before a point: system, tools, then one for each block.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    parts: Vec<Digest>,
    places: Vec<String>,
    thought: Digest,
    strict_form: bool,
}

impl Prefix {
    pub(crate) fn new(request: &Value, strict_form: bool) -> Self {
        let system = request.get("system");
        let form =
            if strict_form && system.is_some_and(Value::is_string) { "string" } else { "list" };
        let parts_of = |name: &str, blocks: &[Value], form: &str| {
            let spelled: Vec<String> = blocks.iter().map(|block| canonical(&bare(block))).collect();
            let mut parts: Vec<&[u8]> = vec![name.as_bytes(), form.as_bytes()];
            parts.extend(spelled.iter().map(String::as_bytes));
            digest(&parts)
        };
        let tools = request.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        Self {
            parts: vec![parts_of("system", &blocks(system), form), parts_of("tools", &tools, "")],
            places: vec!["system".into(), "tools".into()],
            thought: NOTHING,
            strict_form,
        }
    }

    /// Goes on past a block that is no thinking.
    pub(crate) fn add(&mut self, role: &str, block: &Value, place: &str, string_form: bool) {
        if text(block, "type") == "compaction" {
            // The API forgets what stands before it.
            self.parts.truncate(2);
            self.places.truncate(2);
            self.thought = NOTHING;
        }
        let form = if string_form && self.strict_form { ":string" } else { "" };
        let mut block = bare(block);
        if let Some(Value::Array(inner)) = block.get("content").cloned()
            && let Some(members) = block.as_object_mut()
        {
            members.insert("content".into(), inner.iter().map(bare).collect());
        }
        let role = format!("{role}{form}");
        self.parts.push(digest(&[role.as_bytes(), canonical(&block).as_bytes()]));
        self.places.push(place.to_owned());
    }

    /// A signature over this prefix, the thinking before, and `thinking`.
    pub(crate) fn seal(&mut self, thinking: &str) -> String {
        let mut body = self.thought.to_vec();
        body.extend(digest(&[b"thinking", thinking.as_bytes()]));
        self.parts.iter().for_each(|part| body.extend(part));
        let proof = mac(&[&body]);
        body.extend(proof.iter().take(16));
        let sealed = BASE64.encode(&body);
        self.thought = digest(&[b"thought", sealed.as_bytes()]);
        sealed
    }

    /// Checks `sealed` over `thinking` at this point and goes on past it.
    pub(crate) fn check(&mut self, sealed: &str, thinking: &str) -> Result<(), Broken> {
        let raw = BASE64.decode(sealed.as_bytes()).map_err(|_| Broken::Forged("not base64"))?;
        let split = raw.len().checked_sub(16).filter(|split| *split >= 32);
        let (body, proof) = split
            .and_then(|split| raw.split_at_checked(split))
            .ok_or(Broken::Forged("not made here"))?;
        if mac(&[body]).get(..16) != Some(proof) {
            return Err(Broken::Forged("not made here"));
        }
        let parts: Vec<&[u8]> = body.chunks(8).collect();
        let [before, own, was @ ..] = parts.as_slice() else {
            return Err(Broken::Forged("not made here"));
        };
        if *own != digest(&[b"thinking", thinking.as_bytes()]) {
            return Err(Broken::Forged("the text of the block itself differs"));
        }
        for ((was, now), place) in was.iter().zip(&self.parts).zip(&self.places) {
            if *was != now {
                return Err(Broken::Moved(format!("{place} differs")));
            }
        }
        if was.len() != self.parts.len() {
            let (was, now) = (was.len(), self.parts.len());
            return Err(Broken::Moved(format!("{was} parts stood before it, now {now} do")));
        }
        // A leading run of thinking blocks may be dropped, none between others.
        if self.thought != *before && self.thought != NOTHING {
            return Err(Broken::Moved("a thinking block between others is gone".into()));
        }
        self.thought = digest(&[b"thought", sealed.as_bytes()]);
        Ok(())
    }
}

/// The signature over the content of a compaction block.
pub(crate) fn compaction_signature(content: &str) -> String {
    BASE64.encode(&digest(&[b"compaction", content.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn prefix(system: &str, said: &str) -> Prefix {
        let mut prefix = Prefix::new(&json!({ "system": system, "tools": [] }), false);
        prefix.add("user", &json!({ "type": "text", "text": said }), "messages.0.content.0", false);
        prefix
    }

    #[test]
    fn a_signature_is_bound_to_what_stands_before() {
        let sealed = prefix("s", "hello").seal("hm");
        assert_eq!(prefix("s", "hello").check(&sealed, "hm"), Ok(()));
        let moved = |place: &str| Err(Broken::Moved(format!("{place} differs")));
        assert_eq!(prefix("t", "hello").check(&sealed, "hm"), moved("system"));
        assert_eq!(prefix("s", "hallo").check(&sealed, "hm"), moved("messages.0.content.0"));
        let own = "the text of the block itself differs";
        assert_eq!(prefix("s", "hello").check(&sealed, "hmm"), Err(Broken::Forged(own)));
        assert!(matches!(prefix("s", "hello").check("AAAA", "hm"), Err(Broken::Forged(_))));
    }

    #[test]
    fn cache_marks_do_not_count() {
        let marked =
            json!({ "type": "text", "text": "x", "cache_control": { "type": "ephemeral" } });
        let plain = json!({ "type": "text", "text": "x" });
        let [mut one, mut two] = [prefix("s", "a"), prefix("s", "a")];
        one.add("user", &marked, "p", false);
        two.add("user", &plain, "p", true);
        assert_eq!(one.parts, two.parts);
    }
}
