//! Names of tools and of entity types.

use std::fmt;
use std::str::FromStr;

use privet_text::EntityType;

use super::text::{Expected, written_as_text};

/// The name of a tool, in which `*` stands for any characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolPattern(String);

impl ToolPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the tool `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            // The first place that fits leaves the most for what follows.
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl FromStr for ToolPattern {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-*.:/".contains(&b);
        match !text.is_empty() && text.len() <= 200 && text.bytes().all(allowed) {
            true => Ok(Self(text.to_owned())),
            false => Err(Expected("expected the name of a tool, in which `*` stands for anything")),
        }
    }
}

impl fmt::Display for ToolPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(ToolPattern, "^[A-Za-z0-9_.:/*-]+$");

/// The name of an entity type, such as `EMAIL_ADDRESS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntityName(pub EntityType);

impl EntityName {
    /// The types that policy may speak of. Literals that look like tokens are
    /// always masked: else they could not be told from tokens.
    pub fn allowed() -> impl Iterator<Item = EntityType> {
        EntityType::ALL.iter().copied().filter(|entity| *entity != EntityType::TokenLiteral)
    }
}

impl<'de> serde::Deserialize<'de> for EntityName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::allowed().find(|entity| entity.name() == text).map(Self).ok_or_else(|| {
            let names: Vec<_> = Self::allowed().map(EntityType::name).collect();
            serde::de::Error::custom(format_args!("expected one of {}", names.join(", ")))
        })
    }
}

impl serde::Serialize for EntityName {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.name())
    }
}

impl schemars::JsonSchema for EntityName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EntityName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<_> = Self::allowed().map(EntityType::name).collect();
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::text::check;

    #[test]
    fn tool_patterns() {
        let rows = [
            ("Edit", "Edit", true),
            ("Edit", "MultiEdit", false),
            ("Edit", "EditX", false),
            ("mcp__*", "mcp__files__read", true),
            ("*Edit", "MultiEdit", true),
            ("*", "anything", true),
            ("a*a", "a", false),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("**x", "x", true),
        ];
        for (pattern, name, want) in rows {
            let parsed: ToolPattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(name), want, "{pattern} on {name}");
        }
        check::<ToolPattern>(&[("mcp__*", Some("mcp__*")), ("", None), ("a b", None), ("é", None)]);
    }
}
