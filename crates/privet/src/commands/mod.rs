//! One module for each command.

pub mod audit;
pub mod check;
pub mod demo;
pub mod eval;
pub mod explain;
pub mod hold;
pub mod key;
pub mod masking;
mod reason;
pub mod scan;
pub mod serve;
pub mod standin;
pub mod subject;
pub mod vault;
