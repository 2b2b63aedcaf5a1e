//! The names of cities, states and countries, as hashes.

use privet_text::EntityType;

/// The kind that the lists have under a [`hash`](super::key::hash): a location if they say
/// that it is none of the others.
pub(super) fn kind(hash: u32) -> Option<EntityType> {
    let lists = [
        (EntityType::City, CITIES),
        (EntityType::State, STATES),
        (EntityType::Country, COUNTRIES),
        (EntityType::Location, OTHERS),
    ];
    lists.into_iter().find(|(_, list)| holds(list, hash)).map(|(kind, _)| kind)
}

fn holds(list: &[u8], hash: u32) -> bool {
    let (hashes, _) = list.as_chunks();
    hashes.binary_search_by_key(&hash, |bytes| u32::from_le_bytes(*bytes)).is_ok()
}

static CITIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places_city.bin"));
static STATES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places_state.bin"));
static OTHERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places_location.bin"));
static COUNTRIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/places_country.bin"));
