//! What policy chooses, seen from the wire: each operator leaves nothing raw, what can come
//! back does, and what cannot is in no table.

use std::sync::{Arc, Mutex};

use privet_detect::{AnalyzerOptions, Profile};
use privet_mask::operator::{Alphabet, Group, Operator};
use privet_text::EntityType;
use serde_json::{Value, json};

use crate::house::people::{CARD, EMAIL, PHONE, SSN};
use crate::house::upstream::whole;
use crate::house::{Caller, House, Plan, Upstream, saying};

/// A Claude who says what the test tells it to say, or what it was told.
struct Echo {
    upstream: Upstream,
    says: Arc<Mutex<Option<String>>>,
}

impl Echo {
    fn new() -> Self {
        let says = Arc::new(Mutex::new(None));
        let line: Arc<Mutex<Option<String>>> = Arc::clone(&says);
        let upstream = Upstream::start(move |sent, out| {
            let heard = sent.json();
            let last = heard["messages"].as_array().and_then(|all| all.last()).cloned();
            let told = last.and_then(|last| last["content"].as_str().map(str::to_owned));
            let said = line.lock().unwrap().clone().or(told).unwrap_or_default();
            let answer = json!({ "id": "msg_1", "stop_reason": "end_turn",
                "content": [{ "type": "text", "text": said }] });
            whole(out, 200, &[], answer.to_string().as_bytes())
        });
        Self { upstream, says }
    }

    /// Says `messages` and gives what was sent of the last one, and what came back.
    #[track_caller]
    fn ask(
        &self,
        caller: &Caller,
        messages: &[(&str, &str)],
        says: Option<&str>,
    ) -> (String, String) {
        *self.says.lock().unwrap() = says.map(str::to_owned);
        let messages: Vec<Value> =
            messages.iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
        let mut body = saying("");
        body["messages"] = messages.into();
        let reply = caller.ask(&body);
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        let sent = self.upstream.take().pop().expect("it was sent").json();
        let last = sent["messages"].as_array().and_then(|all| all.last()).cloned().unwrap();
        let text = reply.json()["content"][0]["text"].as_str().unwrap().to_owned();
        (last["content"].as_str().unwrap().to_owned(), text)
    }
}

/// A house for office work where the types are treated like this.
fn house(echo: &Echo, operators: &[(EntityType, Operator)]) -> House {
    let mut plan = Plan::default();
    plan.settings.policy.entities = operators.iter().cloned().collect();
    let mut options = AnalyzerOptions::of(Profile::Office);
    operators.iter().for_each(|(entity, _)| options.entities.insert(*entity));
    plan.analyzer = Some(options);
    House::open(echo.upstream.address, plan)
}

const NAME: &str = "Jane Zanderbek";
const DATE: &str = "2024-03-14";
const IP: &str = "81.169.145.68";

/// A letter with a value of each kind.
fn letter() -> String {
    format!(
        "Dear {NAME}, born on {DATE}, e-mail {EMAIL}, phone {PHONE}, social security number {SSN}, card {CARD}, \
         host {IP}, age 93, ZIP code: 82301. Regards, {NAME}"
    )
}

#[test]
fn what_can_come_back_does() {
    use EntityType as E;
    let reversible = [Operator::Typed { role: None }, Operator::Shaped, Operator::Surrogate];
    for operator in reversible {
        let echo = Echo::new();
        let all = [
            E::Person,
            E::EmailAddress,
            E::PhoneNumber,
            E::UsSsn,
            E::CreditCard,
            E::IpAddress,
            E::BirthDate,
        ];
        let house = house(&echo, &all.map(|entity| (entity, operator.clone())));
        let (sent, answer) = echo.ask(&house.caller("kim"), &[("user", &letter())], None);
        for value in [NAME, EMAIL, PHONE, SSN, CARD, IP] {
            assert!(!sent.contains(value), "{operator:?} leaves {value} in {sent}");
        }
        assert_eq!(answer, letter(), "{operator:?}: {sent}");
    }
}

#[test]
fn encryption_keeps_the_form() {
    use EntityType as E;
    let fpe = Operator::Fpe { alphabet: Alphabet::Form };
    let echo = Echo::new();
    let house =
        house(&echo, &[(E::UsSsn, fpe.clone()), (E::CreditCard, fpe.clone()), (E::Age, fpe)]);
    let caller = house.caller("kim");
    let text = format!("social security number {SSN} and card {CARD}");
    let (sent, answer) = echo.ask(&caller, &[("user", &text)], None);
    let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
    assert!(shape(&sent) == shape(&text) && !sent.contains(SSN) && !sent.contains(CARD), "{sent}");
    assert_eq!(answer, text);
    let reply = caller.ask(&saying("the patient, age 42, came"));
    let said = String::from_utf8_lossy(&reply.body).into_owned();
    assert!(reply.status == 400 && said.contains("too short for format-preserving"), "{said}");
}

#[test]
fn what_cannot_come_back_is_in_no_table() {
    use EntityType as E;
    let echo = Echo::new();
    let house = house(
        &echo,
        &[
            (E::Person, Operator::Redact),
            (E::EmailAddress, Operator::Hash),
            (E::BirthDate, Operator::Generalize { to: Some(Group::Quarter) }),
            (E::DateTime, Operator::Generalize { to: Some(Group::Quarter) }),
            (E::Age, Operator::Generalize { to: None }),
            (E::PostalCode, Operator::Generalize { to: Some(Group::Zip3) }),
            (E::PhoneNumber, Operator::Redact),
            (E::UsSsn, Operator::Redact),
            (E::CreditCard, Operator::Hash),
            (E::IpAddress, Operator::Redact),
        ],
    );
    let caller = house.caller("kim");
    let (sent, answer) = echo.ask(&caller, &[("user", &letter())], None);
    assert_eq!(sent, answer, "nothing is restored");
    for want in
        ["[PERSON]", "2024-Q1", "[PHONE_NUMBER]", "[US_SSN]", "EMAIL-", "CARD-", "90+", "000"]
    {
        assert!(sent.contains(want), "{want} in {sent}");
    }
    let scope = house.vault.scope(
        &privet_vault::ScopeName {
            tenant: "default".into(),
            workspace: "default".into(),
            principal: "kim".into(),
            narrow: None,
        },
        jiff::Timestamp::now(),
    );
    assert_eq!(scope.unwrap().tokens().count(), 0, "nothing of it is in the vault");
    let entry = house.audit().into_iter().find(|entry| entry["event"] == "request_intent").unwrap();
    assert_eq!(entry["operators"]["PERSON/redact"], 2, "{entry}");
    assert_eq!(entry["operators"]["EMAIL_ADDRESS/hash"], 1, "{entry}");
}

/// Two keys of an object never become one, and numbers stay numbers.
#[test]
fn json_stays_json() {
    use EntityType as E;
    let echo = Echo::new();
    let step = Operator::Generalize { to: Some(Group::Step(1000.0)) };
    let house = house(&echo, &[(E::EmailAddress, Operator::Redact), (E::CreditCard, step)]);
    let input = json!({ "ada@kestrel-mail.com": 1, "ben@kestrel-mail.com": 2, "card number": 371449635398431u64 });
    let mut body = saying("go on");
    body["messages"] = json!([
        { "role": "user", "content": "start" },
        { "role": "assistant", "content": [{ "type": "tool_use", "id": "toolu_1", "name": "t", "input": input }] },
        { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": "ok" }] },
    ]);
    let reply = house.caller("kim").ask(&body);
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let sent = echo.upstream.take().pop().unwrap().json();
    let input = sent["messages"][1]["content"][0]["input"].as_object().unwrap().clone();
    let keys: Vec<&String> = input.keys().collect();
    assert!(keys.len() == 3 && keys[0] != keys[1] && keys[0].starts_with("EMAIL-"), "{keys:?}");
    assert_eq!(input["card number"], 371_449_635_398_000u64);
}

#[test]
fn moved_dates_keep_their_distance() {
    use EntityType as E;
    let echo = Echo::new();
    let house = house(&echo, &[(E::DateTime, Operator::DateShift { days_max: 300 })]);
    let text = "Admitted on 2024-03-14, discharged on 2024-03-24, seen again on 24 March 2024.";
    let (sent, answer) = echo.ask(&house.caller("kim"), &[("user", text)], None);
    assert_eq!(sent, answer);
    let date = |after: &str| -> jiff::civil::Date {
        let at = sent.find(after).unwrap() + after.len();
        sent[at..at + 10].parse().unwrap()
    };
    let (in_, out) = (date("Admitted on "), date("discharged on "));
    assert_eq!(in_.until(out).unwrap().get_days(), 10, "{sent}");
    assert_ne!(in_.to_string(), DATE);
}

/// "Jane Zanderbek", "Ms. Zanderbek" and her address stay one family, and parts come back.
#[test]
fn an_invented_family_stays_together() {
    use EntityType as E;
    let echo = Echo::new();
    let house =
        house(&echo, &[(E::Person, Operator::Surrogate), (E::EmailAddress, Operator::Surrogate)]);
    let caller = house.caller("kim");
    let text =
        "Dear Jane Zanderbek, write to jane.zanderbek@kestrel-mail.com. Regards, Tom Zanderbek";
    let (sent, answer) = echo.ask(&caller, &[("user", text)], None);
    assert_eq!(answer, text, "{sent}");
    assert!(!sent.contains("anderbek"), "{sent}");
    let name = sent.strip_prefix("Dear ").unwrap().split(',').next().unwrap();
    let (given, family) = name.split_once(' ').unwrap();
    let address = format!("{}.{}@example.com", given.to_lowercase(), family.to_lowercase());
    assert!(sent.contains(&address) && sent.ends_with(&format!(" {family}")), "{sent}");
    let says = format!("I wrote to Ms. {family}, as {given} asked; {family}'s reply is due.");
    let (_, answer) = echo.ask(&caller, &[("user", text)], Some(&says));
    assert_eq!(answer, "I wrote to Ms. Zanderbek, as Jane asked; Zanderbek's reply is due.");
}

/// Names of one word get invented names, and "Jane" is the Jane of "Jane Zanderbek".
#[test]
fn a_name_alone_is_invented_too() {
    use EntityType as E;
    let echo = Echo::new();
    let house =
        house(&echo, &[(E::Person, Operator::Surrogate), (E::Organization, Operator::Surrogate)]);
    let caller = house.caller("kim");
    let text = "Jane Zanderbek works for Kestrel Systems. Yesterday Jane wrote to Peter McQuillan, \
                and McQuillan told Kestrel Systems GmbH. JANE SAW IT.";
    let (sent, answer) = echo.ask(&caller, &[("user", text)], None);
    assert_eq!(answer, text, "{sent}");
    for word in ["Jane", "JANE", "anderbek", "Quillan", "Kestrel", "PERSON_", "ORG_"] {
        assert!(!sent.contains(word), "{word} in {sent}");
    }
    let given = sent.split(' ').next().unwrap();
    assert_eq!(sent.matches(given).count(), 2, "{sent}");
    assert!(sent.contains(&given.to_uppercase()), "{sent}");
}

/// A city becomes a city that is none, a country stays, and all comes back.
#[test]
fn cities_go_and_countries_stay() {
    use EntityType as E;
    let text = "Ingrid Maier flew from Munich to Sweden, then to Texas and back to Munich.";
    for (city, state) in [
        (Operator::Typed { role: None }, Operator::Surrogate),
        (Operator::Surrogate, Operator::Typed { role: None }),
    ] {
        let echo = Echo::new();
        let house =
            house(&echo, &[(E::City, city), (E::State, state), (E::Country, Operator::Keep)]);
        let caller = house.caller("kim");
        let (sent, answer) = echo.ask(&caller, &[("user", text)], None);
        assert_eq!(answer, text, "{sent}");
        assert!(sent.contains("to Sweden,"), "{sent}");
        assert!(!sent.contains("Munich") && !sent.contains("Texas"), "{sent}");
        let city = sent.split("from ").nth(1).and_then(|rest| rest.split(" to ").next()).unwrap();
        assert_eq!(sent.matches(city).count(), 2, "{sent}");
        assert_ne!(sent.contains("CITYNAME_"), sent.contains("STATENAME_"), "{sent}");
    }
}

#[test]
fn roles_tell_clients_apart() {
    use EntityType as E;
    let echo = Echo::new();
    let role = Operator::Typed { role: Some("CLIENT".parse().unwrap()) };
    let house = house(&echo, &[(E::EmailAddress, role)]);
    let caller = house.caller("kim");
    let text = "From: ada@kestrel-mail.com\nTo: ben@kestrel-mail.com\nCc: ada@kestrel-mail.com";
    let (sent, answer) = echo.ask(&caller, &[("user", text)], None);
    assert_eq!(sent, "From: CLIENT_A\nTo: CLIENT_B\nCc: CLIENT_A");
    assert_eq!(answer, text);
    // What the client calls so itself is no token.
    let text = "const CLIENT_A = 1; // for ada@kestrel-mail.com";
    let (sent, answer) = echo.ask(&caller, &[("user", text)], None);
    assert!(sent.starts_with("const CLIENT_A = 1; // for EMAIL_"), "{sent}");
    assert_eq!(answer, text);
}

/// A value whose stand-in the client says itself gets another one; what it says later in a
/// conversation is masked as a literal. Either way everything comes back as it was.
#[test]
fn what_reads_like_a_token_is_none() {
    let echo = Echo::new();
    // Where programs are written, addresses of manuals stand for nobody.
    let options = AnalyzerOptions::of(Profile::Coding);
    let plan = Plan { analyzer: Some(options), ..Plan::default() };
    let house = House::open(echo.upstream.address, plan);
    let caller = house.caller("kim");
    let live = format!("the live host is {IP}");
    let (sent, answer) = echo.ask(&caller, &[("user", &live)], None);
    let token = sent.strip_prefix("the live host is ").unwrap().to_owned();
    assert!(token.starts_with("198.1") && answer == live, "{sent}");
    // Said by the client in the same request.
    let both = format!("bench {token}, live {IP}");
    let (sent, answer) = echo.ask(&caller, &[("user", &both)], None);
    assert!(sent.starts_with(&format!("bench {token}, live IP_")), "{sent}");
    assert_eq!(answer, both);
    // Said first, and the value later.
    let talk = [("user", &*format!("bench {token}")), ("assistant", "noted"), ("user", &*live)];
    let (_, answer) = echo.ask(&caller, &talk[..1], Some("noted"));
    assert_eq!(answer, "noted");
    let (sent, answer) = echo.ask(&caller, &talk, None);
    assert!(sent.starts_with("the live host is IP_"), "{sent}");
    assert_eq!(answer, live);
    // The value first, and its stand-in said later, also in another spelling.
    let later = format!("and what is {token}, or PERSON-K7Q2MX4?");
    let talk = [("user", &*live), ("assistant", "fine"), ("user", &*later)];
    echo.ask(&caller, &talk[..1], Some("fine"));
    let (sent, answer) = echo.ask(&caller, &talk, None);
    assert!(sent.starts_with("and what is LITERAL_") && !sent.contains(&token), "{sent}");
    assert_eq!(answer, later);
    // In another conversation it is just an address.
    let (sent, answer) = echo.ask(&caller, &[("user", &token)], None);
    assert_eq!((sent, answer), (token.clone(), token));
}

/// What was decided stays in a conversation; new text follows the new policy.
#[test]
fn an_operator_decided_once_stays() {
    let echo = Echo::new();
    let first_house = House::before(&echo.upstream);
    let mut caller = first_house.caller("kim");
    let first = format!("write to {EMAIL}");
    let (shaped, _) = echo.ask(&caller, &[("user", &first)], Some("done"));
    assert!(shaped.ends_with("@example.com"), "{shaped}");
    let folder = first_house.close();
    let mut plan = Plan::default();
    plan.settings.policy.entities.insert(EntityType::EmailAddress, Operator::Redact);
    let house = House::reopen(folder, echo.upstream.address, plan);
    caller.address = house.address;
    let second = "and to ben@kestrel-mail.com";
    let talk = [("user", &*first), ("assistant", "done"), ("user", second)];
    *echo.says.lock().unwrap() = Some(shaped.replace("write to ", "I wrote to "));
    let messages: Vec<Value> =
        talk.iter().map(|(role, text)| json!({ "role": role, "content": text })).collect();
    let mut body = saying("");
    body["messages"] = messages.into();
    let reply = caller.ask(&body).json();
    let sent = echo.upstream.take().pop().unwrap().json();
    assert_eq!(sent["messages"][0]["content"], shaped, "what was sent is sent again");
    assert_eq!(sent["messages"][2]["content"], "and to [EMAIL_ADDRESS]");
    assert_eq!(reply["content"][0]["text"], format!("I wrote to {EMAIL}"));
}
