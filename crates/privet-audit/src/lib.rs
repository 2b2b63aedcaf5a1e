//! privet-audit
