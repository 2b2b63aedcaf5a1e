//! privet-wire
