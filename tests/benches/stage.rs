//! What the benches play on: the release binaries, a service with users and an event, and TLS before its database and mailbox.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tests::Service;
use tests::samples::{self, Scene};
use tests::schema::workspace;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Builds the functions that are measured, as they are deployed but for the processor, and the floor.
pub(crate) fn build(functions: &[&str]) {
    println!("building {} functions (a minute each, and six for the first) …", functions.len());
    let mut arguments = vec!["build", "--release", "--locked", "-p", "functions", "-p", "floor", "--bin", "floor"];
    arguments.extend(functions.iter().flat_map(|name| ["--bin", name]));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(workspace(""));
    // Cargo's variables about this package would make ring, and everything that depends on it, rebuild.
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        cargo.env_remove(name);
    }
    let status = cargo.status().unwrap();
    assert!(status.success(), "the functions cannot be built");
    std::fs::create_dir_all(binary("")).unwrap();
    for name in functions.iter().chain(&["floor"]) {
        deploy(name);
    }
}

/// Writes the binary anew, in one go, as in a deployment. The layout of its pages in memory makes a tenth of a start's time.
pub(crate) fn deploy(name: &str) {
    // Not over one that still runs.
    let _ = std::fs::remove_file(binary(name));
    std::fs::copy(workspace("target/release").join(name), binary(name)).unwrap();
}

/// Where the binary of a function is, or of the floor, once it is built.
pub(crate) fn binary(name: &str) -> PathBuf {
    workspace("target/bench/functions").join(name)
}

/// The size of a file in bytes, as it is and compressed as in a zip file.
pub(crate) fn sizes(path: &Path) -> (usize, usize) {
    let bytes = std::fs::read(path).unwrap();
    (bytes.len(), miniz_oxide::deflate::compress_to_vec(&bytes, 9).len())
}

/// A service on the machine's time, with an organiser, an invitee and their event.
pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) scene: Scene,
    dynamodb: String,
    ses: String,
    bundle: PathBuf,
    /// The number of users made for requests.
    users: AtomicUsize,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::set_with([]).await
    }

    /// The same with these variables. All other limits are off.
    pub(crate) async fn set_with<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let service = Service::start_with(|options| {
            options.clock = shared::clock::Clock::system();
            options.parameters = [("Limits".to_owned(), "off".to_owned())].into();
            options.env.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        })
        .await;
        service.pass_to_now();
        let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
        // Two invitees, so that one vote decides nothing.
        let event = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
        let scene = Scene { event, ..Scene::of(jane, john, jim) };
        let bundle = workspace("target/bench/authority.pem");
        let acceptor = tls(&bundle);
        let dynamodb = front(acceptor.clone(), &service.local.dynamodb_url()).await;
        let ses = front(acceptor, &service.local.ses_url()).await;
        Self { service, scene, dynamodb, ses, bundle, users: AtomicUsize::new(0) }
    }

    /// The environment of a function, with TLS to the database and to the mailbox.
    pub(crate) fn environment(&self, function: &str) -> HashMap<String, String> {
        let mut environment = self.service.local.environment(function);
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.dynamodb.clone());
        environment.insert("AWS_ENDPOINT_URL_SESV2".to_owned(), self.ses.clone());
        let bundle = self.bundle.to_str().unwrap().to_owned();
        environment.insert("NODE_EXTRA_CA_CERTS".to_owned(), bundle.clone());
        environment.insert("AWS_CA_BUNDLE".to_owned(), bundle);
        environment
    }

    /// A request to that function in the common scene. To read, vote, answer and log in succeeds any number of times.
    pub(crate) fn request(&self, function: &str) -> Value {
        self.event(function, &self.scene)
    }

    /// A request to that function that succeeds once, in a scene of its own.
    pub(crate) async fn fresh_request(&self, function: &str) -> Value {
        let name = format!("user{}", self.users.fetch_add(1, Ordering::Relaxed));
        let fresh = samples::of_function(&self.service, function).bench.unwrap();
        self.event(function, &fresh(&self.service, &self.scene, &name).await)
    }

    /// The function's sample event, with the user, event id, query and body of its request in that scene.
    fn event(&self, function: &str, scene: &Scene) -> Value {
        let sample = samples::of_function(&self.service, function);
        let request = (sample.request)(scene);
        let mut event = samples::event(function, request.by.user(scene));
        if event["pathParameters"].get("id").is_some() {
            event["pathParameters"]["id"] = json!(scene.event.strip_prefix("/event/").unwrap());
        }
        if let Some((name, value)) = request.query.split_once('=') {
            event["queryStringParameters"] = json!({ name: value });
            event["rawQueryString"] = json!(request.query);
        }
        if !request.body.is_null() {
            event["body"] = json!(request.body.to_string());
        }
        event
    }

    /// Reads something through the local service, so that the database has nothing left to do for the first time.
    pub(crate) async fn warm_up(&self) {
        self.service.get(&self.scene.jane, &self.scene.event).await.expect(200);
    }
}

/// TLS for loopback, by an authority of its own whose certificate it writes to `bundle`.
fn tls(bundle: &Path) -> TlsAcceptor {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::create_dir_all(bundle.parent().unwrap()).unwrap();
    std::fs::write(bundle, certified.cert.pem()).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Puts TLS before a service on loopback, and gives its new URL.
async fn front(acceptor: TlsAcceptor, url: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = url.strip_prefix("http://").unwrap();
    let (service, path) = service.split_once('/').unwrap_or((service, ""));
    let (service, url) = (service.to_owned(), format!("https://{}/{path}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let (acceptor, service) = (acceptor.clone(), service.clone());
            tokio::spawn(async move {
                let (Ok(mut client), Ok(mut server)) =
                    tokio::join!(acceptor.accept(stream), TcpStream::connect(service))
                else {
                    return;
                };
                server.set_nodelay(true).unwrap();
                // A function that is killed closes the connection without notice.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    url
}
