//! A stand-in for Claude, honest about being one: for the demo and for tests.
//!
//! It answers, streams, calls tools, thinks with signatures that are bound to
//! everything before them (as newer models' are), cites, compacts, and fails on request.
//! What it does is told by directives in the latest user message that holds one, each on
//! a line of its own:
//!
//! | directive | what happens |
//! |---|---|
//! | `!script [STEP, ...]` | one step per assistant turn; see below |
//! | `!error STATUS [TIMES] [final] [MESSAGE]` | this error, that many times |
//! | `!cut` | the connection dies in the middle of the answer |
//! | `!think TEXT` | thinks this, then answers as usual |
//!
//! A step is an object or a list of objects with `think`, `redacted`, `text`, `cite`,
//! `cite_line`, `tool` with `input` (or `raw_json`, or `ascii: true`), `compaction`,
//! `block`, `event`, and for the turn `stop`, `cut`, `error`, `pause`, `slow`. Strings may
//! hold `${result}`, `${file}`, `${prompt}`, `${doc}` and their lines as `${file.N}`.
//! Without directive it echoes what was said. `GET /_standin/requests[?since=N]` shows what
//! it was sent, `POST /_standin/reset` forgets.

mod answer;
mod canonical;
mod history;
mod prefix;
mod record;
mod scene;
mod server;
mod stream;

pub use record::{Recorded, Recorder};
pub use server::{Options, Standin, bind};
