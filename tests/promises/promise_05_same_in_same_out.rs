//! Same in, same out: what was already sent in a conversation is sent the same way again,
//! across turns, restarts, other detectors and another policy.

use privet_detect::AnalyzerOptions;
use privet_mask::operator::Operator;
use privet_text::EntityType;
use serde_json::json;

use crate::house::binary::Home;
use crate::house::conversation::{Conversation, check_prefixes, next_line};
use crate::house::people::{CARD, EMAIL, GITHUB_TOKEN, IBAN, PHONE, SSN, trace};
use crate::house::standin::Standin;
use crate::house::{House, Plan, Upstream, saying};

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

/// Any turn may go to either of two machines that share a server, one of which is killed
/// now and then, while keys are rotated.
#[test]
fn on_two_machines_through_rotations_and_kills() {
    let standin = Standin::start();
    let home = Home::on_postgres(standin.address, &privet_testing::database());
    let key = home.make_key("kim");
    let mut machines = [home.serve(), home.serve()];
    let mut conversation = Conversation::new();
    for turn in 0..50 {
        match turn % 10 {
            3 => home.run_well(&["vault", "rotate"]),
            5 => home.run_well(&["vault", "rewrap"]),
            7 => {
                machines[turn / 10 % 2].kill();
                machines[turn / 10 % 2] = home.serve();
            }
            _ => {}
        }
        // Never the same machine by habit: 0 1 1 0 1 0 0 1 ...
        let machine = &machines[turn.count_ones() as usize % 2];
        let said = next_line(&conversation);
        conversation.say(&machine.caller(&key), said);
    }
    let bodies = standin.bodies();
    assert_eq!(bodies.len(), 50);
    check_prefixes(&bodies, &[EMAIL, CARD, IBAN, SSN, PHONE, GITHUB_TOKEN]);
    let last = bodies.last().expect("there are some");
    assert!(last.matches("\"signature\"").count() > 30, "thinking came back, signed");
    let (code, printed) = home.run(&["vault", "verify"]);
    assert_eq!(code, Some(0), "{printed}");
    let (code, printed) = home.run(&["audit", "verify"]);
    assert_eq!(code, Some(0), "{printed}");
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

/// Where a request is over the budget of the deep tier, the fast one reads the rest alone: it is
/// answered, its entry says so, and the next turn sends the same again.
#[test]
fn where_the_deep_tier_has_no_time() {
    for (limit, is_cut_short) in [("1ms", true), ("1m", false)] {
        let standin = Standin::start();
        let home = Home::before(
            standin.address,
            &format!(
                "limits: {{names_deep: {limit}}}\npolicy: {{profile: office, names_depth: deep}}"
            ),
        );
        let key = home.make_key("kim");
        let mut conversation = Conversation::new();
        let binary = home.serve();
        let line = "Ingrid Maier met Tomas Berglund in Lyon, and he wrote to her on Friday.\n\n";
        conversation.say(&binary.caller(&key), json!(line.repeat(20)));
        conversation.say(&binary.caller(&key), json!("and now?"));
        for body in standin.bodies() {
            assert!(trace(body.as_bytes(), "Ingrid Maier").is_none(), "{limit}: {body}");
        }
        let database = rusqlite::Connection::open(home.data().join("privet.sqlite")).unwrap();
        let mut entries = database.prepare("SELECT entry FROM audit ORDER BY seq").unwrap();
        let entries = entries.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let intents: Vec<String> =
            entries.flatten().filter(|entry| entry.contains("request_intent")).collect();
        assert_eq!(intents.len(), 2, "both were answered");
        assert_eq!(intents[0].contains("names_fast_only"), is_cut_short, "{limit}: {intents:?}");
    }
}
