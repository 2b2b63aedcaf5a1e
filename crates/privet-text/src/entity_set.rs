//! [`EntitySet`]: some of the entity types.

use crate::EntityType;

/// A set of entity types. Copying it costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EntitySet(u128);

impl EntitySet {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Every type there is.
    pub fn all() -> Self {
        EntityType::ALL.iter().copied().collect()
    }

    /// What somebody means who names `types`: these and their kinds.
    pub fn named(types: impl IntoIterator<Item = EntityType>) -> Self {
        let types = Self::from_iter(types);
        let is_meant = |entity: &EntityType| entity.set_by(|one| types.contains(one)).is_some();
        EntityType::ALL.iter().copied().filter(is_meant).collect()
    }

    /// Whether `entity` is in it.
    pub const fn contains(self, entity: EntityType) -> bool {
        self.0 & bit(entity) != 0
    }

    /// Adds `entity`.
    pub fn insert(&mut self, entity: EntityType) {
        self.0 |= bit(entity);
    }

    /// Takes `entity` out.
    pub fn remove(&mut self, entity: EntityType) {
        self.0 &= !bit(entity);
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two have a type in common.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its types in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = EntityType> {
        EntityType::ALL.iter().copied().filter(move |entity| self.contains(*entity))
    }
}

impl FromIterator<EntityType> for EntitySet {
    fn from_iter<I: IntoIterator<Item = EntityType>>(entities: I) -> Self {
        let mut set = Self::NONE;
        entities.into_iter().for_each(|entity| set.insert(entity));
        set
    }
}

impl Extend<EntityType> for EntitySet {
    fn extend<I: IntoIterator<Item = EntityType>>(&mut self, entities: I) {
        entities.into_iter().for_each(|entity| self.insert(entity));
    }
}

const fn bit(entity: EntityType) -> u128 {
    1 << entity as u8
}

// INVARIANT: every type has a bit.
const _: () = assert!(EntityType::ALL.len() <= 128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let mut set: EntitySet = [EntityType::Person, EntityType::Custom].into_iter().collect();
        assert!(set.contains(EntityType::Custom) && !set.contains(EntityType::Secret));
        set.remove(EntityType::Custom);
        assert_eq!(set.iter().collect::<Vec<_>>(), [EntityType::Person]);
        assert_eq!(EntitySet::all().iter().count(), EntityType::ALL.len());
        assert!(set.meets(EntitySet::all()) && !set.meets(EntitySet::NONE));
    }

    #[test]
    fn who_names_places_means_cities_too() {
        use EntityType::{City, Country, Location, Person, State};
        let named = |types: &[EntityType]| {
            EntitySet::named(types.iter().copied()).iter().collect::<Vec<_>>()
        };
        assert_eq!(named(&[Location]), [Location, City, State, Country]);
        assert_eq!(named(&[Country, Person]), [Person, Country]);
    }
}
