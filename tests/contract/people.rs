//! What users do with each other and with their own accounts: ending a session, finding somebody.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Service, User};

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
