//! [`Vault`]: opens scopes and holds what they share.

use std::fmt;
use std::sync::{Arc, Mutex};

use hashlink::LruCache;
use hmac::Mac;
use privet_store::Store;
use privet_store::rusqlite::{OptionalExtension, params};
use subtle::ConstantTimeEq;

use crate::api_key::ApiKeys;
use crate::day_key::DayKey;
use crate::memo_cache::MemoCache;
use crate::purpose::Purpose;
use crate::reservation::{Surface, lock};
use crate::scope::{KEY_VERSION, Scope, ScopeName, keyed};
use crate::{Random, RootKey, VaultError};

/// The open vault. Clones share it.
#[derive(Clone)]
pub struct Vault {
    pub(crate) shared: Arc<Shared>,
    scopes: Arc<Mutex<LruCache<ScopeName, Arc<Scope>>>>,
    options: VaultOptions,
}

/// Bounds of what the vault keeps in memory.
#[derive(Clone, Debug)]
pub struct VaultOptions {
    /// Most scopes kept open; those in use stay beyond it.
    pub scopes_max: usize,
    /// Most values whose token is remembered, about 150 bytes each.
    pub tokens_max: usize,
    /// Most bytes of memos remembered.
    pub memo_bytes_max: usize,
}

impl Default for VaultOptions {
    fn default() -> Self {
        Self { scopes_max: 1024, tokens_max: 65_536, memo_bytes_max: 32 << 20 }
    }
}

/// What every scope of a vault uses.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) root: RootKey,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) memos: Mutex<MemoCache>,
    pub(crate) day_keys: Mutex<Vec<Arc<DayKey>>>,
    known: Mutex<LruCache<(i64, Surface), Arc<str>>>,
}

impl Vault {
    /// Opens the vault in `store`, or begins one. A root key that is not the
    /// vault's own is [`VaultError::WrongRootKey`].
    pub fn open(store: Store, root: RootKey, random: Arc<dyn Random>) -> Result<Self, VaultError> {
        Self::open_with(store, root, random, VaultOptions::default())
    }

    /// [`open`](Self::open) with other bounds.
    pub fn open_with(
        store: Store,
        root: RootKey,
        random: Arc<dyn Random>,
        options: VaultOptions,
    ) -> Result<Self, VaultError> {
        check_root(&store, &root)?;
        let shared = Shared {
            store,
            root,
            random,
            memos: Mutex::new(MemoCache::new(options.memo_bytes_max)),
            day_keys: Mutex::default(),
            known: Mutex::new(LruCache::new(options.tokens_max)),
        };
        let scopes = LruCache::new_unbounded();
        Ok(Self { shared: Arc::new(shared), scopes: Arc::new(Mutex::new(scopes)), options })
    }

    /// The scope called `name`; made when it is new, which waits for one flush.
    pub fn scope(&self, name: &ScopeName) -> Result<Arc<Scope>, VaultError> {
        if let Some(scope) = lock(&self.scopes).get(name) {
            return Ok(Arc::clone(scope));
        }
        let loaded = Arc::new(Scope::load(&self.shared, name)?);
        let mut scopes = lock(&self.scopes);
        // Whoever was faster holds the reservations; all must share them.
        if let Some(scope) = scopes.get(name) {
            return Ok(Arc::clone(scope));
        }
        scopes.insert(name.clone(), Arc::clone(&loaded));
        if scopes.len() > self.options.scopes_max {
            let idle = scopes
                .iter()
                .find(|(_, scope)| Arc::strong_count(scope) == 1)
                .map(|(name, _)| name.clone());
            if let Some(idle) = idle {
                scopes.remove(&idle);
            }
        }
        Ok(loaded)
    }

    /// The callers' keys.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::new(Arc::clone(&self.shared))
    }

    /// The public name of the root key that opened the vault.
    pub fn root_fingerprint(&self) -> String {
        self.shared.root.fingerprint()
    }

    /// The database below.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("root", &self.shared.root.fingerprint()).finish()
    }
}

impl Shared {
    /// The token remembered for a value.
    pub(crate) fn known(&self, scope: i64, surface: &Surface) -> Option<Arc<str>> {
        lock(&self.known).get(&(scope, *surface)).map(Arc::clone)
    }

    /// Remembers a token whose row is on the disk.
    pub(crate) fn remember(&self, scope: i64, surface: Surface, token: &Arc<str>) {
        lock(&self.known).insert((scope, surface), Arc::clone(token));
    }
}

/// Compares the root key with the one that began this vault; the first one to
/// come begins it.
fn check_root(store: &Store, root: &RootKey) -> Result<(), VaultError> {
    let check = keyed(&root.derive(Purpose::RootCheck, "", &[], KEY_VERSION))
        .chain_update(b"privet vault")
        .finalize()
        .into_bytes();
    let stored: Option<Vec<u8>> = store.read(|connection| {
        let stored = connection
            .query_row("SELECT value FROM meta WHERE name = ?1", [ROOT_CHECK], |row| row.get(0))
            .optional()?;
        Ok::<_, VaultError>(stored)
    })?;
    let stored = match stored {
        Some(stored) => stored,
        None => store
            .write(move |tx| -> Result<Vec<u8>, VaultError> {
                tx.execute(
                    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![ROOT_CHECK, check.as_slice()],
                )?;
                let select = "SELECT value FROM meta WHERE name = ?1";
                Ok(tx.query_row(select, [ROOT_CHECK], |row| row.get(0))?)
            })
            .wait()?,
    };
    match bool::from(stored.ct_eq(check.as_slice())) {
        true => Ok(()),
        false => Err(VaultError::WrongRootKey),
    }
}

const ROOT_CHECK: &str = "root_key_check";
