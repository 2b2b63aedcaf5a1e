//! [`Masked`]: bytes that may leave the house, and the only place that makes them.

use std::ops::Range;

use privet_text::Raw;

use crate::Sweep;

/// A value in which every finding was replaced. Only [`assemble`] makes one,
/// and the upstream client takes nothing else.
///
/// ```compile_fail
/// let leaked = privet_mask::Masked(b"Jane Doe".to_vec()); // the field is private
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// The masked value.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The masked value, by itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// One replacement: the bytes `range` of the original become `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the original.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

/// Why no masked bytes could be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// Two edits overlap or lie outside the original.
    #[error("an edit overlaps another or lies outside the text")]
    Misplaced,
    /// A raw value that was found in this request still stands in the outbound bytes.
    #[error("a value that was found in this request is still in the outbound bytes")]
    Swept,
}

/// Applies `edits` to `body` and sweeps what comes out.
///
/// `replayed` are the ranges of `body` that were already sent this way, or that
/// Claude itself wrote: they are not swept, because refusing them protects nobody
/// and would end the conversation. Everything else is. Edits need no order.
///
/// # Errors
/// [`AssembleError::Swept`] if a value of `sweep` is still there.
pub fn assemble(
    body: &Raw<Vec<u8>>,
    edits: &mut [Edit],
    replayed: &[Range<usize>],
    sweep: &Sweep,
) -> Result<Masked<Vec<u8>>, AssembleError> {
    edits.sort_unstable_by_key(|edit| (edit.range.start, edit.range.end));
    let source = body.expose();
    let mut out = Vec::with_capacity(source.len() + edits.len() * 8);
    let mut swept_from = 0;
    let mut at = 0;
    let mut passed = replayed.iter().peekable();
    for edit in edits.iter() {
        at = copy(source, at, edit.range.start, &mut out, &mut swept_from, &mut passed, sweep)?;
        out.extend_from_slice(edit.text.as_bytes());
        if at > edit.range.end {
            return Err(AssembleError::Misplaced);
        }
        at = edit.range.end;
    }
    copy(source, at, source.len(), &mut out, &mut swept_from, &mut passed, sweep)?;
    let rest = out.get(swept_from..).ok_or(AssembleError::Misplaced)?;
    if sweep.hits(rest) { Err(AssembleError::Swept) } else { Ok(Masked(out)) }
}

/// Copies `source[from..to]`, sweeping what was written so far at each border of a
/// replayed range. Returns `to`.
fn copy<'a>(
    source: &[u8],
    from: usize,
    to: usize,
    out: &mut Vec<u8>,
    swept_from: &mut usize,
    passed: &mut std::iter::Peekable<impl Iterator<Item = &'a Range<usize>>>,
    sweep: &Sweep,
) -> Result<usize, AssembleError> {
    let mut at = from;
    while let Some(range) = passed.peek() {
        if range.start > to {
            break;
        }
        if range.start >= at {
            out.extend_from_slice(source.get(at..range.start).ok_or(AssembleError::Misplaced)?);
            at = range.start;
            let written = out.get(*swept_from..).ok_or(AssembleError::Misplaced)?;
            if sweep.hits(written) {
                return Err(AssembleError::Swept);
            }
            *swept_from = usize::MAX;
        }
        if range.end > to {
            break;
        }
        out.extend_from_slice(source.get(at..range.end).ok_or(AssembleError::Misplaced)?);
        at = range.end;
        *swept_from = out.len();
        passed.next();
    }
    out.extend_from_slice(source.get(at..to).ok_or(AssembleError::Misplaced)?);
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        body: &str,
        edits: &[(Range<usize>, &str)],
        replayed: &[(usize, usize)],
        values: &[&str],
        want: Result<&str, AssembleError>,
    ) {
        let mut edits: Vec<Edit> = edits
            .iter()
            .map(|(range, text)| Edit { range: range.clone(), text: (*text).into() })
            .collect();
        let body = Raw::new(body.as_bytes().to_vec());
        let replayed: Vec<_> = replayed.iter().map(|(start, end)| *start..*end).collect();
        let got = assemble(&body, &mut edits, &replayed, &Sweep::new(values.iter().copied()));
        let got = got.map(|masked| String::from_utf8(masked.into_inner()).unwrap());
        assert_eq!(got, want.map(String::from));
    }

    #[test]
    fn edits_land_where_they_belong() {
        check("to Jane Doe!", &[(3..11, "PERSON_1")], &[], &["Jane Doe"], Ok("to PERSON_1!"));
        check("ab", &[(1..2, "y"), (0..1, "x")], &[], &[], Ok("xy"));
        check("ab", &[(0..2, "y"), (1..2, "x")], &[], &[], Err(AssembleError::Misplaced));
        check("ab", &[(1..9, "y")], &[], &[], Err(AssembleError::Misplaced));
    }

    #[test]
    fn what_was_forgotten_is_swept() {
        check("Jane Doe, Jane Doe", &[(0..8, "P")], &[], &["Jane Doe"], Err(AssembleError::Swept));
        check("Jane Doe, Jane Doe", &[(0..8, "P")], &[(9, 18)], &["Jane Doe"], Ok("P, Jane Doe"));
        check("Jane Doe, Jane Doe", &[(10..18, "P")], &[(0, 9)], &["Jane Doe"], Ok("Jane Doe, P"));
        check("x Jane Doe y", &[], &[(0, 2), (10, 12)], &["Jane Doe"], Err(AssembleError::Swept));
        check("Jane Doe", &[(0..4, "P")], &[(0, 8)], &["Jane Doe"], Ok("P Doe"));
    }
}
