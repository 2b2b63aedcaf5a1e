//! `POST /privet/v1/reveal`: values behind tokens, for callers whose key may see them.
//!
//! Recorded before it is answered: no value leaves without an entry in the log, and what
//! the log says of the last hour bounds what may follow, on all machines.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use privet_audit::{Event, Note, Record, Search};
use privet_store::Transaction;
use privet_text::Raw;
use privet_vault::{Permission, RestoreError, Scope};
use serde::Deserialize;

use crate::body::{self, ReplyBody};
use crate::error::{Kind, Problem};
use crate::front::Call;
use crate::gateway::Gateway;
use crate::ledger::LedgerError;
use crate::reason::Reason;
use crate::settings::Limits;
use crate::{messages, who};

/// What a caller asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Why, in words that name nobody.
    reason: String,
    /// The tokens, exactly as they were sent to Claude.
    tokens: Vec<String>,
    /// Whose tokens, by the name of their key; the caller's own if not said.
    principal: Option<String>,
}

/// What stands behind the tokens.
#[derive(Default)]
struct Revealed {
    values: Vec<(String, &'static str, Raw<String>)>,
    /// Tokens that stay, and why.
    left: Vec<(String, &'static str)>,
}

/// Answers a question about tokens.
pub(crate) async fn answer(
    gateway: Arc<Gateway>,
    call: Call,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    match reveal(&gateway, &call, request).await {
        Ok(reply) => reply,
        Err(problem) => messages::refuse(&gateway, &call, problem, None).await,
    }
}

async fn reveal(
    gateway: &Arc<Gateway>,
    call: &Call,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Problem> {
    if !call.principal.may.include(Permission::Reveal) {
        let message = "this key may not reveal: one that may is made by `privet key create --may \
                       reveal`";
        return Err(Problem::new(Kind::Forbidden, message));
    }
    let limits = &gateway.settings.limits;
    let (parts, incoming) = request.into_parts();
    let encoding = parts.headers.get(header::CONTENT_ENCODING);
    let bytes = Raw::new(body::read_request(incoming, encoding, limits).await?);
    let (question, reason) = read(bytes.expose(), limits)?;
    let mut record = call.record.clone();
    record.event = Event::Revealed;
    record.reason = Some(reason.into());
    let scope = scope(gateway, call, &parts.headers, &question)?;
    // Only a name that is one of ours: what callers send is free text.
    record.tokens_of = scope.as_ref().map(|scope| scope.name().principal.clone());
    let revealed = open(gateway, scope.as_deref(), question.tokens)?;
    record.entities = revealed.counts();
    record.status = Some(200);
    if !revealed.left.is_empty() {
        record.notes.push(Note::new("tokens_left"));
    }
    record.duration_ms = Some(messages::millis(call.started.elapsed()));
    note(gateway, scope, record).await?;
    Ok(revealed.reply(&call.request_id))
}

fn read(bytes: &[u8], limits: &Limits) -> Result<(Question, Reason), Problem> {
    // What is wrong with it could quote it.
    let question: Question = serde_json::from_slice(bytes).map_err(|_| {
        Problem::new(
            Kind::Invalid,
            "the body must be `{\"reason\": \"…\", \"tokens\": [\"…\"]}`, and may have `principal`",
        )
    })?;
    let reason = Reason::parse(&question.reason)
        .map_err(|error| Problem::new(Kind::Invalid, error.to_string()).coded("bad_reason"))?;
    let asked = question.tokens.len();
    if asked == 0 || asked > limits.reveal_values_max {
        let most = limits.reveal_values_max;
        let message = format!("`tokens` must be 1 to {most} (`limits.reveal_values_max`)");
        return Err(Problem::new(Kind::Invalid, message).coded("reveal_limit"));
    }
    Ok((question, reason))
}

/// The scope that is meant, within the caller's own tenant and workspace; `None` if nobody has
/// ever used it. Asking makes none.
fn scope(
    gateway: &Gateway,
    call: &Call,
    headers: &HeaderMap,
    question: &Question,
) -> Result<Option<Arc<Scope>>, Problem> {
    let mut name = who::scope_name(&call.principal, headers, &gateway.settings)?;
    if let Some(principal) = &question.principal {
        name.principal.clone_from(principal);
    }
    gateway
        .on_database(|| gateway.vault.known_scope(&name, Timestamp::now()))
        .map_err(|error| messages::closed(&error.into()))
}

fn open(
    gateway: &Gateway,
    scope: Option<&Scope>,
    tokens: Vec<String>,
) -> Result<Revealed, Problem> {
    let mut revealed = Revealed::default();
    for token in tokens {
        let opened = match scope {
            Some(scope) => gateway.on_database(|| scope.open_value(&token)),
            None => Err(RestoreError::UnknownToken),
        };
        match opened {
            Ok((entity, value)) => revealed.values.push((token, entity.name(), value)),
            Err(RestoreError::Erased) => revealed.left.push((token, "erased")),
            Err(RestoreError::UnknownToken) => revealed.left.push((token, "unknown")),
            Err(error) => {
                tracing::error!(error = %error, "a token could not be opened");
                let message = "the vault cannot open a token; nothing was revealed";
                return Err(Problem::new(Kind::Closed, message));
            }
        }
    }
    Ok(revealed)
}

/// Why nothing was revealed.
enum NoteError {
    /// The key has seen what it may see in an hour.
    Spent,
    Ledger(LedgerError),
}

impl<E: Into<LedgerError>> From<E> for NoteError {
    fn from(error: E) -> Self {
        Self::Ledger(error.into())
    }
}

/// Records the look, unless that would be one too many in this hour.
async fn note(gateway: &Gateway, scope: Option<Arc<Scope>>, record: Record) -> Result<(), Problem> {
    let (now, most) = (Timestamp::now(), gateway.settings.limits.reveal_values_hourly_max);
    let noted = gateway.vault.store().write(move |tx| -> Result<(), NoteError> {
        if let Some(scope) = &scope
            && !scope.is_current(tx)?
        {
            // What was opened may have been erased meanwhile.
            return Err(LedgerError::Raced.into());
        }
        let count: u64 = record.entities.values().sum();
        if seen_lately(tx, &record, now)?.saturating_add(count) > most as u64 {
            return Err(NoteError::Spent);
        }
        privet_audit::append(tx, &record, now)?;
        Ok(())
    });
    noted.await.map_err(|error| match error {
        NoteError::Spent => {
            let message = format!(
                "this key has seen its {most} values of the hour (`limits.reveal_values_hourly_max`)"
            );
            Problem::new(Kind::Invalid, message).coded("reveal_limit")
        }
        NoteError::Ledger(error) => {
            let mut problem = messages::closed(&error);
            problem.say("it cannot be recorded who looks, so nothing was revealed");
            problem
        }
    })
}

/// How many values the key has seen in the last hour.
fn seen_lately(tx: &Transaction<'_>, record: &Record, now: Timestamp) -> Result<u64, LedgerError> {
    let since = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    let search = Search { event: Some(Event::Revealed), since: Some(since), ..Search::default() };
    let looks = privet_audit::search(tx, &search, LOOKS_MAX)?;
    if looks.len() as u64 == u64::from(LOOKS_MAX) {
        return Ok(u64::MAX); // Nobody can tell any more, so the answer is no.
    }
    let own = looks.iter().filter(|entry| entry.record.key_id == record.key_id);
    Ok(own.flat_map(|entry| entry.record.entities.values()).sum())
}

impl Revealed {
    fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (_, entity, _) in &self.values {
            *counts.entry((*entity).to_owned()).or_default() += 1;
        }
        counts
    }

    fn reply(&self, request_id: &str) -> Response<ReplyBody> {
        let values = self.values.iter().map(|(token, entity, value)| {
            serde_json::json!({ "token": token, "entity_type": entity, "value": value.expose() })
        });
        let left =
            self.left.iter().map(|(token, why)| serde_json::json!({ "token": token, "why": why }));
        let body = serde_json::json!({
            "request_id": request_id,
            "values": values.collect::<Vec<_>>(),
            "left": left.collect::<Vec<_>>(),
        });
        let mut reply = Response::new(ReplyBody::whole(body.to_string()));
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-privet-request-id", id);
        }
        reply
    }
}

/// Most looks of one hour that are counted, all keys together.
const LOOKS_MAX: u32 = 10_000;
