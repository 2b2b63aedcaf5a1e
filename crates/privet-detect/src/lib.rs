//! privet-detect
