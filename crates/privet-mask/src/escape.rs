//! JSON string escapes (RFC 8259 §7), as many levels deep as a value stands.

/// Appends `text` to `out` as the body of a JSON string, escaped `levels` times.
/// Only what must be escaped is: the quote, the backslash and control characters.
pub fn escape_into(text: &str, levels: u8, out: &mut String) {
    match levels {
        0 => out.push_str(text),
        1 => escape_once(text, out),
        deeper => {
            let mut once = String::with_capacity(text.len() + 8);
            escape_once(text, &mut once);
            escape_into(&once, deeper - 1, out);
        }
    }
}

fn escape_once(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let code = c as usize;
                out.push_str("\\u00");
                for digit in [code >> 4, code & 15] {
                    out.push(HEX.get(digit).copied().unwrap_or(b'0') as char);
                }
            }
            c => out.push(c),
        }
    }
}

/// Whether `surface` reads like the inside of a JSON string: it has escapes, all
/// of them valid, and neither a bare quote nor a control character. Such a value was
/// copied out of a file with its escapes, and goes back into one as it is.
pub fn is_escaped_surface(surface: &str) -> bool {
    let mut escapes = 0;
    let mut chars = surface.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return false,
            c if c < ' ' => return false,
            '\\' => match chars.next() {
                Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => escapes += 1,
                Some('u') => {
                    if !(0..4).all(|_| chars.next().is_some_and(|c| c.is_ascii_hexdigit())) {
                        return false;
                    }
                    escapes += 1;
                }
                _ => return false,
            },
            _ => {}
        }
    }
    escapes > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_reads_like_an_escaped_string() {
        for (surface, want) in [
            (r"a\nb", true),
            (r#"O\"Brien"#, true),
            ("O\"Brien", false),
            ("plain", false),
            (r"C:\Users", false),
            (r"\u00e9x", true),
            (r"\u00", false),
        ] {
            assert_eq!(is_escaped_surface(surface), want, "{surface:?}");
        }
    }

    proptest! {
        #[test]
        fn a_json_reader_undoes_it(text in any::<String>(), levels in 0u8..4) {
            let mut escaped = String::new();
            escape_into(&text, levels, &mut escaped);
            for _ in 0..levels {
                escaped = serde_json::from_str(&format!("\"{escaped}\"")).unwrap();
            }
            prop_assert_eq!(escaped, text);
        }
    }
}
