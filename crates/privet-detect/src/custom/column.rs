//! Fields and columns by name: what a data catalogue says holds personal data.

use std::collections::HashMap;

use privet_text::{EntityType, Finding, Reason, Score};

use crate::claim::Claim;
use crate::name::{Cells, delimiter_of, line_after};
use crate::reading::{before, byte, is_blank, run, run_back};

/// Names of fields and columns, and what their values are.
#[derive(Default)]
pub(super) struct Columns {
    by_name: HashMap<String, EntityType>,
}

impl Columns {
    pub(super) fn add(&mut self, name: &str, entity: EntityType) {
        let name = plain(name);
        if !name.is_empty() {
            self.by_name.insert(name, entity);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(super) fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        if self.by_name.is_empty() {
            return;
        }
        self.fields(text, found);
        self.tables(text, found);
    }

    /// Values after a name and `:` or `=`.
    fn fields(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b':', b'=', bytes) {
            let Some(entity) = self.field_before(text, at) else { continue };
            if let Some((from, to)) = value_after(bytes, at) {
                report(text, entity, "column/field", (from, to), found);
            }
        }
    }

    /// The type of the field whose name ends right before `at`.
    fn field_before(&self, text: &str, at: usize) -> Option<EntityType> {
        let bytes = text.as_bytes();
        let closed = run_back(bytes, at, 6, |byte| {
            is_blank(byte) || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'*' | b']')
        });
        let start = run_back(bytes, closed, NAME_BYTES_MAX, |byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'-' | b'.' | b' ')
                || byte >= 0x80
        });
        let start = crate::reading::char_ceil(text, start);
        let name = text.get(start..closed)?;
        let short = name.rsplit(['.', ' ']).next().unwrap_or_default();
        self.by_name.get(&plain(name)).or_else(|| self.by_name.get(&plain(short))).copied()
    }

    /// Cells below a name in a table. A header is the first line, or follows an empty one
    /// or a fence.
    fn tables(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut may_begin = true;
        while at < bytes.len() {
            let end = line_end(bytes, at);
            let line = text.get(at..end).unwrap_or_default();
            let next = line_after(bytes, end).max(at + 1);
            at = match may_begin.then(|| self.header(line)).flatten() {
                Some(header) => self.rows(text, next, &header, found),
                None => next,
            };
            may_begin = line.trim().is_empty() || line.starts_with("```");
        }
    }

    fn header(&self, line: &str) -> Option<Header> {
        if line.len() > LINE_BYTES_MAX {
            return None;
        }
        let delimiter = delimiter_of(line)?;
        let types: Vec<Option<EntityType>> = Cells::new(line, delimiter)
            .map(|(from, to)| {
                line.get(from..to).and_then(|cell| self.by_name.get(&plain(cell)).copied())
            })
            .collect();
        types.iter().any(Option::is_some).then_some(Header { delimiter, types })
    }

    /// Reports the cells of the rows from `at` on; gives where the table ends.
    fn rows(
        &self,
        text: &str,
        mut at: usize,
        header: &Header,
        found: &mut dyn FnMut(Finding),
    ) -> usize {
        let bytes = text.as_bytes();
        while at < bytes.len() {
            let end = line_end(bytes, at);
            let Some(row) = text.get(at..end).filter(|row| row.len() <= LINE_BYTES_MAX) else {
                break;
            };
            if Cells::new(row, header.delimiter).count() != header.types.len() {
                break;
            }
            for ((from, to), entity) in Cells::new(row, header.delimiter).zip(&header.types) {
                if let Some(entity) = entity {
                    report(text, *entity, "column/table", (at + from, at + to), found);
                }
            }
            at = line_after(bytes, end).max(at + 1);
        }
        at
    }
}

struct Header {
    delimiter: u8,
    types: Vec<Option<EntityType>>,
}

fn report(
    text: &str,
    entity: EntityType,
    recognizer: &'static str,
    (from, to): (usize, usize),
    found: &mut dyn FnMut(Finding),
) {
    let Some(value) = text.get(from..to) else { return };
    let is_value = value.chars().any(char::is_alphanumeric)
        && !NO_VALUES.iter().any(|none| value.eq_ignore_ascii_case(none));
    if is_value {
        let claim = Claim::new(entity, recognizer, Score::new(0.5));
        if let Some(finding) = claim.because(Reason::Context("column")).at(from, to) {
            found(finding);
        }
    }
}

/// The bounds of the value after the sign at `sign`.
fn value_after(bytes: &[u8], sign: usize) -> Option<(usize, usize)> {
    let next = byte(bytes, sign + 1);
    if matches!(next, b':' | b'=')
        || matches!(before(bytes, sign), b':' | b'=' | b'!' | b'<' | b'>')
    {
        return None;
    }
    let from =
        run(bytes, sign + 1, 8, |byte| is_blank(byte) || matches!(byte, b'*' | b'\\' | b'>'));
    let quote = byte(bytes, from);
    if matches!(quote, b'"' | b'\'' | b'`') {
        let to = run(bytes, from + 1, VALUE_BYTES_MAX, |byte| {
            byte != quote && !matches!(byte, b'\n' | b'\\')
        });
        return (to > from + 1).then_some((from + 1, to));
    }
    let to = run(bytes, from, VALUE_BYTES_MAX, |byte| {
        !matches!(byte, b'\n' | b'\r' | b'\t' | b',' | b';' | b'|' | b'&' | b'<' | b'"' | b'\\')
            && !matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']')
    });
    let to = run_back(bytes, to, to - from, |byte| is_blank(byte) || matches!(byte, b'.' | b'*'));
    let calls = matches!(byte(bytes, to), b'(' | b'[' | b'{');
    (to > from && !calls).then_some((from, to))
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |length| at + length);
    end - usize::from(end > at && before(bytes, end) == b'\r')
}

/// A name without case and signs: `cust_ssn`, `CustSsn` and "Cust SSN" are the same.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands where nobody's data is: nothing, or the type of the column.
const NO_VALUES: &[&str] = &[
    "null",
    "nil",
    "none",
    "undefined",
    "true",
    "false",
    "string",
    "str",
    "text",
    "int",
    "integer",
    "number",
    "float",
    "boolean",
    "bool",
    "date",
    "datetime",
    "timestamp",
    "varchar",
    "char",
    "uuid",
    "n/a",
    "na",
    "unknown",
    "object",
    "array",
    "any",
    "required",
    "optional",
];

const NAME_BYTES_MAX: usize = 64;
const VALUE_BYTES_MAX: usize = 200;
const LINE_BYTES_MAX: usize = 8192;

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;
    use crate::custom::Custom;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut builder = Custom::builder();
        builder.column("cust_code", EntityType::Custom);
        builder.column("Favourite Colour", EntityType::Custom);
        let found = found(builder, text);
        let got: Vec<&str> = found
            .iter()
            .filter(|(_, by)| by.starts_with("column/"))
            .map(|(value, _)| value.as_str())
            .collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn fields() {
        check("{\"custCode\": \"ab 12\", \"x\": 3, \"cust_code\":77}", &["ab 12", "77"]);
        check("row.cust_code = 'Q1'; CUST-CODE: Q2\n", &["Q1", "Q2"]);
        check("Favourite colour: dark blue.\n", &["dark blue"]);
        check("\\\"cust_code\\\": \\\"Q3\\\"", &["Q3"]);
    }

    #[test]
    fn tables() {
        check("id,cust_code,x\n1,Q1,a\n2,\"Q 2\",b\n", &["Q1", "Q 2"]);
        check("see:\n\n| id | Favourite colour |\n|---|---|\n| 1 | teal |\n", &["teal"]);
    }

    #[test]
    fn no_values() {
        check(
            "cust_code: null, cust_code=string; cust_code == other; f(cust_code=get_code())",
            &[],
        );
        check("my_cust_code: 1, cust_codes: 2", &[]);
        check("A line, with cust_code, in a sentence\nand, more, lines\n", &[]);
    }
}
