//! Reservations: what requests in flight have claimed and not yet written.
//! They make two requests at once agree on a value's token, and keep two
//! values from taking the same one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Keyed digest of a value exactly as it was written.
pub(crate) type Surface = [u8; 32];

/// What a scope's requests in flight hold.
#[derive(Default)]
pub(crate) struct Reservations {
    by_surface: HashMap<Surface, Weak<Reservation>>,
    by_token: HashMap<Arc<str>, Weak<Reservation>>,
    /// Highest number given to a secret since start-up.
    pub(crate) last_secret: i64,
}

/// A token held for a value until the last claim of it is dropped.
pub(crate) struct Reservation {
    pub(crate) token: Arc<str>,
    pub(crate) surface: Surface,
    pub(crate) row: Row,
    scope: Weak<Mutex<Reservations>>,
}

/// What the claim will write.
pub(crate) enum Row {
    /// A value, sealed for good.
    Value { entity: &'static str, sealed: Vec<u8> },
    /// A secret, sealed for a day or not at all. `renews` is the digest under
    /// an older day key by which the same marker is stored now.
    Secret { number: i64, day_key: i64, sealed: Option<Vec<u8>>, renews: Option<Surface> },
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("token", &self.token).finish_non_exhaustive()
    }
}

impl Reservations {
    /// The reservation that some request holds for this value.
    pub(crate) fn of_surface(&self, surface: &Surface) -> Option<Arc<Reservation>> {
        self.by_surface.get(surface)?.upgrade()
    }

    /// Whether some request holds this token, for whatever value.
    pub(crate) fn holds_token(&self, token: &str) -> bool {
        // INVARIANT: no `upgrade` here. Were the result the last one to go, its
        // `drop` would lock what the caller has locked.
        self.by_token.get(token).is_some_and(|held| held.strong_count() > 0)
    }

    /// Reserves `token` for `surface`.
    pub(crate) fn reserve(
        &mut self,
        scope: &Arc<Mutex<Self>>,
        token: Arc<str>,
        surface: Surface,
        row: Row,
    ) -> Arc<Reservation> {
        let scope = Arc::downgrade(scope);
        let reservation = Arc::new(Reservation { token, surface, row, scope });
        self.by_surface.insert(surface, Arc::downgrade(&reservation));
        self.by_token.insert(Arc::clone(&reservation.token), Arc::downgrade(&reservation));
        reservation
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Some(scope) = self.scope.upgrade() else { return };
        let mut held = lock(&scope);
        // Between the last claim's end and this lock another request may have
        // reserved the same again: only what is dead is removed.
        let dead = |held: Option<&Weak<Self>>| held.is_some_and(|held| held.strong_count() == 0);
        if dead(held.by_surface.get(&self.surface)) {
            held.by_surface.remove(&self.surface);
        }
        if dead(held.by_token.get(&self.token)) {
            held.by_token.remove(&self.token);
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row::Value { entity: "PERSON", sealed: Vec::new() }
    }

    fn reserve(scope: &Arc<Mutex<Reservations>>, token: &str, surface: u8) -> Arc<Reservation> {
        lock(scope).reserve(scope, token.into(), [surface; 32], row())
    }

    #[test]
    fn the_last_claim_to_go_frees_the_token() {
        let scope = Arc::default();
        let first = reserve(&scope, "PERSON_A", 1);
        let second = lock(&scope).of_surface(&[1; 32]).unwrap();
        drop(first);
        assert!(lock(&scope).holds_token("PERSON_A"));
        drop(second);
        let held = lock(&scope);
        assert!(held.by_surface.is_empty() && held.by_token.is_empty());
    }

    #[test]
    fn a_late_end_leaves_the_next_reservation_alone() {
        let scope = Arc::default();
        let first = reserve(&scope, "PERSON_A", 1);
        // As when another request reserves between the end of `first` and its `drop`.
        let second = reserve(&scope, "PERSON_A", 1);
        drop(first);
        assert!(lock(&scope).holds_token("PERSON_A"));
        assert!(lock(&scope).of_surface(&[1; 32]).is_some_and(|held| Arc::ptr_eq(&held, &second)));
    }
}
