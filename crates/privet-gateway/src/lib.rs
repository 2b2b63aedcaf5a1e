//! The gateway: Claude's Messages API on one side, Claude on the other, Privet between.
//!
//! The only crate that knows HTTP. A request walks one line: front, who, read, mask,
//! record, send; its answer walks it back. [`Gateway::serve`] runs it all.

mod answer;
mod body;
mod error;
mod exceptions;
mod front;
mod gateway;
mod headers;
mod ledger;
pub mod masker;
mod messages;
mod models;
mod reason;
mod reveal;
mod scope_memory;
mod server;
mod settings;
mod tasks;
mod upstream;
mod who;

pub use exceptions::{Maskers, ScopedException};
pub use gateway::{Gateway, StartError};
pub use reason::{Reason, ReasonError};
pub use scope_memory::ScopeMemory;
pub use server::Listening;
pub use settings::{Credential, Limits, SecretNotice, Settings, TlsFiles, UpstreamSettings};
pub use tasks::Tasks;
pub use upstream::{Upstream, UpstreamError};
