//! A scope's row, and the number that all its rows begin with.
//!
//! The number carries the tenant's in its high bits, so that the tenant leads every key and
//! the rows of a tenant lie together. Numbers are never used again.

use jiff::Timestamp;
use privet_store::{Connection, Transaction, params};

use crate::VaultError;
use crate::scope_keys::Reference;

/// What a scope is called in the database.
pub(crate) struct ScopeRow<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) workspace: &'a str,
    pub(crate) principal: &'a str,
    /// A keyed hash of what narrows it; empty if nothing does.
    pub(crate) narrow: &'a str,
    pub(crate) reference: &'a Reference,
}

impl ScopeRow<'_> {
    /// The scope's number; written down with a new one if it is not there yet.
    pub(crate) fn id(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<i64, VaultError> {
        if let Some(id) = find(tx, self.tenant, self.reference)? {
            return Ok(id);
        }
        let id = next_id(tx, self.tenant)?;
        let written = tx.execute(
            "INSERT INTO scope (id, tenant, workspace, principal, narrow, reference, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![
                id,
                self.tenant,
                self.workspace,
                self.principal,
                self.narrow,
                self.reference,
                now.as_second()
            ],
        )?;
        match written {
            1 => Ok(id),
            // Its names are there under another reference: another vault's database.
            _ => Err(VaultError::ForeignDatabase),
        }
    }
}

/// The number of a scope that is written down.
pub(crate) fn find(
    connection: &Connection<'_>,
    tenant: &str,
    reference: &Reference,
) -> Result<Option<i64>, VaultError> {
    connection.query_opt(
        "SELECT id FROM scope WHERE tenant = ?1 AND reference = ?2",
        params![tenant, reference],
        |row| Ok(row.get(0)?),
    )
}

/// A number that no scope had: the tenant's number, and how many scopes it has by now.
fn next_id(tx: &Transaction<'_>, tenant: &str) -> Result<i64, VaultError> {
    let sql = "UPDATE tenant SET last_scope = last_scope + 1 WHERE name = ?1";
    if tx.execute(sql, params![tenant])? == 0 {
        // Nobody else writes meanwhile, so the number is free.
        let last = tx.query_one("SELECT max(number) FROM tenant", &[], |row| {
            Ok::<_, VaultError>(row.get::<Option<i64>>(0)?)
        })?;
        tx.execute(
            "INSERT INTO tenant (name, number, last_scope) VALUES (?1, ?2, 1)",
            params![tenant, last.map_or(0, |last| last + 1)],
        )?;
    }
    tx.query_one("SELECT number, last_scope FROM tenant WHERE name = ?1", params![tenant], |row| {
        let (number, last_scope): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((number << SCOPE_BITS) | last_scope)
    })
}

/// Bits for the scopes of a tenant; the tables keep both numbers within theirs.
const SCOPE_BITS: u32 = 40;
