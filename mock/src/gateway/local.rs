//! What is under `/_local/`: the mailbox for people, its switch for tests, and the SES endpoint. On AWS there is no such
//! path.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::explorer;
use super::host::host;
use super::refusal::{self, Refusal};
use crate::iam::Iam;
use crate::mailbox::{self, Answer, Failure, Mailbox};
use crate::server::{Ends, Patience, reply};
use crate::streams::DeadLetters;

const PAGE: &str = include_str!("../mailbox.html");

/// Where SES is, below the API's own address.
pub(crate) const SES_PATH: &str = "/_local/ses";

/// What a call of `SendEmail` is sent to.
const SEND_EMAIL: &str = "/_local/ses/v2/email/outbound-emails";

/// How a container calls the machine that it runs on.
const FROM_DOCKER: &str = "host.docker.internal";

/// Serves what is under `/_local/`.
pub(crate) struct Local {
    /// The first of the addresses that the gateway listens on.
    pub(crate) address: SocketAddr,
    pub(crate) mailbox: Mailbox,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) iam: Arc<Iam>,
    /// Method, path and function of each route.
    pub(crate) routes: Vec<(String, String, String)>,
}

impl Local {
    pub(super) async fn answer(&self, ends: Ends, request: Request, patience: Patience) -> Response {
        let (parts, body) = request.into_parts();
        let is_mail = parts.method == Method::POST && parts.uri.path() == SEND_EMAIL;
        // Who chose an address for other machines to reach chose to be called by any name.
        let is_open = !self.address.ip().is_loopback();
        if !(is_own(&parts.headers, ends.own, is_open) || is_mail && is_from_docker(&parts.headers)) {
            return if is_mail { ses(&foreign(&parts)) } else { Refusal::FORBIDDEN.answer() };
        }
        match refusal::read(body, patience).await {
            Ok(body) if is_mail => ses(&self.send(&parts.headers, &body)),
            Ok(_) if parts.method == Method::GET && parts.uri.path().starts_with("/_local/docs/swagger") => {
                explorer::file(parts.uri).await
            }
            Ok(body) => self.show(&parts, &body),
            Err(refusal) => refusal.answer(),
        }
    }

    /// Hands a mail over, if it comes from no function or its policies allow it.
    fn send(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        let function = self.iam.function(headers);
        match function.map_or(Ok(()), |function| self.iam.judge_mail(function, body)) {
            Ok(()) => self.mailbox.send(body),
            Err(message) => mailbox::refusal(403, "AccessDeniedException", &message),
        }
    }

    fn show(&self, parts: &Parts, body: &[u8]) -> Response {
        let mailbox = &self.mailbox;
        let path = parts.uri.path().strip_prefix("/_local").unwrap_or_default();
        match (&parts.method, path) {
            (&Method::GET, "") => moved("/_local/"),
            (&Method::GET, "/") => page(PAGE, ""),
            (&Method::GET, "/openapi.json") => explorer::document(),
            (&Method::GET, "/docs") => page(explorer::PAGE, "'self'"),
            (&Method::GET, "/docs/") => moved("/_local/docs"),
            (&Method::GET, "/mails") => {
                let to = parts.uri.query().and_then(to_address);
                let mut mails = mailbox.mails(to.as_deref());
                mails.reverse();
                reply(StatusCode::OK, &json!(mails))
            }
            (&Method::DELETE, "/mails") => cleared(mailbox.clear()),
            (&Method::GET, "/dead-letters") => {
                let mut letters = self.dead_letters.all();
                letters.reverse();
                reply(StatusCode::OK, &json!(letters))
            }
            (&Method::DELETE, "/dead-letters") => cleared(self.dead_letters.clear()),
            (&Method::GET, "/routes") => reply(StatusCode::OK, &routes(&self.routes)),
            (&Method::GET, "/ses") => reply(StatusCode::OK, &json!({"fail": mailbox.failure()})),
            (&Method::POST, "/ses") => match serde_json::from_slice::<Switch>(body) {
                Ok(switch) => {
                    mailbox.set_failure(switch.fail);
                    reply(StatusCode::OK, &json!({"fail": switch.fail}))
                }
                Err(error) => reply(StatusCode::BAD_REQUEST, &json!({"message": error.to_string()})),
            },
            _ => Refusal::NOT_FOUND.answer(),
        }
    }
}

fn cleared(cleared: io::Result<()>) -> Response {
    match cleared {
        Ok(()) => reply(StatusCode::OK, &json!({})),
        Err(error) => reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": error.to_string()})),
    }
}

#[derive(Deserialize)]
struct Switch {
    fail: Failure,
}

/// Whether the request comes from this machine's owner rather than from a web page that he happens to look at: such a
/// page names its origin, or has had its own host name point here (DNS rebinding), which no address can be made to.
fn is_own(headers: &HeaderMap, own: SocketAddr, is_open: bool) -> bool {
    let Some(host) = host(headers) else { return false };
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_this_machine = name.eq_ignore_ascii_case("localhost")
        || name.parse().is_ok_and(|address: IpAddr| address.is_loopback() || address == own.ip());
    let same_origin = headers
        .get(header::ORIGIN)
        .is_none_or(|origin| origin.as_bytes().eq_ignore_ascii_case(format!("http://{host}").as_bytes()));
    same_origin && (is_this_machine || is_open)
}

/// Whether it is a function in a container that calls. Some other DNS than Docker's might let a page have that name. But this is
/// asked for the sending of mails alone, which shows nothing, and with every such request a page would name its origin.
fn is_from_docker(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::ORIGIN)
        && host(headers).is_some_and(|host| host.host().eq_ignore_ascii_case(FROM_DOCKER))
}

/// SES's refusal of a request that names a foreign host.
fn foreign(parts: &Parts) -> Answer {
    let called = host(&parts.headers).map_or_else(|| "no name".to_owned(), |host| host.to_string());
    let message = format!("The local SES is called {called}; it answers to localhost, its address and {FROM_DOCKER}.");
    mailbox::refusal(403, "AccessDeniedException", &message)
}

/// `to` in a query. A plus is a plus here, since mail addresses have it and never a space.
fn to_address(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("to="))?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn routes(routes: &[(String, String, String)]) -> Value {
    let told = |(method, path, function): &(String, String, String)| json!({"method": method, "path": path, "function": function});
    routes.iter().map(told).collect()
}

/// A page, whose scripts and styles may come from there too.
fn page(page: &str, files: &str) -> Response {
    let nonce = Uuid::new_v4().simple().to_string();
    let mut response = Response::new(Body::from(page.replace("{{nonce}}", &nonce)));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' {files}; style-src 'unsafe-inline' {files}; img-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, &policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        insert(&mut response, name, value);
    }
    response
}

fn ses(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = reply(status, &answer.body);
    if let Some(error) = answer.error {
        insert(&mut response, HeaderName::from_static("x-amzn-errortype"), error);
    }
    insert(&mut response, HeaderName::from_static("x-amzn-requestid"), &Uuid::new_v4().to_string());
    response
}

fn moved(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    insert(&mut response, header::LOCATION, to);
    response
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &'static str, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
        headers
    }

    #[test]
    fn whose_requests_are_answered() {
        let bridge = SocketAddr::from(([172, 17, 0, 1], 3000));
        for (host, origin, is_open, expected) in [
            ("127.0.0.1:3000", None, false, true),
            ("localhost:3000", None, false, true),
            ("[::1]:3000", None, false, true),
            ("172.17.0.1:3000", None, false, true),
            ("172.17.0.2:3000", None, false, false),
            ("host.docker.internal:3000", None, false, false),
            ("localhost:3000", Some("http://localhost:3000"), false, true),
            ("localhost:3000", Some("http://localhost:5173"), false, false),
            ("localhost:3000", Some("https://evil.example"), false, false),
            ("localhost:3000", Some("null"), false, false),
            ("evil.example:3000", None, false, false),
            ("evil.example:3000", Some("http://evil.example:3000"), false, false),
            ("localhost.evil.example", None, false, false),
            ("localhost@evil.example", None, false, false),
            ("192.168.0.7:3000", None, true, true),
            ("192.168.0.7:3000", Some("http://evil.example"), true, false),
            ("", None, false, false),
        ] {
            assert_eq!(is_own(&headers(host, origin), bridge, is_open), expected, "{host} {origin:?} {is_open}");
        }
        assert!(!is_own(&HeaderMap::new(), bridge, false));
    }

    #[test]
    fn what_comes_from_a_container() {
        for (host, origin, expected) in [
            ("host.docker.internal:3000", None, true),
            ("Host.Docker.Internal", None, true),
            ("host.docker.internal:3000", Some("http://host.docker.internal:3000"), false),
            ("host.docker.internal.evil.example:3000", None, false),
            ("evil.example:3000", None, false),
        ] {
            assert_eq!(is_from_docker(&headers(host, origin)), expected, "{host} {origin:?}");
        }
    }

    #[test]
    fn to_in_a_query() {
        for (query, expected) in [
            ("to=a%40b.c", Some("a@b.c")),
            ("x=1&to=a+b@c.d", Some("a+b@c.d")),
            ("to=a%2Bb@c.d", Some("a+b@c.d")),
            ("tomorrow=1", None),
        ] {
            assert_eq!(to_address(query).as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        assert_eq!(PAGE.matches("{{nonce}}").count(), 1);
        for foreign in ["src=\"http", "href=\"http", "@import", "url(", "innerHTML", "insertAdjacentHTML"] {
            assert!(!PAGE.contains(foreign), "{foreign}");
        }
    }
}
