//! [`Ledger`]: what must be on disk before something may happen, in one transaction.

use std::sync::Arc;

use http::{HeaderMap, Method};
use jiff::Timestamp;
use privet_audit::{AuditError, Event, Note, Record};
use privet_mask::Masked;
use privet_store::{Store, StoreError};
use privet_vault::{Claim, ClaimError, Scope, VaultError, insert_claims};

use crate::tasks::Tasks;

type Rows = Vec<([u8; 32], Vec<u8>)>;

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LedgerError {
    /// Somebody else wrote another memo or claimed the token first: mask again.
    #[error("another request was first")]
    Raced,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The audit log failed.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl From<ClaimError> for LedgerError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Conflict => Self::Raced,
            _ => Self::Vault(VaultError::from(StoreError::Stopped)),
        }
    }
}

/// Where a request goes.
pub(crate) struct Target {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    /// What is sent.
    pub(crate) headers: HeaderMap,
    /// What the caller sent; its credential counts in pass-through mode.
    pub(crate) caller: HeaderMap,
}

/// A request that is masked and whose intent is on disk. Only [`Ledger::intend`] makes
/// one; sending uses it up.
pub(crate) struct Cleared {
    target: Target,
    body: Masked<Vec<u8>>,
}

impl Cleared {
    pub(crate) fn into_parts(self) -> (Target, Masked<Vec<u8>>) {
        (self.target, self.body)
    }
}

/// What a request adds to the vault.
pub(crate) struct Additions {
    pub(crate) scope: Arc<Scope>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) segments: Rows,
    /// Memos that the new ones replace.
    pub(crate) stale: Vec<[u8; 32]>,
}

/// Writes tokens, memos and audit entries.
#[derive(Clone)]
pub(crate) struct Ledger {
    store: Store,
    tasks: Tasks,
}

impl Ledger {
    pub(crate) fn new(store: Store, tasks: Tasks) -> Self {
        Self { store, tasks }
    }

    /// Makes tokens, memos and the intent durable, all or none, and clears the request.
    pub(crate) async fn intend(
        &self,
        additions: Option<Additions>,
        intent: Record,
        target: Target,
        body: Masked<Vec<u8>>,
    ) -> Result<Cleared, LedgerError> {
        let now = Timestamp::now();
        self.store
            .write(move |tx| {
                if let Some(Additions { scope, claims, segments, stale }) = &additions {
                    if !scope.is_current(tx)? {
                        return Err(LedgerError::Raced);
                    }
                    insert_claims(tx, claims, now)?;
                    scope.remove_segment_memos(tx, stale)?;
                    if !scope.insert_segment_memos(tx, segments, now)?.is_empty() {
                        return Err(LedgerError::Raced);
                    }
                }
                privet_audit::append(tx, &intent, now)?;
                Ok(())
            })
            .await?;
        Ok(Cleared { target, body })
    }

    /// Makes what Claude wrote durable before the caller sees its end.
    pub(crate) async fn remember_answer(
        &self,
        scope: Arc<Scope>,
        answers: Rows,
        outcome: Option<Record>,
    ) -> Result<(), LedgerError> {
        let now = Timestamp::now();
        self.store
            .write(move |tx| {
                // A memo that stands already says the same leaf was written before; either
                // form restores to the same text.
                // After an erasure they may name tokens that are erased.
                if scope.is_current(tx)? {
                    scope.insert_answer_memos(tx, &answers, now)?;
                }
                if let Some(outcome) = &outcome {
                    privet_audit::append(tx, outcome, now)?;
                }
                Ok(())
            })
            .await
    }

    /// Makes a refusal durable, with what to recognise refused content by.
    pub(crate) async fn refuse(
        &self,
        record: Record,
        refused: Option<(Arc<Scope>, Vec<[u8; 32]>)>,
    ) -> Result<(), LedgerError> {
        let now = Timestamp::now();
        self.store
            .write(move |tx| {
                if let Some((scope, hashes)) = &refused {
                    scope.insert_refused(tx, hashes, now)?;
                }
                privet_audit::append(tx, &record, now)?;
                Ok(())
            })
            .await
    }

    /// Records something that may lag behind by one group.
    pub(crate) fn note(&self, record: Record) {
        let store = self.store.clone();
        let now = Timestamp::now();
        let pending = store.write(move |tx| -> Result<(), LedgerError> {
            privet_audit::append(tx, &record, now)?;
            Ok(())
        });
        self.tasks.spawn(async move {
            if let Err(error) = pending.await {
                tracing::error!(error = %error, "an audit entry could not be written");
            }
        });
    }
}

/// The record of a call that is refused.
pub(crate) fn refusal(base: &Record, status: u16, code: &'static str) -> Record {
    let mut record = base.clone();
    record.event = Event::RequestRefused;
    record.status = Some(status);
    record.error = Some(Note::new(code));
    record
}
