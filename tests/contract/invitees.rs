//! Invitees by id, name and address.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, picnic};

/// A picnic with these entries as invitees.
pub(crate) fn inviting(entries: &Value) -> Value {
    let mut body = picnic(&[]);
    body["event"]["members"][0]["invited"] = entries.clone();
    body
}

pub(crate) fn invited(event: &Value) -> Vec<Value> {
    event["event"]["members"][0]["invited"].as_array().unwrap().clone()
}

/// One attribute of all entries.
pub(crate) fn each(event: &Value, attribute: &str) -> Vec<Value> {
    invited(event).iter().map(|entry| entry[attribute].clone()).collect()
}

/// Makes and sends an event with these invitees. Returns its path.
pub(crate) async fn sent(service: &Service, organiser: &User, entries: &Value) -> String {
    let path = format!("/event/{}", service.draft(organiser, &inviting(entries)).await);
    service.send_event(organiser, &path).await.expect(200);
    path
}

pub(crate) async fn contacts(service: &Service, user: &User) -> Value {
    service.get(user, "/user").await.expect(200).body["user"]["contacts"].clone()
}

#[tokio::test]
async fn a_draft_tells_of_no_address_whether_it_has_an_account() {
    let (service, wire) = Service::start_on_wire(|_| {}).await;
    let [jane, karl, leaver] = service.users(["jane", "karl", "leaver"]).await;
    service.call(&karl, Method::PATCH, "/user", &json!({"name": "Karl Real-Name"})).await.expect(200);
    service.register("pending").await.expect(200);
    service.leave(&leaver).await.expect(204);
    let mut seen = Vec::new();
    for name in ["karl", "pending", "leaver", "nobody"] {
        let entry = json!({"id": format!("{name}@example.com")});
        let mut told = Vec::new();
        wire.plan(None);
        let made = service.call(&jane, Method::POST, "/event", &inviting(&json!([entry]))).await.expect(201);
        let path = made.header("location").to_owned();
        told.push(made.body);
        told.push(service.get(&jane, &path).await.expect(200).body);
        let changed = inviting(&json!([{"id": "jane"}, entry]));
        told.push(service.put(&jane, &path, &changed).await.expect(200).body);
        let told: Vec<_> = told.iter().map(|body| json!(invited(body)).to_string().replace(name, "x")).collect();
        let calls: Vec<_> = wire.calls().iter().map(|call| (call.operation.clone(), call.reads)).collect();
        seen.push((told, calls));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(seen[0].0[0].contains(r#""id":"x@example.com","name":"x""#), "{seen:?}");
}

#[tokio::test]
async fn a_draft_gives_back_what_was_typed_and_a_sent_event_has_ids() {
    let service = Service::start().await;
    let [jane, john, jim, joan] = service.users(["jane", "john", "jim", "joan"]).await;
    let typed = json!([{"id": " JOHN "}, {"id": jim.id}, {"id": "Joan@Example.com", "name": " Aunt Joan "}]);
    let made = service.call(&jane, Method::POST, "/event", &inviting(&typed)).await.expect(201);
    let path = made.header("location").to_owned();
    let read = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(made.body, read);
    assert_eq!(each(&read, "id"), [json!("JOHN"), json!(jim.id), json!("Joan@Example.com")]);
    assert_eq!(each(&read, "name"), ["john", "jim", "Aunt Joan"]);
    assert_eq!(each(&read, "username"), [json!("john"), json!("jim"), Value::Null]);
    let sent = service.send_event(&jane, &path).await.expect(200).body;
    assert_eq!(sent, service.get(&jane, &path).await.expect(200).body);
    assert_eq!(each(&sent, "id"), [json!(john.id), json!(jim.id), json!(joan.id)]);
    assert_eq!(each(&sent, "name"), ["john", "jim", "Aunt Joan"]);
    assert_eq!(each(&sent, "username"), [json!("john"), json!("jim"), Value::Null]);
}

#[tokio::test]
async fn who_cannot_be_sent_it_is_named_when_it_is_sent() {
    let service = Service::start().await;
    let [jane, john, leaver] = service.users(["jane", "john", "leaver"]).await;
    service.register("pending").await.expect(200);
    let entries = json!([{"id": "nobody@example.com"}, {"id": "john"}, {"id": "pending@example.com"}, {"id": "leaver"},
        {"id": "john@example.com"}]);
    let path = format!("/event/{}", service.draft(&jane, &inviting(&entries)).await);
    service.leave(&leaver).await.expect(204);
    let refused = service.send_event(&jane, &path).await.expect(400);
    // Any address can be sent to, whosever it is.
    assert_eq!(refused.fields(), ["event.members[0].invited[3].id"]);
    assert_eq!(contacts(&service, &jane).await, json!([]));
    service.get(&john, &path).await.expect(404);
}

#[tokio::test]
async fn somebody_named_twice_is_one_invitee_and_the_first_entry_counts() {
    let service = Service::start().await;
    let [jane, john, jim, ann] = service.users(["jane", "john", "jim", "ann"]).await;
    let entries = json!([
        {"id": "ann@example.com", "name": "Annie"}, {"id": "john"}, {"id": john.id}, {"id": "ANN@EXAMPLE.COM", "name": "other"},
        {"id": "john@example.com"}, {"id": jim.id}, {"id": "ann"}, {"id": "jim@example.com"},
    ]);
    let path = format!("/event/{}", service.draft(&jane, &inviting(&entries)).await);
    let draft = service.get(&jane, &path).await.expect(200).body;
    let in_draft = [
        json!("ann@example.com"),
        json!("john"),
        json!("john@example.com"),
        json!(jim.id),
        json!("ann"),
        json!("jim@example.com"),
    ];
    assert_eq!(each(&draft, "id"), in_draft);
    let sent = service.send_event(&jane, &path).await.expect(200).body;
    assert_eq!(sent, service.get(&jane, &path).await.expect(200).body);
    assert_eq!(each(&sent, "id"), [json!(ann.id), json!(john.id), json!(jim.id)]);
    assert_eq!(each(&sent, "name"), ["Annie", "john", "jim"]);
}

#[tokio::test]
async fn the_organiser_is_not_invited() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let own = json!([{"id": "jane"}, {"id": jane.id}, {"id": "Jane@example.com"}]);
    let path = format!("/event/{}", service.draft(&jane, &inviting(&own)).await);
    assert_eq!(each(&service.get(&jane, &path).await.expect(200).body, "id"), ["Jane@example.com"]);
    assert_eq!(service.send_event(&jane, &path).await.expect(400).fields(), ["event.members"]);
    let mut others = own.as_array().unwrap().clone();
    others.push(json!({"id": "john"}));
    let event = service.get(&jane, &sent(&service, &jane, &json!(others)).await).await.expect(200).body;
    assert_eq!(each(&event, "id"), [json!(john.id)]);
}

#[tokio::test]
async fn five_hundred_can_be_invited_of_whatever_kind() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let addresses = |count: usize| (0..count).map(|n| json!({"id": format!("a{n}@example.com")}));
    for (count, status) in [(499, 201), (500, 400)] {
        let entries: Vec<_> = addresses(count).chain([json!({"id": john.id})]).collect();
        let body = inviting(&json!(entries));
        let response = service.call(&jane, Method::POST, "/event", &body).await.expect(status);
        assert_eq!(response.fields(), if status == 400 { vec!["event.members"] } else { vec![] });
    }
}

#[tokio::test]
async fn a_username_keeps_the_meaning_that_it_had_when_it_was_first_named() {
    let service = Service::start().await;
    let [jane, leaver] = service.users(["jane", "leaver"]).await;
    let path = format!("/event/{}", service.draft(&jane, &inviting(&json!([{"id": "leaver"}]))).await);
    service.leave(&leaver).await.expect(204);
    let other = service.user("leaver").await;
    let mut body = service.get(&jane, &path).await.expect(200).body;
    assert_eq!(each(&body, "name"), ["deleted user"]);
    body["event"]["name"] = json!("Dinner");
    let changed = service.put(&jane, &path, &body).await.expect(200).body;
    assert_eq!(each(&changed, "name"), ["deleted user"]);
    service.send_event(&jane, &path).await.expect(400);
    // Removed and named again, the name means the other user.
    service.put(&jane, &path, &inviting(&json!([]))).await.expect(200);
    service.put(&jane, &path, &inviting(&json!([{"id": "leaver"}]))).await.expect(200);
    assert_eq!(each(&service.send_event(&jane, &path).await.expect(200).body, "id"), [json!(other.id)]);
}

#[tokio::test]
async fn an_edit_that_names_nobody_new_looks_up_no_names() {
    let (service, wire) = Service::start_on_wire(|_| {}).await;
    let jane = service.user("jane").await;
    service.users(["john", "jim"]).await;
    let path = format!("/event/{}", service.draft(&jane, &inviting(&json!([{"id": "john"}]))).await);
    let calls = async |entries: Value, name: &str| {
        let mut body = inviting(&entries);
        body["event"]["name"] = json!(name);
        wire.plan(None);
        service.put(&jane, &path, &body).await.expect(200);
        wire.calls().into_iter().map(|call| call.operation).collect::<Vec<_>>()
    };
    let entry = |id: &str| json!({ "id": id });
    assert_eq!(calls(json!([entry("john")]), "Dinner").await, ["Query", "BatchGetItem", "UpdateItem"]);
    let with_jim = json!([entry("john"), entry("jim")]);
    assert_eq!(calls(with_jim, "Dinner").await, ["Query", "BatchGetItem", "BatchGetItem", "UpdateItem"]);
    let addresses = json!([entry("a@example.com"), entry("b@example.com")]);
    assert_eq!(calls(addresses, "Dinner").await, ["Query", "UpdateItem"]);
}

#[tokio::test]
async fn rows_of_older_days_are_read() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let (text, number) =
        (|text: &str| AttributeValue::S(text.to_owned()), |number: &str| AttributeValue::N(number.to_owned()));
    let texts = |of: &str| AttributeValue::L(vec![text(of)]);
    let id = "0192f0c1-2345-4abc-8def-0123456789ab";
    let row = HashMap::from([
        ("event_id".to_owned(), text(id)),
        ("row".to_owned(), text("EVENT")),
        ("user_id".to_owned(), text(&jane.id.to_string())),
        ("user_name".to_owned(), text("jane")),
        ("listed_at".to_owned(), number("1")),
        ("name".to_owned(), text("Picnic")),
        ("sent".to_owned(), AttributeValue::Bool(false)),
        ("version".to_owned(), number("3")),
        ("dates".to_owned(), texts("01.02.2027")),
        ("places".to_owned(), texts("Park")),
        ("invitees".to_owned(), texts(&john.id.to_string())),
    ]);
    let table = service.local.environment("vote")["EVENTS_TABLE"].clone();
    let put = service.local.dynamodb_client().put_item().table_name(table).set_item(Some(row));
    put.send().await.unwrap();

    let path = format!("/event/{id}");
    let draft = service.get(&jane, &path).await.expect(200);
    assert_eq!((each(&draft.body, "id"), each(&draft.body, "name")), (vec![json!(john.id)], vec![json!("john")]));
    assert_eq!(draft.body["event"]["members"][0]["confirmed"][0].get("username"), None);
    let export = service.get(&jane, "/user/export").await.expect(200).body["export"].clone();
    assert_eq!(export["events"][0]["invited"], json!([john.id]));
    let again = service.put(&jane, &path, &draft.body).await.expect(200);
    assert_eq!((again.header("etag"), &again.body), (draft.header("etag"), &draft.body));
    assert_eq!(each(&service.send_event(&jane, &path).await.expect(200).body, "id"), [json!(john.id)]);
}

#[tokio::test]
async fn one_person_is_named_in_any_way() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let ways = [
        json!({"id": john.id}),
        json!({"id": "john"}),
        json!({"username": "john"}),
        json!({"username": "JOHN"}),
        json!({"e-mail": john.email}),
        json!({"email": john.email}),
        json!({"id": "", "email": john.email}),
        json!("john"),
        json!(john.id),
        json!(john.email),
    ];
    for way in ways {
        let path = sent(&service, &jane, &json!([way])).await;
        service.get(&john, &path).await.expect(200);
        let event = service.get(&jane, &path).await.expect(200).body;
        assert_eq!(each(&event, "id"), [json!(john.id)], "{way}");
    }
    for (way, field) in [
        (json!(7), "event.members[0].invited[0]"),
        (json!(""), "event.members[0].invited[0]"),
        (json!({"email": "nobody"}), "event.members[0].invited[0].email"),
        (json!({"mail": "john@example.com"}), "event.members[0].invited[0]"),
        (json!({"name": "John"}), "event.members[0].invited[0].id"),
    ] {
        let refused = service.call(&jane, Method::POST, "/event", &inviting(&json!([way]))).await.expect(400);
        assert_eq!(refused.fields(), [field], "{way}");
    }
}
