//! Headers are parsed by their grammar. A conditional header that cannot be parsed fails closed.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tests::{Response, Service, User};

async fn with(service: &Service, user: &User, method: Method, path: &str, headers: &[(&str, &[u8])]) -> Response {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value).unwrap());
    }
    let request = service.request(method, path).bearer_auth(&user.access).json(&json!({"name": "Dinner"}));
    service.send(request.headers(map)).await
}

#[tokio::test]
async fn an_if_match_that_cannot_be_read_keeps_from_writing() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let path = format!("/event/{}", service.draft(&jane, &json!({"name": "Picnic"})).await);
    let etag = service.get(&jane, &path).await.header("etag").to_owned();
    let tag = etag.trim_matches('"');
    let wrong: [Vec<u8>; 8] = [
        tag.as_bytes().to_vec(),
        format!("\"{tag}").into_bytes(),
        format!("W/{etag}").into_bytes(),
        format!("{etag} \"x\"").into_bytes(),
        format!("{etag}, x").into_bytes(),
        format!("*, {etag}").into_bytes(),
        b"".to_vec(),
        b"\xE4".to_vec(),
    ];
    for value in wrong {
        let response = with(&service, &jane, Method::PUT, &path, &[("if-match", &value)]).await;
        assert_eq!(response.status, 412, "{}", String::from_utf8_lossy(&value));
    }
    let right: [&[(&str, &[u8])]; 2] =
        [&[("if-match", b"\"a,b\"")], &[("if-match", b"\"a,b\""), ("if-match", etag.as_bytes())]];
    for (headers, status) in right.into_iter().zip([412, 200]) {
        with(&service, &jane, Method::PUT, &path, headers).await.expect(status);
    }
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_read_keeps_from_making() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let long = "x".repeat(256);
    let wrong: [&[(&str, &[u8])]; 6] = [
        &[("idempotency-key", long.as_bytes())],
        &[("idempotency-key", b"")],
        &[("idempotency-key", b"a b")],
        &[("idempotency-key", b"\xE4")],
        &[("idempotency-key", "ä".as_bytes())],
        &[("idempotency-key", b"a"), ("idempotency-key", b"a")],
    ];
    for headers in wrong {
        let response = with(&service, &jane, Method::POST, "/event", headers).await.expect(400);
        assert_eq!(response.fields(), ["Idempotency-Key"], "{headers:?}");
    }
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"], json!([]));
    let mut ids = Vec::new();
    for key in [&b"a"[..], b" a\t"] {
        let made = with(&service, &jane, Method::POST, "/event", &[("idempotency-key", key)]).await.expect(201);
        ids.push(made.body["event"]["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn an_access_token_comes_by_the_grammar_of_its_header() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let token = &jane.access;
    let cases = [
        (vec![format!("Bearer {token}")], 200),
        (vec![format!("bearer   {token}  ")], 200),
        (vec![format!("BEARER {token}")], 200),
        (vec![format!("Bearer\t{token}")], 401),
        (vec![format!("Bearer {token} {token}")], 401),
        (vec![format!("Bearer {token},")], 401),
        (vec![format!("Bearer \"{token}\"")], 401),
        (vec![format!("Token {token}")], 401),
        (vec![token.clone()], 401),
        (vec![format!("Bearer {token}"), format!("Bearer {token}")], 401),
    ];
    for (values, status) in cases {
        let request = values.iter().fold(service.request(Method::GET, "/user"), |request, value| {
            request.header("authorization", HeaderValue::from_str(value).unwrap())
        });
        assert_eq!(service.send(request).await.status, status, "{} of {}", values.len(), &values[0][..9]);
    }
}

/// Front ends send the headers of their monitoring with each request.
#[tokio::test]
async fn a_page_may_send_the_headers_that_it_needs() {
    let service = Service::start().await;
    let needed = [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "traceparent",
        "tracestate",
        "baggage",
        "sentry-trace",
    ];
    let url = format!("{}/event", service.local.api_url());
    let preflight = reqwest::Client::new().request(Method::OPTIONS, url).header("origin", "https://front.example");
    let preflight = preflight.header("access-control-request-method", "POST");
    let answer = preflight.header("access-control-request-headers", needed.join(",")).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let allowed = answer.headers()["access-control-allow-headers"].to_str().unwrap().to_lowercase();
    let allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
    let refused: Vec<_> = needed.into_iter().filter(|name| !allowed.contains(name)).collect();
    assert_eq!(json!(refused), Value::Array(vec![]));
}
