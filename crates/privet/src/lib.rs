//! The Privet command line: configuration, commands, wiring.

pub mod cli;
pub mod commands;
pub mod config;
pub mod console;
pub mod house;
pub mod root;
pub mod wiring;
