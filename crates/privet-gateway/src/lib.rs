//! privet-gateway
