//! How a connection is made: directly or through a proxy, and whom TLS trusts.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A name, three packets and nothing else: what takes longer is lost.
const CONNECT: Duration = Duration::from_secs(5);

/// TLS for `https://`, over a proxy where the environment says so.
pub(super) fn connector(roots: &Roots) -> HttpsConnector<ByProxy> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    let by_proxy = ByProxy {
        tcp,
        proxies: Arc::new(Matcher::from_env()),
    };
    hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(roots.client_config())
        .https_or_http()
        .enable_http1()
        .wrap_connector(by_proxy)
}

/// Whom to trust.
#[derive(Debug)]
pub(super) enum Roots {
    /// The machine's, or those of `SSL_CERT_FILE`.
    Machine,
    /// Those of a file in PEM, and nobody else.
    File(Vec<u8>),
}

impl Roots {
    /// How many certificates a file holds; none is a fault.
    pub(super) fn count(pem: &[u8]) -> usize {
        CertificateDer::pem_slice_iter(pem)
            .filter(Result::is_ok)
            .count()
    }

    fn client_config(&self) -> ClientConfig {
        let mut store = RootCertStore::empty();
        match self {
            // A certificate that cannot be read is not trusted. One that is missed says so later.
            Roots::Machine => {
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            Roots::File(pem) => {
                store.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::ALL_VERSIONS);
        match versions {
            Ok(builder) => builder,
            // ring speaks TLS 1.2 and 1.3.
            Err(_) => unreachable!("ring has no cipher for TLS"),
        }
        .with_root_certificates(store)
        .with_no_client_auth()
    }
}

/// Connects to where a URI leads, or to the proxy in front of it.
#[derive(Clone)]
pub(super) struct ByProxy {
    tcp: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Service<Uri> for ByProxy {
    type Response = Link;
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Link, Fault>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let mut tcp = self.tcp.clone();
        let Some(proxy) = self.proxies.intercept(&uri) else {
            let connecting = tcp.call(uri);
            return Box::pin(async move { Ok(Link::new(connecting.await?, false)) });
        };
        let to = proxy.uri().clone();
        if to.scheme_str() != Some("http") {
            return Box::pin(async {
                Err("a proxy that is not http://; set HTTPS_PROXY to http://HOST:PORT".into())
            });
        }
        if uri.scheme_str() == Some("https") {
            let mut tunnel = Tunnel::new(to, tcp);
            if let Some(login) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(login.clone());
            }
            let connecting = tunnel.call(uri);
            Box::pin(async move { Ok(Link::new(connecting.await?, false)) })
        } else {
            let connecting = tcp.call(to);
            Box::pin(async move { Ok(Link::new(connecting.await?, true)) })
        }
    }
}

impl fmt::Debug for ByProxy {
    // A proxy's URL may have a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByProxy")
    }
}

/// A connection, and whether a proxy reads what is sent, which then has to name the host.
#[derive(Debug)]
pub(super) struct Link {
    tcp: TokioIo<TcpStream>,
    read_by_proxy: bool,
}

impl Link {
    fn new(tcp: TokioIo<TcpStream>, read_by_proxy: bool) -> Link {
        Link { tcp, read_by_proxy }
    }
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        self.tcp.connected().proxy(self.read_by_proxy)
    }
}

impl Read for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, pieces)
    }
}
