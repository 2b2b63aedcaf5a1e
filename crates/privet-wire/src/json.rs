//! A JSON text as a flat tree of byte ranges (RFC 8259).
//!
//! Nothing is copied, converted or re-serialised: a node says where its bytes are,
//! and edits replace just those. Texts that two readers could read differently are
//! refused: duplicate keys, lone surrogates, invalid UTF-8, anything after the value.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Why a text is not usable JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is not UTF-8.
    #[error("not valid UTF-8 at byte {0}")]
    NotUtf8(usize),
    /// The grammar does not allow what stands there.
    #[error("invalid JSON at byte {0}")]
    Syntax(usize),
    /// It ends too early.
    #[error("the JSON text ends too early")]
    Truncated,
    /// An object has two members of the same name. Readers disagree on which counts.
    #[error("duplicate object key at byte {0}")]
    DuplicateKey(usize),
    /// More levels than [`DEPTH_MAX`].
    #[error("JSON nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
    /// More than 4 GiB.
    #[error("the JSON text is too long")]
    TooLong,
}

/// How deep objects and arrays may be nested.
pub const DEPTH_MAX: usize = 128;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`; its children are keys and values by turns.
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number, spelled as it came.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// Names a node of one [`Json`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    escaped: bool,
    start: u32,
    end: u32,
    /// The node after this one and everything in it.
    next: u32,
}

/// A parsed text.
#[derive(Clone, Debug)]
pub struct Json<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

impl<'a> Json<'a> {
    /// Reads `bytes` whole. Linear in time; memory is 20 bytes a node.
    ///
    /// # Errors
    /// If it is not one JSON value that every reader reads alike.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|e| JsonError::NotUtf8(e.valid_up_to()))?;
        Self::parse_str(text)
    }

    /// Like [`parse`](Self::parse), for what is known to be UTF-8.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_str(text: &'a str) -> Result<Self, JsonError> {
        if u32::try_from(text.len()).is_err() {
            return Err(JsonError::TooLong);
        }
        let mut parser =
            Parser { text, bytes: text.as_bytes(), at: 0, nodes: Vec::new(), depth: 0 };
        parser.space();
        parser.value()?;
        parser.space();
        if parser.at < text.len() {
            return Err(JsonError::Syntax(parser.at));
        }
        Ok(Self { text, nodes: parser.nodes })
    }

    /// The outermost value.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// What the node is.
    pub fn kind(&self, node: NodeId) -> Kind {
        self.nodes.get(node.0 as usize).map_or(Kind::Literal, |node| node.kind)
    }

    /// All bytes of the node, with quotes or brackets.
    pub fn range(&self, node: NodeId) -> Range<usize> {
        self.nodes.get(node.0 as usize).map_or(0..0, |node| node.start as usize..node.end as usize)
    }

    /// The node as it is spelled.
    pub fn spelling(&self, node: NodeId) -> &'a str {
        self.text.get(self.range(node)).unwrap_or_default()
    }

    /// Where the inside of a string is; for other nodes the same as [`range`](Self::range).
    pub fn inner_range(&self, node: NodeId) -> Range<usize> {
        let range = self.range(node);
        match self.kind(node) {
            Kind::String => range.start + 1..range.end - 1,
            _ => range,
        }
    }

    /// What a string says, or how another scalar is spelled.
    pub fn text(&self, node: NodeId) -> Cow<'a, str> {
        let spelled = self.text.get(self.inner_range(node)).unwrap_or_default();
        let escaped = self.nodes.get(node.0 as usize).is_some_and(|node| node.escaped);
        if escaped { Cow::Owned(unescape(spelled)) } else { Cow::Borrowed(spelled) }
    }

    /// Whether the node is a string with escapes in it.
    pub fn is_escaped(&self, node: NodeId) -> bool {
        self.nodes.get(node.0 as usize).is_some_and(|node| node.escaped)
    }

    /// The elements of an array; nothing for other nodes.
    pub fn elements(&self, node: NodeId) -> Children<'_, 'a> {
        self.children(node, Kind::Array)
    }

    /// The members of an object as (key, value); nothing for other nodes.
    pub fn members(&self, node: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let mut children = self.children(node, Kind::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The value of the member `key`.
    pub fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.members(node).find(|(name, _)| self.text(*name) == key).map(|(_, value)| value)
    }

    /// What the string member `key` says.
    pub fn get_text(&self, node: NodeId, key: &str) -> Option<Cow<'a, str>> {
        let value = self.get(node, key)?;
        (self.kind(value) == Kind::String).then(|| self.text(value))
    }

    fn children(&self, node: NodeId, kind: Kind) -> Children<'_, 'a> {
        let end = match self.nodes.get(node.0 as usize) {
            Some(found) if found.kind == kind => found.next,
            _ => 0,
        };
        Children { json: self, next: node.0 + 1, end }
    }
}

/// The children of a node, in order.
#[derive(Clone, Debug)]
pub struct Children<'j, 'a> {
    json: &'j Json<'a>,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.next >= self.end {
            return None;
        }
        let node = self.next;
        self.next = self.json.nodes.get(node as usize)?.next;
        Some(NodeId(node))
    }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Result<u8, JsonError> {
        self.bytes.get(self.at).copied().ok_or(JsonError::Truncated)
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), JsonError> {
        match self.peek()? {
            b'{' => self.container(Kind::Object),
            b'[' => self.container(Kind::Array),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => Err(JsonError::Syntax(self.at)),
        }
    }

    fn open(&mut self, kind: Kind) -> usize {
        let start = u32::try_from(self.at).unwrap_or(u32::MAX);
        self.nodes.push(Node { kind, escaped: false, start, end: start, next: 0 });
        self.nodes.len() - 1
    }

    fn close(&mut self, node: usize, escaped: bool) {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(node) {
            node.end = u32::try_from(self.at).unwrap_or(u32::MAX);
            node.next = next;
            node.escaped = escaped;
        }
    }

    fn container(&mut self, kind: Kind) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(JsonError::TooDeep);
        }
        let node = self.open(kind);
        let closing = if kind == Kind::Object { b'}' } else { b']' };
        self.at += 1;
        self.space();
        if self.peek()? == closing {
            self.at += 1;
        } else {
            self.inside(kind, closing)?;
        }
        self.close(node, false);
        self.depth -= 1;
        Ok(())
    }

    fn inside(&mut self, kind: Kind, closing: u8) -> Result<(), JsonError> {
        let mut keys = Keys::default();
        loop {
            if kind == Kind::Object {
                let start = self.at;
                if self.peek()? != b'"' {
                    return Err(JsonError::Syntax(start));
                }
                self.string()?;
                let inside = self.text.get(start + 1..self.at - 1).unwrap_or_default();
                if !keys.insert(inside) {
                    return Err(JsonError::DuplicateKey(start));
                }
                self.space();
                if self.peek()? != b':' {
                    return Err(JsonError::Syntax(self.at));
                }
                self.at += 1;
                self.space();
            }
            self.value()?;
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == closing => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(JsonError::Syntax(self.at)),
            }
            self.space();
        }
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let node = self.open(Kind::String);
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let stop = memchr::memchr2(b'"', b'\\', rest).ok_or(JsonError::Truncated)?;
            let run = rest.get(..stop).unwrap_or_default();
            if run.iter().fold(false, |control, byte| control | (*byte < 0x20)) {
                let offset = run.iter().position(|byte| *byte < 0x20).unwrap_or(0);
                return Err(JsonError::Syntax(self.at + offset));
            }
            self.at += stop;
            if self.peek()? == b'"' {
                self.at += 1;
                self.close(node, escaped);
                return Ok(());
            }
            escaped = true;
            self.escape()?;
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Ok(())
            }
            b'u' => match self.hex4()? {
                0xD800..=0xDBFF => {
                    if self.bytes.get(self.at..self.at + 2) != Some(br"\u") {
                        return Err(JsonError::Syntax(start));
                    }
                    self.at += 1;
                    match self.hex4()? {
                        0xDC00..=0xDFFF => Ok(()),
                        _ => Err(JsonError::Syntax(start)),
                    }
                }
                0xDC00..=0xDFFF => Err(JsonError::Syntax(start)),
                _ => Ok(()),
            },
            _ => Err(JsonError::Syntax(start)),
        }
    }

    /// At the `u`: reads it and its four digits.
    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at + 1..self.at + 5).ok_or(JsonError::Syntax(self.at))?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(JsonError::Syntax(self.at));
        }
        let code = u32::from_str_radix(digits, 16).map_err(|_| JsonError::Syntax(self.at))?;
        self.at += 5;
        Ok(code)
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let node = self.open(Kind::Number);
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits(start)?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits(start)?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits(start)?;
        }
        self.close(node, false);
        Ok(())
    }

    fn digits(&mut self, start: usize) -> Result<(), JsonError> {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(JsonError::Syntax(start)) }
    }

    fn literal(&mut self, word: &str) -> Result<(), JsonError> {
        let node = self.open(Kind::Literal);
        if !self.bytes.get(self.at..).unwrap_or_default().starts_with(word.as_bytes()) {
            return Err(JsonError::Syntax(self.at));
        }
        self.at += word.len();
        self.close(node, false);
        Ok(())
    }
}

/// The keys of one object. Few keys are compared one by one, many by hash.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    fn insert(&mut self, spelled: &'a str) -> bool {
        const FEW: usize = 16;
        let key = if spelled.contains('\\') {
            Cow::Owned(unescape(spelled))
        } else {
            Cow::Borrowed(spelled)
        };
        if self.many.is_empty() && self.few.len() < FEW {
            if self.few.contains(&key) {
                return false;
            }
            self.few.push(key);
            return true;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.drain(..));
        }
        self.many.insert(key)
    }
}

/// Decodes the inside of a valid JSON string.
fn unescape(spelled: &str) -> String {
    let mut decoded = String::with_capacity(spelled.len());
    for piece in Pieces::new(spelled) {
        match piece.character {
            Some(c) => decoded.push(c),
            None => decoded.push_str(spelled.get(piece.raw).unwrap_or_default()),
        }
    }
    decoded
}

/// Maps offsets into a decoded string to offsets into its spelling.
///
/// Offsets must be asked for in rising order; each costs the distance from the last.
pub struct OffsetMap<'a> {
    pieces: Pieces<'a>,
    current: Option<Piece>,
    decoded_at: usize,
}

impl<'a> OffsetMap<'a> {
    /// For the inside of a valid JSON string, as it is spelled.
    pub fn new(spelled: &'a str) -> Self {
        let mut pieces = Pieces::new(spelled);
        let current = pieces.next();
        Self { pieces, current, decoded_at: 0 }
    }

    /// Where the decoded byte `offset` is spelled. Offsets inside a character that is
    /// spelled as an escape map to the escape's start.
    pub fn raw(&mut self, offset: usize) -> usize {
        while let Some(piece) = &self.current {
            let len = piece.decoded_len();
            if offset < self.decoded_at + len {
                return match piece.character {
                    Some(_) => piece.raw.start,
                    None => piece.raw.start + (offset - self.decoded_at),
                };
            }
            self.decoded_at += len;
            self.current = self.pieces.next();
        }
        self.pieces.spelled.len()
    }
}

#[derive(Debug)]
struct Piece {
    raw: Range<usize>,
    /// The character an escape stands for; `None` for a run without escapes.
    character: Option<char>,
}

impl Piece {
    fn decoded_len(&self) -> usize {
        self.character.map_or(self.raw.len(), char::len_utf8)
    }
}

struct Pieces<'a> {
    spelled: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn new(spelled: &'a str) -> Self {
        Self { spelled, at: 0 }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.spelled.get(at + 2..at + 6)?;
        u16::from_str_radix(digits, 16).ok()
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        let rest = self.spelled.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
        if rest.first() != Some(&b'\\') {
            let len = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            self.at += len;
            return Some(Piece { raw: start..self.at, character: None });
        }
        let (len, character) = match rest.get(1)? {
            b'n' => (2, '\n'),
            b'r' => (2, '\r'),
            b't' => (2, '\t'),
            b'b' => (2, '\u{8}'),
            b'f' => (2, '\u{c}'),
            b'u' => {
                let first = self.unit(start)?;
                let second = match first {
                    0xD800..=0xDBFF => self.unit(start + 6),
                    _ => None,
                };
                let units = [first, second.unwrap_or(0)];
                let used = if second.is_some() { 2 } else { 1 };
                let decoded = char::decode_utf16(units.into_iter().take(used)).next();
                let character = decoded.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER);
                (used * 6, character)
            }
            other => (2, *other as char),
        };
        self.at += len;
        Some(Piece { raw: start..self.at, character: Some(character) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_json() {
        for (text, want) in [
            ("", JsonError::Truncated),
            ("{", JsonError::Truncated),
            ("\"a", JsonError::Truncated),
            ("{}x", JsonError::Syntax(2)),
            ("[1,]", JsonError::Syntax(3)),
            ("01", JsonError::Syntax(1)),
            ("1.", JsonError::Syntax(0)),
            ("\"\n\"", JsonError::Syntax(1)),
            (r#""\x""#, JsonError::Syntax(1)),
            (r#""\ud800""#, JsonError::Syntax(1)),
            (r#""\u+0a1""#, JsonError::Syntax(2)),
            ("nul", JsonError::Syntax(0)),
            (r#"{"a":1,"a":2}"#, JsonError::DuplicateKey(7)),
            (r#"{"a":1,"\u0061":2}"#, JsonError::DuplicateKey(7)),
        ] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap_err(), want, "{text:?}");
        }
        assert_eq!(Json::parse(b"\"\xff\"").unwrap_err(), JsonError::NotUtf8(1));
        assert_eq!(Json::parse("[".repeat(500).as_bytes()).unwrap_err(), JsonError::TooDeep);
        let many: String = (0..40).map(|i| format!("\"k{}\":1,", i % 39)).collect();
        let many = format!("{{{}}}", many.trim_end_matches(','));
        assert!(matches!(Json::parse(many.as_bytes()), Err(JsonError::DuplicateKey(_))));
    }

    #[test]
    fn nodes_are_found() {
        let text = r#"{"a":[1, "x\u00e9\ud83d\ude00y", {"b":true}], "c":-1.50e+3}"#;
        let json = Json::parse(text.as_bytes()).unwrap();
        let a = json.get(json.root(), "a").unwrap();
        let elements: Vec<&str> = json.elements(a).map(|e| json.spelling(e)).collect();
        assert_eq!(elements, ["1", r#""x\u00e9\ud83d\ude00y""#, r#"{"b":true}"#]);
        let string = json.elements(a).nth(1).unwrap();
        assert_eq!(json.text(string), "xé😀y");
        assert_eq!(json.spelling(json.get(json.root(), "c").unwrap()), "-1.50e+3");
        let inner = &text[json.inner_range(string)];
        let mut map = OffsetMap::new(inner);
        let raws: Vec<usize> = [0, 1, 3, 7, 8].into_iter().map(|offset| map.raw(offset)).collect();
        assert_eq!(raws, [0, 1, 7, 19, 20]);
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    fn rebuild(json: &Json<'_>, node: NodeId) -> serde_json::Value {
        match json.kind(node) {
            Kind::Object => json
                .members(node)
                .map(|(key, value)| (json.text(key).into_owned(), rebuild(json, value)))
                .collect(),
            Kind::Array => json.elements(node).map(|element| rebuild(json, element)).collect(),
            Kind::String => json.text(node).into_owned().into(),
            _ => serde_json::from_str(json.spelling(node)).unwrap(),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let json = Json::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(rebuild(&json, json.root()), value);
        }

        #[test]
        fn never_accepts_what_serde_json_refuses(text in "[\\[\\]{}\",:\\\\u0-9a-f.eE+\\- nulltrue]{0,40}") {
            if Json::parse(text.as_bytes()).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok()
                    // Numbers too large for a float are JSON all the same.
                    || text.contains(['e', 'E']));
            }
        }

        #[test]
        fn offsets_map_to_the_same_characters(text in any::<String>()) {
            let spelled = serde_json::to_string(&text).unwrap();
            let inner = &spelled[1..spelled.len() - 1];
            let mut map = OffsetMap::new(inner);
            for (offset, _) in text.char_indices() {
                let raw = map.raw(offset);
                prop_assert_eq!(unescape(&inner[raw..]), &text[offset..]);
            }
        }
    }
}
