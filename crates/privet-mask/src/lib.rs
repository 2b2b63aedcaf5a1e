//! Findings in, masked text out, and back. Pure: no I/O, no clock, no keys.
//!
//! [`Masked`] is made in one place only, [`assemble`], and only after the outbound
//! bytes were swept for every distinctive raw value of the request.
//! [`Restorer`] puts values back, however the answer is cut into pieces.

mod depth;
mod escape;
mod masked;
mod mention;
mod needles;
pub mod operator;
mod restore;
mod sweep;
mod table;
mod token;
mod url;

pub use escape::{escape_into, is_escaped_surface};
pub use masked::{AssembleError, Edit, Masked, assemble};
pub use mention::Mentions;
pub use needles::{Hit, Needles};
pub use restore::{Destination, End, Form, LeafObserver, Restorer};
pub use sweep::{Sweep, is_distinctive};
pub use table::{RestoreTable, RestoreTableBuilder};
pub use token::{LABEL_ALPHABET, TOKEN_BYTES_MAX, meant, stem_of};
pub use url::HostList;
