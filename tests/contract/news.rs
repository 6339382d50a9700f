//! The mails about events: to whom, of what, and how to stop them.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Service, User, email_of, picnic, vote};

/// The beginnings of the subjects that came to that address, first to last.
fn subjects(service: &Service, email: &str) -> Vec<String> {
    let mails = service.local.mailbox().mails(Some(email));
    mails.iter().map(|mail| mail.subject.split_inclusive(' ').take(2).collect::<String>().trim().to_owned()).collect()
}

async fn decide(service: &Service, organiser: &User, path: &str, date: &str) {
    for (topic, option) in [("date", date), ("place", "Park")] {
        service.put(organiser, &format!("{path}/vote"), &vote(topic, option)).await.expect(200);
    }
    service.settle().await;
}

/// Jane invites john, jim, who declines, and ann, who has no account.
async fn cast(service: &Service) -> ([User; 3], String, String) {
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    let mut body = picnic(&[john.clone(), jim.clone()]);
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!(email_of("ann")));
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    service.put(&jim, &format!("{path}/answer"), &json!({"answer": "no"})).await.expect(200);
    service.settle().await;
    ([jane, john, jim], path, email_of("ann"))
}

#[tokio::test]
async fn members_hear_of_what_concerns_them_and_nobody_else_does() {
    let service = Service::start().await;
    let ([jane, john, jim], path, ann) = cast(&service).await;
    decide(&service, &jane, &path, "01.02.2027").await;
    decide(&service, &jane, &path, "02.02.2027").await;
    // A new name alone is no news.
    service.call(&jane, Method::PATCH, &path, &json!({"name": "Hike"})).await.expect(200);
    service.call(&jane, Method::DELETE, &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
    service.settle().await;
    decide(&service, &jane, &path, "02.02.2027").await;
    let out = format!("{path}/members/{}", john.id);
    service.call(&jane, Method::DELETE, &out, &Value::Null).await.expect(204);
    service.settle().await;
    service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
    service.settle().await;
    let news = ["It is", "It is", "Open again:", "It is"];
    let all = |first: &[&'static str], last: &'static str| [first, &news, &[last]].concat();
    assert_eq!(subjects(&service, &jane.email), all(&[], "Cancelled: Hike"));
    assert_eq!(subjects(&service, &john.email), all(&["jane invites"], "No longer"));
    assert_eq!(subjects(&service, &jim.email), ["jane invites"]);
    assert_eq!(subjects(&service, &ann), all(&["jane invites"], "Cancelled: Hike"));
    let methods: Vec<_> = service
        .local
        .mailbox()
        .mails(Some(&ann))
        .iter()
        .flat_map(|mail| mail.attachments.clone())
        .map(|entry| entry.content_type.rsplit('=').next().unwrap().to_owned())
        .collect();
    assert_eq!(methods, ["PUBLISH", "PUBLISH", "CANCEL", "PUBLISH", "CANCEL"]);
}

#[tokio::test]
async fn who_is_invited_after_a_decision_gets_the_entry_with_the_invitation() {
    let service = Service::start().await;
    let ([jane, ..], path, _) = cast(&service).await;
    decide(&service, &jane, &path, "01.02.2027").await;
    let bob = email_of("bob");
    let invited = json!({"invited": [bob]});
    for _ in 0..2 {
        service.call(&jane, Method::POST, &format!("{path}/members"), &invited).await.expect(200);
        service.settle().await;
    }
    let mails = service.local.mailbox().mails(Some(&bob));
    assert_eq!(mails.len(), 1, "who is in stays as he is");
    assert!(mails[0].attachments[0].content.contains("METHOD:PUBLISH"), "{:?}", mails[0].attachments);
    assert!(mails[0].text.contains("When: Monday, 1 February 2027"), "{}", mails[0].text);
}

#[tokio::test]
async fn an_event_that_is_sent_decided_is_one_mail() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let body = json!({"event": {"name": "Picnic", "status": true, "date": [{"confirmed": "01.02.2027"}],
        "place": [{"confirmed": "Park"}], "members": [{"invited": ["john"]}]}});
    service.call(&jane, Method::POST, "/event", &body).await.expect(201);
    service.settle().await;
    assert_eq!((subjects(&service, &john.email).len(), subjects(&service, &jane.email).len()), (1, 0));
}

#[tokio::test]
async fn a_decision_of_a_majority_is_news_too() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    for (topic, option) in [("date", "01.02.2027"), ("place", "Pub")] {
        service.put(&john, &format!("{path}/vote"), &vote(topic, option)).await.expect(200);
    }
    service.settle().await;
    assert_eq!(subjects(&service, &jane.email), ["It is"]);
}

#[tokio::test]
async fn one_click_stops_the_mails_and_another_lets_them_come_again() {
    for is_guest in [true, false] {
        let service = Service::start().await;
        let ([jane, john, _], path, ann) = cast(&service).await;
        let address = if is_guest { &ann } else { &john.email };
        let mail = service.local.mailbox().mails(Some(address)).pop().unwrap();
        assert_eq!(mail.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
        let link = format!("/mail/unsubscribe?token={}", service.unsubscribing_token(address));
        let click = async |form: &'static str| {
            let request =
                service.request(Method::POST, &link).header("content-type", "application/x-www-form-urlencoded");
            service.send(request.body(form)).await.expect(200);
        };
        // Looking at the link changes nothing.
        service.send(service.request(Method::GET, &link)).await.expect(200);
        decide(&service, &jane, &path, "01.02.2027").await;
        assert_eq!(subjects(&service, address).len(), 2);
        click("List-Unsubscribe=One-Click").await;
        click("").await;
        decide(&service, &jane, &path, "02.02.2027").await;
        assert_eq!(subjects(&service, address).len(), 2);
        if !is_guest {
            assert_eq!(service.get(&john, "/user").await.expect(200).body["user"]["mails"], false);
        }
        click("List-Unsubscribe=Undo").await;
        decide(&service, &jane, &path, "01.02.2027").await;
        assert_eq!(subjects(&service, address).len(), 3);
    }
}

#[tokio::test]
async fn a_user_turns_them_off_and_on_and_mails_about_the_account_come_all_the_same() {
    let service = Service::start().await;
    let ([jane, john, _], path, _) = cast(&service).await;
    for (wanted, number) in [(false, 1), (true, 2)] {
        let changed = service.call(&john, Method::PATCH, "/user", &json!({"mails": wanted})).await.expect(200).body;
        assert_eq!(changed["user"]["mails"], wanted);
        decide(&service, &jane, &path, if wanted { "01.02.2027" } else { "02.02.2027" }).await;
        assert_eq!(subjects(&service, &john.email).len(), number);
    }
    service.call(&john, Method::PATCH, "/user", &json!({"mails": false})).await.expect(200);
    service.forgot("john").await.expect(200);
    let reset = service.local.mailbox().mails(Some(&john.email)).pop().unwrap();
    assert!(reset.subject.contains("password") && reset.headers.is_empty(), "{reset:?}");
}

#[tokio::test]
async fn a_wish_of_a_guest_lasts_when_he_registers() {
    let service = Service::start().await;
    let (_, _, ann) = cast(&service).await;
    let link = format!("/mail/unsubscribe?token={}", service.unsubscribing_token(&ann));
    service.send(service.request(Method::POST, &link)).await.expect(200);
    service.register("ann").await.expect(200);
    let tokens = service.confirm(&service.mailed_token(&ann)).await.expect(200).body;
    let request = service.request(Method::GET, "/user").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(service.send(request).await.expect(200).body["user"]["mails"], false);
}

#[tokio::test]
async fn nobody_is_mailed_more_than_ten_invitations_a_day() {
    let service = Service::start_with_limits().await;
    let organisers = service.guests(11).await;
    let ann = email_of("ann");
    for organiser in &organisers {
        let mut body = picnic(&[]);
        body["event"]["members"] = json!([{"invited": [ann]}]);
        body["event"]["status"] = json!(true);
        service.call(organiser, Method::POST, "/event", &body).await.expect(201);
    }
    service.settle().await;
    assert_eq!(subjects(&service, &ann).len(), 10);
    assert_eq!(service.logged("mail").iter().filter(|line| line["outcome"] == "withheld").count(), 1);
}

#[tokio::test]
async fn an_event_that_is_made_again_by_the_same_key_is_told_of_anew() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = picnic(std::slice::from_ref(&john));
    body["event"]["status"] = json!(true);
    for round in 1..=2 {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access);
        let made = service.send(request.header("idempotency-key", "1").json(&body)).await.expect(201);
        let path = made.header("location").to_owned();
        decide(&service, &jane, &path, "01.02.2027").await;
        service.call(&jane, Method::DELETE, &path, &Value::Null).await.expect(204);
        service.settle().await;
        assert_eq!(subjects(&service, &john.email).len(), 3 * round, "invited, decided, cancelled");
        service.pass(1);
    }
}
