//! In front of the embedded `DynamoDB`: a function's call is passed on if its policies allow it, and refused as `DynamoDB`
//! refuses if not. Whatever comes from anybody else is passed on unread.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::serve::ListenerExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::iam::Iam;

/// The most that `DynamoDB` takes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What `DynamoDB` speaks.
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

struct Guard {
    iam: Arc<Iam>,
    database: Authority,
    http: Client<HttpConnector, Body>,
}

/// Serves until `stopped` and the last request is answered.
pub(super) async fn serve(
    listener: TcpListener,
    database: SocketAddr,
    iam: Arc<Iam>,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    // An address with its port is an authority, always.
    let Ok(database) = database.to_string().parse() else { return };
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let http = Client::builder(TokioExecutor::new()).build(connector);
    let app = Router::new().fallback(entry).with_state(Arc::new(Guard { iam, database, http }));
    let listener = listener.tap_io(|stream| {
        // Without it answers are slower, and right all the same.
        let _ = stream.set_nodelay(true);
    });
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
        eprintln!("the embedded DynamoDB is not served any more: {error}");
    }
}

async fn entry(State(guard): State<Arc<Guard>>, request: Request) -> Response {
    let (mut parts, mut body) = request.into_parts();
    if let Some(function) = guard.iam.function(&parts.headers) {
        let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
            return answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({}));
        };
        if let Err(message) = guard.iam.judge_dynamodb(function, operation(&parts.headers), &bytes) {
            return refusal(&message);
        }
        body = Body::from(bytes);
    }
    parts.uri = guard.address(&parts.uri);
    match guard.http.request(Request::from_parts(parts, body)).await {
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
