//! Values of a JSON document, or of each line of JSON Lines, by path: `$.customer.mail`,
//! `items[*].owner`, where `*` is any element or member.

use std::collections::BTreeMap;

use privet_wire::json::{Json, Kind, NodeId};

use super::{Field, Place, Spelling};

/// The strings and numbers that `fields` name.
pub(super) fn find<'m>(
    text: &str,
    fields: &'m BTreeMap<String, Field>,
) -> Result<Vec<Place<'m>>, String> {
    let paths: Vec<Wanted<'_>> = fields
        .iter()
        .map(|(path, field)| {
            let subject = field.subject.as_deref().map(steps).transpose()?;
            Ok(Wanted { path: steps(path)?, subject, field })
        })
        .collect::<Result<_, String>>()?;
    let mut places = Vec::new();
    let mut documents = 0;
    if let Ok(json) = Json::parse_str(text) {
        documents = 1;
        walk_all(&json, &paths, 0, &mut places)?;
    } else {
        let mut at = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if !line.trim().is_empty() {
                let wrong = |_| format!("line {} is no JSON", number + 1);
                let json = Json::parse_str(line.trim_end()).map_err(wrong)?;
                walk_all(&json, &paths, at, &mut places)?;
                documents += 1;
            }
            at += line.len();
        }
    }
    if documents == 0 {
        return Err(String::from("it holds no JSON"));
    }
    // Two paths may name one value; the first counts.
    places.sort_by_key(|place| place.range.start);
    places.dedup_by(|later, first| later.range == first.range);
    Ok(places)
}

/// A field that the map names, and where it stands.
struct Wanted<'m> {
    path: Vec<Step>,
    subject: Option<Vec<Step>>,
    field: &'m Field,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Any,
    Member(String),
    Element(usize),
}

fn steps(path: &str) -> Result<Vec<Step>, String> {
    let wrong = || format!("`{path}` is no path such as `$.items[*].owner`");
    let mut steps = Vec::new();
    let inner = path.strip_prefix('$').unwrap_or(path);
    for part in inner.split('.').filter(|part| !part.is_empty()) {
        let (name, mut rest) = match part.find('[') {
            Some(at) => part.split_at_checked(at).ok_or_else(wrong)?,
            None => (part, ""),
        };
        match name {
            "" => {}
            "*" => steps.push(Step::Any),
            name => steps.push(Step::Member(name.to_owned())),
        }
        while !rest.is_empty() {
            let (index, after) =
                rest.strip_prefix('[').and_then(|r| r.split_once(']')).ok_or_else(wrong)?;
            steps.push(match index {
                "*" => Step::Any,
                number => Step::Element(number.parse().map_err(|_| wrong())?),
            });
            rest = after;
        }
    }
    if steps.is_empty() { Err(wrong()) } else { Ok(steps) }
}

fn walk_all<'m>(
    json: &Json<'_>,
    paths: &[Wanted<'m>],
    offset: usize,
    places: &mut Vec<Place<'m>>,
) -> Result<(), String> {
    for Wanted { path, subject, field } in paths {
        let mut take = |node, subject: Option<&str>| {
            let (range, spelling) = match json.kind(node) {
                Kind::String => (json.inner_range(node), Spelling::String),
                Kind::Number => (json.range(node), Spelling::Number),
                _ => return,
            };
            let range = range.start + offset..range.end + offset;
            let (value, subject) = (json.text(node).into_owned(), subject.map(str::to_owned));
            if !value.is_empty() {
                places.push(Place { range, value, field, spelling, subject });
            }
        };
        let Some(subject) = subject else {
            walk(json, json.root(), path, &mut |node| take(node, None));
            continue;
        };
        // Up to where the two part they lead to the same record.
        let same = path.iter().zip(subject).take_while(|(one, other)| one == other).count();
        let same = same.min(path.len().min(subject.len()) - 1);
        let (lead, path) = path.split_at(same);
        let subject = subject.get(same..).unwrap_or_default();
        let mut nameless = false;
        walk(json, json.root(), lead, &mut |record| {
            let mut whose = None;
            walk(json, record, subject, &mut |node| {
                if matches!(json.kind(node), Kind::String | Kind::Number) && whose.is_none() {
                    whose = Some(json.text(node).trim().to_owned());
                }
            });
            let whose = whose.filter(|whose| !whose.is_empty());
            walk(json, record, path, &mut |node| {
                nameless |= whose.is_none();
                take(node, whose.as_deref());
            });
        });
        if nameless {
            let name = field.subject.as_deref().unwrap_or_default();
            return Err(format!("a record does not say its `{name}`"));
        }
    }
    Ok(())
}

fn walk(json: &Json<'_>, node: NodeId, path: &[Step], found: &mut dyn FnMut(NodeId)) {
    let Some((step, rest)) = path.split_first() else {
        // A path that ends at a list means each of its values.
        match json.kind(node) {
            Kind::Array => json.elements(node).for_each(&mut *found),
            _ => found(node),
        }
        return;
    };
    match (json.kind(node), step) {
        (Kind::Object, Step::Any) => {
            json.members(node).for_each(|(_, value)| walk(json, value, rest, found));
        }
        (Kind::Object, Step::Member(name)) => {
            let member = json.members(node).find(|(key, _)| json.text(*key) == name.as_str());
            if let Some((_, value)) = member {
                walk(json, value, rest, found);
            }
        }
        (Kind::Array, Step::Any) => {
            json.elements(node).for_each(|value| walk(json, value, rest, found));
        }
        (Kind::Array, Step::Element(index)) => {
            if let Some(value) = json.elements(node).nth(*index) {
                walk(json, value, rest, found);
            }
        }
        // A list of records needs no `[*]`.
        (Kind::Array, Step::Member(_)) => {
            json.elements(node).for_each(|value| walk(json, value, path, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use privet_text::EntityType;

    use super::*;

    fn found(text: &str, path: &str) -> Result<Vec<String>, String> {
        let field = Field { entity: EntityType::Person, operator: None, subject: None };
        let fields = BTreeMap::from([(path.to_owned(), field)]);
        let places = find(text, &fields)?;
        Ok(places.iter().map(|place| text[place.range.clone()].to_owned()).collect())
    }

    #[test]
    fn paths() {
        let text = r#"{"a":{"b":"x\n","n":12},"l":[{"b":"y"},{"b":"z","c":["q"]}],"b":null}"#;
        for (path, want) in [
            ("a.b", vec!["x\\n"]),
            ("$.a.b", vec!["x\\n"]),
            ("a.n", vec!["12"]),
            ("a.*", vec!["x\\n", "12"]),
            ("l[*].b", vec!["y", "z"]),
            ("l.b", vec!["y", "z"]),
            ("l[1].b", vec!["z"]),
            ("l[1].c", vec!["q"]),
            ("*.b", vec!["x\\n", "y", "z"]),
            ("b", vec![]),
            ("nowhere", vec![]),
        ] {
            assert_eq!(found(text, path).unwrap(), want, "{path}");
        }
        let lines = "{\"m\":\"a\"}\n\n{\"m\":\"b\"}\n";
        assert_eq!(found(lines, "m").unwrap(), ["a", "b"]);
        for (text, path, want) in [
            ("{\"m\":1}\n{", "m", "line 2 is no JSON"),
            ("", "m", "no JSON"),
            ("{}", "a[x]", "`a[x]` is no path"),
            ("{}", "$", "`$` is no path"),
        ] {
            assert!(found(text, path).unwrap_err().contains(want), "{path}");
        }
    }
}
