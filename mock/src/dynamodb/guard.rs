//! In front of the embedded `DynamoDB`: a function's call is passed on if its policies allow it, and refused as `DynamoDB`
//! refuses if not. Whatever comes from anybody else is passed on unjudged, but for what a web page sends.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use crate::iam::Iam;
use crate::server::{self, Patience, Unread};

/// The most that `DynamoDB` takes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What `DynamoDB` speaks.
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// What changes nothing. Whoever waits for changes looks for them after every other call.
const READS: [&str; 4] = ["BatchGetItem", "GetItem", "Query", "Scan"];

struct Guard {
    iam: Arc<Iam>,
    patience: Patience,
    database: Authority,
    http: Client<HttpConnector, Body>,
    written: watch::Sender<()>,
}

/// Serves until the sender of `stopped` is gone and the last request is answered.
pub(super) async fn serve(
    listeners: Vec<TcpListener>,
    database: SocketAddr,
    iam: Arc<Iam>,
    patience: Patience,
    written: watch::Sender<()>,
    stopped: watch::Receiver<()>,
) {
    // An address with its port is an authority, always.
    let Ok(database) = database.to_string().parse() else { return };
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let http = Client::builder(TokioExecutor::new()).build(connector);
    let guard = Arc::new(Guard { iam, patience, database, http, written });
    let answer = move |request, _| entry(Arc::clone(&guard), request);
    server::serve(listeners, patience, answer, stopped).await;
}

async fn entry(guard: Arc<Guard>, request: Request) -> Response {
    // A web page, which no tool of a developer is. It might have had its own host name point here (DNS rebinding).
    if request.headers().contains_key(header::ORIGIN) {
        return refusal("The local DynamoDB answers no web page.");
    }
    let (mut parts, body) = request.into_parts();
    let body = match server::read(body, BODY_LIMIT, guard.patience).await {
        Ok(body) => body,
        Err(Unread::Broken) => return answer(StatusCode::BAD_REQUEST, &json!({})),
        Err(Unread::TooLarge) => return answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({})),
        Err(Unread::TooSlow) => return answer(StatusCode::REQUEST_TIMEOUT, &json!({})),
    };
    if let Some(function) = guard.iam.function(&parts.headers)
        && let Err(message) = guard.iam.judge_dynamodb(function, operation(&parts.headers), &body)
    {
        return refusal(&message);
    }
    let is_read = READS.contains(&operation(&parts.headers));
    parts.uri = guard.address(&parts.uri);
    // The body has a length now, however it came.
    parts.headers.remove(header::TRANSFER_ENCODING);
    let answered = guard.http.request(Request::from_parts(parts, Body::from(body))).await;
    if !is_read {
        guard.written.send_replace(());
    }
    match answered {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            answer(StatusCode::BAD_GATEWAY, &json!({"message": format!("the database does not answer: {error}")}))
        }
    }
}

impl Guard {
    /// The same, where the database is.
    fn address(&self, uri: &Uri) -> Uri {
        let mut parts = uri.clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.database.clone());
        parts.path_and_query = parts.path_and_query.or(Some(PathAndQuery::from_static("/")));
        Uri::from_parts(parts).unwrap_or_default()
    }
}

/// The operation that `X-Amz-Target` names, such as `DynamoDB_20120810.Query`.
fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

fn refusal(message: &str) -> Response {
    let body = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "message": message});
    let mut response = answer(StatusCode::BAD_REQUEST, &body);
    let error = HeaderValue::from_static("AccessDeniedException");
    response.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), error);
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    response
}
