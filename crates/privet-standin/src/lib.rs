//! privet-standin
