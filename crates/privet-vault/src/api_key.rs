//! The callers' keys. The text is shown once; only a keyed hash of it is kept.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use privet_store::{Connection, Row, StoreError, Transaction, params};
use privet_text::Raw;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::permission::Permissions;
use crate::purpose::Purpose;
use crate::scope::{HmacSha256, digest, keyed};
use crate::vault::Shared;
use crate::{RandomError, label};

macro_rules! select {
    () => {
        "SELECT id, name, tenant, workspace, created_at, expires_at, revoked_at, last_used,
           may, key_hash FROM api_key"
    };
}

/// The public name of a key, such as `key_4Q9ZK2M7XA`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who calls, proven by a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The key that proved it.
    pub key_id: KeyId,
    /// The key's name. It outlives the key: a new key of the same name is the
    /// same principal, so that replacing a key does not break conversations.
    pub name: Arc<str>,
    /// The tenant.
    pub tenant: Arc<str>,
    /// The workspace.
    pub workspace: Arc<str>,
    /// What the key may do beyond sending requests.
    pub may: Permissions,
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What people call it; unique among the workspace's keys in force.
    pub name: String,
    /// The tenant it belongs to.
    pub tenant: String,
    /// The workspace it works in.
    pub workspace: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// What it may do beyond sending requests.
    pub may: Permissions,
}

/// What is known about a key. Not the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its public name.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// The tenant it belongs to.
    pub tenant: String,
    /// The workspace it works in.
    pub workspace: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The hour in which it was last used.
    pub last_used: Option<Timestamp>,
    /// What it may do beyond sending requests.
    pub may: Permissions,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

impl KeyRecord {
    /// Whether the key works at `now`.
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyState::Revoked,
            (None, Some(end)) if end <= now => KeyState::Expired,
            _ => KeyState::Active,
        }
    }
}

/// A new key, not yet written. Its text is in here and nowhere else.
#[derive(Debug)]
pub struct MintedKey {
    text: Raw<String>,
    hash: [u8; 32],
    record: KeyRecord,
}

/// Why a key was not accepted, made or revoked.
///
/// No variant carries what was presented.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is no Privet key, or none of this vault.
    #[error("unknown key")]
    Unknown,
    /// It was revoked.
    #[error("key `{0}` is revoked")]
    Revoked(KeyId),
    /// Its time is over.
    #[error("key `{0}` has expired")]
    Expired(KeyId),
    /// Another key in force has the name.
    #[error("a key of that name is in force already")]
    NameTaken,
    /// Several keys have the name.
    #[error("several keys have that name: give the key id")]
    Ambiguous,
    /// The database failed.
    #[error("vault: {0}")]
    Store(#[from] StoreError),
    /// The system's random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The keys of a vault.
#[derive(Clone)]
pub struct ApiKeys {
    shared: Arc<Shared>,
    hash_key: HmacSha256,
}

impl ApiKeys {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let hash_key = keyed(&shared.ring.house(Purpose::ApiKey, ""));
        Self { shared, hash_key }
    }

    /// Makes a key. It works once [`MintedKey::insert`] is committed.
    pub fn mint(&self, new: NewKey, now: Timestamp) -> Result<MintedKey, KeyError> {
        let mut secret = Zeroizing::new([0; 32]);
        self.shared.random.fill(secret.as_mut_slice())?;
        let mut name = [0; 32];
        self.shared.random.fill(&mut name)?;
        let id: String = label::symbols(&name).take(ID_CHARS).collect();
        let text = Zeroizing::new(BASE64URL_NOPAD.encode(secret.as_slice()));
        let text = format!("{PREFIX}{}{}", *text, checksum(&text));
        Ok(MintedKey {
            hash: self.hash(&text),
            text: Raw::new(text),
            record: KeyRecord {
                id: KeyId(format!("key_{id}").into()),
                name: new.name,
                tenant: new.tenant,
                workspace: new.workspace,
                created_at: whole_seconds(now),
                expires_at: new.expires_at.map(whole_seconds),
                revoked_at: None,
                last_used: None,
                may: new.may,
            },
        })
    }

    /// Who presents this key. Asks the database each time, so that a key
    /// revoked by any process stops working at once. A few microseconds.
    pub fn lookup(&self, presented: &str, now: Timestamp) -> Result<Principal, KeyError> {
        if !looks_like_key(presented) {
            return Err(KeyError::Unknown);
        }
        let hash = self.hash(presented);
        let row = self.shared.store.read(|connection| {
            let sql = concat!(select!(), " WHERE key_hash = ?1");
            connection.query_opt(sql, params![hash], |row| {
                Ok::<(KeyRecord, Vec<u8>), KeyError>((record(row)?, row.get(9)?))
            })
        })?;
        let Some((record, stored)) = row else { return Err(KeyError::Unknown) };
        if !bool::from(stored.ct_eq(&hash)) {
            return Err(KeyError::Unknown);
        }
        match record.state(now) {
            KeyState::Revoked => return Err(KeyError::Revoked(record.id)),
            KeyState::Expired => return Err(KeyError::Expired(record.id)),
            KeyState::Active => {}
        }
        self.note_use(&record, now);
        Ok(Principal {
            key_id: record.id,
            name: record.name.into(),
            tenant: record.tenant.into(),
            workspace: record.workspace.into(),
            may: record.may,
        })
    }

    /// Every key, the newest first.
    pub fn list(&self) -> Result<Vec<KeyRecord>, KeyError> {
        self.shared.store.read(|connection| {
            let sql = concat!(select!(), " ORDER BY created_at DESC, id");
            Ok(connection.query_all(sql, &[], record)?)
        })
    }

    fn hash(&self, text: &str) -> [u8; 32] {
        digest(&self.hash_key, &[text.as_bytes()])
    }

    /// Notes the hour; nobody waits for it, and losing it costs nothing.
    fn note_use(&self, record: &KeyRecord, now: Timestamp) {
        let hour = now.as_second().div_euclid(3600) * 3600;
        if record.last_used.is_some_and(|used| used.as_second() >= hour) {
            return;
        }
        let (id, tenant) = (record.id.clone(), record.tenant.clone());
        let noted = self.shared.store.write(move |tx| -> Result<(), KeyError> {
            let sql = "UPDATE api_key SET last_used = ?3 WHERE tenant = ?1 AND id = ?2";
            tx.execute(sql, params![tenant, id.as_str(), hour])?;
            Ok(())
        });
        drop(noted);
    }
}

impl ApiKeys {
    /// Revokes the key with this id or, if only one in force has it, this name.
    /// Revoking a revoked key changes nothing.
    pub fn revoke(
        tx: &Transaction<'_>,
        id_or_name: &str,
        now: Timestamp,
    ) -> Result<KeyRecord, KeyError> {
        let mut found = find(tx, id_or_name)?;
        if found.revoked_at.is_none() {
            found.revoked_at = Some(whole_seconds(now));
            tx.execute(
                "UPDATE api_key SET revoked_at = ?3 WHERE tenant = ?1 AND id = ?2",
                params![found.tenant, found.id.as_str(), now.as_second()],
            )?;
        }
        Ok(found)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeys(..)")
    }
}

impl MintedKey {
    /// The key itself, to be shown once.
    pub fn text(&self) -> &Raw<String> {
        &self.text
    }

    /// What may be shown at any time.
    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// Writes the key's hash and record.
    pub fn insert(&self, tx: &Transaction<'_>) -> Result<(), KeyError> {
        let record = &self.record;
        let inserted = tx.execute(
            "INSERT INTO api_key
               (id, key_hash, name, tenant, workspace, created_at, expires_at, may)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            params![
                record.id.as_str(),
                self.hash,
                record.name,
                record.tenant,
                record.workspace,
                record.created_at.as_second(),
                record.expires_at.map(Timestamp::as_second),
                record.may.names(),
            ],
        )?;
        match inserted {
            1 => Ok(()),
            _ => Err(KeyError::NameTaken),
        }
    }
}

/// Whether `text` has the shape and the checksum of a Privet key. It says
/// nothing about whether the key works; typing errors end here.
pub fn looks_like_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(PREFIX) else { return false };
    match rest.split_at_checked(SECRET_CHARS) {
        Some((secret, sum)) => sum.len() == CHECKSUM_CHARS && checksum(secret) == sum,
        None => false,
    }
}

fn checksum(secret: &str) -> String {
    let hash = Sha256::new().chain_update(b"privet-key-checksum").chain_update(secret).finalize();
    BASE64URL_NOPAD.encode(hash.first_chunk::<4>().map_or(&[], <[u8; 4]>::as_slice))
}

fn find(connection: &Connection<'_>, id_or_name: &str) -> Result<KeyRecord, KeyError> {
    let sql = concat!(
        select!(),
        " WHERE id = ?1 OR name = ?1 AND revoked_at IS NULL ORDER BY id = ?1 DESC LIMIT 2"
    );
    let mut found: Vec<KeyRecord> = connection.query_all(sql, params![id_or_name], record)?;
    let by_id = found.first().is_some_and(|first| first.id.as_str() == id_or_name);
    match (found.len(), by_id) {
        (1, _) | (_, true) => Ok(found.swap_remove(0)),
        (0, _) => Err(KeyError::Unknown),
        _ => Err(KeyError::Ambiguous),
    }
}

fn record(row: &Row<'_>) -> Result<KeyRecord, StoreError> {
    let id: String = row.get(0)?;
    Ok(KeyRecord {
        id: KeyId(id.into()),
        name: row.get(1)?,
        tenant: row.get(2)?,
        workspace: row.get(3)?,
        created_at: time(row.get(4)?),
        expires_at: row.get::<Option<i64>>(5)?.map(time),
        revoked_at: row.get::<Option<i64>>(6)?.map(time),
        last_used: row.get::<Option<i64>>(7)?.map(time),
        may: Permissions::named(row.text(8)?),
    })
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

const PREFIX: &str = "privet_";
/// 32 bytes in base64url.
const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
/// 50 bits; ids are names, not secrets.
const ID_CHARS: usize = 10;
