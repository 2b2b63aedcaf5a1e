//! What stands in a leaf: the detectors' findings, also inside JSON strings within
//! it, across adjacent blocks, and wherever a value found elsewhere stands again.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use privet_mask::{Needles, is_distinctive};
use privet_text::EntityType;
use privet_wire::json::{Json, Kind, NodeId, OffsetMap};

use super::reader::Reader;

/// Something found in a leaf, without the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes of the decoded leaf.
    pub(super) start: usize,
    pub(super) end: usize,
    /// JSON strings inside the leaf around it.
    pub(super) levels: u8,
    pub(super) entity: EntityType,
    pub(super) recognizer: &'static str,
}

impl Found {
    /// The value, as it reads inside the innermost string.
    pub(super) fn surface<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut surface = Cow::Borrowed(text.get(self.start..self.end).unwrap_or_default());
        for _ in 0..self.levels {
            let quoted = format!("\"{surface}\"");
            match Json::parse_str(&quoted) {
                Ok(json) => surface = Cow::Owned(json.text(json.root()).into_owned()),
                Err(_) => break,
            }
        }
        surface
    }

    fn overlaps(&self, start: usize, end: usize) -> bool {
        self.start < end && start < self.end
    }
}

/// JSON inside strings is read to this depth.
const NESTED_MAX: u8 = 3;

/// Who finds values again that were found, and are masked, elsewhere in a request.
pub(super) const REPEATED: &str = "repeated";

/// Finds everything in `text`. A short text under an object key is read as `key: text`,
/// because the key is often the only word that says what it is.
pub(super) fn find(reader: &Reader<'_>, text: &str, key: Option<&str>) -> Vec<Found> {
    const KEYED_MAX: usize = 512;
    let mut found = match key {
        Some(key) if text.len() <= KEYED_MAX => {
            let lead = format!("{key}: ");
            analyze(reader, &format!("{lead}{text}"), 0)
                .into_iter()
                .filter(|f| f.end > lead.len())
                .map(|f| Found {
                    start: f.start.saturating_sub(lead.len()),
                    end: f.end - lead.len(),
                    ..f
                })
                .collect()
        }
        _ => analyze(reader, text, 0),
    };
    find_nested(reader, text, 0, &mut found);
    let mut found = split_numbered_lines(text, found);
    found.sort_by_key(|f| f.start);
    found
}

/// Tools show files with a number before each line. A value that goes over several such
/// lines becomes one finding a line, so that the numbers are no part of what comes back.
fn split_numbered_lines(text: &str, found: Vec<Found>) -> Vec<Found> {
    let mut split = Vec::with_capacity(found.len());
    for f in found {
        let value = text.get(f.start..f.end).unwrap_or_default();
        if f.levels > 0 || !is_numbered(value) {
            split.push(f);
            continue;
        }
        let mut start = f.start;
        for (index, line) in value.split_inclusive('\n').enumerate() {
            let gutter = if index == 0 { 0 } else { gutter_len(line).unwrap_or(0) };
            let rest = line.get(gutter..).unwrap_or_default();
            let from = start + gutter + (rest.len() - rest.trim_start().len());
            let to = start + line.trim_end().len();
            if from < to {
                split.push(Found { start: from, end: to, ..f });
            }
            start += line.len();
        }
    }
    split
}

/// Whether all lines after the first begin with a line number.
fn is_numbered(value: &str) -> bool {
    let mut lines = value.split_inclusive('\n').skip(1).peekable();
    lines.peek().is_some() && lines.all(|line| gutter_len(line).is_some())
}

/// The length of `  12\t` or `  12→` at the start of a line.
fn gutter_len(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = number.strip_prefix('\t').or_else(|| number.strip_prefix('→'))?;
    (number.len() < rest.len()).then_some(line.len() - after.len())
}

fn analyze(reader: &Reader<'_>, text: &str, levels: u8) -> Vec<Found> {
    reader
        .analyze(text)
        .into_iter()
        .map(|finding| Found {
            start: finding.span.start(),
            end: finding.span.end(),
            levels,
            entity: finding.entity,
            recognizer: finding.recognizer,
        })
        .collect()
}

/// Reads the escaped strings of a text that is JSON. What is found inside them replaces
/// what was found over their escapes.
fn find_nested(reader: &Reader<'_>, text: &str, levels: u8, found: &mut Vec<Found>) {
    if levels >= NESTED_MAX || !text.contains('\\') || !looks_like_json(text) {
        return;
    }
    let Ok(json) = Json::parse_str(text) else { return };
    let mut strings = Vec::new();
    escaped_strings(&json, json.root(), &mut strings);
    for string in strings {
        let inside = json.inner_range(string);
        let decoded = json.text(string);
        let mut inner = analyze(reader, &decoded, 0);
        find_nested(reader, &decoded, levels + 1, &mut inner);
        inner.sort_by_key(|f| f.start);
        found.retain(|f| !f.overlaps(inside.start, inside.end));
        let mut map = OffsetMap::new(text.get(inside.clone()).unwrap_or_default());
        for f in inner {
            let start = inside.start + map.raw(f.start);
            let end = inside.start + map.raw(f.end);
            found.push(Found { start, end, levels: f.levels + 1, ..f });
        }
    }
}

fn looks_like_json(text: &str) -> bool {
    matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['))
}

fn escaped_strings(json: &Json<'_>, node: NodeId, strings: &mut Vec<NodeId>) {
    match json.kind(node) {
        Kind::Object => {
            for (key, value) in json.members(node) {
                escaped_strings(json, key, strings);
                escaped_strings(json, value, strings);
            }
        }
        Kind::Array => json.elements(node).for_each(|e| escaped_strings(json, e, strings)),
        Kind::String if json.is_escaped(node) => strings.push(node),
        _ => {}
    }
}

/// Finds what goes over the borders of `texts`, which follow each other directly.
/// Returns its parts, each with the index of its text.
pub(super) fn find_across(reader: &Reader<'_>, texts: &[&str]) -> Vec<(usize, Found)> {
    if texts.len() < 2 {
        return Vec::new();
    }
    let mut joined = String::new();
    // (text, offset in it, offset in `joined`, length)
    let mut pieces: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let head = text.get(..text.floor_char_boundary(WINDOW)).unwrap_or_default();
        let tail_at = text.ceil_char_boundary(text.len().saturating_sub(WINDOW)).max(head.len());
        pieces.push((index, 0, joined.len(), head.len()));
        joined.push_str(head);
        if tail_at > head.len() {
            // Nothing goes over what is left out.
            joined.push('\n');
        }
        let tail = text.get(tail_at..).unwrap_or_default();
        pieces.push((index, tail_at, joined.len(), tail.len()));
        joined.push_str(tail);
    }
    let mut parts = Vec::new();
    for found in analyze(reader, &joined, 0) {
        let over: Vec<(usize, Found)> = pieces
            .iter()
            .filter_map(|(index, offset, at, len)| {
                let start = found.start.max(*at);
                let end = found.end.min(at + len);
                (start < end).then(|| {
                    let place =
                        Found { start: offset + start - at, end: offset + end - at, ..found };
                    (*index, place)
                })
            })
            .collect();
        let first = over.first().map(|(index, _)| *index);
        if over.iter().any(|(index, _)| Some(*index) != first) {
            parts.extend(over);
        }
    }
    parts
}

/// How much of each end of a text is looked at for what goes over its border, in bytes.
const WINDOW: usize = 128;

/// Values that mean the same wherever they stand in the request.
#[derive(Default)]
pub(super) struct Values {
    list: Vec<(String, EntityType)>,
    seen: HashMap<String, ()>,
}

impl Values {
    pub(super) fn note(&mut self, entity: EntityType, surface: &str) {
        if is_distinctive(entity, surface) && self.seen.insert(surface.to_owned(), ()).is_none() {
            self.list.push((surface.to_owned(), entity));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(surface, _)| surface.as_str())
    }

    /// Adds to each text's findings the places where one of the values stands again.
    pub(super) fn spread<'t>(&self, texts: impl Iterator<Item = (&'t str, &'t mut Vec<Found>)>) {
        if self.list.is_empty() {
            return;
        }
        let needles = Needles::new(self.iter());
        for (text, found) in texts {
            let mut added = false;
            for hit in needles.find_all(text.as_bytes()) {
                let whole = text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end);
                if !whole || found.iter().any(|f| f.overlaps(hit.start, hit.end)) {
                    continue;
                }
                if let Some((_, entity)) = self.list.get(hit.number) {
                    let (start, end, entity) = (hit.start, hit.end, *entity);
                    found.push(Found { start, end, levels: 0, entity, recognizer: REPEATED });
                    added = true;
                }
            }
            if added {
                found.sort_by_key(|f| f.start);
            }
        }
    }
}

/// Findings of leaves read lately, by identity. It holds places and types, no text.
pub struct LeafCache(Mutex<Cached>);

#[derive(Default)]
struct Cached {
    found: HashMap<[u8; 32], Arc<[Found]>>,
    order: VecDeque<[u8; 32]>,
}

const CACHED_MAX: usize = 16_384;
const CACHED_FINDINGS_MAX: usize = 256;

impl Default for LeafCache {
    fn default() -> Self {
        Self(Mutex::new(Cached::default()))
    }
}

impl LeafCache {
    pub(super) fn get(&self, hash: &[u8; 32]) -> Option<Arc<[Found]>> {
        self.0.lock().ok()?.found.get(hash).cloned()
    }

    pub(super) fn put(&self, hash: [u8; 32], found: &[Found]) {
        if found.len() > CACHED_FINDINGS_MAX {
            return;
        }
        let Ok(mut cached) = self.0.lock() else { return };
        if cached.found.insert(hash, found.into()).is_none() {
            cached.order.push_back(hash);
        }
        while cached.order.len() > CACHED_MAX {
            if let Some(oldest) = cached.order.pop_front() {
                cached.found.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_over_several_texts() {
        let analyzer = privet_detect::Analyzer::default();
        let reader = Reader::new(&analyzer, None);
        let texts = ["mail jane.", "doe@kestrel", "-mail.com now", "else"];
        let parts: Vec<&str> = find_across(&reader, &texts)
            .into_iter()
            .map(|(index, found)| &texts[index][found.start..found.end])
            .collect();
        assert_eq!(parts, ["jane.", "doe@kestrel", "-mail.com"]);
        let long = "x ".repeat(500);
        assert!(find_across(&reader, &[&long, &long]).is_empty());
    }

    #[test]
    fn line_numbers_are_no_part_of_a_value() {
        let text = "6\tKEY=\"AAA\n7\t  BBB\n 8→CCC\"\n9\tx";
        let start = text.find("AAA").unwrap();
        let end = text.find("CCC").unwrap() + 3;
        let entity = EntityType::Secret;
        let whole = Found { start, end, levels: 0, entity, recognizer: "pem" };
        let parts = split_numbered_lines(text, vec![whole]);
        let parts: Vec<&str> = parts.iter().map(|f| &text[f.start..f.end]).collect();
        assert_eq!(parts, ["AAA", "BBB", "CCC"]);
        let plain = "KEY=AAA\nBBB";
        let whole = Found { start: 4, end: plain.len(), ..whole };
        assert_eq!(split_numbered_lines(plain, vec![whole]), [whole]);
    }
}
