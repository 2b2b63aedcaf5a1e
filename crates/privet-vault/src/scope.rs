//! [`Scope`]: who shares tokens and memos, and the keys that are theirs.

use std::fmt;
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use privet_store::rusqlite::{self, OptionalExtension, params};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::purpose::{Key, Purpose, derive, framed};
use crate::reservation::Reservations;
use crate::seal::{self, Place};
use crate::stand_in::OperatorKeys;
use crate::vault::Shared;
use crate::{VaultError, purpose};

/// HMAC-SHA256 with its key set up; a clone costs a copy.
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// The name of a scope. Equal names share tokens and memos, others share nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeName {
    /// The tenant; it leads every key.
    pub tenant: String,
    /// The workspace.
    pub workspace: String,
    /// Who calls, by their lasting name.
    pub principal: String,
    /// What narrows the scope further, such as a session.
    pub narrow: Option<String>,
}

impl ScopeName {
    /// The name as bytes, no two names alike; the tenant goes separately.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let narrow = self.narrow.as_deref();
        framed(&[
            self.workspace.as_bytes(),
            self.principal.as_bytes(),
            &[u8::from(narrow.is_some())],
            narrow.unwrap_or_default().as_bytes(),
        ])
    }

    /// How `narrow` stands in the database, where "none" and "" must differ. Callers make
    /// it up, so it may be anything: only a keyed hash of it is written.
    fn narrow_column(&self, shared: &Shared) -> String {
        let Some(narrow) = &self.narrow else { return String::new() };
        let key = keyed(&shared.root.derive(Purpose::NarrowName, &self.tenant, &[], KEY_VERSION));
        let parts = [self.workspace.as_bytes(), self.principal.as_bytes(), narrow.as_bytes()];
        HEXLOWER.encode(&digest(&key, &parts))
    }
}

/// A scope, open: it claims tokens, keeps memos and opens what it sealed.
pub struct Scope {
    pub(crate) id: i64,
    pub(crate) name: ScopeName,
    pub(crate) name_bytes: Vec<u8>,
    pub(crate) keys: ScopeKeys,
    pub(crate) operators: OperatorKeys,
    pub(crate) reserved: Arc<Mutex<Reservations>>,
    pub(crate) shared: Arc<Shared>,
}

/// Derived from the scope's random key; one purpose each.
pub(crate) struct ScopeKeys {
    pub(crate) token: HmacSha256,
    pub(crate) index: HmacSha256,
    pub(crate) memo: HmacSha256,
    pub(crate) memo_tag: HmacSha256,
    pub(crate) seal: Key,
    pub(crate) secret: Key,
}

impl Scope {
    /// Loads the scope called `name`, or makes it, which waits for one flush.
    pub(crate) fn load(shared: &Arc<Shared>, name: &ScopeName) -> Result<Self, VaultError> {
        let narrow = name.narrow_column(shared);
        let row = match shared.store.read(|connection| find(connection, name, &narrow))? {
            Some(row) => row,
            None => create(shared, name, narrow)?,
        };
        let name_bytes = name.bytes();
        let wrap = shared.root.derive(Purpose::WrapScope, &name.tenant, &name_bytes, KEY_VERSION);
        let opened = seal::open(&wrap, &key_place(name, &name_bytes), &row.wrapped_key)
            .ok_or(VaultError::Tampered("scope key"))?;
        let key: [u8; 32] =
            opened.as_slice().try_into().map_err(|_| VaultError::Tampered("scope key"))?;
        let key = Zeroizing::new(key);
        Ok(Self {
            id: row.id,
            keys: ScopeKeys::new(&key, name, &name_bytes),
            operators: OperatorKeys::new(&key, &shared.root, name, &name_bytes),
            name: name.clone(),
            name_bytes,
            reserved: Arc::default(),
            shared: Arc::clone(shared),
        })
    }

    /// The scope's name.
    pub fn name(&self) -> &ScopeName {
        &self.name
    }

    /// Where a sealed value of this scope stands.
    pub(crate) fn place<'a>(
        &'a self,
        table: &'static str,
        token: &'a str,
        entity: &'a str,
    ) -> Place<'a> {
        Place {
            table,
            column: "sealed",
            tenant: &self.name.tenant,
            scope: &self.name_bytes,
            token,
            entity,
            key_version: KEY_VERSION,
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("id", &self.id).field("name", &self.name).finish()
    }
}

impl ScopeKeys {
    fn new(key: &[u8; 32], name: &ScopeName, name_bytes: &[u8]) -> Self {
        let part = |purpose| derive(key, None, purpose, &name.tenant, name_bytes, KEY_VERSION);
        Self {
            token: keyed(&part(Purpose::Token)),
            index: keyed(&part(Purpose::Index)),
            memo: keyed(&part(Purpose::Memo)),
            memo_tag: keyed(&part(Purpose::MemoTag)),
            seal: part(Purpose::Seal),
            secret: part(Purpose::Secret),
        }
    }
}

/// HMAC-SHA256 under `key`. The block-sized constructor cannot fail, and HMAC
/// pads a short key with zeros anyway (RFC 2104).
pub(crate) fn keyed(key: &[u8; 32]) -> HmacSha256 {
    let mut block = Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    <HmacSha256 as KeyInit>::new((&*block).into())
}

/// The HMAC of `parts`, each with its length before it.
pub(crate) fn digest(key: &HmacSha256, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

struct ScopeRow {
    id: i64,
    wrapped_key: Vec<u8>,
}

fn find(
    connection: &rusqlite::Connection,
    name: &ScopeName,
    narrow: &str,
) -> Result<Option<ScopeRow>, VaultError> {
    let row = connection
        .prepare_cached(
            "SELECT id, wrapped_key FROM scope
             WHERE tenant = ?1 AND workspace = ?2 AND principal = ?3 AND narrow = ?4",
        )?
        .query_row(params![name.tenant, name.workspace, name.principal, narrow], |row| {
            Ok(ScopeRow { id: row.get(0)?, wrapped_key: row.get(1)? })
        })
        .optional()?;
    Ok(row)
}

/// Writes a scope with a new random key; should another process have been
/// faster, gives back that one's.
fn create(shared: &Shared, name: &ScopeName, narrow: String) -> Result<ScopeRow, VaultError> {
    let name_bytes = name.bytes();
    let mut key = purpose::Key::default();
    shared.random.fill(key.as_mut_slice())?;
    let wrap = shared.root.derive(Purpose::WrapScope, &name.tenant, &name_bytes, KEY_VERSION);
    let wrapped =
        seal::seal(&wrap, &key_place(name, &name_bytes), key.as_slice(), &*shared.random)?;
    let name = name.clone();
    shared
        .store
        .write(move |tx| -> Result<ScopeRow, VaultError> {
            tx.execute(
                "INSERT INTO scope (tenant, workspace, principal, narrow, key_version, wrapped_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                params![name.tenant, name.workspace, name.principal, narrow, KEY_VERSION, wrapped],
            )?;
            find(tx, &name, &narrow)?.ok_or(VaultError::Tampered("scope"))
        })
        .wait()
}

fn key_place<'a>(name: &'a ScopeName, name_bytes: &'a [u8]) -> Place<'a> {
    Place {
        table: "scope",
        column: "wrapped_key",
        tenant: &name.tenant,
        scope: name_bytes,
        token: "",
        entity: "",
        key_version: KEY_VERSION,
    }
}

/// Version of every key derived or wrapped here.
pub(crate) const KEY_VERSION: u32 = 1;
