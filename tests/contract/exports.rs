//! `GET /user/export` of a user whose data does not fit into one response.

use functions::ENDPOINTS;
use lambda_http::Body;
use serde_json::{Value, json};
use shared::config::Env;
use tests::{Service, User, largest_draft};

/// The largest response of Lambda, in bytes.
const LAMBDA: usize = 6 * 1024 * 1024;

/// The size at which a page ends. The event that reaches it is the last.
const PAGE: usize = 1024 * 1024;

/// The largest event in an export: a draft with 500 addresses.
const EVENT: usize = 512 * 1024;

/// The event with the longest response that a user can be sent: the additional text is all quotes, which JSON escapes.
fn bloated(user: &User) -> Value {
    let mut event = largest_draft();
    event["event"]["additional"] = json!("\"".repeat(4000));
    event["event"]["members"][0]["invited"] = json!([{"id": user.id}]);
    event
}

/// All pages: the events of each, and the length of the function's response.
async fn pages(service: &Service, user: &User) -> Vec<(Vec<Value>, usize)> {
    let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == "export-user").unwrap();
    let environment = Env::table(service.local.environment(endpoint.name));
    let handler = (endpoint.start)(&environment, service.clock(), service.log()).unwrap();
    let (mut pages, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let query = cursor.as_str().map_or(String::new(), |cursor| format!("cursor={cursor}"));
        let event = json!({
            "version": "2.0", "routeKey": "GET /user/export", "rawPath": "/user/export", "rawQueryString": query,
            "headers": {"authorization": format!("Bearer {}", user.access)},
            "queryStringParameters": cursor.as_str().map(|cursor| json!({ "cursor": cursor })),
            "requestContext": {
                "accountId": "1", "apiId": "1", "domainName": "api.example", "requestId": "r", "stage": "$default", "timeEpoch": 0,
                "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
            },
            "isBase64Encoded": false,
        });
        let response = handler(lambda_http::request::from_str(&event.to_string()).unwrap()).await;
        assert_eq!(response.status(), 200, "{:?}", response.body());
        let Body::Text(text) = response.body() else { panic!("{:?}", response.body()) };
        let headers: Vec<_> = response.headers().iter().map(|(name, value)| format!("{name}{value:?}")).collect();
        let length = json!({"statusCode": 200, "headers": headers, "body": text}).to_string().len();
        assert!(text.len() <= PAGE + EVENT, "{}", text.len());
        let body: Value = serde_json::from_str(text).unwrap();
        assert!(tests::schema::faults("export", &body).is_empty());
        assert_eq!(body["export"].get("user").is_some(), cursor.is_null(), "the account is on the first page alone");
        cursor = body["export"]["cursor"].clone();
        pages.push((body["export"]["events"].as_array().unwrap().clone(), length));
        if cursor.is_null() {
            return pages;
        }
        assert!(!pages.last().unwrap().0.is_empty(), "no page before the end is empty");
    }
}

#[tokio::test]
async fn no_page_is_longer_than_a_response_can_be_whoever_invites_to_what() {
    let service = Service::start().await;
    let [jane, mallory] = service.users(["jane", "mallory"]).await;
    let mut expected = Vec::new();
    for _ in 0..12 {
        service.pass(1);
        expected.push(service.draft(&jane, &largest_draft()).await);
    }
    for _ in 0..90 {
        service.pass(1);
        let id = service.draft(&mallory, &bloated(&jane)).await;
        service.send_event(&mallory, &format!("/event/{id}")).await.expect(200);
        expected.push(id);
    }
    expected.reverse();
    let pages = pages(&service, &jane).await;
    let all: usize = pages.iter().map(|(_, length)| length).sum();
    assert!(all > LAMBDA, "{all}: nothing is tested");
    let longest = pages.iter().map(|(_, length)| *length).max().unwrap();
    assert!(longest < LAMBDA / 2, "{longest}");
    let ids: Vec<_> = pages.iter().flat_map(|(events, _)| events).map(|event| event["id"].clone()).collect();
    assert_eq!(ids, expected, "each event once, the newest first");
}

#[tokio::test]
async fn a_page_passes_over_what_is_not_there_any_more() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        service.pass(1);
        ids.push(service.draft(&jane, &json!({"name": "Picnic"})).await);
    }
    let table = service.local.environment("vote")["EVENTS_TABLE"].clone();
    // The state after an interrupted deletion.
    for id in &ids[1..] {
        let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        let update = service.local.dynamodb_client().update_item().table_name(&table);
        let update =
            update.key("event_id", text(id)).key("row", text("EVENT")).update_expression("SET expires_at = :at");
        let at = aws_sdk_dynamodb::types::AttributeValue::N("1".to_owned());
        update.expression_attribute_values(":at", at).send().await.unwrap();
    }
    let export = service.get(&jane, "/user/export").await.expect(200).body["export"].clone();
    assert_eq!((&export["events"][0]["id"], &export["cursor"]), (&json!(ids[0]), &Value::Null));
    assert_eq!(service.get(&john, "/user/export").await.expect(200).body["export"]["events"], json!([]));
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_refused() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    for _ in 0..8 {
        service.draft(&jane, &largest_draft()).await;
        service.draft(&john, &json!({"event": {}})).await;
    }
    let cursor = async |user: &User, path: &str| {
        let body = service.get(user, path).await.expect(200).body;
        let cursor = if body.get("export").is_some() { &body["export"]["cursor"] } else { &body["cursor"] };
        cursor.as_str().map(str::to_owned)
    };
    let own = cursor(&jane, "/user/export").await.expect("a second page");
    service.get(&jane, &format!("/user/export?cursor={own}")).await.expect(200);
    let listed = cursor(&jane, "/event?limit=1").await.unwrap();
    for (user, cursor) in [(&john, own.as_str()), (&jane, &own[1..]), (&jane, &listed), (&jane, "x")] {
        let refused = service.get(user, &format!("/user/export?cursor={cursor}")).await.expect(400);
        assert_eq!(refused.fields(), ["cursor"], "{cursor}");
    }
}
