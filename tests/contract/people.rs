//! What users do with each other and with their own accounts: ending a session, finding somebody, keeping an address book.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::contacts::Contacts;
use tests::{PASSWORD, Response, Service, User, picnic};
use uuid::Uuid;

async fn end(service: &Service, user: &User, session: &str) -> u16 {
    service.call(user, Method::DELETE, &format!("/token/{session}"), &Value::Null).await.status
}

#[tokio::test]
async fn a_listed_session_can_be_ended_and_the_others_go_on() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.pass(1);
    let other = service.login("jane", PASSWORD).await.expect(200).body;
    let sessions = service.get(&jane, "/token").await.expect(200).body["sessions"].clone();
    let id = sessions[0]["id"].as_str().unwrap();
    assert_eq!(end(&service, &jane, id).await, 204);
    assert_eq!(end(&service, &jane, id).await, 404);
    service.post("/token", &json!({"refresh_token": other["refresh_token"]})).await.expect(401);
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(200);
    let left = service.get(&jane, "/token").await.expect(200).body["sessions"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &sessions[1]["id"]));
}

#[tokio::test]
async fn the_own_session_can_be_ended_and_its_access_token_lives_out_its_hour() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let own = jane.session().session().to_string();
    assert_eq!(end(&service, &jane, &own).await, 204);
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(401);
    service.get(&jane, "/user").await.expect(200);
    service.get(&jane, "/token").await.expect(401);
}

#[tokio::test]
async fn a_session_that_is_over_or_anothers_cannot_be_ended() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let of_john = john.session().session().to_string();
    for unknown in [of_john.as_str(), "0192f0c1-2345-4abc-8def-0123456789ab"] {
        assert_eq!(end(&service, &jane, unknown).await, 404, "{unknown}");
    }
    service.post("/token", &json!({"refresh_token": john.refresh})).await.expect(200);
    let refused = service.call(&jane, Method::DELETE, "/token/all", &Value::Null).await.expect(400);
    assert_eq!(refused.fields(), ["session"]);
    let old = jane.session().session().to_string();
    service.pass(30 * 24 * 60 * 60);
    let access = service.login("jane", PASSWORD).await.expect(200).body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(end(&service, &User { access, ..jane }, &old).await, 404);
}

/// The usernames that this user finds.
async fn found(service: &Service, user: &User, query: &str) -> Vec<String> {
    let users = service.get(user, &format!("/user/search?{query}")).await.expect(200).body["users"].clone();
    let usernames = users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned());
    usernames.collect()
}

async fn change(service: &Service, user: &User, changes: &Value) -> Value {
    service.call(user, Method::PATCH, "/user", changes).await.expect(200).body["user"].clone()
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_the_username() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.users(["Jo", "JOHN", "john-2", "jim", "jo.d", "j"]).await;
    service.unconfirmed("joe").await;
    for (query, expected) in [
        ("query=jo", &["Jo", "jo.d", "JOHN", "john-2"][..]),
        ("query=JO&limit=2", &["Jo", "jo.d"]),
        ("query=%20john%20", &["JOHN", "john-2"]),
        ("query=john-2", &["john-2"]),
        ("query=jo.", &["jo.d"]),
        ("query=ja", &[]),
        ("query=xx", &[]),
        ("query=exampl", &[]),
    ] {
        assert_eq!(found(&service, &jane, query).await, expected, "{query}");
    }
    for (query, fields) in [
        ("", &["query"][..]),
        ("query=j", &["query"]),
        ("query=john@example.com", &["query"]),
        ("query=jo&limit=0", &["limit"]),
        ("query=jo&limit=21", &["limit"]),
        ("query=%C3%A4%C3%A4&limit=x", &["query", "limit"]),
    ] {
        let refused = service.get(&jane, &format!("/user/search?{query}")).await.expect(400);
        assert_eq!(refused.fields(), fields, "{query}");
    }
}

#[tokio::test]
async fn a_search_shows_what_others_see_as_it_is_now() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let avatar = "https://example.com/john.png";
    change(&service, &john, &json!({"name": "John Doe", "avatar": avatar})).await;
    let users = service.get(&jane, "/user/search?query=john").await.expect(200).body["users"].clone();
    assert_eq!(users, json!([{"id": john.id, "name": "John Doe", "avatar": avatar, "username": "john"}]));
}

#[tokio::test]
async fn who_does_not_want_to_be_found_is_not_until_that_changes() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "JOhn"]).await;
    assert_eq!(service.get(&john, "/user").await.expect(200).body["user"]["searchable"], true);
    for (searchable, usernames) in [(false, &[][..]), (false, &[]), (true, &["JOhn"]), (true, &["JOhn"])] {
        let user = change(&service, &john, &json!({ "searchable": searchable })).await;
        assert_eq!(user["searchable"], searchable);
        assert_eq!(found(&service, &jane, "query=john").await, usernames, "{searchable}");
    }
    change(&service, &john, &json!({"name": "John Doe", "searchable": false})).await;
    change(&service, &john, &json!({"name": "John"})).await;
    assert_eq!(found(&service, &jane, "query=john").await, [""; 0]);
    let export = service.get(&john, "/user/export").await.expect(200).body["export"]["user"].clone();
    assert_eq!(export["searchable"], false);
}

#[tokio::test]
async fn who_leaves_is_found_no_more() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    service.leave(&john).await.expect(204);
    assert_eq!(found(&service, &jane, "query=john").await, [""; 0]);
    service.user("john").await;
    assert_eq!(found(&service, &jane, "query=john").await, ["john"]);
}

#[tokio::test]
async fn at_most_twenty_are_found_and_oneself_takes_nobodys_place() {
    let service = Service::start().await;
    let guests = service.guests(25).await;
    assert_eq!(found(&service, &guests[0], "query=guest").await.len(), 20);
    let others = found(&service, &guests[0], "query=guest&limit=3").await;
    assert_eq!(others, ["guest1", "guest10", "guest11"]);
}

/// The names in the address book, read in pages.
async fn contacts(service: &Service, user: &User) -> Vec<String> {
    let (mut names, mut path) = (Vec::new(), "/user/contacts".to_owned());
    loop {
        let body = service.get(user, &path).await.expect(200).body;
        let page = body["contacts"].as_array().unwrap();
        assert!(page.len() == 100 || body["cursor"].is_null(), "{body}");
        names.extend(page.iter().map(|contact| contact["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = body["cursor"].as_str() else { return names };
        path = format!("/user/contacts?cursor={cursor}");
    }
}

async fn add(service: &Service, user: &User, contact: &str) -> Response {
    service.put(user, &format!("/user/contacts/{contact}"), &Value::Null).await
}

async fn remove(service: &Service, user: &User, contact: &str) -> u16 {
    service.call(user, Method::DELETE, &format!("/user/contacts/{contact}"), &Value::Null).await.status
}

#[tokio::test]
async fn contacts_are_added_and_removed_the_latest_first() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let avatar = "https://example.com/john.png";
    change(&service, &john, &json!({"name": "John Doe", "avatar": avatar})).await;
    let card = json!({"id": john.id, "name": "John Doe", "avatar": avatar, "username": "john"});
    let [john, jim] = [john, jim].map(|user| user.id.to_string());
    for _ in 0..2 {
        assert_eq!(add(&service, &jane, &john).await.expect(200).body, json!({ "contact": card }));
    }
    add(&service, &jane, &jim).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, ["jim", "John Doe"]);
    let user = service.get(&jane, "/user").await.expect(200).body["user"].clone();
    assert_eq!(user["contacts"][1], card);
    add(&service, &jane, &john).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, ["John Doe", "jim"]);
    for (contact, statuses) in [(&john, [204, 404]), (&jim, [204, 404])] {
        for status in statuses {
            assert_eq!(remove(&service, &jane, contact).await, status);
        }
    }
    assert_eq!(contacts(&service, &jane).await, [""; 0]);
    add(&service, &jane, &jim).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, ["jim"]);
}

#[tokio::test]
async fn only_others_who_exist_become_contacts() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let pending = service.unconfirmed("jim").await.id.to_string();
    service.leave(&john).await.expect(204);
    for unknown in [&john.id.to_string(), &pending, "0192f0c1-2345-4abc-8def-0123456789ab"] {
        add(&service, &jane, unknown).await.expect(404);
    }
    for wrong in [&jane.id.to_string(), "john"] {
        assert_eq!(add(&service, &jane, wrong).await.expect(400).fields(), ["id"]);
    }
    assert_eq!(contacts(&service, &jane).await, [""; 0]);
}

#[tokio::test]
async fn of_too_many_contacts_the_oldest_goes_and_all_are_read_in_pages() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(501).await;
    let ids: Vec<_> = guests.iter().rev().skip(1).map(|guest| guest.id).collect();
    service.part::<Contacts>().add_contacts(jane.id, &ids).await.unwrap();
    let names: Vec<_> = guests.iter().rev().map(|guest| guest.name.clone()).collect();
    assert_eq!(contacts(&service, &jane).await, names[1..]);
    add(&service, &jane, &guests[500].id.to_string()).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, names[..500]);
    let export = service.get(&jane, "/user/export").await.expect(200).body["export"]["contacts"].clone();
    assert_eq!(export.as_array().unwrap().len(), 500);
    let cursor = service.get(&jane, "/user/contacts").await.expect(200).body["cursor"].as_str().unwrap().to_owned();
    let path = format!("/user/contacts?cursor={cursor}");
    for (user, path) in [(&guests[0], path.as_str()), (&jane, "/user/contacts?cursor=AAAA")] {
        assert_eq!(service.get(user, path).await.expect(400).fields(), ["cursor"]);
    }
}

#[tokio::test]
async fn contacts_who_have_left_are_passed_over() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(2).await;
    let gone = (0..100).map(|_| Uuid::new_v4());
    let ids: Vec<_> = [guests[0].id].into_iter().chain(gone).chain([guests[1].id]).collect();
    service.part::<Contacts>().add_contacts(jane.id, &ids[1..]).await.unwrap();
    let page = service.get(&jane, "/user/contacts").await.expect(200).body;
    assert_eq!((page["contacts"].as_array().unwrap().len(), &page["cursor"]), (1, &Value::Null), "no page is empty");
    service.part::<Contacts>().add_contacts(jane.id, &ids).await.unwrap();
    let page = service.get(&jane, "/user/contacts").await.expect(200).body;
    assert_eq!(page["contacts"].as_array().unwrap().len(), 1);
    service.get(&jane, &format!("/user/contacts?cursor={}", page["cursor"].as_str().unwrap())).await.expect(200);
}

#[tokio::test]
async fn whoever_is_sent_an_event_finds_its_organiser() {
    let service = Service::start().await;
    let [jane, john, jim, eve] = service.users(["jane", "john", "jim", "eve"]).await;
    add(&service, &john, &eve.id.to_string()).await.expect(200);
    let mut body = picnic(std::slice::from_ref(&john));
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!({"id": jim.email}));
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    assert_eq!(contacts(&service, &john).await, ["eve"], "a draft is nobody's affair");
    service.send_event(&jane, &path).await.expect(200);
    service.settle().await;
    assert_eq!(contacts(&service, &john).await, ["jane", "eve"]);
    assert_eq!(contacts(&service, &jim).await, ["jane"], "one who was invited by an address too");
    add(&service, &john, &eve.id.to_string()).await.expect(200);
    service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.settle().await;
    assert_eq!(contacts(&service, &john).await, ["eve", "jane"], "one who is there already stays in place");
}

#[tokio::test]
async fn of_a_full_address_book_nobody_goes_for_one_who_sends_an_event() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let guests = service.guests(500).await;
    let ids: Vec<_> = guests.iter().map(|guest| guest.id).collect();
    service.part::<Contacts>().add_contacts(john.id, &ids).await.unwrap();
    let before = contacts(&service, &john).await;
    service.picnic(&jane, std::slice::from_ref(&john)).await;
    service.settle().await;
    assert_eq!((before.len(), &contacts(&service, &john).await), (500, &before));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_sent_to_one_user_at_once_leave_all_organisers_in_the_book() {
    let service = Service::start().await;
    let john = service.user("john").await;
    let organisers = service.guests(12).await;
    join_all(organisers.iter().map(|organiser| service.picnic(organiser, std::slice::from_ref(&john)))).await;
    service.settle().await;
    assert_eq!(contacts(&service, &john).await.len(), 12);
}

#[tokio::test]
async fn several_contacts_added_at_once_are_all_there() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(4).await;
    for response in join_all(guests.iter().map(async |guest| add(&service, &jane, &guest.id.to_string()).await)).await {
        response.expect(200);
    }
    assert_eq!(contacts(&service, &jane).await.len(), 4);
}

#[tokio::test]
async fn an_address_book_of_older_days_is_read_and_goes_on() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let text = |text: String| AttributeValue::S(text);
    let table = service.local.environment("contacts")["USERS_TABLE"].clone();
    let put = service.local.dynamodb_client().put_item().table_name(table);
    let put = put.item("pk", text(format!("CONTACTS#{}", jane.id))).item("sk", text("CONTACTS".to_owned()));
    let put = put.item("people", AttributeValue::L(vec![text(john.id.to_string())]));
    put.item("version", AttributeValue::N("1".to_owned())).send().await.unwrap();
    assert_eq!(contacts(&service, &jane).await, ["john"]);
    add(&service, &jane, &jim.id.to_string()).await.expect(200);
    assert_eq!(contacts(&service, &jane).await, ["jim", "john"]);
}
