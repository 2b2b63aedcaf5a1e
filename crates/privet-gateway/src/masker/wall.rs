//! The wall around tokens that look like values: none of them may stand in a request but
//! where Privet put it, or an answer would give the client something it never said.

use std::collections::BTreeSet;

use privet_mask::operator::surrogate;
use privet_mask::{Mentions, RestoreTable, RestoreTableBuilder};
use privet_text::EntityType;

use super::find::Found;

/// Enters a token and what its words stand for into the table of a request.
pub(super) fn enter(
    table: &mut RestoreTableBuilder,
    token: &str,
    entity: EntityType,
    surface: &str,
) {
    table.insert(token, entity, surface);
    for (part, value) in surrogate::parts(entity, surface, token) {
        table.insert_part(&part, entity, &value);
    }
}

/// Those of the new tokens `made` (with the values they stand for) that one of `texts`
/// already says, or parts of which it says. They must not be used in this request.
pub(super) fn taken<'t>(
    made: &BTreeSet<(String, EntityType, String)>,
    texts: impl Iterator<Item = &'t str>,
) -> BTreeSet<String> {
    let mut table = RestoreTableBuilder::default();
    for (token, entity, value) in made {
        // What is found is told by the token it stands for.
        table.insert(token, *entity, token);
        for (part, _) in surrogate::parts(*entity, value, token) {
            table.insert(&part, *entity, token);
        }
    }
    let mentions = Mentions::new(table);
    texts.flat_map(|text| mentions.find_values(text)).map(|(_, token)| token).collect()
}

/// Where `texts` say what the answer would restore, outside of what is `replaced` there:
/// each with the number of its text. Gives the tokens back, and their table if it was made.
pub(super) fn literals<'t>(
    tokens: RestoreTableBuilder,
    texts: impl Iterator<Item = (usize, &'t str, Vec<(usize, usize)>)>,
) -> (RestoreTableBuilder, Option<RestoreTable>, Vec<(usize, Found)>) {
    let mentions = Mentions::new(tokens);
    let mut found = Vec::new();
    for (number, text, replaced) in texts {
        for place in mentions.find(text) {
            let free =
                replaced.iter().all(|(start, end)| place.end <= *start || *end <= place.start);
            if free {
                let (start, end) = (place.start, place.end);
                let entity = EntityType::TokenLiteral;
                found.push((number, Found { start, end, levels: 0, entity, recognizer: "wall" }));
            }
        }
    }
    let (tokens, table) = mentions.into_parts();
    (tokens, table, found)
}
