//! Marking places of a request with a value, and asserting that it did not leave.

use serde_json::Value;

use crate::house::people::trace;
use crate::house::{Caller, Upstream};

/// A place in a JSON document.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The value at this pointer.
    Value(String),
    /// The name of the member at this pointer.
    Key(String),
}

/// Every string, number and literal, and every key.
pub(crate) fn places(json: &Value, at: &str, found: &mut Vec<Place>) {
    match json {
        Value::Object(members) => {
            for (key, member) in members {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(Place::Key(at.clone()));
                places(member, &at, found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                places(element, &format!("{at}/{index}"), found);
            }
        }
        _ => found.push(Place::Value(at.to_owned())),
    }
}

/// What stands in for the marker until the document is written.
const MARK: &str = "\u{1}MARK";

/// The document with `marker`, a piece of JSON, in that place.
pub(crate) fn put(json: &Value, place: &Place, marker: &str) -> String {
    let mut json = json.clone();
    match place {
        Place::Value(at) => *json.pointer_mut(at).expect("the place is there") = MARK.into(),
        Place::Key(at) => {
            let (holder, key) = at.rsplit_once('/').expect("a key has a holder");
            let holder =
                json.pointer_mut(holder).and_then(Value::as_object_mut).expect("an object");
            let renamed = holder.iter().map(|(name, member)| {
                let is_it = *name == key.replace("~1", "/").replace("~0", "~");
                (if is_it { MARK.to_owned() } else { name.clone() }, member.clone())
            });
            *holder = renamed.collect();
        }
    }
    json.to_string().replace(&Value::from(MARK).to_string(), marker)
}

/// Sends `body` and asserts that it was refused, or left without `value`. Returns whether
/// it left.
#[track_caller]
pub(crate) fn check(house: &Caller, upstream: &Upstream, body: &str, value: &str) -> bool {
    let reply = house.ask_bytes(body.as_bytes());
    let sent = upstream.take();
    for sent in &sent {
        let found = trace(&sent.body, value).or_else(|| trace(sent.head.as_bytes(), value));
        assert!(found.is_none(), "{value} left as {found:?}\nfor {body}");
    }
    if sent.is_empty() {
        reply.assert_refused();
        assert!(trace(&reply.body, value).is_none(), "an error quotes {value}: {reply:?}");
    }
    !sent.is_empty()
}
