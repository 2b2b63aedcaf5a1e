//! The audit log: one entry for everything that happened, chained by hash.
//!
//! An entry is appended in the store's transaction ([`append`]), so an intent is
//! durable together with the tokens it speaks of. Entries are typed; there is
//! no field for free text from a request.
//!
//! The chain shows a changed, removed, inserted or reordered entry. It does not
//! show that its end was cut off, or that all of it was rewritten by somebody
//! who may write the database: keep the head that [`verify`] gives elsewhere,
//! and compare it next time.

mod chain;
mod entry;
mod log;
mod retention;
mod verify;

pub use chain::Hash;
pub use entry::{Counts, Entry, Event, Note, Plain, Record, Sample, Usage};
pub use log::{
    AuditError, Position, Search, append, carry_over, entries_after, export, search, tail,
};
pub use retention::let_go;
pub use verify::{Broken, Head, Verified, VerifyError, Why, verify};
