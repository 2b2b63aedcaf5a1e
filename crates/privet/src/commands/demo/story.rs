//! The conversations of the demo. All people in them are invented.

use serde_json::{Value, json};

/// One turn of a conversation.
pub(super) struct Scene {
    pub(super) title: &'static str,
    /// What to notice.
    pub(super) point: &'static str,
    /// What the person writes.
    says: &'static str,
    /// What the stand-in is asked to do, in its own directives.
    script: Option<Value>,
    /// Blocks beside the text.
    blocks: Vec<Value>,
    pub(super) stream: bool,
    /// Whether it goes on with the conversation before.
    pub(super) continues: bool,
    /// Makes sense only with the stand-in.
    pub(super) standin_only: bool,
}

impl Scene {
    /// The message for the API.
    pub(super) fn message(&self, real: bool) -> Value {
        let mut text = self.says.to_owned();
        if let (Some(script), false) = (&self.script, real) {
            text.push_str(&format!("\n!script {script}"));
        }
        let mut blocks = self.blocks.clone();
        blocks.push(json!({ "type": "text", "text": text }));
        json!({ "role": "user", "content": blocks })
    }

    /// What the person sees themselves sending.
    pub(super) fn shown(&self) -> String {
        let mut shown: Vec<String> = self.blocks.iter().filter_map(block_text).collect();
        shown.push(self.says.to_owned());
        shown.join("\n")
    }
}

/// The values that must never leave, for colouring.
pub(super) const VALUES: &[&str] = &[
    "Jane Doe",
    "jane.doe@kestrel-mail.com",
    "+1 415-555-0132",
    "DE89 3704 0044 0532 0130 00",
    "4556 7375 8689 9855",
    "Maria Gonzalez",
    "maria.gonzalez@olivo-correo.es",
    "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",
    "maria.gonzalez",
];

const LETTER: &str = "Please draft a reply to this customer:\n\n\
    From: Jane Doe <jane.doe@kestrel-mail.com>\n\
    I paid twice with card 4556 7375 8689 9855. Please refund to IBAN DE89 3704 0044 0532 0130 00 \
    and call me at +1 415-555-0132.";

const FILE: &str = "OWNER_EMAIL=maria.gonzalez@olivo-correo.es\n\
    GITHUB_TOKEN=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\n\
    BACKUP=/home/maria.gonzalez/backup\n";

/// The scenes in order.
pub(super) fn scenes() -> Vec<Scene> {
    let scene = Scene {
        title: "",
        point: "",
        says: "",
        script: None,
        blocks: Vec::new(),
        stream: true,
        continues: false,
        standin_only: false,
    };
    vec![
        Scene {
            title: "A customer's letter, streamed",
            point: "Names, e-mail, card, IBAN and phone leave as tokens and come back in the stream.",
            says: LETTER,
            script: Some(json!([{ "think": "Jane Doe paid twice.", "text":
                "Dear Jane Doe,\n\nthank you for writing. We refund the second payment to \
                 DE89 3704 0044 0532 0130 00 and call you at +1 415-555-0132.\n\nCopy: \
                 jane.doe@kestrel-mail.com" }])),
            ..scene_like(&scene)
        },
        Scene {
            title: "The same conversation goes on",
            point: "The same value has the same token; what was sent before is sent the same way \
                    again, so signatures hold and prompts cache.",
            says: "Shorter please, and sign as Maria Gonzalez.",
            script: Some(json!([{ "text":
                "Dear Jane Doe,\n\nthe refund is on its way.\n\nMaria Gonzalez" }])),
            continues: true,
            ..scene_like(&scene)
        },
        Scene {
            title: "A file with a key in it, edited by a tool",
            point: "The secret leaves as a numbered marker and comes back only into the file; the \
                    path keeps its shape.",
            says: "Add a line LOG=debug to this file and write it back.",
            blocks: vec![json!({ "type": "document", "title": ".env", "source":
                { "type": "text", "media_type": "text/plain", "data": FILE } })],
            script: Some(json!([{ "tool": "Write", "input":
                { "file_path": "/home/maria.gonzalez/app/.env",
                  "content": format!("{FILE}LOG=debug\n") } }])),
            standin_only: true,
            ..scene_like(&scene)
        },
        Scene {
            title: "A scanned page that Privet cannot read",
            point: "What cannot be read is refused with a reason, not passed unread.",
            says: "What does this page say?",
            blocks: vec![json!({ "type": "image", "source":
                { "type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo=" } })],
            stream: false,
            ..scene_like(&scene)
        },
    ]
}

fn scene_like(scene: &Scene) -> Scene {
    Scene { script: None, blocks: Vec::new(), ..*scene }
}

/// What the newest user message of a request says, without directives.
pub(super) fn last_text(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let newest = body.get("messages").and_then(Value::as_array).and_then(|all| all.last());
    let Some(content) = newest.and_then(|message| message.get("content")) else {
        return String::new();
    };
    let blocks = content.as_array().cloned().unwrap_or_else(|| vec![content.clone()]);
    let texts: Vec<String> = blocks.iter().filter_map(block_text).collect();
    without_directives(&texts.join("\n"))
}

fn without_directives(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("!script")).collect();
    lines.join("\n")
}

/// What a block says, for showing.
pub(super) fn block_text(block: &Value) -> Option<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match block.get("type").and_then(Value::as_str) {
        Some("text") => text(block.get("text")),
        Some("thinking") => {
            text(block.get("thinking")).map(|thought| format!("(thinks) {thought}"))
        }
        Some("document") => block.get("source").and_then(|source| text(source.get("data"))),
        Some("image") => Some(String::from("[image]")),
        Some("tool_use") => {
            let name = text(block.get("name")).unwrap_or_default();
            let input = block.get("input")?.as_object()?;
            let members: Vec<String> = input
                .iter()
                .map(|(key, value)| {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    format!("{key}: {value}")
                })
                .collect();
            Some(format!("(calls {name})\n{}", members.join("\n")))
        }
        _ => None,
    }
}
