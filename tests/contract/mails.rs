//! The mails themselves.

use serde_json::json;
use tests::Service;

#[tokio::test]
async fn a_confirmation_is_in_text_and_html_with_the_same_link() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let mail = service.local.mailbox().mails(None).remove(0);
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("events@example.com", "jane@example.com"));
    assert_eq!(mail.subject, "Confirm your e-mail address");
    let token = service.mailed_token("jane@example.com");
    assert!(mail.text.contains("Hello jane,") && mail.text.contains("2 January 2027, 12:00 UTC"), "{}", mail.text);
    assert!(mail.html.contains(&format!("token={token}\"")), "{}", mail.html);
}

#[tokio::test]
async fn what_a_user_typed_is_escaped() {
    let service = Service::start().await;
    let body = json!({"username": "a'&b{}", "password": "long enough", "e-mail": "o'neil&sons@example.com"});
    service.post("/user", &body).await.expect(200);
    let mail = service.local.mailbox().mails(None).remove(0);
    assert!(mail.text.contains("Hello a'&b{},"), "{}", mail.text);
    assert!(mail.html.contains("Hello a&#39;&#38;b{},"), "{}", mail.html);
    assert_eq!(mail.to, "o'neil&sons@example.com");
}

#[tokio::test]
async fn no_header_can_be_injected() {
    let service = Service::start().await;
    for (username, email) in [
        ("jane\r\nBcc: all", "jane@example.com"),
        ("jane", "jane@example.com\r\nBcc: all@example.com"),
        ("jane", "jane@example.com, all@example.com"),
        ("jane", "\"Jane\" <jane@example.com>"),
    ] {
        let body = json!({"username": username, "password": "long enough", "e-mail": email});
        service.post("/user", &body).await.expect(400);
    }
    assert_eq!(service.local.mailbox().sent(), 0);
}
