//! `GET /v1/models[/{id}]`: no text to mask; checked, recorded and passed on.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use privet_mask::{Sweep, assemble};
use privet_text::Raw;

use crate::body::ReplyBody;
use crate::error::{Kind, Problem};
use crate::front::Call;
use crate::gateway::Gateway;
use crate::ledger::{LedgerError, Target};
use crate::{answer, headers, messages};

/// Passes a model query on.
pub(crate) async fn get(
    gateway: Arc<Gateway>,
    call: Call,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    match pass(&gateway, &call, request).await {
        Ok(reply) => reply,
        Err(problem) => messages::refuse(&gateway, &call, problem, None).await,
    }
}

async fn pass(
    gateway: &Arc<Gateway>,
    call: &Call,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Problem> {
    let (parts, _) = request.into_parts();
    headers::outbound_query(parts.uri.query(), gateway.maskers.base())?;
    let target = Target {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: headers::outbound(&parts.headers, gateway.maskers.base())?,
        caller: parts.headers,
    };
    let nothing = assemble(&Raw::new(Vec::new()), &mut [], &[], &Sweep::new([]))
        .map_err(|_| Problem::new(Kind::Closed, "masking failed; nothing was sent"))?;
    let cleared = gateway
        .ledger
        .intend(None, call.record.clone(), target, nothing)
        .await
        .map_err(|error: LedgerError| messages::closed(&error))?;
    let response = gateway.upstream.send(cleared).await.map_err(|e| messages::unreachable(&e))?;
    answer::pass_on(gateway, call, response).await
}
