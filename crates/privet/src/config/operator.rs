//! What policy does to an entity type: a word, or an operator with its parameters.

use std::borrow::Cow;
use std::fmt;

use privet_mask::operator::{Alphabet, DAYS_MAX, Group, NOISE_PERCENT, Operator, Role};
use privet_text::EntityType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is done with findings of a type, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRule(OperatorFile);

/// An operator and its parameters.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OperatorFile {
    /// Judged when all is read, so that a mistake is told by its place.
    operator: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alphabet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<f64>,
}

/// The name of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OperatorName {
    Mask,
    Keep,
    Refuse,
    Typed,
    Shaped,
    Surrogate,
    Fpe,
    Redact,
    Hash,
    Generalize,
    DateShift,
    Noise,
}

/// All names, in the order of the reference.
const NAMES: &[(&str, OperatorName)] = &[
    ("mask", OperatorName::Mask),
    ("keep", OperatorName::Keep),
    ("refuse", OperatorName::Refuse),
    ("typed", OperatorName::Typed),
    ("shaped", OperatorName::Shaped),
    ("surrogate", OperatorName::Surrogate),
    ("fpe", OperatorName::Fpe),
    ("redact", OperatorName::Redact),
    ("hash", OperatorName::Hash),
    ("generalize", OperatorName::Generalize),
    ("date_shift", OperatorName::DateShift),
    ("noise", OperatorName::Noise),
];

/// What `to` may say.
const GROUPS: &[&str] =
    &["month", "quarter", "year", "week", "zip3", "over_89", "band", "step", "kind"];

impl EntityRule {
    /// The operator for `entity`, or why there is none. `mask` is what is done to the type by
    /// default.
    pub fn operator(&self, entity: EntityType) -> Result<Operator, String> {
        let file = &self.0;
        let name = file.name()?;
        file.check_parameters(name)?;
        let operator = match name {
            OperatorName::Mask => Operator::of(entity),
            OperatorName::Keep => Operator::Keep,
            OperatorName::Refuse => Operator::Refuse,
            OperatorName::Typed => Operator::Typed { role: file.role()? },
            OperatorName::Shaped => Operator::Shaped,
            OperatorName::Surrogate => Operator::Surrogate,
            OperatorName::Fpe => Operator::Fpe { alphabet: file.alphabet()? },
            OperatorName::Redact => Operator::Redact,
            OperatorName::Hash => Operator::Hash,
            OperatorName::Generalize => Operator::Generalize { to: file.group()? },
            OperatorName::DateShift => match file.days.unwrap_or(DAYS_MAX) {
                days_max @ 1..=36_500 => Operator::DateShift { days_max },
                _ => return Err(String::from("`days`: expected 1 to 36500")),
            },
            OperatorName::Noise => match file.percent.unwrap_or(NOISE_PERCENT) {
                percent if percent > 0.0 && percent <= 100.0 => Operator::Noise { percent },
                _ => return Err(String::from("`percent`: expected more than 0, at most 100")),
            },
        };
        let secret = entity == EntityType::Secret;
        let plain = matches!(
            operator,
            Operator::Typed { role: None } | Operator::Keep | Operator::Refuse | Operator::Redact
        );
        if secret && !plain {
            return Err(String::from("secrets take `mask`, `keep`, `refuse` or `redact`"));
        }
        Ok(operator)
    }

    /// Whether findings stay as they are.
    pub fn keeps(&self) -> bool {
        self.0.operator == "keep"
    }
}

impl OperatorFile {
    fn of(operator: &str) -> Self {
        Self {
            operator: operator.to_owned(),
            role: None,
            alphabet: None,
            to: None,
            step: None,
            days: None,
            percent: None,
        }
    }

    fn name(&self) -> Result<OperatorName, String> {
        let known = NAMES.iter().find(|(name, _)| *name == self.operator);
        known.map(|(_, operator)| *operator).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("expected one of {}", names.join(", "))
        })
    }

    /// A parameter that the operator does not know is a misunderstanding.
    fn check_parameters(&self, name: OperatorName) -> Result<(), String> {
        use OperatorName as N;
        let given = [
            ("role", self.role.is_some(), name == N::Typed, "typed"),
            ("alphabet", self.alphabet.is_some(), name == N::Fpe, "fpe"),
            ("to", self.to.is_some(), name == N::Generalize, "generalize"),
            ("step", self.step.is_some(), name == N::Generalize, "generalize"),
            ("days", self.days.is_some(), name == N::DateShift, "date_shift"),
            ("percent", self.percent.is_some(), name == N::Noise, "noise"),
        ];
        match given.iter().find(|(_, given, known, _)| *given && !known) {
            Some((parameter, .., of)) => Err(format!("`{parameter}` is a parameter of `{of}`")),
            None => Ok(()),
        }
    }

    fn role(&self) -> Result<Option<Role>, String> {
        let parsed = self.role.as_deref().map(str::parse::<Role>).transpose();
        parsed.map_err(|error| format!("`role`: {error}"))
    }

    fn alphabet(&self) -> Result<Alphabet, String> {
        let Some(name) = self.alphabet.as_deref() else { return Ok(Alphabet::default()) };
        let known = Alphabet::ALL.iter().copied().find(|alphabet| alphabet.name() == name);
        known.ok_or_else(|| {
            let names: Vec<_> = Alphabet::ALL.iter().map(|alphabet| alphabet.name()).collect();
            format!("`alphabet`: expected one of {}", names.join(", "))
        })
    }

    fn group(&self) -> Result<Option<Group>, String> {
        let step = |least: f64| match self.step {
            Some(step) if step.is_finite() && step >= least => Ok(step),
            Some(_) => Err(format!("`step`: expected {least} or more")),
            None => Err(String::from("`step`: how wide? Such as `step: 10`")),
        };
        let group = match self.to.as_deref() {
            None if self.step.is_some() => Group::Step(step(0.01)?),
            None => return Ok(None),
            Some("month") => Group::Month,
            Some("quarter") => Group::Quarter,
            Some("year") => Group::Year,
            Some("week") => Group::Week,
            Some("zip3") => Group::Zip3,
            Some("over_89") => Group::Over89,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at least 2, and larger steps saturate"
            )]
            Some("band") => Group::Band(step(2.0)? as u32),
            Some("step") => Group::Step(step(0.01)?),
            Some("kind") => Group::Kind,
            Some(_) => return Err(format!("`to`: expected one of {}", GROUPS.join(", "))),
        };
        Ok(Some(group))
    }
}

impl<'de> Deserialize<'de> for EntityRule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Rule;
        impl<'de> Visitor<'de> for Rule {
            type Value = OperatorFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an operator, or `{operator: NAME}` with parameters")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<OperatorFile, E> {
                Ok(OperatorFile::of(name))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OperatorFile, A::Error> {
                OperatorFile::deserialize(MapAccessDeserializer::new(map))
            }
        }
        from.deserialize_any(Rule).map(Self)
    }
}

impl Serialize for EntityRule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 == OperatorFile::of(&self.0.operator) {
            true => self.0.operator.serialize(to),
            false => self.0.serialize(to),
        }
    }
}

impl JsonSchema for EntityRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EntityRule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
        let alphabets: Vec<_> = Alphabet::ALL.iter().map(|alphabet| alphabet.name()).collect();
        json_schema!({
            "title": "operator",
            "description": "What is done with findings of a type.",
            "oneOf": [
                { "type": "string", "enum": names },
                {
                    "type": "object",
                    "required": ["operator"],
                    "additionalProperties": false,
                    "properties": {
                        "operator": { "type": "string", "enum": names },
                        "role": { "type": "string", "pattern": "^[A-Z]{2,16}$" },
                        "alphabet": { "type": "string", "enum": alphabets },
                        "to": { "type": "string", "enum": GROUPS },
                        "step": { "type": "number", "exclusiveMinimum": 0 },
                        "days": { "type": "integer", "minimum": 1, "maximum": 36500 },
                        "percent": { "type": "number", "exclusiveMinimum": 0, "maximum": 100 },
                    }
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, entity: EntityType) -> Result<Operator, String> {
        let rule: EntityRule = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        rule.operator(entity)
    }

    #[test]
    fn words_and_parameters() {
        use EntityType as E;
        for (text, entity, want) in [
            ("mask", E::Person, Operator::Typed { role: None }),
            ("mask", E::EmailAddress, Operator::Shaped),
            ("keep", E::Person, Operator::Keep),
            ("typed", E::EmailAddress, Operator::Typed { role: None }),
            (
                "{operator: typed, role: CLIENT}",
                E::Person,
                Operator::Typed { role: Some("CLIENT".parse().unwrap()) },
            ),
            ("surrogate", E::Person, Operator::Surrogate),
            ("fpe", E::UsSsn, Operator::Fpe { alphabet: Alphabet::Form }),
            (
                "{operator: fpe, alphabet: mixed}",
                E::UsSsn,
                Operator::Fpe { alphabet: Alphabet::Mixed },
            ),
            ("redact", E::Secret, Operator::Redact),
            ("hash", E::Person, Operator::Hash),
            ("generalize", E::PostalCode, Operator::Generalize { to: None }),
            (
                "{operator: generalize, to: zip3}",
                E::PostalCode,
                Operator::Generalize { to: Some(Group::Zip3) },
            ),
            (
                "{operator: generalize, to: band, step: 10}",
                E::Age,
                Operator::Generalize { to: Some(Group::Band(10)) },
            ),
            (
                "{operator: generalize, step: 500}",
                E::Amount,
                Operator::Generalize { to: Some(Group::Step(500.0)) },
            ),
            ("date_shift", E::DateTime, Operator::DateShift { days_max: 365 }),
            ("{operator: noise, percent: 2.5}", E::Amount, Operator::Noise { percent: 2.5 }),
        ] {
            assert_eq!(read(text, entity).as_ref(), Ok(&want), "{text}");
        }
    }

    #[test]
    fn mistakes() {
        use EntityType as E;
        for (text, entity, want) in [
            ("hide", E::Person, "expected one of mask, keep, refuse, typed"),
            ("{operator: typed, role: client}", E::Person, "`role`: expected 2 to 16 capital"),
            ("{operator: typed, days: 3}", E::Person, "`days` is a parameter of `date_shift`"),
            (
                "{operator: fpe, alphabet: hex}",
                E::Person,
                "`alphabet`: expected one of form, digits",
            ),
            ("{operator: generalize, to: street}", E::Person, "`to`: expected one of month"),
            ("{operator: generalize, to: band}", E::Age, "`step`: how wide?"),
            ("{operator: date_shift, days: 0}", E::DateTime, "`days`: expected 1 to 36500"),
            ("{operator: noise, percent: 0}", E::Amount, "`percent`: expected more than 0"),
            ("{operator: redact, colour: red}", E::Person, "unknown field `colour`"),
            ("{role: CLIENT}", E::Person, "missing field `operator`"),
            ("[mask]", E::Person, "the name of an operator"),
            ("hash", E::Secret, "secrets take"),
        ] {
            let said = read(text, entity).unwrap_err();
            assert!(said.contains(want), "{text}: {said}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["mask", "{operator: generalize, to: band, step: 10}"] {
            let rule: EntityRule = serde_saphyr::from_str(text).unwrap();
            let json = serde_json::to_string(&rule).unwrap();
            assert_eq!(serde_json::from_str::<EntityRule>(&json).unwrap(), rule, "{json}");
        }
    }
}
