//! Day keys: random, wrapped, destroyed after a day, and with them every
//! secret they sealed.

use std::sync::Arc;

use jiff::Timestamp;
use privet_store::{Connection, params};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::purpose::{Key, Purpose, derive};
use crate::reservation::{Surface, lock};
use crate::scope::{HmacSha256, KEY_VERSION, Scope, digest, keyed};
use crate::seal::{self, Place};
use crate::vault::{Shared, Vault};

/// A key that lives for a day. It takes new secrets for the first half, so a
/// secret lives half a day at least and a day at most.
pub(crate) struct DayKey {
    pub(crate) id: i64,
    key: Key,
    created_at: i64,
    expires_at: i64,
}

impl DayKey {
    fn is_live(&self, now: Timestamp) -> bool {
        now.as_second() < self.expires_at
    }

    fn takes_secrets(&self, now: Timestamp) -> bool {
        now.as_second() < self.created_at + SEALS_FOR_SECONDS
    }
}

/// A day key's share in one scope. It hangs on both keys: destroying either
/// shreds the secrets.
pub(crate) struct DayScopeKeys {
    index: HmacSha256,
    pub(crate) seal: Key,
}

impl DayScopeKeys {
    pub(crate) fn new(day: &DayKey, scope: &Scope) -> Self {
        let part = |purpose| {
            let salt = Some(scope.keys.secret.as_slice());
            derive(&day.key, salt, purpose, &scope.name.tenant, &scope.reference, KEY_VERSION)
        };
        Self { index: keyed(&part(Purpose::SecretIndex)), seal: part(Purpose::SecretSeal) }
    }

    pub(crate) fn surface(&self, value: &str) -> Surface {
        digest(&self.index, &[b"secret", value.as_bytes()])
    }
}

impl Shared {
    /// The day keys that live at `now`, the one for new secrets first; makes
    /// that one if need be, which waits for one flush.
    pub(crate) fn day_keys(&self, now: Timestamp) -> Result<Vec<Arc<DayKey>>, VaultError> {
        let mut keys = lock(&self.day_keys);
        keys.retain(|key| key.is_live(now));
        if !keys.first().is_some_and(|key| key.takes_secrets(now)) {
            *keys = self.load_day_keys(now)?;
        }
        if !keys.first().is_some_and(|key| key.takes_secrets(now)) {
            self.create_day_key(now)?;
            *keys = self.load_day_keys(now)?;
        }
        Ok(keys.clone())
    }

    /// The day key `id`, if it still lives.
    pub(crate) fn day_key(
        &self,
        id: i64,
        now: Timestamp,
    ) -> Result<Option<Arc<DayKey>>, VaultError> {
        let found = |keys: &[Arc<DayKey>]| {
            keys.iter().find(|key| key.id == id && key.is_live(now)).map(Arc::clone)
        };
        match found(&lock(&self.day_keys)) {
            Some(key) => Ok(Some(key)),
            None => Ok(found(&self.load_day_keys(now)?)),
        }
    }

    fn load_day_keys(&self, now: Timestamp) -> Result<Vec<Arc<DayKey>>, VaultError> {
        let rows = self.ring.store.read(|connection| live_rows(connection, now))?;
        rows.into_iter().map(|row| self.open_day_key(row).map(Arc::new)).collect()
    }

    fn open_day_key(&self, row: DayKeyRow) -> Result<DayKey, VaultError> {
        let tampered = VaultError::Tampered("day key");
        let wrap = self.ring.house(Purpose::WrapDay, "");
        let times = times_bytes(row.created_at, row.expires_at);
        let Some(opened) = seal::open(&wrap, &key_place(&times), &row.wrapped_key) else {
            return Err(tampered);
        };
        let key: [u8; 32] = opened.as_slice().try_into().map_err(|_| tampered)?;
        Ok(DayKey {
            id: row.id,
            key: Zeroizing::new(key),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }

    fn create_day_key(&self, now: Timestamp) -> Result<(), VaultError> {
        let mut key = Key::default();
        self.random.fill(key.as_mut_slice())?;
        let wrap = self.ring.house(Purpose::WrapDay, "");
        let (created_at, expires_at) = (now.as_second(), now.as_second() + LIVES_FOR_SECONDS);
        let times = times_bytes(created_at, expires_at);
        let wrapped = seal::seal(&wrap, &key_place(&times), key.as_slice(), &*self.random)?;
        self.ring
            .store
            .write(move |tx| -> Result<(), VaultError> {
                tx.execute(
                    "INSERT INTO day_key (tenant_version, wrapped_key, created_at, expires_at)
                     VALUES (?1, ?2, ?3, ?4)",
                    params![KEY_VERSION, wrapped, created_at, expires_at],
                )?;
                Ok(())
            })
            .wait()
    }
}

impl Vault {
    /// Destroys the day keys that have lived their day, and with them the
    /// secrets they sealed; says how many keys. Call it every few minutes.
    ///
    /// Keys past their day are not used even before this has run.
    pub fn destroy_expired(&self, now: Timestamp) -> Result<usize, VaultError> {
        lock(&self.shared.day_keys).retain(|key| key.is_live(now));
        let keys = &self.shared.ring.store;
        let expired = keys.read(|connection| expired_ids(connection, now))?;
        if expired.is_empty() {
            return Ok(0);
        }
        // The rows first: a row whose key is gone would be one that nobody deletes.
        let ids = expired.clone();
        let rows = self.shared.store.write(move |tx| -> Result<(), VaultError> {
            for id in &ids {
                tx.execute("DELETE FROM secret WHERE day_key = ?1", params![*id])?;
            }
            Ok(())
        });
        rows.wait()?;
        let destroyed = keys.write(move |tx| -> Result<usize, VaultError> {
            let sql = "DELETE FROM day_key WHERE expires_at <= ?1";
            Ok(tx.execute(sql, params![now.as_second()])?)
        });
        let destroyed = destroyed.wait()?;
        // The write-ahead logs still hold the pages as they were.
        self.shared.store.compact().wait()?;
        keys.compact().wait()?;
        Ok(destroyed)
    }
}

fn expired_ids(connection: &Connection<'_>, now: Timestamp) -> Result<Vec<i64>, VaultError> {
    let sql = "SELECT id FROM day_key WHERE expires_at <= ?1";
    connection.query_all(sql, params![now.as_second()], |row| Ok(row.get(0)?))
}

struct DayKeyRow {
    id: i64,
    wrapped_key: Vec<u8>,
    created_at: i64,
    expires_at: i64,
}

/// The newest first.
fn live_rows(connection: &Connection<'_>, now: Timestamp) -> Result<Vec<DayKeyRow>, VaultError> {
    connection.query_all(
        "SELECT id, wrapped_key, created_at, expires_at FROM day_key
         WHERE expires_at > ?1 ORDER BY created_at DESC, id DESC",
        params![now.as_second()],
        |row| {
            Ok(DayKeyRow {
                id: row.get(0)?,
                wrapped_key: row.get(1)?,
                created_at: row.get(2)?,
                expires_at: row.get(3)?,
            })
        },
    )
}

/// The times are sealed with the key, so that nobody can lengthen its life.
fn key_place(times: &[u8]) -> Place<'_> {
    Place {
        table: "day_key",
        column: "wrapped_key",
        tenant: "",
        scope: times,
        token: "",
        entity: "",
        key_version: KEY_VERSION,
    }
}

fn times_bytes(created_at: i64, expires_at: i64) -> Vec<u8> {
    [created_at.to_be_bytes(), expires_at.to_be_bytes()].concat()
}

const LIVES_FOR_SECONDS: i64 = 24 * 3600;
const SEALS_FOR_SECONDS: i64 = 12 * 3600;
