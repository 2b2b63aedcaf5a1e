//! `POST /v1/messages` and `count_tokens`: the one road from a caller to a model.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use jiff::Timestamp;
use privet_audit::{Event, Note, Record};
use privet_mask::{AssembleError, Masked, Sweep, assemble};
use privet_text::Raw;
use privet_vault::{Scope, ScopeName, SecretMode};
use privet_wire::answer::Restoration;
use privet_wire::grammar::Grammar;
use privet_wire::json::{Json, JsonError};
use privet_wire::request::walk;

use crate::body::{ReplyBody, read_request};
use crate::error::{Kind, Problem};
use crate::front::Call;
use crate::gateway::Gateway;
use crate::ledger::{Additions, LedgerError, Target, refusal};
use crate::masker::{Masker, Masking, Refusal};
use crate::scope_memory::{ScopeKey, ScopeMemory};
use crate::settings::SecretNotice;
use crate::upstream::UpstreamError;
use crate::{answer, headers, who};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Message,
    Count,
}

/// Masks a request, records it, sends it, and restores the answer.
pub(crate) async fn send(
    gateway: Arc<Gateway>,
    mut call: Call,
    request: Request<Incoming>,
    what: What,
) -> Response<ReplyBody> {
    let (parts, body) = request.into_parts();
    match carry(&gateway, &mut call, &parts, body, what).await {
        Ok(reply) => reply,
        Err(Failure { problem, refused }) => refuse(&gateway, &call, problem, refused).await,
    }
}

/// Why a request went no further.
struct Failure {
    problem: Problem,
    /// What to recognise refused content by when it comes again.
    refused: Option<(Arc<Scope>, Vec<[u8; 32]>)>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, refused: None }
    }
}

/// Masking less than this takes a fraction of a millisecond.
const SHORT_BODY: usize = 32 * 1024;

/// How often a request is masked again because another one was first.
const RACES_MAX: usize = 5;

async fn carry(
    gateway: &Arc<Gateway>,
    call: &mut Call,
    parts: &http::request::Parts,
    body: Incoming,
    what: What,
) -> Result<Response<ReplyBody>, Failure> {
    let asked = receive(gateway, call, parts, body, what).await?;
    for _ in 0..RACES_MAX {
        if let Some(reply) = try_once(gateway, call, &asked).await? {
            return Ok(reply);
        }
    }
    let message = "other requests of this conversation keep changing it; nothing was sent";
    Err(Problem::new(Kind::Overloaded, message).coded("raced").into())
}

/// A request that was read, and how it is to be masked.
struct Asked<'a> {
    what: What,
    parts: &'a http::request::Parts,
    outbound: http::HeaderMap,
    body: Raw<Vec<u8>>,
    masker: Arc<Masker>,
    scope: ScopeName,
    says_notice: bool,
}

async fn receive<'a>(
    gateway: &Gateway,
    call: &mut Call,
    parts: &'a http::request::Parts,
    body: Incoming,
    what: What,
) -> Result<Asked<'a>, Failure> {
    let principal = &call.principal;
    let masker = gateway.maskers.of(&principal.workspace, &principal.name, Timestamp::now());
    call.record.detector_version = Some(masker.version().into());
    headers::outbound_query(parts.uri.query(), &masker)?;
    let outbound = headers::outbound(&parts.headers, &masker)?;
    let encoding = parts.headers.get(http::header::CONTENT_ENCODING);
    let body = Raw::new(read_request(body, encoding, &gateway.settings.limits).await?);
    call.record.bytes_in = Some(body.expose().len() as u64);
    let scope = who::scope_name(&call.principal, &parts.headers, &gateway.settings)?;
    let says_notice = match gateway.settings.secret_notice {
        SecretNotice::Header => false,
        SecretNotice::Answer => true,
        SecretNotice::Auto => who::text(&parts.headers, "user-agent")
            .is_some_and(|name| name.starts_with("claude-cli")),
    };
    Ok(Asked { what, parts, outbound, body, masker, scope, says_notice })
}

/// Masks, records, sends and answers; `None` if another request was first with a token or a
/// memo.
async fn try_once(
    gateway: &Arc<Gateway>,
    call: &mut Call,
    asked: &Asked<'_>,
) -> Result<Option<Response<ReplyBody>>, Failure> {
    // Anew in each round: what was erased meanwhile is not in the one of before.
    let scope = gateway.on_database(|| gateway.vault.scope(&asked.scope, Timestamp::now()));
    let scope = scope.map_err(|error| closed_by("vault", &error))?;
    let mask = || prepare(gateway, &asked.masker, call, &asked.body, &scope, asked.says_notice);
    let prepared = match asked.body.expose().len() {
        // Handing the thread's other tasks over costs more than a short body does.
        ..SHORT_BODY => gateway.on_database(mask),
        _ => tokio::task::block_in_place(mask),
    }?;
    let target = Target {
        method: asked.parts.method.clone(),
        path: asked.parts.uri.path().to_owned(),
        query: asked.parts.uri.query().map(str::to_owned),
        headers: asked.outbound.clone(),
        caller: asked.parts.headers.clone(),
    };
    let permit = match (asked.what, call.record.streamed) {
        (What::Message, Some(true)) => Some(answer::stream_permit(gateway)?),
        _ => None,
    };
    if prepared.notice.is_some() {
        let mut found = call.record.clone();
        found.event = Event::SecretFound;
        gateway.ledger.note(found);
    }
    let additions = Additions {
        scope: Arc::clone(&scope),
        claims: prepared.claims,
        segments: prepared.segments,
        stale: prepared.stale,
    };
    let intent = call.record.clone();
    let cleared = match gateway.ledger.intend(Some(additions), intent, target, prepared.body).await
    {
        Ok(cleared) => cleared,
        Err(LedgerError::Raced) => return Ok(None),
        Err(error) => return Err(closed(&error).into()),
    };
    let sent = gateway.upstream.send(cleared).await;
    let response = sent.map_err(|error| unreachable(&error))?;
    let (restoration, notice) = (prepared.restoration, prepared.notice);
    let road = answer::Road { scope, restoration, notice, permit };
    let reply = match asked.what {
        What::Message => answer::restore(gateway, call, response, road).await?,
        What::Count => answer::pass_on(gateway, call, response).await?,
    };
    Ok(Some(reply))
}

/// A request that is fit to leave, but not yet on record.
struct Prepared {
    body: Masked<Vec<u8>>,
    claims: Vec<privet_vault::Claim>,
    segments: Vec<([u8; 32], Vec<u8>)>,
    stale: Vec<[u8; 32]>,
    restoration: Restoration,
    notice: Option<String>,
}

fn prepare(
    gateway: &Gateway,
    masker: &Masker,
    call: &mut Call,
    body: &Raw<Vec<u8>>,
    scope: &Arc<Scope>,
    says_notice: bool,
) -> Result<Prepared, Failure> {
    let json = Json::parse(body.expose()).map_err(|error| bad_json(&error))?;
    let map = walk(&json).map_err(|error| Problem::new(Kind::Invalid, error.to_string()))?;
    let plain = map
        .model
        .as_deref()
        .filter(|name| Grammar::Model.fits(name) && masker.first_finding(name).is_none());
    call.record.model = plain.map(Into::into);
    call.record.streamed = Some(map.stream);
    let mut memory =
        ScopeMemory::new(Arc::clone(scope), gateway.settings.secrets, Timestamp::now());
    let mut masking = masker.mask(&json, &map, &mut memory).map_err(|e| refused(call, e, scope))?;
    describe(&mut call.record, &masking);
    let sweep = masking.sweep.take().unwrap_or_else(|| Sweep::new([]));
    let masked =
        assemble(body, &mut masking.edits, &masking.replayed, &sweep).map_err(|error| {
            let (code, message) = match error {
                AssembleError::Swept => (
                    "sweep_hit",
                    "a value that was masked in one place stands in another that cannot be masked \
                 (an id, a name of a tool, an encoding); remove it there",
                ),
                _ => ("failed_closed", "the request could not be masked; nothing was sent"),
            };
            Problem::new(Kind::Invalid, message).coded(code)
        })?;
    let notice = (!masking.secrets.is_empty()).then(|| {
        let kinds: Vec<&str> = masking.secrets.iter().copied().collect();
        format!("secret masked ({}): rotate it", kinds.join(", "))
    });
    let table = match gateway.settings.secrets {
        SecretMode::Sealed => masking.table,
        SecretMode::Irreversible => masking.table.withholding_secrets(),
    };
    let restoration = Restoration {
        table: Arc::new(table),
        hosts: Arc::clone(&gateway.hosts),
        tools: Arc::clone(&gateway.tools),
        keys: Arc::new(ScopeKey(scope.leaf_key())),
        citations: Arc::new(masking.citations),
        notice: notice
            .as_deref()
            .filter(|_| says_notice && !map.structured)
            .map(|notice| format!("[Privet: {notice}. Request {}]\n\n", call.request_id)),
    };
    Ok(Prepared {
        body: masked,
        claims: memory.into_claims(),
        segments: masking.segment_memos,
        stale: masking.stale_memos,
        restoration,
        notice,
    })
}

fn describe(record: &mut Record, masking: &Masking) {
    let total: u32 = masking.counts.values().sum();
    record.entities = masking
        .counts
        .iter()
        .map(|(entity, count)| (entity.name().to_owned(), u64::from(*count)))
        .collect();
    record.operators = masking
        .operators
        .iter()
        .map(|((entity, operator), count)| (format!("{entity}/{operator}"), u64::from(*count)))
        .collect();
    record.tokens_new = Some(u64::from(masking.tokens_new));
    record.tokens_reused = Some(u64::from(total.saturating_sub(masking.tokens_new)));
    record.notes.clear();
    if masking.withheld > 0 {
        record.notes.push(Note::new("opaque_withheld"));
    }
    if !masking.secrets.is_empty() {
        record.notes.push(Note::new("secret_found"));
    }
    if masking.names_cut_short {
        record.notes.push(Note::new("names_fast_only"));
    }
}

fn refused(call: &mut Call, refusal: Refusal, scope: &Arc<Scope>) -> Failure {
    let kind = match refusal {
        Refusal::Memory(_) => Kind::Closed,
        _ => Kind::Invalid,
    };
    let mut problem = Problem::new(kind, refusal.to_string()).coded(refusal.code());
    let mut remembered = None;
    match refusal {
        Refusal::Contract { entity, role } => {
            call.record.entities.insert(entity.name().to_owned(), 1);
            problem.field = Some(role);
        }
        Refusal::Policy { entity }
        | Refusal::Number { entity }
        | Refusal::Form { entity, .. }
        | Refusal::Tightened { entity } => {
            call.record.entities.insert(entity.name().to_owned(), 1);
        }
        Refusal::Opaque { content, context, .. } => {
            remembered = Some((Arc::clone(scope), vec![content, context]));
        }
        _ => {}
    }
    Failure { problem, refused: remembered }
}

fn bad_json(error: &JsonError) -> Problem {
    Problem::new(Kind::Invalid, format!("the request body cannot be used: {error}"))
        .coded("bad_json")
}

/// Records a refusal and replies. If even that cannot be recorded, it says so.
pub(crate) async fn refuse(
    gateway: &Arc<Gateway>,
    call: &Call,
    problem: Problem,
    refused: Option<(Arc<Scope>, Vec<[u8; 32]>)>,
) -> Response<ReplyBody> {
    let mut record = refusal(&call.record, problem.status(), problem.code);
    if problem.code == "sweep_hit" {
        record.event = Event::SweepHit;
    }
    record.field = problem.field.map(Into::into);
    record.duration_ms = Some(millis(call.started.elapsed()));
    let contact = gateway.settings.contact.as_deref();
    match gateway.ledger.refuse(record, refused).await {
        Ok(()) => problem.reply(&call.request_id, contact),
        Err(error) => closed(&error).reply(&call.request_id, contact),
    }
}

pub(crate) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The vault or the audit log could not do its work.
pub(crate) fn closed(error: &LedgerError) -> Problem {
    let part = match error {
        LedgerError::Audit(_) => "audit log",
        LedgerError::Vault(_) => "vault",
        _ => "store",
    };
    closed_by(part, error)
}

/// The answer is there but cannot be remembered, so the caller does not get it.
pub(crate) fn unrecorded(error: &LedgerError) -> Problem {
    let mut problem = closed(error);
    problem.say("the answer could not be recorded, so it is withheld");
    problem
}

fn closed_by(part: &str, error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(part, error = %error, "failed closed");
    Problem::new(Kind::Closed, format!("the {part} cannot do its work; nothing was sent"))
}

/// The upstream could not be used.
pub(crate) fn unreachable(error: &UpstreamError) -> Problem {
    tracing::warn!(error = %error, "upstream");
    let kind = match error {
        UpstreamError::Timeout => Kind::UpstreamTimeout,
        _ => Kind::Unreachable,
    };
    Problem::new(kind, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_says_where_the_deep_tier_stopped() {
        for (names_cut_short, want) in [(true, vec![Note::new("names_fast_only")]), (false, vec![])]
        {
            let mut record = Record::new(Event::SecretFound);
            describe(&mut record, &Masking { names_cut_short, ..Masking::default() });
            assert_eq!(record.notes, want);
        }
    }
}
