//! [`Gateway`]: everything that serves requests, put together.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use privet_audit::{Event, Record};
use privet_detect::Analyzer;
use privet_mask::HostList;
use privet_store::Location;
use privet_vault::{ApiKeys, Vault};
use tokio::sync::Semaphore;

use crate::exceptions::Maskers;
use crate::ledger::Ledger;
use crate::settings::{Settings, UpstreamSettings};
use crate::tasks::Tasks;
use crate::upstream::{Upstream, UpstreamError};

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The upstream client cannot be built.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("TLS: {0}")]
    Tls(String),
    /// Clear text beyond this machine.
    #[error(
        "`listen` is {0}, which others can reach: set `tls` with a certificate and key, or listen on 127.0.0.1"
    )]
    ClearText(std::net::SocketAddr),
    /// The audit log cannot be written.
    #[error("the audit log cannot be written: {0}")]
    Audit(String),
}

/// A gateway, ready to serve.
pub struct Gateway {
    pub(crate) settings: Settings,
    pub(crate) vault: Vault,
    pub(crate) keys: ApiKeys,
    pub(crate) maskers: Maskers,
    pub(crate) upstream: Upstream,
    pub(crate) ledger: Ledger,
    pub(crate) tasks: Tasks,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) hosts: Arc<HostList>,
    pub(crate) tools: Arc<privet_wire::answer::ToolRules>,
    pub(crate) deployment: String,
    pub(crate) policy_version: String,
    pub(crate) idle_timeout: std::time::Duration,
}

impl Gateway {
    /// Puts a gateway together. Nothing is listening yet.
    ///
    /// # Errors
    /// If the upstream client cannot be built.
    pub fn new(
        settings: Settings,
        upstream: UpstreamSettings,
        vault: Vault,
        analyzer: Arc<Analyzer>,
        tasks: Tasks,
    ) -> Result<Self, StartError> {
        Ok(Self {
            deployment: upstream.deployment.clone(),
            idle_timeout: upstream.idle_timeout,
            upstream: Upstream::new(upstream)?,
            keys: vault.api_keys(),
            maskers: Maskers::new(analyzer, settings.policy.clone(), settings.exceptions.clone()),
            ledger: Ledger::new(vault.store().clone(), tasks.clone()),
            streams: Arc::new(Semaphore::new(settings.limits.streams_max)),
            hosts: Arc::new(settings.restore_hosts.clone()),
            tools: Arc::new(settings.tools.clone()),
            policy_version: policy_version(&settings),
            vault,
            tasks,
            settings,
        })
    }

    /// Runs `work`, which asks the database. A file answers in microseconds; while a server
    /// is asked, the thread's other tasks go elsewhere.
    pub(crate) fn on_database<T>(&self, work: impl FnOnce() -> T) -> T {
        match self.vault.store().location() {
            Location::File(_) => work(),
            Location::Server(_) => tokio::task::block_in_place(work),
        }
    }

    /// Deletes what has expired: day keys in every round, which are five minutes apart,
    /// memos once a day. Notes every hour which memos were used.
    pub(crate) fn keep_house(&self, round: u64, now: Timestamp) {
        const HOUR: u64 = 12;
        if let Err(error) = self.vault.check_root() {
            tracing::error!(error = %error, "the root key does not answer as it should");
        }
        if let Err(error) = self.vault.destroy_expired(now) {
            tracing::error!(error = %error, "expired day keys could not be destroyed");
        }
        let unused = SignedDuration::try_from(self.settings.limits.memos_unused_max);
        let done = match round {
            // Not at once: a start should not wait for it.
            1.. if round % (24 * HOUR) == 1 => {
                let memos = self.vault.expire(now, unused.unwrap_or(SignedDuration::MAX));
                self.let_go_of_entries(now);
                memos
                    .and_then(|_| self.vault.expire_tokens(now, self.settings.tokens_unused_max))
                    .map(drop)
            }
            1.. if round.is_multiple_of(HOUR) => self.vault.record_uses(),
            _ => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(error = %error, "tokens and memos could not be looked after");
        }
    }

    /// Takes the text of audit entries that are older than they are to be kept, unless a legal
    /// hold stands: nobody can tell whom an entry may matter to.
    fn let_go_of_entries(&self, now: Timestamp) {
        let Some(kept) = self.settings.audit_kept else { return };
        let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        match self.vault.is_held() {
            Ok(false) => {}
            Ok(true) => return,
            Err(error) => {
                tracing::error!(error = %error, "legal holds could not be read");
                return;
            }
        }
        if let Err(error) = privet_audit::let_go(self.vault.store(), before, now) {
            tracing::error!(error = %error, "old audit entries could not be let go");
        }
    }

    /// A record about the gateway itself.
    pub(crate) fn own_record(&self, event: Event) -> Record {
        let mut record = Record::new(event);
        record.detector_version = Some(self.maskers.base().version().into());
        record.policy_version = Some(self.policy_version.as_str().into());
        record
    }
}

/// A short digest of what decides about masking, for the audit log.
fn policy_version(settings: &Settings) -> String {
    use sha2::Digest;
    let described = format!("{:?} {:?} {:?}", settings.policy, settings.secrets, settings.tools);
    let digest = sha2::Sha256::digest(described.as_bytes());
    data_encoding::HEXLOWER.encode(digest.get(..8).unwrap_or_default())
}
