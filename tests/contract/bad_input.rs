//! Bad input: each gets a 4xx that names every fault, and nothing is stored.

use reqwest::Method;
use serde_json::{Value, json};
use tests::samples::{self, Scene};
use tests::{PASSWORD, Response, Service, User};

const ID: &str = "0192f0c1-2345-4abc-8def-0123456789ab";

/// Every route with a body, for an event that does not exist.
fn routes() -> Vec<(Method, String)> {
    let scene = Scene { event: format!("/event/{ID}"), ..Scene::made_up() };
    let requests = samples::all().iter().map(|sample| (sample, (sample.request)(&scene)));
    requests
        .filter(|(_, request)| !request.body.is_null())
        .map(|(sample, request)| (sample.method.clone(), sample.target(&scene, &request)))
        .collect()
}

async fn send(service: &Service, user: &User, method: &Method, path: &str, kind: &str, body: Vec<u8>) -> Response {
    let request = service.request(method.clone(), path).bearer_auth(&user.access).header("content-type", kind);
    service.send(request.body(body)).await
}

#[tokio::test]
async fn a_body_that_is_no_json_object() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let nested = [vec![b'['; 300_000], vec![b']'; 300_000]].concat();
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
        ("600 KB of nesting", nested, 413),
        ("240 KB of nesting", deep, 400),
        ("too long", [b"{\"a\":\"".to_vec(), vec![b'x'; 600_000], b"\"}".to_vec()].concat(), 413),
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
    let scene = Scene::made_up();
    for id in ["1", "a01", "%20", "%00", "%F0%9F%A6%80", "EVENT", "0192f0c123454abc8def0123456789ab", &"x".repeat(2000)]
    {
        let scene = Scene { event: format!("/event/{id}"), ..scene.clone() };
        for sample in samples::all().iter().filter(|sample| sample.path.starts_with("/event/{id}")) {
            let request = (sample.request)(&scene);
            let response = sample.send_with(&service, &scene, &request, Some(&jane.access)).await;
            let route = format!("{} {}", sample.method, sample.target(&scene, &request));
            assert_eq!((response.status, response.fields()), (400, vec!["id"]), "{route}");
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
async fn a_body_of_which_nothing_is_known_is_refused_by_every_route() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let event = service.draft(&jane, &json!({"event": {"name": "Picnic", "additional": "Bring a cake."}})).await;
    for (method, path) in routes() {
        let path = path.replace(ID, &event);
        for (body, fields) in [
            (json!({"Event": {"Name": "Renamed"}}), vec!["Event"]),
            (json!({"userName": "jane", "passWord": PASSWORD}), vec!["passWord", "userName"]),
            (json!({"post_data": {}, "data": {}}), vec!["data", "post_data"]),
        ] {
            let response = service.call(&jane, method.clone(), &path, &body).await.expect(400);
            assert_eq!(response.fields(), fields, "{method} {path} {body}");
            let message = response.body["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("{} is not known; what is read here is ", fields[0])), "{message}");
        }
    }
    let path = format!("/event/{event}");
    service.put(&jane, &path, &json!({})).await.expect(400);
    service.put(&jane, &path, &json!({"event": {"title": "Renamed"}})).await.expect(400);
    service.put(&jane, &path, &json!({"event": {"status": true}})).await.expect(400);
    service.put(&jane, &path, &json!({"date": [{"startDate": "01.02.2027"}]})).await.expect(400);
    assert_eq!(service.get(&jane, &path).await.expect(200).body["event"]["name"], "Picnic");
    service.put(&jane, &path, &json!({"event": {}})).await.expect(200);
    assert_eq!(service.get(&jane, &path).await.expect(200).body["event"]["name"], "");
}

#[tokio::test]
async fn the_message_tells_the_first_fault() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let date = |text: &str| json!({"event": {"date": [{"drafts": [{"date": text}]}]}});
    let send = format!("/event/{}/send", service.draft(&jane, &json!({"event": {"name": "Picnic"}})).await);
    let cases = [
        (Method::POST, "/event", date("31.02.2027"), "event.date[0].drafts[0].date is a date that no calendar has."),
        (Method::POST, "/event", json!([]), "The body must be a JSON object."),
        (
            Method::POST,
            "/login",
            json!({"username": ""}),
            "username must be a user id, an e-mail address or a username. (And 1 more fault.)",
        ),
        (
            Method::POST,
            &send,
            Value::Null,
            "event.date: an event needs at least one date before it is sent. (And 2 more faults.)",
        ),
    ];
    for (method, path, body, message) in cases {
        let response = service.call(&jane, method, path, &body).await.expect(400);
        assert_eq!(response.body["message"], message);
    }
}

#[tokio::test]
async fn why_a_body_is_no_json_is_told_and_what_does_no_harm_is_read_over() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let cases: [(&[u8], u16, &str); 9] = [
        (b"\xEF\xBB\xBF{\"name\": \"Picnic\"}", 201, ""),
        (b"{\"name\": \"Picnic\", \"more\": [1e999, -1e999]}", 201, ""),
        (b"{\"name\": \"Dinner\", \"name\": \"Picnic\"}", 201, ""),
        (b"{\"name\": 1e999}", 400, "name must be text."),
        (b"{\"name\": \"\xFF\"}", 400, "The body is not JSON in UTF-8: octet 11 is of no character."),
        (b"\xFF\xFE{\0}\0", 400, "The body is not JSON in UTF-8: it is in UTF-16."),
        (b"{\"name\": \"a\0\"}", 400, "The body is not JSON in UTF-8: it holds a NUL at line 1, column 12."),
        (b"{\"name\": ", 400, "The body is not JSON in UTF-8: it ends too early at line 1, column 9."),
        (&[b'['; 200], 400, "The body is nested too deeply at line 1, column 128."),
    ];
    for (body, status, message) in cases {
        let response = send(&service, &jane, &Method::POST, "/event", "application/json", body.to_vec()).await;
        let told = (response.status, response.body["message"].as_str().unwrap_or_default());
        assert_eq!(told, (status, message), "{}", String::from_utf8_lossy(body));
        assert!(status == 400 || response.body["event"]["name"] == "Picnic", "{}", response.body);
    }
}

#[tokio::test]
async fn a_body_that_is_encoded_is_refused() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for (encoding, status) in [("gzip", 415), ("br, identity", 415), ("Identity", 201), ("", 201)] {
        let request =
            service.request(Method::POST, "/event").bearer_auth(&jane.access).json(&json!({"name": "Picnic"}));
        let response = service.send(request.header("content-encoding", encoding)).await.expect(status);
        let taken = if status == 415 { "identity" } else { "" };
        assert_eq!(response.header("accept-encoding"), taken, "{encoding}");
    }
}

#[tokio::test]
async fn text_is_kept_as_it_is() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for name in [
        "Ужин 🦀",
        "<script>alert(1)</script>",
        "'; DROP TABLE events; --",
        "{{7*7}}",
        "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
    ] {
        let body = json!({"event": {"name": name, "additional": format!(" {name}\n\t\r\n")}});
        let id = service.draft(&jane, &body).await;
        let event = service.event(&jane, &format!("/event/{id}")).await;
        assert_eq!((&event["name"], &event["additional"]), (&body["event"]["name"], &body["event"]["additional"]));
    }
}
