//! An HTTP request as the event that API Gateway makes of it, payload format 2.0.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::routes::Match;
use crate::arn::ACCOUNT;

/// What an event says beside the request itself.
pub(super) struct Origin<'a> {
    pub(super) source_ip: IpAddr,
    /// The port that the request came in by.
    pub(super) port: u16,
    pub(super) now: Timestamp,
    pub(super) request_id: &'a str,
    /// The path, percent-decoded.
    pub(super) path: &'a str,
}

/// Headers that concern one connection only: a gateway does not pass them on.
pub(super) const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// The event.
pub(super) fn build(parts: &Parts, body: &[u8], route: &Match, origin: &Origin<'_>) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let text = |name| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let domain = text(header::HOST).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": origin.path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, origin),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split(['.', ':']).next(),
            "http": {
                "method": parts.method.as_str(),
                "path": origin.path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": origin.source_ip,
                "userAgent": text(header::USER_AGENT).unwrap_or_default(),
            },
            "requestId": origin.request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": origin.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": origin.now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    // What there is none of, API Gateway leaves out.
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(query));
    }
    if !route.parameters.is_empty() {
        let parameters = route.parameters.iter().map(|(name, value)| (name.clone(), json!(value)));
        event["pathParameters"] = Value::Object(parameters.collect::<Map<_, _>>());
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(body) if is_text(text(header::CONTENT_TYPE).as_deref()) => event["body"] = json!(body),
            _ => {
                event["body"] = json!(STANDARD.encode(body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event
}

/// The headers in lower case, those that come twice joined by a comma, with what the gateway adds. Cookies have a place
/// of their own.
fn headers(headers: &HeaderMap, origin: &Origin<'_>) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for name in headers.keys() {
        if *name == header::COOKIE || HOP_BY_HOP.contains(&name.as_str()) {
            continue;
        }
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        joined.insert(name.to_string(), values.collect::<Vec<_>>().join(","));
    }
    // Who called is a fact that the client may add to, but not replace; how, it may not say at all.
    let source = origin.source_ip.to_string();
    let chain = joined.remove("x-forwarded-for").map_or(source.clone(), |sent| format!("{sent}, {source}"));
    joined.insert("x-forwarded-for".into(), chain);
    joined.insert("x-forwarded-port".into(), origin.port.to_string());
    joined.insert("x-forwarded-proto".into(), "http".into());
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies = values.flat_map(|value| value.split(';')).map(str::trim);
    cookies.filter(|cookie| !cookie.is_empty()).map(str::to_owned).collect()
}

/// The parameters, decoded, those that come twice joined by a comma.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|all: &mut String| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

/// Whether API Gateway passes a body of this type on as text. A form, for one, it does not.
fn is_text(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use axum::http::request::Builder;
    use lambda_http::request::LambdaRequest;
    use lambda_http::{Body, RequestExt};

    use super::*;

    fn event(request: Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let route = Match { function: 0, key: "PUT /e/{id}".into(), parameters: vec![("id".into(), "a/ü".into())] };
        let origin = Origin {
            source_ip: [127, 0, 0, 1].into(),
            port: 3000,
            now: "2027-02-01T10:20:30.5Z".parse().unwrap(),
            request_id: "rid",
            path: "/e/a/ü",
        };
        build(&parts, body, &route, &origin)
    }

    fn put(uri: &str) -> Builder {
        Request::put(uri).header("host", "localhost:3000")
    }

    #[test]
    fn the_whole() {
        let request = put("/e/a%2F%C3%BC?x=1&y=a%20b&x=2&z")
            .header("User-Agent", "curl")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header("Cookie", "a=1; b=2")
            .header("Cookie", "c=3")
            .header("Connection", "keep-alive")
            .header("X-Forwarded-For", "10.0.0.1")
            .header("X-Forwarded-Proto", "https");
        assert_eq!(
            event(request, b"{}"),
            json!({
                "version": "2.0",
                "routeKey": "PUT /e/{id}",
                "rawPath": "/e/a/ü",
                "rawQueryString": "x=1&y=a%20b&x=2&z",
                "cookies": ["a=1", "b=2", "c=3"],
                "headers": {
                    "host": "localhost:3000",
                    "user-agent": "curl",
                    "x-twice": "1,2",
                    "x-forwarded-for": "10.0.0.1, 127.0.0.1",
                    "x-forwarded-port": "3000",
                    "x-forwarded-proto": "http",
                },
                "queryStringParameters": {"x": "1,2", "y": "a b", "z": ""},
                "pathParameters": {"id": "a/ü"},
                "requestContext": {
                    "accountId": "000000000000",
                    "apiId": "local",
                    "domainName": "localhost:3000",
                    "domainPrefix": "localhost",
                    "http": {
                        "method": "PUT",
                        "path": "/e/a/ü",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1",
                        "userAgent": "curl",
                    },
                    "requestId": "rid",
                    "routeKey": "PUT /e/{id}",
                    "stage": "$default",
                    "time": "01/Feb/2027:10:20:30 +0000",
                    "timeEpoch": 1_801_477_230_500_i64,
                },
                "body": "{}",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn bodies() {
        for (content_type, body, encoded) in [
            (Some("application/json"), &b"{}"[..], false),
            (Some("Application/JSON; charset=utf-8"), b"{}", false),
            (Some("application/problem+json"), b"{}", false),
            (Some("text/plain"), b"a", false),
            (None, b"a", false),
            (None, b"\xff", true),
            (Some("application/json"), b"\xff", true),
            (Some("application/x-www-form-urlencoded"), b"a=1", true),
            (Some("application/octet-stream"), b"a", true),
        ] {
            let request =
                content_type.into_iter().fold(put("/"), |request, value| request.header("content-type", value));
            let event = event(request, body);
            assert_eq!(event["isBase64Encoded"], encoded, "{content_type:?}");
            // And what the function reads is what was sent.
            let request: lambda_http::Request =
                serde_json::from_slice::<LambdaRequest>(event.to_string().as_bytes()).unwrap().into();
            assert_eq!(request.body().as_ref(), body, "{content_type:?}");
        }
        assert_eq!(event(put("/"), b"").get("body"), None);
    }

    #[test]
    fn lambda_http_reads_it() {
        let event = event(put("/e/a%2F%C3%BC?x=1&x=2").header("cookie", "a=1").header("cookie", "b=2"), b"");
        let request: lambda_http::Request =
            serde_json::from_slice::<LambdaRequest>(event.to_string().as_bytes()).unwrap().into();
        assert_eq!(request.path_parameters().first("id"), Some("a/ü"));
        assert_eq!(request.query_string_parameters().all("x"), Some(vec!["1", "2"]));
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.uri().to_string(), "http://localhost:3000/e/a/%C3%BC?x=1&x=2");
        assert!(matches!(request.body(), Body::Empty));
    }
}
