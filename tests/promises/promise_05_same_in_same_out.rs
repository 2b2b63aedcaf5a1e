//! Same in, same out: what was already sent in a conversation is sent the same way again,
//! across turns, restarts, other detectors and another policy.

use privet_detect::AnalyzerOptions;
use privet_mask::operator::Operator;
use privet_text::EntityType;
use serde_json::{Value, json};

use crate::house::events::Heard;
use crate::house::people::{CARD, EMAIL, GITHUB_TOKEN, IBAN, PHONE, SSN, trace};
use crate::house::standin::Standin;
use crate::house::{Caller, House, Plan, Reply, Upstream, saying};

/// A conversation that a client holds. `messages` is what it has, with the real values.
struct Conversation {
    messages: Vec<Value>,
    turn: usize,
}

impl Conversation {
    fn new() -> Self {
        Self { messages: Vec::new(), turn: 0 }
    }

    fn request(&self) -> Value {
        json!({
            "model": "claude-x", "max_tokens": 4000, "stream": self.turn % 2 == 1,
            "thinking": { "type": "enabled", "budget_tokens": 1024 },
            "system": [{ "type": "text", "text": format!("You work for {EMAIL}.") }],
            "tools": [{ "name": "Bash", "description": format!("Ask {PHONE} first"), "input_schema": { "type": "object" } }],
            "messages": self.messages,
        })
    }

    /// The user says `said`; what Claude answers is kept.
    #[track_caller]
    fn say(&mut self, caller: &Caller, said: Value) {
        self.messages.push(json!({ "role": "user", "content": said }));
        let reply = caller.ask(&self.request());
        assert_eq!(
            reply.status,
            200,
            "turn {}: {}",
            self.turn,
            String::from_utf8_lossy(&reply.body)
        );
        self.messages.push(json!({ "role": "assistant", "content": content(&reply) }));
        self.turn += 1;
    }
}

/// The blocks of an answer, as a client would send them back.
fn content(reply: &Reply) -> Value {
    if !reply.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return reply.json()["content"].clone();
    }
    let mut blocks = Heard::read(&reply.body).blocks;
    for block in &mut blocks {
        let members = block.as_object_mut().expect("a block");
        if let Some(input) = members.remove("partial_json") {
            members["input"] = serde_json::from_str(input.as_str().expect("text")).expect("JSON");
        }
    }
    blocks.into()
}

/// What the user says in a turn: values of long ago, new ones, tool results.
fn line(turn: usize) -> Value {
    let new = format!("colleague{turn}@kestrel-mail.com");
    match turn % 5 {
        0 => json!(format!("Write to {new} about {CARD}")),
        1 => {
            json!([{ "type": "text", "text": format!("and {EMAIL}, {PHONE}") }, { "type": "text", "text": "please" }])
        }
        2 => json!(format!(
            "!script [{{\"think\":\"about ${{prompt}}\",\"text\":\"I ask\",\"tool\":\"Bash\",\"input\":{{\"command\":\"${{prompt}}\"}}}}]\nmail {new} and {IBAN}"
        )),
        3 => {
            json!([{ "type": "tool_result", "tool_use_id": "TOOL", "content": format!("{SSN}\n{{\"mail\":\"{new}\"}}") }])
        }
        _ => json!(format!("thanks. The key is {GITHUB_TOKEN}, {new}")),
    }
}

/// `line`, with the id of the tool that Claude called.
fn next_line(conversation: &Conversation) -> Value {
    let said = line(conversation.turn).to_string();
    let call = conversation.messages.last().and_then(|message| {
        message["content"].as_array()?.iter().find_map(|block| block["id"].as_str())
    });
    serde_json::from_str(&said.replace("TOOL", call.unwrap_or("none"))).expect("JSON")
}

/// Messages stand last in a body, so all but the end of it is a prefix of the next. No value
/// of `masked` is in any.
#[track_caller]
fn check_prefixes(bodies: &[String], masked: &[&str]) {
    for (turn, pair) in bodies.windows(2).enumerate() {
        let messages = |body: &str| body[body.find("\"messages\"").expect("there")..].to_owned();
        let (before, after) = (messages(&pair[0]), messages(&pair[1]));
        let before = before.strip_suffix("]}").expect("messages stand last");
        assert!(after.starts_with(before), "turn {turn} changed:\n{before}\n{after}");
        let head = |body: &str| {
            let from = body.find("\"system\"").expect("there");
            body[from..body.find("\"messages\"").expect("there")].to_owned()
        };
        assert_eq!(head(&pair[0]), head(&pair[1]), "turn {turn}");
    }
    for body in bodies {
        for value in masked {
            assert_eq!(trace(body.as_bytes(), value), None, "{value} left");
        }
    }
}

/// A house after an upgrade: the same folder, other detectors and another policy.
fn upgraded(stage: usize) -> Plan {
    let mut plan = Plan::default();
    if stage > 0 {
        let mut options = AnalyzerOptions::default();
        options.allow.extend([EMAIL.to_owned(), "colleague3@kestrel-mail.com".to_owned()]);
        plan.analyzer = Some(options);
    }
    if stage > 1 {
        plan.settings.policy.entities.insert(EntityType::PhoneNumber, Operator::Keep);
        plan.settings.policy.entities.insert(EntityType::CreditCard, Operator::Keep);
    }
    plan
}

#[test]
fn over_fifty_turns_with_restarts_and_upgrades() {
    let standin = Standin::start();
    let mut house = House::open(standin.address, upgraded(0));
    let mut caller = house.caller("kim");
    let mut conversation = Conversation::new();
    for turn in 0..50 {
        if turn % 10 == 9 {
            let folder = house.close();
            house = House::reopen(folder, standin.address, upgraded(turn / 15));
            caller.address = house.address;
        }
        let said = next_line(&conversation);
        conversation.say(&caller, said);
    }
    let bodies = standin.bodies();
    assert_eq!(bodies.len(), 50);
    // The others are kept by the last policy, where they are new.
    check_prefixes(&bodies, &[EMAIL, IBAN, SSN, GITHUB_TOKEN]);
    let last = bodies.last().expect("there are some");
    assert!(last.matches("\"thinking\":\"").count() > 30, "thinking came back");
    assert!(last.matches("\"signature\"").count() > 30, "signed");
    assert!(last.matches("tool_result").count() >= 10, "tools were called");
}

/// A resumed or forked session, and a subagent, agree with the first one.
#[test]
fn in_forks_and_other_conversations() {
    let standin = Standin::start();
    let house = House::open(standin.address, Plan::default());
    let caller = house.caller("kim");
    let mut trunk = Conversation::new();
    for _ in 0..4 {
        let said = next_line(&trunk);
        trunk.say(&caller, said);
    }
    let fork = |said: &str| {
        let mut fork = Conversation { messages: trunk.messages.clone(), turn: trunk.turn };
        fork.say(&caller, json!(said));
        let bodies = standin.bodies();
        let pair = [bodies[3].clone(), bodies.last().unwrap().clone()];
        check_prefixes(&pair, &[EMAIL, CARD, IBAN, SSN, PHONE]);
        bodies.last().unwrap().clone()
    };
    fork("left");
    fork("right");
    assert_eq!(fork("left again"), { fork("left again") });
    let token = |body: &str| body[body.find("CARD_").expect("a token")..][..12].to_owned();
    caller.ask(&saying(&format!("another talk about {CARD}")));
    assert_eq!(token(standin.bodies().last().unwrap()), token(&standin.bodies()[0]));
}

/// The same request gives the same bytes, whoever is first and however it is spelled.
#[test]
fn under_concurrency() {
    let upstream = Upstream::plain();
    let house = House::before(&upstream);
    let caller = house.caller("kim");
    let body = saying(&format!("{EMAIL} {CARD} {IBAN} {PHONE} {SSN} and {GITHUB_TOKEN}"));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let reply = caller.ask(&body);
                    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
                }
            });
        }
    });
    let sent = upstream.take();
    assert_eq!(sent.len(), 40);
    assert!(sent.iter().all(|one| one.body == sent[0].body), "not all were sent alike");
}

/// Where policy was tightened, the conversation ends rather than changes.
#[test]
fn or_refused() {
    let standin = Standin::start();
    let mut open = Plan::default();
    open.settings.policy.entities.insert(EntityType::UsSsn, Operator::Keep);
    let house = House::open(standin.address, open);
    let mut caller = house.caller("kim");
    let mut conversation = Conversation::new();
    conversation.say(&caller, json!(format!("it is {SSN}")));
    assert!(trace(standin.bodies()[0].as_bytes(), SSN).is_some(), "policy keeps it");
    let folder = house.close();
    let house = House::reopen(folder, standin.address, Plan::default());
    caller.address = house.address;
    conversation.messages.push(json!({ "role": "user", "content": "go on" }));
    let reply = caller.ask(&conversation.request());
    reply.assert_refused();
    assert_eq!(standin.bodies().len(), 1, "nothing was sent");
    let entry = house.audit().into_iter().rev().find(|entry| entry["event"] == "request_refused");
    assert_eq!(entry.expect("an entry")["error"], "policy_tightened");
}
