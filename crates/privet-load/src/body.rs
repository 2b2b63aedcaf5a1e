//! What is sent. Every body holds something that was never sent before.

use serde_json::{Value, json};

/// A kind of request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// A short question with a name and an address that are new.
    Small,
    /// A short question in which nothing is found.
    Clean,
    /// So many kilobytes of text that was never sent, a finding every kilobyte.
    New(usize),
    /// As much new text in which nothing is found.
    CleanNew(usize),
    /// Half a megabyte of conversation of which only the last turn is new.
    Conversation,
}

/// Bodies of one kind, made quickly: all but the new text is spelled once.
pub(crate) struct Bodies {
    kind: Body,
    before: String,
    after: String,
}

impl Bodies {
    pub(crate) fn new(kind: Body, streamed: bool) -> Self {
        let mut body = match kind {
            Body::Conversation => conversation(),
            _ => small(NEW),
        };
        if let Some(members) = body.as_object_mut() {
            members.insert("stream".into(), json!(streamed));
        }
        let spelled = body.to_string();
        let (before, after) = spelled.split_once(NEW).unwrap_or_default();
        Self { kind, before: before.to_owned(), after: after.to_owned() }
    }

    /// The bytes of request `number`.
    pub(crate) fn bytes(&self, number: u64) -> Vec<u8> {
        let said = match self.kind {
            Body::Small | Body::Conversation => question(number),
            Body::Clean => format!("What is {number} times seven, and is it even?"),
            Body::CleanNew(kilobytes) => filler(number, kilobytes * 1024),
            Body::New(kilobytes) => {
                let parts = (0..kilobytes as u64).map(|part| number * 1000 + part);
                let parts = parts.map(|part| filler(part, 930) + &question(part));
                parts.collect::<Vec<_>>().join(" ")
            }
        };
        let said = json!(said).to_string();
        let said = said.trim_matches('"');
        [self.before.as_str(), said, self.after.as_str()].concat().into_bytes()
    }
}

/// Stands where the new text goes.
const NEW: &str = "THE-NEW-TEXT";

fn small(text: &str) -> Value {
    json!({
        "model": "claude-haiku-4-5",
        "max_tokens": 256,
        "messages": [{ "role": "user", "content": text }],
    })
}

fn question(number: u64) -> String {
    format!(
        "Please write to Maria Keller <maria.keller.{number}@example-mail.test> that order 7 is \
         late, and ask her to call back at +1 202 555 0{:03}.",
        100 + number % 100
    )
}

/// Text of that length like a log of somebody's work, which has no findings.
fn filler(seed: u64, length: usize) -> String {
    const SAID: &[&str] = &[
        "The parser now reads nested lists, and the tests cover the empty one. ",
        "    if (rows.len() > limit) { return Err(Error::TooMany); }\n",
        "We moved the cache behind a lock; the profile shows eight percent less time. ",
        "Running the build took a while, but nothing failed this time.\n",
        "let total = items.iter().map(|item| item.price).sum();\n",
    ];
    let mut text = String::with_capacity(length + 80);
    let mut next = seed;
    while text.len() < length {
        next = next.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let which = (next >> 33) as usize % SAID.len();
        text.push_str(SAID.get(which).copied().unwrap_or_default());
    }
    text
}

/// 250 turns of about 2 KB. Only the last one is new.
fn conversation() -> Value {
    const TURNS: u64 = 125;
    let mut messages = Vec::new();
    for turn in 0..TURNS {
        let asked = format!("{}{}", filler(turn, 1_800), question(turn));
        messages.push(json!({ "role": "user", "content": [{ "type": "text", "text": asked }] }));
        let answered = filler(turn + 1_000, 2_000);
        messages.push(
            json!({ "role": "assistant", "content": [{ "type": "text", "text": answered }] }),
        );
    }
    messages.push(json!({ "role": "user", "content": NEW }));
    json!({ "model": "claude-haiku-4-5", "max_tokens": 256, "messages": messages })
}
