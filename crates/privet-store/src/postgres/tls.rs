//! TLS to the server, its certificate always verified.

use std::io::Cursor;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

pub(super) type Connect = MakeRustlsConnect;

/// TLS that trusts `ca`, or the public authorities.
pub(super) fn connect(ca: Option<&[u8]>) -> Result<Connect, StoreError> {
    let mut roots = RootCertStore::empty();
    match ca {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            let unusable = || StoreError::Server(String::from("its authorities are no PEM"));
            for certificate in CertificateDer::pem_reader_iter(Cursor::new(pem)) {
                let certificate = certificate.map_err(|_| unusable())?;
                roots.add(certificate).map_err(|_| unusable())?;
            }
            if roots.is_empty() {
                return Err(unusable());
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Server(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
