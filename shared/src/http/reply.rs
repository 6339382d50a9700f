//! The answer to a request.

use lambda_http::Body;
use lambda_http::http::header::{self, HeaderName, HeaderValue};
use lambda_http::http::{Response, StatusCode};
use serde::Serialize;

use super::Request;
use super::views::{EventBody, to_json};
use crate::domain::UserId;
use crate::domain::event::Event;
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;

/// An answer: status, headers and body.
#[derive(Debug)]
pub struct Reply(Response<Body>);

impl Reply {
    /// `200` with this body.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Ok(Self::json(StatusCode::OK, to_json(body)?))
    }

    /// The same, with the `ETag` of this very body.
    pub fn tagged(body: &impl Serialize) -> Result<Self> {
        let body = to_json(body)?;
        let etag = etag_of(&body);
        Self::json(StatusCode::OK, body).with(header::ETAG, &etag)
    }

    /// `200 {}`.
    #[must_use]
    pub fn done() -> Self {
        Self::json(StatusCode::OK, "{}".to_owned())
    }

    /// `200` with the event as that member sees it, and its `ETag`.
    pub fn event(event: &Event, reader: UserId) -> Result<Self> {
        let body = to_json(&EventBody::new(event, reader))?;
        let etag = etag(event, &body);
        Self::json(StatusCode::OK, body).with(header::ETAG, &etag)
    }

    /// The same, or `304` without a body to a request that knows what has this `ETag`
    /// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)).
    #[must_use]
    pub fn unless_known(mut self, request: &Request) -> Self {
        let etag = self.0.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
        if etag.is_some_and(|etag| request.knows(etag)) {
            *self.0.status_mut() = StatusCode::NOT_MODIFIED;
            *self.0.body_mut() = Body::Empty;
            self.0.headers_mut().remove(header::CONTENT_TYPE);
        }
        self
    }

    /// The same as `201`, with the path of what was made.
    pub fn created(mut self, location: &str) -> Result<Self> {
        *self.0.status_mut() = StatusCode::CREATED;
        self.with(header::LOCATION, location)
    }

    /// The same as a file of that name for a browser to keep ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)).
    pub fn attachment(self, name: &str) -> Result<Self> {
        self.with(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""))
    }

    /// `204`, without a body.
    #[must_use]
    pub fn no_content() -> Self {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NO_CONTENT;
        Self(response)
    }

    /// `200` with a page.
    #[must_use]
    pub fn html(page: String) -> Self {
        let mut response = Response::new(Body::Text(page));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Self(response)
    }

    /// `200` with a file of that content type.
    pub(super) fn file(content: &[u8], kind: &str) -> Result<Self> {
        Self(Response::new(Body::Binary(content.to_vec()))).with(header::CONTENT_TYPE, kind)
    }

    /// The same with the `ETag` of its body.
    pub(super) fn with_tag(self) -> Result<Self> {
        let etag = match self.0.body() {
            Body::Text(text) => etag_of(text),
            _ => return Ok(self),
        };
        self.with(header::ETAG, &etag)
    }

    pub(super) fn json(status: StatusCode, body: String) -> Self {
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self(response)
    }

    /// The same with that header.
    pub fn with(mut self, name: HeaderName, value: &str) -> Result<Self> {
        let value = HeaderValue::from_str(value).map_err(|error| Error::internal("header", error))?;
        self.0.headers_mut().insert(name, value);
        Ok(self)
    }

    /// The response, with the headers that every response has.
    #[must_use]
    pub fn into_response(mut self, request_id: Option<&str>) -> Response<Body> {
        let headers = self.0.headers_mut();
        // What has a tag may be kept by its reader, and asked for anew by the tag.
        let caching = if headers.contains_key(header::ETAG) { "private, no-cache" } else { "no-store" };
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(id) = request_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        self.0
    }
}

/// The `ETag` of an event as that body shows it. A draft changes with its version alone; a sent event with every vote.
fn etag(event: &Event, body: &str) -> String {
    if event.sent { etag_of(body) } else { draft_etag(event) }
}

fn etag_of(body: &str) -> String {
    format!("\"{}\"", fingerprint(&[body.as_bytes()]))
}

/// The `ETag` of a draft.
#[must_use]
pub fn draft_etag(event: &Event) -> String {
    format!("\"v{}\"", event.version)
}
