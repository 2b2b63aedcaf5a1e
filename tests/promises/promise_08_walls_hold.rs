//! Walls hold: an answer restores only tokens that Privet itself put into that very
//! request, and nobody learns by sending a token whether it exists.

use std::sync::{Arc, Mutex};

use privet_mask::Destination;
use privet_vault::ApiKeys;
use privet_wire::answer::ToolRules;
use serde_json::{Value, json};

use crate::house::events::{Heard, text_stream};
use crate::house::people::{CARD, EMAIL, IBAN, VALUES};
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{Caller, House, Plan, Upstream, saying};

/// A Claude who says what the test tells it to say, streamed or not.
struct Parrot {
    upstream: Upstream,
    says: Arc<Mutex<String>>,
}

impl Parrot {
    fn new() -> Self {
        let says = Arc::new(Mutex::new(String::new()));
        let line = Arc::clone(&says);
        let upstream = Upstream::start(move |sent, out| {
            let said = line.lock().unwrap().clone();
            if sent.json()["stream"] == true {
                begin_stream(out)?;
                chunk(out, &text_stream(&[&said], "end_turn"))?;
                return end_stream(out);
            }
            let answer = json!({ "id": "msg_1", "stop_sequence": said, "stop_reason": "tool_use", "content": [
                { "type": "text", "text": said },
                { "type": "tool_use", "id": "toolu_1", "name": "Write", "input": { "content": said } } ] });
            whole(out, 200, &[], answer.to_string().as_bytes())
        });
        Self { upstream, says }
    }

    /// Lets `caller` say `text`, Claude answer `answer`, and asserts what arrives.
    #[track_caller]
    fn check(&self, caller: &Caller, text: &str, answer: &str, want: &str) {
        answer.clone_into(&mut self.says.lock().unwrap());
        let mut body = saying(text);
        let reply = caller.ask(&body).json();
        assert_eq!(reply["content"][0]["text"], want, "after {text}");
        assert_eq!(reply["content"][1]["input"]["content"], want, "after {text}");
        assert_eq!(reply["stop_sequence"], want, "after {text}");
        body["stream"] = true.into();
        assert_eq!(Heard::read(&caller.ask(&body).body).text(), want, "after {text}, streamed");
    }

    /// What `text` becomes on its way to Claude.
    fn masked(&self, caller: &Caller, text: &str, headers: &[(&str, &str)]) -> String {
        let body = saying(text).to_string();
        assert_eq!(caller.call("POST", "/v1/messages", headers, body.as_bytes()).status, 200);
        let sent = self.upstream.take().pop().expect("it was sent").json();
        sent["messages"][0]["content"].as_str().expect("a text").to_owned()
    }
}

#[test]
fn tokens_of_others_stay_as_written() {
    let parrot = Parrot::new();
    let house = House::before(&parrot.upstream);
    let (kim, lee) = (house.caller("kim"), house.caller("lee"));
    for (kind, value) in VALUES.iter().filter(|(kind, _)| *kind != "SECRET") {
        let token = parrot.masked(&kim, value, &[]);
        assert!(!token.contains(value), "{token}");
        let theirs = parrot.masked(&lee, value, &[]);
        assert_ne!(token, theirs, "two people share the token of one {kind}");
        let answer = format!("it is {token}, surely");
        // In the very request: yes. In another one, of whomever: no.
        parrot.check(&kim, &format!("mine is {value}"), &answer, &format!("it is {value}, surely"));
        parrot.check(&kim, "what was it?", &answer, &answer);
        parrot.check(&lee, "what was it?", &answer, &answer);
        parrot.check(&lee, &format!("mine is {value}"), &answer, &answer);
        // Not even when it is asked for by name.
        for caller in [&kim, &lee] {
            for text in [format!("what is {token}?"), format!("say {} twice", token.to_lowercase())]
            {
                parrot.check(caller, &text, &answer, &answer);
            }
        }
        // A wrong digit in the random part is another token.
        let mut other = token.clone();
        let last = if other.pop() == Some('A') { 'B' } else { 'A' };
        other.push(last);
        let answer = format!("it is {other}, surely");
        parrot.check(&kim, &format!("mine is {value}"), &answer, &answer);
    }
}

/// Text of the client's own that looks like a token comes back as it was written.
#[test]
fn typed_tokens_come_back_as_typed() {
    let parrot = Parrot::new();
    let house = House::before(&parrot.upstream);
    let kim = house.caller("kim");
    let own = parrot.masked(&kim, EMAIL, &[]);
    for typed in [own.as_str(), "PERSON_K7Q2MX", "CARD_4BCDEFG", "SECRET_000001", "LITERAL_2AAAAAA"]
    {
        let text = format!("keep {typed} and {CARD} as they are");
        let masked = parrot.masked(&kim, &text, &[]);
        assert!(!masked.contains(typed), "Claude would take it for a token: {masked}");
        parrot.check(&kim, &text, &masked, &text);
    }
}

#[test]
fn nobody_learns_whether_a_token_exists() {
    let parrot = Parrot::new();
    let house = House::before(&parrot.upstream);
    let (kim, lee) = (house.caller("kim"), house.caller("lee"));
    let real = parrot.masked(&kim, EMAIL, &[]);
    let made_up = "email_7q2wk5r@example.com";
    "noted".clone_into(&mut parrot.says.lock().unwrap());
    for caller in [&kim, &lee] {
        let outcome = |token: &str| {
            let reply = caller.ask(&saying(&format!("is {token} yours?")));
            let sent = parrot.upstream.take().pop().expect("it was sent").text();
            let literal = sent.find("LITERAL_").expect("it is masked as a literal");
            let shape = format!("{}{}", &sent[..literal + 8], &sent[literal + 15..]);
            let names: Vec<String> = reply.headers.into_iter().map(|(name, _)| name).collect();
            (reply.status, names, reply.body, shape)
        };
        assert_eq!(outcome(&real), outcome(made_up));
    }
}

#[test]
fn scopes_narrow_and_never_widen() {
    let parrot = Parrot::new();
    let mut plan = Plan::default();
    plan.settings.scope_by_session = true;
    let house = House::open(parrot.upstream.address, plan);
    let (kim, lee) = (house.caller("kim"), house.caller("lee"));
    let session = |id: &'static str| [("x-claude-code-session-id", id)];
    let tokens = [
        parrot.masked(&kim, IBAN, &[]),
        parrot.masked(&kim, IBAN, &[("x-privet-scope", "matter-1")]),
        parrot.masked(&kim, IBAN, &[("x-privet-scope", "matter-2")]),
        parrot.masked(&kim, IBAN, &session("matter-1")),
        parrot.masked(&kim, IBAN, &session("s2")),
        parrot.masked(&lee, IBAN, &[]),
        parrot.masked(&lee, IBAN, &[("x-privet-scope", "matter-1")]),
        parrot.masked(&lee, IBAN, &[("x-privet-scope", "kim")]),
    ];
    for (index, token) in tokens.iter().enumerate() {
        assert!(!tokens[..index].contains(token), "{index} shares {token}");
    }
    assert_eq!(parrot.masked(&kim, IBAN, &[("x-privet-scope", "matter-1")]), tokens[1]);
    // A new key of the same name is the same person; a revoked one is nobody.
    let now = jiff::Timestamp::now();
    let revoke = house.vault.store().write(move |tx| ApiKeys::revoke(tx, "kim", now));
    revoke.wait().unwrap();
    assert_eq!(kim.ask(&saying(IBAN)).status, 401);
    assert_eq!(parrot.masked(&house.caller("kim"), IBAN, &[]), tokens[0]);
}

/// What a tool would carry out of the house keeps its tokens.
#[test]
fn what_leaves_again_keeps_its_tokens() {
    let upstream = Upstream::start(|sent, out| {
        let json = sent.json();
        let said = json["messages"][0]["content"].as_str().unwrap();
        let call = |kind: &str, name: &str| json!({ "type": kind, "id": "toolu_1", "name": name, "input": { "q": said } });
        let answer = json!({ "id": "msg_1", "stop_reason": "tool_use", "content": [
            call("tool_use", "WebFetch"), call("tool_use", "mcp__mail__send"), call("server_tool_use", "anything"),
            call("mcp_tool_use", "anything"), call("tool_use", "Bash"),
            { "type": "text", "text": format!("https://evil.example/{said} https://crm.example/{said}") } ] });
        whole(out, 200, &[], answer.to_string().as_bytes())
    });
    let mut plan = Plan::default();
    plan.settings.tools =
        ToolRules::new([("mcp__mail__*".to_owned(), Destination::Outbound)], Destination::Inside);
    plan.settings.restore_hosts = privet_mask::HostList::new(["crm.example".to_owned()]);
    let house = House::open(upstream.address, plan);
    let reply: Value = house.caller("kim").ask(&saying(EMAIL)).json();
    let sent = upstream.take().pop().unwrap().json();
    let token = sent["messages"][0]["content"].as_str().unwrap();
    let inputs: Vec<&str> =
        (0..5).map(|index| reply["content"][index]["input"]["q"].as_str().unwrap()).collect();
    assert_eq!(inputs, [token, token, token, token, EMAIL]);
    let text = format!("https://evil.example/{token} https://crm.example/{EMAIL}");
    assert_eq!(reply["content"][5]["text"], text);
}
