//! [`DepthLexer`]: how many JSON strings deep a byte of a growing text stands.
//!
//! A text that begins with `{` or `[` is followed as JSON for as long as it stays
//! valid; a string inside it that again begins so is followed too, to a fixed
//! depth. The moment a level breaks the grammar it counts as plain text. The
//! lexer checks just enough grammar to tell JSON from prose and program text.

/// How many levels are followed.
const LEVELS_MAX: usize = 4;

/// What one byte is to the lexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The bytes that the outermost string level decodes to, complete with this one.
    pub(crate) decoded: Decoded,
    /// Whether the byte belongs to an escape or to the syntax around strings.
    pub(crate) syntax: bool,
}

/// Up to four bytes of UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decoded {
    bytes: [u8; 4],
    len: u8,
}

impl Decoded {
    pub(crate) fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], len: 1 }
    }

    fn character(c: char) -> Self {
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        Self { bytes, len: u8::try_from(len).unwrap_or(4) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// What happened to the leaf (string or number) that the outermost level stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    None,
    /// A string or number began with this byte (a number's first byte is part of it).
    LeafStart,
    /// The leaf ended before this byte.
    LeafEnd,
}

#[derive(Clone, Debug)]
pub(crate) struct DepthLexer {
    levels: Vec<Level>,
}

impl DepthLexer {
    /// For a text that stands by itself.
    pub(crate) fn new() -> Self {
        Self { levels: vec![Level::new()] }
    }

    /// Reads the next byte.
    pub(crate) fn push(&mut self, byte: u8) -> (Step, Boundary) {
        let Some(first) = self.levels.first_mut() else {
            return (Step { decoded: Decoded::byte(byte), syntax: false }, Boundary::None);
        };
        let (step, boundary) = first.push(byte);
        if boundary == Boundary::LeafStart && first.in_string() {
            self.levels.truncate(1);
            self.levels.push(Level::new());
        } else if boundary == Boundary::LeafEnd {
            self.levels.truncate(1);
        } else if first.in_string() {
            for inner in step.decoded.as_bytes() {
                self.push_inner(1, *inner);
            }
        }
        (step, boundary)
    }

    fn push_inner(&mut self, depth: usize, byte: u8) {
        let Some(level) = self.levels.get_mut(depth) else { return };
        let (step, boundary) = level.push(byte);
        let in_string = level.in_string();
        if boundary == Boundary::LeafStart && in_string {
            self.levels.truncate(depth + 1);
            if depth + 1 < LEVELS_MAX {
                self.levels.push(Level::new());
            }
        } else if boundary == Boundary::LeafEnd {
            self.levels.truncate(depth + 1);
        } else if in_string {
            for inner in step.decoded.as_bytes() {
                self.push_inner(depth + 1, *inner);
            }
        }
    }

    /// In how many nested JSON strings the next byte stands, as far as proven.
    pub(crate) fn depth(&self) -> u8 {
        self.levels.iter().take_while(|level| level.in_string()).fold(0, |depth, _| depth + 1)
    }
}

/// One JSON text, or what looked like one until it did not.
#[derive(Clone, Debug)]
struct Level {
    state: State,
    /// Open containers, innermost last; `true` for objects. Bounded: deeper is prose.
    open: Vec<bool>,
    high_surrogate: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing but white space so far.
    Start,
    /// Not JSON (any more).
    Prose,
    /// A value must come.
    Value,
    /// A value or the end of the array must come.
    FirstElement,
    /// A key or the end of the object must come.
    FirstKey,
    /// A key must come.
    Key,
    Colon,
    /// After a value: a comma or a closing bracket.
    After,
    Number,
    Word,
    Text {
        key: bool,
    },
    Escape {
        key: bool,
    },
    Unicode {
        key: bool,
        digits: u8,
        code: u16,
    },
    /// The outermost value is complete.
    Done,
}

const CONTAINERS_MAX: usize = 256;

impl Level {
    fn new() -> Self {
        Self { state: State::Start, open: Vec::new(), high_surrogate: None }
    }

    fn in_string(&self) -> bool {
        matches!(self.state, State::Text { .. } | State::Escape { .. } | State::Unicode { .. })
    }

    fn push(&mut self, byte: u8) -> (Step, Boundary) {
        let was = self.state;
        let mut decoded = Decoded::default();
        let mut syntax = true;
        self.state = match was {
            State::Prose => {
                return (Step { decoded: Decoded::byte(byte), syntax: false }, Boundary::None);
            }
            State::Text { key } => match byte {
                b'"' if key => State::Colon,
                b'"' => self.after_value(),
                b'\\' => State::Escape { key },
                0..=0x1f => State::Prose,
                _ => {
                    decoded = Decoded::byte(byte);
                    syntax = false;
                    State::Text { key }
                }
            },
            State::Escape { key } => match escaped(byte) {
                Some(plain) => {
                    decoded = Decoded::byte(plain);
                    State::Text { key }
                }
                None if byte == b'u' => State::Unicode { key, digits: 0, code: 0 },
                None => State::Prose,
            },
            State::Unicode { key, digits, code } => match (byte as char).to_digit(16) {
                Some(digit) => {
                    let code = (code << 4) | u16::try_from(digit).unwrap_or(0);
                    if digits == 3 {
                        decoded = self.utf16(code);
                        State::Text { key }
                    } else {
                        State::Unicode { key, digits: digits + 1, code }
                    }
                }
                None => State::Prose,
            },
            State::Number => match byte {
                b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' => {
                    decoded = Decoded::byte(byte);
                    syntax = false;
                    State::Number
                }
                _ => self.between(State::After, byte),
            },
            State::Word if byte.is_ascii_lowercase() => State::Word,
            State::Word => self.between(State::After, byte),
            _ => self.between(was, byte),
        };
        let boundary = self.boundary(was);
        if boundary == Boundary::LeafStart && self.state == State::Number {
            decoded = Decoded::byte(byte);
            syntax = false;
        }
        (Step { decoded, syntax }, boundary)
    }

    fn boundary(&self, was: State) -> Boundary {
        let leaf = |state| {
            matches!(
                state,
                State::Text { .. } | State::Escape { .. } | State::Unicode { .. } | State::Number
            )
        };
        match (leaf(was), leaf(self.state)) {
            (false, true) => Boundary::LeafStart,
            (true, false) => Boundary::LeafEnd,
            _ => Boundary::None,
        }
    }

    fn between(&mut self, state: State, byte: u8) -> State {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return state;
        }
        let value = matches!(state, State::Value | State::FirstElement);
        match (state, byte) {
            (State::Start, b'{' | b'[') => self.enter(byte),
            (_, b'{' | b'[') if value => self.enter(byte),
            (_, b'"') if value => State::Text { key: false },
            (_, b'-' | b'0'..=b'9') if value => State::Number,
            (_, b't' | b'f' | b'n') if value => State::Word,
            (State::FirstElement, b']') => self.leave(false),
            (State::FirstKey | State::Key, b'"') => State::Text { key: true },
            (State::FirstKey, b'}') => self.leave(true),
            (State::Colon, b':') => State::Value,
            (State::After, b',') => match self.open.last() {
                Some(true) => State::Key,
                Some(false) => State::Value,
                None => State::Prose,
            },
            (State::After, b'}') => self.leave(true),
            (State::After, b']') => self.leave(false),
            _ => State::Prose,
        }
    }

    fn enter(&mut self, byte: u8) -> State {
        if self.open.len() >= CONTAINERS_MAX {
            return State::Prose;
        }
        self.open.push(byte == b'{');
        if byte == b'{' { State::FirstKey } else { State::FirstElement }
    }

    fn leave(&mut self, object: bool) -> State {
        if self.open.pop() == Some(object) { self.after_value() } else { State::Prose }
    }

    fn after_value(&self) -> State {
        if self.open.is_empty() { State::Done } else { State::After }
    }

    fn utf16(&mut self, code: u16) -> Decoded {
        let pair = self.high_surrogate.take();
        match (pair, code) {
            (_, 0xD800..=0xDBFF) => {
                self.high_surrogate = Some(code);
                Decoded::default()
            }
            (Some(high), 0xDC00..=0xDFFF) => {
                let c = 0x1_0000 + ((u32::from(high) & 0x3FF) << 10) + (u32::from(code) & 0x3FF);
                Decoded::character(char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => Decoded::character(
                char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER),
            ),
        }
    }
}

fn escaped(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' | b'\\' | b'/' => byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn depth_at_end(text: &str) -> u8 {
        let mut lexer = DepthLexer::new();
        for byte in text.bytes() {
            lexer.push(byte);
        }
        lexer.depth()
    }

    #[test]
    fn depth_is_counted_as_far_as_proven() {
        for (text, want) in [
            ("plain \"text", 0),
            ("", 0),
            (r#"{"a":"#, 0),
            (r#"{"a":"x"#, 1),
            (r#"{"a":"x\""#, 1),
            (r#"{"a":"x","#, 0),
            (r#"{"a":[1,-2.5e3,true,"x"#, 1),
            (r#"{"a":"{\"b\":\"x"#, 2),
            (r#"{"a":"{\"b\":\"x\""#, 1),
            (r#"{"a":"{\u0022b\u0022:\u0022x"#, 2),
            (r#"{"a":"[link](x"#, 1),
            (r#"{"a":"[\"{\\\"b\\\":\\\"x"#, 3),
            ("[link](\"x", 0),
            (r#"{ "a" "#, 0),
            (r#"{ a: "x"#, 0),
            ("{\"a\":\"line\nbreak", 0),
        ] {
            assert_eq!(depth_at_end(text), want, "{text}");
        }
    }

    #[test]
    fn escapes_decode() {
        let mut lexer = DepthLexer::new();
        let mut decoded = Vec::new();
        let mut inside = false;
        for byte in r#"{"a":"x\n\u00e9\ud83d\ude00"}"#.bytes() {
            let (step, boundary) = lexer.push(byte);
            match boundary {
                Boundary::LeafStart => inside = true,
                Boundary::LeafEnd => inside = false,
                Boundary::None if inside => decoded.extend_from_slice(step.decoded.as_bytes()),
                Boundary::None => {}
            }
        }
        assert_eq!(String::from_utf8(decoded).unwrap(), "ax\né😀");
    }
}
