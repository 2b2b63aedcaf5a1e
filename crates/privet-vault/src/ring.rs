//! [`KeyRing`]: the tenants' keys and the house's own, wrapped by the root key, in a
//! database of their own.
//!
//! Root → tenant → scope. The root key wraps one random key for each tenant, and one for
//! what belongs to no tenant; the tenant's key wraps the keys of its scopes. Rotating the
//! root key rewraps the first, rotating a tenant's key the second; no value is sealed anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use privet_store::{Connection, Store, StoreError, Transaction, params};

use crate::VaultError;
use crate::purpose::{Key, Purpose, derive, framed};
use crate::random::Random;
use crate::reservation::lock;
use crate::root::{RootError, RootKeys};

/// The unwrapped keys of tenants, and where the wrapped ones lie.
pub(crate) struct KeyRing {
    pub(crate) store: Store,
    pub(crate) root: Arc<dyn RootKeys>,
    random: Arc<dyn Random>,
    house: Key,
    tenants: Mutex<HashMap<(String, u32), Key>>,
}

/// How many keys a rotation has rewrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Keys of tenants, the house's own among them.
    pub tenants: usize,
    /// Keys of scopes.
    pub scopes: usize,
}

/// What a tenant's row holds.
struct TenantRow {
    tenant: String,
    version: u32,
    wrapped: Vec<u8>,
}

impl KeyRing {
    /// Opens the ring in `store`, or begins one.
    pub(crate) fn open(
        store: Store,
        root: Arc<dyn RootKeys>,
        random: Arc<dyn Random>,
        now: Timestamp,
    ) -> Result<Self, VaultError> {
        let row = match store.read(|connection| newest(connection, HOUSE))? {
            Some(row) => row,
            None => begin(&store, &*root, &*random, HOUSE, now)?,
        };
        let house = unwrapped(&*root, &row)?;
        Ok(Self { store, root, random, house, tenants: Mutex::default() })
    }

    /// A key for what belongs to no tenant's data.
    pub(crate) fn house(&self, purpose: Purpose, tenant: &str) -> Key {
        derive(&self.house, None, purpose, tenant, &[], 1)
    }

    /// The key that wraps new scopes' keys, and its version; made when the tenant is new.
    pub(crate) fn tenant(&self, tenant: &str, now: Timestamp) -> Result<(u32, Key), VaultError> {
        let row = match self.store.read(|connection| newest(connection, tenant))? {
            Some(row) => row,
            None => begin(&self.store, &*self.root, &*self.random, tenant, now)?,
        };
        let key = self.opened(&row)?;
        Ok((row.version, key))
    }

    /// The tenant's key of that version; `None` when it was rotated away.
    pub(crate) fn tenant_of(&self, tenant: &str, version: u32) -> Result<Option<Key>, VaultError> {
        if let Some(key) = lock(&self.tenants).get(&(tenant.to_owned(), version)) {
            return Ok(Some(key.clone()));
        }
        let row = self.store.read(|connection| {
            connection.query_opt(
                "SELECT tenant, version, wrapped_key FROM tenant_key
                 WHERE tenant = ?1 AND version = ?2",
                params![tenant, version],
                tenant_row,
            )
        })?;
        row.map(|row| self.opened(&row)).transpose()
    }

    /// Asks the root key whether it still opens this vault.
    pub(crate) fn check_root(&self) -> Result<(), VaultError> {
        self.root.refresh()?;
        let row = self.store.read(|connection| newest(connection, HOUSE))?;
        let row = row.ok_or(VaultError::Tampered("house key"))?;
        unwrapped(&*self.root, &row).map(drop)
    }

    /// Wraps every tenant's key by `next`. When this returns the present root key opens
    /// nothing any more; [`root`](Self::root) is still the present one.
    pub(crate) fn rotate_root(&self, next: &dyn RootKeys) -> Result<usize, VaultError> {
        let rows = self.store.read(all_tenants)?;
        let mut wrapped = Vec::with_capacity(rows.len());
        for row in rows {
            let context = context(&row.tenant, row.version);
            let key = match self.root.unwrap(&row.wrapped, &context) {
                // A rotation that was cut off has wrapped it already.
                Err(RootError::Refused(_)) => next.unwrap(&row.wrapped, &context)?,
                key => key?,
            };
            let anew = next.wrap(&key, &context)?;
            wrapped.push(TenantRow { wrapped: anew, ..row });
        }
        let count = wrapped.len();
        let name = next.name();
        self.store
            .write(move |tx| -> Result<(), VaultError> {
                for row in &wrapped {
                    put_wrapped(tx, row)?;
                }
                note_root(tx, &name)
            })
            .wait()?;
        self.store.compact().wait()?;
        Ok(count)
    }

    /// A new key for a tenant, the newest from now on.
    pub(crate) fn new_version(
        &self,
        tenant: &str,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<(u32, Key), VaultError> {
        let (version, _) = self.tenant(tenant, now)?;
        let version = version + 1;
        let mut key = Key::default();
        random.fill(key.as_mut_slice())?;
        let wrapped = self.root.wrap(&key, &context(tenant, version))?;
        let owned = tenant.to_owned();
        let row = self.store.write(move |tx| {
            insert(tx, &owned, version, &wrapped, now)?;
            newest(tx, &owned)?.ok_or(VaultError::Tampered("tenant key"))
        });
        // Two rotations at once go to the same key.
        let row = row.wait()?;
        Ok((row.version, self.opened(&row)?))
    }

    /// Forgets unwrapped keys of a tenant that are older than `version`.
    pub(crate) fn forget_cached(&self, tenant: &str, version: u32) {
        lock(&self.tenants).retain(|(name, held), _| name != tenant || *held >= version);
    }

    /// The tenants that have a key.
    pub(crate) fn tenants(&self) -> Result<Vec<String>, VaultError> {
        let rows = self.store.read(all_tenants)?;
        let mut names: Vec<_> =
            rows.into_iter().map(|row| row.tenant).filter(|tenant| tenant != HOUSE).collect();
        names.dedup();
        Ok(names)
    }

    fn opened(&self, row: &TenantRow) -> Result<Key, VaultError> {
        let index = (row.tenant.clone(), row.version);
        if let Some(key) = lock(&self.tenants).get(&index) {
            return Ok(key.clone());
        }
        let key = unwrapped(&*self.root, row)?;
        lock(&self.tenants).insert(index, key.clone());
        Ok(key)
    }
}

/// Makes a tenant's first key; should another process have been faster, gives back that
/// one's.
fn begin(
    store: &Store,
    root: &dyn RootKeys,
    random: &dyn Random,
    tenant: &str,
    now: Timestamp,
) -> Result<TenantRow, VaultError> {
    let mut key = Key::default();
    random.fill(key.as_mut_slice())?;
    let wrapped = root.wrap(&key, &context(tenant, FIRST))?;
    let (tenant, name) = (tenant.to_owned(), root.name());
    store
        .write(move |tx| {
            insert(tx, &tenant, FIRST, &wrapped, now)?;
            if tenant == HOUSE {
                note_root(tx, &name)?;
            }
            newest(tx, &tenant)?.ok_or(VaultError::Tampered("tenant key"))
        })
        .wait()
}

fn insert(
    tx: &Transaction<'_>,
    tenant: &str,
    version: u32,
    wrapped: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tenant_key (tenant, version, wrapped_key, created_at)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![tenant, version, wrapped, now.as_second()],
    )?;
    Ok(())
}

fn put_wrapped(tx: &Transaction<'_>, row: &TenantRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenant_key SET wrapped_key = ?3 WHERE tenant = ?1 AND version = ?2",
        params![row.tenant, row.version, row.wrapped],
    )?;
    Ok(())
}

/// Writes down the root key's public name, for `privet vault status`.
fn note_root(tx: &Transaction<'_>, name: &str) -> Result<(), VaultError> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![ROOT_NAME, name.as_bytes()],
    )?;
    Ok(())
}

fn newest(connection: &Connection<'_>, tenant: &str) -> Result<Option<TenantRow>, VaultError> {
    connection.query_opt(
        "SELECT tenant, version, wrapped_key FROM tenant_key
         WHERE tenant = ?1 ORDER BY version DESC LIMIT 1",
        params![tenant],
        tenant_row,
    )
}

fn all_tenants(connection: &Connection<'_>) -> Result<Vec<TenantRow>, VaultError> {
    connection.query_all(
        "SELECT tenant, version, wrapped_key FROM tenant_key ORDER BY tenant, version",
        &[],
        tenant_row,
    )
}

fn tenant_row(row: &privet_store::Row<'_>) -> Result<TenantRow, VaultError> {
    Ok(TenantRow { tenant: row.get(0)?, version: row.get(1)?, wrapped: row.get(2)? })
}

fn unwrapped(root: &dyn RootKeys, row: &TenantRow) -> Result<Key, VaultError> {
    Ok(root.unwrap(&row.wrapped, &context(&row.tenant, row.version))?)
}

/// A wrapped key opens only in its own row.
fn context(tenant: &str, version: u32) -> Vec<u8> {
    framed(&[b"privet-tenant-key/1", tenant.as_bytes(), &version.to_be_bytes()])
}

/// The name under which the key lies that belongs to no tenant.
const HOUSE: &str = "";
const FIRST: u32 = 1;
pub(crate) const ROOT_NAME: &str = "root_key";
