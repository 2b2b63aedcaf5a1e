//! Claiming a token for a value, and writing the claims.

use std::sync::Arc;

use jiff::Timestamp;
use privet_store::{Connection, Transaction, params};
use privet_text::EntityType;

use crate::label::{self, NORMALISER_VERSION, normalised};
use crate::memo::hour_of;
use crate::reservation::{Reservation, Row, Surface, lock};
use crate::scope::{KEY_VERSION, Scope, digest};
use crate::{ClaimError, VaultError, number, seal, secret};

/// A token that stands for a value in a scope. While any clone of it lives, no
/// other value of the scope gets this token in this process.
#[derive(Clone, Debug)]
pub struct Claim {
    pub(crate) scope: i64,
    pub(crate) token: Arc<str>,
    pub(crate) entity: EntityType,
    /// `None` when the row is on the disk already.
    pub(crate) reservation: Option<Arc<Reservation>>,
}

impl Claim {
    /// What stands in for the value, such as `PERSON_K7Q2MX`.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The token, shared.
    pub fn token_arc(&self) -> Arc<str> {
        Arc::clone(&self.token)
    }

    /// What the value is.
    pub fn entity(&self) -> EntityType {
        self.entity
    }

    /// Whether it must still be written by [`insert_claims`] before the token
    /// may leave the house.
    pub fn is_fresh(&self) -> bool {
        self.reservation.is_some()
    }
}

impl Scope {
    /// The token for `surface`, exactly as it is written: the one it has, or a
    /// new one derived from its normalised form. Writes nothing.
    ///
    /// Secrets are claimed by [`claim_secret`](Self::claim_secret); here they are
    /// refused, since what is claimed here is kept for good.
    ///
    /// Cost: about a microsecond when the value was seen lately, one to three
    /// indexed reads otherwise.
    pub fn claim(&self, entity: EntityType, surface: &str) -> Result<Claim, VaultError> {
        if entity == EntityType::Secret {
            return Err(VaultError::SecretAsValue);
        }
        let stem = entity.stem();
        let exact = digest(&self.keys.index, &[b"value", stem.as_bytes(), surface.as_bytes()]);
        self.claim_with(entity, exact, surface, || {
            let normal = normalised(entity, surface);
            let parts = [stem.as_bytes(), &[NORMALISER_VERSION], normal.as_bytes()];
            let derived = digest(&self.keys.token, &parts);
            (0..=LABEL_STEPS_MAX).map(move |step| label::token(stem, &derived, &exact, 2 * step))
        })
        .and_then(|claim| claim.ok_or(VaultError::NoLabel))
    }

    /// The stand-in for a number of these digits: another number of as many.
    /// Few digits have few stand-ins; when none is free that is
    /// [`VaultError::NoNumber`].
    pub fn claim_number(&self, entity: EntityType, digits: &str) -> Result<Claim, VaultError> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VaultError::NoNumber);
        }
        let exact = digest(&self.keys.index, &[b"number", digits.as_bytes()]);
        self.claim_with(entity, exact, digits, || {
            (0..NUMBER_ATTEMPTS_MAX)
                .filter_map(|attempt| number::stand_in(&self.keys.token, digits, attempt))
        })
        .and_then(|claim| claim.ok_or(VaultError::NoNumber))
    }

    /// Finds the token of `exact` in the cache, among the requests in flight or
    /// in the store; otherwise reserves the first free one of `candidates`.
    pub(crate) fn claim_with<I: Iterator<Item = String>>(
        &self,
        entity: EntityType,
        exact: Surface,
        surface: &str,
        candidates: impl FnOnce() -> I,
    ) -> Result<Option<Claim>, VaultError> {
        if let Some(token) = self.shared.known(self.id, &exact) {
            return Ok(Some(self.settled(entity, token)));
        }
        // Held over the reads: they take microseconds, and whoever asks for
        // the same value meanwhile must get the same answer.
        let mut reserved = lock(&self.reserved);
        if let Some(reservation) = reserved.of_surface(&exact) {
            return Ok(Some(self.fresh(entity, reservation)));
        }
        self.shared.store.read(|connection| {
            if let Some((token, last_used)) = stored_token(connection, self.id, &exact)? {
                let token: Arc<str> = token.into();
                self.shared.note_token_use(self.id, &token, last_used);
                self.shared.remember(self.id, exact, &token);
                return Ok(Some(self.settled(entity, token)));
            }
            for token in candidates() {
                if reserved.holds_token(&token) || is_taken(connection, self.id, &token)? {
                    continue;
                }
                let place = self.place("token", &token, entity.name());
                // A leaf that an erased token had, too: the next label has another one.
                let Some(key) = self.value_key(&token) else { continue };
                let sealed = seal::seal(&key, &place, surface.as_bytes(), &*self.shared.random)?;
                let row = Row::Value { entity: entity.name(), sealed };
                let reservation = reserved.reserve(&self.reserved, token.into(), exact, row);
                return Ok(Some(self.fresh(entity, reservation)));
            }
            Ok(None)
        })
    }

    pub(crate) fn settled(&self, entity: EntityType, token: Arc<str>) -> Claim {
        Claim { scope: self.id, token, entity, reservation: None }
    }

    pub(crate) fn fresh(&self, entity: EntityType, reservation: Arc<Reservation>) -> Claim {
        let token = Arc::clone(&reservation.token);
        Claim { scope: self.id, token, entity, reservation: Some(reservation) }
    }
}

/// Writes the fresh ones of `claims`, which may be of several scopes, in the
/// store's transaction: insert if absent, then read back who won. Hold the
/// claims until the transaction's answer has arrived.
///
/// On [`ClaimError::Conflict`] fail the transaction's job: claiming again gives
/// tokens that agree with the winner.
pub fn insert_claims(
    tx: &Transaction<'_>,
    claims: &[Claim],
    now: Timestamp,
) -> Result<(), ClaimError> {
    for claim in claims {
        let Some(reservation) = claim.reservation.as_deref() else { continue };
        match &reservation.row {
            Row::Value { entity, sealed } => {
                insert_value(tx, claim.scope, reservation, entity, sealed, now)?;
            }
            Row::Secret { .. } => secret::insert(tx, claim.scope, reservation, now)?,
        }
    }
    Ok(())
}

fn insert_value(
    tx: &Transaction<'_>,
    scope: i64,
    reservation: &Reservation,
    entity: &str,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), ClaimError> {
    let inserted = tx.insert_new(
        "INSERT INTO token
               (scope, token, entity, surface, key_version, sealed, created_at, last_used)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        params![
            scope,
            *reservation.token,
            entity,
            reservation.surface,
            KEY_VERSION,
            sealed,
            now.as_second(),
            hour_of(now)
        ],
    )?;
    if inserted {
        return Ok(());
    }
    // The winner may be another request of ours for the same value.
    let winner: Option<Vec<u8>> = tx.query_opt(
        "SELECT surface FROM token WHERE scope = ?1 AND token = ?2",
        params![scope, *reservation.token],
        |row| row.get(0),
    )?;
    match winner {
        Some(surface) if surface == reservation.surface => Ok(()),
        _ => Err(ClaimError::Conflict),
    }
}

/// The token of a value, and the hour of its last use.
fn stored_token(
    connection: &Connection<'_>,
    scope: i64,
    surface: &Surface,
) -> Result<Option<(String, i64)>, VaultError> {
    connection.query_opt(
        "SELECT token, last_used FROM token WHERE scope = ?1 AND surface = ?2",
        params![scope, surface],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether a token stands for a value, or did for one that was erased.
fn is_taken(connection: &Connection<'_>, scope: i64, token: &str) -> Result<bool, VaultError> {
    Ok(connection.exists(
        "SELECT 1 FROM token WHERE scope = ?1 AND token = ?2
         UNION ALL SELECT 1 FROM tombstone WHERE scope = ?1 AND token = ?2",
        params![scope, token],
    )?)
}

/// Labels of 6, 8, 10 .. 46 characters.
const LABEL_STEPS_MAX: usize = 20;
const NUMBER_ATTEMPTS_MAX: u32 = 256;
