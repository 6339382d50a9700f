//! `POST /user`.

use serde_json::json;
use tests::{Service, registration};

#[tokio::test]
async fn a_registration_brings_one_mail_and_an_inactive_user() {
    let service = Service::start().await;
    assert_eq!(service.register("jane").await.expect(200).body, json!({}));
    assert_eq!(service.local.mailbox().mails(Some("jane@example.com")).len(), 1);
    let refused = service.login("jane", "jane's password").await.expect(403);
    assert!(refused.body["message"].as_str().unwrap().contains("Confirm"), "{}", refused.body);
}

#[tokio::test]
async fn a_taken_name_or_address_is_a_conflict_whatever_its_case() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.register("john").await.expect(200);
    service.confirm(&service.mailed_token("john@example.com")).await.expect(200);
    let cases = [
        ("the same again", "jane", "jane@example.com"),
        ("a pending name in another case", "JANE", "other@example.com"),
        ("a confirmed name", "john", "other@example.com"),
        ("a confirmed address in another case", "other", "John@Example.com"),
    ];
    for (case, username, email) in cases {
        let body = json!({"username": username, "password": "long enough", "email": email});
        let response = service.post("/user", &body).await;
        assert_eq!(response.status, 409, "{case}");
        assert_eq!(
            response.body,
            json!({"message": "User is already exist in Data Base", "code": "user_exists"}),
            "{case}"
        );
    }
    assert_eq!(service.local.mailbox().sent(), 2);
}

#[tokio::test]
async fn a_name_and_an_address_stay_taken_once_confirmed() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
    service.pass(2 * 24 * 60 * 60);
    service.register("jane").await.expect(409);
}

#[tokio::test]
async fn whoever_does_not_confirm_within_a_day_is_gone() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    service.pass(24 * 60 * 60 - 1);
    service.register("jane").await.expect(409);
    service.pass(1);
    service.confirm(&token).await.expect(410);
    service.login("jane", "jane's password").await.expect(403);
    service.register("jane").await.expect(200);
    service.confirm(&token).await.expect(410);
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
}

#[tokio::test]
async fn dynamodb_deletes_what_has_expired_and_nothing_else() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.register("john").await.expect(200);
    service.confirm(&service.mailed_token("john@example.com")).await.expect(200);
    service.pass(24 * 60 * 60 + 1);
    assert_eq!(
        service.local.sweep().unwrap(),
        5,
        "the user, the name, the address, and how many mails went to two addresses"
    );
    service.login("john", "john's password").await.expect(200);
    service.register("jane").await.expect(200);
}

#[tokio::test]
async fn without_a_mail_nothing_is_kept() {
    for failure in [mock::Failure::Throttle, mock::Failure::Down] {
        let service = Service::start().await;
        service.local.mailbox().set_failure(failure);
        let response = service.register("jane").await.expect(503);
        assert!(!response.body.to_string().contains("SES"), "{}", response.body);
        assert_eq!(response.header("retry-after"), "1");
        service.local.mailbox().set_failure(mock::Failure::None);
        service.register("jane").await.expect(200);
        service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
    }
}

#[tokio::test]
async fn every_fault_is_named_and_nothing_is_kept() {
    let service = Service::start().await;
    let body = json!({"post-data": {"username": "a b", "password": "short", "e-mail": "nobody"}});
    let response = service.post("/user", &body).await.expect(400);
    assert_eq!(response.fields(), ["post-data.username", "post-data.e-mail", "post-data.password"]);
    assert_eq!(service.local.mailbox().sent(), 0);
    service.post("/user", &registration("jane")).await.expect(200);
}
