//! The front: which paths exist, and what every call must show.

use std::sync::Arc;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use jiff::Timestamp;
use privet_audit::{Event, Note, Record};
use privet_vault::Principal;

use crate::body::ReplyBody;
use crate::error::{Kind, Problem};
use crate::gateway::Gateway;
use crate::{messages, models, reveal, who};

/// A call that showed a good key.
pub(crate) struct Call {
    pub(crate) request_id: String,
    pub(crate) principal: Principal,
    /// What every audit entry about it says.
    pub(crate) record: Record,
    pub(crate) started: std::time::Instant,
}

/// What a path is for.
enum Road {
    Alive,
    Messages,
    CountTokens,
    Models,
    Reveal,
    Nowhere,
}

impl Road {
    /// What stands in the audit log: what callers write into a path may be anything.
    fn name(&self) -> &'static str {
        match self {
            Self::Alive => "/",
            Self::Messages => "/v1/messages",
            Self::CountTokens => "/v1/messages/count_tokens",
            Self::Models => "/v1/models",
            Self::Reveal => "/privet/v1/reveal",
            Self::Nowhere => "unknown",
        }
    }
}

fn road(method: &Method, path: &str) -> Road {
    match (method, path) {
        (&Method::HEAD | &Method::GET, "/" | "/api/hello") => Road::Alive,
        (&Method::POST, "/v1/messages") => Road::Messages,
        (&Method::POST, "/v1/messages/count_tokens") => Road::CountTokens,
        (&Method::POST, "/privet/v1/reveal") => Road::Reveal,
        (&Method::GET, "/v1/models") => Road::Models,
        (&Method::GET, path) if is_model_path(path) => Road::Models,
        _ => Road::Nowhere,
    }
}

fn is_model_path(path: &str) -> bool {
    path.strip_prefix("/v1/models/").is_some_and(|model| {
        !model.is_empty()
            && !model.contains("..")
            && privet_wire::grammar::Grammar::Model.fits(model)
    })
}

/// Answers one request. Never fails: what goes wrong becomes a reply.
pub(crate) async fn handle(
    gateway: Arc<Gateway>,
    request: Request<Incoming>,
    peer: std::net::SocketAddr,
) -> Response<ReplyBody> {
    let request_id = new_request_id();
    let mut record = gateway.own_record(Event::RequestIntent);
    record.request_id = Some(request_id.clone());
    record.client_address = Some(peer.ip().to_string().as_str().into());
    record.method = Some(request.method().as_str().into());
    record.path = Some(road(request.method(), request.uri().path()).name().into());
    match admit(&gateway, &request, request_id.clone(), record.clone()) {
        Ok(Admitted::Alive) => Response::new(ReplyBody::whole("")),
        Ok(Admitted::Call(call, road)) => match road {
            Road::Messages => {
                messages::send(gateway, *call, request, messages::What::Message).await
            }
            Road::CountTokens => {
                messages::send(gateway, *call, request, messages::What::Count).await
            }
            Road::Reveal => reveal::answer(gateway, *call, request).await,
            _ => models::get(gateway, *call, request).await,
        },
        Err(problem) => {
            record.event = Event::CallerRefused;
            record.status = Some(problem.status());
            record.error = Some(Note::new(problem.code));
            gateway.ledger.note(record);
            problem.reply(&request_id, gateway.settings.contact.as_deref())
        }
    }
}

enum Admitted {
    Alive,
    Call(Box<Call>, Road),
}

fn admit(
    gateway: &Gateway,
    request: &Request<Incoming>,
    request_id: String,
    mut record: Record,
) -> Result<Admitted, Problem> {
    let (headers, uri) = (request.headers(), request.uri());
    let header_bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let header_bytes_max = gateway.settings.limits.header_bytes_max;
    if header_bytes > header_bytes_max {
        let message = format!("the request headers are larger than {header_bytes_max} bytes");
        return Err(Problem::new(Kind::TooLarge, message));
    }
    who::check_host(headers, uri, &gateway.settings)?;
    let road = road(request.method(), uri.path());
    match road {
        Road::Alive => return Ok(Admitted::Alive),
        Road::Nowhere => {
            let message = "this gateway does not serve that path: it serves POST /v1/messages, \
                           POST /v1/messages/count_tokens and GET /v1/models";
            return Err(Problem::new(Kind::NotFound, message));
        }
        _ => {}
    }
    let principal = who::principal(headers, &gateway.keys, Timestamp::now())?;
    record.key_id = Some(principal.key_id.as_str().to_owned());
    record.principal = Some(principal.name.to_string());
    record.tenant = Some(principal.tenant.to_string());
    record.workspace = Some(principal.workspace.to_string());
    record.deployment = Some(gateway.deployment.as_str().into());
    let call = Call { request_id, principal, record, started: std::time::Instant::now() };
    Ok(Admitted::Call(Box::new(call), road))
}

/// `req_privet_` and 120 random bits.
fn new_request_id() -> String {
    let mut random = [0u8; 15];
    if getrandom::fill(&mut random).is_err() {
        // An id is no secret; without randomness it names the moment.
        let nanos = Timestamp::now().as_nanosecond().to_le_bytes();
        random.iter_mut().zip(nanos).for_each(|(slot, byte)| *slot = byte);
    }
    let mut id = String::from("req_privet_");
    data_encoding::BASE32_DNSSEC.encode_append(&random, &mut id);
    id
}
