//! Least privilege: for everything that `template.yaml` allows a function, some request needs it.
//!
//! Missing permissions need no test here: the local service refuses what is not allowed, and the harness fails every test in which that
//! happened.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use functions::ENDPOINTS;
use futures_util::FutureExt;
use mock::{Failure, Grant, LocalService, Options};
use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::session::Device;
use shared::store::sessions::Sessions;
use shared::token::Signer;
use tests::samples::{Play, plays};
use tests::wire::{Fault, Plan, Wire};
use tests::{OLD_HASH, PASSWORD, Service, User, picnic, side_by_side};

use crate::{departures, start};

/// Requests that the scenarios do not make.
type Outcome = for<'a> fn(&'a Service, &'a Wire) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Requests that make other calls than the scenarios do.
const OUTCOMES: [Outcome; 31] = [
    |service, _| Box::pin(a_page_for_a_link(service)),
    |service, _| Box::pin(a_registration_without_a_mail(service)),
    |service, wire| Box::pin(a_confirmation_without_an_answer(service, wire)),
    |service, _| Box::pin(a_pending_user_with_a_wrong_password(service)),
    |service, _| Box::pin(guesses_at_a_pending_user_from_many_networks(service)),
    |service, _| Box::pin(logins_of_every_kind(service)),
    |service, _| Box::pin(one_login_too_many(service)),
    |service, wire| Box::pin(a_login_during_a_change_of_the_password(service, wire)),
    |service, _| Box::pin(a_picture_and_contacts(service)),
    |service, _| Box::pin(a_change_after_a_wrong_password(service)),
    |service, _| Box::pin(guesses_at_an_address_from_many_networks(service)),
    |service, wire| Box::pin(links_for_a_new_password(service, wire)),
    |service, _| Box::pin(a_departure_after_a_deletion(service)),
    |service, wire| Box::pin(a_departure_after_a_sending_that_broke_off(service, wire)),
    |service, _| Box::pin(news_of_an_event(service)),
    |service, wire| Box::pin(an_address_book_that_changes(service, wire)),
    |service, _| Box::pin(a_guest_who_registers(service)),
    |service, _| Box::pin(ids_of_nobody(service)),
    |service, wire| Box::pin(an_invitee_leaves_while_being_invited(service, wire)),
    |service, _| Box::pin(invitees_by_every_name(service)),
    |service, wire| Box::pin(a_large_sending_that_broke_off(service, wire)),
    |service, _| Box::pin(an_address_that_is_sent_to(service)),
    |service, wire| Box::pin(a_large_event_made_and_sent(service, wire)),
    |service, wire| Box::pin(a_large_draft_saved_and_sent(service, wire)),
    |service, _| Box::pin(an_address_that_is_sent_to_at_once(service)),
    |service, _| Box::pin(an_event_that_is_sent_again(service)),
    |service, wire| Box::pin(departures::an_invitee_leaves_while_an_event_is_made_and_sent(service, wire)),
    |service, wire| Box::pin(departures::an_invitee_leaves_while_a_draft_is_saved_and_sent(service, wire)),
    |service, wire| Box::pin(departures::an_organiser_leaves_while_making_a_draft(service, wire)),
    |service, wire| Box::pin(departures::an_organiser_is_renamed_while_making_a_draft(service, wire)),
    |service, wire| Box::pin(departures::an_invitee_leaves_while_being_sent_an_event(service, wire)),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_function_may_do_more_than_it_does() {
    let of_scenarios = plays().into_iter().map(|play| done(play).boxed());
    let of_outcomes = OUTCOMES.into_iter().map(|outcome| reach(outcome).boxed());
    let used = side_by_side(of_scenarios.chain(of_outcomes)).await;
    let used: BTreeSet<Grant> = used.into_iter().flatten().collect();
    let (service, _) = start().await;
    let allowed = service.local.grants();
    let unused: Vec<_> = allowed.difference(&used).map(Grant::to_string).collect();
    assert!(unused.is_empty(), "template.yaml allows what no function needs:\n{}", unused.join("\n"));
    assert_eq!(allowed, used);
}

async fn done(play: Play) -> BTreeSet<Grant> {
    let (service, _wire) = start().await;
    let scene = (play.scenario.prepare)(&service).await;
    play.act(&service, &scene).await.expect(play.scenario.success);
    (play.scenario.check)(&service, &scene, true).await;
    service.local.used_grants()
}

async fn reach(outcome: Outcome) -> BTreeSet<Grant> {
    let (service, wire) = start().await;
    outcome(&service, &wire).await;
    service.local.used_grants()
}

/// Makes this call and all later calls of the same operation fail.
fn fail(wire: &Wire, call: usize) {
    wire.plan(Some(Plan { call, fault: Fault::ServerError, always: true }));
}

async fn a_registration_without_a_mail(service: &Service) {
    service.local.mailbox().set_failure(Failure::Down);
    service.register("new").await.expect(503);
}

async fn a_page_for_a_link(service: &Service) {
    service.register("new").await.expect(200);
    let path = format!("/user/confirm?token={}", service.mailed_token("new@example.com"));
    service.send(service.request(Method::GET, &path)).await.expect(200);
}

async fn a_confirmation_without_an_answer(service: &Service, wire: &Wire) {
    service.register("new").await.expect(200);
    let token = service.mailed_token("new@example.com");
    fail(wire, 1);
    service.confirm(&token).await.expect(503);
    wire.plan(None);
    service.confirm(&token).await.expect(200);
    service.confirm(&token).await.expect(410);
}

async fn a_pending_user_with_a_wrong_password(service: &Service) {
    service.register("new").await.expect(200);
    service.pass(60);
    let body = |password: &str| json!({"username": "new@example.com", "password": password});
    service.post("/user/confirm", &body("guess")).await.expect(403);
    service.post("/user/confirm", &body("new's password")).await.expect(200);
}

async fn guesses_at_a_pending_user_from_many_networks(service: &Service) {
    service.register("new").await.expect(200);
    let body = json!({"username": "new", "password": "guess"});
    for (network, status) in [(1, 403), (2, 403), (3, 403), (4, 403), (5, 429)] {
        for _ in 0..5 {
            assert_eq!(service.from(format!("198.51.100.{network}")).post("/user/confirm", &body).await, status);
        }
    }
}

async fn one_login_too_many(service: &Service) {
    let jane = service.user("jane").await;
    let (signer, sessions): (Signer, Sessions) = service.part();
    for _ in 0..99 {
        let session = signer.first_token(jane.id).unwrap();
        sessions.create_session(&session, Device::default(), service.now()).await.unwrap();
    }
    service.login("jane", PASSWORD).await.expect(200);
}

async fn logins_of_every_kind(service: &Service) {
    let jane = service.user_with("jane", OLD_HASH).await;
    for login in [jane.name, jane.email, jane.id.to_string()] {
        service.login(&login, PASSWORD).await.expect(200);
    }
}

async fn a_login_during_a_change_of_the_password(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    wire.plan(Some(Plan { call: 6, fault: Fault::Held, always: false }));
    let changing = async {
        wire.held().await;
        change_password(service, &jane, PASSWORD, 200).await;
        wire.release();
    };
    let (login, ()) = tokio::join!(service.login("jane", PASSWORD), changing);
    login.expect(403);
}

async fn a_change_after_a_wrong_password(service: &Service) {
    let jane = service.user("jane").await;
    change_password(service, &jane, "guess", 403).await;
    change_password(service, &jane, PASSWORD, 200).await;
}

async fn change_password(service: &Service, user: &User, old: &str, status: u16) {
    let change = json!({"old_password": old, "new_password": "battery staple"});
    service.put(user, "/user/password", &change).await.expect(status);
}

/// Read by the user, in the export too.
async fn a_picture_and_contacts(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    service.picnic(&jane, &[john]).await;
    let changes = json!({"name": "Jane Doe", "avatar": "https://example.com/jane.png", "searchable": true, "mails": false, "language": "uk"});
    service.call(&jane, Method::PATCH, "/user", &changes).await.expect(200);
    service.get(&jane, "/user").await.expect(200);
    service.get(&jane, "/user/export").await.expect(200);
}

async fn guesses_at_an_address_from_many_networks(service: &Service) {
    let jane = service.user("jane").await;
    let body = json!({"password": "guess", "e-mail": "new@example.com"});
    for (network, status) in [(1, 403), (2, 403), (3, 403), (4, 403), (5, 429)] {
        for _ in 0..5 {
            let elsewhere = service.from(format!("198.51.100.{network}"));
            assert_eq!(elsewhere.call(Some(&jane), Method::PUT, "/user/e-mail", &body).await.0, status);
        }
    }
}

async fn links_for_a_new_password(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let forgot = async |status: u16| {
        service.pass(60);
        service.forgot(&jane.email).await.expect(status);
    };
    let reset = async |status: u16| {
        let body = json!({"token": service.mailed_token(&jane.email), "new_password": "battery staple"});
        service.post("/user/password/reset", &body).await.expect(status);
    };
    forgot(200).await;
    forgot(200).await;
    // As if somebody else had changed the password at that moment.
    wire.plan(Some(Plan { call: 1, fault: Fault::ConditionFailed, always: false }));
    reset(410).await;
    wire.plan(None);
    reset(200).await;
    service.local.mailbox().set_failure(Failure::Down);
    forgot(503).await;
}

async fn a_departure_after_a_deletion(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, &[john]).await;
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    for (password, status) in [("guess", 403), (PASSWORD, 204)] {
        service.call(&jane, Method::DELETE, "/user", &json!({"password": password})).await.expect(status);
    }
}

/// A sending that broke off has left rows of a draft, whose organiser leaves.
async fn a_departure_after_a_sending_that_broke_off(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let guests = service.guests(120).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&guests)).await);
    fail(wire, 6);
    service.send_event(&jane, &path).await.expect(503);
    wire.plan(None);
    service.leave(&jane).await.expect(204);
}

/// Mails of every kind, to a user and to a guest, and the remains of the event.
async fn news_of_an_event(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = picnic(std::slice::from_ref(&john));
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!("ann@example.com"));
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    service.settle().await;
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    service.settle().await;
    assert_eq!(service.local.mailbox().mails(Some("ann@example.com")).len(), 2);
}

/// Another event is sent to the same user at that moment.
async fn an_address_book_that_changes(service: &Service, wire: &Wire) {
    let [jane, john] = service.users(["jane", "john"]).await;
    service.picnic(&jane, &[john]).await;
    wire.plan(Some(Plan { call: 6, fault: Fault::ConditionFailed, always: false }));
    service.settle().await;
    let operations: Vec<_> = wire.calls().iter().skip(5).map(|call| call.operation.clone()).collect();
    assert_eq!(operations, ["BatchGetItem", "UpdateItem", "GetItem", "UpdateItem"]);
}

async fn a_guest_who_registers(service: &Service) {
    let jane = service.user("jane").await;
    let mut body = picnic(&[]);
    body["event"]["members"][0]["invited"] = json!(["ann@example.com"]);
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    service.settle().await;
    let unsubscribe = format!("/mail/unsubscribe?token={}", service.unsubscribing_token("ann@example.com"));
    service.send(service.request(Method::POST, &unsubscribe)).await.expect(200);
    service.register("ann").await.expect(200);
    service.confirm(&service.mailed_token("ann@example.com")).await.expect(200);
}

/// Where a user is not found, it is looked whether the id is a guest's.
async fn ids_of_nobody(service: &Service) {
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let nobody = json!({"event": {"members": [{"invited": ["0192f0c1-2345-4abc-8def-0123456789ab"]}]}});
    service.call(&jane, Method::POST, "/event", &nobody).await.expect(400);
    let sent = service.picnic(&jane, &[john]).await;
    let invited = json!({"invited": ["0192f0c1-2345-4abc-8def-0123456789ab"]});
    service.call(&jane, Method::POST, &format!("{sent}/members"), &invited).await.expect(400);
    let path = format!("/event/{}", service.draft(&jane, &picnic(std::slice::from_ref(&jim))).await);
    service.leave(&jim).await.expect(204);
    let draft = service.get(&jane, &path).await.expect(200).body;
    service.call(&jane, Method::PATCH, &path, &json!({"name": "Dinner"})).await.expect(200);
    service.put(&jane, &path, &draft).await.expect(200);
    service.send_event(&jane, &path).await.expect(400);
}

/// John leaves while he is invited to what was sent.
async fn an_invitee_leaves_while_being_invited(service: &Service, wire: &Wire) {
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = format!("{}/members", service.picnic(&jane, &[jim]).await);
    let body = json!({"invited": [john.id]});
    wire.plan(Some(Plan { call: 4, fault: Fault::Held, always: false }));
    let leaving = async {
        wire.held().await;
        service.leave(&john).await.expect(204);
        wire.release();
    };
    let (invited, ()) = tokio::join!(service.call(&jane, Method::POST, &path, &body), leaving);
    assert_eq!(wire.calls()[4].operation, "TransactWriteItems");
    let event = invited.expect(200).body;
    assert_eq!(event["event"]["members"][0]["invited"][1]["name"], "deleted user");
}

async fn an_address_that_is_sent_to(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = picnic(&[]);
    body["event"]["members"][0]["invited"] = json!([{"id": john.email}, {"id": "ann@example.com"}]);
    let id = service.draft(&jane, &body).await;
    service.send_event(&jane, &format!("/event/{id}")).await.expect(200);
}

async fn invitees_by_every_name(service: &Service) {
    let [jane, john, jim, joan] = service.users(["jane", "john", "jim", "joan"]).await;
    let invited = json!([{"id": john.id}, {"id": jim.email}, {"id": joan.name}]);
    let body = json!({"event": {"name": "Picnic", "members": [{"invited": invited}]}});
    let create = async || {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access);
        service.send(request.header("idempotency-key", "1").json(&body)).await.expect(201)
    };
    let path = create().await.header("location").to_owned();
    create().await;
    let change = json!({"event": {"name": "Dinner", "members": [{"invited": invited}]}});
    service.put(&jane, &path, &change).await.expect(200);
}

async fn a_large_sending_that_broke_off(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let guests = service.guests(120).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&guests)).await);
    // The second transaction, after those that read the event, the guests and the contacts.
    fail(wire, 6);
    service.send_event(&jane, &path).await.expect(503);
    wire.plan(None);
    // Those who are not invited any more have rows already.
    service.put(&jane, &path, &picnic(&guests[..1])).await.expect(200);
    service.send_event(&jane, &path).await.expect(200);
}

fn to_be_sent(guests: &[User]) -> Value {
    let mut body = picnic(guests);
    body["event"]["status"] = json!(true);
    body
}

async fn a_large_event_made_and_sent(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let body = to_be_sent(&service.guests(120).await);
    let make = async || {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access);
        service.send(request.header("idempotency-key", "1").json(&body)).await
    };
    // The second transaction, after the invitees, the draft, its organiser and the contacts.
    fail(wire, 7);
    make().await.expect(503);
    wire.plan(None);
    make().await.expect(201);
}

async fn a_large_draft_saved_and_sent(service: &Service, wire: &Wire) {
    let jane = service.user("jane").await;
    let guests = service.guests(120).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&guests)).await);
    fail(wire, 6);
    service.put(&jane, &path, &to_be_sent(&guests)).await.expect(503);
    wire.plan(None);
    // Those who are not invited any more have rows already.
    service.put(&jane, &path, &to_be_sent(&guests[..1])).await.expect(200);
}

async fn an_address_that_is_sent_to_at_once(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = to_be_sent(&[]);
    for address in [john.email.as_str(), "ann@example.com", "bob@example.com"] {
        body["event"]["members"][0]["invited"] = json!([{ "id": address }]);
        service.call(&jane, Method::POST, "/event", &body).await.expect(201);
        body["event"]["members"][0]["invited"] = json!([{"id": format!("a.{address}")}]);
        let path = format!("/event/{}", service.draft(&jane, &picnic(&[])).await);
        service.put(&jane, &path, &body).await.expect(200);
    }
}

async fn an_event_that_is_sent_again(service: &Service) {
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = format!("/event/{}", service.draft(&jane, &picnic(&[])).await);
    let body = to_be_sent(&[john]);
    service.put(&jane, &path, &body).await.expect(200);
    service.put(&jane, &path, &body).await.expect(200);
}

/// Even with a mistake in their code, functions that do not need passwords or sessions cannot read them.
#[tokio::test]
async fn who_can_read_hashes_and_sessions() {
    let local = LocalService::start(Options::in_memory(Clock::system())).await.unwrap();
    let table = local.environment("login")["USERS_TABLE"].clone();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let key = HashMap::from([("pk".to_owned(), text("USER#1")), ("sk".to_owned(), text("USER"))]);
    let (mut hashes, mut sessions) = (Vec::new(), Vec::new());
    for name in ENDPOINTS.iter().map(|endpoint| endpoint.name) {
        let keys = Credentials::new(name, "local", None, None, "test");
        let config = local.dynamodb_client().config().to_builder().credentials_provider(keys);
        let client = Client::from_conf(config.build());
        let get = client.get_item().table_name(&table).set_key(Some(key.clone()));
        let keys = KeysAndAttributes::builder().keys(key.clone()).build().unwrap();
        let many = client.batch_get_item().request_items(&table, keys);
        if get.send().await.is_ok() || many.send().await.is_ok() {
            hashes.push(name);
        }
        let query = client.query().table_name(&table).key_condition_expression("pk = :pk");
        if query.expression_attribute_values(":pk", text("SESSION#1")).send().await.is_ok() {
            sessions.push(name);
        }
    }
    local.shutdown().await;
    let check_passwords = [
        "confirm",
        "resend-confirmation",
        "login",
        "update-email",
        "change-password",
        "forgot-password",
        "reset-password",
        "delete-user",
    ];
    assert_eq!(hashes, check_passwords);
    let list_or_end = [
        "resend-confirmation",
        "login",
        "logout",
        "list-sessions",
        "update-email",
        "change-password",
        "reset-password",
        "export-user",
        "delete-user",
    ];
    assert_eq!(sessions, list_or_end);
}
