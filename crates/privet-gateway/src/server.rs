//! Listening, accepting, and stopping without losing anything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use privet_audit::Event;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::front;
use crate::gateway::{Gateway, StartError};
use crate::ledger::LedgerError;
use crate::settings::{Settings, TlsFiles};

/// A gateway that listens but does not accept yet.
pub struct Listening {
    gateway: Arc<Gateway>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

/// How often expired keys are looked for.
/// Between two rounds of [`Gateway::keep_house`].
const HOUSEKEEPING: Duration = Duration::from_secs(300);

impl Gateway {
    /// Starts listening.
    ///
    /// # Errors
    /// If the address is taken, would show clear text to others, or TLS cannot be set up,
    /// or the audit log cannot take its first entry.
    pub async fn listen(self) -> Result<Listening, StartError> {
        let address = self.settings.listen;
        if self.settings.tls.is_none() && !address.ip().is_loopback() {
            return Err(StartError::ClearText(address));
        }
        let tls = self.settings.tls.as_ref().map(acceptor).transpose()?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| StartError::Listen { address, error })?;
        let started = self.own_record(Event::ServerStarted);
        self.ledger
            .refuse(started, None)
            .await
            .map_err(|error: LedgerError| StartError::Audit(error.to_string()))?;
        Ok(Listening { gateway: Arc::new(self), listener, tls })
    }
}

impl Listening {
    /// The address, with the port that was chosen if none was given.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` resolves; then accepts no more, lets open requests finish
    /// within the grace period, and writes what is left to write.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { gateway, listener, tls } = self;
        let connections = Arc::new(Semaphore::new(gateway.settings.limits.connections_max));
        let graceful = GracefulShutdown::new();
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        let mut round = 0;
        tokio::pin!(stop);
        loop {
            let permit = Arc::clone(&connections).acquire_owned();
            let accepted = tokio::select! {
                () = &mut stop => break,
                _ = housekeeping.tick() => {
                    let (keeper, tasks) = (Arc::clone(&gateway), gateway.tasks.clone());
                    tasks.spawn(async move {
                        tokio::task::block_in_place(|| keeper.keep_house(round, Timestamp::now()));
                    });
                    round += 1;
                    continue;
                }
                accepted = async {
                    let permit = permit.await;
                    (listener.accept().await, permit)
                } => accepted,
            };
            let ((stream, peer), permit) = match accepted {
                (Ok(accepted), Ok(permit)) => (accepted, permit),
                (Err(error), _) => {
                    // Out of file descriptors, say: wait a little instead of spinning.
                    tracing::warn!(error = %error, "accept failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                (_, Err(_)) => break,
            };
            let _ = stream.set_nodelay(true);
            let (tasks, gateway, tls) = (gateway.tasks.clone(), Arc::clone(&gateway), tls.clone());
            let watcher = graceful.watcher();
            tasks.spawn(async move {
                serve_stream(gateway, stream, peer, tls, watcher).await;
                drop(permit);
            });
        }
        drop(listener);
        stop_gateway(&gateway, graceful).await;
    }
}

async fn stop_gateway(gateway: &Gateway, graceful: GracefulShutdown) {
    let grace = gateway.settings.limits.shutdown_grace;
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("open requests were cut at the end of the grace period");
    }
    gateway.tasks.stop();
    gateway.tasks.drain(Duration::from_secs(5)).await;
    let stopped = gateway.own_record(Event::ServerStopped);
    if let Err(error) = gateway.ledger.refuse(stopped, None).await {
        tracing::error!(error = %error, "the last audit entry could not be written");
    }
    let used = tokio::task::block_in_place(|| gateway.vault.record_uses());
    if let Err(error) = used {
        tracing::error!(error = %error, "it could not be noted which memos were used");
    }
    if let Err(error) = tokio::task::block_in_place(|| gateway.vault.store().close()) {
        tracing::error!(error = %error, "the store did not close cleanly");
    }
}

async fn serve_stream(
    gateway: Arc<Gateway>,
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    match tls {
        None => serve_connection(gateway, stream, peer, watcher).await,
        Some(acceptor) => {
            let limit = gateway.settings.limits.header_read_timeout;
            match tokio::time::timeout(limit, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => serve_connection(gateway, stream, peer, watcher).await,
                Ok(Err(error)) => tracing::debug!(error = %error, "TLS handshake failed"),
                Err(_) => tracing::debug!("TLS handshake too slow"),
            }
        }
    }
}

async fn serve_connection<S>(
    gateway: Arc<Gateway>,
    stream: S,
    peer: SocketAddr,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = gateway.settings.limits;
    let service = service_fn(move |request: Request<Incoming>| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, std::convert::Infallible>(front::handle(gateway, request, peer).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_timeout)
        // Twice the bound, so that it is Privet that refuses, in the caller's protocol.
        .max_buf_size((2 * limits.header_bytes_max).max(64 * 1024))
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = %error, "connection ended");
    }
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, StartError> {
    let failed = |what: &std::path::Path, error: &dyn std::fmt::Display| {
        StartError::Tls(format!("{}: {error}", what.display()))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .map_err(|e| failed(&files.cert, &e))?
        .collect::<Result<_, _>>()
        .map_err(|e| failed(&files.cert, &e))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| failed(&files.key, &e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| StartError::Tls(e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| failed(&files.cert, &e))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings: &Settings = &self.gateway.settings;
        f.debug_struct("Listening").field("listen", &settings.listen).finish_non_exhaustive()
    }
}
