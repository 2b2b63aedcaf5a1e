//! Legal holds: what must not be deleted while they stand, neither by erasure nor by disuse.

use std::collections::HashSet;

use jiff::Timestamp;
use privet_store::{Connection, Row, Transaction, params};

use crate::label;
use crate::subject::Mention;
use crate::{Vault, VaultError};

/// A legal hold on a tenant's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id, such as `hold_7Q2MX4A9`.
    pub id: String,
    /// Whose scopes.
    pub tenant: String,
    /// Only those of this workspace.
    pub workspace: Option<String>,
    /// Only those of this principal.
    pub principal: Option<String>,
    /// Why.
    pub reason: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The scopes under a hold, as a list of their rows in SQL.
macro_rules! held_scopes {
    () => {
        "(SELECT held.id FROM scope AS held JOIN hold ON hold.tenant = held.tenant
           AND (hold.workspace = '' OR hold.workspace = held.workspace)
           AND (hold.principal = '' OR hold.principal = held.principal)
          WHERE hold.ended_at IS NULL)"
    };
}
pub(crate) use held_scopes;

impl Vault {
    /// A new hold; it stands once [`insert`](Hold::insert) is committed.
    pub fn new_hold(
        &self,
        tenant: &str,
        workspace: Option<&str>,
        principal: Option<&str>,
        reason: &str,
        now: Timestamp,
    ) -> Result<Hold, VaultError> {
        let mut bytes = [0; 32];
        self.shared.random.fill(&mut bytes)?;
        let label: String = label::symbols(&bytes).take(ID_CHARS).collect();
        Ok(Hold {
            id: format!("hold_{label}"),
            tenant: tenant.to_owned(),
            workspace: workspace.map(str::to_owned),
            principal: principal.map(str::to_owned),
            reason: reason.to_owned(),
            created_at: now,
            ended_at: None,
        })
    }

    /// Every hold, the newest first.
    pub fn holds(&self) -> Result<Vec<Hold>, VaultError> {
        self.shared.store.read(|connection| {
            connection.query_all(
                "SELECT id, tenant, workspace, principal, reason, created_at, ended_at FROM hold
                 ORDER BY created_at DESC, id",
                &[],
                hold,
            )
        })
    }

    /// Whether a hold stands, whoever's.
    pub fn is_held(&self) -> Result<bool, VaultError> {
        let sql = "SELECT 1 FROM hold WHERE ended_at IS NULL";
        self.shared.store.read(|connection| Ok(connection.exists(sql, &[])?))
    }

    /// Takes those that a hold keeps out of `mentions`, and gives them back.
    pub fn under_hold(&self, mentions: &mut Vec<Mention>) -> Result<Vec<Mention>, VaultError> {
        let held = self.shared.store.read(references_held)?;
        let is_held = |mention: &mut Mention| held.contains(&mention.reference);
        Ok(mentions.extract_if(.., is_held).collect())
    }
}

impl Hold {
    /// Writes the hold.
    pub fn insert(&self, tx: &Transaction<'_>) -> Result<(), VaultError> {
        tx.execute(
            "INSERT INTO hold (id, tenant, workspace, principal, reason, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                self.id,
                self.tenant,
                self.workspace.as_deref().unwrap_or_default(),
                self.principal.as_deref().unwrap_or_default(),
                self.reason,
                self.created_at.as_second()
            ],
        )?;
        Ok(())
    }

    /// Ends the hold `id`; whether it stood.
    pub fn end(tx: &Transaction<'_>, id: &str, now: Timestamp) -> Result<bool, VaultError> {
        let sql = "UPDATE hold SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
        Ok(tx.execute(sql, params![id, now.as_second()])? == 1)
    }
}

fn references_held(connection: &Connection<'_>) -> Result<HashSet<[u8; 32]>, VaultError> {
    let sql = concat!("SELECT reference FROM scope WHERE id IN ", held_scopes!());
    let held = connection.query_all(sql, &[], |row| Ok::<_, VaultError>(row.get(0)?))?;
    Ok(held.into_iter().collect())
}

fn hold(row: &Row<'_>) -> Result<Hold, VaultError> {
    let time = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN);
    let named = |name: String| Some(name).filter(|name| !name.is_empty());
    Ok(Hold {
        id: row.get(0)?,
        tenant: row.get(1)?,
        workspace: named(row.get(2)?),
        principal: named(row.get(3)?),
        reason: row.get(4)?,
        created_at: time(row.get(5)?),
        ended_at: row.get::<Option<i64>>(6)?.map(time),
    })
}

const ID_CHARS: usize = 8;
