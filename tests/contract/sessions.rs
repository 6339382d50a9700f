//! `POST /token`, `POST /token/revoke` and `GET /token`.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Response, Service, User};

const DAY: i64 = 24 * 60 * 60;

async fn refresh(service: &Service, token: &str) -> Response {
    service.post("/token", &json!({"refresh_token": token})).await
}

async fn revoke(service: &Service, token: &str) -> Response {
    service.post("/token/revoke", &json!({"refresh_token": token})).await
}

async fn refreshed(service: &Service, token: &str) -> String {
    refresh(service, token).await.expect(200).body["refresh_token"].as_str().unwrap().to_owned()
}

async fn start() -> (Service, User) {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    (service, jane)
}

#[tokio::test]
async fn a_refresh_token_is_replaced_each_time() {
    let (service, jane) = start().await;
    let mut token = jane.refresh.clone();
    for _ in 0..127 {
        service.pass(60);
        let next = refreshed(&service, &token).await;
        assert_ne!(next, token);
        token = next;
    }
}

#[tokio::test]
async fn a_refresh_gives_a_valid_access_token() {
    let (service, jane) = start().await;
    service.pass(3659);
    service.get(&jane, "/user").await.expect(200);
    service.pass(1);
    service.get(&jane, "/user").await.expect(401);
    let tokens = refresh(&service, &jane.refresh).await.expect(200).body;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    service.get(&User { access, ..jane }, "/user").await.expect(200);
}

#[tokio::test]
async fn a_spent_token_is_honoured_for_ten_seconds() {
    let (service, jane) = start().await;
    let next = refreshed(&service, &jane.refresh).await;
    service.pass(10);
    assert_eq!(refreshed(&service, &jane.refresh).await, next, "no session has two tokens");
    refreshed(&service, &next).await;
}

#[tokio::test]
async fn a_spent_token_that_comes_back_later_ends_the_session() {
    let (service, jane) = start().await;
    let next = refreshed(&service, &jane.refresh).await;
    service.pass(11);
    refresh(&service, &jane.refresh).await.expect(401);
    refresh(&service, &next).await.expect(401);
}

#[tokio::test]
async fn a_thief_who_is_slower_than_the_owner_ends_the_session_for_both() {
    let (service, jane) = start().await;
    let stolen = jane.refresh.clone();
    let second = refreshed(&service, &jane.refresh).await;
    let third = refreshed(&service, &second).await;
    refresh(&service, &stolen).await.expect(401);
    refresh(&service, &third).await.expect(401);
    service.login("jane", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn one_session_that_ends_leaves_the_others() {
    let (service, jane) = start().await;
    let other = service.login("jane", PASSWORD).await.expect(200).body["refresh_token"].as_str().unwrap().to_owned();
    revoke(&service, &jane.refresh).await.expect(200);
    refresh(&service, &jane.refresh).await.expect(401);
    refreshed(&service, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_uses_of_one_token_at_once_leave_one_session() {
    let (service, jane) = start().await;
    let responses = join_all((0..20).map(|_| refresh(&service, &jane.refresh))).await;
    let tokens: std::collections::HashSet<_> =
        responses.into_iter().map(|response| response.expect(200).body["refresh_token"].to_string()).collect();
    assert_eq!(tokens.len(), 1);
    let token = tokens.into_iter().next().unwrap();
    refreshed(&service, token.trim_matches('"')).await;
}

#[tokio::test]
async fn a_session_ends_thirty_days_after_its_last_use() {
    let (service, jane) = start().await;
    service.pass(30 * DAY - 1);
    let token = refreshed(&service, &jane.refresh).await;
    service.pass(30 * DAY);
    refresh(&service, &token).await.expect(401);
}

#[tokio::test]
async fn a_session_ends_ninety_days_after_the_login() {
    let (service, jane) = start().await;
    let mut token = jane.refresh.clone();
    for _ in 0..4 {
        service.pass(20 * DAY);
        token = refreshed(&service, &token).await;
    }
    service.pass(10 * DAY - 1);
    token = refreshed(&service, &token).await;
    service.pass(1);
    refresh(&service, &token).await.expect(401);
}

#[tokio::test]
async fn logging_out_is_final_and_never_fails() {
    let (service, jane) = start().await;
    for _ in 0..2 {
        assert_eq!(revoke(&service, &jane.refresh).await.expect(200).body, json!({}));
    }
    refresh(&service, &jane.refresh).await.expect(401);
    for unknown in ["", "nonsense", &"A".repeat(86)] {
        revoke(&service, unknown).await.expect(200);
    }
    assert_eq!(service.post("/token/revoke", &json!({})).await.expect(400).fields(), ["refresh_token"]);
    assert_eq!(
        service.post("/token/revoke", &json!({"refresh_token": 7})).await.expect(400).fields(),
        ["refresh_token"]
    );
}

#[tokio::test]
async fn a_made_up_token_ends_nobodys_session() {
    let (service, jane) = start().await;
    let last = if jane.refresh.ends_with('A') { "Q" } else { "A" };
    for other in ["nonsense", &"A".repeat(86), &jane.access, &format!("{}{last}A", &"A".repeat(84))] {
        refresh(&service, other).await.expect(401);
    }
    refreshed(&service, &jane.refresh).await;
    assert_eq!(service.post("/token", &json!({"refresh_token": null})).await.expect(400).fields(), ["refresh_token"]);
}

/// The access token, the list of sessions and the export contain both ids.
#[tokio::test]
async fn whoever_knows_the_ids_of_a_session_cannot_end_it() {
    let (service, jane) = start().await;
    let next = refreshed(&service, &jane.refresh).await;
    service.pass(11);
    for position in [43, 60, 84] {
        for text in [&jane.refresh, &next] {
            refresh(&service, &altered(text, position)).await.expect(401);
            service.pass(1800);
        }
    }
    let next = refreshed(&service, &next).await;
    service.pass(11);
    refresh(&service, &jane.refresh).await.expect(401);
    refresh(&service, &next).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sessions_are_the_most_and_the_oldest_ends() {
    let (service, jane) = start().await;
    let login = async || {
        service.pass(1);
        service.login("jane", PASSWORD).await.expect(200).body["refresh_token"].as_str().unwrap().to_owned()
    };
    let second = login().await;
    for _ in 0..98 {
        login().await;
    }
    refreshed(&service, &jane.refresh).await;
    login().await;
    refresh(&service, &jane.refresh).await.expect(401);
    refreshed(&service, &second).await;
    join_all((0..20).map(|_| service.login("jane", PASSWORD))).await;
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(list(&service, &User { access, ..jane }).await.len(), 100);
}

/// The token with another character at that place.
fn altered(token: &str, position: usize) -> String {
    let other = if token.as_bytes()[position] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &token[..position], &token[position + 1..])
}

#[tokio::test]
async fn logging_out_takes_a_token_of_the_session() {
    let (service, jane) = start().await;
    let made_up = altered(&jane.refresh, 60);
    revoke(&service, &made_up).await.expect(200);
    let next = refreshed(&service, &jane.refresh).await;
    revoke(&service, &jane.refresh).await.expect(200);
    refresh(&service, &next).await.expect(401);
}

async fn list(service: &Service, user: &User) -> Vec<Value> {
    service.get(user, "/token").await.expect(200).body["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_sessions_of_a_user_tell_when_and_from_where() {
    let (service, jane) = start().await;
    service.user("john").await;
    service.pass(60);
    let login = json!({"username": "jane", "password": PASSWORD});
    let request = service.request(Method::POST, "/login").json(&login).header("user-agent", "Browser/1.0");
    let tokens = service.send(request).await.expect(200).body;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let other = User { access, ..jane.clone() };

    let sessions = list(&service, &other).await;
    let shown: Vec<_> = sessions.iter().map(|session| json!([session["created_at"], session["current"]])).collect();
    assert_eq!(shown, [json!(["2027-01-01T12:01:00Z", true]), json!(["2027-01-01T12:00:00Z", false])]);
    assert_eq!((&sessions[0]["address"], &sessions[0]["agent"]), (&json!("127.0.0.1"), &json!("Browser/1.0")));

    service.pass(60);
    refreshed(&service, &jane.refresh).await;
    let sessions = list(&service, &other).await;
    let shown: Vec<_> = sessions.iter().map(|session| json!([session["last_used_at"], session["current"]])).collect();
    assert_eq!(shown, [json!(["2027-01-01T12:02:00Z", false]), json!(["2027-01-01T12:01:00Z", true])]);
}

#[tokio::test]
async fn sessions_that_are_over_are_not_listed() {
    let (service, jane) = start().await;
    service.pass(30 * DAY);
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let sessions = list(&service, &User { access, ..jane }).await;
    assert_eq!(sessions.len(), 1);
}

#[tokio::test]
async fn all_sessions_end_at_once_and_nobody_elses() {
    let (service, jane) = start().await;
    let john = service.user("john").await;
    let other = service.login("jane", PASSWORD).await.expect(200).body["refresh_token"].as_str().unwrap().to_owned();
    let all = json!({"all": true});
    service.post("/token/revoke", &all).await.expect(401);
    refreshed(&service, &other).await;
    for _ in 0..2 {
        service.call(&jane, Method::POST, "/token/revoke", &all).await.expect(200);
    }
    for token in [&jane.refresh, &other] {
        refresh(&service, token).await.expect(401);
    }
    service.get(&jane, "/token").await.expect(401);
    refreshed(&service, &john.refresh).await;
}
