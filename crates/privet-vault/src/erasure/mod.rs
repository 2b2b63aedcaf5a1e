//! Erasing what belongs to a person, so that nothing here can bring it back.
//!
//! An erasure is written into the ledger first. Then the data keys of the values are given
//! up, their rows and every memo that names their tokens are deleted, and their tokens are
//! marked so that they are never issued again. Each step may be done twice: what was cut off,
//! and what a restored backup has undone, is carried out again when the vault is opened.

mod carry;
mod ledger;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::subject::Mention;
use crate::{Vault, VaultError};

use ledger::FromScope;

/// What an erasure has done. No values, and no names but those of places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReport {
    /// Values whose data keys were given up.
    pub keys_given_up: u64,
    /// Values whose rows were deleted, by type.
    pub values: BTreeMap<String, u64>,
    /// Memos deleted that named one of their tokens.
    pub memos: u64,
    /// Scopes they were in.
    pub scopes: u64,
}

/// An erasure, complete or not.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its id, such as `erasure_7Q2MX4A9`.
    pub id: String,
    /// Its place in the ledger, from 1.
    pub seq: i64,
    /// The ledger's head after it, in hexadecimal digits.
    pub hash: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The tokens that it names.
    pub tokens: u64,
    /// What it did; `None` while a part is still to be done.
    pub report: Option<ErasureReport>,
}

impl Vault {
    /// Erases what was found. When this returns `Ok`, nothing in the databases leads from
    /// the tokens to the values; on an error the erasure stands in the ledger, and
    /// [`retry_erasures`](Self::retry_erasures) goes on with it.
    pub fn erase(&self, mentions: &[Mention], now: Timestamp) -> Result<Erasure, VaultError> {
        let mut bytes = [0; 32];
        self.shared.random.fill(&mut bytes)?;
        let label: String = crate::label::symbols(&bytes).take(ID_CHARS).collect();
        let id = format!("erasure_{label}");
        let scopes = by_scope(mentions);
        let shared = &self.shared;
        let entry = shared.ring.begin_erasure(&id, scopes, &*shared.random, now)?;
        let report = carry::out(shared, &entry, now)?;
        Ok(Erasure { report: Some(report), ..erasure_of(entry) })
    }

    /// Goes on with what was cut off or undone; says which erasures that were. Opening the
    /// vault does the same.
    pub fn retry_erasures(&self, now: Timestamp) -> Result<Vec<Erasure>, VaultError> {
        let replayed = carry::catch_up(&self.shared, now)?;
        Ok(replayed.into_iter().map(erasure_of).collect())
    }

    /// Every erasure there was, the first one first.
    pub fn erasures(&self) -> Result<Vec<Erasure>, VaultError> {
        Ok(self.shared.ring.erasures()?.into_iter().map(erasure_of).collect())
    }
}

pub(crate) use carry::catch_up;

fn by_scope(mentions: &[Mention]) -> Vec<FromScope> {
    let mut scopes: BTreeMap<_, FromScope> = BTreeMap::new();
    for mention in mentions {
        let name = &mention.scope;
        let scope = scopes.entry(mention.reference).or_insert_with(|| FromScope {
            reference: mention.reference,
            tenant: name.tenant.clone(),
            workspace: name.workspace.clone(),
            principal: name.principal.clone(),
            narrow: name.narrow.clone().unwrap_or_default(),
            tokens: Vec::new(),
            secrets: Vec::new(),
        });
        match mention.secret {
            Some(number) => scope.secrets.push(number),
            None => scope.tokens.push(mention.token.clone()),
        }
    }
    scopes.into_values().collect()
}

fn erasure_of(entry: ledger::LedgerEntry) -> Erasure {
    let tokens: usize =
        entry.scopes.iter().map(|scope| scope.tokens.len() + scope.secrets.len()).sum();
    Erasure {
        id: entry.id,
        seq: entry.seq,
        hash: HEXLOWER.encode(&entry.hash),
        created_at: Timestamp::from_second(entry.created_at).unwrap_or(Timestamp::MIN),
        tokens: u64::try_from(tokens).unwrap_or(u64::MAX),
        report: entry.report.and_then(|report| serde_json::from_str(&report).ok()),
    }
}

const ID_CHARS: usize = 10;
