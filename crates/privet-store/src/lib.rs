//! privet-store
