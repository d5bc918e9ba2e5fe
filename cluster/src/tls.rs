//! Who may speak to whom: with a folder of certificates every connection is encrypted, and both sides prove who they are (mTLS).

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use arrow_flight::flight_service_server::FlightServiceServer;
use ballista_core::error::BallistaError;
use ballista_core::extension::EndpointOverrideFn;
use ballista_core::utils::{GrpcServerConfig, create_grpc_server};
use ballista_executor::ArrowFlightServerProvider;
use ballista_executor::flight_service::BallistaFlightService;
use ballista_executor::shutdown::Shutdown;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity, ServerTlsConfig};

use crate::scheduler::MESSAGE;

/// What a process proves itself with, and whom it believes.
#[derive(Clone, Debug)]
pub struct Tls {
    authority: Certificate,
    own: Identity,
}

/// How long a connection may take to be made, and a call to be answered.
const PATIENCE: Duration = Duration::from_secs(20);

impl Tls {
    /// Reads `ca.pem` (who signed the certificates of all), `cert.pem` and `key.pem` (this process's own) from a folder.
    ///
    /// # Errors
    /// One of them is missing, or others than the owner may read the key.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| path.display().to_string())
        };
        let key = folder.join("key.pem");
        let mode = fs::metadata(&key).with_context(|| key.display().to_string())?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("{}: others may read it (mode {:03o}); chmod 600 it", key.display(), mode & 0o777);
        }
        Ok(Self {
            authority: Certificate::from_pem(read("ca.pem")?),
            own: Identity::from_pem(read("cert.pem")?, read("key.pem")?),
        })
    }

    /// For who listens: whoever comes must have a certificate of the same authority.
    pub(crate) fn server(&self) -> ServerTlsConfig {
        ServerTlsConfig::new().identity(self.own.clone()).client_ca_root(self.authority.clone())
    }

    /// For who connects: the engine's endpoints are made anew, as they are without encryption whatever they are told later.
    pub(crate) fn endpoint(&self) -> EndpointOverrideFn {
        let config = ClientTlsConfig::new().identity(self.own.clone()).ca_certificate(self.authority.clone());
        Arc::new(move |endpoint: Endpoint| {
            let uri = endpoint.uri().to_string();
            let place = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://")).unwrap_or(&uri);
            let secured = Endpoint::from_shared(format!("https://{place}"))?.tls_config(config.clone())?;
            Ok(secured
                .connect_timeout(PATIENCE)
                .timeout(PATIENCE)
                .tcp_nodelay(true)
                .http2_keep_alive_interval(PATIENCE)
                .keep_alive_timeout(PATIENCE)
                .keep_alive_while_idle(true))
        })
    }

    /// For executors: where results are fetched.
    pub(crate) fn flight(&self) -> Arc<ArrowFlightServerProvider> {
        let tls = self.server();
        Arc::new(move |work: String, address: SocketAddr, mut shutdown: Shutdown, config: GrpcServerConfig| {
            let tls = tls.clone();
            tokio::spawn(async move {
                let size = MESSAGE as usize;
                let flight = FlightServiceServer::new(BallistaFlightService::new(work));
                let flight = flight.max_decoding_message_size(size).max_encoding_message_size(size);
                let mut server = create_grpc_server(&config).tls_config(tls).map_err(BallistaError::TonicError)?;
                let served = server.add_service(flight).serve_with_shutdown(address, shutdown.recv());
                served.await.map_err(BallistaError::TonicError)
            })
        })
    }
}
