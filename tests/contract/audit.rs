//! The log: one line a request, and the audit trail. The harness checks in every test that no line contains anything personal or secret.

use reqwest::Method;
use serde_json::{Value, json};
use shared::log::{Act, Metric};
use tests::schema::workspace;
use tests::{OLD_HASH, PASSWORD, Service, picnic, vote};

#[tokio::test]
async fn what_is_done_to_an_account_leaves_a_trail() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    service.register("john").await.expect(200);
    service.pass(60);
    service.post("/user/confirm", &json!({"username": "john", "password": "john's password"})).await.expect(200);
    service.confirm(&"A".repeat(64)).await.expect(410);
    service.confirm(&service.mailed_token("john@example.com")).await.expect(200);
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    for _ in 0..5 {
        service.login("jane", "guess").await.expect(403);
    }
    service.login("jane", PASSWORD).await.expect(429);
    service.post("/token", &json!({"refresh_token": tokens["refresh_token"]})).await.expect(200);
    service.pass(11);
    service.post("/token", &json!({"refresh_token": tokens["refresh_token"]})).await.expect(401);
    service.call(&jane, Method::PATCH, "/user", &json!({"name": "Jane Doe"})).await.expect(200);
    service.get(&jane, "/user/export").await.expect(200);
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    service.put(&jane, "/user/password", &change).await.expect(200);
    service.forgot("nobody").await.expect(200);
    service.forgot("jane").await.expect(200);
    let reset = json!({"token": service.mailed_token(&jane.email), "new_password": PASSWORD});
    service.post("/user/password/reset", &reset).await.expect(200);
    service.pass(60);
    let again = service.login("jane", PASSWORD).await.expect(200).body;
    service.post("/token/revoke", &json!({"refresh_token": again["refresh_token"]})).await.expect(200);
    service.call(&jane, Method::POST, "/token/revoke", &json!({"all": true})).await.expect(200);
    service.leave(&jane).await.expect(204);

    let trail = service.logged("audit");
    let acts: Vec<_> = trail.iter().map(|line| line["act"].as_str().unwrap()).collect();
    let mut expected =
        vec!["user.registered", "user.confirmation_resent", "token.refused", "user.confirmed", "session.opened"];
    expected.extend(["password.refused"; 5]);
    expected.extend(["password.not_taken", "session.refreshed", "session.replayed", "user.updated", "user.exported"]);
    expected.extend(["password.changed", "password.forgotten", "password.forgotten", "password.reset"]);
    expected.extend(["session.opened", "session.ended", "session.all_ended", "user.deleted"]);
    assert_eq!(acts, expected);
    for line in &trail {
        let account = &line["account"];
        let is_nobodys = line["act"] == "password.forgotten" && account.is_null();
        assert!(is_nobodys || account.as_str().is_some_and(|id| id.len() == 36), "{line}");
        assert_eq!(line["address"], "127.0.0.1", "{line}");
        assert!(line["at"].as_str().unwrap().starts_with("2027-01-01T12:0"), "{line}");
        assert!(line["request_id"].is_string(), "{line}");
    }
    let by: Vec<_> =
        trail.iter().filter(|line| line["act"] == "user.exported").map(|line| line["by"].clone()).collect();
    assert_eq!(by, [json!(jane.id)]);
}

#[tokio::test]
async fn what_is_done_to_an_event_leaves_a_trail() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &json!({"event": {}})).await;
    let path = format!("/event/{id}");
    service.put(&jane, &path, &picnic(std::slice::from_ref(&john))).await.expect(200);
    service.send_event(&jane, &path).await.expect(200);
    service.put(&john, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
    service.put(&john, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    service.call(&jane, Method::DELETE, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    service.call(&john, Method::DELETE, &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
    service.put(&john, &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
    service.put(&jane, &format!("{path}/organiser"), &json!({"id": john.id})).await.expect(200);
    service.call(&john, Method::DELETE, &path, &Value::Null).await.expect(204);
    let trail: Vec<_> = service
        .logged("audit")
        .into_iter()
        .map(|line| (line["act"].clone(), line["by"].clone(), line["event"].clone()))
        .collect();
    let expected = [
        ("event.created", &jane),
        ("event.updated", &jane),
        ("event.sent", &jane),
        ("event.voted", &john),
        ("event.settled", &john),
        ("event.voted", &john),
        ("event.settled", &john),
        ("event.reopened", &jane),
        ("event.vote_taken_back", &john),
        ("event.decided", &jane),
        ("event.answered", &john),
        ("event.handed_over", &jane),
        ("event.deleted", &john),
    ];
    assert_eq!(trail, expected.map(|(act, user)| (json!(act), json!(user.id), json!(id))));
}

#[tokio::test]
async fn what_does_not_happen_leaves_no_trail() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let before = service.logged("audit").len();
    service.call(&john, Method::DELETE, &path, &Value::Null).await.expect(403);
    service.put(&jane, &path, &json!({"event": {}})).await.expect(409);
    service.send_event(&jane, &path).await.expect(200);
    service.post("/user", &json!({})).await.expect(400);
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.register("jim").await.expect(503);
    assert_eq!(service.logged("audit").len(), before);
}

#[tokio::test]
async fn every_request_leaves_one_line() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.get(&jane, "/user").await.expect(200);
    let response = service.get(&jane, "/event/0192f0c1-2345-4abc-8def-0123456789ab").await.expect(404);
    service.post("/login", &json!({})).await.expect(400);
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.register("john").await.expect(503);
    let lines = service.logged("request");
    let facts =
        |line: &Value| ["route", "status", "outcome", "level", "cold", "by", "during"].map(|field| line[field].clone());
    let own = json!(jane.id);
    let none = Value::Null;
    let expected = [
        [json!("GET /user"), json!(200), json!("success"), json!("INFO"), json!(true), own.clone(), none.clone()],
        [json!("GET /event/{id}"), json!(404), json!("no_such_event"), json!("INFO"), json!(true), own, none.clone()],
        [json!("POST /login"), json!(400), json!("invalid"), json!("INFO"), json!(true), none.clone(), none.clone()],
        [json!("POST /user"), json!(503), json!("unavailable"), json!("WARN"), json!(true), none, json!("SendEmail")],
    ];
    assert_eq!(lines.iter().map(facts).collect::<Vec<_>>(), expected);
    assert_eq!(lines[1]["request_id"], response.header("x-request-id"));
    assert!(lines.iter().all(|line| line["duration_ms"].is_u64()));
    service.get(&jane, "/user").await.expect(200);
    assert_eq!(service.logged("request")[4]["cold"], false);
}

#[tokio::test]
async fn what_goes_wrong_beside_the_request_is_logged() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    service.put(&jane, "/user/password", &change).await.expect(200);
    let trouble = service.logged("trouble");
    assert_eq!((trouble.len(), &trouble[0]["during"]), (1, &json!("SendEmail")));
}

/// The metrics in the lines, as CloudWatch reads them.
fn counted(service: &Service) -> Vec<String> {
    let lines = ["audit", "request", "trouble"].into_iter().flat_map(|kind| service.logged(kind));
    let metrics = lines.filter(|line| line["_aws"].is_object()).map(|line| {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "plans", "{line}");
        assert_eq!(directive["Dimensions"], json!([[]]), "{line}");
        assert!(line["_aws"]["Timestamp"].as_i64().unwrap() >= 1_798_804_800_000, "milliseconds: {line}");
        let name = directive["Metrics"][0]["Name"].as_str().unwrap().to_owned();
        assert_eq!(line[&name], 1, "{line}");
        name
    });
    metrics.collect()
}

#[tokio::test]
async fn what_matters_to_the_operator_is_counted() {
    let service = Service::start_with(|options| {
        options.env.insert("METRICS_NAMESPACE".to_owned(), "plans".to_owned());
    })
    .await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    assert_eq!(counted(&service), [""; 0]);
    service.register("jim").await.expect(200);
    service.confirm(&service.mailed_token("jim@example.com")).await.expect(200);
    service.login("jane", "guess").await.expect(403);
    service.put(&john, &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.register("joe").await.expect(503);
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    service.put(&jane, "/user/password", &change).await.expect(200);
    let names = ["Registered", "Confirmed", "LoginFailed", "Votes", "MailFailed", "MailFailed"];
    assert_eq!(counted(&service), names);
    assert!(Metric::ALL.iter().all(|metric| names.contains(&metric.name())));
}

/// Checks the check of the harness that no log contains a secret.
#[tokio::test]
async fn a_secret_in_the_log_fails_the_test_that_it_came_up_in() {
    for what in ["nothing", "a password", "a hash", "an address", "a name", "an access token", "a refresh token"] {
        let service = Service::start().await;
        let jane = service.user_with("jane", OLD_HASH).await;
        let planted = match what {
            "a password" => "jane's new password",
            "a hash" => OLD_HASH,
            "an address" => &jane.email,
            "a name" => "Jane Doe",
            "an access token" => &jane.access,
            "a refresh token" => &jane.refresh,
            _ => "no secret",
        };
        service.call(&jane, Method::PATCH, "/user", &json!({"name": "Jane Doe"})).await.expect(200);
        let change = json!({"old_password": PASSWORD, "new_password": "jane's new password"});
        service.put(&jane, "/user/password", &change).await.expect(200);
        service.log_line(&json!({"type": "trouble", "message": format!("see {planted}")}).to_string());
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(service)));
        assert_eq!(ended.is_err(), what != "nothing", "{what}");
    }
}

#[test]
fn the_documentation_names_every_act() {
    let text = std::fs::read_to_string(workspace(".github/SECURITY.md")).unwrap();
    for &act in Act::ALL {
        assert!(text.contains(&format!("| `{}` |", act.name())), "SECURITY.md does not tell of {}", act.name());
    }
}
