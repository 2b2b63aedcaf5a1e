//! AWS Signature Version 4 for requests with a body and no query.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use privet_text::Raw;
use sha2::{Digest, Sha256};

/// Who signs.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Raw<String>,
    pub(super) session_token: Option<Raw<String>>,
}

/// What is signed, beside the headers.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) body: &'a [u8],
}

/// The value of `authorization` for a request with these headers, whose names are in lower
/// case and in order, `host` and `x-amz-date` among them.
pub(super) fn authorization(
    credentials: &Credentials,
    request: &Request<'_>,
    headers: &[(&str, &str)],
    now: Timestamp,
) -> String {
    let (day, time) = stamps(now);
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let signed = names.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let body = HEXLOWER.encode(&Sha256::digest(request.body));
    let Request { method, path, query, region, service, .. } = request;
    let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{signed}\n{body}");
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let digest = HEXLOWER.encode(&Sha256::digest(canonical));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
    let first = zeroize::Zeroizing::new(format!("AWS4{}", credentials.secret_access_key.expose()));
    let mut key = sign(first.as_bytes(), day.as_bytes());
    for part in [region.as_bytes(), service.as_bytes(), b"aws4_request"] {
        key = sign(&key, part);
    }
    let signature = HEXLOWER.encode(&sign(&key, to_sign.as_bytes()));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
        credentials.access_key_id
    )
}

/// The day and the time as signatures have them.
pub(super) fn stamps(now: Timestamp) -> (String, String) {
    (now.strftime("%Y%m%d").to_string(), now.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn sign(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length (RFC 2104).
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().to_vec(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of AWS's own documentation, "Create a signed AWS API request".
    #[test]
    fn signs_as_the_documentation_does() {
        let credentials = Credentials {
            access_key_id: String::from("AKIDEXAMPLE"),
            secret_access_key: Raw::new(String::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
            session_token: None,
        };
        let request = Request {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            region: "us-east-1",
            service: "iam",
            body: b"",
        };
        let headers = [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ];
        let now = "2015-08-30T12:36:00Z".parse().unwrap();
        let value = authorization(&credentials, &request, &headers, now);
        assert_eq!(
            value,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
