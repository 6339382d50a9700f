//! Registering with the address of somebody else.

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::json;
use tests::{Response, Service, token_in};

const DAY: i64 = 24 * 60 * 60;

async fn register(service: &Service, name: &str, email: &str) -> Response {
    let body = json!({"username": name, "password": format!("{name}'s password"), "e-mail": email});
    service.post("/user", &body).await
}

async fn resend(service: &Service, login: &str, name: &str) -> Response {
    service.post("/user/confirm", &json!({"username": login, "password": format!("{name}'s password")})).await
}

/// A service in which mallory, then ann, then mona registered with ann's address, and the tokens of their links.
async fn pending() -> (Service, [String; 3]) {
    let service = Service::start().await;
    for name in ["mallory", "ann", "mona"] {
        register(&service, name, "ann@example.com").await.expect(200);
    }
    let mails = service.local.mailbox().mails(Some("ann@example.com"));
    let tokens: Vec<_> = mails.iter().map(token_in).collect();
    (service, tokens.try_into().unwrap())
}

#[tokio::test]
async fn a_strangers_registration_does_not_block_an_address() {
    let (service, [mallory, ann, mona]) = pending().await;
    let tokens = service.confirm(&ann).await.expect(200).body;
    for link in [mallory, mona] {
        service.confirm(&link).await.expect(410);
        let request = service.request(Method::GET, &format!("/user/confirm?token={link}")).header(ACCEPT, "text/html");
        let page = service.send(request).await.expect(200);
        assert_eq!(page.facts(), json!({"fault": "other_username"}));
    }
    assert_eq!(service.login("ann@example.com", "ann's password").await.expect(200).body["user_id"], tokens["user_id"]);
    for name in ["mallory", "mona"] {
        service.login("ann@example.com", &format!("{name}'s password")).await.expect(403);
        let refused = service.login(name, &format!("{name}'s password")).await.expect(403);
        assert!(refused.body["message"].as_str().unwrap().contains("Confirm"), "{}", refused.body);
    }
    register(&service, "max", "Ann@example.com").await.expect(409);
    service.pass(DAY);
    register(&service, "mallory", "mallory@example.com").await.expect(200);
    service.login("ann", "ann's password").await.expect(200);
}

#[tokio::test]
async fn once_an_address_is_confirmed_no_other_link_for_it_is_mailed() {
    let (service, [_, ann, _]) = pending().await;
    service.pass(60);
    service.confirm(&ann).await.expect(200);
    for name in ["mallory", "mona", "ann"] {
        resend(&service, name, name).await.expect(409);
    }
    assert_eq!(service.local.mailbox().sent(), 3);
}

#[tokio::test]
async fn the_mail_and_the_page_name_the_user() {
    let (service, tokens) = pending().await;
    let mails = service.local.mailbox().mails(Some("ann@example.com"));
    for ((name, mail), token) in ["mallory", "ann", "mona"].into_iter().zip(mails).zip(tokens) {
        assert!(mail.text.contains(name) && mail.html.contains(name), "{}", mail.text);
        let request = service.request(Method::GET, &format!("/user/confirm?token={token}")).header(ACCEPT, "text/html");
        let page = service.send(request).await.expect(200);
        assert_eq!(page.facts(), json!({"username": name}));
    }
}

#[tokio::test]
async fn by_address_one_logs_in_to_the_latest_that_is_pending() {
    let (service, _) = pending().await;
    service.pass(60);
    for name in ["mallory", "ann"] {
        resend(&service, "ann@example.com", name).await.expect(403);
    }
    resend(&service, "ann@example.com", "mona").await.expect(200);
    resend(&service, "mallory", "mallory").await.expect(200);
}

#[tokio::test]
async fn asking_for_a_new_link_prolongs_no_claim() {
    let service = Service::start().await;
    register(&service, "ann", "mallory@example.com").await.expect(200);
    for _ in 0..3 {
        service.pass(7 * 60 * 60);
        resend(&service, "ann", "ann").await.expect(200);
    }
    register(&service, "ann", "ann@example.com").await.expect(409);
    service.pass(3 * 60 * 60);
    service.confirm(&service.mailed_token("mallory@example.com")).await.expect(410);
    register(&service, "ann", "ann@example.com").await.expect(200);
    service.confirm(&service.mailed_token("ann@example.com")).await.expect(200);
}

#[tokio::test]
async fn a_registration_without_a_mail_leaves_the_others_as_they_are() {
    let (service, [mallory, ..]) = pending().await;
    service.local.mailbox().set_failure(mock::Failure::Down);
    register(&service, "max", "ann@example.com").await.expect(503);
    service.local.mailbox().set_failure(mock::Failure::None);
    service.pass(60);
    resend(&service, "ann@example.com", "mona").await.expect(200);
    service.confirm(&mallory).await.expect(200);
    register(&service, "max", "max@example.com").await.expect(200);
}
