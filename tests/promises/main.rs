//! The promises of README, each as a module of tests that is named after it.
//!
//! `house` is what they are tested with: a gateway in this process or the built program,
//! callers who see every byte, and a scripted Claude that remembers every byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;
mod marks;
mod specimens;

mod promise_01_nothing_raw_leaves;
mod promise_02_unknown_is_guarded;
