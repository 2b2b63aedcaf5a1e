//! The way back: answers restored, remembered, recorded and passed on.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use privet_audit::{Event, Note, Record, Usage};
use privet_vault::Scope;
use privet_wire::answer::{AnswerFacts, AnswerStream, Restoration, StreamError, restore_whole};
use privet_wire::memo::BlockMemo;
use privet_wire::sse::FrameReader;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::body::{Aborted, ReplyBody};
use crate::error::{Kind, Problem};
use crate::front::Call;
use crate::gateway::Gateway;
use crate::headers::inbound;
use crate::ledger::Ledger;
use crate::masker::answer_rows;
use crate::messages::{closed, millis, unrecorded};

/// What an answer needs on its way back.
pub(crate) struct Road {
    pub(crate) scope: Arc<Scope>,
    pub(crate) restoration: Restoration,
    /// What the owner of a secret must know.
    pub(crate) notice: Option<String>,
    /// The right to stream.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// The right to stream one more answer, asked for before the request is sent.
pub(crate) fn stream_permit(gateway: &Gateway) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&gateway.streams).try_acquire_owned().map_err(|_| {
        Problem::new(Kind::Overloaded, "too many answers are being streamed; try again shortly")
    })
}

/// An answer that is not streamed may not be larger than this.
const WHOLE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Pieces waiting for a slow caller; more and the upstream has to wait.
const PIECES_WAITING: usize = 8;

/// Restores an answer for the caller.
pub(crate) async fn restore(
    gateway: &Arc<Gateway>,
    call: &Call,
    response: Response<Incoming>,
    mut road: Road,
) -> Result<Response<ReplyBody>, Problem> {
    if !response.status().is_success() {
        return pass_on(gateway, call, response).await;
    }
    let streamed = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let mut reply = if streamed {
        let permit = match road.permit.take() {
            Some(permit) => permit,
            None => stream_permit(gateway)?,
        };
        stream(gateway, call, response, &road, permit)
    } else {
        whole(gateway, call, response, &road).await?
    };
    if let Some(notice) = road.notice.as_deref().and_then(|n| HeaderValue::from_str(n).ok()) {
        reply.headers_mut().insert("x-privet-notice", notice);
    }
    Ok(reply)
}

/// Passes an answer on as it is: errors, counts, models.
pub(crate) async fn pass_on(
    gateway: &Arc<Gateway>,
    call: &Call,
    response: Response<Incoming>,
) -> Result<Response<ReplyBody>, Problem> {
    let (parts, body) = response.into_parts();
    let bytes = read_whole(body).await?;
    let mut record = outcome(call, &parts);
    record.bytes_out = Some(bytes.len() as u64);
    gateway.ledger.note(record);
    Ok(reply(call, &parts, ReplyBody::whole(bytes)))
}

async fn read_whole(body: Incoming) -> Result<Bytes, Problem> {
    let lost = || Problem::new(Kind::Unreachable, "the answer was cut off upstream");
    let collected = Limited::new(body, WHOLE_BYTES_MAX).collect().await.map_err(|_| lost())?;
    Ok(collected.to_bytes())
}

async fn whole(
    gateway: &Arc<Gateway>,
    call: &Call,
    response: Response<Incoming>,
    road: &Road,
) -> Result<Response<ReplyBody>, Problem> {
    let (parts, body) = response.into_parts();
    let bytes = read_whole(body).await?;
    let answer = restore_whole(&bytes, &road.restoration);
    let mut record = outcome(call, &parts);
    record.bytes_out = Some(answer.body.len() as u64);
    put_facts(&mut record, &answer.facts);
    let rows = rows(&road.scope, &road.restoration, &answer.memos);
    gateway
        .ledger
        .remember_answer(Arc::clone(&road.scope), rows, Some(record))
        .await
        .map_err(|error| unrecorded(&error))?;
    if answer.marker_written {
        return Err(Problem::new(Kind::Invalid, MARKER_MESSAGE).coded("secret_marker"));
    }
    Ok(reply(call, &parts, ReplyBody::whole(answer.body)))
}

fn stream(
    gateway: &Arc<Gateway>,
    call: &Call,
    response: Response<Incoming>,
    road: &Road,
    permit: OwnedSemaphorePermit,
) -> Response<ReplyBody> {
    let (parts, body) = response.into_parts();
    let (pieces, waiting) = mpsc::channel(PIECES_WAITING);
    let pump = Pump {
        body,
        pieces,
        answer: AnswerStream::new(road.restoration.clone()),
        restoration: road.restoration.clone(),
        scope: Arc::clone(&road.scope),
        ledger: gateway.ledger.clone(),
        ping_after: gateway.settings.limits.ping_after,
        idle_timeout: gateway.idle_timeout,
        bytes_out: 0,
        lost: false,
    };
    let mut record = outcome(call, &parts);
    let (ledger, started) = (gateway.ledger.clone(), call.started);
    gateway.tasks.spawn(async move {
        let (end, facts, bytes_out) = pump.run().await;
        put_facts(&mut record, &facts);
        record.bytes_out = Some(bytes_out);
        record.duration_ms = Some(millis(started.elapsed()));
        if let Some(code) = end.code() {
            record.error = Some(Note::new(code));
        }
        ledger.note(record);
        drop(permit);
    });
    reply(call, &parts, ReplyBody::Stream(waiting))
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Complete,
    UpstreamLost,
    UpstreamSilent,
    CallerLeft,
    FailedClosed,
    /// A tool would have written the marker of a secret into a file.
    SecretMarker,
}

impl End {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::UpstreamLost => Some("upstream_lost"),
            Self::UpstreamSilent => Some("upstream_silent"),
            Self::CallerLeft => Some("caller_left"),
            Self::FailedClosed => Some("failed_closed"),
            Self::SecretMarker => Some("secret_marker"),
        }
    }
}

/// Moves a stream from Claude to the caller.
struct Pump {
    body: Incoming,
    pieces: mpsc::Sender<Result<Bytes, Aborted>>,
    answer: AnswerStream,
    restoration: Restoration,
    scope: Arc<Scope>,
    ledger: Ledger,
    ping_after: Duration,
    idle_timeout: Duration,
    bytes_out: u64,
    lost: bool,
}

/// How much is read before something goes on.
const TAKEN_AT_ONCE_MAX: usize = 16 * 1024;

const MARKER_MESSAGE: &str = "a tool would write the marker of a masked secret into a file, where \
    the secret belongs; policy does not let secrets come back";

const PING: &[u8] = b"event: ping\ndata: {\"type\": \"ping\"}\n\n";

impl Pump {
    async fn run(mut self) -> (End, AnswerFacts, u64) {
        let end = self.pass().await.unwrap_or_else(|end| end);
        if matches!(end, End::UpstreamLost | End::UpstreamSilent | End::FailedClosed) {
            let _ = self.pieces.send(Err(Aborted)).await;
        }
        (end, self.answer.facts().clone(), self.bytes_out)
    }

    async fn pass(&mut self) -> Result<End, End> {
        let mut reader = FrameReader::default();
        while let Some(bytes) = self.next_bytes().await? {
            reader.push(&bytes).map_err(|_| End::UpstreamLost)?;
            let mut taken = bytes.len();
            while taken < TAKEN_AT_ONCE_MAX
                && let Some(more) = self.ready_bytes().await
            {
                reader.push(&more).map_err(|_| End::UpstreamLost)?;
                taken += more.len();
            }
            let mut out = Vec::with_capacity(taken + 64);
            while let Some(frame) = reader.next_frame() {
                let mut memos = Vec::new();
                match self.answer.frame(&frame, &mut out, &mut memos) {
                    Ok(()) => {}
                    Err(StreamError::SecretMarker) => return self.refuse_marker(out).await,
                    Err(_) => return Err(End::UpstreamLost),
                }
                self.remember(&memos).await?;
            }
            self.give(out).await?;
        }
        let (mut out, mut memos) = (Vec::new(), Vec::new());
        self.answer.finish(&mut out, &mut memos);
        self.remember(&memos).await?;
        out.extend(reader.rest());
        self.give(out).await?;
        let facts = self.answer.facts();
        let ended = facts.complete || facts.error.is_some();
        if ended { Ok(End::Complete) } else { Err(End::UpstreamLost) }
    }

    /// Ends the stream with an error event before the tool call is complete, so that no
    /// client runs it.
    async fn refuse_marker(&mut self, mut out: Vec<u8>) -> Result<End, End> {
        let error = serde_json::json!({
            "type": "error",
            "error": { "type": "invalid_request_error", "message": format!("Privet: {MARKER_MESSAGE}") },
        });
        privet_wire::sse::write_frame("error", &error.to_string(), &mut out);
        self.give(out).await?;
        Ok(End::SecretMarker)
    }

    /// What is there already, so that small pieces that came together go on together.
    async fn ready_bytes(&mut self) -> Option<Bytes> {
        // The connection is a task of its own and hands over one piece at a time.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            frame = self.body.frame() => match frame? {
                Ok(frame) => frame.into_data().ok(),
                Err(_) => {
                    self.lost = true;
                    None
                }
            },
            () = std::future::ready(()) => None,
        }
    }

    /// The next bytes from upstream, bridging silence with pings.
    async fn next_bytes(&mut self) -> Result<Option<Bytes>, End> {
        let mut silent = Duration::ZERO;
        if self.lost {
            return Err(End::UpstreamLost);
        }
        loop {
            tokio::select! {
                frame = self.body.frame() => match frame {
                    None => return Ok(None),
                    Some(Err(_)) => return Err(End::UpstreamLost),
                    Some(Ok(frame)) => if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    },
                },
                () = self.pieces.closed() => return Err(End::CallerLeft),
                () = tokio::time::sleep(self.ping_after) => {
                    silent += self.ping_after;
                    if silent >= self.idle_timeout {
                        return Err(End::UpstreamSilent);
                    }
                    self.give(PING.to_vec()).await?;
                }
            }
        }
    }

    async fn remember(&mut self, memos: &[BlockMemo]) -> Result<(), End> {
        let rows = rows(&self.scope, &self.restoration, memos);
        if rows.is_empty() {
            return Ok(());
        }
        let written = self.ledger.remember_answer(Arc::clone(&self.scope), rows, None).await;
        written.map_err(|error| {
            closed(&error);
            End::FailedClosed
        })
    }

    async fn give(&mut self, out: Vec<u8>) -> Result<(), End> {
        if out.is_empty() {
            return Ok(());
        }
        self.bytes_out += out.len() as u64;
        let out = match self.pieces.try_send(Ok(Bytes::from(out))) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(out)) => out,
            Err(TrySendError::Closed(_)) => return Err(End::CallerLeft),
        };
        // A caller that reads nothing for so long holds a stream for nobody.
        let sending = self.pieces.send(out);
        let sent = tokio::time::timeout(self.idle_timeout, sending).await;
        sent.map_err(|_| End::CallerLeft)?.map_err(|_| End::CallerLeft)
    }
}

fn rows(scope: &Scope, restoration: &Restoration, memos: &[BlockMemo]) -> Vec<([u8; 32], Vec<u8>)> {
    let (keys, erasures) = (restoration.keys.as_ref(), scope.erasures());
    memos.iter().flat_map(|memo| answer_rows(keys, memo, erasures)).collect()
}

fn outcome(call: &Call, parts: &http::response::Parts) -> Record {
    let mut record = call.record.clone();
    record.event = Event::RequestOutcome;
    record.status = Some(parts.status.as_u16());
    let id = parts.headers.get("request-id").and_then(|id| id.to_str().ok());
    record.upstream_request_id = id.map(Into::into);
    record.duration_ms = Some(millis(call.started.elapsed()));
    record
}

fn put_facts(record: &mut Record, facts: &AnswerFacts) {
    record.stop_reason = facts.stop_reason.as_deref().map(Into::into);
    record.usage = Some(Usage {
        input_tokens: facts.input_tokens,
        output_tokens: facts.output_tokens,
        ..Usage::default()
    });
    if facts.error.is_some() {
        record.error = Some(Note::new("upstream_error_event"));
    }
}

fn reply(call: &Call, parts: &http::response::Parts, body: ReplyBody) -> Response<ReplyBody> {
    let mut reply = Response::new(body);
    *reply.status_mut() = parts.status;
    *reply.headers_mut() = inbound(&parts.headers);
    if let Ok(id) = HeaderValue::from_str(&call.request_id) {
        reply.headers_mut().insert("x-privet-request-id", id);
    }
    reply
}
