//! API Gateway's HTTP API: takes HTTP, hands each request to its function as the event that Lambda would get, and turns
//! the function's answer back into HTTP. What a function gets and gives passes through JSON and `lambda_http`'s own
//! parser, so that a local request takes the wire's way.

mod cors;
mod event;
mod explorer;
mod host;
mod invoke;
mod local;
mod refusal;
mod routes;

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::Response;
use shared::clock::Clock;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use self::host::{host, is_url, name_host};
pub(crate) use self::invoke::Started;
pub(crate) use self::local::{Local, SES_PATH};
use self::refusal::Refusal;
pub(crate) use self::routes::Routes;
use self::routes::segments;
use crate::server::{self, Ends, Patience};
use crate::tell;
use crate::template::Cors;

/// All that the gateway needs to answer.
pub(crate) struct Gateway {
    pub(crate) patience: Patience,
    pub(crate) routes: Routes,
    pub(crate) functions: Vec<Started>,
    pub(crate) cors: Option<Cors>,
    pub(crate) local: Local,
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
        return gateway.local.answer(ends, request, gateway.patience).await;
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

async fn call(gateway: &Gateway, ends: Ends, request: Request, request_id: &str) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let host = host(&parts.headers).ok_or(Refusal::BAD_REQUEST)?;
    let segments = segments(parts.uri.path()).ok_or(Refusal::BAD_REQUEST)?;
    let path = segments.join("/");
    if !is_url(&host, &path, parts.uri.query()) {
        return Err(Refusal::BAD_REQUEST);
    }
    let route = gateway.routes.find(parts.method.as_str(), &segments).ok_or(Refusal::NOT_FOUND)?;
    let body = refusal::read(body, gateway.patience).await?;
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

#[cfg(test)]
mod tests;
