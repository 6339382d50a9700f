//! Calls a function as the Lambda runtime does: event JSON in, response JSON out. A panic ends
//! that call alone.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service, service_fn};
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

/// Calls the function with the event.
///
/// # Errors
/// What it did instead of answering, such as `panicked`.
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

/// A response in payload format 2.0, as `lambda_http` writes it.
fn read(reply: &str) -> Option<Response> {
    let reply: ApiGatewayV2httpResponse = serde_json::from_str(reply).ok()?;
    let body = reply.body.as_deref().unwrap_or_default();
    let body = if reply.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.to_vec() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(reply.status_code.try_into().ok()?).ok()?;
    let headers = response.headers_mut();
    *headers = reply.headers;
    // The length is counted anew, the connection is the gateway's own.
    for name in HOP_BY_HOP.into_iter().chain([header::CONTENT_LENGTH.as_str()]) {
        headers.remove(name);
    }
    for cookie in reply.cookies {
        headers.append(header::SET_COOKIE, cookie.try_into().ok()?);
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
        assert!(read(r#"{"cookies": [], "statusCode": 200}"#).is_some());
        for broken in [
            "{}",
            r#"{"cookies": [], "statusCode": 99999}"#,
            r#"{"cookies": [], "statusCode": 200, "body": "%", "isBase64Encoded": true}"#,
            r#"{"cookies": [], "statusCode": 200, "headers": {"a b": "c"}}"#,
            r#"{"cookies": [], "statusCode": 200, "headers": {"a": "b\nc"}}"#,
            r#"{"cookies": ["a\nb"], "statusCode": 200}"#,
        ] {
            assert!(read(broken).is_none(), "{broken}");
        }
    }
}
