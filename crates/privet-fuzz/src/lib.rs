//! Fuzz targets: a function per parser of outside bytes, and the round trip that must
//! hold for all of them. Each takes bytes and panics when something does not hold.
//!
//! `privet-fuzz --cases N` mutates seeds on the stable toolchain, always the same ones
//! for the same `--seed`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a target panics when it finds something"
)]

pub mod memory;
pub mod random;
pub mod round_trip;
pub mod targets;
