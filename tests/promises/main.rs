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

mod exceptions;
mod house;
mod marks;
mod operators;
mod specimens;

mod promise_01_nothing_raw_leaves;
mod promise_02_unknown_is_guarded;
mod promise_03_restoration_is_exact;
mod promise_03_restoration_is_exact_on_the_wire;
mod promise_04_everything_else_is_untouched;
mod promise_05_same_in_same_out;
mod promise_06_fails_closed;
mod promise_06_fails_closed_on_the_way_back;
mod promise_06_nothing_is_revealed_unrecorded;
mod promise_07_nothing_raw_is_written;
mod promise_08_walls_hold;
mod promise_09_erased_is_erased;
mod promise_11_memory_is_bounded;
mod promise_12_killed_is_fine;
mod scenes;
