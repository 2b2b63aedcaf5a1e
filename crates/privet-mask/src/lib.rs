//! privet-mask
