//! [`ToolRules`]: where the input of a tool goes.

use privet_mask::Destination;

/// Destinations by tool name. The first rule that matches counts.
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
    /// `rules` first, in order, then the known file and outbound tools, then `otherwise`.
    /// A `*` at the end of a name stands for any rest.
    pub fn new(
        rules: impl IntoIterator<Item = (String, Destination)>,
        otherwise: Destination,
    ) -> Self {
        let known = |names: &[&str], destination| {
            names.iter().map(|name| ((*name).to_owned(), destination)).collect::<Vec<_>>()
        };
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.extend(known(FILE_TOOLS, Destination::FileEdit));
        rules.extend(known(OUTBOUND_TOOLS, Destination::Outbound));
        Self { rules, otherwise }
    }

    /// Where the input of the tool `name` goes.
    pub fn destination(&self, name: &str) -> Destination {
        let matches = |pattern: &str| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => pattern == name,
        };
        self.rules
            .iter()
            .find(|(pattern, _)| matches(pattern))
            .map_or(self.otherwise, |(_, destination)| *destination)
    }
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
        assert_eq!(rules.destination("mcp__mail__send"), Destination::Outbound);
        assert_eq!(rules.destination("Write"), Destination::Inside);
        assert_eq!(rules.destination("Edit"), Destination::FileEdit);
        assert_eq!(rules.destination("WebFetch"), Destination::Outbound);
        assert_eq!(rules.destination("Bash"), Destination::Inside);
    }
}
