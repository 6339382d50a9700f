//! `PUT /user/password`.

use serde_json::{Value, json};
use tests::{PASSWORD, Response, Service, User};

const NEW: &str = "battery staple";

async fn change(service: &Service, user: &User, old: &str, new: &str) -> Response {
    service.put(user, "/user/password", &json!({"old_password": old, "new_password": new})).await
}

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_one() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    assert_eq!(change(&service, &jane, PASSWORD, NEW).await.expect(200).body, json!({}));
    service.login("jane", PASSWORD).await.expect(403);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn the_passwords_may_be_spelt_as_javascript_does() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let body = json!({"oldPassword": PASSWORD, "newPassword": NEW});
    service.put(&jane, "/user/password", &body).await.expect(200);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn the_other_sessions_end_and_this_one_goes_on() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    change(&service, &jane, PASSWORD, NEW).await.expect(200);
    service.post("/token", &json!({"refresh_token": tokens["refresh_token"]})).await.expect(401);
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(200);
}

#[tokio::test]
async fn a_mail_tells_of_it() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    change(&service, &jane, PASSWORD, NEW).await.expect(200);
    let mail = service.local.mailbox().mails(Some(&jane.email)).remove(0);
    assert_eq!(mail.subject, "Your password was changed");
    for text in [&mail.text, &mail.html] {
        assert!(text.contains("1 January 2027, 12:00 UTC") && text.contains("127.0.0.1"), "{text}");
    }
}

#[tokio::test]
async fn without_the_mail_the_password_is_changed_all_the_same() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    change(&service, &jane, PASSWORD, NEW).await.expect(200);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn it_takes_the_old_password() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for _ in 0..5 {
        change(&service, &jane, "guess", NEW).await.expect(403);
    }
    change(&service, &jane, PASSWORD, NEW).await.expect(429);
    service.pass(1);
    change(&service, &jane, PASSWORD, NEW).await.expect(200);
    assert_eq!(service.local.mailbox().sent(), 1);
}

#[tokio::test]
async fn repeating_it_after_a_lost_answer_does_no_harm() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for _ in 0..2 {
        change(&service, &jane, PASSWORD, NEW).await.expect(200);
    }
    service.login("jane", NEW).await.expect(200);
    service.pass(60);
    change(&service, &jane, PASSWORD, NEW).await.expect(403);
}

#[tokio::test]
async fn nothing_but_the_old_password_changes_it() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let other = service.login("jane", PASSWORD).await.expect(200).body["refresh_token"].clone();
    for (old, new) in [("guess", PASSWORD), ("guess", NEW), (NEW, PASSWORD)] {
        change(&service, &jane, old, new).await.expect(403);
    }
    service.post("/token", &json!({"refresh_token": other})).await.expect(200);
    change(&service, &jane, PASSWORD, NEW).await.expect(200);
    change(&service, &jane, PASSWORD, "quite another").await.expect(403);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn a_new_password_follows_the_rules() {
    let service = Service::start().await;
    let jane = service.user("janedoe").await;
    let text = |value: &str| json!(value);
    for (old, new, fields) in [
        (text(PASSWORD), text("short"), vec!["new_password"]),
        (text(PASSWORD), text("JaneDoe1"), vec!["new_password"]),
        (text(PASSWORD), text("qwertyuiop"), vec!["new_password"]),
        (text(PASSWORD), Value::Null, vec!["new_password"]),
        (json!(7), json!([]), vec!["old_password", "new_password"]),
    ] {
        let body = json!({"old_password": old, "new_password": new});
        let response = service.put(&jane, "/user/password", &body).await;
        assert_eq!((response.status, response.fields()), (400, fields), "{body}");
    }
    service.login("janedoe", PASSWORD).await.expect(200);
}
