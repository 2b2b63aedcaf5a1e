//! [`Template`]: a text with gaps, alternatives and names as a whole.

use privet_tagger::Name;

use crate::random::Random;

/// A text with gaps, in a language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Template {
    pub(super) text: &'static str,
    /// As [`super::calendar`] has it; of others any day will do.
    pub(super) language: &'static str,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Gap(Gap),
    /// What stands inside is one name, whatever gaps it has.
    Whole(Name, &'t str),
}

/// What is missing, and whose name it is, if that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) kind: char,
    pub(super) person: Option<usize>,
}

impl Template {
    /// The templates of a list, in which `## en` says the language of what follows.
    pub(super) fn all(list: &'static str) -> Vec<Self> {
        let mut language = "any";
        let mut templates = Vec::new();
        for line in list.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("## ") {
                Some(other) => language = other,
                None if line.starts_with("# ") => {}
                None => templates.push(Self { text: line, language }),
            }
        }
        templates
    }

    /// The text with one of each alternatives.
    pub(super) fn chosen(&self, random: &mut Random) -> String {
        let mut chosen = String::new();
        let mut rest = self.text;
        while let Some((before, inner, after)) = between(rest, "((", "))") {
            chosen += before;
            let choices: Vec<&str> = inner.split('|').collect();
            chosen += random.pick(&choices).copied().unwrap_or_default();
            rest = after;
        }
        chosen += rest;
        chosen.replace("\\n", "\n").replace("\\t", "\t")
    }
}

/// Hands the parts of `text` to `each`, in order.
pub(super) fn parts<'t>(text: &'t str, each: &mut dyn FnMut(Part<'t>)) {
    let mut rest = text;
    while let Some((before, part, after)) = next_part(rest) {
        if !before.is_empty() {
            each(Part::Text(before));
        }
        each(part);
        rest = after;
    }
    if !rest.is_empty() {
        each(Part::Text(rest));
    }
}

fn next_part(text: &str) -> Option<(&str, Part<'_>, &str)> {
    text.match_indices(['{', '<']).find_map(|(at, open)| {
        let inner = text.get(at + 1..)?;
        let (part, after) = if open == "{" { gap(inner)? } else { whole(inner)? };
        Some((text.get(..at)?, part, after))
    })
}

/// A gap and what follows it. `inner` begins after its brace.
fn gap(inner: &str) -> Option<(Part<'_>, &str)> {
    let (name, after) = inner.split_once('}')?;
    let mut letters = name.chars();
    let kind = letters.next().filter(|kind| GAPS.contains(*kind))?;
    let person = match letters.next() {
        None => None,
        Some(digit) => Some(digit.to_digit(10)? as usize),
    };
    letters.next().is_none().then_some((Part::Gap(Gap { kind, person }), after))
}

/// A name as a whole and what follows it. `inner` begins after its bracket.
fn whole(inner: &str) -> Option<(Part<'_>, &str)> {
    let (kind, rest) = inner.split_once(':')?;
    let name = match kind {
        "P" => Name::Person,
        "C" => Name::Location,
        "O" => Name::Organization,
        _ => return None,
    };
    let (inside, after) = rest.split_once('>')?;
    Some((Part::Whole(name, inside), after))
}

/// What stands before, in and after the first pair of marks.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, &'t str, &'t str)> {
    let (before, rest) = text.split_once(open)?;
    let (inner, after) = rest.split_once(close)?;
    Some((before, inner, after))
}

const GAPS: &str = "PFfLUIOCKNDXYTW";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &[Part<'_>]) {
        let mut got = Vec::new();
        parts(text, &mut |part| got.push(part));
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn what_is_a_gap() {
        let gap = |kind, person| Part::Gap(Gap { kind, person });
        check(
            "Hi {f1}, {L}",
            &[Part::Text("Hi "), gap('f', Some(1)), Part::Text(", "), gap('L', None)],
        );
        check("{\"a\": {N}}", &[Part::Text("{\"a\": "), gap('N', None), Part::Text("}")]);
        check("{ Label } {Q} {P12}", &[Part::Text("{ Label } {Q} {P12}")]);
        check("<O:{C} Bank>.", &[Part::Whole(Name::Organization, "{C} Bank"), Part::Text(".")]);
        check("<{F}@x>", &[Part::Text("<"), gap('F', None), Part::Text("@x>")]);
    }

    #[test]
    fn one_of_each_alternatives() {
        let template = Template { text: "((a|b))\\n((c|))(d)", language: "en" };
        let mut random = Random::new(1);
        for _ in 0..20 {
            let text = template.chosen(&mut random);
            assert!(["a\nc(d)", "b\nc(d)", "a\n(d)", "b\n(d)"].contains(&text.as_str()), "{text}");
        }
    }

    #[test]
    fn languages_of_a_list() {
        let all = Template::all("# about\nx\n## de\ny\n");
        let got: Vec<_> = all.iter().map(|t| (t.language, t.text)).collect();
        assert_eq!(got, [("any", "x"), ("de", "y")]);
    }
}
