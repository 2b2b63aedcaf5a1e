//! Base64 (RFC 4648) that hides text.

use privet_text::{Finding, Reason, Score, Span};

use crate::reading::{byte, run};

/// The runs of base64 in a text that decode to text.
pub(crate) struct Base64Runs<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Base64Runs<'t> {
    /// Starts at the beginning of `text`.
    pub(crate) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }
}

impl Iterator for Base64Runs<'_> {
    type Item = Base64Run;

    fn next(&mut self) -> Option<Base64Run> {
        loop {
            let start = next_run(self.bytes, self.at)?;
            let (end, digits) = whole_run(self.bytes, start);
            self.at = end;
            let decoded = decode(&digits);
            if let (Some(span), Some(decoded)) = (Span::new(start, end), decoded) {
                return Some(Base64Run { span, decoded });
            }
        }
    }
}

/// A run of base64 and the text inside.
pub(crate) struct Base64Run {
    span: Span,
    decoded: String,
}

impl Base64Run {
    /// The text inside.
    pub(crate) fn decoded(&self) -> &str {
        &self.decoded
    }

    /// What was found inside, as one finding over the whole run: no part of it can
    /// be replaced without breaking the rest.
    pub(crate) fn as_one_finding(&self, inside: Vec<Finding>) -> Option<Finding> {
        let best = inside
            .into_iter()
            .max_by(|left, right| left.score.get().total_cmp(&right.score.get()))?;
        if best.score < Score::SHAPE {
            return None;
        }
        let mut reasons = best.reasons;
        // The check digits are those of the value inside, not of the run.
        reasons.push(Reason::Decoded("base64"));
        Some(Finding { span: self.span, reasons, ..best })
    }
}

/// Where the next run begins that is long enough and whose first bytes decode to text.
fn next_run(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        // A run that is long enough has a digit of base64 at every step.
        let probe = at + RUN_BYTES_MIN - 1;
        if probe >= bytes.len() {
            return None;
        }
        if !is_digit(byte(bytes, probe)) {
            at = probe + 1;
            continue;
        }
        let start = crate::reading::run_back(bytes, probe, probe - at, is_digit);
        let long_enough = run(bytes, probe, RUN_BYTES_MIN, is_digit) - start >= RUN_BYTES_MIN;
        if long_enough && begins_like_text(bytes, start) {
            return Some(start);
        }
        at = run(bytes, probe, usize::MAX, is_digit) + 1;
    }
    None
}

/// The end of the run at `start`, and its digits without line ends. Lines of equal
/// length belong together, as in mail.
fn whole_run(bytes: &[u8], start: usize) -> (usize, Vec<u8>) {
    let mut digits = Vec::new();
    let mut at = start;
    loop {
        let end = run(bytes, at, usize::MAX, is_digit);
        digits.extend_from_slice(bytes.get(at..end).unwrap_or_default());
        let line = end - at;
        let after = run(bytes, end, 1, |byte| byte == b'\r');
        let next = run(bytes, after, 1, |byte| byte == b'\n');
        let goes_on = next > after
            && line >= LINE_BYTES_MIN
            && line.is_multiple_of(4)
            && is_digit(byte(bytes, next));
        if !goes_on {
            return (run(bytes, end, 2, |byte| byte == b'='), digits);
        }
        at = next;
    }
}

/// Whether the first nine bytes behind the run at `start` can be text. Random keys
/// fail here, at the cost of twelve characters.
fn begins_like_text(bytes: &[u8], start: usize) -> bool {
    let Some(head) = bytes.get(start..start + 12) else { return false };
    let mut values = [0u32; 12];
    for (slot, digit) in values.iter_mut().zip(head) {
        let Some(value) = value_of(*digit) else { return false };
        *slot = value;
    }
    let (quads, _) = values.as_chunks::<4>();
    let decoded = quads.iter().flat_map(|[a, b, c, d]| {
        let word = (a << 18) | (b << 12) | (c << 6) | d;
        [(word >> 16) as u8, (word >> 8) as u8, word as u8]
    });
    let is_text = |byte: u8| byte >= b' ' && byte != 0x7F || matches!(byte, b'\t' | b'\n' | b'\r');
    let mut plain = 0;
    let mut zeros = 0;
    let mut all = 0;
    for byte in decoded {
        all += 1;
        plain += usize::from(is_text(byte));
        zeros += usize::from(byte == 0);
    }
    // UTF-16, as PowerShell's `-EncodedCommand` has it, is every second byte zero.
    plain == all || (plain + zeros == all && zeros >= 4)
}

/// The text behind `digits`, if it is text.
fn decode(digits: &[u8]) -> Option<String> {
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let digits = digits.get(..whole)?;
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 3);
    for quad in digits.chunks(4) {
        let word =
            quad.iter().try_fold(0u32, |word, digit| Some((word << 6) | value_of(*digit)?))?;
        let word = word << (6 * (4 - quad.len()));
        let bytes = [(word >> 16) as u8, (word >> 8) as u8, word as u8];
        out.extend_from_slice(bytes.get(..quad.len().checked_sub(1)?)?);
    }
    let text = if out.iter().skip(1).step_by(2).take(8).all(|byte| *byte == 0) {
        let units: Vec<u16> = out
            .chunks_exact(2)
            .map(|pair| pair.iter().rev().fold(0, |unit, byte| (unit << 8) | u16::from(*byte)))
            .collect();
        String::from_utf16(&units).ok()?
    } else {
        String::from_utf8(out).ok()?
    };
    let odd = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    (!text.chars().any(odd)).then_some(text)
}

fn is_digit(byte: u8) -> bool {
    DIGITS.get(usize::from(byte)).is_some_and(|digit| *digit)
}

/// Which bytes are digits of base64 or base64url.
#[expect(
    clippy::indexing_slicing,
    reason = "a byte is below 256, and a constant cannot use `get_mut`"
)]
static DIGITS: [bool; 256] = {
    let mut digits = [false; 256];
    let mut rest: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    while let [digit, tail @ ..] = rest {
        digits[*digit as usize] = true;
        rest = tail;
    }
    digits
};

fn value_of(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

const RUN_BYTES_MIN: usize = 16;
const LINE_BYTES_MIN: usize = 48;
