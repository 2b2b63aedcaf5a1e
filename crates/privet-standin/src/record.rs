//! [`Recorder`]: what the stand-in was sent, byte for byte.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Its number, counted from 0 since the last reset.
    pub number: usize,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// What became of it: `answer`, `stop_reason`, `refused`, `client_left`.
    pub outcome: serde_json::Map<String, Value>,
}

/// Keeps the requests of late; oldest go first when there are too many.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Recorded>,
    next: usize,
    bytes: usize,
}

const REQUESTS_MAX: usize = 2_000;
const BYTES_MAX: usize = 256 * 1024 * 1024;

impl Recorder {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything kept, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.kept().requests.iter().cloned().collect()
    }

    /// Forgets everything.
    pub fn reset(&self) {
        *self.kept() = Kept::default();
    }

    pub(crate) fn note(&self, mut request: Recorded) -> usize {
        let mut kept = self.kept();
        let number = kept.next;
        kept.next += 1;
        kept.bytes += request.body.len();
        request.number = number;
        kept.requests.push_back(request);
        while kept.requests.len() > REQUESTS_MAX || kept.bytes > BYTES_MAX {
            let Some(oldest) = kept.requests.pop_front() else { break };
            kept.bytes -= oldest.body.len();
        }
        number
    }

    pub(crate) fn add(&self, number: usize, name: &str, value: Value) {
        let mut kept = self.kept();
        if let Some(request) = kept.requests.iter_mut().find(|r| r.number == number) {
            request.outcome.insert(name.to_owned(), value);
        }
    }

    pub(crate) fn as_json(&self, since: usize) -> Value {
        let kept = self.kept();
        kept.requests.iter().filter(|r| r.number >= since).map(shown).collect()
    }
}

fn shown(request: &Recorded) -> Value {
    let mut shown = json!({
        "method": request.method,
        "path": request.path,
        "headers": request.headers,
        "n": request.number,
    });
    if let Some(members) = shown.as_object_mut() {
        match std::str::from_utf8(&request.body) {
            Ok(body) => members.insert("body".into(), Value::from(body)),
            Err(_) => {
                let encoded = data_encoding::BASE64.encode(&request.body);
                members.insert("body_base64".into(), Value::from(encoded))
            }
        };
        members.extend(request.outcome.clone());
    }
    shown
}
