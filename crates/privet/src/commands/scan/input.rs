//! Reading what is to be scanned, and telling text from other files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes at `path`; `-` is standard input.
pub(crate) fn read_input(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// `bytes` as text: UTF-8, UTF-16 with a byte order mark, else Latin-1. `None` for
/// what is no text.
pub(crate) fn read_text(bytes: Vec<u8>) -> Option<String> {
    match bytes.get(..2) {
        Some([0xFF, 0xFE]) => return utf16(&bytes, u16::from_le_bytes),
        Some([0xFE, 0xFF]) => return utf16(&bytes, u16::from_be_bytes),
        _ => {}
    }
    if bytes.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0) {
        return None;
    }
    // Every byte is a character of Latin-1, so nothing is passed over.
    Some(
        String::from_utf8(bytes).unwrap_or_else(|error| {
            error.as_bytes().iter().map(|byte| char::from(*byte)).collect()
        }),
    )
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().skip(1).map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}

const SNIFFED_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(read_text(b"caf\xC3\xA9".to_vec()).as_deref(), Some("café"));
        assert_eq!(read_text(b"caf\xE9".to_vec()).as_deref(), Some("café"));
        assert_eq!(read_text(b"\xFF\xFEh\0i\0".to_vec()).as_deref(), Some("hi"));
        assert_eq!(read_text(b"\x7FELF\0\0".to_vec()), None);
    }
}
