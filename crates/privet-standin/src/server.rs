//! HTTP.

use std::convert::Infallible;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use crate::answer::{Answer, ErrorsLeft, count_tokens, ident, plan};
use crate::canonical::spaced;
use crate::history::{self, Refused};
use crate::record::{Recorded, Recorder};
use crate::stream::{self, Died, Piece};

/// How a stand-in behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The key that callers must show; any will do without one.
    pub key: Option<String>,
    /// A string and a list of one text block count as different.
    pub strict_form: bool,
    /// Whether requests are kept for looking at.
    pub record: bool,
    /// Whole events in one write, for measuring.
    pub plain_writes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { key: None, strict_form: false, record: true, plain_writes: false }
    }
}

/// A stand-in that listens but does not answer yet.
#[derive(Debug)]
pub struct Standin {
    listener: TcpListener,
    address: SocketAddr,
    house: Arc<House>,
}

#[derive(Debug)]
struct House {
    options: Options,
    recorder: Recorder,
    errors: ErrorsLeft,
    serial: AtomicU64,
}

/// Listens on `address`.
///
/// # Errors
/// If the address cannot be had.
pub async fn bind(address: SocketAddr, options: Options) -> io::Result<Standin> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let (recorder, errors, serial) = Default::default();
    Ok(Standin { listener, address, house: Arc::new(House { options, recorder, errors, serial }) })
}

impl Standin {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it was sent.
    pub fn recorder(&self) -> Recorder {
        self.house.recorder.clone()
    }

    /// Answers until `stop` resolves.
    ///
    /// # Errors
    /// If connections cannot be accepted any more.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let tasks = TaskTracker::new();
        tokio::pin!(stop);
        loop {
            let (connection, _) = tokio::select! {
                () = &mut stop => return Ok(()),
                accepted = self.listener.accept() => accepted?,
            };
            let _ = connection.set_nodelay(true);
            let (house, inner) = (Arc::clone(&self.house), tasks.clone());
            tasks.spawn(async move {
                let service = service_fn(move |request| {
                    let (house, tasks) = (Arc::clone(&house), inner.clone());
                    async move { Ok::<_, Infallible>(house.answer(request, &tasks).await) }
                });
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(connection), service)
                    .await;
                if let Err(error) = served {
                    tracing::debug!(error = %error, "stand-in connection ended");
                }
            });
        }
    }
}

type Reply = Response<ReplyBody>;

impl House {
    async fn answer(&self, request: Request<Incoming>, tasks: &TaskTracker) -> Reply {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if path == "/_standin/requests" {
            let since = parts.uri.query().and_then(|query| query.strip_prefix("since="));
            let since = since.and_then(|since| since.parse().ok()).unwrap_or(0);
            return self.json(200, &self.recorder.as_json(since), &[]);
        }
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if path == "/_standin/reset" {
            self.recorder.reset();
            self.errors.reset();
            return self.json(200, &json!({}), &[]);
        }
        let number = self.options.record.then(|| self.recorder.note(recorded(&parts, &body)));
        match self.route(&parts, &body, number, tasks) {
            Ok(reply) => reply,
            Err(refused) => {
                if let Some(number) = number {
                    let what = json!({ "status": refused.status, "message": refused.message });
                    self.recorder.add(number, "refused", what);
                }
                self.refuse(&refused)
            }
        }
    }

    fn route(
        &self,
        parts: &http::request::Parts,
        body: &[u8],
        number: Option<usize>,
        tasks: &TaskTracker,
    ) -> Result<Reply, Refused> {
        let path = parts.uri.path();
        if parts.method == Method::HEAD {
            let known = matches!(path, "/" | "/api/hello");
            return Ok(self.reply(if known { 200 } else { 404 }, ReplyBody::Whole(None)));
        }
        self.authorize(&parts.headers)?;
        match (&parts.method, path) {
            (&Method::GET, "/" | "/api/hello") => {
                Ok(self.json(200, &json!({ "message": "hello from the stand-in" }), &[]))
            }
            (&Method::GET, path) if path.starts_with("/v1/models") => self.models(path),
            (&Method::POST, "/v1/messages/count_tokens") => {
                let request = read_json(&parts.headers, body)?;
                history::read(&request, self.options.strict_form)?;
                Ok(self.json(200, &json!({ "input_tokens": input_tokens(&request) }), &[]))
            }
            (&Method::POST, "/v1/messages") => {
                let request = read_json(&parts.headers, body)?;
                self.message(&request, number, tasks)
            }
            _ => Err(Refused::new(404, "stand-in: no such path")),
        }
    }

    fn message(
        &self,
        request: &Value,
        number: Option<usize>,
        tasks: &TaskTracker,
    ) -> Result<Reply, Refused> {
        let history = history::read(request, self.options.strict_form)?;
        let dropped = history.dropped;
        let answer = plan(request, history.prefix, &self.errors)?;
        let mut message = json!({
            "id": format!("msg_{}", ident(&[&request.to_string()])),
            "type": "message",
            "role": "assistant",
            "model": request.get("model"),
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": { "input_tokens": input_tokens(request), "cache_creation_input_tokens": 0,
                       "cache_read_input_tokens": 0, "output_tokens": 1 },
        });
        if let (false, Some(members)) = (dropped.is_empty(), message.as_object_mut()) {
            members.insert("input_transformations".into(), Value::from(dropped));
        }
        if let Some(number) = number {
            self.recorder.add(number, "answer", Value::from(answer.content()));
            self.recorder.add(number, "stop_reason", json!(answer.stop_reason));
        }
        if request.get("stream") == Some(&Value::Bool(true)) {
            return Ok(self.stream(message, answer, number, tasks));
        }
        self.whole(message, &answer, tasks)
    }

    fn stream(
        &self,
        message: Value,
        answer: Answer,
        number: Option<usize>,
        tasks: &TaskTracker,
    ) -> Reply {
        let (to, pieces) = mpsc::channel(16);
        let (recorder, plain) = (self.recorder.clone(), self.options.plain_writes);
        tasks.spawn(async move {
            let sent = stream::send(message, &answer, to, plain).await;
            if let (None, Some(number)) = (sent, number) {
                recorder.add(number, "client_left", Value::Bool(true));
            }
        });
        let mut reply = self.reply(200, ReplyBody::Stream(pieces));
        let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
        reply.headers_mut().insert(header::CONTENT_TYPE, kind);
        reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        reply
    }

    fn whole(
        &self,
        mut message: Value,
        answer: &Answer,
        tasks: &TaskTracker,
    ) -> Result<Reply, Refused> {
        if answer.error.is_some() {
            return Err(Refused::new(529, "stand-in: error on request"));
        }
        let content = answer.content();
        let tokens: usize = content.iter().map(count_tokens).sum();
        if let Some(members) = message.as_object_mut() {
            members.insert("content".into(), Value::from(content));
            members.insert("stop_reason".into(), json!(answer.stop_reason));
            members.insert("stop_sequence".into(), json!(answer.stop_sequence));
            if let Some(usage) = members.get_mut("usage").and_then(Value::as_object_mut) {
                usage.insert("output_tokens".into(), json!(tokens));
            }
        }
        let (to, pieces) = mpsc::channel(2);
        let body = Bytes::from(spaced(&message, false));
        let (cut, pause) = (answer.cut, answer.pause);
        if !cut && pause <= 0.0 {
            let mut reply = self.reply(200, ReplyBody::Whole(Some(body)));
            reply
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Ok(reply);
        }
        tasks.spawn(async move {
            if let (true, Ok(pause)) = (pause > 0.0, std::time::Duration::try_from_secs_f64(pause))
            {
                tokio::time::sleep(pause).await;
            }
            let half = body.slice(..body.len() / 2);
            let _ = to.send(Ok(if cut { half } else { body })).await;
            if cut {
                let _ = to.send(Err(Died)).await;
            }
        });
        let mut reply = self.reply(200, ReplyBody::Stream(pieces));
        reply
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(reply)
    }

    fn models(&self, path: &str) -> Result<Reply, Refused> {
        let names = [
            ("claude-opus-5-5", "Claude Opus 5.5"),
            ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
            ("claude-haiku-5-5", "Claude Haiku 5.5"),
        ];
        let model = |(id, name): &(&str, &str)| json!({ "type": "model", "id": id, "display_name": name, "created_at": "2026-10-01T00:00:00Z" });
        if path == "/v1/models" {
            let data: Vec<Value> = names.iter().map(model).collect();
            let page = json!({ "data": data, "has_more": false, "first_id": "claude-opus-5-5", "last_id": "claude-haiku-5-5" });
            return Ok(self.json(200, &page, &[]));
        }
        let found = names.iter().find(|(id, _)| path.strip_prefix("/v1/models/") == Some(*id));
        let found = found.ok_or_else(|| Refused::new(404, "stand-in: no such path"))?;
        Ok(self.json(200, &model(found), &[]))
    }

    fn authorize(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(want) = &self.options.key else { return Ok(()) };
        let shown = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = shown("authorization").map(|value| value.trim_start_matches("Bearer "));
        if shown("x-api-key") == Some(want) || bearer == Some(want) {
            return Ok(());
        }
        Err(Refused::new(401, "invalid x-api-key"))
    }

    fn refuse(&self, refused: &Refused) -> Reply {
        let id = format!("req_standin{:08}", self.serial.load(Ordering::Relaxed) + 1);
        let body = json!({
            "type": "error",
            "error": { "type": refused.kind(), "message": refused.message },
            "request_id": id,
        });
        self.json(refused.status, &body, &refused.headers)
    }

    fn json(&self, status: u16, body: &Value, headers: &[(&'static str, &'static str)]) -> Reply {
        let mut reply = self.reply(status, ReplyBody::Whole(Some(Bytes::from(body.to_string()))));
        reply
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            reply.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        reply
    }

    fn reply(&self, status: u16, body: ReplyBody) -> Reply {
        let mut reply = Response::new(body);
        *reply.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let serial = self.serial.fetch_add(1, Ordering::Relaxed) + 1;
        let headers = reply.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&format!("req_standin{serial:08}")) {
            headers.insert("request-id", id);
        }
        for (name, value) in [
            ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
            ("anthropic-ratelimit-requests-limit", "4000"),
            ("anthropic-ratelimit-requests-remaining", "3999"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        reply
    }
}

fn input_tokens(request: &Value) -> usize {
    ["system", "tools", "messages"]
        .into_iter()
        .filter_map(|name| request.get(name))
        .map(count_tokens)
        .sum()
}

fn read_json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refused> {
    let bad = |error: &dyn std::fmt::Display| {
        Refused::new(400, format!("The request body is not valid JSON: {error}"))
    };
    let mut decoded = Vec::new();
    let body = match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        Some(b"gzip") => {
            let mut reader = flate2::read::GzDecoder::new(body);
            reader.read_to_end(&mut decoded).map_err(|error| bad(&error))?;
            decoded.as_slice()
        }
        _ => body,
    };
    serde_json::from_slice(body).map_err(|error| bad(&error))
}

fn recorded(parts: &http::request::Parts, body: &[u8]) -> Recorded {
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Recorded {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: headers.collect(),
        body: body.to_vec(),
        ..Recorded::default()
    }
}

enum ReplyBody {
    Whole(Option<Bytes>),
    Stream(mpsc::Receiver<Piece>),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Died;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Died>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(pieces) => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self {
            Self::Whole(bytes) => {
                http_body::SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64))
            }
            Self::Stream(_) => http_body::SizeHint::default(),
        }
    }
}
