//! The wire between the functions and AWS: a proxy that counts the calls to DynamoDB and SES, and makes chosen ones fail.

mod fault;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

pub use self::fault::Fault;
use self::fault::{Outcome, strike};

/// Which call fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The number of the call since the plan was made, from 0. A call and its retries by the SDK count as one.
    pub call: usize,
    /// How it fails.
    pub fault: Fault,
    /// Whether its retries and all later calls of the same operation fail too.
    pub always: bool,
}

/// The proxy.
#[derive(Clone, Debug)]
pub struct Wire {
    url: String,
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
    released: Arc<Notify>,
}

/// A call to AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The operation, such as `Query`.
    pub operation: String,
    /// The read capacity units consumed.
    pub reads: f64,
    /// The write capacity units consumed.
    pub writes: f64,
}

#[derive(Debug, Default)]
struct State {
    dynamodb: String,
    ses: String,
    /// The host name by which the functions reach the machine; its address where there is none.
    host: Option<&'static str>,
    plan: Option<Plan>,
    /// The calls since the plan was made, each with the invocation id that the SDK sends with all retries.
    calls: Vec<(String, Call)>,
    struck: usize,
    killer: Option<Deed>,
    /// What happens besides whenever the plan applies.
    beside: Option<Deed>,
}

#[derive(Clone)]
struct Deed(Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deed")
    }
}

impl Wire {
    /// Starts the proxy, which serves until the runtime ends.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let wire = Self { url, state: Arc::default(), arrived: Arc::default(), released: Arc::default() };
        let (serving, http) = (wire.clone(), reqwest::Client::new());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (wire, http) = (serving.clone(), http.clone());
                let service = hyper::service::service_fn(move |request| {
                    let (wire, http) = (wire.clone(), http.clone());
                    async move { wire.serve(request, &http).await.ok_or("dropped") }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        wire
    }

    /// The URL of the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets where the calls are forwarded to.
    pub fn connect(&self, dynamodb: String, ses: String) {
        let mut state = self.state();
        (state.dynamodb, state.ses) = (dynamodb, ses);
    }

    /// Sets the host name by which the functions reach the machine, as from a container.
    pub fn call_it(&self, host: &'static str) {
        self.state().host = Some(host);
    }

    /// Sets the plan, and counts the calls anew. Without a plan no call fails.
    pub fn plan(&self, plan: Option<Plan>) {
        let mut state = self.state();
        state.plan = plan;
        state.calls.clear();
        state.struck = 0;
    }

    /// Waits until the call that the plan holds has arrived. A test whose request never makes that call fails instead of hanging.
    pub async fn held(&self) {
        timeout(Duration::from_mins(1), self.arrived.notified())
            .await
            .expect("no request has made the call that the plan holds");
    }

    /// Lets the held call continue.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// How often the plan has applied.
    pub fn struck(&self) -> usize {
        self.state().struck
    }

    /// The calls since the plan was made, in order, without retries by the SDK.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.iter().map(|(_, call)| call.clone()).collect()
    }

    /// Sets what kills the functions when a plan demands it.
    pub fn kill_with(&self, killer: impl Fn() + Send + Sync + 'static) {
        self.state().killer = Some(Deed(Arc::new(killer)));
    }

    /// Sets what happens besides whenever the plan applies.
    pub fn beside_each_fault(&self, deed: impl Fn() + Send + Sync + 'static) {
        self.state().beside = Some(Deed(Arc::new(deed)));
    }

    fn kill(&self) {
        let killer = self.state().killer.clone();
        (killer.expect("something that kills").0)();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The response; `None` closes the connection.
    async fn serve(&self, request: Request<Incoming>, http: &reqwest::Client) -> Option<Response<Full<Bytes>>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let header = |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let target = header("x-amz-target");
        let operation = target.rsplit('.').next().filter(|name| !name.is_empty()).unwrap_or("SendEmail");
        let invocation = header("amz-sdk-invocation-id");
        let outcome = self.outcome(invocation, operation, &body);
        match outcome {
            Outcome::Answer(response) => return Some(response),
            Outcome::DropBefore => return None,
            Outcome::KillBefore => {
                self.kill();
                return None;
            }
            Outcome::Hang => std::future::pending().await,
            Outcome::Hold => {
                self.arrived.notify_one();
                self.released.notified().await;
            }
            Outcome::Pass | Outcome::DropAfter | Outcome::KillAfter => {}
        }
        let (upstream, host) = {
            let state = self.state();
            (if target.is_empty() { state.ses.clone() } else { state.dynamodb.clone() }, state.host)
        };
        let path = if target.is_empty() { parts.uri.path() } else { "/" };
        let mut headers = parts.headers.clone();
        headers.remove("host");
        let port = upstream.rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
        if let Some(host) = host {
            headers.insert("host", format!("{host}:{port}").parse().ok()?);
        }
        headers.remove("content-length");
        let body = if target.is_empty() { body } else { asking_for_capacity(&body) };
        let sent = http.request(parts.method, format!("{upstream}{path}")).headers(headers).body(body).send();
        let answer = sent.await.ok()?;
        let mut response = Response::builder().status(answer.status());
        *response.headers_mut()? = answer.headers().clone();
        let body = answer.bytes().await.ok()?;
        self.count(invocation, &body);
        let response = response.body(Full::new(body)).ok()?;
        if matches!(outcome, Outcome::KillAfter) {
            self.kill();
        }
        (!matches!(outcome, Outcome::DropAfter | Outcome::KillAfter)).then_some(response)
    }

    /// Adds the consumed capacity in the response to the call.
    fn count(&self, invocation: &str, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let consumed = &answer["ConsumedCapacity"];
        let each = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        let units: f64 = each.iter().filter_map(|consumed| consumed["CapacityUnits"].as_f64()).sum();
        if let Some((_, call)) = self.state().calls.iter_mut().find(|(id, _)| id == invocation) {
            let is_read = matches!(call.operation.as_str(), "GetItem" | "BatchGetItem" | "Query");
            *(if is_read { &mut call.reads } else { &mut call.writes }) += units;
        }
    }

    fn outcome(&self, invocation: &str, operation: &str, body: &[u8]) -> Outcome {
        let mut state = self.state();
        let known = state.calls.iter().position(|(id, _)| id == invocation);
        let number = known.unwrap_or(state.calls.len());
        if known.is_none() {
            let call = Call { operation: operation.to_owned(), reads: 0.0, writes: 0.0 };
            state.calls.push((invocation.to_owned(), call));
        }
        let strikes = |plan: &Plan| {
            let again =
                plan.always && state.calls.get(plan.call).is_some_and(|(_, first)| first.operation == operation);
            number == plan.call && known.is_none() || number >= plan.call && again
        };
        let Some(plan) = state.plan.filter(strikes) else { return Outcome::Pass };
        let outcome = strike(plan.fault, operation, body);
        if !matches!(outcome, Outcome::Pass) {
            state.struck += 1;
            if let Some(Deed(beside)) = &state.beside {
                beside();
            }
        }
        outcome
    }
}

/// The same request, which also asks for the consumed capacity.
fn asking_for_capacity(body: &[u8]) -> Bytes {
    let mut json: Value = serde_json::from_slice(body).unwrap();
    json["ReturnConsumedCapacity"] = json!("TOTAL");
    Bytes::from(json.to_string())
}
