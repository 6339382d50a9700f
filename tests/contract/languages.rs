//! The language of a user, and that of the mails.

use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};
use tests::{Service, User, email_of, picnic, registration};

/// Registers by a browser with that `Accept-Language`, and a body that says that language.
async fn register(service: &Service, name: &str, accept: Option<&str>, said: &Value) -> u16 {
    let mut body = registration(name);
    if !said.is_null() {
        body["post-data"]["language"] = said.clone();
    }
    let request = service.request(Method::POST, "/user").json(&body);
    let request = accept.into_iter().fold(request, |request, accept| request.header(ACCEPT_LANGUAGE, accept));
    service.send(request).await.status
}

async fn speak(service: &Service, user: &User, language: &str) {
    let changed = service.call(user, Method::PATCH, "/user", &json!({ "language": language })).await.expect(200).body;
    assert_eq!(changed["user"]["language"], language);
}

/// The subject of the last mail to that address.
fn last(service: &Service, email: &str) -> String {
    service.local.mailbox().mails(Some(email)).pop().expect("a mail").subject
}

#[tokio::test]
async fn who_registers_is_mailed_in_the_language_of_the_body_else_of_the_browser() {
    let service = Service::start().await;
    let subjects =
        ["Confirm your e-mail address", "Підтвердьте адресу електронної пошти", "Подтвердите адрес электронной почты"];
    for (name, accept, said, language) in [
        ("ann", None, Value::Null, "en"),
        ("bob", Some("uk-UA, uk;q=0.9, en;q=0.8"), Value::Null, "uk"),
        ("cat", Some("de"), Value::Null, "en"),
        ("dan", Some("uk"), json!("ru"), "ru"),
        ("eve", Some("ru"), json!("en-GB"), "en"),
        ("fay", None, json!("UK"), "uk"),
    ] {
        assert_eq!(register(&service, name, accept, &said).await, 200, "{name}");
        let place = ["en", "uk", "ru"].iter().position(|code| *code == language).unwrap();
        let mail = service.local.mailbox().mails(Some(&email_of(name))).pop().unwrap();
        assert_eq!(mail.subject, subjects[place], "{name}");
        assert!(mail.html.contains(&format!("<html lang=\"{language}\">")), "{name}: {}", mail.html);
        let tokens = service.confirm(&service.mailed_token(&email_of(name))).await.expect(200).body;
        let access = tokens["access_token"].as_str().unwrap();
        let user = service.send(service.request(Method::GET, "/user").bearer_auth(access)).await.expect(200).body;
        assert_eq!(user["user"]["language"], language, "{name}");
        let export = service.send(service.request(Method::GET, "/user/export").bearer_auth(access)).await.expect(200);
        assert_eq!(export.body["export"]["user"]["language"], language, "{name}");
    }
}

#[tokio::test]
async fn a_language_that_the_service_does_not_speak_is_a_fault() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for language in [json!("de"), json!(""), json!("uk_UA"), json!("ukr"), json!(1), json!(["uk"])] {
        assert_eq!(register(&service, "ann", Some("uk"), &language).await, 400, "{language}");
        let body = json!({"name": "Jane Doe", "language": language});
        let refused = service.call(&jane, Method::PATCH, "/user", &body).await.expect(400);
        assert_eq!(refused.fields(), ["language"], "{language}");
    }
    let mut body = registration("ann");
    body["post-data"]["language"] = json!("de");
    body["post-data"]["password"] = json!("short");
    assert_eq!(service.post("/user", &body).await.expect(400).fields(), ["post-data.password", "post-data.language"]);
    let user = service.get(&jane, "/user").await.expect(200).body;
    assert_eq!((&user["user"]["name"], &user["user"]["language"]), (&json!("jane"), &json!("en")));
    assert_eq!(service.local.mailbox().sent(), 0);
}

#[tokio::test]
async fn changing_the_language_changes_what_comes_next() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    for (language, subject) in
        [("uk", "Задайте новий пароль"), ("ru", "Задайте новый пароль"), ("en", "Set a new password")]
    {
        speak(&service, &jane, language).await;
        service.pass(60);
        service.forgot("jane").await.expect(200);
        assert_eq!(last(&service, &jane.email), subject);
        assert_eq!(service.get(&jane, "/user").await.expect(200).body["user"]["language"], language);
    }
    speak(&service, &jane, "uk").await;
    service.leave(&jane).await.expect(204);
    assert_eq!(last(&service, &jane.email), "Ваш обліковий запис видалено");
}

#[tokio::test]
async fn who_is_invited_is_mailed_in_the_own_language_and_a_guest_in_the_organisers() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    speak(&service, &john, "uk").await;
    speak(&service, &jim, "ru").await;
    for (organiser, guest, subject) in
        [(&jane, "ann", "jane invites you to Picnic"), (&jim, "bob", "jim приглашает вас на событие «Picnic»")]
    {
        let mut body = picnic(std::slice::from_ref(&john));
        body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!(email_of(guest)));
        let path = format!("/event/{}", service.draft(organiser, &body).await);
        // What counts is the language in which the event was made.
        speak(&service, organiser, "uk").await;
        service.send_event(organiser, &path).await.expect(200);
        service.settle().await;
        assert_eq!(last(&service, &email_of(guest)), subject);
        assert_eq!(last(&service, &john.email), format!("{} запрошує вас на подію «Picnic»", organiser.name));
        let decision = json!({"event": {"date": [{"confirmed": "01.02.2027"}]}});
        service.put(organiser, &format!("{path}/vote"), &decision).await.expect(200);
        let decision = json!({"event": {"place": [{"confirmed": "Park"}]}});
        service.put(organiser, &format!("{path}/vote"), &decision).await.expect(200);
        service.settle().await;
        assert_eq!(last(&service, &organiser.email), "Відбудеться: Picnic");
        let mail = service.local.mailbox().mails(Some(&john.email)).pop().unwrap();
        assert!(mail.text.contains("Коли: понеділок, 1 лютого 2027 р.\n\nДе: Park\n"), "{}", mail.text);
    }
}

#[tokio::test]
async fn a_guest_who_registers_has_the_own_language() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    speak(&service, &jane, "ru").await;
    let mut body = picnic(&[]);
    body["event"]["members"] = json!([{"invited": [email_of("ann")]}]);
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    service.settle().await;
    assert_eq!(last(&service, &email_of("ann")), "jane приглашает вас на событие «Picnic»");
    assert_eq!(register(&service, "ann", Some("uk"), &Value::Null).await, 200);
    service.confirm(&service.mailed_token(&email_of("ann"))).await.expect(200);
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    service.settle().await;
    assert_eq!(last(&service, &email_of("ann")), "Скасовано: Picnic");
}
