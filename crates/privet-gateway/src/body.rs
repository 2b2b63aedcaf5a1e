//! Bodies: what callers send, read within limits; what they get, whole or streamed.

use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::sync::mpsc;

use crate::error::{Kind, Problem};
use crate::settings::Limits;

/// The upstream was lost; the caller's connection is aborted, never ended cleanly.
#[derive(Debug, thiserror::Error)]
#[error("the answer was cut off upstream")]
pub(crate) struct Aborted;

/// The body of a reply.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// There at once.
    Whole(Option<Bytes>),
    /// Comes piece by piece; `None` after the last.
    Stream(mpsc::Receiver<Result<Bytes, Aborted>>),
}

impl ReplyBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
        match &mut *self {
            Self::Whole(bytes) => {
                Poll::Ready(bytes.take().filter(|b| !b.is_empty()).map(|b| Ok(Frame::data(b))))
            }
            Self::Stream(pieces) => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// Reads a request body whole, decoding gzip, within the limits.
///
/// # Errors
/// If it is too large, too slow, or not what `content-encoding` says.
pub(crate) async fn read_request(
    body: Incoming,
    encoding: Option<&http::HeaderValue>,
    limits: &Limits,
) -> Result<Vec<u8>, Problem> {
    let reading = Limited::new(body, limits.body_bytes_max).collect();
    let collected = tokio::time::timeout(limits.body_read_timeout, reading)
        .await
        .map_err(|_| Problem::new(Kind::Timeout, "the request body came too slowly"))?
        .map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
            Some(_) => too_large(limits),
            None => Problem::new(Kind::Invalid, "the request body was cut off"),
        })?;
    let bytes = collected.to_bytes();
    match encoding.map(|value| value.as_bytes().to_ascii_lowercase()).as_deref() {
        None | Some(b"identity") => Ok(bytes.into()),
        Some(b"gzip") => gunzip(&bytes, limits),
        Some(_) => Err(Problem::new(
            Kind::Invalid,
            "`content-encoding` of the request must be absent, identity or gzip",
        )),
    }
}

fn gunzip(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    let mut decoded = Vec::new();
    let bound = limits.body_bytes_max as u64 + 1;
    flate2::read::MultiGzDecoder::new(bytes)
        .take(bound)
        .read_to_end(&mut decoded)
        .map_err(|_| Problem::new(Kind::Invalid, "the request body is not valid gzip"))?;
    if decoded.len() > limits.body_bytes_max { Err(too_large(limits)) } else { Ok(decoded) }
}

fn too_large(limits: &Limits) -> Problem {
    let message = format!("the request body is larger than {} bytes", limits.body_bytes_max);
    Problem::new(Kind::TooLarge, message)
}
