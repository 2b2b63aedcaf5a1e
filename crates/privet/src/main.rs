//! The Privet command line.
fn main() {}
