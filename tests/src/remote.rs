//! The API at any address, as a client on the internet has it.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use reqwest::{Body, Method, RequestBuilder};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::Response;
use crate::schema::workspace;

/// How long a request may take: as long as API Gateway waits for a function.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The API at some address.
pub struct Remote {
    base: String,
    /// Only builds requests: it has no TLS to send them with.
    requests: reqwest::Client,
    http: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Remote {
    /// The API at that URL. Its certificate has to chain to one of Amazon's root authorities, or to one in the file that
    /// `AWS_CA_BUNDLE` names.
    pub fn new(url: &str) -> Self {
        let roots = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
        let roots = roots.map_or_else(|| workspace("shared/amazon-roots.pem"), Into::into);
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(roots).expect("a file of authorities") {
            store.add(certificate.unwrap()).unwrap();
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(store)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Self {
            base: url.trim_end_matches('/').to_owned(),
            requests: reqwest::Client::new(),
            http: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Starts building a request.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.requests.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request to a function, and checks what holds for every response.
    ///
    /// # Errors
    /// What of that does not hold, or why there is no response.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, String> {
        let request = request.build().map_err(|error| error.to_string())?;
        let (method, url) = (request.method().clone(), request.url().clone());
        Response::read((&method, url.path()), self.execute(request).await?).await
    }

    /// Sends a request that the gateway answers itself.
    pub async fn exchange(&self, request: RequestBuilder) -> Result<reqwest::Response, String> {
        self.execute(request.build().map_err(|error| error.to_string())?).await
    }

    async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, String> {
        let request = request.try_into().map_err(|error: reqwest::Error| error.to_string())?;
        let sent = tokio::time::timeout(TIMEOUT, self.http.request(request)).await;
        let response = sent.map_err(|_| "no answer in time".to_owned())?.map_err(|error| format!("{error:?}"))?;
        Ok(response.map(Body::wrap).into())
    }
}
