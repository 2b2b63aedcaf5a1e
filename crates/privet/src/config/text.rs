//! Values that are written as text: waits, sizes, references to keys. Each says
//! what it allows when it refuses.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Derives reading, writing and schema from `FromStr` and `Display`.
macro_rules! written_as_text {
    ($type:ident, $pattern:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

pub(super) use written_as_text;

/// What is allowed where something else stood. Never repeats what stood there:
/// it may be a key that somebody pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Expected(pub &'static str);

/// A wait such as `30s`: a whole number and `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(Duration);

impl Wait {
    /// A wait of so many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A wait of so many milliseconds.
    pub const fn milliseconds(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }

    /// The wait as a duration.
    pub fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Wait {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected = Expected("expected a wait such as `500ms`, `30s`, `5m`, `12h` or `90d`");
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end).ok_or(expected)?;
        let number: u64 = number.parse().map_err(|_| expected)?;
        let unit_ms = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(expected),
        };
        match number.checked_mul(unit_ms) {
            Some(0) => Err(Expected("a wait is longer than nothing")),
            Some(ms) if ms <= WAIT_MS_MAX => Ok(Self(Duration::from_millis(ms))),
            _ => Err(Expected("a wait is at most `3650d`")),
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
        let fits = units.iter().find(|(unit_ms, _)| ms.is_multiple_of(*unit_ms));
        let (unit_ms, unit) = fits.copied().unwrap_or((1, "ms"));
        write!(f, "{}{unit}", ms / unit_ms)
    }
}

written_as_text!(Wait, "^[0-9]+(ms|s|m|h|d)$");

/// A size such as `32MiB`: a whole number and `B`, `KiB`, `MiB` or `GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// A size of so many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The size in bytes.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected = Expected("expected a size such as `512B`, `64KiB`, `32MiB` or `1GiB`");
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end).ok_or(expected)?;
        let number: u64 = number.parse().map_err(|_| expected)?;
        let unit = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(expected),
        };
        number.checked_mul(unit).map(Self).ok_or(expected)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")];
        let fits = units.iter().find(|(unit, _)| self.0.is_multiple_of(*unit));
        let (unit, name) = fits.copied().unwrap_or((1, "B"));
        write!(f, "{}{name}", self.0 / unit)
    }
}

written_as_text!(Size, "^[0-9]+(B|KiB|MiB|GiB)$");

/// Where a key is to be had: `env:NAME` or `file:/path`. Never the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// In an environment variable.
    Env(String),
    /// In a file, whose line end does not count.
    File(PathBuf),
}

impl SecretRef {
    /// The environment variable, if it is in one.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Env(name) => Some(name),
            Self::File(_) => None,
        }
    }
}

impl FromStr for SecretRef {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected =
            Expected("a key never stands in the configuration: write `env:NAME` or `file:/path`");
        match text.split_once(':').ok_or(expected)? {
            ("env", name) if is_variable(name) => Ok(Self::Env(name.to_owned())),
            ("file", path) if Path::new(path).is_absolute() || path.starts_with("~/") => {
                Ok(Self::File(path.into()))
            }
            _ => Err(expected),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

written_as_text!(SecretRef, "^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/|~/).+)$");

pub(super) fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

const WAIT_MS_MAX: u64 = 3650 * 86_400_000;

/// For tables of tests: what each text reads as.
#[cfg(test)]
#[track_caller]
pub(crate) fn check<T: FromStr<Err = Expected> + fmt::Display>(rows: &[(&str, Option<&str>)]) {
    for (text, want) in rows {
        let got = text.parse::<T>().ok().map(|value| value.to_string());
        assert_eq!(got.as_deref(), *want, "{text:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        check::<Wait>(&[
            ("30s", Some("30s")),
            ("90s", Some("90s")),
            ("120s", Some("2m")),
            ("500ms", Some("500ms")),
            ("90d", Some("90d")),
            ("24h", Some("1d")),
            ("30", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("0s", None),
            ("99999999999999999999s", None),
            ("4000d", None),
        ]);
    }

    #[test]
    fn sizes() {
        check::<Size>(&[
            ("32MiB", Some("32MiB")),
            ("1024KiB", Some("1MiB")),
            ("1500B", Some("1500B")),
            ("32MB", None),
            ("32", None),
            ("99999999999GiB", None),
        ]);
    }

    #[test]
    fn references_but_no_keys() {
        check::<SecretRef>(&[
            ("env:ANTHROPIC_API_KEY", Some("env:ANTHROPIC_API_KEY")),
            ("file:/run/secrets/key", Some("file:/run/secrets/key")),
            ("file:~/key", Some("file:~/key")),
            ("sk-ant-invented", None),
            ("env:", None),
            ("env:A B", None),
            ("file:key", None),
            ("plain:sk-ant-invented", None),
        ]);
        let error = "sk-ant-invented".parse::<SecretRef>().unwrap_err().to_string();
        assert!(!error.contains("invented"), "{error}");
    }
}
