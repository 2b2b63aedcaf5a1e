//! What somebody decided may leave, seen from the wire: that value, for that caller, until
//! that day, and nothing else.

use jiff::{SignedDuration, Timestamp};
use privet_detect::Exception;
use privet_gateway::ScopedException;
use privet_text::{EntitySet, EntityType};

use crate::house::people::EMAIL;
use crate::house::upstream::whole;
use crate::house::{Caller, House, Plan, Upstream, saying};

const PRINTED: &str = "help@kestrel-mail.test";

fn claude() -> Upstream {
    Upstream::start(|_, out| {
        let answer = br#"{"id":"msg_1","stop_reason":"end_turn","content":[]}"#;
        whole(out, 200, &[], answer)
    })
}

fn house(upstream: &Upstream, exceptions: Vec<ScopedException>) -> House {
    let mut plan = Plan::default();
    plan.settings.exceptions = exceptions;
    House::open(upstream.address, plan)
}

/// What of `text` reaches Claude.
#[track_caller]
fn sent(upstream: &Upstream, caller: &Caller, text: &str) -> String {
    let reply = caller.ask(&saying(text));
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let sent = upstream.take().pop().expect("it was sent").json();
    sent["messages"][0]["content"].as_str().expect("a text").to_owned()
}

#[test]
fn an_exception_holds_for_its_value_its_caller_and_its_days() {
    let now = Timestamp::now();
    let excepted = |ends| ScopedException {
        exception: Exception::new(
            [EntityType::EmailAddress].into_iter().collect::<EntitySet>(),
            vec![PRINTED.to_owned()],
            None,
        )
        .expect("an exception"),
        workspace: None,
        principal: Some(String::from("kim")),
        ends,
    };
    let upstream = claude();
    let house_today = house(&upstream, vec![excepted(now + SignedDuration::from_hours(24))]);
    let (kim, lee) = (house_today.caller("kim"), house_today.caller("lee"));
    let text = format!("write to {PRINTED}, not to {EMAIL}");

    let kims = sent(&upstream, &kim, &text);
    assert!(kims.contains(PRINTED) && !kims.contains(EMAIL), "{kims}");
    for near in ["help@kestrel-mail.test.example", "nohelp@kestrel-mail.test"] {
        let kims = sent(&upstream, &kim, &format!("write to {near} now"));
        assert!(!kims.contains("kestrel-mail"), "{near} is another address: {kims}");
    }
    let lees = sent(&upstream, &lee, &text);
    assert!(!lees.contains(PRINTED) && !lees.contains(EMAIL), "{lees}");

    let over = house(&upstream, vec![excepted(now - SignedDuration::from_secs(1))]);
    let kims = sent(&upstream, &over.caller("kim"), &text);
    assert!(!kims.contains(PRINTED), "the day is over: {kims}");
}

#[test]
fn what_was_excepted_in_a_conversation_does_not_break_it_afterwards() {
    let upstream = claude();
    let excepted = ScopedException {
        exception: Exception::new(EntitySet::all(), vec![PRINTED.to_owned()], None)
            .expect("an exception"),
        workspace: None,
        principal: None,
        ends: Timestamp::now() + SignedDuration::from_hours(1),
    };
    let today = house(&upstream, vec![excepted]);
    let kim = today.caller("kim");
    let first = format!("write to {PRINTED}");
    assert_eq!(sent(&upstream, &kim, &first), first);
    let key = kim.key.clone();
    let folder = today.close();

    // The day after: old text goes as it went, new text is masked.
    let tomorrow = House::reopen(folder, upstream.address, Plan::default());
    let kim = Caller { address: tomorrow.address, key };
    let mut body = saying("");
    body["messages"] = serde_json::json!([
        { "role": "user", "content": first },
        { "role": "assistant", "content": "done" },
        { "role": "user", "content": format!("and again to {PRINTED}") },
    ]);
    assert_eq!(kim.ask(&body).status, 200);
    let heard = upstream.take().pop().expect("it was sent").json();
    assert_eq!(heard["messages"][0]["content"], first.as_str());
    let last = heard["messages"][2]["content"].as_str().expect("a text");
    assert!(!last.contains(PRINTED), "{last}");
}
