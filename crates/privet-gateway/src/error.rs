//! [`Problem`]: what Privet itself has to refuse, in Claude's error shape.

use http::{HeaderValue, Response, StatusCode, header};

use crate::body::ReplyBody;

/// What went wrong, as Claude's clients know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 400: the request, or policy. Clients show it and do not retry.
    Invalid,
    /// 401: no Privet key, or none that holds.
    Unauthenticated,
    /// 403: the key may not do that. Only on Privet's own roads: Claude Code takes it for a dead
    /// login.
    Forbidden,
    /// 404: no such path here.
    NotFound,
    /// 408.
    Timeout,
    /// 413.
    TooLarge,
    /// 500: a part of Privet cannot do its work; nothing was sent.
    Closed,
    /// 502: Claude could not be reached.
    Unreachable,
    /// 504: Claude did not answer in time.
    UpstreamTimeout,
    /// 529.
    Overloaded,
}

impl Kind {
    fn shape(self) -> (u16, &'static str) {
        match self {
            Self::Invalid => (400, "invalid_request_error"),
            Self::Unauthenticated => (401, "authentication_error"),
            Self::Forbidden => (403, "permission_error"),
            Self::NotFound => (404, "not_found_error"),
            Self::Timeout => (408, "timeout_error"),
            Self::TooLarge => (413, "request_too_large"),
            Self::Closed => (500, "api_error"),
            Self::Unreachable => (502, "api_error"),
            Self::UpstreamTimeout => (504, "timeout_error"),
            Self::Overloaded => (529, "overloaded_error"),
        }
    }

    /// Whether trying again can help.
    fn is_passing(self) -> bool {
        matches!(self, Self::Closed | Self::Unreachable | Self::UpstreamTimeout | Self::Overloaded)
    }
}

/// A refusal of Privet's own. The message names field, rule and remedy, never a value.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    message: String,
    /// The code in the audit log.
    pub(crate) code: &'static str,
    /// The part of the request that is meant, for the audit log.
    pub(crate) field: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let code = match kind {
            Kind::Invalid => "invalid_request",
            Kind::Unauthenticated => "unauthenticated",
            Kind::Forbidden => "forbidden",
            Kind::NotFound => "unknown_path",
            Kind::Timeout => "request_timeout",
            Kind::TooLarge => "request_too_large",
            Kind::Closed => "failed_closed",
            Kind::Unreachable => "upstream_unreachable",
            Kind::UpstreamTimeout => "upstream_timeout",
            Kind::Overloaded => "overloaded",
        };
        Self { kind, message: message.into(), code, field: None }
    }

    pub(crate) fn say(&mut self, message: &str) {
        message.clone_into(&mut self.message);
    }

    pub(crate) fn coded(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn status(&self) -> u16 {
        self.kind.shape().0
    }

    /// The reply. `contact` is whom to ask about refusals.
    pub(crate) fn reply(&self, request_id: &str, contact: Option<&str>) -> Response<ReplyBody> {
        let (status, name) = self.kind.shape();
        let mut message = format!("Privet: {}", self.message);
        if matches!(self.kind, Kind::Invalid | Kind::Forbidden) {
            if let Some(contact) = contact {
                message.push_str(&format!(". Ask {contact}"));
            }
            message.push_str(&format!(". Request {request_id}"));
        }
        let body = serde_json::json!({
            "type": "error",
            "error": { "type": name, "message": message },
            "request_id": request_id,
        });
        let mut reply = Response::new(ReplyBody::whole(body.to_string()));
        *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let retry = if self.kind.is_passing() { "true" } else { "false" };
        headers.insert("x-should-retry", HeaderValue::from_static(retry));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("request-id", id.clone());
            headers.insert("x-privet-request-id", id);
        }
        reply
    }
}
