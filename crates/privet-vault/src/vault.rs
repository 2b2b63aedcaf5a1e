//! [`Vault`]: opens scopes and holds what they share.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use hashlink::LruCache;
use hmac::Mac;
use jiff::Timestamp;
use privet_store::{Connection, Store, Transaction, params};
use subtle::ConstantTimeEq;

use crate::api_key::ApiKeys;
use crate::day_key::DayKey;
use crate::erasure;
use crate::expiry::TokenUse;
use crate::memo::hour_of;
use crate::memo_cache::MemoCache;
use crate::purpose::Purpose;
use crate::reservation::{Surface, lock};
use crate::ring::{KeyRing, Rotated};
use crate::root::{RootError, RootKeys};
use crate::scope::{Scope, ScopeName, keyed};
use crate::{Random, VaultError, scope_row};

/// The open vault. Clones share it.
#[derive(Clone)]
pub struct Vault {
    pub(crate) shared: Arc<Shared>,
    scopes: Arc<Mutex<LruCache<ScopeName, Arc<Scope>>>>,
    options: VaultOptions,
    replayed: usize,
}

/// The databases of a vault. They lie apart, so that a backup of one alone opens nothing.
#[derive(Clone, Debug)]
pub struct Stores {
    /// Tokens and memos.
    pub main: Store,
    /// The wrapped keys, and the ledger of erasures.
    pub keys: Store,
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
    pub(crate) ring: KeyRing,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) memos: Mutex<MemoCache>,
    pub(crate) day_keys: Mutex<Vec<Arc<DayKey>>>,
    known: Mutex<LruCache<(i64, Surface), Known>>,
    pub(crate) token_uses: Mutex<Vec<TokenUse>>,
    /// The hour, as of the last scope that was opened.
    pub(crate) hour: AtomicI64,
    /// The last erasure that the caches know of.
    erasures: AtomicI64,
    /// The root key was refused when it was last asked.
    closed: AtomicBool,
}

/// A token that a value has.
struct Known {
    token: Arc<str>,
    /// The hour of a use that was noted, or is about to be.
    last_used: i64,
}

impl Vault {
    /// Opens the vault in `stores`, or begins one. A root key that is not the vault's own is
    /// [`RootError::Refused`](crate::RootError::Refused).
    pub fn open(
        stores: Stores,
        root: Arc<dyn RootKeys>,
        random: Arc<dyn Random>,
        now: Timestamp,
    ) -> Result<Self, VaultError> {
        Self::open_with(stores, root, random, now, VaultOptions::default())
    }

    /// [`open`](Self::open) with other bounds.
    pub fn open_with(
        stores: Stores,
        root: Arc<dyn RootKeys>,
        random: Arc<dyn Random>,
        now: Timestamp,
        options: VaultOptions,
    ) -> Result<Self, VaultError> {
        let ring = KeyRing::open(stores.keys, root, Arc::clone(&random), now)?;
        check_house(&stores.main, &ring)?;
        let erasures = stores.main.read(last_erasure)?;
        let shared = Shared {
            store: stores.main,
            ring,
            random,
            memos: Mutex::new(MemoCache::new(options.memo_bytes_max)),
            day_keys: Mutex::default(),
            known: Mutex::new(LruCache::new(options.tokens_max)),
            token_uses: Mutex::default(),
            hour: AtomicI64::new(hour_of(now)),
            erasures: AtomicI64::new(erasures),
            closed: AtomicBool::new(false),
        };
        let shared = Arc::new(shared);
        // What a restored backup has brought back goes before anybody sees it.
        let replayed = erasure::catch_up(&shared, now)?.len();
        let scopes = Arc::new(Mutex::new(LruCache::new_unbounded()));
        Ok(Self { shared, scopes, options, replayed })
    }

    /// How many erasures were carried out, once more or to their end, when the vault was
    /// opened.
    pub fn erasures_replayed(&self) -> usize {
        self.replayed
    }

    /// Puts the key that `next` holds in the place of the root key: everything it wrapped is
    /// wrapped anew. The present one then opens nothing here; use the vault no longer
    /// through it for new tenants, but open it again by `next`.
    pub fn rotate_root(&self, next: &dyn RootKeys) -> Result<Rotated, VaultError> {
        Ok(Rotated { tenants: self.shared.ring.rotate_root(next)?, scopes: 0 })
    }

    /// Gives every tenant a new key and wraps its scopes' keys by it.
    pub fn rotate_tenants(&self, now: Timestamp) -> Result<Rotated, VaultError> {
        let mut all = Rotated::default();
        for tenant in self.shared.ring.tenants()? {
            let rotated = self.shared.ring.rotate_tenant(&tenant, &*self.shared.random, now)?;
            all.tenants += rotated.tenants;
            all.scopes += rotated.scopes;
        }
        Ok(all)
    }

    /// The scope called `name`; made when it is new, which waits for two flushes.
    pub fn scope(&self, name: &ScopeName, now: Timestamp) -> Result<Arc<Scope>, VaultError> {
        if self.shared.closed.load(Ordering::Acquire) {
            return Err(VaultError::Closed);
        }
        self.shared.hour.fetch_max(hour_of(now), Ordering::Relaxed);
        let current = |scope: &&Arc<Scope>| scope.erasures == self.shared.erasures();
        if let Some(scope) = lock(&self.scopes).get(name).filter(current) {
            return Ok(Arc::clone(scope));
        }
        let loaded = Arc::new(Scope::load(&self.shared, name, now)?);
        let mut scopes = lock(&self.scopes);
        // Whoever was faster holds the reservations; all must share them.
        if let Some(scope) = scopes.get(name).filter(current) {
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

    /// The scope called `name`, unless nobody has ever used it. Makes none.
    pub fn known_scope(
        &self,
        name: &ScopeName,
        now: Timestamp,
    ) -> Result<Option<Arc<Scope>>, VaultError> {
        let reference = name.reference(&self.shared);
        let known = self
            .shared
            .store
            .read(|connection| scope_row::find(connection, &name.tenant, &reference))?;
        known.map(|_| self.scope(name, now)).transpose()
    }

    /// The callers' keys.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::new(Arc::clone(&self.shared))
    }

    /// The public name of the root key that opened the vault.
    pub fn root_fingerprint(&self) -> String {
        self.shared.ring.root.name()
    }

    /// Asks the root key whether it still opens the vault. One that was revoked closes it:
    /// [`scope`](Self::scope) fails until the key opens it again. One that cannot be reached
    /// does not.
    pub fn check_root(&self) -> Result<(), VaultError> {
        let checked = self.shared.ring.check_root();
        match &checked {
            Ok(()) => self.shared.closed.store(false, Ordering::Release),
            Err(VaultError::Root(RootError::Refused(_) | RootError::File(_))) => {
                self.shared.closed.store(true, Ordering::Release);
            }
            Err(_) => {}
        }
        checked
    }

    /// The database of keys.
    pub fn key_store(&self) -> &Store {
        &self.shared.ring.store
    }

    /// The database below.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("root", &self.root_fingerprint()).finish()
    }
}

impl Shared {
    /// The token remembered for a value.
    pub(crate) fn known(&self, scope: i64, surface: &Surface) -> Option<Arc<str>> {
        let (token, last_used) = {
            let mut known = lock(&self.known);
            let known = known.get_mut(&(scope, *surface))?;
            let last_used = known.last_used;
            known.last_used = last_used.max(self.hour.load(Ordering::Relaxed));
            (Arc::clone(&known.token), last_used)
        };
        self.note_token_use(scope, &token, last_used);
        Some(token)
    }

    /// Forgets which tokens values have.
    pub(crate) fn forget_known(&self) {
        lock(&self.known).clear();
    }

    /// The last erasure that the caches know of.
    pub(crate) fn erasures(&self) -> i64 {
        self.erasures.load(Ordering::Acquire)
    }

    /// Forgets all that may have been erased. Scopes that are open are opened anew by the
    /// next request.
    pub(crate) fn forget_before(&self, erasure: i64) {
        self.forget_known();
        lock(&self.memos).clear();
        self.erasures.fetch_max(erasure, Ordering::AcqRel);
    }

    /// Remembers a token whose row is on the disk.
    pub(crate) fn remember(&self, scope: i64, surface: Surface, token: &Arc<str>) {
        let last_used = self.hour.load(Ordering::Relaxed);
        let known = Known { token: Arc::clone(token), last_used };
        lock(&self.known).insert((scope, surface), known);
    }
}

/// Whether the database is the one that belongs to these keys; the first keys to come
/// make it theirs.
fn check_house(store: &Store, ring: &KeyRing) -> Result<(), VaultError> {
    let check: [u8; 32] = keyed(&ring.house(Purpose::HouseCheck, ""))
        .chain_update(b"privet vault")
        .finalize()
        .into_bytes()
        .into();
    let stored = match store.read(house_check)? {
        Some(stored) => stored,
        None => store
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![HOUSE_CHECK, check],
                )?;
                house_check(tx)?.ok_or(VaultError::ForeignDatabase)
            })
            .wait()?,
    };
    match bool::from(stored.ct_eq(check.as_slice())) {
        true => Ok(()),
        false => Err(VaultError::ForeignDatabase),
    }
}

fn house_check(connection: &Connection<'_>) -> Result<Option<Vec<u8>>, VaultError> {
    let sql = "SELECT value FROM meta WHERE name = ?1";
    connection.query_opt(sql, params![HOUSE_CHECK], |row| Ok(row.get(0)?))
}

/// The number of the last erasure that this database has seen, 0 before the first.
pub(crate) fn last_erasure(connection: &Connection<'_>) -> Result<i64, VaultError> {
    let last = connection
        .query_one("SELECT max(seq) FROM erasure", &[], |row| row.get::<Option<i64>>(0))?;
    Ok(last.unwrap_or(0))
}

/// The same within a transaction that nobody else writes beside.
pub(crate) fn last_erasure_in(tx: &Transaction<'_>) -> Result<i64, VaultError> {
    if let Some(LastErasure(seq)) = tx.recall() {
        return Ok(seq);
    }
    let seq = last_erasure(tx)?;
    tx.keep(LastErasure(seq));
    Ok(seq)
}

/// The number of the last erasure, as a transaction keeps it.
#[derive(Clone)]
pub(crate) struct LastErasure(pub(crate) i64);

const HOUSE_CHECK: &str = "house_check";
