//! [`ToolRules`]: where the input of a tool goes.

use privet_mask::Destination;

/// Destinations by tool name: rules for exact names count first, then what is known of
/// common tools, then patterns in order, then the default.
#[derive(Clone, Debug)]
pub struct ToolRules {
    rules: Vec<(String, Destination)>,
    otherwise: Destination,
}

/// Tools of Claude Code and of the API that write files on the client's side.
const FILE_TOOLS: &[&str] = &[
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "str_replace_based_edit_tool",
    "str_replace_editor",
];

/// Tools that carry their input out of the house.
const OUTBOUND_TOOLS: &[&str] = &["WebFetch", "WebSearch", "web_fetch", "web_search"];

impl Default for ToolRules {
    fn default() -> Self {
        Self::new([], Destination::Inside)
    }
}

impl ToolRules {
    /// `rules` by name or pattern, where a `*` stands for anything; `otherwise` for tools
    /// that nothing matches.
    pub fn new(
        rules: impl IntoIterator<Item = (String, Destination)>,
        otherwise: Destination,
    ) -> Self {
        let known = |names: &[&str], destination| {
            names.iter().map(|name| ((*name).to_owned(), destination)).collect::<Vec<_>>()
        };
        let (patterns, mut rules): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|(name, _)| name.contains('*'));
        rules.extend(known(FILE_TOOLS, Destination::FileEdit));
        rules.extend(known(OUTBOUND_TOOLS, Destination::Outbound));
        rules.extend(patterns);
        Self { rules, otherwise }
    }

    /// Where the input of the tool `name` goes.
    pub fn destination(&self, name: &str) -> Destination {
        self.rules
            .iter()
            .find(|(pattern, _)| matches(pattern, name))
            .map_or(self.otherwise, |(_, destination)| *destination)
    }
}

/// Whether `name` is what `pattern` describes.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((lead, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(lead) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return name.ends_with(piece);
        }
        let Some(at) = name.find(piece) else { return false };
        name = name.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_match_counts() {
        let rules = [
            ("mcp__mail__*".to_owned(), Destination::Outbound),
            ("Write".to_owned(), Destination::Inside),
        ];
        let rules = ToolRules::new(rules, Destination::Inside);
        let keeps = ToolRules::new([("*".to_owned(), Destination::Inside)], Destination::Outbound);
        assert_eq!(keeps.destination("Edit"), Destination::FileEdit);
        assert_eq!(keeps.destination("WebFetch"), Destination::Outbound);
        assert_eq!(keeps.destination("anything"), Destination::Inside);
        for (pattern, name, want) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*Edit", "MyEdit", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
        assert_eq!(rules.destination("mcp__mail__send"), Destination::Outbound);
        assert_eq!(rules.destination("Write"), Destination::Inside);
        assert_eq!(rules.destination("Edit"), Destination::FileEdit);
        assert_eq!(rules.destination("WebFetch"), Destination::Outbound);
        assert_eq!(rules.destination("Bash"), Destination::Inside);
    }
}
