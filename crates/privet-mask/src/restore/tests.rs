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
        "PERSON K7Q2MX",
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
