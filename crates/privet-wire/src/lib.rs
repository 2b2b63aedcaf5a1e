//! The wire: Claude's Messages API as bytes, and where text lives in them. Pure.

pub mod answer;
pub mod citation;
pub mod grammar;
pub mod json;
pub mod memo;
pub mod request;
pub mod sse;
