//! Which tokens of a scope stand in a text, however they look.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use privet_mask::{Mentions, RestoreTableBuilder};
use privet_text::EntityType;
use privet_vault::{Scope, StoredToken, VaultError};

/// The tokens that `text` says, secrets apart. Goes through all of the scope's, a batch at a
/// time: about a second for a million.
pub(super) fn tokens_in(
    text: &str,
    scope: &Scope,
) -> Result<BTreeMap<String, EntityType>, VaultError> {
    let said = compact(text);
    let mut table = RestoreTableBuilder::default();
    let mut batch = Vec::with_capacity(BATCH_TOKENS);
    let mut tokens = scope.tokens();
    loop {
        batch.clear();
        for token in tokens.by_ref().take(BATCH_TOKENS) {
            batch.push(token?);
        }
        if batch.is_empty() {
            break;
        }
        for token in standing(&batch, &said) {
            // What is found is told by the token it is.
            table.insert(&token.token, token.entity, &token.token);
        }
    }
    let types: BTreeMap<String, EntityType> =
        table.tokens().map(|(token, entity)| (token.to_owned(), entity)).collect();
    let found = Mentions::new(table).find_values(text);
    let named = found.into_iter().filter_map(|(_, token)| {
        let entity = types.get(&token).copied()?;
        Some((token, entity))
    });
    Ok(named.collect())
}

const BATCH_TOKENS: usize = 20_000;

/// Those whose letters and digits stand in `said`; of a typed token, those of its label.
fn standing<'b>(batch: &'b [StoredToken], said: &[u8]) -> Vec<&'b StoredToken> {
    let pattern = |token: &StoredToken| {
        let label = token.token.strip_prefix(token.entity.stem());
        compact(label.and_then(|label| label.strip_prefix('_')).unwrap_or(&token.token))
    };
    let Ok(automaton) = AhoCorasick::new(batch.iter().map(pattern)) else {
        // Too large to be built: then every token may stand there.
        return batch.iter().collect();
    };
    let hits: std::collections::BTreeSet<usize> =
        automaton.find_overlapping_iter(said).map(|hit| hit.pattern().as_usize()).collect();
    hits.into_iter().filter_map(|number| batch.get(number)).collect()
}

/// Models and editors change what stands between letters and digits.
fn compact(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_count() {
        let token = |token: &str, entity| StoredToken { token: token.to_owned(), entity };
        let batch = [
            token("PERSON_K7Q2MX4", EntityType::Person),
            token("198.18.3.7", EntityType::IpAddress),
            token("email_k7q2mx4@example.com", EntityType::EmailAddress),
            token("+1 312-555-0142", EntityType::PhoneNumber),
        ];
        let said = compact("k7q2mx4 at 198.18.3.7, (312) 555-0142, +1 (312) 555-0142");
        let found: Vec<_> = standing(&batch, &said).into_iter().map(|t| t.token.as_str()).collect();
        assert_eq!(found, ["PERSON_K7Q2MX4", "198.18.3.7", "+1 312-555-0142"]);
    }
}
