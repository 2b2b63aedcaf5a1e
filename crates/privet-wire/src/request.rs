//! Where text lives in a Messages request, and what each place may suffer.
//!
//! The walk goes through the whole tree. A place it knows is read by its rule; a place
//! it does not know is read as text (promise 2). Leaves come in *segments* in the
//! order in which the API looks at a prefix: tools, system, then each message.

use std::borrow::Cow;

use crate::grammar::Grammar;
use crate::json::{Json, Kind, NodeId};

/// What may be done to a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Findings are replaced.
    Text,
    /// A number: findings become a number of the same length.
    Number,
    /// An object key in data: findings are replaced; colliding keys refuse.
    Key,
    /// Part of a contract (tool names, schemas, ids): a finding refuses.
    Contract,
    /// Base64 of a plain text: decoded, masked and encoded again.
    Base64Text,
    /// Cannot be read: refused, withheld or allowed, by policy.
    Opaque(Opaque),
    /// `metadata.user_id`: becomes a keyed hash.
    UserId,
    /// Text that Claude signed: sent back as it came, or its block is dropped.
    Signed,
    /// The start of a connection that Claude's side would open by itself.
    McpConnector,
}

/// What cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opaque {
    /// An `image` block.
    Image,
    /// A `document` block that is not plain text.
    Document,
    /// A block or field of unknown type that looks like binary data.
    Unknown,
}

impl Opaque {
    /// The word for it in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Document => "document",
            Self::Unknown => "binary content",
        }
    }
}

/// Who wrote a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The client, as far as anybody knows.
    Client,
    /// Claude, if a memo agrees: text of an assistant message.
    Claude,
    /// Claude, in the tool call of that id.
    ToolCall(String),
    /// Claude, under that signature.
    Signed(String),
}

/// A place with text in it.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The string, number or block.
    pub node: NodeId,
    /// What may be done to it.
    pub class: Class,
    /// What it is for, such as `text` or `tool_input`. Part of its identity.
    pub role: &'static str,
    /// Who wrote it.
    pub author: Author,
    /// The content block it belongs to, if any.
    pub block: Option<NodeId>,
    /// Whether the leaf before it continues directly into it (adjacent text blocks).
    pub continues: bool,
    /// The object key it stands under, where the key is part of free data.
    pub key: Option<NodeId>,
}

/// Which part of a request a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Tool definitions.
    Tools,
    /// The system prompt.
    System,
    /// A message, by index.
    Message(usize),
    /// Everything else. Not part of the prefix.
    Parameters,
}

/// Leaves that are sent together and remembered together.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Which part.
    pub part: Part,
    /// `user`, `assistant`, `system`, or empty.
    pub speaker: String,
    /// Its leaves, in order.
    pub leaves: Vec<Leaf>,
}

/// A document that citations may point into.
#[derive(Clone, Debug)]
pub struct CitedDocument {
    /// The leaf that holds its text; `None` if it has no single text.
    pub text: Option<NodeId>,
}

/// What the walk found out about a request.
#[derive(Clone, Debug)]
pub struct RequestMap {
    /// Tools, system, messages in order, then parameters.
    pub segments: Vec<Segment>,
    /// Documents in the order in which citations count them.
    pub documents: Vec<CitedDocument>,
    /// Citations with character offsets, which Claude gave and the client sends back.
    pub citations: Vec<NodeId>,
    /// The model asked for.
    pub model: Option<String>,
    /// Whether a stream is wanted.
    pub stream: bool,
    /// Whether the answer's text must be valid JSON of a given schema.
    pub structured: bool,
}

/// Why a request cannot be walked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The body is JSON but no object.
    #[error("the request body must be a JSON object")]
    NotAnObject,
    /// A field has another type than the API gives it.
    #[error("`{field}` must be {want}")]
    WrongType {
        /// Path of the field.
        field: String,
        /// What it must be.
        want: &'static str,
    },
}

/// Finds every leaf of a Messages or `count_tokens` body.
///
/// # Errors
/// If the body does not have the outline of a request.
pub fn walk(json: &Json<'_>) -> Result<RequestMap, RequestError> {
    let root = json.root();
    if json.kind(root) != Kind::Object {
        return Err(RequestError::NotAnObject);
    }
    let mut walker = Walker { json, leaves: Vec::new(), documents: Vec::new(), cited: Vec::new() };
    let mut tools = None;
    let mut system = None;
    let mut messages = None;
    for (key, value) in json.members(root) {
        match json.text(key).as_ref() {
            "tools" => tools = Some(value),
            "system" => system = Some(value),
            "messages" => messages = Some(value),
            name => walker.parameter(key, name, value),
        }
    }
    let parameters = walker.take();
    let mut segments = Vec::new();
    if let Some(tools) = tools {
        for tool in json.elements(tools) {
            walker.tool(tool);
        }
        walker.anything_but(tools, Kind::Array);
        segments.push(Segment { part: Part::Tools, speaker: String::new(), leaves: walker.take() });
    }
    if let Some(system) = system {
        walker.content(system, &Place { role: "system", speaker: Speaker::Client });
        segments.push(Segment {
            part: Part::System,
            speaker: String::new(),
            leaves: walker.take(),
        });
    }
    if let Some(messages) = messages {
        if json.kind(messages) != Kind::Array {
            return Err(RequestError::WrongType { field: "messages".into(), want: "an array" });
        }
        for (index, message) in json.elements(messages).enumerate() {
            if json.kind(message) != Kind::Object {
                let field = format!("messages.{index}");
                return Err(RequestError::WrongType { field, want: "an object" });
            }
            let speaker = walker.message(message);
            segments.push(Segment { part: Part::Message(index), speaker, leaves: walker.take() });
        }
    }
    segments.push(Segment { part: Part::Parameters, speaker: String::new(), leaves: parameters });
    Ok(RequestMap {
        segments,
        documents: walker.documents,
        citations: walker.cited,
        model: json.get_text(root, "model").map(Cow::into_owned),
        stream: json.get(root, "stream").is_some_and(|stream| json.spelling(stream) == "true"),
        structured: json.get(root, "output_format").is_some()
            || json
                .get(root, "output_config")
                .is_some_and(|config| json.get(config, "format").is_some()),
    })
}

/// Finds every leaf of one content block of an answer, classed as it will be when
/// the client sends it back.
pub fn walk_answer_block(json: &Json<'_>, block: NodeId) -> Vec<Leaf> {
    let mut walker = Walker { json, leaves: Vec::new(), documents: Vec::new(), cited: Vec::new() };
    walker.block(block, &Place { role: "text", speaker: Speaker::Claude });
    walker.take()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    Client,
    Claude,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    role: &'static str,
    speaker: Speaker,
}

impl Place {
    fn as_role(self, role: &'static str) -> Self {
        Self { role, ..self }
    }
}

struct Walker<'j, 'a> {
    json: &'j Json<'a>,
    leaves: Vec<Leaf>,
    documents: Vec<CitedDocument>,
    cited: Vec<NodeId>,
}

/// From this length on, an unbroken run of base64 in an unknown place counts as binary.
const BINARY_BYTES_MIN: usize = 4096;

impl Walker<'_, '_> {
    fn take(&mut self) -> Vec<Leaf> {
        std::mem::take(&mut self.leaves)
    }

    fn leaf(&mut self, node: NodeId, class: Class, role: &'static str) {
        self.authored(node, class, role, Author::Client, None);
    }

    fn authored(
        &mut self,
        node: NodeId,
        class: Class,
        role: &'static str,
        author: Author,
        block: Option<NodeId>,
    ) {
        self.leaves.push(Leaf { node, class, role, author, block, continues: false, key: None });
    }

    /// A string that passes unread if it fits `grammar`.
    fn keep(&mut self, node: NodeId, grammar: Grammar, role: &'static str) {
        match self.json.kind(node) {
            Kind::String if grammar.is_plain(&self.json.text(node)) => {}
            Kind::Literal => {}
            Kind::String => self.leaf(node, Class::Contract, role),
            Kind::Number => self.contract_number(node, role),
            Kind::Array => self.json.elements(node).for_each(|e| self.keep(e, grammar, role)),
            Kind::Object => self.structure(node, role),
        }
    }

    /// Numbers of the protocol are short; longer ones are read.
    fn contract_number(&mut self, node: NodeId, role: &'static str) {
        if self.json.spelling(node).len() > 7 {
            self.leaf(node, Class::Contract, role);
        }
    }

    fn contract_key(&mut self, key: NodeId) {
        if !Grammar::Name.is_plain(&self.json.text(key)) {
            self.leaf(key, Class::Contract, "key");
        }
    }

    /// An object whose strings are words of the protocol.
    fn structure(&mut self, node: NodeId, role: &'static str) {
        match self.json.kind(node) {
            Kind::Object => {
                for (key, value) in self.json.members(node) {
                    self.contract_key(key);
                    match self.json.text(key).as_ref() {
                        "schema" => self.schema(value),
                        "instructions" | "prompt" | "description" => self.unknown(value, role),
                        _ => self.structure(value, role),
                    }
                }
            }
            Kind::Array => self.json.elements(node).for_each(|e| self.structure(e, role)),
            Kind::String if Grammar::Word.is_plain(&self.json.text(node)) => {}
            Kind::String => self.leaf(node, Class::Text, role),
            Kind::Number => self.contract_number(node, role),
            Kind::Literal => {}
        }
    }

    fn anything_but(&mut self, node: NodeId, kind: Kind) {
        if self.json.kind(node) != kind {
            self.unknown(node, "unknown");
        }
    }

    fn parameter(&mut self, key: NodeId, name: &str, value: NodeId) {
        match name {
            "model" => self.keep(value, Grammar::Model, "model"),
            "stop_sequences" => self.unknown(value, "stop_sequence"),
            "metadata" => self.metadata(value),
            "mcp_servers" => self.mcp_servers(value),
            "max_tokens" | "stream" | "temperature" | "top_p" | "top_k" | "thinking"
            | "tool_choice" | "service_tier" | "inference_geo" | "speed" | "container"
            | "betas" | "anthropic_beta" | "anthropic_version" | "context_management"
            | "output_config" | "output_format" | "diagnostics" | "cache_control" | "thread" => {
                self.structure(value, "parameter")
            }
            _ => {
                self.contract_key(key);
                self.unknown(value, "unknown");
            }
        }
    }

    fn metadata(&mut self, node: NodeId) {
        self.anything_but(node, Kind::Object);
        for (key, value) in self.json.members(node) {
            match (self.json.text(key).as_ref(), self.json.kind(value)) {
                ("user_id", Kind::String) => self.leaf(value, Class::UserId, "user_id"),
                _ => {
                    self.contract_key(key);
                    self.unknown(value, "metadata");
                }
            }
        }
    }

    fn mcp_servers(&mut self, node: NodeId) {
        if self.json.elements(node).next().is_some() || self.json.kind(node) != Kind::Array {
            self.leaf(node, Class::McpConnector, "mcp_servers");
        }
        self.anything_but(node, Kind::Array);
        for server in self.json.elements(node) {
            self.anything_but(server, Kind::Object);
            for (key, value) in self.json.members(server) {
                self.contract_key(key);
                match (self.json.text(key).as_ref(), self.json.kind(value)) {
                    // They must arrive as they are or not at all; the connector's policy decides.
                    ("url" | "authorization_token", Kind::String) => {}
                    _ => self.structure(value, "mcp_servers"),
                }
            }
        }
    }

    fn tool(&mut self, tool: NodeId) {
        self.anything_but(tool, Kind::Object);
        for (key, value) in self.json.members(tool) {
            match self.json.text(key).as_ref() {
                "name" | "type" => self.keep(value, Grammar::Word, "tool"),
                "description" | "title" => self.unknown(value, "tool_description"),
                "input_schema" | "output_schema" => self.schema(value),
                "input_examples" => self.unknown(value, "tool_example"),
                "cache_control" | "allowed_callers" | "strict" | "defer_loading" | "max_uses"
                | "citations" => self.structure(value, "tool"),
                _ => {
                    self.contract_key(key);
                    self.unknown(value, "tool");
                }
            }
        }
    }

    /// A JSON Schema: descriptions are text, everything else is a contract.
    fn schema(&mut self, node: NodeId) {
        match self.json.kind(node) {
            Kind::Object => {
                for (key, value) in self.json.members(node) {
                    self.contract_key(key);
                    match self.json.text(key).as_ref() {
                        "description" | "title" | "$comment" | "examples" | "default"
                            if self.json.kind(value) != Kind::Object =>
                        {
                            self.unknown(value, "schema_text");
                        }
                        _ => self.schema(value),
                    }
                }
            }
            Kind::Array => self.json.elements(node).for_each(|e| self.schema(e)),
            Kind::String if Grammar::Name.is_plain(&self.json.text(node)) => {}
            Kind::String => self.leaf(node, Class::Contract, "schema"),
            Kind::Number => self.contract_number(node, "schema"),
            Kind::Literal => {}
        }
    }

    fn message(&mut self, message: NodeId) -> String {
        let speaker = self.json.get_text(message, "role").map(Cow::into_owned).unwrap_or_default();
        let place = match speaker.as_str() {
            "assistant" => Place { role: "text", speaker: Speaker::Claude },
            _ => Place { role: "text", speaker: Speaker::Client },
        };
        for (key, value) in self.json.members(message) {
            match self.json.text(key).as_ref() {
                "role" => self.keep(value, Grammar::Word, "role"),
                "content" => self.content(value, &place),
                "id" | "type" | "stop_reason" | "model" => {
                    self.keep(value, Grammar::Word, "message")
                }
                _ => {
                    self.contract_key(key);
                    self.unknown(value, "message");
                }
            }
        }
        speaker
    }

    /// A string or an array of blocks.
    fn content(&mut self, node: NodeId, place: &Place) {
        match self.json.kind(node) {
            Kind::Array => {
                let mut after_text = false;
                for block in self.json.elements(node) {
                    let first = self.leaves.len();
                    self.block(block, place);
                    let is_text = self.json.get_text(block, "type").as_deref() == Some("text");
                    if let Some(leaf) = self.leaves.get_mut(first) {
                        leaf.continues = after_text && is_text && leaf.role == place.role;
                    }
                    after_text = is_text;
                }
            }
            Kind::String => self.said(node, place, None),
            _ => self.nested_blocks(node, place),
        }
    }

    fn said(&mut self, node: NodeId, place: &Place, block: Option<NodeId>) {
        let author = match place.speaker {
            Speaker::Client => Author::Client,
            Speaker::Claude => Author::Claude,
        };
        self.authored(node, Class::Text, place.role, author, block);
    }

    fn block(&mut self, block: NodeId, place: &Place) {
        if self.json.kind(block) != Kind::Object {
            return self.unknown_at(block, place);
        }
        let kind = self.json.get_text(block, "type").unwrap_or_default();
        match kind.as_ref() {
            "image" => return self.opaque_source(block, Opaque::Image),
            "document" => return self.document(block, place),
            "thinking" | "compaction" => return self.signed(block),
            _ => {}
        }
        let call = kind.ends_with("tool_use");
        for (key, value) in self.json.members(block) {
            match self.json.text(key).as_ref() {
                "text" if kind == "text" && self.json.kind(value) == Kind::String => {
                    self.said(value, place, Some(block));
                }
                "citations" if kind == "text" => self.citations(value, place),
                "input" if call => self.tool_input(block, value, place),
                "content" => self.content(value, &place.as_role("tool_result")),
                "data" if kind == "redacted_thinking" => self.keep(value, Grammar::Base64, "data"),
                _ => self.common_member(key, value, place),
            }
        }
    }

    /// Members that mean the same in every block.
    fn common_member(&mut self, key: NodeId, value: NodeId, place: &Place) {
        match self.json.text(key).as_ref() {
            "type" | "id" | "tool_use_id" | "name" | "tool_name" | "server_name" | "file_id"
            | "container_id" => self.keep(value, Grammar::Word, "block"),
            "cache_control" | "caller" => self.structure(value, "block"),
            "signature" | "encrypted_content" | "encrypted_stdout" | "encrypted_index" => {
                self.keep(value, Grammar::Base64, "block");
            }
            _ => {
                self.contract_key(key);
                self.nested_blocks(value, place);
            }
        }
    }

    /// A value of an unknown member: objects with a `type` are read as blocks.
    fn nested_blocks(&mut self, node: NodeId, place: &Place) {
        match self.json.kind(node) {
            Kind::Object if self.json.get(node, "type").is_some() => self.block(node, place),
            Kind::Array => self.json.elements(node).for_each(|e| self.nested_blocks(e, place)),
            _ => self.unknown_at(node, place),
        }
    }

    fn citations(&mut self, node: NodeId, place: &Place) {
        self.anything_but(node, Kind::Array);
        for citation in self.json.elements(node) {
            self.anything_but(citation, Kind::Object);
            if self.json.get(citation, "start_char_index").is_some() {
                self.cited.push(citation);
            }
            for (key, value) in self.json.members(citation) {
                self.contract_key(key);
                match (self.json.text(key).as_ref(), self.json.kind(value)) {
                    ("type" | "file_id", _) => self.keep(value, Grammar::Word, "citation"),
                    ("encrypted_index", _) => self.keep(value, Grammar::Base64, "citation"),
                    (_, Kind::String) => self.said(value, &place.as_role("citation"), None),
                    _ => self.structure(value, "citation"),
                }
            }
        }
    }

    fn tool_input(&mut self, block: NodeId, input: NodeId, place: &Place) {
        let author = match (place.speaker, self.json.get_text(block, "id")) {
            (Speaker::Claude, Some(id)) => Author::ToolCall(id.into_owned()),
            _ => Author::Client,
        };
        self.data(input, "tool_input", &author);
    }

    /// Free data: strings, numbers and keys are all the client's.
    fn data(&mut self, node: NodeId, role: &'static str, author: &Author) {
        match self.json.kind(node) {
            Kind::Object => {
                for (key, value) in self.json.members(node) {
                    if !Grammar::Name.is_plain(&self.json.text(key)) {
                        self.authored(key, Class::Key, "key", author.clone(), None);
                    }
                    let first = self.leaves.len();
                    self.data(value, role, author);
                    if self.json.kind(value) != Kind::Object
                        && let Some(leaves) = self.leaves.get_mut(first..)
                    {
                        leaves.iter_mut().for_each(|leaf| leaf.key = leaf.key.or(Some(key)));
                    }
                }
            }
            Kind::Array => self.json.elements(node).for_each(|e| self.data(e, role, author)),
            Kind::String if self.is_binary(node) => {
                self.authored(node, Class::Opaque(Opaque::Unknown), role, author.clone(), None);
            }
            Kind::String => self.authored(node, Class::Text, role, author.clone(), None),
            Kind::Number => self.authored(node, Class::Number, role, author.clone(), None),
            Kind::Literal => {}
        }
    }

    /// A place no rule knows: read as data; words of its structure may not change.
    fn unknown(&mut self, node: NodeId, role: &'static str) {
        self.data(node, role, &Author::Client);
    }

    fn unknown_at(&mut self, node: NodeId, place: &Place) {
        let author = match place.speaker {
            Speaker::Client => Author::Client,
            Speaker::Claude => Author::Claude,
        };
        self.data(node, place.role, &author);
    }

    fn is_binary(&self, node: NodeId) -> bool {
        let range = self.json.inner_range(node);
        range.len() >= BINARY_BYTES_MIN && Grammar::Base64.fits(&self.json.text(node))
    }

    /// A block with a `source` that cannot be read.
    fn opaque_source(&mut self, block: NodeId, what: Opaque) {
        self.authored(block, Class::Opaque(what), "opaque", Author::Client, Some(block));
        let place = Place { role: "text", speaker: Speaker::Client };
        for (key, value) in self.json.members(block) {
            if self.json.text(key) != "source" {
                self.common_member(key, value, &place);
            }
        }
    }

    fn document(&mut self, block: NodeId, place: &Place) {
        let source = self.json.get(block, "source");
        let member = |name| source.and_then(|source| self.json.get_text(source, name));
        let data = source.and_then(|source| self.json.get(source, "data"));
        let kind = member("type").unwrap_or_default();
        let media_type = member("media_type").unwrap_or_default();
        let document = CitedDocument { text: data };
        let client = Place { role: "document", speaker: Speaker::Client };
        match (kind.as_ref(), data) {
            ("text", Some(_)) => self.documents.push(document),
            ("base64", Some(_)) if media_type.starts_with("text/") => {
                self.documents.push(document);
            }
            ("content", _) => self.documents.push(CitedDocument { text: None }),
            _ => {
                self.documents.push(CitedDocument { text: None });
                self.authored(
                    block,
                    Class::Opaque(Opaque::Document),
                    "opaque",
                    Author::Client,
                    Some(block),
                );
            }
        }
        let is_base64_text = kind == "base64" && media_type.starts_with("text/");
        let readable = matches!(kind.as_ref(), "text" | "content");
        for (key, value) in self.json.members(block) {
            match self.json.text(key).as_ref() {
                "source" if readable || is_base64_text => self.document_source(value, &client),
                "source" => {}
                "title" | "context" => self.unknown(value, "document"),
                "citations" => self.structure(value, "document"),
                _ => self.common_member(key, value, place),
            }
        }
    }

    fn document_source(&mut self, source: NodeId, place: &Place) {
        let base64 = self.json.get_text(source, "type").as_deref() == Some("base64");
        for (key, value) in self.json.members(source) {
            match self.json.text(key).as_ref() {
                "type" => self.keep(value, Grammar::Word, "document"),
                "media_type" => self.keep(value, Grammar::MediaType, "document"),
                "content" => self.content(value, place),
                "data" if base64 => self.leaf(value, Class::Base64Text, "document"),
                _ => {
                    self.contract_key(key);
                    self.unknown(value, "document");
                }
            }
        }
    }

    /// `thinking` and `compaction`: text under a signature.
    fn signed(&mut self, block: NodeId) {
        let signature = self
            .json
            .get_text(block, "signature")
            .or_else(|| self.json.get_text(block, "encrypted_content"))
            .map(Cow::into_owned)
            .unwrap_or_default();
        let place = Place { role: "text", speaker: Speaker::Claude };
        for (key, value) in self.json.members(block) {
            match (self.json.text(key).as_ref(), self.json.kind(value)) {
                ("thinking" | "content", Kind::String) => {
                    let author = Author::Signed(signature.clone());
                    self.authored(value, Class::Signed, "signed", author, Some(block));
                }
                _ => self.common_member(key, value, &place),
            }
        }
    }
}

#[cfg(test)]
mod tests;
