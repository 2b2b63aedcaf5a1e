//! [`Scope`]: who shares tokens and memos, and the keys that are theirs.

use std::fmt;
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use privet_store::{Connection, Transaction, params};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::purpose::{Key, Purpose, derive, framed};
use crate::reservation::Reservations;
use crate::scope_keys::{Reference, ScopeSecret};
use crate::scope_row::{self, ScopeRow};
use crate::seal::Place;
use crate::stand_in::OperatorKeys;
use crate::tree::{KeyTree, Leaf};
use crate::vault::{Shared, last_erasure_in};

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
        let key = keyed(&shared.ring.house(Purpose::NarrowName, &self.tenant));
        let parts = [self.workspace.as_bytes(), self.principal.as_bytes(), narrow.as_bytes()];
        HEXLOWER.encode(&digest(&key, &parts))
    }

    /// The scope's handle in both databases.
    pub(crate) fn reference(&self, shared: &Shared) -> Reference {
        let key = keyed(&shared.ring.house(Purpose::Reference, &self.tenant));
        digest(&key, &[&self.bytes()])
    }
}

/// A scope, open: it claims tokens, keeps memos and opens what it sealed.
pub struct Scope {
    pub(crate) id: i64,
    pub(crate) name: ScopeName,
    pub(crate) reference: Reference,
    pub(crate) keys: ScopeKeys,
    /// Which erasures were carried out when it was opened.
    pub(crate) erasures: i64,
    pub(crate) operators: OperatorKeys,
    pub(crate) reserved: Arc<Mutex<Reservations>>,
    pub(crate) shared: Arc<Shared>,
}

/// How a scope is called: by its row, by people, and in both databases.
pub(crate) struct Names {
    pub(crate) id: i64,
    /// In a scope read from its row, `narrow` is the keyed hash of what narrows it.
    pub(crate) name: ScopeName,
    pub(crate) reference: Reference,
}

/// Derived from the scope's random key; one purpose each.
pub(crate) struct ScopeKeys {
    pub(crate) token: HmacSha256,
    pub(crate) index: HmacSha256,
    pub(crate) memo: HmacSha256,
    pub(crate) memo_tag: HmacSha256,
    pub(crate) secret: Key,
    leaf: HmacSha256,
    values: KeyTree,
}

impl Scope {
    /// Loads the scope called `name`, or makes it, which waits for two flushes.
    pub(crate) fn load(
        shared: &Arc<Shared>,
        name: &ScopeName,
        now: Timestamp,
    ) -> Result<Self, VaultError> {
        let erasures = shared.erasures();
        let narrow = name.narrow_column(shared);
        let reference = name.reference(shared);
        let found = shared
            .store
            .read(|connection| scope_row::find(connection, &name.tenant, &reference))?;
        // Keys first: a scope that is written down has keys, or somebody took them.
        let (id, secret) = match found {
            Some(id) => {
                let secret = shared.ring.scope(&name.tenant, &reference)?;
                (id, secret.ok_or(VaultError::KeysMissing)?)
            }
            None => {
                let random = &*shared.random;
                let secret = shared.ring.scope_or_new(&name.tenant, &reference, random, now)?;
                (create(shared, name, narrow, reference, now)?, secret)
            }
        };
        Ok(Self::new(shared, Names { id, name: name.clone(), reference }, secret, erasures))
    }

    /// Opens a scope that is written down; `None` when its keys are gone.
    pub(crate) fn of_names(shared: &Arc<Shared>, names: Names) -> Result<Option<Self>, VaultError> {
        let erasures = shared.erasures();
        let secret = shared.ring.scope(&names.name.tenant, &names.reference)?;
        Ok(secret.map(|secret| Self::new(shared, names, secret, erasures)))
    }

    fn new(shared: &Arc<Shared>, names: Names, secret: ScopeSecret, erasures: i64) -> Self {
        let Names { id, name, reference } = names;
        Self {
            id,
            keys: ScopeKeys::new(&secret.names, secret.values, &name.tenant, &reference),
            operators: OperatorKeys::new(&secret.names, &shared.ring, &name.tenant, &reference),
            name,
            reference,
            erasures,
            reserved: Arc::default(),
            shared: Arc::clone(shared),
        }
    }

    /// The scope's name.
    pub fn name(&self) -> &ScopeName {
        &self.name
    }

    /// How many erasures had been carried out when the scope was opened.
    pub fn erasures(&self) -> u64 {
        u64::try_from(self.erasures).unwrap_or(0)
    }

    /// Whether nothing was erased since the scope was opened. If something was, all that the
    /// vault keeps in memory is forgotten: open the scope anew.
    pub fn is_current(&self, tx: &Transaction<'_>) -> Result<bool, VaultError> {
        let last = last_erasure_in(tx)?;
        if last != self.erasures {
            self.shared.forget_before(last);
        }
        Ok(last == self.erasures)
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
            scope: &self.reference,
            token,
            entity,
            key_version: KEY_VERSION,
        }
    }

    /// The data key of the value behind `token`; `None` when it was erased.
    pub(crate) fn value_key(&self, token: &str) -> Option<Key> {
        self.keys.values.key(self.leaf(token))
    }

    /// The leaf from which the data key of `token` comes.
    pub(crate) fn leaf(&self, token: &str) -> Leaf {
        Leaf::of(&digest(&self.keys.leaf, &[token.as_bytes()]))
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("id", &self.id).field("name", &self.name).finish()
    }
}

impl ScopeKeys {
    fn new(key: &[u8; 32], values: KeyTree, tenant: &str, reference: &Reference) -> Self {
        let part = |purpose| derive(key, None, purpose, tenant, reference, KEY_VERSION);
        Self {
            token: keyed(&part(Purpose::Token)),
            index: keyed(&part(Purpose::Index)),
            memo: keyed(&part(Purpose::Memo)),
            memo_tag: keyed(&part(Purpose::MemoTag)),
            secret: part(Purpose::Secret),
            leaf: keyed(&part(Purpose::Leaf)),
            values,
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

/// Writes a scope down; should another process have been faster, gives back that one's.
fn create(
    shared: &Shared,
    name: &ScopeName,
    narrow: String,
    reference: Reference,
    now: Timestamp,
) -> Result<i64, VaultError> {
    let name = name.clone();
    let written = shared.store.write(move |tx| {
        let row = ScopeRow {
            tenant: &name.tenant,
            workspace: &name.workspace,
            principal: &name.principal,
            narrow: &narrow,
            reference: &reference,
        };
        row.id(tx, now)
    });
    written.wait()
}

/// The scopes of a tenant, as they are written down.
pub(crate) fn of_tenant(
    connection: &Connection<'_>,
    tenant: &str,
) -> Result<Vec<Names>, VaultError> {
    connection.query_all(
        "SELECT id, workspace, principal, narrow, reference FROM scope
         WHERE tenant = ?1 ORDER BY id",
        params![tenant],
        |row| {
            let narrow: String = row.get(3)?;
            let name = ScopeName {
                tenant: tenant.to_owned(),
                workspace: row.get(1)?,
                principal: row.get(2)?,
                narrow: Some(narrow).filter(|narrow| !narrow.is_empty()),
            };
            Ok(Names { id: row.get(0)?, name, reference: row.get(4)? })
        },
    )
}

/// Version of every key derived here.
pub(crate) const KEY_VERSION: u32 = 1;
