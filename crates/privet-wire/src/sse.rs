//! Server-sent events (WHATWG HTML §9.2), cut into frames without changing a byte.

use std::borrow::Cow;
use std::ops::Range;

/// A frame longer than this is an error: nothing on the wire needs it, and a stream
/// must not grow without bound.
pub const FRAME_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Why a stream cannot be read on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stream event is longer than {FRAME_BYTES_MAX} bytes")]
pub struct FrameTooLong;

/// Collects bytes until a frame is complete.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    /// No frame ends before this offset.
    scanned: usize,
}

impl FrameReader {
    /// Takes the next bytes of the stream.
    ///
    /// # Errors
    /// If a frame grows too long.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), FrameTooLong> {
        if self.buffer.len() + bytes.len() > FRAME_BYTES_MAX {
            return Err(FrameTooLong);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next complete frame with the blank line that ends it.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        let end = self.frame_end()?;
        let rest = self.buffer.split_off(end);
        self.scanned = 0;
        Some(std::mem::replace(&mut self.buffer, rest))
    }

    /// What is left when the stream has ended: an incomplete frame, or nothing.
    pub fn rest(self) -> Vec<u8> {
        self.buffer
    }

    fn frame_end(&mut self) -> Option<usize> {
        let bytes = self.buffer.as_slice();
        let mut at = self.scanned;
        while let Some(found) = memchr::memchr2(b'\n', b'\r', bytes.get(at..)?) {
            let line_end = at + found;
            let (first, next) = line_break(bytes, line_end)?;
            if !first {
                at = next;
                continue;
            }
            self.scanned = line_end;
            match bytes.get(next) {
                Some(b'\n' | b'\r') => {
                    let (_, end) = line_break(bytes, next)?;
                    return Some(end);
                }
                Some(_) => at = next,
                None => return None,
            }
        }
        self.scanned = bytes.len();
        None
    }
}

/// Whether a line break is at `at`, and where the next line starts. `None` while a
/// carriage return may still be followed by a line feed.
fn line_break(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'\n', _) => Some((true, at + 1)),
        (b'\r', Some(b'\n')) => Some((true, at + 2)),
        (b'\r', Some(_)) => Some((true, at + 1)),
        (b'\r', None) => None,
        _ => Some((false, at + 1)),
    }
}

/// A frame, read.
#[derive(Debug)]
pub struct Event<'a> {
    /// The name after `event:`.
    pub name: Option<&'a str>,
    /// What the `data:` lines say together; `None` without any.
    pub data: Option<Cow<'a, str>>,
    /// Where the data stands in the frame, from the first data line's value to the last's.
    pub data_range: Range<usize>,
}

impl<'a> Event<'a> {
    /// Reads a frame. `None` if it is not UTF-8.
    pub fn read(frame: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(frame).ok()?;
        let mut event = Self { name: None, data: None, data_range: 0..0 };
        let mut at = 0;
        for line in text.split_inclusive(['\n', '\r']) {
            let start = at;
            at += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let stripped = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => event.name = Some(stripped),
                "data" => {
                    let end = start + line.len();
                    let value_start = end - stripped.len();
                    match &mut event.data {
                        None => {
                            event.data = Some(Cow::Borrowed(stripped));
                            event.data_range = value_start..end;
                        }
                        Some(data) => {
                            let data = data.to_mut();
                            data.push('\n');
                            data.push_str(stripped);
                            event.data_range.end = end;
                        }
                    }
                }
                _ => {}
            }
        }
        Some(event)
    }
}

/// Writes a frame with one data line.
pub fn write_frame(name: &str, data: &str, out: &mut Vec<u8>) {
    for part in ["event: ", name, "\ndata: ", data, "\n\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut reader = FrameReader::default();
        let mut frames = Vec::new();
        for piece in pieces {
            reader.push(piece).unwrap();
            while let Some(frame) = reader.next_frame() {
                frames.push(frame);
            }
        }
        (frames, reader.rest())
    }

    #[test]
    fn frames_end_at_blank_lines() {
        let stream = "event: a\ndata: 1\n\ndata: 2\r\n\r\n: comment\n\ndata: cut";
        let (got, rest) = frames(&[stream.as_bytes()]);
        let got: Vec<&str> = got.iter().map(|frame| std::str::from_utf8(frame).unwrap()).collect();
        assert_eq!(got, ["event: a\ndata: 1\n\n", "data: 2\r\n\r\n", ": comment\n\n"]);
        assert_eq!(rest, b"data: cut");
    }

    #[test]
    fn events_are_read() {
        let event = Event::read(b"event: x\r\ndata: {\"a\":\r\ndata:1}\r\n\r\n").unwrap();
        assert_eq!(event.name, Some("x"));
        assert_eq!(event.data.unwrap(), "{\"a\":\n1}");
        let frame = b"id: 1\ndata: abc\nretry: 3\n\n";
        let event = Event::read(frame).unwrap();
        assert_eq!(&frame[event.data_range], b"abc");
        assert!(Event::read(b"data: \xff\n\n").is_none());
    }

    #[test]
    fn too_long_is_an_error() {
        let mut reader = FrameReader::default();
        assert_eq!(reader.push(&vec![b'x'; FRAME_BYTES_MAX + 1]), Err(FrameTooLong));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(stream in "(data: [a-z]{0,3}|\n|\r\n|\r|: c|event: x){0,12}", cut in 0usize..60) {
            let bytes = stream.as_bytes();
            let cut = cut.min(bytes.len());
            let whole = frames(&[bytes]);
            let parts = frames(&[&bytes[..cut], &bytes[cut..]]);
            prop_assert_eq!(&whole, &parts);
            let joined: Vec<u8> = whole.0.concat().into_iter().chain(whole.1).collect();
            prop_assert_eq!(joined, bytes);
        }
    }
}
