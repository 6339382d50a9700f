//! What the gateway answers without asking a function, or in its place.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::server::{self, Patience, Unread, reply};

/// The most that an HTTP API takes.
pub(super) const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// An answer of the gateway's own: status and message.
#[derive(Debug)]
pub(super) struct Refusal(StatusCode, &'static str);

impl Refusal {
    pub(super) const BAD_REQUEST: Self = Self(StatusCode::BAD_REQUEST, "Bad Request");
    pub(super) const FORBIDDEN: Self = Self(StatusCode::FORBIDDEN, "Forbidden");
    pub(super) const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "Not Found");
    const TIMEOUT: Self = Self(StatusCode::REQUEST_TIMEOUT, "Request Timeout");
    const TOO_LARGE: Self = Self(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    pub(super) const INTERNAL: Self = Self(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");

    pub(super) fn answer(self) -> Response {
        reply(self.0, &json!({"message": self.1}))
    }
}

/// The body of a request to the gateway.
pub(super) async fn read(body: Body, patience: Patience) -> Result<Bytes, Refusal> {
    server::read(body, BODY_LIMIT, patience).await.map_err(|unread| match unread {
        Unread::Broken => Refusal::BAD_REQUEST,
        Unread::TooLarge => Refusal::TOO_LARGE,
        Unread::TooSlow => Refusal::TIMEOUT,
    })
}
