//! `PUT /user/e-mail` and the link that it mails.

use mock::Failure;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, Response, Service, User, token_in};

const NEW: &str = "jane.doe@example.org";

async fn ask(service: &Service, user: &User, email: &str) -> Response {
    service.put(user, "/user/e-mail", &json!({"password": PASSWORD, "e-mail": email})).await
}

/// Asks for [`NEW`]. Returns the token of the link.
async fn asked(service: &Service, user: &User) -> String {
    assert_eq!(ask(service, user, NEW).await.expect(200).body, json!({}));
    service.mailed_token(NEW)
}

async fn confirm(service: &Service, token: &str) -> Response {
    service.post("/user/e-mail/confirm", &json!({ "token": token })).await
}

async fn email(service: &Service, user: &User) -> Value {
    service.get(user, "/user").await.expect(200).body["user"]["e-mail"].clone()
}

async fn start() -> (Service, User) {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    (service, jane)
}

#[tokio::test]
async fn the_address_changes_once_the_link_is_opened_and_sessions_go_on() {
    let (service, jane) = start().await;
    let token = asked(&service, &jane).await;
    assert_eq!(email(&service, &jane).await, jane.email);
    service.login(NEW, PASSWORD).await.expect(403);
    for _ in 0..2 {
        assert_eq!(confirm(&service, &token).await.expect(200).body, json!({}));
    }
    assert_eq!(email(&service, &jane).await, NEW);
    service.login(&NEW.to_uppercase(), PASSWORD).await.expect(200);
    service.login(&jane.email, PASSWORD).await.expect(403);
    service.post("/token", &json!({"refresh_token": jane.refresh})).await.expect(200);
    let acts: Vec<_> = service.logged("audit").iter().map(|line| line["act"].clone()).collect();
    assert!(acts.starts_with(&[json!("email.change_asked"), json!("password.refused"), json!("email.changed")]));
    assert_eq!(acts.iter().filter(|act| **act == "email.changed").count(), 1, "repeating changes nothing");
}

#[tokio::test]
async fn the_address_of_before_is_free_and_mails_go_to_the_new_one() {
    let (service, jane) = start().await;
    confirm(&service, &asked(&service, &jane).await).await.expect(200);
    service.pass(60);
    service.forgot("jane").await.expect(200);
    assert_eq!(service.local.mailbox().mails(Some(NEW)).len(), 2);
    let john = service.user("john").await;
    ask(&service, &john, &jane.email).await.expect(200);
    confirm(&service, &service.mailed_token(&jane.email)).await.expect(200);
    assert_eq!(email(&service, &john).await, jane.email);
}

#[tokio::test]
async fn one_mail_brings_the_link_and_one_tells_the_owner() {
    let (service, jane) = start().await;
    ask(&service, &jane, NEW).await.expect(200);
    let link = service.local.mailbox().mails(Some(NEW)).remove(0);
    assert_eq!(link.subject, "Confirm your new e-mail address");
    let url = format!("{}/user/e-mail/confirm?token={}", service.local.api_url(), token_in(&link));
    assert!(
        link.text.contains(&format!("\n{url}\n")) && link.text.contains("2 January 2027, 12:00 UTC"),
        "{}",
        link.text
    );
    let notice = service.local.mailbox().mails(Some(&jane.email)).remove(0);
    assert_eq!(notice.subject, "Your e-mail address is to be changed");
    let text = notice.text.replace('\u{2060}', "");
    assert!(text.contains(NEW) && text.contains("127.0.0.1") && text.contains("1 January 2027, 12:00 UTC"), "{text}");
    assert!(!text.contains("token="), "{text}");
}

#[tokio::test]
async fn opening_the_link_shows_a_page_and_changes_nothing() {
    let (service, jane) = start().await;
    let token = asked(&service, &jane).await;
    let page = async |method: Method, token: &str| {
        let request = service.request(method, &format!("/user/e-mail/confirm?token={token}"));
        service.send(request.header("accept", "application/json")).await.expect(200)
    };
    let shown = page(Method::GET, &token).await;
    assert_eq!(shown.facts(), json!({"username": "jane", "e-mail": NEW}));
    assert!(!shown.body.as_str().unwrap().contains(&token), "{}", shown.body);
    page(Method::HEAD, &token).await;
    assert_eq!(email(&service, &jane).await, jane.email);
    confirm(&service, &token).await.expect(200);
    for (token, fault) in
        [(token.as_str(), "email_link_used"), (&"A".repeat(64), "link_spent"), ("", "no_token"), ("AAAA", "no_token")]
    {
        assert_eq!(page(Method::GET, token).await.facts(), json!({"fault": fault}), "{token}");
    }
}

#[tokio::test]
async fn the_token_comes_in_the_body_or_as_the_link_has_it() {
    let (service, jane) = start().await;
    for wrong in [json!({}), json!({"token": "AAAA"}), json!({"token": 7})] {
        assert_eq!(service.post("/user/e-mail/confirm", &wrong).await.expect(400).fields(), ["token"]);
    }
    let post = async |token: &str| {
        service.send(service.request(Method::POST, &format!("/user/e-mail/confirm?token={token}"))).await
    };
    assert_eq!(post("AAAA").await.expect(400).fields(), ["token"]);
    post(&asked(&service, &jane).await).await.expect(200);
    assert_eq!(email(&service, &jane).await, NEW);
}

/// The answer is the same for an address that nobody has. Who reads its mails is told by the link.
#[tokio::test]
async fn only_the_link_tells_that_somebody_has_the_address() {
    let (service, jane) = start().await;
    let john = service.user("john").await;
    let free = ask(&service, &jane, NEW).await.expect(200);
    service.pass(60);
    let taken = ask(&service, &jane, &john.email).await.expect(200);
    assert_eq!(free.body, taken.body);
    let token = service.mailed_token(&john.email);
    for _ in 0..2 {
        confirm(&service, &token).await.expect(409);
    }
    assert_eq!((email(&service, &jane).await, email(&service, &john).await), (json!(jane.email), json!(john.email)));
    service.login(&john.email, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn who_opens_the_link_first_has_the_address() {
    let (service, jane) = start().await;
    let john = service.user("john").await;
    service.post("/user", &json!({"username": "joan", "password": "long enough", "e-mail": NEW})).await.expect(200);
    let of_joan = service.mailed_token(NEW);
    let of_john = asked(&service, &john).await;
    confirm(&service, &asked(&service, &jane).await).await.expect(200);
    service.confirm(&of_joan).await.expect(410);
    confirm(&service, &of_john).await.expect(409);
    service.login(NEW, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn it_takes_the_password() {
    let (service, jane) = start().await;
    let wrong = json!({"password": "guess", "email": NEW});
    for _ in 0..5 {
        service.put(&jane, "/user/e-mail", &wrong).await.expect(403);
    }
    ask(&service, &jane, NEW).await.expect(429);
    assert_eq!(service.local.mailbox().sent(), 0);
    service.pass(1);
    ask(&service, &jane, NEW).await.expect(200);
}

#[tokio::test]
async fn the_own_address_is_no_change() {
    let (service, jane) = start().await;
    ask(&service, &jane, &jane.email.to_uppercase()).await.expect(200);
    assert_eq!(service.local.mailbox().sent(), 0);
    let token = asked(&service, &jane).await;
    confirm(&service, &token).await.expect(200);
    ask(&service, &jane, NEW).await.expect(200);
    confirm(&service, &token).await.expect(200);
}

#[tokio::test]
async fn a_link_ends_with_time_the_next_one_and_a_new_password() {
    for end in ["time", "another link", "a new password", "a password by mail"] {
        let (service, jane) = start().await;
        let token = asked(&service, &jane).await;
        match end {
            "time" => service.pass(24 * 60 * 60),
            "another link" => {
                ask(&service, &jane, "other@example.org").await.expect(429);
                service.pass(60);
                ask(&service, &jane, "other@example.org").await.expect(200);
            }
            "a new password" => {
                let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
                service.put(&jane, "/user/password", &change).await.expect(200);
            }
            _ => {
                service.forgot("jane").await.expect(200);
                let reset = json!({"token": service.mailed_token(&jane.email), "new_password": "battery staple"});
                service.post("/user/password/reset", &reset).await.expect(200);
            }
        }
        confirm(&service, &token).await.expect(410);
        service.login(NEW, PASSWORD).await.expect(403);
    }
}

#[tokio::test]
async fn who_reads_the_mail_of_before_sets_no_password_any_more() {
    let (service, jane) = start().await;
    let token = asked(&service, &jane).await;
    service.forgot("jane").await.expect(200);
    let reset = json!({"token": service.mailed_token(&jane.email), "new_password": "battery staple"});
    confirm(&service, &token).await.expect(200);
    service.post("/user/password/reset", &reset).await.expect(410);
    service.login("jane", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_link_goes_with_the_account() {
    let (service, jane) = start().await;
    let token = asked(&service, &jane).await;
    service.leave(&jane).await.expect(204);
    confirm(&service, &token).await.expect(410);
    assert_eq!(service.post("/user", &tests::registration("jane")).await.status, 200);
}

#[tokio::test]
async fn one_mailbox_is_mailed_few_links_a_day() {
    let service = Service::start_with_limits().await;
    let jane = service.user("jane").await;
    for _ in 0..5 {
        ask(&service, &jane, NEW).await.expect(200);
        service.pass(60);
    }
    ask(&service, &jane, NEW).await.expect(429);
    ask(&service, &jane, "other@example.org").await.expect(200);
}

#[tokio::test]
async fn without_the_mail_nothing_is_kept() {
    let (service, jane) = start().await;
    for (failure, status) in [(Failure::Down, 503), (Failure::Refuse, 500), (Failure::Address, 400)] {
        service.local.mailbox().set_failure(failure);
        let refused = ask(&service, &jane, NEW).await.expect(status);
        assert!(status != 400 || refused.fields() == ["e-mail"], "{}", refused.body);
        let export = service.get(&jane, "/user/export").await.expect(200).body;
        assert_eq!(export["export"]["user"]["new_e-mail"], Value::Null);
    }
    service.local.mailbox().set_failure(Failure::None);
    confirm(&service, &asked(&service, &jane).await).await.expect(200);
}

#[tokio::test]
async fn an_address_that_waits_is_exported() {
    let (service, jane) = start().await;
    asked(&service, &jane).await;
    let waiting = async || {
        let export = service.get(&jane, "/user/export").await.expect(200).body;
        export["export"]["user"]["new_e-mail"].clone()
    };
    assert_eq!(waiting().await, NEW);
    confirm(&service, &service.mailed_token(NEW)).await.expect(200);
    assert_eq!(waiting().await, Value::Null);
}
