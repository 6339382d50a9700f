//! Calls a function as the Lambda runtime does: event JSON in, response JSON out. A function that panics takes nobody
//! with it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service, service_fn};
use serde::Deserialize;
use serde_json::Value;
use shared::lambda::Handler;
use tokio::sync::Notify;
use uuid::Uuid;

use super::event::HOP_BY_HOP;
use crate::arn;

/// A function that is ready for requests.
pub(crate) struct Started {
    pub(crate) name: &'static str,
    pub(crate) handler: Handler,
    pub(crate) timeout_seconds: u64,
}

/// The function's answer to the event, or what it did instead.
pub(super) async fn invoke(
    function: &Started,
    event: &Value,
    now: Timestamp,
    kill: &Notify,
) -> Result<Response, String> {
    let handler = function.handler.clone();
    let context = context(function, now);
    let event = event.to_string();
    // In a task of its own: a panic stays there, and as on Lambda a client that goes away stops nothing half-way.
    let mut task = tokio::spawn(async move {
        let payload = serde_json::from_str::<LambdaRequest>(&event)?;
        let mut service = Adapter::from(service_fn(move |request| {
            let response = handler(request);
            async move { Ok::<_, Infallible>(response.await) }
        }));
        let Ok(response) = service.call(LambdaEvent::new(payload, context)).await;
        serde_json::to_string(&response)
    });
    let ended = tokio::select! {
        ended = &mut task => ended,
        () = kill.notified() => {
            task.abort();
            task.await
        }
    };
    match ended {
        Ok(Ok(reply)) => read(&reply).ok_or_else(|| "gave a response that API Gateway does not take".into()),
        Ok(Err(error)) => Err(format!("was given an event that it does not take: {error}")),
        Err(error) if error.is_cancelled() => Err("was killed".into()),
        Err(_) => Err("panicked".into()),
    }
}

fn context(function: &Started, now: Timestamp) -> Context {
    let timeout_ms = function.timeout_seconds.saturating_mul(1_000);
    let mut config = lambda_runtime::Config::default();
    function.name.clone_into(&mut config.function_name);
    let mut context = Context::default();
    context.request_id = Uuid::new_v4().to_string();
    context.deadline = u64::try_from(now.as_millisecond()).unwrap_or_default().saturating_add(timeout_ms);
    context.invoked_function_arn = arn::of_function(function.name);
    context.env_config = Arc::new(config);
    context
}

/// A response in payload format 2.0, which knows no `multiValueHeaders`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    status_code: u16,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn read(reply: &str) -> Option<Response> {
    let reply: Reply = serde_json::from_str(reply).ok()?;
    let body = reply.body.unwrap_or_default();
    let body = if reply.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(reply.status_code).ok()?;
    for (name, value) in reply.headers {
        let name = HeaderName::try_from(name).ok()?;
        // The length is counted anew, the connection is the gateway's own.
        if name != header::CONTENT_LENGTH && !HOP_BY_HOP.contains(&name.as_str()) {
            response.headers_mut().insert(name, HeaderValue::try_from(value).ok()?);
        }
    }
    for cookie in reply.cookies {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_from_a_response() {
        let response = read(
            r#"{"statusCode": 201, "headers": {"location": "/e/1", "content-length": "99"}, "multiValueHeaders": {},
                "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true}"#,
        )
        .unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["location"], "/e/1");
        assert_eq!(response.headers().get("content-length"), None);
        assert_eq!(response.headers().get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        for broken in [
            "{}",
            r#"{"statusCode": 99999}"#,
            r#"{"statusCode": 200, "body": "%", "isBase64Encoded": true}"#,
            r#"{"statusCode": 200, "headers": {"a b": "c"}}"#,
            r#"{"statusCode": 200, "headers": {"a": "b\nc"}}"#,
        ] {
            assert!(read(broken).is_none(), "{broken}");
        }
    }
}
