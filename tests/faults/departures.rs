//! A user deletes or renames the account while a request copies it into an event.

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::json;
use tests::wire::{Fault, Plan, Wire};
use tests::{PASSWORD, Service, User, picnic};

use crate::start;

/// Holds that call of a request until the other is done.
async fn meanwhile<T>(
    wire: &Wire,
    call: usize,
    request: impl Future<Output = T>,
    other: impl Future<Output = ()>,
) -> T {
    wire.plan(Some(Plan { call, fault: Fault::Held, always: false }));
    let doing = async {
        wire.held().await;
        other.await;
        wire.release();
    };
    let (answer, ()) = tokio::join!(request, doing);
    answer
}

async fn leaving(service: &Service, user: &User) {
    service.leave(user).await.expect(204);
}

/// The link to another address is opened while the account is being deleted, at either moment.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_has_neither_address_any_more() {
    for is_deletion_late in [true, false] {
        let (service, wire) = start().await;
        let jane = service.user("jane").await;
        let change = json!({"password": PASSWORD, "e-mail": "new@example.org"});
        service.put(&jane, "/user/e-mail", &change).await.expect(200);
        let body = json!({"token": service.mailed_token("new@example.org")});
        let confirming = async || service.post("/user/e-mail/confirm", &body).await;
        // Each is held at its transaction.
        if is_deletion_late {
            let confirmed = async { drop(confirming().await.expect(200)) };
            meanwhile(&wire, 2, leaving(&service, &jane), confirmed).await;
        } else {
            let status = meanwhile(&wire, 1, confirming(), leaving(&service, &jane)).await.status;
            assert_eq!(status, 410);
        }
        wire.plan(None);
        for text in [&jane.email, "new@example.org", "NAME#jane"] {
            assert_eq!(items_with(&service, text).await, [""; 0], "{is_deletion_late}");
        }
    }
}

/// All items that contain that text.
async fn items_with(service: &Service, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for variable in ["USERS_TABLE", "EVENTS_TABLE"] {
        let scan = service.local.dynamodb_client().scan().table_name(service.local.variables()[variable].clone());
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        found.extend(items.iter().map(|item| format!("{item:?}")).filter(|item| item.contains(text)));
    }
    found
}

pub(crate) async fn an_organiser_leaves_while_making_a_draft(service: &Service, wire: &Wire) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = picnic(&[john]);
    let making = service.call(&jane, Method::POST, "/event", &body);
    meanwhile(wire, 1, making, leaving(service, &jane)).await.expect(401);
    assert_eq!(wire.calls()[1].operation, "PutItem");
    let left = items_with(service, &jane.id.to_string()).await;
    assert!(left.iter().all(|item| item.contains("CONTACTS#") || item.contains("\"left\"")), "{left:?}");
}

pub(crate) async fn an_organiser_is_renamed_while_making_a_draft(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let (body, name) = (json!({"name": "Picnic"}), json!({"name": "Jane Doe"}));
    let making = service.call(&jane, Method::POST, "/event", &body);
    let renaming = async {
        service.call(&jane, Method::PATCH, "/user", &name).await.expect(200);
    };
    let made = meanwhile(wire, 1, making, renaming).await.expect(201);
    for event in [&made.body, &service.get(&jane, made.header("location")).await.expect(200).body] {
        assert_eq!(event["event"]["members"][0]["confirmed"][0]["name"], "Jane Doe");
    }
}

pub(crate) async fn an_invitee_leaves_while_being_sent_an_event(service: &Service, wire: &Wire) {
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&[john.clone(), jim.clone()])).await);
    let sending = service.send_event(&jane, &path);
    let sent = meanwhile(wire, 4, sending, leaving(service, &john)).await.expect(200).body;
    assert_eq!(wire.calls()[4].operation, "TransactWriteItems");
    assert_eq!(sent, service.get(&jane, &path).await.expect(200).body);
    let invited = sent["event"]["members"][0]["invited"].as_array().unwrap();
    assert_eq!(invited.iter().map(|entry| entry["name"].clone()).collect::<Vec<_>>(), ["deleted user", "jim"]);
    let left = items_with(service, &john.id.to_string()).await;
    assert!(left.iter().all(|item| item.contains("CONTACTS#") || item.contains("\"left\"")), "{left:?}");
}

/// John leaves at the moment of the transaction that sends this request's event.
async fn an_invitee_leaves_while(service: &Service, wire: &Wire, method: Method, call: usize) {
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let mut body = picnic(&[john.clone(), jim]);
    let path = match method {
        Method::PUT => format!("/event/{}", service.draft(&jane, &body).await),
        _ => "/event".to_owned(),
    };
    body["event"]["status"] = json!(true);
    let sending = service.call(&jane, method, &path, &body);
    let sent = meanwhile(wire, call, sending, leaving(service, &john)).await;
    assert_eq!(wire.calls()[call].operation, "TransactWriteItems");
    assert!([200, 201].contains(&sent.status), "{}", sent.body);
    let invited = sent.body["event"]["members"][0]["invited"].as_array().unwrap();
    assert_eq!(invited.iter().map(|entry| entry["name"].clone()).collect::<Vec<_>>(), ["deleted user", "jim"]);
}

pub(crate) async fn an_invitee_leaves_while_an_event_is_made_and_sent(service: &Service, wire: &Wire) {
    an_invitee_leaves_while(service, wire, Method::POST, 5).await;
}

pub(crate) async fn an_invitee_leaves_while_a_draft_is_saved_and_sent(service: &Service, wire: &Wire) {
    an_invitee_leaves_while(service, wire, Method::PUT, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_making_a_draft_leaves_no_draft() {
    let (service, wire) = start().await;
    an_organiser_leaves_while_making_a_draft(&service, &wire).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_renamed_while_making_a_draft_has_the_new_name_in_it() {
    let (service, wire) = start().await;
    an_organiser_is_renamed_while_making_a_draft(&service, &wire).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_being_sent_an_event_is_nobody_in_it() {
    let (service, wire) = start().await;
    an_invitee_leaves_while_being_sent_an_event(&service, &wire).await;
}

/// Writes the marker with which the deletion of an account replaces its contacts.
async fn mark_as_left(service: &Service, user: &User) {
    let text = |text: String| AttributeValue::S(text);
    let update = service.local.dynamodb_client().update_item().table_name(&service.local.variables()["USERS_TABLE"]);
    let update = update
        .key("pk", text(format!("CONTACTS#{}", user.id)))
        .key("sk", text("CONTACTS".to_owned()))
        .update_expression("SET #left = :true, expires_at = :at REMOVE ids, version")
        .expression_attribute_names("#left", "left")
        .expression_attribute_values(":true", AttributeValue::Bool(true))
        .expression_attribute_values(":at", AttributeValue::N((service.now().as_second() + 3600).to_string()));
    update.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_left_gets_contacts() {
    // Before the contacts are read, and between read and write; with and without an existing item.
    for (call, operation) in [(2, "GetItem"), (3, "UpdateItem")] {
        for has_contacts in [false, true] {
            let (service, wire) = start().await;
            let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
            if has_contacts {
                service.picnic(&jane, std::slice::from_ref(&jim)).await;
            }
            let path = format!("/event/{}", service.draft(&jane, &picnic(&[john])).await);
            let sending = service.send_event(&jane, &path);
            Box::pin(meanwhile(&wire, call, sending, mark_as_left(&service, &jane))).await.expect(200);
            assert_eq!(wire.calls()[call].operation, operation);
            let items = items_with(&service, &format!("CONTACTS#{}", jane.id)).await;
            assert!(items.len() == 1 && items[0].contains("left") && !items[0].contains("ids"), "{items:?}");
        }
    }
}

#[tokio::test]
async fn the_marker_of_one_who_left_reads_as_no_contacts() {
    let (service, _wire) = start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    service.picnic(&jane, &[john]).await;
    mark_as_left(&service, &jane).await;
    assert_eq!(service.get(&jane, "/user").await.expect(200).body["user"]["contacts"], json!([]));
    assert_eq!(service.get(&jane, "/user/export").await.expect(200).body["export"]["contacts"], json!([]));
}
