//! Conditions of the store that no single request can reach: states after a crash, and late writes.

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::event::{Answer, Event};
use shared::domain::person::Person;
use shared::domain::poll::{Choice, Topic};
use shared::error::Error;
use shared::store::accounts::Accounts;
use shared::store::decisions::Decisions;
use shared::store::drafts::Drafts;
use shared::store::events::Events;
use shared::store::members::Members;
use shared::store::organisers::Organisers;
use shared::store::registrations::Registrations;
use shared::token::MailedToken;
use tests::{Service, picnic, picnic_on_any_day, vote};
use uuid::Uuid;

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

fn events_table(service: &Service) -> String {
    service.local.environment("vote")["EVENTS_TABLE"].clone()
}

async fn rows(service: &Service, id: &str) -> Vec<String> {
    let query = service.local.dynamodb_client().query().table_name(events_table(service));
    let query = query.key_condition_expression("event_id = :id").expression_attribute_values(":id", text(id));
    let output = query.send().await.unwrap();
    output.items().iter().map(|item| item["row"].as_s().unwrap().clone()).collect()
}

#[tokio::test]
async fn a_late_sending_writes_nothing_over_a_sent_event() {
    for number in [1, 150] {
        let service = Service::start().await;
        let jane = service.user("jane").await;
        let invitees = service.guests(number).await;
        let john = invitees[0].clone();
        let id = service.draft(&jane, &picnic(&invitees)).await;
        let late = service.part::<Events>().find_stored(id.parse().unwrap()).await.unwrap();
        service.send_event(&jane, &format!("/event/{id}")).await.expect(200);
        service.put(&john, &format!("/event/{id}/vote"), &vote("date", "01.02.2027")).await.expect(200);
        assert!(!service.part::<Drafts>().send_draft(&late).await.unwrap());
        let event = service.get(&john, &format!("/event/{id}")).await.expect(200).body;
        assert_eq!(event["event"]["date"][0]["my_vote"], "01.02.2027", "{number} invitees");
    }
}

#[tokio::test]
async fn a_sending_of_an_older_draft_changes_nothing() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let id = service.draft(&jane, &picnic(&[john])).await;
    let old = service.part::<Events>().find_stored(id.parse().unwrap()).await.unwrap();
    service.put(&jane, &format!("/event/{id}"), &picnic(&[jim])).await.expect(200);
    assert!(!service.part::<Drafts>().send_draft(&old).await.unwrap());
    assert_eq!(rows(&service, &id).await, ["EVENT"]);
}

#[tokio::test]
async fn a_sending_that_was_interrupted_is_finished_by_the_next() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let [john, jim] = service.users(["john", "jim"]).await;
    let id = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
    // The row of a user who was invited when an earlier sending broke off, and is deleted now.
    let put = service.local.dynamodb_client().put_item().table_name(events_table(&service));
    let put = put
        .item("event_id", text(&id))
        .item("row", text(&format!("MEMBER#{}", jim.id)))
        .item("user_id", text(&jim.id.to_string()))
        .item("listed_at", number("1"))
        .item("name", text("jim"))
        .item("position", number("0"));
    put.send().await.unwrap();

    service.get(&jim, &format!("/event/{id}")).await.expect(404);
    assert_eq!(service.get(&jim, "/event").await.expect(200).body["events"], json!([]));
    assert_eq!(service.get(&jim, "/user").await.expect(200).body["user"]["events"], json!([]));
    service.send_event(&jane, &format!("/event/{id}")).await.expect(200);
    assert_eq!(rows(&service, &id).await, ["EVENT".to_owned(), format!("MEMBER#{}", john.id)]);
    service.get(&jim, &format!("/event/{id}")).await.expect(404);
}

/// Does the first step of a deletion that breaks off after it.
/// A row that only one kind of poll writes would be read wrongly by a version of the service that knows the other kind alone.
#[tokio::test]
async fn several_votes_of_a_member_lie_beside_where_a_single_one_does() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &picnic_on_any_day(std::slice::from_ref(&john))).await;
    service.send_event(&jane, &format!("/event/{id}")).await.expect(200);
    for (topic, option) in [("date", "01.02.2027"), ("date", "02.02.2027"), ("place", "Pub")] {
        service.put(&john, &format!("/event/{id}/vote"), &vote(topic, option)).await.expect(200);
    }
    let get = service.local.dynamodb_client().get_item().table_name(events_table(&service)).key("event_id", text(&id));
    let row = get.key("row", text(&format!("MEMBER#{}", john.id))).send().await.unwrap().item.unwrap();
    let several = AttributeValue::Ns(vec!["0".to_owned(), "1".to_owned()]);
    let votes = ["date", "date_votes", "place", "place_votes"].map(|attribute| row.get(attribute).cloned());
    assert_eq!(votes, [None, Some(several), Some(number("1")), None]);
}

async fn mark_deleted(service: &Service, id: &str) {
    let update = service.local.dynamodb_client().update_item().table_name(events_table(service));
    let update = update.key("event_id", text(id)).key("row", text("EVENT")).update_expression("SET expires_at = :at");
    update.expression_attribute_values(":at", number("1")).send().await.unwrap();
}

#[tokio::test]
async fn a_deleted_event_is_gone_at_once_and_its_rows_expire_together() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let id = path.strip_prefix("/event/").unwrap();
    service.hold_streams().await;
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    for user in [&jane, &john] {
        service.get(user, &path).await.expect(404);
        assert_eq!(service.get(user, "/event").await.expect(200).body["events"], json!([]));
        service.call(user, Method::DELETE, &path, &Value::Null).await.expect(404);
    }
    service.settle().await;
    assert_eq!(rows(&service, id).await.len(), 2);
    service.pass(7 * 24 * 60 * 60 + 1);
    service.local.sweep().unwrap();
    assert_eq!(rows(&service, id).await, [""; 0]);
}

#[tokio::test]
async fn what_is_made_anew_in_the_place_of_a_deleted_event_stays() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let create = || {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access);
        service.send(request.header("idempotency-key", "1").json(&picnic(std::slice::from_ref(&john))))
    };
    let path = create().await.expect(201).header("location").to_owned();
    service.send_event(&jane, &path).await.expect(200);
    service.settle().await;
    service.hold_streams().await;
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    create().await.expect(201);
    service.settle().await;
    service.pass(7 * 24 * 60 * 60 + 1);
    service.local.sweep().unwrap();
    let jane = service.logged_in("jane").await;
    assert_eq!(service.event(&jane, &path).await["status"], false);
    assert_eq!(service.local.mailbox().mails(Some(&john.email)).len(), 1, "the invitation, and no cancellation");
}

#[tokio::test]
async fn nothing_is_written_to_an_event_that_is_being_deleted() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &picnic(&[john])).await;
    let (events, drafts, decisions): (Events, Drafts, Decisions) = service.part();
    let found = events.find_stored(id.parse().unwrap()).await.unwrap();
    mark_deleted(&service, &id).await;
    assert!(!drafts.send_draft(&found).await.unwrap());
    assert!(!decisions.update_decision(found.event.id, jane.id, Topic::Date, Some(0)).await.unwrap());
    assert!(!decisions.record_majority(found.event.id, Topic::Date, 0).await.unwrap());
    assert_eq!(drafts.replace_draft(&found.event, None).await.unwrap(), None);
    assert_eq!(rows(&service, &id).await, ["EVENT"]);
    assert!(drafts.create_draft(&found.event, None).await.unwrap(), "but the same Idempotency-Key makes it anew");
}

#[tokio::test]
async fn nothing_is_written_by_one_who_has_handed_the_event_over() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let path = service.picnic(&jane, &[john.clone(), jim.clone()]).await;
    let id: Uuid = path.strip_prefix("/event/").unwrap().parse().unwrap();
    let (events, organisers, decisions): (Events, Organisers, Decisions) = service.part();
    let old = events.find_event(id).await.unwrap();
    assert!(organisers.hand_over(&old, john.id, service.now()).await.unwrap());
    let before = events.find_event(id).await.unwrap();
    assert!(!organisers.hand_over(&old, jim.id, service.now()).await.unwrap());
    for decided in [Some(0), None] {
        assert!(!decisions.update_decision(id, jane.id, Topic::Date, decided).await.unwrap());
    }
    assert!(!events.delete_event(&old, service.now()).await.unwrap());
    assert_eq!(events.find_event(id).await.unwrap(), before);
}

#[tokio::test]
async fn an_older_link_is_put_back_only_in_place_of_the_one_whose_mail_failed() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = MailedToken::parse(&service.mailed_token("jane@example.com")).unwrap();
    let (accounts, registrations): (Accounts, Registrations) = service.part();
    let old = accounts.find_account(token.user(), service.now()).await.unwrap().unwrap();
    service.pass(60);
    let body = json!({"username": "jane", "password": "jane's password"});
    service.post("/user/confirm", &body).await.expect(200);
    registrations.restore_confirmation(&old, &MailedToken::new(old.id).unwrap().hash()).await.unwrap();
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
}

#[tokio::test]
async fn nothing_is_written_to_an_event_that_is_gone() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let id: Uuid = path.strip_prefix("/event/").unwrap().parse().unwrap();
    let (events, drafts, members): (Events, Drafts, Members) = service.part();
    let (decisions, organisers): (Decisions, Organisers) = service.part();
    let now = service.now();
    let found = events.find_stored(id).await.unwrap();
    assert!(events.delete_event(&found.event, now).await.unwrap());
    service.settle().await;
    let results = [
        members.add_vote(id, john.id, (Topic::Date, Choice::One), 0).await,
        members.add_vote(id, john.id, (Topic::Date, Choice::Any), 0).await,
        members.remove_vote(id, john.id, (Topic::Date, Choice::One), 0).await,
        members.remove_vote(id, john.id, (Topic::Date, Choice::Any), 0).await,
        members.update_answer(id, john.id, Answer::Yes).await,
    ];
    assert!(results.iter().all(|result| matches!(result, Err(Error::NoSuchEvent))), "{results:?}");
    for decided in [Some(0), None] {
        assert!(!decisions.update_decision(id, jane.id, Topic::Date, decided).await.unwrap());
    }
    assert!(!decisions.record_majority(id, Topic::Date, 0).await.unwrap());
    assert!(!organisers.hand_over(&found.event, john.id, now).await.unwrap());
    assert!(!drafts.send_draft(&found).await.unwrap());
    assert_eq!(drafts.replace_draft(&found.event, None).await.unwrap(), None);
    assert_eq!(rows(&service, &id.to_string()).await.len(), 2, "what is left expires");
}

#[tokio::test]
async fn a_draft_is_replaced_in_its_version_and_for_its_organiser_alone() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &json!({"name": "Picnic"})).await;
    let event = service.part::<Events>().find_event(id.parse().unwrap()).await.unwrap();
    for (version, written) in
        [(Some(2), None), (Some(1), Some(2)), (Some(1), None), (None, Some(3)), (Some(3), Some(4))]
    {
        assert_eq!(service.part::<Drafts>().replace_draft(&event, version).await.unwrap(), written, "{version:?}");
    }
    let johns = Event { organiser: Person { id: john.id, ..event.organiser.clone() }, ..event };
    assert_eq!(service.part::<Drafts>().replace_draft(&johns, None).await.unwrap(), None);
}

#[tokio::test]
async fn replacing_a_draft_leaves_what_it_knows_nothing_of() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let id = service.draft(&jane, &picnic(&[])).await;
    let update = service.local.dynamodb_client().update_item().table_name(events_table(&service));
    let update = update.key("event_id", text(&id)).key("row", text("EVENT")).update_expression("SET later = :later");
    update.expression_attribute_values(":later", text("kept")).send().await.unwrap();
    service.put(&jane, &format!("/event/{id}"), &json!({"name": "Dinner"})).await.expect(200);
    let get = service.local.dynamodb_client().get_item().table_name(events_table(&service));
    let row = get.key("event_id", text(&id)).key("row", text("EVENT")).send().await.unwrap().item.unwrap();
    assert_eq!((&row["later"], &row["name"], row["places"].as_l().unwrap().len()), (&text("kept"), &text("Dinner"), 0));
}

#[tokio::test]
async fn a_failed_registration_is_not_undone_once_it_is_confirmed() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let id = MailedToken::parse(&token).unwrap().user();
    let account = service.part::<Accounts>().find_account(id, service.now()).await.unwrap().unwrap();
    service.confirm(&token).await.expect(200);
    service.part::<Accounts>().delete_inactive(&account).await.unwrap();
    service.login("jane", "jane's password").await.expect(200);
}

#[tokio::test]
async fn nobody_is_confirmed_under_a_name_that_is_anothers() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let table = service.local.environment("login")["USERS_TABLE"].clone();
    let put = service.local.dynamodb_client().put_item().table_name(table);
    let put = put.item("pk", text("NAME#jane")).item("sk", text("NAME"));
    put.item("user_id", text("0192f0c1-2345-4abc-8def-0123456789ab")).send().await.unwrap();
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(410);
    let refused = service.login("jane@example.com", "jane's password").await.expect(403);
    assert!(refused.body["message"].as_str().unwrap().contains("Confirm"), "{}", refused.body);
}

#[tokio::test]
async fn what_takes_over_an_expired_name_is_not_undone_by_its_former_owner() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let id = MailedToken::parse(&token).unwrap().user();
    let old = service.part::<Accounts>().find_account(id, service.now()).await.unwrap().unwrap();
    service.pass(24 * 60 * 60);
    service.register("jane").await.expect(200);
    service.part::<Accounts>().delete_inactive(&old).await.unwrap();
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
    service.login("jane", "jane's password").await.expect(200);
}
