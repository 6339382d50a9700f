//! `GET /user/confirm` and `POST /user/confirm`.

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::json;
use tests::{Response, Service};

const DAY: i64 = 24 * 60 * 60;

async fn resend(service: &Service, login: &str, password: &str) -> Response {
    service.post("/user/confirm", &json!({"login": {"username": login, "password": password}})).await
}

#[tokio::test]
async fn the_link_confirms_once_and_logs_in() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let tokens = service.confirm(&token).await.expect(200).body;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    service.confirm(&token).await.expect(410);
    service.login("jane", "jane's password").await.expect(200);

    let request = service.request(Method::GET, "/user").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(service.send(request).await.expect(200).body["user"]["id"], tokens["user_id"]);
}

#[tokio::test]
async fn what_is_no_token_at_all_is_named() {
    let service = Service::start().await;
    for query in ["", "?token=", "?token=abc", "?token=%00", "?other=1", "?token=ä"] {
        let request = service.request(Method::GET, &format!("/user/confirm{query}"));
        let response = service.send(request.header(ACCEPT, "application/json")).await;
        assert_eq!((response.status, response.fields()), (400, vec!["token"]), "{query}");
    }
}

#[tokio::test]
async fn the_token_of_nobody_or_of_another_link_is_gone() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    for other in [format!("{}{last}", &token[..63]), "A".repeat(64)] {
        service.confirm(&other).await.expect(410);
    }
    service.confirm(&token).await.expect(200);
}

#[tokio::test]
async fn a_browser_is_given_a_page_that_confirms_nobody_by_itself() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let open = || {
        let request = service.request(Method::GET, &format!("/user/confirm?token={token}"));
        service.send(request.header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8"))
    };
    for _ in 0..2 {
        let page = open().await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.facts(), json!({"username": "jane"}));
        assert!(!page.body.as_str().unwrap().contains(&token), "{}", page.body);
    }
    service.confirm(&token).await.expect(200);
}

/// Scanners and previews open links without a person who confirms.
#[tokio::test]
async fn what_looks_at_a_link_confirms_nobody() {
    let service = Service::start().await;
    service.register("sam").await.expect(200);
    let token = service.mailed_token("sam@example.com");
    let request = |method| service.request(method, &format!("/user/confirm?token={token}"));
    let (json, any) = ("application/json", "*/*");
    let lookers: [&[(&str, &str)]; 12] = [
        &[("accept", any), ("user-agent", "python-requests/2.32")],
        &[("accept", "")],
        &[("accept", "application/*")],
        &[("accept", "application/json;q=0, */*")],
        &[("accept", "text/plain;note=\"application/json\"")],
        &[("accept", "text/html, application/json;q=0.9")],
        &[("accept", "application/ld+json, application/activity+json")],
        &[("accept", json), ("sec-purpose", "prefetch;prerender")],
        &[("accept", json), ("purpose", "prefetch")],
        &[("accept", any), ("sec-fetch-dest", "empty"), ("sec-purpose", "prefetch")],
        &[("accept", any), ("sec-fetch-dest", "document")],
        &[("accept", "image/avif,*/*;q=0.8"), ("sec-fetch-dest", "image")],
    ];
    for headers in lookers {
        let request = headers.iter().fold(request(Method::GET), |request, (name, value)| request.header(*name, *value));
        let page = service.send(request).await.expect(200);
        assert_eq!(page.facts(), json!({"username": "sam"}), "{headers:?}");
    }
    let head = service.send(request(Method::HEAD).header(ACCEPT, json)).await.expect(200);
    assert_eq!((head.header("content-type"), &head.body), ("text/html; charset=utf-8", &json!(null)));
    service.confirm(&token).await.expect(200);
}

#[tokio::test]
async fn a_script_of_a_page_confirms() {
    let service = Service::start().await;
    for (name, accept) in [("jane", "*/*"), ("john", "application/json;q=0.9, text/html;q=0.1")] {
        service.register(name).await.expect(200);
        let token = service.mailed_token(&format!("{name}@example.com"));
        let request = service.request(Method::GET, &format!("/user/confirm?token={token}")).header(ACCEPT, accept);
        let tokens = service.send(request.header("sec-fetch-dest", "empty")).await.expect(200);
        assert_eq!(tokens.body["token_type"], "Bearer");
    }
}

#[tokio::test]
async fn the_page_says_what_is_wrong_with_a_link() {
    let service = Service::start().await;
    for name in ["jane", "john"] {
        service.register(name).await.expect(200);
    }
    let (jane, john) = (service.mailed_token("jane@example.com"), service.mailed_token("john@example.com"));
    service.confirm(&jane).await.expect(200);
    service.pass(60);
    resend(&service, "john", "john's password").await.expect(200);
    for (token, fault) in [
        ("", "no_token"),
        ("cut", "no_token"),
        (jane.as_str(), "confirmation_link_used"),
        (john.as_str(), "link_spent"),
    ] {
        let request = service.request(Method::GET, &format!("/user/confirm?token={token}"));
        let page = service.send(request.header(ACCEPT, "text/html")).await.expect(200);
        assert_eq!(page.facts(), json!({"fault": fault}), "{token}");
    }
}

#[tokio::test]
async fn a_used_link_is_told_from_a_replaced_one() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let first = service.mailed_token("jane@example.com");
    service.pass(60);
    resend(&service, "jane", "jane's password").await.expect(200);
    let second = service.mailed_token("jane@example.com");
    service.confirm(&second).await.expect(200);
    for (token, message) in [(first, "replaced"), (second, "confirmed already")] {
        let response = service.confirm(&token).await.expect(410);
        assert!(response.body["message"].as_str().unwrap().contains(message), "{}", response.body);
    }
}

#[tokio::test]
async fn a_new_link_replaces_the_old_one_and_works_for_the_rest_of_the_day() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let old = service.mailed_token("jane@example.com");
    service.pass(DAY - 120);
    assert_eq!(resend(&service, "Jane@example.com", "jane's password").await.expect(200).body, json!({}));
    let new = service.mailed_token("jane@example.com");
    assert_ne!(old, new);
    service.confirm(&old).await.expect(410);
    let mail = service.local.mailbox().mails(Some("jane@example.com")).pop().unwrap();
    assert!(mail.text.contains("2 January 2027, 12:00 UTC"), "{}", mail.text);
    service.pass(119);
    service.register("jane").await.expect(409);
    service.confirm(&new).await.expect(200);
    service.pass(DAY);
    service.login("jane", "jane's password").await.expect(200);
    service.register("jane").await.expect(409);
}

#[tokio::test]
async fn a_new_link_is_sent_once_a_minute() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.pass(20);
    let response = resend(&service, "jane", "jane's password").await.expect(429);
    assert_eq!(response.header("retry-after"), "40");
    service.pass(40);
    resend(&service, "jane", "jane's password").await.expect(200);
    resend(&service, "jane", "jane's password").await.expect(429);
    assert_eq!(service.local.mailbox().sent(), 2);
}

#[tokio::test]
async fn a_new_link_is_for_the_pending_user_alone() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.pass(60);
    resend(&service, "jane", "another password").await.expect(403);
    resend(&service, "nobody", "jane's password").await.expect(403);
    let user = service.user("john").await;
    resend(&service, &user.name, tests::PASSWORD).await.expect(409);
    assert_eq!(service.local.mailbox().sent(), 1);
}

#[tokio::test]
async fn without_the_new_mail_the_old_link_goes_on_working() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.pass(60);
    service.local.mailbox().set_failure(mock::Failure::Down);
    resend(&service, "jane", "jane's password").await.expect(503);
    service.local.mailbox().set_failure(mock::Failure::None);
    let old = service.mailed_token("jane@example.com");
    service.confirm(&old).await.expect(200);
}

#[tokio::test]
async fn after_a_mail_that_failed_the_next_may_be_sent_at_once() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.pass(60);
    service.local.mailbox().set_failure(mock::Failure::Down);
    resend(&service, "jane", "jane's password").await.expect(503);
    service.local.mailbox().set_failure(mock::Failure::None);
    resend(&service, "jane", "jane's password").await.expect(200);
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
}

#[tokio::test]
async fn a_link_leads_to_the_front_end_where_there_is_one() {
    for (url, start) in [
        ("https://front.example/confirm", "https://front.example/confirm?token="),
        ("https://front.example/?page=confirm", "https://front.example/?page=confirm&token="),
    ] {
        let service = Service::start_with(|options| {
            options.parameters.insert("FrontendUrl".to_owned(), url.to_owned());
        })
        .await;
        service.register("jane").await.expect(200);
        let mail = service.local.mailbox().mails(None).remove(0);
        assert!(mail.text.contains(start), "{}", mail.text);
        assert_eq!(
            service.confirm(&service.mailed_token("jane@example.com")).await.expect(200).body["expires_in"],
            json!(3600)
        );
    }
}

#[tokio::test]
async fn without_a_front_end_the_link_leads_to_the_api_itself() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let mail = service.local.mailbox().mails(None).remove(0);
    let start = format!("{}/user/confirm?token=", service.local.api_url());
    assert!(mail.text.contains(&start), "{}", mail.text);
}
