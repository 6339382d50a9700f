//! A request as the functions read it.

use std::sync::{Arc, OnceLock};

use lambda_http::http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderName, IF_MATCH, USER_AGENT};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde_json::Value;

use crate::clock::Clock;
use crate::domain::fault::Fault;
use crate::domain::login::parse_id;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};
use crate::log::{Act, Log, Subject, Trail};
use crate::store::sessions::Device;
use crate::token::{Holder, Signer};

/// The longest body that is read, in octets. The largest event that can be sent is less than half of it.
const MAX_BODY: usize = 256 * 1024;

/// How much is kept of what a client says that it is, in characters.
const MAX_AGENT: usize = 200;

/// The longest `Idempotency-Key`, in characters.
const MAX_IDEMPOTENCY_KEY: usize = 255;

/// A request that came through API Gateway.
#[derive(Debug)]
pub struct Request {
    http: lambda_http::Request,
    trail: Arc<Trail>,
}

impl Request {
    pub(crate) fn new(http: lambda_http::Request, clock: &Clock, log: &Log) -> Self {
        let context = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => Some(context),
            _ => None,
        };
        let trail = Trail {
            log: log.clone(),
            clock: clock.clone(),
            request_id: context.and_then(|context| context.request_id.clone()),
            route: context.and_then(|context| context.route_key.clone()),
            address: context.and_then(|context| context.http.source_ip.clone()).unwrap_or_default(),
            user: OnceLock::new(),
        };
        Self { http, trail: Arc::new(trail) }
    }

    pub(crate) fn trail(&self) -> Arc<Trail> {
        Arc::clone(&self.trail)
    }

    /// Tells the log who sent the request, where no access token does.
    pub fn identify(&self, user: UserId) {
        // Whoever is named first stays: a request has one sender.
        let _ = self.trail.user.set(user);
    }

    /// Leaves a line in the audit trail.
    pub fn audit(&self, act: Act, subject: Subject) {
        self.trail.audit(act, subject);
    }

    /// Logs what went wrong beside the request's own outcome.
    pub fn trouble(&self, message: &str, error: &Error) {
        self.trail.trouble(message, error);
    }

    /// The user whose access token the request carries ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn user(&self, signer: &Signer, clock: &Clock) -> Result<UserId> {
        self.holder(signer, clock).map(|holder| holder.user)
    }

    /// The same, with the session in which the token was given.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn holder(&self, signer: &Signer, clock: &Clock) -> Result<Holder> {
        let header = self.header(&AUTHORIZATION).ok_or(Error::Unauthenticated)?;
        let (scheme, token) = header.split_once(' ').ok_or(Error::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        let holder = signer.verify_access(token.trim(), clock.now())?;
        self.identify(holder.user);
        Ok(holder)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `Invalid` or `BodyTooLarge`.
    pub fn json(&self) -> Result<Value> {
        let bytes: &[u8] = match self.http.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        if bytes.len() > MAX_BODY {
            return Err(Error::BodyTooLarge);
        }
        if bytes.trim_ascii().is_empty() {
            return Err(Error::invalid("body", "is missing; it must be a JSON object"));
        }
        serde_json::from_slice(bytes).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "ends too early",
                _ => "cannot be read",
            };
            let (line, column) = (error.line(), error.column());
            Error::invalid("body", format!("is not JSON in UTF-8: it {what} at line {line}, column {column}"))
        })
    }

    /// The body as `parse` reads it.
    ///
    /// # Errors
    /// `Invalid` with every fault, or `BodyTooLarge`.
    pub fn parse<T>(&self, parse: impl FnOnce(&Value) -> Result<T, Vec<Fault>>) -> Result<T> {
        Ok(parse(&self.json()?)?)
    }

    /// The id of the event in the path.
    ///
    /// # Errors
    /// `Invalid` if it is no id.
    pub fn event_id(&self) -> Result<EventId> {
        let parameters = self.http.path_parameters();
        let id = parameters.first("id").and_then(parse_id);
        id.ok_or_else(|| Error::invalid("id", "must be the id of an event, a UUID, in the path"))
    }

    /// A parameter of the query string, unless it is missing or empty.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let parameters = self.http.query_string_parameters();
        parameters.first(name).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.http.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// What the client calls this request, so that repeating it does nothing more.
    ///
    /// # Errors
    /// `Invalid` if it is too long.
    pub fn idempotency_key(&self) -> Result<Option<&str>> {
        let key = self.header(&HeaderName::from_static("idempotency-key")).filter(|key| !key.is_empty());
        if key.is_some_and(|key| key.len() > MAX_IDEMPOTENCY_KEY) {
            let message = format!("must be at most {MAX_IDEMPOTENCY_KEY} characters long");
            return Err(Error::invalid("Idempotency-Key", message));
        }
        Ok(key)
    }

    /// Whether the client lets what has this `ETag` be written over: always, unless its `If-Match` names others only
    /// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1)).
    #[must_use]
    pub fn may_replace(&self, etag: &str) -> bool {
        self.header(&IF_MATCH)
            .is_none_or(|list| list.split(',').any(|listed| listed.trim() == "*" || listed.trim() == etag))
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_get(&self) -> bool {
        *self.http.method() == lambda_http::http::Method::GET
    }

    /// Whether it takes something away.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        *self.http.method() == lambda_http::http::Method::DELETE
    }

    /// Whether it is a browser that opens a page.
    #[must_use]
    pub fn wants_html(&self) -> bool {
        self.header(&ACCEPT).is_some_and(|accept| accept.to_ascii_lowercase().contains("text/html"))
    }

    /// The network address that the request comes from, as API Gateway saw it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.trail.address
    }

    /// Where the request comes from, to be shown to its user.
    #[must_use]
    pub fn device(&self) -> Device {
        let agent = self.header(&USER_AGENT).unwrap_or_default();
        Device { address: self.address().to_owned(), agent: agent.chars().take(MAX_AGENT).collect() }
    }

    /// The URL under which the client reached the API, without a slash at its end. API Gateway sets what it is made of, and always
    /// says `https`; what comes without that header comes from a tool on a developer's machine.
    #[must_use]
    pub fn base_url(&self) -> String {
        let (mut domain, mut stage) = (None, None);
        if let Some(RequestContext::ApiGatewayV2(context)) = self.http.request_context_ref() {
            domain.clone_from(&context.domain_name);
            stage.clone_from(&context.stage);
        }
        let host = self.header(&HOST).map(str::to_owned);
        let (scheme, host) = match self.header(&HeaderName::from_static("x-forwarded-proto")) {
            Some("http") => ("http", domain.or(host)),
            Some(_) => ("https", domain.or(host)),
            None => ("http", host.or(domain)),
        };
        let stage = stage.filter(|stage| stage != "$default").map_or(String::new(), |stage| format!("/{stage}"));
        format!("{scheme}://{}{stage}", host.unwrap_or_default())
    }
}

/// Both, or the faults of both.
///
/// # Errors
/// `Invalid` with the faults of either; any other error goes before it.
pub fn both<A, B>(a: Result<A>, b: Result<B>) -> Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Error::Invalid(mut faults)), Err(Error::Invalid(more))) => {
            faults.extend(more);
            Err(Error::Invalid(faults))
        }
        (Err(Error::Invalid(_)) | Ok(_), Err(error)) | (Err(error), _) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(headers: &Value, domain: &str, stage: &str) -> Request {
        let event = json!({
            "version": "2.0", "routeKey": "GET /user", "rawPath": "/user", "rawQueryString": "", "headers": headers,
            "requestContext": {
                "accountId": "1", "apiId": "1", "domainName": domain, "requestId": "1", "stage": stage, "timeEpoch": 0,
                "http": {"method": "GET", "path": "/user", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
            },
            "isBase64Encoded": false,
        });
        let http = lambda_http::request::from_str(&event.to_string()).unwrap();
        Request::new(http, &Clock::system(), &Log::stderr())
    }

    #[test]
    fn the_base_url_is_where_the_client_reached_the_api() {
        let cases = [
            (
                json!({"x-forwarded-proto": "https", "host": "api.example"}),
                "api.example",
                "$default",
                "https://api.example",
            ),
            (json!({"x-forwarded-proto": "https"}), "api.example", "test", "https://api.example/test"),
            (
                json!({"x-forwarded-proto": "https", "host": "evil.example"}),
                "api.example",
                "$default",
                "https://api.example",
            ),
            (json!({"x-forwarded-proto": "http"}), "127.0.0.1:3000", "$default", "http://127.0.0.1:3000"),
            (
                json!({"x-forwarded-proto": "https", "host": "xn--mnchen-3ya.example"}),
                "xn--mnchen-3ya.example",
                "$default",
                "https://xn--mnchen-3ya.example",
            ),
            (json!({"host": "127.0.0.1:9000"}), "localhost", "$default", "http://127.0.0.1:9000"),
        ];
        for (headers, domain, stage, url) in cases {
            assert_eq!(request(&headers, domain, stage).base_url(), url, "{headers}");
        }
    }

    #[test]
    fn if_match_keeps_from_writing_over_anything_else() {
        let cases = [
            (json!({}), true),
            (json!({"if-match": "\"v1\""}), true),
            (json!({"if-match": "\"v0\", \"v1\""}), true),
            (json!({"if-match": "*"}), true),
            (json!({"if-match": "\"v0\""}), false),
            (json!({"if-match": "W/\"v1\""}), false),
            (json!({"if-match": ""}), false),
        ];
        for (headers, expected) in cases {
            assert_eq!(request(&headers, "", "").may_replace("\"v1\""), expected, "{headers}");
        }
    }

    #[test]
    fn faults_add_up_and_any_other_error_goes_before_them() {
        let fault = |field: &str| Err::<(), _>(Error::invalid(field, ""));
        assert!(matches!(both(fault("a"), fault("b")), Err(Error::Invalid(faults)) if faults.len() == 2));
        assert!(matches!(both(Ok(()), fault("b")), Err(Error::Invalid(faults)) if faults.len() == 1));
        assert!(matches!(both(fault("a"), Err::<(), _>(Error::BodyTooLarge)), Err(Error::BodyTooLarge)));
        assert!(matches!(both(Err::<(), _>(Error::BodyTooLarge), fault("b")), Err(Error::BodyTooLarge)));
        assert!(both(Ok(()), Ok(())).is_ok());
    }
}
