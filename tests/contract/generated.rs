//! Generated requests: every function answers every request with a documented status and a body that fits its schema.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use functions::ENDPOINTS;
use lambda_http::Body;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Map, Value, json};
use shared::config::Env;
use shared::lambda::Handler;
use tests::schema::check_response;
use tests::{Service, User, report};

/// The number of requests to each function.
const CASES: u32 = 500;

/// Names that some function knows, and some that none knows.
const NAMES: [&str; 28] = [
    "post-data",
    "login",
    "event",
    "username",
    "password",
    "e-mail",
    "email",
    "refresh_token",
    "old_password",
    "new_password",
    "token",
    "user",
    "avatar",
    "searchable",
    "all",
    "answer",
    "name",
    "date",
    "place",
    "drafts",
    "confirmed",
    "members",
    "invited",
    "id",
    "additional",
    "status",
    "votes",
    "__proto__",
];

/// Texts where text is expected.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "jane",
    "jane@example.com",
    "correct horse",
    "01.02.2027",
    "2027-02-01T10:00:00Z",
    "31.02.2027",
    "Park",
    "yes",
    "0192f0c1-2345-4abc-8def-0123456789ab",
    "\u{0}",
    "\u{202e}\u{1f980}",
    "a\r\nBcc: b@example.com",
    "$argon2id$",
    "{{7*7}}",
];

const QUERIES: [&str; 10] = [
    "",
    "token=",
    "token=AAAA",
    "token=%FF%00",
    "query=ja&limit=5",
    "limit=0&status=x&cursor=y",
    "limit=9999999999999999999",
    "&&=&=;",
    "status=sent&status=draft",
    "cursor=%",
];

/// A request as API Gateway may send it.
#[derive(Clone, Debug)]
struct Generated {
    method: &'static str,
    id: String,
    query: &'static str,
    authorization: Option<String>,
    accept: &'static str,
    body: Option<Vec<u8>>,
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![4 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => any::<String>()];
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        4 => text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = prop_oneof![8 => select(&NAMES[..]).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::vec((name, inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn any_request(user: &User, event: &str) -> impl Strategy<Value = Generated> + use<> {
    let body = prop_oneof![
        8 => any_json().prop_map(|json| Some(json.to_string().into_bytes())),
        1 => proptest::collection::vec(any::<u8>(), 0..200).prop_map(Some),
        1 => any::<String>().prop_map(|text| Some(text.into_bytes())),
        1 => Just(None),
    ];
    let tokens = vec![
        None,
        Some(format!("Bearer {}", user.access)),
        Some(format!("Bearer {}", user.access)),
        Some(format!("Bearer {}", user.refresh)),
        Some("Basic amFuZTpqYW5l".to_owned()),
        Some("Bearer  ".to_owned()),
    ];
    let ids = vec![
        event.to_owned(),
        event.to_owned(),
        "0192f0c1-2345-4abc-8def-0123456789ab".to_owned(),
        "..".to_owned(),
        "ü/%00".to_owned(),
    ];
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];
    (
        select(methods.to_vec()),
        select(ids),
        select(&QUERIES[..]),
        select(tokens),
        select(vec!["application/json", "application/json", "*/*", "text/html", ""]),
        body,
    )
        .prop_map(|(method, id, query, authorization, accept, body)| Generated {
            method,
            id,
            query,
            authorization,
            accept,
            body,
        })
}

fn event(request: &Generated) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": format!("/event/{}", request.id), "rawQueryString": request.query,
        "headers": {"accept": request.accept, "host": "api.example", "x-forwarded-proto": "https"},
        "pathParameters": {"id": request.id},
        "requestContext": {
            "accountId": "1", "apiId": "1", "domainName": "api.example", "requestId": "r", "stage": "$default", "timeEpoch": 0,
            "http": {"method": request.method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
        },
        "isBase64Encoded": false,
    });
    if let Some(authorization) = &request.authorization {
        event["headers"]["authorization"] = json!(authorization);
    }
    if let Some(body) = &request.body {
        event["body"] = json!(STANDARD.encode(body));
        event["isBase64Encoded"] = json!(true);
    }
    event
}

async fn answer(handler: &Handler, request: &Generated) -> Result<(), TestCaseError> {
    let response = handler(lambda_http::request::from_str(&event(request).to_string()).unwrap()).await;
    let status = response.status().as_u16();
    let documented = [200, 201, 204, 400, 401, 403, 404, 409, 410, 412, 413, 429];
    prop_assert!(documented.contains(&status), "{status}");
    let is_json = response.headers().get("content-type").is_some_and(|kind| kind == "application/json");
    match response.body() {
        Body::Text(text) if is_json => check_response(status, &serde_json::from_str(text).unwrap(), text).unwrap(),
        Body::Text(page) => prop_assert!(status == 200 && page.starts_with("<!doctype html>"), "{status} {page}"),
        _ => prop_assert_eq!(status, 204),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_answered_otherwise_than_documented() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    for endpoint in &ENDPOINTS {
        let environment = Env::table(service.local.environment(endpoint.name));
        let handler = (endpoint.start)(&environment, service.clock(), service.log()).unwrap();
        let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
        let requests = any_request(&john, path.strip_prefix("/event/").unwrap());
        let runtime = tokio::runtime::Handle::current();
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let send = |request| runtime.block_on(answer(&handler, &request));
        tokio::task::block_in_place(|| {
            runner.run(&requests, send).unwrap_or_else(|error| panic!("{}: {error}", endpoint.name));
        });
    }
    report(&format!("{CASES} generated requests to each of {} functions", ENDPOINTS.len()));
}
