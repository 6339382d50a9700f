//! Cross-origin requests, as an HTTP API answers them by its `CorsConfiguration`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::template::Cors;

impl Cors {
    /// The gateway's own answer, if the request is a browser's question rather than a call.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        if method != Method::OPTIONS || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        if self.mark(headers, response.headers_mut()) {
            for (name, values) in [
                (header::ACCESS_CONTROL_ALLOW_METHODS, &self.allow_methods),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, &self.allow_headers),
            ] {
                set(response.headers_mut(), name, &values.join(","));
            }
            let max_age = self.max_age.map(|seconds| seconds.to_string()).unwrap_or_default();
            set(response.headers_mut(), header::ACCESS_CONTROL_MAX_AGE, &max_age);
        }
        Some(response)
    }

    /// Marks a response as readable by the page that asked, if it may read it. What a function said about that does not
    /// count: API Gateway ignores it.
    pub(super) fn mark(&self, request: &HeaderMap, response: &mut HeaderMap) -> bool {
        let functions: Vec<_> =
            response.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in functions {
            response.remove(name);
        }
        let Some(origin) = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else { return false };
        let Some(allowed) = self.allow_origins.iter().find(|pattern| matches(pattern, origin)) else { return false };
        let shown = if allowed == "*" && !self.allow_credentials { "*" } else { origin };
        set(response, header::ACCESS_CONTROL_ALLOW_ORIGIN, shown);
        if shown != "*" {
            response.append(header::VARY, HeaderValue::from_static("origin"));
        }
        if self.allow_credentials {
            set(response, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        set(response, header::ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose_headers.join(","));
        true
    }
}

/// `*`, `https://*` or one origin.
fn matches(pattern: &str, origin: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => origin.to_ascii_lowercase().starts_with(&start.to_ascii_lowercase()),
        None => pattern.eq_ignore_ascii_case(origin),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        Cors {
            allow_origins: origins.iter().map(ToString::to_string).collect(),
            allow_methods: vec!["GET".into(), "PUT".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["etag".into()],
            max_age: Some(600),
            allow_credentials: false,
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn shown(headers: &HeaderMap) -> String {
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines.join("\n")
    }

    #[test]
    fn preflight() {
        let asked = headers(&[("origin", "https://app.example"), ("access-control-request-method", "PUT")]);
        let response = cors(&["https://app.example"]).preflight(&Method::OPTIONS, &asked).unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(
            shown(response.headers()),
            "access-control-allow-headers: authorization\naccess-control-allow-methods: GET,PUT\n\
             access-control-allow-origin: https://app.example\naccess-control-expose-headers: etag\n\
             access-control-max-age: 600\nvary: origin"
        );
        let refused = cors(&["https://other.example"]).preflight(&Method::OPTIONS, &asked).unwrap();
        assert_eq!((refused.status().as_u16(), shown(refused.headers())), (204, String::new()));
        let plain = headers(&[("origin", "https://app.example")]);
        assert!(cors(&["*"]).preflight(&Method::OPTIONS, &plain).is_none());
        assert!(cors(&["*"]).preflight(&Method::GET, &asked).is_none());
    }

    #[test]
    fn which_origins() {
        for (allowed, origin, expected) in [
            ("*", "https://app.example", Some("*")),
            ("https://app.example", "https://app.example", Some("https://app.example")),
            ("https://app.example", "https://app.example.evil.example", None),
            ("https://app.example", "null", None),
            ("https://*", "https://any.example", Some("https://any.example")),
            ("https://*", "http://any.example", None),
        ] {
            let mut response = headers(&[("access-control-allow-origin", "https://the-function-said.example")]);
            let marked = cors(&[allowed]).mark(&headers(&[("origin", origin)]), &mut response);
            let actual = response.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!((actual, marked), (expected, expected.is_some()), "{allowed} {origin}");
        }
    }
}
