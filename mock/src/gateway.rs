//! API Gateway's HTTP API: takes HTTP, hands each request to its function as the event that Lambda would get, and turns
//! the function's answer back into HTTP. What a function gets and gives passes through JSON and `lambda_http`'s own
//! parser, so that a local request takes the wire's way.

mod cors;
mod event;
mod invoke;
mod local;
pub(crate) mod routes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority};
use axum::response::Response;
use event_messenger::clock::Clock;
use event_messenger::lambda::Handler;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub(crate) use self::local::SES_PATH;
use self::routes::{Routes, segments};
use crate::iam::Iam;
use crate::mailbox::Mailbox;
use crate::template::Cors;

/// The most that an HTTP API takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// A function that is ready for requests.
pub(crate) struct Started {
    pub(crate) name: &'static str,
    pub(crate) handler: Handler,
    pub(crate) timeout_seconds: u64,
}

/// All that the gateway needs to answer.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) routes: Routes,
    pub(crate) functions: Vec<Started>,
    pub(crate) cors: Option<Cors>,
    pub(crate) mailbox: Mailbox,
    pub(crate) iam: Arc<Iam>,
    pub(crate) clock: Clock,
    pub(crate) log: bool,
    /// Ends the functions that are running.
    pub(crate) kill: Arc<Notify>,
}

/// Serves until the sender of `stopped` is gone and the last request is answered.
pub(crate) async fn serve(listener: TcpListener, gateway: Gateway, mut stopped: watch::Receiver<()>) {
    let app = Router::new().fallback(entry).with_state(Arc::new(gateway));
    let served = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    let served = served.with_graceful_shutdown(async move {
        // Nothing is ever sent: an error says that the sender is gone.
        let _ = stopped.changed().await;
    });
    if let Err(error) = served.await {
        eprintln!("the API is not served any more: {error}");
    }
}

async fn entry(State(gateway): State<Arc<Gateway>>, peer: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/_local" || path.starts_with("/_local/") {
        return local::answer(&gateway, request).await;
    }
    let started = Instant::now();
    // Never the query: it may carry a token.
    let line = gateway.log.then(|| format!("{} {path}", request.method()));
    let response = api(&gateway, peer.0, request).await;
    if let Some(line) = line {
        eprintln!("{line} {} {} ms", response.status().as_u16(), started.elapsed().as_millis());
    }
    response
}

async fn api(gateway: &Gateway, peer: SocketAddr, request: Request) -> Response {
    let asked = request.headers().clone();
    let preflight = gateway.cors.as_ref().and_then(|cors| cors.preflight(request.method(), &asked));
    let request_id = Uuid::new_v4().to_string();
    let is_preflight = preflight.is_some();
    let mut response = match preflight {
        Some(response) => response,
        None => call(gateway, peer, request, &request_id).await.unwrap_or_else(Refusal::answer),
    };
    if let Some(cors) = gateway.cors.as_ref().filter(|_| !is_preflight) {
        cors.mark(&asked, response.headers_mut());
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("apigw-requestid", value);
    }
    response
}

/// What the gateway answers without asking a function, or in its place.
struct Refusal(StatusCode, &'static str);

impl Refusal {
    const BAD_REQUEST: Self = Self(StatusCode::BAD_REQUEST, "Bad Request");
    const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "Not Found");
    const TOO_LARGE: Self = Self(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    const INTERNAL: Self = Self(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");

    fn answer(self) -> Response {
        reply(self.0, &json!({"message": self.1}))
    }
}

async fn call(gateway: &Gateway, peer: SocketAddr, request: Request, request_id: &str) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    if host(&parts.headers).is_none() {
        return Err(Refusal::BAD_REQUEST);
    }
    let segments = segments(parts.uri.path()).ok_or(Refusal::BAD_REQUEST)?;
    let route = gateway.routes.find(parts.method.as_str(), &segments).ok_or(Refusal::NOT_FOUND)?;
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| Refusal::TOO_LARGE)?;
    let origin = event::Origin {
        source_ip: peer.ip(),
        port: gateway.address.port(),
        now: gateway.clock.now(),
        request_id,
        path: &segments.join("/"),
    };
    let event = event::build(&parts, &body, &route, &origin);
    let function = &gateway.functions[route.function];
    invoke::invoke(function, &event, origin.now, &gateway.kill).await.map_err(|fault| {
        eprintln!("the function {} {fault}", function.name);
        Refusal::INTERNAL
    })
}

/// The `Host` header, if it can be one. Behind the real gateway it always is.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    host.parse().ok().filter(|authority: &Authority| !authority.host().is_empty() && !host.contains('@'))
}

fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests;
