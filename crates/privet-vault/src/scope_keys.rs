//! The keys of scopes: random, wrapped by the tenant's key, in the database of keys.

use jiff::Timestamp;
use privet_store::{Connection, Row, params};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::purpose::Key;
use crate::random::Random;
use crate::ring::{KeyRing, Rotated};
use crate::seal::{self, Place};
use crate::tree::{KeyTree, Leaf};

/// A scope's public handle, the same in both databases: a keyed hash of its names.
pub(crate) type Reference = [u8; 32];

/// What a scope's keys hang on.
pub(crate) struct ScopeSecret {
    /// Tokens, indexes and memos come from this one.
    pub(crate) names: Key,
    /// Sealed values from this one.
    pub(crate) values: KeyTree,
}

impl ScopeSecret {
    fn generate(random: &dyn Random) -> Result<Self, VaultError> {
        let (mut names, mut root) = (Key::default(), Key::default());
        random.fill(names.as_mut_slice())?;
        random.fill(root.as_mut_slice())?;
        Ok(Self { names, values: KeyTree::new(root) })
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let values = self.values.to_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 + values.len()));
        bytes.extend_from_slice(self.names.as_slice());
        bytes.extend_from_slice(&values);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (names, values) = bytes.split_first_chunk::<32>()?;
        Some(Self { names: Zeroizing::new(*names), values: KeyTree::from_bytes(values)? })
    }
}

struct ScopeRow {
    reference: Reference,
    tenant: String,
    tenant_version: u32,
    generation: i64,
    wrapped: Vec<u8>,
}

impl KeyRing {
    /// The keys of a scope, if it has any.
    pub(crate) fn scope(
        &self,
        tenant: &str,
        reference: &Reference,
    ) -> Result<Option<ScopeSecret>, VaultError> {
        let read = || self.store.read(|connection| find(connection, tenant, reference));
        let Some(row) = read()? else { return Ok(None) };
        match self.opened_scope(&row)? {
            Some(secret) => Ok(Some(secret)),
            // The tenant's key was rotated between the two reads.
            None => match read()? {
                Some(row) => self
                    .opened_scope(&row)?
                    .map_or(Err(VaultError::Tampered("scope key")), |secret| Ok(Some(secret))),
                None => Ok(None),
            },
        }
    }

    /// The keys of a scope; makes them when it is new.
    pub(crate) fn scope_or_new(
        &self,
        tenant: &str,
        reference: &Reference,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<ScopeSecret, VaultError> {
        if let Some(secret) = self.scope(tenant, reference)? {
            return Ok(secret);
        }
        let new = ScopeSecret::generate(random)?;
        for _ in 0..ATTEMPTS_MAX {
            let (version, key) = self.tenant(tenant, now)?;
            let wrapped = wrap(&key, tenant, reference, version, &new, random)?;
            self.insert_scope(tenant, *reference, version, wrapped)?;
            // Another process may have been faster; what stands is what counts.
            if let Some(secret) = self.scope(tenant, reference)? {
                return Ok(secret);
            }
        }
        Err(VaultError::Busy)
    }

    /// Writes a new scope's keys, unless it has some, or the tenant's key was rotated away.
    fn insert_scope(
        &self,
        tenant: &str,
        reference: Reference,
        version: u32,
        wrapped: Vec<u8>,
    ) -> Result<(), VaultError> {
        let tenant = tenant.to_owned();
        let inserted = self.store.write(move |tx| -> Result<(), VaultError> {
            tx.execute(
                "INSERT INTO scope_key (reference, tenant, tenant_version, generation, wrapped_keys)
                 SELECT ?1, tenant, version, 0, ?4 FROM tenant_key
                 WHERE tenant = ?2 AND version = ?3 ON CONFLICT DO NOTHING",
                params![reference, tenant, version, wrapped],
            )?;
            Ok(())
        });
        inserted.wait()
    }

    /// Gives up the data keys of values for good; says how many were still there. When this
    /// returns, the keys are off the disk.
    pub(crate) fn give_up(
        &self,
        tenant: &str,
        reference: &Reference,
        leaves: &[Leaf],
        random: &dyn Random,
    ) -> Result<usize, VaultError> {
        for _ in 0..ATTEMPTS_MAX {
            let row = self.store.read(|connection| find(connection, tenant, reference))?;
            let Some(row) = row else { return Ok(0) };
            let Some(key) = self.tenant_of(&row.tenant, row.tenant_version)? else { continue };
            let mut secret = unwrap(&key, &row)?;
            let given_up = leaves.iter().filter(|leaf| secret.values.give_up(**leaf)).count();
            if given_up == 0 {
                return Ok(0);
            }
            let wrapped = wrap(&key, &row.tenant, reference, row.tenant_version, &secret, random)?;
            if self.replace(row, wrapped)? {
                return Ok(given_up);
            }
        }
        Err(VaultError::Busy)
    }

    /// Gives a tenant a new key and wraps the keys of all its scopes by it; the old one is
    /// then gone. Requests go on meanwhile.
    pub(crate) fn rotate_tenant(
        &self,
        tenant: &str,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Rotated, VaultError> {
        let (version, key) = self.new_version(tenant, random, now)?;
        let mut rotated = Rotated { tenants: 1, scopes: 0 };
        // Whoever made a scope with the old key meanwhile is found by the next round.
        loop {
            let rows = self.store.read(|connection| wrapped_before(connection, tenant, version))?;
            if rows.is_empty() && self.forget_versions_before(tenant, version)? {
                break;
            }
            for row in rows {
                let Some(secret) = self.opened_scope(&row)? else { continue };
                let anew = wrap(&key, tenant, &row.reference, version, &secret, random)?;
                let row = ScopeRow { tenant_version: version, ..row };
                rotated.scopes += usize::from(self.replace(row, anew)?);
            }
        }
        self.store.compact().wait()?;
        Ok(rotated)
    }

    fn opened_scope(&self, row: &ScopeRow) -> Result<Option<ScopeSecret>, VaultError> {
        match self.tenant_of(&row.tenant, row.tenant_version)? {
            Some(key) => unwrap(&key, row).map(Some),
            None => Ok(None),
        }
    }

    /// Puts `wrapped` in the place of what `row` was read from, unless somebody has
    /// replaced that meanwhile.
    fn replace(&self, row: ScopeRow, wrapped: Vec<u8>) -> Result<bool, VaultError> {
        let replaced = self.store.write(move |tx| -> Result<usize, VaultError> {
            Ok(tx.execute(
                "UPDATE scope_key
                 SET wrapped_keys = ?3, tenant_version = ?4, generation = generation + 1
                 WHERE tenant = ?5 AND reference = ?1 AND generation = ?2",
                params![row.reference, row.generation, wrapped, row.tenant_version, row.tenant],
            )?)
        });
        Ok(replaced.wait()? == 1)
    }

    /// Deletes older keys of the tenant, unless some scope's keys are still wrapped by one.
    fn forget_versions_before(&self, tenant: &str, version: u32) -> Result<bool, VaultError> {
        let owned = tenant.to_owned();
        let forgotten = self.store.write(move |tx| -> Result<bool, VaultError> {
            if !wrapped_before(tx, &owned, version)?.is_empty() {
                return Ok(false);
            }
            tx.execute(
                "DELETE FROM tenant_key WHERE tenant = ?1 AND version < ?2",
                params![owned, version],
            )?;
            Ok(true)
        });
        let forgotten = forgotten.wait()?;
        if forgotten {
            self.forget_cached(tenant, version);
        }
        Ok(forgotten)
    }
}

fn find(
    connection: &Connection<'_>,
    tenant: &str,
    reference: &Reference,
) -> Result<Option<ScopeRow>, VaultError> {
    connection.query_opt(
        "SELECT reference, tenant, tenant_version, generation, wrapped_keys FROM scope_key
         WHERE tenant = ?1 AND reference = ?2",
        params![tenant, reference],
        scope_row,
    )
}

fn wrapped_before(
    connection: &Connection<'_>,
    tenant: &str,
    version: u32,
) -> Result<Vec<ScopeRow>, VaultError> {
    connection.query_all(
        "SELECT reference, tenant, tenant_version, generation, wrapped_keys FROM scope_key
         WHERE tenant = ?1 AND tenant_version < ?2 LIMIT 200",
        params![tenant, version],
        scope_row,
    )
}

fn scope_row(row: &Row<'_>) -> Result<ScopeRow, VaultError> {
    Ok(ScopeRow {
        reference: row.get(0)?,
        tenant: row.get(1)?,
        tenant_version: row.get(2)?,
        generation: row.get(3)?,
        wrapped: row.get(4)?,
    })
}

fn wrap(
    key: &Key,
    tenant: &str,
    reference: &Reference,
    version: u32,
    secret: &ScopeSecret,
    random: &dyn Random,
) -> Result<Vec<u8>, VaultError> {
    seal::seal(key, &place(tenant, reference, version), &secret.to_bytes(), random)
}

fn unwrap(key: &Key, row: &ScopeRow) -> Result<ScopeSecret, VaultError> {
    let place = place(&row.tenant, &row.reference, row.tenant_version);
    seal::open(key, &place, &row.wrapped)
        .and_then(|bytes| ScopeSecret::from_bytes(&bytes))
        .ok_or(VaultError::Tampered("scope key"))
}

fn place<'a>(tenant: &'a str, reference: &'a Reference, version: u32) -> Place<'a> {
    Place {
        table: "scope_key",
        column: "wrapped_keys",
        tenant,
        scope: reference,
        token: "",
        entity: "",
        key_version: version,
    }
}

const ATTEMPTS_MAX: u32 = 16;
