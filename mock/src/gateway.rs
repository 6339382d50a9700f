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

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority};
use axum::response::Response;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::lambda::Handler;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use url::Url;
use uuid::Uuid;

pub(crate) use self::local::SES_PATH;
use self::routes::{Routes, segments};
use crate::iam::Iam;
use crate::mailbox::Mailbox;
use crate::server::{self, Ends, Patience, Unread};
use crate::tell;
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
    /// The first of the addresses that it listens on.
    pub(crate) address: SocketAddr,
    pub(crate) patience: Patience,
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
pub(crate) async fn serve(listeners: Vec<TcpListener>, gateway: Gateway, stopped: watch::Receiver<()>) {
    let (patience, gateway) = (gateway.patience, Arc::new(gateway));
    let answer = move |request, ends| entry(Arc::clone(&gateway), ends, request);
    server::serve(listeners, patience, answer, stopped).await;
}

async fn entry(gateway: Arc<Gateway>, ends: Ends, mut request: Request) -> Response {
    name_host(&mut request);
    let path = request.uri().path();
    if path == "/_local" || path.starts_with("/_local/") {
        return local::answer(&gateway, ends, request).await;
    }
    let started = Instant::now();
    // Never the query: it may carry a token.
    let line = gateway.log.then(|| format!("{} {path}", request.method()));
    let response = api(&gateway, ends, request).await;
    if let Some(line) = line {
        tell(format_args!("{line} {} {} ms", response.status().as_u16(), started.elapsed().as_millis()));
    }
    response
}

async fn api(gateway: &Gateway, ends: Ends, request: Request) -> Response {
    let asked = request.headers().clone();
    let preflight = gateway.cors.as_ref().and_then(|cors| cors.preflight(request.method(), &asked));
    let request_id = Uuid::new_v4().to_string();
    let is_preflight = preflight.is_some();
    let mut response = match preflight {
        Some(response) => response,
        None => call(gateway, ends, request, &request_id).await.unwrap_or_else(Refusal::answer),
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
#[derive(Debug)]
struct Refusal(StatusCode, &'static str);

impl Refusal {
    const BAD_REQUEST: Self = Self(StatusCode::BAD_REQUEST, "Bad Request");
    const FORBIDDEN: Self = Self(StatusCode::FORBIDDEN, "Forbidden");
    const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "Not Found");
    const TIMEOUT: Self = Self(StatusCode::REQUEST_TIMEOUT, "Request Timeout");
    const TOO_LARGE: Self = Self(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    const INTERNAL: Self = Self(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");

    fn answer(self) -> Response {
        reply(self.0, &json!({"message": self.1}))
    }
}

impl From<Unread> for Refusal {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Broken => Self::BAD_REQUEST,
            Unread::TooLarge => Self::TOO_LARGE,
            Unread::TooSlow => Self::TIMEOUT,
        }
    }
}

async fn call(gateway: &Gateway, ends: Ends, request: Request, request_id: &str) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let host = host(&parts.headers).ok_or(Refusal::BAD_REQUEST)?;
    let segments = segments(parts.uri.path()).ok_or(Refusal::BAD_REQUEST)?;
    let path = segments.join("/");
    if !is_url(&host, &path, parts.uri.query()) {
        return Err(Refusal::BAD_REQUEST);
    }
    let route = gateway.routes.find(parts.method.as_str(), &segments).ok_or(Refusal::NOT_FOUND)?;
    let body = server::read(body, BODY_LIMIT, gateway.patience).await?;
    let origin = event::Origin {
        source_ip: ends.peer.ip(),
        port: ends.own.port(),
        now: gateway.clock.now(),
        request_id,
        path: &path,
    };
    let event = event::build(&parts, &body, &route, &origin);
    let function = &gateway.functions[route.function];
    invoke::invoke(function, &event, origin.now, &gateway.kill).await.map_err(|fault| {
        tell(format_args!("the function {} {fault}", function.name));
        Refusal::INTERNAL
    })
}

/// Lets the host of a whole URL in the place of a path stand for the `Host` header
/// ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)), unless there are several of those.
fn name_host(request: &mut Request) {
    let named = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(named) = named
        && request.headers().get_all(header::HOST).iter().count() < 2
    {
        request.headers_mut().insert(header::HOST, named);
    }
}

/// The `Host` header, if there is one alone and it can be one. Behind the real gateway it always is.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
    host.parse().ok().filter(|authority: &Authority| !authority.host().is_empty() && !host.contains('@'))
}

/// Whether `lambda_http` can make a URL of an event with these, as it does without looking.
fn is_url(host: &Authority, path: &str, query: Option<&str>) -> bool {
    let url = Url::parse(&format!("http://{host}{path}")).ok().filter(|_| path.starts_with('/'));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    url.is_some_and(|url| format!("{url}{query}").parse::<Uri>().is_ok())
}

/// An answer in JSON.
pub(crate) fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests;
