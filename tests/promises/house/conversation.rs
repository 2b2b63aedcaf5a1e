//! [`Conversation`]: a client that holds one, turn by turn.

use serde_json::{Value, json};

use super::events::Heard;
use super::people::{CARD, EMAIL, GITHUB_TOKEN, IBAN, PHONE, SSN, trace};
use super::{Caller, Reply};

/// A conversation that a client holds. `messages` is what it has, with the real values.
pub(crate) struct Conversation {
    pub(crate) messages: Vec<Value>,
    pub(crate) turn: usize,
}

impl Conversation {
    pub(crate) fn new() -> Self {
        Self { messages: Vec::new(), turn: 0 }
    }

    pub(crate) fn request(&self) -> Value {
        json!({
            "model": "claude-x", "max_tokens": 4000, "stream": self.turn % 2 == 1,
            "thinking": { "type": "enabled", "budget_tokens": 1024 },
            "system": [{ "type": "text", "text": format!("You work for {EMAIL}.") }],
            "tools": [{ "name": "Bash", "description": format!("Ask {PHONE} first"), "input_schema": { "type": "object" } }],
            "messages": self.messages,
        })
    }

    /// The user says `said`; what Claude answers is kept.
    #[track_caller]
    pub(crate) fn say(&mut self, caller: &Caller, said: Value) {
        self.messages.push(json!({ "role": "user", "content": said }));
        let reply = caller.ask(&self.request());
        assert_eq!(
            reply.status,
            200,
            "turn {}: {}",
            self.turn,
            String::from_utf8_lossy(&reply.body)
        );
        self.messages.push(json!({ "role": "assistant", "content": content(&reply) }));
        self.turn += 1;
    }
}

/// The blocks of an answer, as a client would send them back.
fn content(reply: &Reply) -> Value {
    if !reply.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return reply.json()["content"].clone();
    }
    let mut blocks = Heard::read(&reply.body).blocks;
    for block in &mut blocks {
        let members = block.as_object_mut().expect("a block");
        if let Some(input) = members.remove("partial_json") {
            members["input"] = serde_json::from_str(input.as_str().expect("text")).expect("JSON");
        }
    }
    blocks.into()
}

/// What the user says in a turn: values of long ago, new ones, tool results.
fn line(turn: usize) -> Value {
    let new = format!("colleague{turn}@kestrel-mail.com");
    match turn % 5 {
        0 => json!(format!("Write to {new} about {CARD}")),
        1 => {
            json!([{ "type": "text", "text": format!("and {EMAIL}, {PHONE}") }, { "type": "text", "text": "please" }])
        }
        2 => json!(format!(
            "!script [{{\"think\":\"about ${{prompt}}\",\"text\":\"I ask\",\"tool\":\"Bash\",\"input\":{{\"command\":\"${{prompt}}\"}}}}]\nmail {new} and {IBAN}"
        )),
        3 => {
            json!([{ "type": "tool_result", "tool_use_id": "TOOL", "content": format!("{SSN}\n{{\"mail\":\"{new}\"}}") }])
        }
        _ => json!(format!("thanks. The key is {GITHUB_TOKEN}, {new}")),
    }
}

/// `line`, with the id of the tool that Claude called.
pub(crate) fn next_line(conversation: &Conversation) -> Value {
    let said = line(conversation.turn).to_string();
    let call = conversation.messages.last().and_then(|message| {
        message["content"].as_array()?.iter().find_map(|block| block["id"].as_str())
    });
    serde_json::from_str(&said.replace("TOOL", call.unwrap_or("none"))).expect("JSON")
}

/// Messages stand last in a body, so all but the end of it is a prefix of the next. No value
/// of `masked` is in any.
#[track_caller]
pub(crate) fn check_prefixes(bodies: &[String], masked: &[&str]) {
    for (turn, pair) in bodies.windows(2).enumerate() {
        let messages = |body: &str| body[body.find("\"messages\"").expect("there")..].to_owned();
        let (before, after) = (messages(&pair[0]), messages(&pair[1]));
        let before = before.strip_suffix("]}").expect("messages stand last");
        assert!(after.starts_with(before), "turn {turn} changed:\n{before}\n{after}");
        let head = |body: &str| {
            let from = body.find("\"system\"").expect("there");
            body[from..body.find("\"messages\"").expect("there")].to_owned()
        };
        assert_eq!(head(&pair[0]), head(&pair[1]), "turn {turn}");
    }
    for body in bodies {
        for value in masked {
            assert_eq!(trace(body.as_bytes(), value), None, "{value} left");
        }
    }
}
