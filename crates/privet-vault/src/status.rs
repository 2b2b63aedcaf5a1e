//! What a vault holds, in numbers.

use privet_store::{Connection, Location, Store};

use crate::ring::ROOT_NAME;
use crate::seal;
use crate::{Vault, VaultError};

/// What a vault holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultStatus {
    /// The public name of the root key that wraps the tenants' keys.
    pub root_key: String,
    /// Tenants that have a key.
    pub tenants: u64,
    /// Scopes.
    pub scopes: u64,
    /// Tokens of values.
    pub tokens: u64,
    /// Markers of secrets, those of today and yesterday.
    pub secrets: u64,
    /// Memos of what was sent and what came back.
    pub memos: u64,
    /// Tokens that will never be issued again.
    pub tombstones: u64,
    /// Erasures in the ledger.
    pub erasures: u64,
    /// Those of them that are not complete.
    pub erasures_open: u64,
    /// Bytes of the database on the disk.
    pub bytes: u64,
    /// Bytes of the database of keys.
    pub key_bytes: u64,
}

/// What a look at every value has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Values that open.
    pub values: u64,
    /// Values that do not: somebody changed the row, or its keys are not those of the vault.
    pub unreadable: u64,
    /// Erasures in the ledger, whose chain holds.
    pub erasures: u64,
}

impl Vault {
    /// Counts what the vault holds. It reads whole tables: a second for ten million rows.
    pub fn status(&self) -> Result<VaultStatus, VaultError> {
        let keys = &self.shared.ring.store;
        let ledger = self.shared.ring.erasures()?;
        let root_key = keys.read(|connection| {
            connection.query_one(
                "SELECT value FROM meta WHERE name = ?1",
                privet_store::params![ROOT_NAME],
                |row| Ok::<_, VaultError>(row.get::<Vec<u8>>(0)?),
            )
        })?;
        let mut status = VaultStatus {
            root_key: String::from_utf8_lossy(&root_key).into_owned(),
            tenants: self.shared.ring.tenants()?.len() as u64,
            erasures: ledger.len() as u64,
            erasures_open: ledger.iter().filter(|entry| entry.report.is_none()).count() as u64,
            key_bytes: size(keys)?,
            bytes: size(&self.shared.store)?,
            ..VaultStatus::default()
        };
        self.shared.store.read(|connection| {
            status.scopes = count(connection, "scope")?;
            status.tokens = count(connection, "token")?;
            status.secrets = count(connection, "secret")?;
            status.tombstones = count(connection, "tombstone")?;
            status.memos = count(connection, "segment_memo")? + count(connection, "answer_memo")?;
            Ok::<_, VaultError>(())
        })?;
        Ok(status)
    }

    /// Opens every value, and checks the ledger.
    pub fn verify(&self) -> Result<Verification, VaultError> {
        let mut verification = Verification {
            erasures: self.shared.ring.erasures()?.len() as u64,
            ..Default::default()
        };
        for tenant in self.shared.ring.tenants()? {
            self.each_value(&tenant, |scope, row| {
                let place = scope.place("token", &row.token, &row.entity);
                let opened = scope
                    .value_key(&row.token)
                    .and_then(|key| seal::open(&key, &place, &row.sealed));
                match opened {
                    Some(_) => verification.values += 1,
                    None => verification.unreadable += 1,
                }
            })?;
        }
        Ok(verification)
    }
}

fn count(connection: &Connection<'_>, table: &str) -> Result<u64, VaultError> {
    let sql = format!("SELECT count(*) FROM {table}");
    let count: i64 = connection.query_one(&sql, &[], |row| Ok::<_, VaultError>(row.get(0)?))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn size(store: &Store) -> Result<u64, VaultError> {
    let sql = match store.location() {
        Location::File(path) => {
            let log = path.with_extension("sqlite-wal");
            let length =
                |path| std::fs::metadata(path).map_or(0, |file: std::fs::Metadata| file.len());
            return Ok(length(path.clone()) + length(log));
        }
        Location::Server(_) => {
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
             WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        }
    };
    let bytes: i64 = store.read(|connection| {
        connection.query_one(sql, &[], |row| Ok::<_, VaultError>(row.get(0)?))
    })?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}
