//! What no client should send: each is a clear 4xx that names every fault, and nothing is stored.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Response, Service, User};

const ID: &str = "0192f0c1-2345-4abc-8def-0123456789ab";

/// Every route that takes a body.
fn routes() -> Vec<(Method, String)> {
    [
        (Method::POST, "/user"),
        (Method::POST, "/user/confirm"),
        (Method::POST, "/login"),
        (Method::POST, "/token"),
        (Method::POST, "/token/revoke"),
        (Method::PUT, "/user/password"),
        (Method::POST, "/user/password/forgot"),
        (Method::POST, "/user/password/reset"),
        (Method::PATCH, "/user"),
        (Method::DELETE, "/user"),
        (Method::POST, "/event"),
        (Method::PUT, "/event/ID"),
        (Method::PUT, "/event/ID/vote"),
        (Method::DELETE, "/event/ID/vote"),
        (Method::PUT, "/event/ID/answer"),
        (Method::PUT, "/event/ID/organiser"),
    ]
    .map(|(method, path)| (method, path.replace("ID", ID)))
    .to_vec()
}

async fn send(service: &Service, user: &User, method: &Method, path: &str, kind: &str, body: Vec<u8>) -> Response {
    let request = service.request(method.clone(), path).bearer_auth(&user.access).header("content-type", kind);
    service.send(request.body(body)).await
}

#[tokio::test]
async fn a_body_that_is_no_json_object() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let nested = [vec![b'['; 150_000], vec![b']'; 150_000]].concat();
    let deep = [b"{\"a\":".repeat(40_000), b"1".to_vec(), vec![b'}'; 40_000]].concat();
    let bodies: [(&str, Vec<u8>, u16); 13] = [
        ("none", vec![], 400),
        ("blank", b" \n".to_vec(), 400),
        ("not JSON", b"username=jane".to_vec(), 400),
        ("cut off", b"{\"username\": \"ja".to_vec(), 400),
        ("two values", b"{} {}".to_vec(), 400),
        ("a number", b"7".to_vec(), 400),
        ("an array", b"[{}]".to_vec(), 400),
        ("null", b"null".to_vec(), 400),
        ("invalid UTF-8", b"{\"username\": \"\xff\xfe\"}".to_vec(), 400),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec(), 400),
        ("300 KB of nesting", nested, 413),
        ("240 KB of nesting", deep, 400),
        ("too long", [b"{\"a\":\"".to_vec(), vec![b'x'; 300_000], b"\"}".to_vec()].concat(), 413),
    ];
    for (method, path) in routes() {
        for (name, body, status) in &bodies {
            let response = send(&service, &jane, &method, &path, "application/json", body.clone()).await;
            assert_eq!(response.status, *status, "{name} to {method} {path}: {}", response.body);
            assert!(*status == 413 || response.fields() == ["body"], "{name} to {method} {path}: {}", response.body);
        }
    }
    assert_eq!(service.local.mailbox().sent(), 0);
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"], json!([]));
}

#[tokio::test]
async fn values_of_the_wrong_type() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let wrong = [json!(7), json!(true), json!([]), json!({}), json!([[]]), json!("\u{0}"), json!(1e300)];
    let fields =
        ["username", "password", "e-mail", "refresh_token", "name", "date", "place", "members", "additional", "answer"];
    for (method, path) in routes() {
        for value in &wrong {
            let body: Value = fields.iter().map(|field| ((*field).to_owned(), value.clone())).collect();
            let response = service.call(&jane, method.clone(), &path, &body).await;
            assert!(
                (400..500).contains(&response.status) || response.status < 300,
                "{method} {path} {body}: {}",
                response.body
            );
            let envelope = json!({"post-data": value, "login": value, "event": value});
            let response = service.call(&jane, method.clone(), &path, &envelope).await;
            assert!(
                (400..500).contains(&response.status) || response.status < 300,
                "{method} {path} {envelope}: {}",
                response.body
            );
        }
    }
    assert_eq!(service.local.mailbox().sent(), 0);
}

#[tokio::test]
async fn ids_that_are_no_uuid() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let good = json!({"answer": "yes", "id": ID, "event": {"date": [{"confirmed": "01.02.2027"}]}});
    for id in ["1", "a01", "%20", "%00", "%F0%9F%A6%80", "EVENT", "0192f0c123454abc8def0123456789ab", &"x".repeat(2000)]
    {
        for (method, suffix, body) in [
            (Method::GET, "", &Value::Null),
            (Method::DELETE, "", &Value::Null),
            (Method::PUT, "", &good),
            (Method::POST, "/send", &Value::Null),
            (Method::PUT, "/vote", &good),
            (Method::DELETE, "/vote", &good),
            (Method::PUT, "/answer", &good),
            (Method::PUT, "/organiser", &good),
        ] {
            let path = format!("/event/{id}{suffix}");
            let response = service.call(&jane, method.clone(), &path, body).await;
            assert_eq!((response.status, response.fields()), (400, vec!["id"]), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn faults_of_path_and_body_are_named_together() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let response = service.put(&jane, "/event/1/answer", &json!({})).await.expect(400);
    assert_eq!(response.fields(), ["id", "answer"]);
}

#[tokio::test]
async fn a_body_that_api_gateway_passes_on_in_base64_is_read_alike() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let body = br#"{"event": {"name": "Picnic"}}"#.to_vec();
    let response = send(&service, &jane, &Method::POST, "/event", "application/octet-stream", body).await.expect(201);
    assert_eq!(response.body["event"]["name"], "Picnic");
}

#[tokio::test]
async fn what_is_unknown_is_ignored() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let body = json!({"event": {"name": "Picnic", "colour": "red", "__proto__": {}}, "more": [1, 2]});
    service.call(&jane, Method::POST, "/event", &body).await.expect(201);
}

#[tokio::test]
async fn text_is_kept_as_it_is() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for name in ["Ужин 🦀", "<script>alert(1)</script>", "'; DROP TABLE events; --", "{{7*7}}", "a\u{202e}b"] {
        let body = json!({"event": {"name": name, "additional": format!("{name}\n\t\u{0}")}});
        let id = service.draft(&jane, &body).await;
        let event = service.get(&jane, &format!("/event/{id}")).await.expect(200).body["event"].clone();
        assert_eq!((&event["name"], &event["additional"]), (&body["event"]["name"], &body["event"]["additional"]));
    }
}

#[tokio::test]
async fn an_idempotency_key_has_a_limit() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let request = service.request(Method::POST, "/event").bearer_auth(&jane.access).json(&json!({}));
    let response = service.send(request.header("idempotency-key", "x".repeat(256))).await.expect(400);
    assert_eq!(response.fields(), ["Idempotency-Key"]);
}

#[tokio::test]
async fn an_empty_idempotency_key_is_none() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access).json(&json!({}));
        let made = service.send(request.header("idempotency-key", "")).await.expect(201);
        ids.push(made.body["event"]["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}
