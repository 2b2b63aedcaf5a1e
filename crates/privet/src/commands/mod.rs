//! One module for each command.

pub mod audit;
pub mod check;
pub mod key;
