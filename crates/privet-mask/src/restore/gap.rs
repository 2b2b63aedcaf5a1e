//! What models put between the parts of a token instead of what stood there.

/// The bytes read between two parts of a token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    bytes: [u8; GAP_BYTES_MAX],
    len: usize,
}

/// A line break and the indentation behind it.
const GAP_BYTES_MAX: usize = 16;

impl Gap {
    /// With one more byte; `None` if no gap goes on like this.
    pub(super) fn with(mut self, byte: u8) -> Option<Self> {
        // Of what lies beyond ASCII: no-break spaces, hyphens U+2010 and U+2011, soft hyphen,
        // zero-width space and joiner.
        let may = matches!(
            byte,
            b' ' | b'-'
                | b'\n'
                | b'\r'
                | b'\t'
                | b'\\'
                | 0xC2
                | 0xE2
                | 0x80
                | 0x81
                | 0x8B
                | 0x90
                | 0x91
                | 0xA0
                | 0xAD
                | 0xAF
        );
        *self.bytes.get_mut(self.len).filter(|_| may)? = byte;
        self.len += 1;
        Some(self)
    }

    /// Whether nothing was read.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("?")
    }

    /// Whether it may stand where a token has `separator` (or, if it was read already, right
    /// behind it).
    pub(super) fn stands_for(&self, separator: u8, read: bool) -> bool {
        let text = self.text();
        match separator {
            b' ' => !text.is_empty() && text.chars().all(char::is_whitespace),
            b'_' if read => is_line_break(text),
            b'_' => {
                let text = text.trim_start_matches('\\');
                matches!(
                    text,
                    "" | "-"
                        | " "
                        | "\u{a0}"
                        | "\u{202f}"
                        | "\u{2010}"
                        | "\u{2011}"
                        | "\u{ad}"
                        | "\u{200b}"
                ) || is_line_break(text)
            }
            _ => false,
        }
    }

    /// Whether it is what Markdown puts before punctuation.
    pub(super) fn is_escape(&self) -> bool {
        (1..=ESCAPES_MAX).contains(&self.len) && self.text().bytes().all(|byte| byte == b'\\')
    }
}

/// Escaped once more for each level of strings.
const ESCAPES_MAX: usize = 4;

/// A line break with indentation behind it and no empty line.
fn is_line_break(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
    rest.is_some_and(|rest| rest.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}
