//! PostgreSQL, 15 and later: what several machines share.

mod parameter;
mod pipeline;
mod schema;
mod session;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use zeroize::Zeroizing;

use crate::connection::{Connector, Session};
use crate::{Schema, StoreError};

use session::PostgresSession;

/// How to reach a server.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgresql://user:password@host:port/database`, or words such as
    /// `host=/run/postgresql dbname=privet`. Beyond this machine it must say
    /// `sslmode=require`; the server's certificate is then always verified.
    pub url: Zeroizing<String>,
    /// Certificate authorities in PEM, instead of the public ones.
    pub ca: Option<Vec<u8>>,
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresOptions(..)")
    }
}

impl PostgresOptions {
    /// The server and database, without credentials.
    pub fn public_name(&self) -> String {
        let Ok(config) = self.url.parse::<Config>() else { return String::from("postgresql") };
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            _ => String::from("localhost"),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let database = config.get_dbname().unwrap_or("postgres");
        format!("postgresql://{host}:{port}/{database}")
    }
}

/// A server, ready to be connected to.
pub(crate) struct PostgresServer {
    config: Config,
    tls: tls::Connect,
    schema: Schema,
    runtime: Option<Arc<Runtime>>,
}

impl PostgresServer {
    pub(crate) fn new(options: &PostgresOptions, schema: Schema) -> Result<Self, StoreError> {
        let mut config: Config = options.url.parse().map_err(|error: tokio_postgres::Error| {
            // The error's source names the part that is wrong, not what it says.
            StoreError::Server(format!("its address: {error}"))
        })?;
        let encrypted = config.get_ssl_mode() == SslMode::Require;
        if !encrypted && !config.get_hosts().iter().all(is_this_machine) {
            return Err(StoreError::Server(String::from(
                "it is another machine: add `sslmode=require` to its address",
            )));
        }
        if !encrypted {
            config.ssl_mode(SslMode::Disable);
        }
        config.application_name("privet");
        config.connect_timeout(CONNECT_TIMEOUT);
        config.keepalives_idle(Duration::from_secs(5));
        config.tcp_user_timeout(Duration::from_secs(5));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("privet-postgres")
            .enable_all()
            .build()
            .map_err(StoreError::Thread)?;
        let tls = tls::connect(options.ca.as_deref())?;
        Ok(Self { config, tls, schema, runtime: Some(Arc::new(runtime)) })
    }

    fn session(&self, set_up: &str) -> Result<PostgresSession, StoreError> {
        let Some(runtime) = &self.runtime else { return Err(StoreError::Stopped) };
        PostgresSession::connect(runtime, &self.config, self.tls.clone(), set_up)
    }

    fn set_up(&self) -> String {
        let schema = schema::name(self.schema);
        format!(
            "SET search_path TO {schema}; SET statement_timeout = '10s'; \
             SET idle_in_transaction_session_timeout = '5s'"
        )
    }
}

impl Connector for PostgresServer {
    fn reader(&self) -> Result<Box<dyn Session>, StoreError> {
        let set_up = format!("{}; SET default_transaction_read_only = on", self.set_up());
        Ok(Box::new(self.session(&set_up)?))
    }

    fn writer(&self) -> Result<Box<dyn Session>, StoreError> {
        // What the server's own default says, a commit here means flushed.
        let set_up = format!("{}; SET synchronous_commit = on", self.set_up());
        let session = self.session(&set_up)?;
        schema::migrate(&session, self.schema)?;
        Ok(Box::new(session))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Waiting for the runtime is not allowed on a thread of another one.
        if let Some(runtime) = self.runtime.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresServer").field("schema", &self.schema).finish_non_exhaustive()
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
