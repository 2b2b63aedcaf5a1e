//! privet-vault
