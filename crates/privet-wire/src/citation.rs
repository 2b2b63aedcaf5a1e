//! Citations point into documents by character. The model counts in the masked
//! document, the client in its own.

/// One replacement in a document, in characters (Unicode code points).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Where the value stands in the client's document.
    pub client: (usize, usize),
    /// Where its token stands in the masked document.
    pub model: (usize, usize),
}

/// Which end of a passage an index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first character.
    Start,
    /// One past the last character.
    End,
}

/// The replacements in each document of a request, in the order citations count them.
#[derive(Clone, Debug, Default)]
pub struct CitationMap {
    documents: Vec<Vec<Replaced>>,
}

impl CitationMap {
    /// Adds the next document; `spans` are its replacements as (start, end, length of the
    /// token), in characters of the client's document, in order.
    pub fn push_document(&mut self, spans: impl IntoIterator<Item = (usize, usize, usize)>) {
        let mut grown = 0;
        let mut shrunk = 0;
        let replaced = spans
            .into_iter()
            .map(|(start, end, token)| {
                let at = start + grown - shrunk;
                grown += token;
                shrunk += end - start;
                Replaced { client: (start, end), model: (at, at + token) }
            })
            .collect();
        self.documents.push(replaced);
    }

    /// The client's index for one that the model gave. An index inside a token moves to
    /// that end of the value, so that no citation cuts a value.
    pub fn to_client(&self, document: usize, index: usize, edge: Edge) -> usize {
        self.map(document, index, edge, |r| r.model, |r| r.client)
    }

    /// The model's index for one that the client sends back.
    pub fn to_model(&self, document: usize, index: usize, edge: Edge) -> usize {
        self.map(document, index, edge, |r| r.client, |r| r.model)
    }

    fn map(
        &self,
        document: usize,
        index: usize,
        edge: Edge,
        from: impl Fn(&Replaced) -> (usize, usize),
        to: impl Fn(&Replaced) -> (usize, usize),
    ) -> usize {
        let Some(replaced) = self.documents.get(document) else { return index };
        let before = replaced.partition_point(|r| from(r).0 < index);
        let Some(last) = before.checked_sub(1).and_then(|last| replaced.get(last)) else {
            return index;
        };
        match edge {
            _ if index >= from(last).1 => index - from(last).1 + to(last).1,
            Edge::Start => to(last).0,
            Edge::End => to(last).1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_map_both_ways() {
        // client: "ab JANE cd EVE ef"; model: "ab PERSON_1 cd P ef"
        let mut map = CitationMap::default();
        map.push_document([(3, 7, 8), (11, 14, 1)]);
        for (client, model) in [(0, 0), (3, 3), (7, 11), (11, 15), (14, 16), (17, 19)] {
            for edge in [Edge::Start, Edge::End] {
                assert_eq!(map.to_client(0, model, edge), client, "model {model}");
                assert_eq!(map.to_model(0, client, edge), model, "client {client}");
            }
        }
        assert_eq!(map.to_client(0, 6, Edge::Start), 3);
        assert_eq!(map.to_client(0, 6, Edge::End), 7);
        assert_eq!(map.to_client(9, 6, Edge::End), 6);
    }
}
