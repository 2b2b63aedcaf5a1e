//! Citations point into documents as they were sent.

use privet_wire::citation::Edge;
use privet_wire::json::{Kind, NodeId};

use super::Run;

impl Run<'_, '_> {
    pub(super) fn map_citation(&mut self, citation: NodeId) {
        let json = self.json;
        let number = |name: &str| {
            let node = json.get(citation, name).filter(|n| json.kind(*n) == Kind::Number)?;
            Some((node, json.spelling(node).parse::<usize>().ok()?))
        };
        let Some((_, document)) = number("document_index") else { return };
        for (name, edge) in [("start_char_index", Edge::Start), ("end_char_index", Edge::End)] {
            if let Some((node, index)) = number(name) {
                let mapped = self.out.citations.to_model(document, index, edge);
                if mapped != index {
                    self.edits.scalar(json, node, mapped.to_string());
                }
            }
        }
    }
}
