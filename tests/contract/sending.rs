//! `status: true` in `POST /event` and `PUT /event/{id}`: the event is sent at once.

use reqwest::Method;
use serde_json::{Value, json};
use tests::wire::{Fault, Plan};
use tests::{Response, Service, User, picnic, vote};

/// A picnic that is to be sent at once.
fn to_be_sent(invitees: &[User]) -> Value {
    let mut body = picnic(invitees);
    body["event"]["status"] = json!(true);
    body
}

async fn make(service: &Service, user: &User, key: &str, body: &Value) -> Response {
    let request = service.request(Method::POST, "/event").bearer_auth(&user.access).header("idempotency-key", key);
    service.send(request.json(body)).await
}

#[tokio::test]
async fn an_event_is_made_and_sent_by_one_request() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = to_be_sent(std::slice::from_ref(&john));
    let sent = service.call(&jane, Method::POST, "/event", &body).await.expect(201);
    assert_eq!(sent.body["event"]["status"], true);
    let path = sent.header("location").to_owned();
    assert_eq!(service.get(&jane, &path).await.expect(200).body, sent.body);
    assert_eq!(service.get(&john, "/event").await.expect(200).body["events"][0]["name"], "Picnic");
    let contacts = service.get(&jane, "/user").await.expect(200).body["user"]["contacts"].clone();
    assert_eq!(contacts[0]["id"], json!(john.id));
}

#[tokio::test]
async fn what_is_missing_is_listed_and_nothing_is_stored() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let all = ["event.name", "event.date", "event.place", "event.members"];
    let refused = service.call(&jane, Method::POST, "/event", &json!({"event": {"status": true}})).await.expect(400);
    assert_eq!(refused.fields(), all);
    assert_eq!(service.get(&jane, "/event").await.expect(200).body["events"], json!([]));

    let path = format!("/event/{}", service.draft(&jane, &picnic(&[john])).await);
    let before = service.get(&jane, &path).await.expect(200).body;
    let refused = service.put(&jane, &path, &json!({"event": {"name": "Dinner", "status": true}})).await.expect(400);
    assert_eq!(refused.fields(), all[1..]);
    assert_eq!(service.get(&jane, &path).await.expect(200).body, before);
}

#[tokio::test]
async fn a_draft_is_saved_and_sent_by_one_request() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&[john])).await);
    let mut body = to_be_sent(std::slice::from_ref(&jim));
    body["event"]["name"] = json!("Dinner");
    let sent = service.put(&jane, &path, &body).await.expect(200).body;
    assert_eq!((&sent["event"]["status"], &sent["event"]["name"]), (&json!(true), &json!("Dinner")));
    assert_eq!(service.get(&jim, &path).await.expect(200).body["event"]["name"], "Dinner");
}

#[tokio::test]
async fn a_draft_that_was_read_is_sent_with_its_status_turned() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(std::slice::from_ref(&john))).await);
    let mut draft = service.get(&jane, &path).await.expect(200).body;
    draft["event"]["status"] = json!(true);
    service.put(&jane, &path, &draft).await.expect(200);
    service.get(&john, &path).await.expect(200);
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_another_draft_comes_too_late() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&[])).await);
    let body = to_be_sent(&[john.clone(), jim.clone()]);
    service.put(&jane, &path, &body).await.expect(200);
    service.put(&john, &format!("{path}/vote"), &vote("date", "02.02.2027")).await.expect(200);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    let before = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(service.put(&jane, &path, &body).await.expect(200).body, before);
    let others = [
        ("a draft", picnic(&[john.clone(), jim.clone()])),
        ("fewer invitees", to_be_sent(std::slice::from_ref(&john))),
        ("somebody unknown", {
            let mut body = to_be_sent(&[]);
            body["event"]["members"][0]["invited"] = json!(["nobody"]);
            body
        }),
        ("another name", {
            let mut body = body.clone();
            body["event"]["name"] = json!("Dinner");
            body
        }),
        ("fewer dates", {
            let mut body = body.clone();
            body["event"]["date"][0]["drafts"].as_array_mut().unwrap().pop();
            body
        }),
    ];
    for (what, other) in others {
        let refused = service.put(&jane, &path, &other).await.expect(409);
        assert_eq!(refused.body["code"], "already_sent", "{what}");
    }
    assert_eq!(service.get(&jane, &path).await.expect(200).body, before);
}

#[tokio::test]
async fn a_request_with_a_name_is_finished_when_it_is_repeated() {
    let (service, wire) = Service::start_on_wire(|_| {}).await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = to_be_sent(std::slice::from_ref(&john));
    // The first time john comes to know jane, which is a call more.
    make(&service, &jane, "first", &body).await.expect(201);
    let sending = wire.calls().len();
    make(&service, &jane, "known", &body).await.expect(201);
    let calls: Vec<_> = wire.calls()[sending..].iter().map(|call| call.operation.clone()).collect();
    let transaction = calls.iter().position(|operation| operation == "TransactWriteItems").unwrap();
    wire.plan(Some(Plan { call: transaction, fault: Fault::ServerError, always: true }));
    make(&service, &jane, "1", &body).await.expect(503);
    wire.plan(None);
    let sent = make(&service, &jane, "1", &body).await.expect(201);
    assert_eq!(sent.body["event"]["status"], true);
    assert_eq!(make(&service, &jane, "1", &body).await.expect(201).body, sent.body);
    let mine = service.get(&jane, "/event").await.expect(200).body["events"].as_array().unwrap().len();
    assert_eq!(mine, 3, "one for each key");
}

#[tokio::test]
async fn a_status_is_true_or_false_and_without_one_it_is_a_draft() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    for (status, expected) in [(json!(false), 201), (Value::Null, 201), (json!("true"), 400), (json!(1), 400)] {
        let mut body = picnic(std::slice::from_ref(&john));
        body["event"]["status"] = status.clone();
        let response = service.call(&jane, Method::POST, "/event", &body).await.expect(expected);
        if expected == 201 {
            assert_eq!(response.body["event"]["status"], false, "{status}");
        } else {
            assert_eq!(response.fields(), ["event.status"], "{status}");
        }
    }
}
