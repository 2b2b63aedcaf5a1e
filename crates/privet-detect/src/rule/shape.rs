//! Values known by their shape: one walk of all patterns from each place where a number
//! begins, or the letters before it do.

use privet_text::Finding;

use super::judge::{Verdict, report};
use super::pattern::Patterns;
use super::{Rule, Shape, Way};
use crate::reading::{before, byte, run, run_back};

/// All shapes of some rules.
pub(super) struct Shapes {
    patterns: Option<Patterns>,
    /// Rule and shape of each pattern.
    rows: Vec<(&'static Rule, &'static Shape)>,
}

impl Shapes {
    /// The shapes of those of `rules` that have any.
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        let mut rows = Vec::new();
        for rule in rules {
            if let Way::Shapes(shapes) = rule.way {
                rows.extend(shapes.iter().map(|shape| (*rule, shape)));
            }
        }
        let sources: Vec<&str> = rows.iter().map(|(_, shape)| shape.is).collect();
        let patterns = if rows.is_empty() { None } else { Patterns::new(&sources).ok() };
        Self { patterns, rows }
    }

    /// Whether the patterns could be built.
    #[cfg(test)]
    pub(super) fn are_built(&self) -> bool {
        self.patterns.is_some()
    }

    /// Reports what has one of the shapes in `text`.
    pub(super) fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let Some(patterns) = &self.patterns else { return };
        let bytes = text.as_bytes();
        let mut walker = patterns.walker();
        let mut matches: Vec<(usize, usize)> = Vec::new();
        let mut verdicts = Vec::new();
        each_start(bytes, |start| {
            walker.all(bytes, start, |pattern, end| {
                if right_is_free(bytes, end) {
                    matches.push((pattern, end));
                }
            });
            if !matches.is_empty() {
                self.judge(text, start, &mut matches, &mut verdicts);
                report(&mut verdicts, found);
            }
        });
    }

    /// Judges what matched at `start`: for each pattern the longest that holds.
    fn judge(
        &self,
        text: &str,
        start: usize,
        matches: &mut Vec<(usize, usize)>,
        verdicts: &mut Vec<Verdict>,
    ) {
        let mut window = None;
        matches.sort_unstable_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
        let mut done = None;
        for (pattern, end) in matches.drain(..) {
            let Some((rule, shape)) = self.rows.get(pattern) else { continue };
            if done == Some(pattern) {
                continue;
            }
            if let Some(verdict) = Verdict::on(rule, shape.score, text, (start, end), &mut window) {
                verdicts.push(verdict);
                done = Some(pattern);
            }
        }
    }
}

/// Calls `at` for each place where a value may begin: at a number, at letters right
/// before it, and at capital letters with one sign in between ("AB 12 34 56 C").
fn each_start(bytes: &[u8], mut at: impl FnMut(usize)) {
    let mut end = 0;
    let mut last = None;
    while let Some(first) = next_digit(bytes, end) {
        end = run(bytes, first, usize::MAX, |byte| byte.is_ascii_digit());
        let start = run_back(bytes, first, HEAD_MAX + 1, |byte| byte.is_ascii_alphanumeric());
        if first - start > HEAD_MAX || last == Some(start) {
            continue;
        }
        let start = after_escape(bytes, start);
        let mut head = start;
        for _ in 0..HEADS_MAX {
            let Some(next) = head_before(bytes, head) else { break };
            head = next;
            if left_is_free(bytes, head) {
                at(head);
            }
        }
        if left_is_free(bytes, start) {
            at(start);
            // "[2021] EWCA Civ 123"
            if before(bytes, start) == b'[' {
                at(start - 1);
            }
        }
        last = Some(start);
    }
}

/// Where capital letters or two hexadecimal digits begin that stand before `at` with one
/// sign in between.
fn head_before(bytes: &[u8], at: usize) -> Option<usize> {
    let sign = at.checked_sub(1)?;
    match byte(bytes, sign) {
        b' ' | b'-' | b'.' | b'/' => {
            let head = run_back(bytes, sign, APART_MAX + 1, |byte| byte.is_ascii_uppercase());
            (1..=APART_MAX).contains(&(sign - head)).then_some(head)
        }
        b':' => {
            let head = run_back(bytes, sign, 3, |byte| byte.is_ascii_hexdigit());
            (sign - head == 2).then_some(head)
        }
        _ => None,
    }
}

fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().position(u8::is_ascii_digit).map(|at| from + at)
}

/// Skips the letter of an escape such as `\n`.
fn after_escape(bytes: &[u8], start: usize) -> usize {
    let escaped = before(bytes, start) == b'\\' && matches!(byte(bytes, start), b'n' | b'r' | b't');
    if escaped { start + 1 } else { start }
}

/// Whether nothing before `at` makes what begins there a piece of something longer.
pub(super) fn left_is_free(bytes: &[u8], at: usize) -> bool {
    let last = before(bytes, at);
    let far = before(bytes, at.saturating_sub(1));
    match last {
        b'n' | b'r' | b't' if far == b'\\' => true,
        b'.' | b'-' | b'/' => !(far.is_ascii_alphanumeric() || matches!(far, b'$' | b'.' | b'/')),
        b',' => !far.is_ascii_digit(),
        b'*' => !far.is_ascii_alphanumeric(),
        b':' => !far.is_ascii_digit() && !ends_with_pair(bytes, at - 1),
        b'$' | b'#' | b'^' | b'@' | b'%' | b'\\' | b'+' | b'_' => false,
        // The last byte of a Latin letter such as `é`; other scripts may stand before
        // a number without a blank.
        0x80..=0xBF => !matches!(far, 0xC3..=0xC5),
        _ => !last.is_ascii_alphanumeric(),
    }
}

/// Whether two hexadecimal digits by themselves end at `end`, as in a MAC address.
fn ends_with_pair(bytes: &[u8], end: usize) -> bool {
    let start = run_back(bytes, end, 3, |byte| byte.is_ascii_alphanumeric());
    let pair = bytes.get(start..end).unwrap_or_default();
    pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit)
}

/// Whether nothing at `end` goes on with what ends there.
pub(super) fn right_is_free(bytes: &[u8], end: usize) -> bool {
    let far = byte(bytes, end + 1);
    match byte(bytes, end) {
        b'.' | b',' => !far.is_ascii_digit(),
        b'-' | b'/' => !far.is_ascii_alphanumeric(),
        b':' => !far.is_ascii_digit(),
        b'%' | b'_' => false,
        b'*' => !far.is_ascii_alphanumeric(),
        0xC3..=0xC5 => false,
        next => !next.is_ascii_alphanumeric(),
    }
}

const HEAD_MAX: usize = 8;
const APART_MAX: usize = 6;
const HEADS_MAX: usize = 5;
