//! `POST /user/password/forgot` and `POST /user/password/reset`.

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use tests::{PASSWORD, Response, Service};

const NEW: &str = "battery staple";

async fn reset(service: &Service, token: &str, password: &str) -> Response {
    service.post("/user/password/reset", &json!({"token": token, "new_password": password})).await
}

/// A service with jane, and the token of the link mailed to her.
async fn asked() -> (Service, tests::User, String) {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    assert_eq!(service.forgot("jane").await.expect(200).body, json!({}));
    let token = service.mailed_token(&jane.email);
    (service, jane, token)
}

#[tokio::test]
async fn the_link_sets_a_new_password_once() {
    let (service, _, token) = asked().await;
    assert_eq!(reset(&service, &token, NEW).await.expect(200).body, json!({}));
    service.login("jane", PASSWORD).await.expect(403);
    service.login("jane", NEW).await.expect(200);
    reset(&service, &token, "another password").await.expect(410);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn a_login_is_an_id_an_address_or_a_name() {
    let service = Service::start().await;
    let jane = service.user("Jane").await;
    for login in [&jane.id.to_string(), "jane", "JANE@example.com"] {
        service.forgot(login).await.expect(200);
        service.pass(60);
    }
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 3);
    // In an envelope as well.
    service.post("/user/password/forgot", &json!({"login": {"username": "jane"}})).await.expect(200);
}

#[tokio::test]
async fn an_address_may_stand_at_its_own_key_and_the_password_be_spelt_as_javascript_does() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for key in ["e-mail", "email"] {
        service.post("/user/password/forgot", &json!({"login": {key: jane.email}})).await.expect(200);
        service.pass(60);
    }
    assert_eq!(service.local.mailbox().mails(Some(&jane.email)).len(), 2);
    let body = json!({"token": service.mailed_token(&jane.email), "newPassword": NEW});
    service.post("/user/password/reset", &body).await.expect(200);
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn all_sessions_end_and_a_mail_tells_of_it() {
    let (service, jane, token) = asked().await;
    reset(&service, &token, NEW).await.expect(200);
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(401);
    let subjects: Vec<_> =
        service.local.mailbox().mails(Some(&jane.email)).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["Set a new password", "Your password was changed"]);
}

#[tokio::test]
async fn nobody_learns_whether_a_login_exists() {
    let service = Service::start().await;
    service.register("pending").await.expect(200);
    service.local.mailbox().clear().unwrap();
    let unknown = ["nobody", "nobody@example.com", "0192f0c1-2345-4abc-8def-0123456789ab", "pending"];
    for login in unknown {
        assert_eq!(service.forgot(login).await.expect(200).body, json!({}), "{login}");
    }
    assert_eq!(service.local.mailbox().mails(None), []);
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.user("jane").await;
    for login in [&unknown[..], &["jane"]].concat() {
        service.forgot(login).await.expect(503);
    }
}

#[tokio::test]
async fn a_link_works_for_half_an_hour() {
    for (seconds, status) in [(30 * 60 - 1, 200), (30 * 60, 410)] {
        let (service, _, token) = asked().await;
        service.pass(seconds);
        reset(&service, &token, NEW).await.expect(status);
    }
}

#[tokio::test]
async fn the_older_link_dies_with_the_newer() {
    let (service, jane, first) = asked().await;
    service.pass(60);
    service.forgot("jane").await.expect(200);
    reset(&service, &first, NEW).await.expect(410);
    reset(&service, &service.mailed_token(&jane.email), NEW).await.expect(200);
}

#[tokio::test]
async fn a_password_changed_otherwise_makes_the_link_worthless() {
    let (service, jane, token) = asked().await;
    let change = json!({"old_password": PASSWORD, "new_password": "quite another"});
    service.put(&jane, "/user/password", &change).await.expect(200);
    reset(&service, &token, NEW).await.expect(410);
}

#[tokio::test]
async fn a_link_of_one_kind_is_none_of_the_other() {
    let (service, _, token) = asked().await;
    service.confirm(&token).await.expect(410);
    service.register("john").await.expect(200);
    reset(&service, &service.mailed_token("john@example.com"), NEW).await.expect(410);
}

#[tokio::test]
async fn a_request_that_has_a_name_can_be_repeated_for_a_minute() {
    let (service, _, token) = asked().await;
    let named = async |name: &str| {
        let request = service.request(Method::POST, "/user/password/reset").header("idempotency-key", name);
        service.send(request.json(&json!({"token": token, "new_password": NEW}))).await
    };
    let other = service.request(Method::POST, "/user/password/reset").header("idempotency-key", "1");
    named("1").await.expect(200);
    service.send(other.json(&json!({"token": token, "new_password": "quite another"}))).await.expect(422);
    for (wait, name, status) in [(0, "1", 200), (59, "1", 200), (0, "2", 410), (1, "1", 410)] {
        service.pass(wait);
        named(name).await.expect(status);
    }
    service.login("jane", NEW).await.expect(200);
}

#[tokio::test]
async fn what_a_used_link_answers_depends_on_no_password() {
    let (service, _, token) = asked().await;
    reset(&service, &token, NEW).await.expect(200);
    let session = service.login("jane", NEW).await.expect(200).body["refresh_token"].clone();
    for password in [NEW, PASSWORD, "quite another", "short"] {
        let response = reset(&service, &token, password).await.expect(410);
        assert!(response.body["message"].as_str().unwrap().contains("used already"), "{}", response.body);
    }
    service.post("/token", &json!({"refresh_token": session})).await.expect(200);
}

#[tokio::test]
async fn a_new_password_follows_the_rules_and_a_refused_one_spends_nothing() {
    let (service, _, token) = asked().await;
    let missing = Value::Null;
    for (token, new, fields) in [
        (json!(token), json!("short"), vec!["new_password"]),
        (json!(token), json!("jane@example.com"), vec!["new_password"]),
        (json!(token), missing.clone(), vec!["new_password"]),
        (json!("no token"), missing, vec!["token", "new_password"]),
        (json!(7), json!([]), vec!["token", "new_password"]),
    ] {
        let response = service.post("/user/password/reset", &json!({"token": token, "new_password": new})).await;
        assert_eq!((response.status, response.fields()), (400, fields), "{token} {new}");
    }
    reset(&service, &token, NEW).await.expect(200);
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_can_be_asked_for_at_once() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    service.forgot("jane").await.expect(503);
    service.local.mailbox().set_failure(mock::Failure::None);
    service.forgot("jane").await.expect(200);
    reset(&service, &service.mailed_token(&jane.email), NEW).await.expect(200);
}

#[tokio::test]
async fn a_browser_is_given_a_page_that_the_mail_links_to() {
    let (service, jane, token) = asked().await;
    let mail = service.local.mailbox().mails(Some(&jane.email)).remove(0);
    let path = format!("/user/password/reset?token={token}");
    for text in [&mail.text, &mail.html] {
        assert!(text.contains(&format!("{}{path}", service.local.api_url())), "{text}");
        assert!(text.contains("1 January 2027, 12:30 UTC"), "{text}");
    }
    for accept in ["text/html,application/xhtml+xml", "*/*"] {
        let page = service.send(service.request(Method::GET, &path).header(ACCEPT, accept)).await.expect(200);
        let html = page.body.as_str().unwrap();
        assert!(html.contains("data-view=\"reset\"") && !html.contains(&token), "{html}");
    }
    reset(&service, &token, NEW).await.expect(200);
}

#[tokio::test]
async fn a_front_end_has_its_own_page() {
    let service = Service::start_with(|options| {
        options.parameters.insert("PasswordResetUrl".to_owned(), "https://front.example/reset?lang=en".to_owned());
        options.parameters.insert("FrontendUrl".to_owned(), "https://front.example/confirm".to_owned());
    })
    .await;
    let jane = service.user("jane").await;
    service.forgot("jane").await.expect(200);
    let mail = service.local.mailbox().mails(Some(&jane.email)).remove(0);
    assert!(mail.text.contains("\nhttps://front.example/reset?lang=en&token="), "{}", mail.text);
}
