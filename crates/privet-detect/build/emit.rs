//! Writes the tables as Rust.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::schema::{Check, Rule, SpanOf, Text, Weighted, Words};

/// The table of rules.
pub(crate) fn rules(rules: &[(String, Rule)]) -> Result<String, std::fmt::Error> {
    let mut out = String::from("&[\n");
    for (family, rule) in rules {
        one(&mut out, family, rule)?;
    }
    out.push_str("]\n");
    Ok(out)
}

/// The examples of each rule, in the order of the rules.
pub(crate) fn examples(rules: &[(String, Rule)]) -> Result<String, std::fmt::Error> {
    let mut out = String::from("&[\n");
    for (_, rule) in rules {
        let joined = |texts: &[Text]| texts.iter().map(Text::joined).collect::<Vec<_>>();
        let (examples, against) = (joined(&rule.examples), joined(&rule.counter_examples));
        writeln!(out, "    (&{examples:?}, &{against:?}),")?;
    }
    out.push_str("]\n");
    Ok(out)
}

fn one(out: &mut String, family: &str, rule: &Rule) -> std::fmt::Result {
    let entity = variant(&rule.entity);
    writeln!(out, "Rule {{")?;
    writeln!(out, "    id: {:?}, family: {family:?}, entity: EntityType::{entity},", rule.id)?;
    writeln!(out, "    region: {:?}, title: {:?},", rule.region, rule.title)?;
    writeln!(out, "    reference: {:?},", rule.reference)?;
    writeln!(out, "    way: {},", way(rule)?)?;
    writeln!(out, "    check: {}, holds: {},", check(&rule.check), check(&rule.holds))?;
    writeln!(out, "    needs_context: {},", rule.needs_context)?;
    writeln!(out, "    context: &{:?},", padded(&rule.context))?;
    writeln!(out, "    against: &{:?},", padded(&rule.against))?;
    writeln!(out, "}},")
}

fn check(check: &Option<Check>) -> String {
    match check {
        None => String::from("None"),
        Some(Check::Named(name)) => format!("Some(Check::Named(check::{name}))"),
        Some(Check::Written { written }) => format!("Some(Check::Written(check::{written}))"),
        Some(Check::Weighted(Weighted { weights, modulus, complement, symbols })) => format!(
            "Some(Check::Weighted(Weighted {{ weights: &{weights:?}, modulus: {modulus}, \
             complement: {complement}, symbols: b{symbols:?} }}))"
        ),
    }
}

fn way(rule: &Rule) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let score = rule.score.unwrap_or_default();
    if !rule.shapes.is_empty() {
        out.push_str("Way::Shapes(&[");
        for shape in &rule.shapes {
            write!(out, "Shape {{ is: {:?}, score: {:?} }}, ", shape.is, shape.score)?;
        }
        out.push_str("])");
    } else if !rule.cues.is_empty() {
        let span = match rule.span {
            SpanOf::Value => "Value",
            SpanOf::All => "All",
        };
        let reading = match (&rule.value, &rule.reader) {
            (Some(value), _) => format!("Reading::Value({value:?})"),
            (_, reader) => {
                format!("Reading::Code(reader::{})", reader.as_deref().unwrap_or_default())
            }
        };
        write!(
            out,
            "Way::Cues(Cues {{ words: &{:?}, reading: {reading}, score: {score:?}, span: SpanOf::{span}, \
             direct: {}, digitless: {} }})",
            spelled(&rule.cues),
            rule.direct,
            rule.digitless
        )?;
    } else if !rule.starts.is_empty() {
        let confirm = match &rule.confirm {
            Some(name) => format!("Some(crate::secret::{name})"),
            None => String::from("None"),
        };
        let mut triggers: Vec<String> =
            rule.starts.iter().map(|start| start.to_ascii_lowercase()).collect();
        triggers.sort_unstable();
        triggers.dedup();
        write!(
            out,
            "Way::Token(Token {{ triggers: &{triggers:?}, starts: &{:?}, bodies: {}, random: {}, confirm: {confirm} }})",
            rule.starts,
            bodies(rule),
            rule.random
        )?;
    } else if !rule.vendors.is_empty() {
        write!(
            out,
            "Way::Beside(Beside {{ vendors: &{:?}, bodies: {} }})",
            rule.vendors,
            bodies(rule)
        )?;
    } else {
        let words: Vec<&String> =
            rule.words.values().flatten().collect::<BTreeSet<_>>().into_iter().collect();
        write!(out, "Way::Words {{ words: &{words:?}, score: {score:?}, exact: {} }}", rule.exact)?;
    }
    Ok(out)
}

/// The bodies of a token.
fn bodies(rule: &Rule) -> String {
    let one = |body: &String| {
        let parts: String = crate::body::parts(body)
            .unwrap_or_default()
            .iter()
            .map(|part| {
                let crate::body::Part { class, min, max } = part;
                format!("Part {{ class: {class:#x}, min: {min}, max: {max} }}, ")
            })
            .collect();
        format!("&[{parts}], ")
    };
    format!("&[{}]", rule.body.iter().map(one).collect::<String>())
}

/// The words as they may be spelled: with letters beyond ASCII in capitals, because the
/// automaton folds only the case of ASCII; with `_`, `-` or nothing for a blank, as in
/// `account_number` and `accountNumber`.
fn spelled(words: &Words) -> Vec<String> {
    let mut all = BTreeSet::new();
    for word in words.values().flatten() {
        let mut spellings = vec![word.clone()];
        if !word.is_ascii() {
            let upper =
                |c: char| if c.is_ascii() { c.to_string() } else { c.to_uppercase().to_string() };
            spellings.push(word.chars().map(upper).collect());
        }
        for spelling in spellings {
            if spelling.trim() == spelling && spelling.is_ascii() {
                all.extend(["_", "-", ""].map(|sign| spelling.replace(' ', sign)));
            }
            all.insert(spelling);
        }
    }
    all.into_iter().collect()
}

/// The words with a blank on either side: context is compared word by word. Scripts
/// that are written without blanks are compared letter by letter.
fn padded(words: &Words) -> Vec<String> {
    let unspaced = |word: &str| {
        word.chars().any(|c| matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'))
    };
    let all: BTreeSet<String> = words
        .values()
        .flatten()
        .map(|word| if unspaced(word) { word.clone() } else { format!(" {word} ") })
        .collect();
    all.into_iter().collect()
}

/// `NATIONAL_ID` as the enum spells it: `NationalId`.
pub(crate) fn variant(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let (head, tail) = part.split_at(part.len().min(1));
            format!("{head}{}", tail.to_lowercase())
        })
        .collect()
}
