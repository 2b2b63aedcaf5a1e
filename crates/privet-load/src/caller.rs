//! One connection that asks again and again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

pub(crate) struct Caller {
    /// Ends with the caller.
    _connection: JoinSet<hyper::Result<()>>,
    sender: SendRequest<Full<Bytes>>,
    host: String,
    key: String,
}

impl Caller {
    pub(crate) async fn connect(address: SocketAddr, key: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut task = JoinSet::new();
        task.spawn(connection);
        Ok(Self { _connection: task, sender, host: address.to_string(), key: key.to_owned() })
    }

    /// Sends one request and reads the answer to its end; the time this took.
    pub(crate) async fn ask(&mut self, body: Vec<u8>) -> anyhow::Result<Duration> {
        let from = Instant::now();
        let mut answer = self.send(body).await?;
        while let Some(frame) = answer.body_mut().frame().await {
            frame?;
        }
        Ok(from.elapsed())
    }

    /// Sends one request and reads the beginning of the answer.
    pub(crate) async fn open(
        &mut self,
        body: Vec<u8>,
    ) -> anyhow::Result<hyper::Response<hyper::body::Incoming>> {
        let mut answer = self.send(body).await?;
        if let Some(frame) = answer.body_mut().frame().await {
            frame?;
        }
        Ok(answer)
    }

    async fn send(
        &mut self,
        body: Vec<u8>,
    ) -> anyhow::Result<hyper::Response<hyper::body::Incoming>> {
        let request = Request::post("/v1/messages")
            .header("host", &self.host)
            .header("x-api-key", &self.key)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        ensure!(answer.status().is_success(), "the answer was {}", answer.status());
        Ok(answer)
    }
}
