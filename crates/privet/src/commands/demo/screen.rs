//! What the demo shows: three columns, in colour on a terminal.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::client::CameBack;
use super::story::{Scene, VALUES};
use crate::console::Console;

pub(super) struct Screen<'s, 'c> {
    console: &'s mut Console<'c>,
    colour: bool,
    width: usize,
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const VALUE: &str = "\x1b[32m";
const TOKEN: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

impl<'s, 'c> Screen<'s, 'c> {
    pub(super) fn new(console: &'s mut Console<'c>) -> Self {
        let no_colour = console.environment.get("NO_COLOR").is_some_and(|v| !v.is_empty());
        let width = console.environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
        let colour = console.out_is_terminal && !no_colour;
        Self { colour, width: width.unwrap_or(120).clamp(60, 200), console }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.console.out.flush()
    }

    fn style(&self, style: &'static str) -> &'static str {
        if self.colour { style } else { "" }
    }

    pub(super) fn welcome(&mut self, real: bool) -> io::Result<()> {
        let (bold, plain) = (self.style(BOLD), self.style(PLAIN));
        let model = if real {
            "The answers come from Claude (ANTHROPIC_API_KEY is set)."
        } else {
            "The answers come from a built-in stand-in for Claude: no key, no network. It says \
             what the script tells it."
        };
        let out = &mut self.console.out;
        writeln!(
            out,
            "\n{bold}Privet: what your client sends, what leaves the house, what comes back{plain}"
        )?;
        writeln!(out, "{model}\nAll people and numbers are invented.")
    }

    pub(super) fn scene(
        &mut self,
        scene: &Scene,
        left: Option<&str>,
        back: &CameBack,
    ) -> io::Result<()> {
        let (bold, dim, plain) = (self.style(BOLD), self.style(DIM), self.style(PLAIN));
        writeln!(
            self.console.out,
            "\n{bold}{}{plain}\n{dim}{}{plain}\n",
            scene.title, scene.point
        )?;
        let nothing = "(nothing was sent)";
        let columns = [
            ("your client sent", scene.shown()),
            ("left the house", left.unwrap_or(nothing).to_owned()),
            ("came back", back.text.clone()),
        ];
        let column = (self.width - 6) / 3;
        let wrapped: Vec<Vec<String>> =
            columns.iter().map(|(_, text)| wrap(text, column)).collect();
        let heads: Vec<String> =
            columns.iter().map(|(head, _)| format!("{head:<column$}")).collect();
        writeln!(self.console.out, "{bold}{}{plain}", heads.join(" | ").trim_end())?;
        let lines = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..lines {
            let cells: Vec<String> = wrapped
                .iter()
                .map(|cells| {
                    let cell = cells.get(line).map(String::as_str).unwrap_or_default();
                    let pad = column.saturating_sub(cell.chars().count());
                    format!("{}{}", self.paint(cell), " ".repeat(pad))
                })
                .collect();
            writeln!(self.console.out, "{}", cells.join(" | ").trim_end())?;
        }
        self.flush()
    }

    pub(super) fn log(&mut self, entries: u64) -> io::Result<()> {
        writeln!(
            self.console.out,
            "\nThe audit log has {entries} entries, none with a raw value in it; every link of its chain holds."
        )
    }

    pub(super) fn point_at(
        &mut self,
        address: SocketAddr,
        key: &str,
        once: bool,
    ) -> io::Result<()> {
        if once {
            return self.flush();
        }
        let (bold, plain) = (self.style(BOLD), self.style(PLAIN));
        let out = &mut self.console.out;
        writeln!(out, "\nThe gateway stays up until Ctrl-C. Point Claude Code or an SDK at it:\n")?;
        writeln!(
            out,
            "  {bold}export ANTHROPIC_BASE_URL=http://{address} ANTHROPIC_API_KEY={key}{plain}"
        )?;
        writeln!(out, "  {bold}claude{plain}   (or your own program)\n")?;
        self.flush()
    }

    /// Colours whole values green and whole tokens yellow.
    fn paint(&self, cell: &str) -> String {
        if !self.colour {
            return cell.to_owned();
        }
        let mut painted = cell.to_owned();
        for value in VALUES {
            painted = painted.replace(value, &format!("{VALUE}{value}{PLAIN}"));
        }
        let words: Vec<String> = painted
            .split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map(|word| {
                let bare =
                    word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                match privet_detect::looks_like_token(bare) {
                    true => format!(
                        "{TOKEN}{bare}{PLAIN}{}",
                        word.get(bare.len()..).unwrap_or_default()
                    ),
                    false => word.to_owned(),
                }
            })
            .collect();
        words.concat()
    }
}

/// Breaks `text` into lines of at most `width` characters, at spaces where there are any.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_inclusive(' ') {
            if line.chars().count() + word.trim_end().chars().count() > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            for c in word.chars() {
                if line.chars().count() >= width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(wrap("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }
}
