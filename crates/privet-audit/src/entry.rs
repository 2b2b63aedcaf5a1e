//! What an entry says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use privet_text::DataClass;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The gateway began to listen.
    ServerStarted,
    /// The gateway stopped.
    ServerStopped,
    /// A request is about to be sent upstream.
    RequestIntent,
    /// What became of a request that was sent.
    RequestOutcome,
    /// A request was refused; nothing was sent.
    RequestRefused,
    /// A caller was turned away before the request was read.
    CallerRefused,
    /// A request held a secret.
    SecretFound,
    /// The last sweep found a raw value in the outbound bytes.
    SweepHit,
    /// A key was made.
    KeyCreated,
    /// A key was revoked.
    KeyRevoked,
    /// The keys were listed.
    KeysListed,
    /// Text was masked on the command line.
    Mask,
    /// Tokens were turned back into values on the command line.
    Unmask,
    /// Tokens were turned back into values for a caller who may see them.
    Revealed,
    /// It was looked for what the vault holds about somebody.
    SubjectFound,
    /// What the vault holds about somebody was given out.
    SubjectExported,
    /// Somebody's values were erased, or an erasure that was cut off was carried on.
    SubjectErased,
    /// Erasures were carried out again because a backup had undone them.
    ErasuresReplayed,
    /// A legal hold was made.
    HoldCreated,
    /// A legal hold was ended.
    HoldEnded,
    /// The root key, or the tenants' keys, were replaced.
    KeysRotated,
    /// A backup was made.
    BackupMade,
    /// A backup was put in the place of the database.
    BackupRestored,
    /// The vault was verified.
    VaultVerified,
    /// The text of old entries was let go.
    EntriesLetGo,
    /// The log was read.
    AuditRead,
    /// The log was verified.
    AuditVerified,
}

impl Event {
    /// The name in entries, such as `request_intent`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerStarted => "server_started",
            Self::ServerStopped => "server_stopped",
            Self::RequestIntent => "request_intent",
            Self::RequestOutcome => "request_outcome",
            Self::RequestRefused => "request_refused",
            Self::CallerRefused => "caller_refused",
            Self::SecretFound => "secret_found",
            Self::SweepHit => "sweep_hit",
            Self::KeyCreated => "key_created",
            Self::KeyRevoked => "key_revoked",
            Self::KeysListed => "keys_listed",
            Self::Mask => "mask",
            Self::Unmask => "unmask",
            Self::Revealed => "revealed",
            Self::SubjectFound => "subject_found",
            Self::SubjectExported => "subject_exported",
            Self::SubjectErased => "subject_erased",
            Self::ErasuresReplayed => "erasures_replayed",
            Self::HoldCreated => "hold_created",
            Self::HoldEnded => "hold_ended",
            Self::KeysRotated => "keys_rotated",
            Self::BackupMade => "backup_made",
            Self::BackupRestored => "backup_restored",
            Self::VaultVerified => "vault_verified",
            Self::EntriesLetGo => "entries_let_go",
            Self::AuditRead => "audit_read",
            Self::AuditVerified => "audit_verified",
        }
    }

    /// The event of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// Every event.
    pub const ALL: &'static [Self] = &[
        Self::ServerStarted,
        Self::ServerStopped,
        Self::RequestIntent,
        Self::RequestOutcome,
        Self::RequestRefused,
        Self::CallerRefused,
        Self::SecretFound,
        Self::SweepHit,
        Self::KeyCreated,
        Self::KeyRevoked,
        Self::KeysListed,
        Self::Mask,
        Self::Unmask,
        Self::Revealed,
        Self::SubjectFound,
        Self::SubjectExported,
        Self::SubjectErased,
        Self::ErasuresReplayed,
        Self::HoldCreated,
        Self::HoldEnded,
        Self::KeysRotated,
        Self::BackupMade,
        Self::BackupRestored,
        Self::VaultVerified,
        Self::EntriesLetGo,
        Self::AuditRead,
        Self::AuditVerified,
    ];
}

/// A remark in a fixed vocabulary: short codes such as `opaque_withheld`, made of
/// lower-case letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(std::borrow::Cow<'static, str>);

impl Note {
    /// A note known when the program is compiled.
    ///
    /// # Panics
    ///
    /// At compile time, when used in a constant, if `code` is not a code.
    pub const fn new(code: &'static str) -> Self {
        assert!(is_code(code), "a note is lower-case letters, digits and `_`");
        Self(std::borrow::Cow::Borrowed(code))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Note {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        match is_code(&code) {
            true => Ok(Self(code.into())),
            false => Err("a note is lower-case letters, digits and `_`"),
        }
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0.into_owned()
    }
}

/// A name that came from outside, such as a model's: letters, digits and
/// `._:/@[]-`, at most 128 bytes. Whatever else it held, it becomes `invalid`: what
/// a client sends never gets into the log as free text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Plain(String);

impl Plain {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Plain {
    fn from(text: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@[]-_".contains(&byte);
        let kept = !text.is_empty() && text.len() <= PLAIN_BYTES_MAX && text.bytes().all(plain);
        Self(if kept { text } else { "invalid" }.to_owned())
    }
}

impl From<String> for Plain {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Plain> for String {
    fn from(plain: Plain) -> Self {
        plain.0
    }
}

const fn is_code(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if rest.is_empty() || rest.len() > NOTE_BYTES_MAX {
        return false;
    }
    while let [first, tail @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'_') {
            return false;
        }
        rest = tail;
    }
    true
}

/// How many findings of each entity type, by the type's name.
pub type Counts = BTreeMap<String, u64>;

/// What the model's answer cost, as the provider counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Tokens written to the prompt cache.
    pub cache_creation_input_tokens: u64,
    /// Tokens read from the prompt cache.
    pub cache_read_input_tokens: u64,
}

/// Which rows of a table were taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The share asked for.
    pub percent: f64,
    /// Draws the same rows again.
    pub seed: u64,
    /// How many there were.
    pub rows: u64,
    /// How many were taken.
    pub kept: u64,
}

/// What is to be recorded. Begin with [`Record::new`] and set what is known;
/// what is not set is not written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the documentation; docs/audit.md tells more")]
pub struct Record {
    pub event: Event,
    /// Privet's own id of the request: intent and outcome share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The key that proved who called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The principal's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// Whose tokens were turned back into values, when somebody else's may have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_address: Option<Plain>,
    /// Keyed hash of the client's session id, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_hash: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Plain>,
    /// The path without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_class: Option<DataClass>,
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub entities: Counts,
    /// What was done to them: `EMAIL_ADDRESS/shaped`.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub operators: Counts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_new: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_reused: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector_version: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streamed: Option<bool>,
    /// HTTP status given to the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<Plain>,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_request_id: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Bytes of the client's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<u64>,
    /// Bytes of the body given to the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What went wrong, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Note>,
    /// Where it went wrong: a path within the request made of structure only,
    /// such as `messages[3].content[0].text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Plain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Up to which entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<u64>,
    /// Why an operator did it, in words in which no personal data was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Record {
    /// A record of `event` with nothing else set.
    pub fn new(event: Event) -> Self {
        Self {
            event,
            request_id: None,
            key_id: None,
            principal: None,
            tokens_of: None,
            tenant: None,
            workspace: None,
            client_address: None,
            session_hash: None,
            method: None,
            path: None,
            model: None,
            deployment: None,
            data_class: None,
            entities: Counts::new(),
            operators: Counts::new(),
            tokens_new: None,
            tokens_reused: None,
            detector_version: None,
            policy_version: None,
            streamed: None,
            status: None,
            stop_reason: None,
            upstream_request_id: None,
            usage: None,
            bytes_in: None,
            bytes_out: None,
            duration_ms: None,
            error: None,
            field: None,
            sample: None,
            notes: Vec::new(),
            through: None,
            reason: None,
        }
    }
}

/// A record in the log: with its number and its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1, without gaps.
    pub seq: u64,
    /// When it was appended, in UTC to the millisecond; never before the entry
    /// in front of it.
    #[serde(with = "millis")]
    pub time: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub record: Record,
}

/// RFC 3339 with exactly three digits after the second.
pub(crate) mod millis {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{time:.3}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

const NOTE_BYTES_MAX: usize = 64;
const PLAIN_BYTES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_serde() {
        for &event in Event::ALL {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(json, format!("\"{}\"", event.name()));
            assert_eq!(Event::from_name(event.name()), Some(event));
        }
    }

    #[test]
    fn an_entry_reads_back_as_written() {
        let mut record = Record::new(Event::RequestIntent);
        record.request_id = Some(String::from("req_1"));
        record.entities.insert(String::from("PERSON"), 2);
        record.notes.push(Note::new("opaque_withheld"));
        let entry = Entry { seq: 7, time: "2026-03-01T10:00:00Z".parse().unwrap(), record };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(
            json,
            r#"{"seq":7,"time":"2026-03-01T10:00:00.000Z","event":"request_intent","request_id":"req_1","entities":{"PERSON":2},"notes":["opaque_withheld"]}"#
        );
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    }

    /// Every name in the page is looked for as it stands there, in backticks.
    #[test]
    fn the_page_names_every_field_and_event() {
        let page = include_str!("../../../docs/audit.md");
        let source = include_str!("entry.rs");
        let (_, body) = source.split_once("pub struct Record {").unwrap();
        let (body, _) = body.split_once("\n}").unwrap();
        let fields = body.lines().filter_map(|line| line.trim().strip_prefix("pub "));
        let fields = fields.filter_map(|line| Some(line.split_once(':')?.0));
        for name in fields.chain(Event::ALL.iter().map(|event| event.name())) {
            assert!(page.contains(&format!("`{name}`")), "docs/audit.md does not name `{name}`");
        }
    }

    #[test]
    fn names_from_outside_are_plain() {
        let rows = [
            ("claude-sonnet-5", "claude-sonnet-5"),
            ("messages[3].content[0].text", "messages[3].content[0].text"),
            ("Jane Doe", "invalid"),
            ("", "invalid"),
            ("é", "invalid"),
        ];
        for (text, want) in rows {
            assert_eq!(Plain::from(text).as_str(), want, "{text:?}");
        }
        assert_eq!(Plain::from("a".repeat(129)).as_str(), "invalid");
    }

    #[test]
    fn notes_are_codes() {
        for (text, want) in [("ok_2", true), ("", false), ("Jane Doe", false), ("é", false)] {
            assert_eq!(Note::try_from(text.to_owned()).is_ok(), want, "{text:?}");
        }
    }
}
