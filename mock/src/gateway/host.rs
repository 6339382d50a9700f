//! The host that a request names.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};
use url::Url;

/// Lets the host of a whole URL in the place of a path stand for the `Host` header
/// ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)), unless there are several of those.
pub(super) fn name_host(request: &mut Request) {
    let named = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(named) = named
        && request.headers().get_all(header::HOST).iter().count() < 2
    {
        request.headers_mut().insert(header::HOST, named);
    }
}

/// The `Host` header, if there is one alone and it can be one. Behind the real gateway it always is.
pub(super) fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
    host.parse().ok().filter(|authority: &Authority| !authority.host().is_empty() && !host.contains('@'))
}

/// Whether `lambda_http` can make a URL of an event with these, as it does without looking.
pub(super) fn is_url(host: &Authority, path: &str, query: Option<&str>) -> bool {
    let url = Url::parse(&format!("http://{host}{path}")).ok().filter(|_| path.starts_with('/'));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    url.is_some_and(|url| format!("{url}{query}").parse::<Uri>().is_ok())
}
