//! What key services answer: outside bytes, of which only a key or a wrapped key is taken.

use data_encoding::BASE64;
use privet_vault::RootError;
use serde_json::Value;
use zeroize::Zeroizing;

/// Which service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The Transit engine of OpenBao or Vault.
    Transit,
    /// The AWS Key Management Service.
    Kms,
}

/// An answer that said yes.
#[derive(Debug)]
pub struct Answer {
    service: Service,
    body: Value,
}

impl Service {
    /// Reads an answer. A no is [`RootError::Refused`]; what may pass, and what makes no sense,
    /// is [`RootError::Unreachable`].
    pub fn read(self, status: u16, body: &str) -> Result<Answer, RootError> {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        // Its own words name keys and policies, never what was wrapped.
        let said = match self {
            Self::Transit => body.pointer("/errors/0"),
            Self::Kms => body.pointer("/__type"),
        };
        let said = said.and_then(Value::as_str).unwrap_or("no reason given");
        let said = format!("{status}: {}", said.chars().take(SAID_CHARS_MAX).collect::<String>());
        let is_no = match self {
            Self::Transit => matches!(status, 400 | 403 | 404),
            Self::Kms => (400..500).contains(&status) && !said.contains("Throttling"),
        };
        match status {
            200..300 => Ok(Answer { service: self, body }),
            _ if is_no => Err(RootError::Refused(said)),
            _ => Err(RootError::Unreachable(said)),
        }
    }
}

impl Answer {
    /// The key that was unwrapped.
    pub fn key(&self) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let key = self.text(match self.service {
            Service::Transit => "/data/plaintext",
            Service::Kms => "/Plaintext",
        })?;
        let key = Zeroizing::new(BASE64.decode(key.as_bytes()).map_err(|_| self.unfit())?);
        key.as_slice().try_into().map(Zeroizing::new).map_err(|_| self.unfit())
    }

    /// The key that was wrapped, as the service wants it back.
    pub fn wrapped(&self) -> Result<Vec<u8>, RootError> {
        match self.service {
            Service::Transit => Ok(self.text("/data/ciphertext")?.as_bytes().to_vec()),
            Service::Kms => {
                BASE64.decode(self.text("/CiphertextBlob")?.as_bytes()).map_err(|_| self.unfit())
            }
        }
    }

    /// The newest version of the engine's key.
    pub fn latest_version(&self) -> Result<u64, RootError> {
        let latest = self.body.pointer("/data/latest_version").and_then(Value::as_u64);
        latest.ok_or_else(|| self.unfit())
    }

    fn text(&self, place: &str) -> Result<&str, RootError> {
        self.body.pointer(place).and_then(Value::as_str).ok_or_else(|| self.unfit())
    }

    fn unfit(&self) -> RootError {
        let who = match self.service {
            Service::Transit => "a Transit engine",
            Service::Kms => "the Key Management Service",
        };
        RootError::Unreachable(format!("its answer is not that of {who}"))
    }
}

/// Enough for a reason.
const SAID_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_closes_and_everything_else_does_not() {
        let rows = [
            (Service::Transit, 403, r#"{"errors":["permission denied"]}"#, "no"),
            (Service::Transit, 404, "", "no"),
            (Service::Transit, 503, r#"{"errors":["sealed"]}"#, "perhaps"),
            (Service::Transit, 302, "", "perhaps"),
            (Service::Kms, 400, r#"{"__type":"DisabledException"}"#, "no"),
            (Service::Kms, 400, r#"{"__type":"ThrottlingException"}"#, "perhaps"),
            (Service::Kms, 500, "<html>", "perhaps"),
            (Service::Kms, 200, "<html>", "yes"),
        ];
        for (service, status, body, want) in rows {
            let got = match service.read(status, body) {
                Ok(_) => "yes",
                Err(RootError::Refused(_)) => "no",
                Err(_) => "perhaps",
            };
            assert_eq!(got, want, "{service:?} {status} {body}");
        }
    }

    #[test]
    fn only_32_bytes_are_a_key() {
        let key = |bytes: usize| {
            let body = serde_json::json!({ "Plaintext": BASE64.encode(&vec![7; bytes]) });
            Service::Kms.read(200, &body.to_string()).unwrap().key()
        };
        assert_eq!(key(32).unwrap().as_slice(), [7; 32]);
        for bytes in [0, 31, 33] {
            let error = key(bytes).unwrap_err();
            assert!(matches!(error, RootError::Unreachable(_)), "{bytes}: {error}");
        }
        assert!(Service::Kms.read(200, r#"{"Plaintext":"?"}"#).unwrap().key().is_err());
        assert!(Service::Transit.read(200, "{}").unwrap().wrapped().is_err());
    }
}
