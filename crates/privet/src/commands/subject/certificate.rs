//! The certificate of an erasure: what is gone, what is not, and where to check it.

use jiff::{SignedDuration, Timestamp};
use privet_audit::Position;
use privet_vault::Erasure;
use serde_json::{Value, json};

/// What a certificate says beside the erasure itself.
pub(super) struct Facts<'a> {
    pub(super) tenant: &'a str,
    pub(super) operator: &'a str,
    pub(super) completed_at: Timestamp,
    pub(super) audit: Position,
    /// How long backups of the keys are kept.
    pub(super) key_backups: SignedDuration,
    /// Values that may be the person's and were left.
    pub(super) left: usize,
    /// Values that a legal hold keeps.
    pub(super) held: usize,
    /// Values that could not be opened, so nobody looked at them.
    pub(super) unreadable: u64,
}

/// The certificate as JSON. It names no person and no value.
pub(super) fn certificate(erasure: &Erasure, facts: &Facts<'_>) -> Value {
    let report = erasure.report.clone().unwrap_or_default();
    let end = facts.completed_at.checked_add(facts.key_backups).unwrap_or(Timestamp::MAX);
    json!({
        "certificate": "privet-erasure/1",
        "erasure": erasure.id,
        "tenant": facts.tenant,
        "operator": facts.operator,
        "requested_at": seconds(erasure.created_at),
        "completed_at": seconds(facts.completed_at),
        "erased": {
            "values": report.values,
            "data_keys_given_up": report.keys_given_up,
            "memos_deleted": report.memos,
            "scopes": report.scopes,
        },
        "left": {
            "possibly_the_same_person": facts.left,
            "under_legal_hold": facts.held,
            "could_not_be_opened": facts.unreadable,
        },
        "ledger": { "seq": erasure.seq, "hash": erasure.hash },
        "audit": { "seq": facts.audit.seq, "hash": facts.audit.hash.to_string() },
        "older_key_backups_end_at": seconds(end),
        "covered": COVERED,
        "not_covered": NOT_COVERED,
    })
}

fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// Promise 9, and no more.
const COVERED: &[&str] = &[
    "The live databases of Privet cannot turn the erased tokens into values: the rows are deleted \
     and overwritten, and the data keys of the values were given up.",
    "Erased tokens never resolve again and are never issued again, also when the same person's \
     data is sent again, and also after a backup of the database is restored: Privet carries out \
     the ledger of erasures before it opens.",
    "A backup of the database alone, of whatever age, does not open the erased values: it holds \
     no data keys.",
    "The audit log still verifies; it holds no values.",
];

const NOT_COVERED: &[&str] = &[
    "Backups of the keys made before the erasure: together with the root key and an old backup of \
     the database they open the values until the date in `older_key_backups_end_at`. Delete them \
     by then.",
    "Values that no detector recognised, which were never in the vault.",
    "Copies at clients, at the provider of the model, and in the sinks to which logs are sent.",
    "Data of the same person that is sent again later: it gets new tokens.",
    "Keyed hashes in old backups of the database: whoever holds the live keys can test a guess \
     against them.",
    "Names of callers' keys and of workspaces, in the list of keys and in the audit log.",
];
