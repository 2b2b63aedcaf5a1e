//! Turns the body of a token, such as `[0-9A-F]{24}-[0-9a-f]{34}`, into parts that are read
//! one after the other without ever going back.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A run of characters of one class.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// A bit for each ASCII character that may stand in it.
    pub(crate) class: u128,
    /// The least of them.
    pub(crate) min: u32,
    /// The most of them.
    pub(crate) max: u32,
}

/// The parts of `pattern`: classes and letters one after the other, each with a count.
pub(crate) fn parts(pattern: &str) -> Result<Vec<Part>, String> {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| error.to_string())?;
    let mut parts = Vec::new();
    add(&parsed, &mut parts)?;
    for pair in parts.windows(2) {
        let [part, next] = pair else { continue };
        if part.min < part.max && part.class & next.class != 0 {
            return Err(format!("`{pattern}`: it is not clear where a part ends"));
        }
    }
    let longest: u32 = parts.iter().map(|part| part.max).sum();
    let shortest: u32 = parts.iter().map(|part| part.min).sum();
    if shortest == 0 || longest > LENGTH_MAX {
        return Err(format!("`{pattern}`: may match nothing or more than {LENGTH_MAX} bytes"));
    }
    Ok(parts)
}

fn add(hir: &Hir, parts: &mut Vec<Part>) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Concat(all) => all.iter().try_for_each(|one| add(one, parts))?,
        HirKind::Capture(capture) => add(&capture.sub, parts)?,
        HirKind::Literal(literal) => {
            for byte in &literal.0 {
                push(parts, Part { class: bit(*byte)?, min: 1, max: 1 });
            }
        }
        HirKind::Class(class) => {
            push(parts, Part { class: bits(class)?, min: 1, max: 1 });
        }
        HirKind::Repetition(repetition) => {
            let max = repetition.max.ok_or("a run needs a longest length")?;
            let mut inner = Vec::new();
            add(&repetition.sub, &mut inner)?;
            match inner.as_slice() {
                [Part { class, min: 1, max: 1 }] => {
                    push(parts, Part { class: *class, min: repetition.min, max });
                }
                _ if repetition.min == max => {
                    (0..max).for_each(|_| inner.iter().for_each(|part| push(parts, part.clone())));
                }
                _ => return Err(String::from("a group needs a fixed count")),
            }
        }
        HirKind::Look(_) | HirKind::Alternation(_) => {
            return Err(String::from("no choice and no anchor: write several bodies"));
        }
    }
    Ok(())
}

/// Adds `part`, as more of the last one if both are fixed runs of one class.
fn push(parts: &mut Vec<Part>, part: Part) {
    match parts.last_mut() {
        Some(last) if last.class == part.class && last.min == last.max && part.min == part.max => {
            last.min += part.min;
            last.max += part.max;
        }
        _ => parts.push(part),
    }
}

fn bit(byte: u8) -> Result<u128, String> {
    if byte.is_ascii() { Ok(1 << byte) } else { Err(String::from("only ASCII")) }
}

fn bits(class: &Class) -> Result<u128, String> {
    let Class::Bytes(class) = class else { return Err(String::from("only ASCII")) };
    let mut all = 0;
    for range in class.iter() {
        for byte in range.start()..=range.end() {
            all |= bit(byte)?;
        }
    }
    Ok(all)
}

const LENGTH_MAX: u32 = 2100;
