//! What may stand in a file of rules. `docs/rules.md` explains it to people.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One file: a family of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Parts of patterns by name, to be used as `{{name}}`.
    #[serde(default)]
    pub(crate) fragments: BTreeMap<String, String>,
    /// The entity type of rules that name none.
    #[serde(default)]
    pub(crate) entity: String,
    /// Its rules.
    pub(crate) rule: Vec<Rule>,
}

/// Words by language (ISO 639-1).
pub(crate) type Words = BTreeMap<String, Vec<String>>;

/// One rule. Exactly one of `shapes`, `cues`, `words`, `starts` and `vendors` says how it
/// finds a candidate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Its name in findings, such as `br-cpf`.
    pub(crate) id: String,
    /// The entity type, such as `NATIONAL_ID`; that of the file by default.
    #[serde(default)]
    pub(crate) entity: String,
    /// The country (ISO 3166-1), if only one knows it.
    pub(crate) region: Option<String>,
    /// What it is, for people.
    pub(crate) title: String,
    /// Where the format is written down.
    pub(crate) reference: String,
    /// How the value itself looks.
    #[serde(default)]
    pub(crate) shapes: Vec<Shape>,
    /// Words that stand before the value.
    #[serde(default)]
    pub(crate) cues: Words,
    /// Words that are the value.
    #[serde(default)]
    pub(crate) words: Words,
    /// The letters with which a token begins; it goes on as `body` says.
    #[serde(default)]
    pub(crate) starts: Vec<String>,
    /// Names beside which a value is given to a key, password or token; it looks as `body`
    /// says.
    #[serde(default)]
    pub(crate) vendors: Vec<String>,
    /// With `starts` and `vendors`: how the value goes on or looks, in classes and letters
    /// one after the other.
    #[serde(default)]
    pub(crate) body: Vec<String>,
    /// With `starts`: the body must look random, since other things begin like it.
    #[serde(default)]
    pub(crate) random: bool,
    /// With `starts`: a check that adds its points if it holds, and takes nothing if not.
    pub(crate) confirm: Option<String>,
    /// With `cues`: how the value looks.
    pub(crate) value: Option<String>,
    /// With `cues`: code that reads on from the cue instead of `value`.
    pub(crate) reader: Option<String>,
    /// With `cues` and `words`: the score of the shape.
    pub(crate) score: Option<f32>,
    /// With `cues`: what the finding covers.
    #[serde(default)]
    pub(crate) span: SpanOf,
    /// With `cues` and `value`: whether the value begins right behind the cue, and the cue
    /// may be a piece of a word.
    #[serde(default)]
    pub(crate) direct: bool,
    /// With `cues` and `value`: whether the value may have no digit.
    #[serde(default)]
    pub(crate) digitless: bool,
    /// With `words`: capital letters count.
    #[serde(default)]
    pub(crate) exact: bool,
    /// Check digits: a named function or a weighted sum. Adds its points when it holds.
    pub(crate) check: Option<Check>,
    /// A named check that must hold too, for which no points are added.
    pub(crate) holds: Option<Check>,
    /// Reported only beside a context word.
    #[serde(default)]
    pub(crate) needs_context: bool,
    /// Words near it that speak for it.
    #[serde(default)]
    pub(crate) context: Words,
    /// Words near it that speak against it.
    #[serde(default)]
    pub(crate) against: Words,
    /// Texts with what must be found in them between `[[` and `]]`.
    pub(crate) examples: Vec<Text>,
    /// Texts in which the rule must find nothing.
    pub(crate) counter_examples: Vec<Text>,
}

/// A text, perhaps in pieces, so that no scanner takes the file for one that leaks.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    /// In one piece.
    Whole(String),
    /// In several.
    Pieces(Vec<String>),
}

impl Text {
    /// The pieces put together.
    pub(crate) fn joined(&self) -> String {
        match self {
            Self::Whole(text) => text.clone(),
            Self::Pieces(pieces) => pieces.concat(),
        }
    }
}

/// One way in which a value is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    /// A regular expression over the whole value, of bounded length.
    pub(crate) is: String,
    /// The score of this shape alone.
    pub(crate) score: f32,
}

/// What a finding beside a cue covers.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SpanOf {
    /// The value.
    #[default]
    Value,
    /// The cue, too.
    All,
}

/// Check digits.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Check {
    /// A function of `src/rule/check` over capital letters and digits.
    Named(String),
    /// One over the value as it was written.
    Written {
        /// Its name.
        written: String,
    },
    /// A weighted sum whose remainder is the last character.
    Weighted(Weighted),
}

/// A weighted sum over all characters but the last, which is the check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weighted {
    /// One for each character before the check.
    pub(crate) weights: Vec<u8>,
    /// What the sum is divided by.
    pub(crate) modulus: u16,
    /// The check is what is missing to a multiple of the modulus, not the remainder.
    #[serde(default)]
    pub(crate) complement: bool,
    /// The character for each result; digits, and no number with a higher one, by default.
    #[serde(default = "digits")]
    pub(crate) symbols: String,
}

fn digits() -> String {
    String::from("0123456789")
}

impl File {
    /// Puts the fragments into the patterns, also those of fragments above, and the entity
    /// type into the rules.
    pub(crate) fn expand(&mut self) {
        for rule in self.rule.iter_mut().filter(|rule| rule.entity.is_empty()) {
            rule.entity.clone_from(&self.entity);
        }
        let fill = |text: &mut String| {
            while let Some((head, (name, tail))) =
                text.split_once("{{").and_then(|(head, rest)| Some((head, rest.split_once("}}")?)))
            {
                let Some(fragment) = self.fragments.get(name) else { return };
                *text = format!("{head}(?:{fragment}){tail}");
            }
        };
        for rule in &mut self.rule {
            rule.shapes.iter_mut().for_each(|shape| fill(&mut shape.is));
            rule.value.iter_mut().for_each(fill);
        }
    }
}

impl Rule {
    /// What is wrong with it, if anything is.
    pub(crate) fn check(&self) -> Result<(), String> {
        let ways = [
            !self.shapes.is_empty(),
            !self.cues.is_empty(),
            !self.words.is_empty(),
            !self.starts.is_empty(),
            !self.vendors.is_empty(),
        ];
        if ways.iter().filter(|way| **way).count() != 1 {
            return Err(
                "needs exactly one of `shapes`, `cues`, `words`, `starts` and `vendors`".into()
            );
        }
        if self.entity.is_empty() {
            return Err("needs an `entity`".into());
        }
        let token = !self.starts.is_empty() || !self.vendors.is_empty();
        if token == self.body.is_empty() {
            return Err("`body` goes with `starts` and `vendors`".into());
        }
        for body in &self.body {
            crate::body::parts(body)?;
        }
        if !self.cues.is_empty() && self.value.is_some() == self.reader.is_some() {
            return Err("`cues` need either `value` or `reader`".into());
        }
        if self.shapes.is_empty() && !token && self.score.is_none() {
            return Err("needs a `score`".into());
        }
        if self.examples.is_empty() || self.counter_examples.is_empty() {
            return Err("needs examples and counter_examples".into());
        }
        let marked = |text: &Text| text.joined().contains("[[") && text.joined().contains("]]");
        if !self.examples.iter().all(marked) {
            return Err("each example marks what must be found with [[ and ]]".into());
        }
        if self.needs_context && self.context.is_empty() {
            return Err("needs context words if it needs context".into());
        }
        if self.title.is_empty() || self.reference.is_empty() {
            return Err("needs a title and a reference".into());
        }
        let shapes = self.shapes.iter().map(|shape| shape.is.as_str());
        for pattern in shapes.chain(self.value.as_deref()) {
            bounded(pattern).map_err(|why| format!("`{pattern}`: {why}"))?;
        }
        for word in self.cues.values().flatten() {
            if *word != word.to_lowercase() {
                return Err(format!("the cue `{word}` must be lower case"));
            }
        }
        for word in [&self.context, &self.against].into_iter().flat_map(|w| w.values()).flatten() {
            let plain = |c: char| c.is_alphanumeric() || c == ' ' || !c.is_ascii();
            if *word != word.to_lowercase() || word.trim() != word || !word.chars().all(plain) {
                return Err(format!(
                    "`{word}` must be lower case, without signs or blanks around it"
                ));
            }
        }
        Ok(())
    }
}

/// A pattern must be one, and what it matches must have a longest length: this is what
/// keeps time linear in the text.
fn bounded(pattern: &str) -> Result<(), String> {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| error.to_string())?;
    match parsed.properties().maximum_len() {
        Some(1..=LENGTH_MAX) => Ok(()),
        Some(_) => Err(format!("may match more than {LENGTH_MAX} bytes, or nothing")),
        None => Err(String::from("has no longest length: write `{1,20}` instead of `+` or `*`")),
    }
}

const LENGTH_MAX: usize = 1024;
