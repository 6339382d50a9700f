//! What users do with each other and with their own accounts: ending a session.

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
