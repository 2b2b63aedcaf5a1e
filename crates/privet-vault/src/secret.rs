//! Secrets: numbered markers that say nothing of the value, and the value
//! sealed for a day or not at all.

use std::sync::Arc;

use jiff::Timestamp;
use privet_store::{Connection, Transaction, params};
use privet_text::EntityType;

use crate::claim::Claim;
use crate::day_key::{DayKey, DayScopeKeys};
use crate::reservation::{Reservation, Row, Surface, lock};
use crate::scope::Scope;
use crate::{ClaimError, VaultError, seal};

/// Whether a secret can come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretMode {
    /// Sealed under a key that is destroyed after a day.
    Sealed,
    /// Only the marker is kept, and for a day by which value to give it again.
    Irreversible,
}

impl Scope {
    /// The marker for the secret `surface`, such as `SECRET_000001`. Within a
    /// day the same secret gets the same marker; afterwards a new one.
    ///
    /// The first secret of a day waits for a flush, while the day key is made.
    pub fn claim_secret(
        &self,
        surface: &str,
        mode: SecretMode,
        now: Timestamp,
    ) -> Result<Claim, VaultError> {
        let days = self.shared.day_keys(now)?;
        let Some((today, older)) = days.split_first() else { return Err(VaultError::NoLabel) };
        let keys = DayScopeKeys::new(today, self);
        let exact = keys.surface(surface);
        if let Some(token) = self.shared.known(self.id, &cache_index(&exact, mode)) {
            return Ok(self.settled(EntityType::Secret, token));
        }
        let mut reserved = lock(&self.reserved);
        if let Some(reservation) = reserved.of_surface(&exact) {
            return Ok(self.fresh(EntityType::Secret, reservation));
        }
        let stored = self
            .shared
            .store
            .read(|connection| self.stored_marker(connection, exact, older, surface))?;
        let (number, renews) = match stored {
            Some(marker) if marker.surface == exact && marker.mode == mode => {
                let token: Arc<str> = marker_text(marker.number).into();
                self.shared.remember(self.id, cache_index(&exact, mode), &token);
                return Ok(self.settled(EntityType::Secret, token));
            }
            Some(marker) => (marker.number, Some(marker.surface)),
            None => (self.next_number(&mut reserved.last_secret)?, None),
        };
        let token = marker_text(number);
        let sealed = match mode {
            SecretMode::Irreversible => None,
            SecretMode::Sealed => {
                let place = self.place("secret", &token, EntityType::Secret.name());
                Some(seal::seal(&keys.seal, &place, surface.as_bytes(), &*self.shared.random)?)
            }
        };
        let row = Row::Secret { number, day_key: today.id, sealed, renews };
        let reservation = reserved.reserve(&self.reserved, token.into(), exact, row);
        Ok(self.fresh(EntityType::Secret, reservation))
    }

    /// The marker stored for the secret, under today's key or an older one.
    fn stored_marker(
        &self,
        connection: &Connection<'_>,
        exact: Surface,
        older: &[Arc<DayKey>],
        value: &str,
    ) -> Result<Option<Marker>, VaultError> {
        let older = older.iter().map(|day| DayScopeKeys::new(day, self).surface(value));
        for surface in std::iter::once(exact).chain(older) {
            let found = connection.query_opt(
                "SELECT number, sealed IS NULL FROM secret WHERE scope = ?1 AND surface = ?2",
                params![self.id, surface],
                |row| {
                    let mode = match row.get(1)? {
                        true => SecretMode::Irreversible,
                        false => SecretMode::Sealed,
                    };
                    Ok::<_, VaultError>(Marker { number: row.get(0)?, surface, mode })
                },
            )?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A number no secret of the scope has had.
    fn next_number(&self, last_here: &mut i64) -> Result<i64, VaultError> {
        let last_stored: i64 = self.shared.store.read(|connection| {
            let sql = "SELECT last_secret FROM scope WHERE id = ?1";
            connection.query_one(sql, params![self.id], |row| Ok::<_, VaultError>(row.get(0)?))
        })?;
        *last_here = last_stored.max(*last_here).saturating_add(1);
        Ok(*last_here)
    }
}

struct Marker {
    number: i64,
    surface: Surface,
    mode: SecretMode,
}

/// Writes the marker of a secret, or moves it to today's key.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    scope: i64,
    reservation: &Reservation,
    now: Timestamp,
) -> Result<(), ClaimError> {
    let Row::Secret { number, day_key, sealed, renews } = &reservation.row else {
        return Err(ClaimError::Conflict);
    };
    let stored: Option<Vec<u8>> = tx.query_opt(
        "SELECT surface FROM secret WHERE scope = ?1 AND number = ?2",
        params![scope, *number],
        |row| row.get(0),
    )?;
    let surface = reservation.surface.as_slice();
    let written = match stored {
        // The same claim, written by another request of ours.
        Some(stored) if renews.is_none() && stored == surface => return Ok(()),
        Some(stored) if renews.is_some_and(|old| stored == old || stored == surface) => tx
            .execute(
                "UPDATE secret SET day_key = ?3, surface = ?4, sealed = ?5
                 WHERE scope = ?1 AND number = ?2",
                params![scope, *number, *day_key, surface, sealed],
            )?,
        // A renewed marker whose row has gone: its number is not used again.
        None if renews.is_none() => tx.execute(
            "INSERT INTO secret (scope, number, day_key, entity, surface, sealed, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![
                scope,
                *number,
                *day_key,
                EntityType::Secret.name(),
                surface,
                sealed,
                now.as_second()
            ],
        )?,
        _ => return Err(ClaimError::Conflict),
    };
    if written == 0 {
        return Err(ClaimError::Conflict); // The value has another number by now.
    }
    tx.execute(
        "UPDATE scope SET last_secret = ?2 WHERE id = ?1 AND last_secret < ?2",
        params![scope, *number],
    )?;
    Ok(())
}

/// The marker's text: at least six digits.
pub(crate) fn marker_text(number: i64) -> String {
    format!("{}_{number:06}", EntityType::Secret.stem())
}

/// The number in a marker's text.
pub(crate) fn marker_number(token: &str) -> Option<i64> {
    let digits = token.strip_prefix(EntityType::Secret.stem())?.strip_prefix('_')?;
    let number = digits.parse().ok()?;
    (marker_text(number) == token).then_some(number)
}

/// A marker cached for one mode must not answer for the other.
fn cache_index(surface: &Surface, mode: SecretMode) -> Surface {
    let mut index = *surface;
    if let (SecretMode::Irreversible, Some(first)) = (mode, index.first_mut()) {
        *first = !*first;
    }
    index
}
