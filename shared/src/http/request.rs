//! A request as the functions read it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_ENCODING, HOST, HeaderName, HeaderValue, IF_MATCH,
    IF_NONE_MATCH, USER_AGENT,
};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde_json::Value;
use uuid::Uuid;

use super::negotiation::{self, Encoding};
use super::{body, headers};
use crate::clock::Clock;
use crate::domain::fault::Fault;
use crate::domain::invitation::Visitor;
use crate::domain::language::Language;
use crate::domain::login::parse_id;
use crate::domain::session::Device;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};
use crate::log::{Act, Log, RequestLog, Subject};
use crate::token::{Holder, Signer};

/// The longest body that is read, in octets. The largest draft that the service answers with, which can be sent back, is shorter.
const MAX_BODY: usize = 512 * 1024;

/// How much is kept of what a client says that it is, in characters.
const MAX_AGENT: usize = 200;

/// Where browsers, old and new, say that they only look at something beforehand.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// A request that came through API Gateway.
#[derive(Debug)]
pub struct Request {
    http: lambda_http::Request,
    log: Arc<RequestLog>,
}

impl Request {
    pub(crate) fn new(http: lambda_http::Request, clock: &Clock, log: &Log) -> Self {
        let context = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => Some(context),
            _ => None,
        };
        let log = RequestLog {
            log: log.clone(),
            clock: clock.clone(),
            request_id: context.and_then(|context| context.request_id.clone()),
            route: context.and_then(|context| context.route_key.clone()),
            address: context.and_then(|context| context.http.source_ip.clone()).unwrap_or_default(),
            user: OnceLock::new(),
        };
        Self { http, log: Arc::new(log) }
    }

    pub(crate) fn log(&self) -> Arc<RequestLog> {
        Arc::clone(&self.log)
    }

    /// The present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.log.clock.now()
    }

    /// Tells the log who sent the request, where no access token does.
    pub fn identify(&self, user: UserId) {
        // Whoever is named first stays: a request has one sender.
        let _ = self.log.user.set(user);
    }

    /// Leaves a line in the audit trail.
    pub fn audit(&self, act: Act, subject: Subject) {
        self.log.audit(act, subject);
    }

    /// Logs what went wrong beside the request's own outcome.
    pub fn trouble(&self, message: &str, error: &Error) {
        self.log.trouble(message, error);
    }

    /// The user whose access token the request carries ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn user(&self, signer: &Signer) -> Result<UserId> {
        self.holder(signer).map(|holder| holder.user)
    }

    /// The same, with the session in which the token was given.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn holder(&self, signer: &Signer) -> Result<Holder> {
        let holder = self.bearer(|token| signer.verify_access(token, self.now()))?;
        self.identify(holder.user);
        Ok(holder)
    }

    /// Who sends the request: the user whose access token it carries, or the invitee whose invitation. Whether that holds is the
    /// event's to tell.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn visitor(&self, signer: &Signer) -> Result<Visitor> {
        let visitor = self.bearer(|token| {
            let holder = signer.verify_access(token, self.now());
            let user = holder.map(|holder| Visitor::User(holder.user));
            user.or_else(|_| signer.verify_invitation(token).map(Visitor::Invitee))
        })?;
        self.identify(visitor.id());
        Ok(visitor)
    }

    fn bearer<T>(&self, verify: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let header = self.whole(&AUTHORIZATION).ok_or(Error::Unauthenticated)?;
        verify(headers::bearer(&header).ok_or(Error::Unauthenticated)?)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `Invalid`, `BodyTooLarge` or `BodyEncoded`.
    pub fn json(&self) -> Result<Value> {
        body::read(self.body()?).map_err(|message| Error::invalid("body", message))
    }

    /// The body as text; empty if it is none.
    ///
    /// # Errors
    /// `BodyTooLarge` or `BodyEncoded`.
    pub fn text(&self) -> Result<&str> {
        Ok(std::str::from_utf8(self.body()?).unwrap_or_default())
    }

    fn body(&self) -> Result<&[u8]> {
        let bytes: &[u8] = match self.http.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        if bytes.len() > MAX_BODY {
            return Err(Error::BodyTooLarge);
        }
        if !bytes.is_empty() && self.whole(&CONTENT_ENCODING).is_some_and(|encoding| !headers::is_identity(&encoding)) {
            return Err(Error::BodyEncoded);
        }
        Ok(bytes)
    }

    /// The body as `parse` reads it.
    ///
    /// # Errors
    /// `Invalid` with every fault, `BodyTooLarge` or `BodyEncoded`.
    pub fn parse<T>(&self, parse: impl FnOnce(&Value) -> Result<T, Vec<Fault>>) -> Result<T> {
        Ok(parse(&self.json()?)?)
    }

    /// The id of the event in the path.
    ///
    /// # Errors
    /// `Invalid` if it is no id.
    pub fn event_id(&self) -> Result<EventId> {
        self.id_in_path("id", "an event")
    }

    /// The id of the user in the path.
    ///
    /// # Errors
    /// `Invalid` if it is no id.
    pub fn user_id(&self) -> Result<UserId> {
        self.id_in_path("id", "a user")
    }

    /// The id of the member in the path.
    ///
    /// # Errors
    /// `Invalid` if it is no id.
    pub fn member_id(&self) -> Result<UserId> {
        self.id_in_path("user", "a member")
    }

    /// The id of the session in the path.
    ///
    /// # Errors
    /// `Invalid` if it is no id.
    pub fn session_id(&self) -> Result<Uuid> {
        self.id_in_path("session", "a session")
    }

    fn id_in_path(&self, name: &str, whose: &str) -> Result<Uuid> {
        let parameters = self.http.path_parameters();
        let id = parameters.first(name).and_then(parse_id);
        id.ok_or_else(|| Error::invalid(name, format!("must be the id of {whose}, a UUID, in the path")))
    }

    /// A parameter of the query string without the white space around it, unless it is missing or empty.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let parameters = self.http.query_string_parameters();
        parameters.first(name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// The name of the file in the path; none if the route has none.
    #[must_use]
    pub fn file(&self) -> Option<String> {
        self.http.path_parameters().first("file").map(str::to_owned)
    }

    /// The path, as the client has it.
    pub(super) fn path(&self) -> &str {
        self.http.raw_http_path()
    }

    /// The language that the client likes best, of those that there are.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        negotiation::language(&self.whole(&ACCEPT_LANGUAGE)?)
    }

    /// How a file is compressed for the client.
    pub(super) fn encoding(&self) -> Encoding {
        negotiation::encoding(&self.whole(&ACCEPT_ENCODING).unwrap_or_default())
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.http.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// A header with all its values, as it came: of text that is no ASCII too.
    fn whole(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let mut values = self.http.headers().get_all(name).iter().map(HeaderValue::as_bytes);
        let first = values.next()?;
        let joined = values.fold(Cow::from(first), |joined, value| Cow::from([&*joined, value].join(&b',')));
        Some(joined)
    }

    /// What the client calls this request, so that repeating it does nothing more.
    ///
    /// # Errors
    /// `Invalid` if it cannot be read: then nobody knows what it was to keep from happening twice.
    pub fn idempotency_key(&self) -> Result<Option<String>> {
        let Some(value) = self.whole(&HeaderName::from_static("idempotency-key")) else { return Ok(None) };
        let key = headers::idempotency_key(&value).map_err(|message| Error::invalid("Idempotency-Key", message))?;
        Ok(Some(key.to_owned()))
    }

    /// Whether the client lets what has this `ETag` be written over: always, unless it sends an `If-Match` that does not name it.
    #[must_use]
    pub fn may_replace(&self, etag: &str) -> bool {
        self.whole(&IF_MATCH).is_none_or(|value| headers::matches(&value, etag))
    }

    /// The same of whatever there may be by the time it is written over.
    #[must_use]
    pub fn may_replace_any(&self) -> bool {
        // No header names it.
        self.may_replace("\n")
    }

    /// Whether the client has what has this `ETag`, by an `If-None-Match` that names it.
    pub(super) fn knows(&self, etag: &str) -> bool {
        self.whole(&IF_NONE_MATCH).is_some_and(|value| headers::names(&value, etag))
    }

    /// Whether it only reads.
    #[must_use]
    pub fn is_get(&self) -> bool {
        [Method::GET, Method::HEAD].contains(self.http.method())
    }

    /// Whether it does something anew each time.
    #[must_use]
    pub fn is_post(&self) -> bool {
        *self.http.method() == Method::POST
    }

    /// Whether it takes something away.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        *self.http.method() == lambda_http::http::Method::DELETE
    }

    /// Whether it is a program that wants JSON and means it: one that asks for it by name, or a script of a page that does not ask for
    /// a page. A browser that opens a link, and all that look at links before somebody does, are not.
    #[must_use]
    pub fn asks_for_json(&self) -> bool {
        let purpose = |name| self.whole(&HeaderName::from_static(name));
        if *self.http.method() == Method::HEAD
            || PURPOSES.into_iter().filter_map(purpose).any(|value| headers::is_looked_at_beforehand(&value))
        {
            return false;
        }
        let accept = self.whole(&ACCEPT).unwrap_or_default();
        let is_script = self.header(&HeaderName::from_static("sec-fetch-dest")).is_some_and(|dest| dest == "empty");
        headers::asks_for_json(&accept) || (is_script && !headers::asks_for_page(&accept))
    }

    /// The network address that the request comes from, as API Gateway saw it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.log.address
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
            (json!({"if-match": "\"v0\", \"v1\""}), true),
            (json!({"if-match": "\"v1\","}), true),
            (json!({"if-match": "*"}), true),
            (json!({"if-match": "\"v0\""}), false),
            (json!({"if-match": "v1"}), false),
            (json!({"if-match": "\u{e4}"}), false),
            (json!({"if-match": ""}), false),
        ];
        for (headers, expected) in cases {
            assert_eq!(request(&headers, "", "").may_replace("\"v1\""), expected, "{headers}");
            let any = matches!(headers["if-match"].as_str(), None | Some("*"));
            assert_eq!(request(&headers, "", "").may_replace_any(), any, "{headers}");
        }
    }

    #[test]
    fn an_idempotency_key_is_there_and_readable_or_not_there() {
        let cases = [
            (json!({}), Some(None)),
            (json!({"idempotency-key": " a "}), Some(Some("a"))),
            (json!({"idempotency-key": "a,a"}), None),
            (json!({"idempotency-key": "\u{e4}"}), None),
            (json!({"idempotency-key": ""}), None),
        ];
        for (headers, expected) in cases {
            let key = request(&headers, "", "").idempotency_key();
            assert_eq!(key.as_ref().ok().map(Option::as_deref), expected, "{headers}");
        }
    }

    #[test]
    fn who_means_it() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let cases = [
            (json!({"accept": "application/json"}), true),
            (json!({"sec-fetch-dest": "empty", "accept": "*/*"}), true),
            (json!({"sec-fetch-dest": "empty"}), true),
            (json!({}), false),
            (json!({"accept": "*/*"}), false),
            (json!({"accept": "application/*"}), false),
            (json!({"accept": browser}), false),
            (json!({"accept": browser, "sec-fetch-dest": "document"}), false),
            (json!({"accept": browser, "sec-fetch-dest": "empty"}), false),
            (json!({"accept": "*/*", "sec-fetch-dest": "iframe"}), false),
            (json!({"accept": "*/*", "sec-fetch-dest": "empty", "sec-purpose": "prefetch"}), false),
            (json!({"accept": "application/json", "sec-purpose": "prefetch;prerender"}), false),
            (json!({"accept": "application/json", "purpose": "prefetch"}), false),
            (json!({"accept": "application/json", "x-moz": "prefetch"}), false),
            (json!({"accept": "application/json", "x-purpose": "preview"}), false),
        ];
        for (headers, expected) in cases {
            assert_eq!(request(&headers, "", "").asks_for_json(), expected, "{headers}");
        }
        let mut head = request(&json!({"accept": "application/json"}), "", "");
        *head.http.method_mut() = Method::HEAD;
        assert!(!head.asks_for_json() && head.is_get());
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
