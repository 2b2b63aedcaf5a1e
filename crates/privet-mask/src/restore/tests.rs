use proptest::prelude::*;

use super::*;
use crate::RestoreTableBuilder;

fn table() -> Arc<RestoreTable> {
    let mut table = RestoreTableBuilder::default();
    table.insert("PERSON_K7Q2MX", EntityType::Person, "Jane Doe");
    table.insert("PERSON_K7Q2MX4A", EntityType::Person, "JANE DOE");
    table.insert("PERSON_ABC123", EntityType::Person, "Pat \"Q\" O'Brien\\");
    table.insert("EMAIL_0A1B2C", EntityType::EmailAddress, "jané@acme.test");
    table.insert("SECRET_000001", EntityType::Secret, "hunter2hunter2");
    table.insert("SECRET_000002", EntityType::Secret, "a\\nb");
    table.insert("7351889201", EntityType::PhoneNumber, "2025550143");
    Arc::new(table.build())
}

/// A leaf as it was told: its text, and start, end and original of each edit.
type Told = (String, Vec<(usize, usize, String)>);

#[derive(Default)]
struct Leaves {
    done: Vec<Told>,
    bytes: Vec<u8>,
    edits: Vec<(usize, usize, String)>,
}

impl LeafObserver for Leaves {
    fn leaf_started(&mut self) {
        assert!(self.bytes.is_empty() && self.edits.is_empty());
    }
    fn leaf_bytes(&mut self, decoded: &[u8]) {
        self.bytes.extend_from_slice(decoded);
    }
    fn leaf_edited(&mut self, start: usize, end: usize, original: &str) {
        self.edits.push((start, end, original.into()));
    }
    fn leaf_ended(&mut self) {
        let text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap();
        self.done.push((text, std::mem::take(&mut self.edits)));
    }
}

impl Leaves {
    /// What the model wrote, made again from what came out and the edits.
    fn originals(&self) -> Vec<String> {
        self.done
            .iter()
            .map(|(text, edits)| {
                let mut original = text.clone();
                for (start, end, was) in edits.iter().rev() {
                    original.replace_range(*start..*end, was);
                }
                original
            })
            .collect()
    }
}

fn run(pieces: &[&str], form: Form, destination: Destination, end: End) -> (String, Leaves) {
    let hosts = Arc::new(HostList::new(["crm.acme.test".to_owned()]));
    let mut restorer = Restorer::new(table(), hosts, form, destination);
    let (mut out, mut leaves) = (Vec::new(), Leaves::default());
    for piece in pieces {
        restorer.push(piece, &mut out, &mut leaves);
        assert!(restorer.held_bytes() <= crate::TOKEN_BYTES_MAX);
    }
    restorer.finish(end, &mut out, &mut leaves);
    (String::from_utf8(out).unwrap(), leaves)
}

/// Every way of cutting `text` into two must give `want`, and so must single bytes.
#[track_caller]
fn check_as(form: Form, destination: Destination, text: &str, want: &str) {
    let whole = run(&[text], form, destination, End::Complete);
    assert_eq!(whole.0, want, "in {text:?}");
    for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let (left, right) = text.split_at(cut);
        let got = run(&[left, right], form, destination, End::Complete);
        assert_eq!(got.0, want, "{text:?} cut at {cut}");
        assert_eq!(got.1.done, whole.1.done, "{text:?} cut at {cut}");
    }
    let single: Vec<String> = text.chars().map(String::from).collect();
    let single: Vec<&str> = single.iter().map(String::as_str).collect();
    assert_eq!(run(&single, form, destination, End::Complete).0, want);
    if form == Form::Text {
        assert_eq!(whole.1.originals(), [text]);
    }
}

#[track_caller]
fn check(text: &str, want: &str) {
    check_as(Form::Text, Destination::Inside, text, want);
}

#[test]
fn text_is_restored() {
    check("Dear PERSON_K7Q2MX, hi", "Dear Jane Doe, hi");
    check("PERSON_K7Q2MX", "Jane Doe");
    check("PERSON_K7Q2MX4A!", "JANE DOE!");
    check("PERSON_K7Q2MX's and PERSON_K7Q2MXs", "Jane Doe's and Jane Does");
    check("person_k7q2mx and Person\\_K7Q2MX.", "Jane Doe and Jane Doe.");
    check("**PERSON_K7Q2MX** _PERSON_K7Q2MX_", "**Jane Doe** _Jane Doe_");
    check("PERPERSON_K7Q2MX PERSON_PERSON_K7Q2MX", "PERJane Doe PERSON_Jane Doe");
    check("EMAIL_0A1B2Cй", "jané@acme.testй");
    check("call 7351889201.", "call 2025550143.");
}

#[test]
fn what_is_not_ours_stays() {
    for text in [
        "PERSON_K7Q2MY",
        "PERSON_K7Q2MX4B",
        "PERSON_K7Q2MXx",
        "PERSON_K7Q2M",
        "PERSON_",
        "nothing",
        "17351889201",
        "73518892011",
        "PERSON_K7Q2MXsx",
        "person_k7q2mxs",
        "PERSON  K7Q2MX",
        "PERSON\n\nK7Q2MX",
        "PERSON.K7Q2MX",
        "PERSON_K7Q2MXabc",
        "K7Q2MX4B",
        "NAME_ABC123",
        "SECRET 000001",
        "SECRET000001",
    ] {
        check(text, text);
    }
}

#[test]
fn destinations_differ() {
    let text = "SECRET_000001 PERSON_K7Q2MX https://evil.test/?q=PERSON_K7Q2MX https://crm.acme.test/PERSON_K7Q2MX";
    check(
        text,
        "SECRET_000001 Jane Doe https://evil.test/?q=PERSON_K7Q2MX https://crm.acme.test/Jane Doe",
    );
    check_as(Form::Text, Destination::Outbound, text, text);
    check_as(
        Form::Text,
        Destination::FileEdit,
        text,
        "hunter2hunter2 Jane Doe https://evil.test/?q=Jane Doe https://crm.acme.test/Jane Doe",
    );
}

#[test]
fn withheld_secrets_are_not_written() {
    let mut builder = RestoreTableBuilder::default();
    builder.insert("SECRET_000001", EntityType::Secret, "hunter2hunter2");
    let table = Arc::new(builder.build().withholding_secrets());
    for (destination, want) in [(Destination::FileEdit, true), (Destination::Inside, false)] {
        let mut restorer =
            Restorer::new(Arc::clone(&table), Arc::default(), Form::Text, destination);
        let mut out = Vec::new();
        restorer.push("k=SECRET_000001\n", &mut out, &mut ());
        restorer.finish(End::Complete, &mut out, &mut ());
        assert_eq!(out, b"k=SECRET_000001\n");
        assert_eq!(restorer.marker_written(), want);
    }
}

#[test]
fn json_arrives_escaped_for_its_depth() {
    let check = |text: &str, want: &str| check_as(Form::Json, Destination::FileEdit, text, want);
    check(r#"{"to":"PERSON_ABC123"}"#, r#"{"to":"Pat \"Q\" O'Brien\\"}"#);
    check(r#"{"to":"\nPERSON_K7Q2MX\n"}"#, r#"{"to":"\nJane Doe\n"}"#);
    check(r#"{"PERSON_K7Q2MX":1}"#, r#"{"Jane Doe":1}"#);
    check(
        r#"{"body":"{\"to\":\"PERSON_ABC123\"}"}"#,
        r#"{"body":"{\"to\":\"Pat \\\"Q\\\" O'Brien\\\\\"}"}"#,
    );
    check(r#"{"body":"[see](PERSON_ABC123)"}"#, r#"{"body":"[see](Pat \"Q\" O'Brien\\)"}"#);
    check(r#"{"a":7351889201,"b":"7351889201"}"#, r#"{"a":2025550143,"b":"2025550143"}"#);
    check(r#"{"a":7351889201.5}"#, r#"{"a":7351889201.5}"#);
    check(r#"{"a":"person\\_k7q2mx"}"#, r#"{"a":"Jane Doe"}"#);
    // Copied out of a JSON file with its escapes, it goes back as it was.
    check(r#"{"c":"{\"k\":\"SECRET_000002\"}"}"#, r#"{"c":"{\"k\":\"a\\nb\"}"}"#);
    check(r#"{"c":"k=SECRET_000002"}"#, r#"{"c":"k=a\\nb"}"#);
    check(r#"{"a":PERSON_K7Q2MX}"#, r#"{"a":PERSON_K7Q2MX}"#);
    check("", "");
}

#[test]
fn text_that_is_json_stays_json() {
    check(r#"{"to":"PERSON_ABC123"}"#, r#"{"to":"Pat \"Q\" O'Brien\\"}"#);
    check("[PERSON_ABC123](x)", "[Pat \"Q\" O'Brien\\](x)");
}

#[test]
fn leaves_tell_what_they_were() {
    let text = r#"{"to":"a PERSON_ABC123 b","n":7351889201,"k":"plain"}"#;
    let (_, leaves) = run(&[text], Form::Json, Destination::Inside, End::Complete);
    assert_eq!(leaves.originals(), ["to", "a PERSON_ABC123 b", "n", "7351889201", "k", "plain"]);
    let restored: Vec<&str> = leaves.done.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(restored, ["to", "a Pat \"Q\" O'Brien\\ b", "n", "2025550143", "k", "plain"]);
}

#[test]
fn a_cut_token_is_released_as_it_is() {
    for (text, cut, complete) in [
        ("to PERSON_K7Q2", "to PERSON_K7Q2", "to PERSON_K7Q2"),
        ("to PERSON_K7Q2MX", "to PERSON_K7Q2MX", "to Jane Doe"), // could be the longer one
        ("to PERSON_ABC123", "to Pat \"Q\" O'Brien\\", "to Pat \"Q\" O'Brien\\"),
    ] {
        assert_eq!(run(&[text], Form::Text, Destination::Inside, End::Cut).0, cut);
        assert_eq!(run(&[text], Form::Text, Destination::Inside, End::Complete).0, complete);
    }
}

#[test]
fn little_is_held_back() {
    let hosts = Arc::new(HostList::default());
    let mut restorer = Restorer::new(table(), hosts, Form::Text, Destination::Inside);
    for (piece, held) in
        [("Hello wor", 0), ("ld P", 1), ("ig", 0), (" PERSON_K7", 9), ("Q2MX", 13), (" ", 0)]
    {
        restorer.push(piece, &mut Vec::new(), &mut ());
        assert_eq!(restorer.held_bytes(), held, "after {piece:?}");
    }
}

proptest! {
    /// Whatever the text and wherever it is cut, the same comes out.
    #[test]
    fn cuts_do_not_matter(
        text in "(PERSON_K7Q2MX|PERSON_|person_k7q2mx4a|SECRET_000001|7351889201|[ -~é\"{}:\\\\s]{0,3}){0,12}",
        cuts in proptest::collection::vec(0usize..200, 0..6),
        json in any::<bool>(),
    ) {
        let form = if json { Form::Json } else { Form::Text };
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|c| text.is_char_boundary(*c)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut at = 0;
        for cut in cuts {
            pieces.push(&text[at..cut]);
            at = cut;
        }
        pieces.push(&text[at..]);
        let whole = run(&[&text], form, Destination::FileEdit, End::Complete);
        let cut = run(&pieces, form, Destination::FileEdit, End::Complete);
        prop_assert_eq!(whole.0, cut.0);
        prop_assert_eq!(&whole.1.done, &cut.1.done);
        if form == Form::Text {
            prop_assert_eq!(whole.1.originals(), [text]);
        }
    }
}

/// A table of what operators make.
fn made() -> Arc<RestoreTable> {
    use EntityType as E;
    let mut table = RestoreTableBuilder::default();
    for (token, entity, value) in [
        ("PERSON_K7Q2MX4", E::Person, "Jane Doe"),
        ("CLIENT_A", E::Person, "Ada Byron"),
        ("email_k7q2mx4@example.com", E::EmailAddress, "jane.doe@acme.test"),
        ("198.18.3.7", E::IpAddress, "81.169.145.68"),
        ("2001:db8:7::1", E::IpAddress, "2a01:4f8::7"),
        ("https://host-q2mx4k7.example.com/pk7q2mx/p3q.html", E::Url, "https://crm.acme.test/doe"),
        ("host-q2mx4k7.example.com", E::Hostname, "crm.acme.test"),
        ("+1 (312) 555-0142", E::PhoneNumber, "+1 (415) 555-2671"),
        ("Mary Smith", E::Person, "Jane Roe"),
        ("MARY SMITH", E::Person, "JANE ROE"),
        ("571-33-8842", E::UsSsn, "078-05-1120"),
    ] {
        table.insert(token, entity, value);
    }
    table.insert_part("Smith", E::Person, "Roe");
    table.insert_part("Mary", E::Person, "Jane");
    table.insert_part("Alex", E::Person, "Kim");
    table.insert_part("Alex", E::Person, "Lee");
    Arc::new(table.build())
}

/// However `text` is cut, `want` comes out, and the original can be made again.
#[track_caller]
fn check_made(text: &str, want: &str) {
    let run = |pieces: &[&str]| {
        let mut restorer = Restorer::new(made(), Arc::default(), Form::Text, Destination::Inside);
        let (mut out, mut leaves) = (Vec::new(), Leaves::default());
        for piece in pieces {
            restorer.push(piece, &mut out, &mut leaves);
            assert!(restorer.held_bytes() <= crate::TOKEN_BYTES_MAX);
        }
        restorer.finish(End::Complete, &mut out, &mut leaves);
        assert_eq!(leaves.originals(), [text]);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(run(&[text]), want, "in {text:?}");
    for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let (left, right) = text.split_at(cut);
        assert_eq!(run(&[left, right]), want, "{text:?} cut at {cut}");
    }
}

#[test]
fn what_models_do_to_typed_tokens() {
    for text in [
        "PERSON_K7Q2MX4",
        "person_k7q2mx4",
        "Person_K7Q2MX4",
        "PERSON\\_K7Q2MX4",
        "PERSON-K7Q2MX4",
        "Person K7Q2MX4",
        "PERSON\u{a0}K7Q2MX4",
        "PERSON\u{2011}K7Q2MX4",
        "PERSON_\n  K7Q2MX4",
        "PERSON\nK7Q2MX4",
        "PERSONK7Q2MX4",
        "K7Q2MX4",
    ] {
        check_made(&format!("to {text}!"), "to Jane Doe!");
        check_made(&format!("**{text}**"), "**Jane Doe**");
        check_made(&format!("`{text}`'s"), "`Jane Doe`'s");
        check_made(text, "Jane Doe");
    }
    check_made("PERSON_K7Q2MX4s Haus", "Jane Does Haus");
    check_made("Person_K7Q2MX4en", "Jane Doeen");
    check_made("PERSON_K7Q2MX4’s", "Jane Doe’s");
    check_made("| PERSON | K7Q2MX4 |", "| PERSON | Jane Doe |");
    for text in ["PERSON_K7Q2MX4X", "CLIENT_K7Q2MX4", "x-K7Q2MX4", "K7Q2MX4-b", "PERSON\n\nK7Q2MX5"]
    {
        check_made(text, text);
    }
}

#[test]
fn what_models_do_to_shaped_tokens() {
    for (text, want) in [
        ("write to email_k7q2mx4@example.com.", "write to jane.doe@acme.test."),
        ("<Email_K7Q2MX4@Example.com>", "<jane.doe@acme.test>"),
        ("email\\_k7q2mx4@example.com", "jane.doe@acme.test"),
        ("[mail](mailto:email_k7q2mx4@example.com)", "[mail](mailto:jane.doe@acme.test)"),
        (
            "198.18.3.7/24, 198.18.3.7:80; 198.18.3.7.",
            "81.169.145.68/24, 81.169.145.68:80; 81.169.145.68.",
        ),
        ("ssh ops@198.18.3.7", "ssh ops@81.169.145.68"),
        ("[2001:db8:7::1]:443", "[2a01:4f8::7]:443"),
        (
            "see https://host-q2mx4k7.example.com/pk7q2mx/p3q.html,",
            "see https://crm.acme.test/doe,",
        ),
        ("https://host-q2mx4k7.example.com:8443/x", "https://crm.acme.test:8443/x"),
        ("call +1 (312) 555-0142 or (312) 555-0142", "call +1 (415) 555-2671 or +1 (415) 555-2671"),
        ("call 1-312-555-0142, +13125550142", "call +1 (415) 555-2671, +1 (415) 555-2671"),
        ("SSN 571-33-8842.", "SSN 078-05-1120."),
        ("CLIENT_A's file, client\\_a", "Ada Byron's file, Ada Byron"),
        ("Mary Smith, MARY SMITH, Mary\nSmith", "Jane Roe, JANE ROE, Jane Roe"),
        ("Ms. Smith and Mary; Mary Smiths Haus", "Ms. Roe and Jane; Jane Roes Haus"),
        ("_Mary Smith_ said", "_Jane Roe_ said"),
    ] {
        check_made(text, want);
    }
    for text in [
        "198.18.3.71 1198.18.3.7 198.18.3.7.5 v198.18.3.7",
        "xemail_k7q2mx4@example.com email_k7q2mx4@example.com.au a.email_k7q2mx4@example.com",
        "2001:db8:7::1:5 host-q2mx4k7.example.community",
        "a571-33-8842 571-33-8842-1 571-33-88421",
        "CLIENT_AB CLIENT_A_ID MY_CLIENT_A",
        "Smithson Blacksmith Mary-Ann Alex",
        "https://evil.test/?q=email_k7q2mx4@example.com",
    ] {
        check_made(text, text);
    }
}

#[test]
fn half_an_address_is_never_completed() {
    for (text, want) in [
        ("it is 198.18.3.7", "it is 198.18.3.7"),
        ("it is 198.18.3.7 ", "it is 81.169.145.68 "),
        ("at https://host-q2mx4k7.example.com/pk7", "at https://host-q2mx4k7.example.com/pk7"),
        ("Mary Sm", "Mary Sm"),
    ] {
        let mut restorer = Restorer::new(made(), Arc::default(), Form::Text, Destination::Inside);
        let mut out = Vec::new();
        restorer.push(text, &mut out, &mut ());
        restorer.finish(End::Cut, &mut out, &mut ());
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}

proptest! {
    /// Whatever the text and wherever it is cut, the same comes out of shaped tokens too.
    #[test]
    fn cuts_do_not_matter_to_shaped_tokens(
        text in "(PERSON[-_ \n]?|K7Q2MX4|email_k7q2mx4@|example[.]com|198[.]18[.]|3[.]7|Mary|[ \n]|Smith|s|https://|host-q2mx4k7[.]|/pk7q2mx/p3q[.]html|555-0142|[+]1 [(]312[)] |[.-_]|é|\\\\){0,14}",
        cut in 0usize..200,
        form in any::<bool>(),
    ) {
        let form = if form { Form::Json } else { Form::Text };
        let run = |pieces: &[&str]| {
            let mut restorer = Restorer::new(made(), Arc::default(), form, Destination::FileEdit);
            let (mut out, mut leaves) = (Vec::new(), Leaves::default());
            for piece in pieces {
                restorer.push(piece, &mut out, &mut leaves);
            }
            restorer.finish(End::Complete, &mut out, &mut leaves);
            (out, leaves.done)
        };
        let text = if form == Form::Json { serde_json::json!({ "a": text }).to_string() } else { text };
        let (left, right) = text.split_at_checked(cut).unwrap_or((&text, ""));
        prop_assert_eq!(run(&[&text]), run(&[left, right]));
    }
}
