//! Concurrent requests. They really run at once, on two or more threads.

use std::collections::HashMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Response, Service, picnic, picnic_on_any_day, vote};

fn count(responses: &[Response]) -> HashMap<u16, usize> {
    let mut counts = HashMap::new();
    for response in responses {
        *counts.entry(response.status).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_registrations_of_one_name_one_succeeds() {
    let service = Service::start().await;
    let bodies = (0..100).map(
        |index| json!({"username": "jane", "password": "long enough", "e-mail": format!("jane{index}@example.com")}),
    );
    let bodies: Vec<_> = bodies.collect();
    let responses = join_all(bodies.iter().map(|body| service.post("/user", body))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 1), (409, 99)]));
    assert_eq!(service.local.mailbox().sent(), 1);
    let email = service.local.mailbox().mails(None).remove(0).to;
    service.confirm(&service.mailed_token(&email)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_registrations_of_one_address_the_first_that_is_confirmed_has_it() {
    let service = Service::start().await;
    let bodies = (0..100).map(
        |index| json!({"username": format!("jane{index}"), "password": "long enough", "e-mail": "jane@example.com"}),
    );
    let bodies: Vec<_> = bodies.collect();
    let responses = join_all(bodies.iter().map(|body| service.post("/user", body))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 5), (429, 95)]), "so many mails a network causes in a day");
    let mails = service.local.mailbox().mails(Some("jane@example.com"));
    let tokens: Vec<_> = mails.iter().map(tests::token_in).collect();
    assert_eq!(tokens.len(), 5);
    let responses = join_all(tokens.iter().map(|token| service.confirm(token))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 1), (410, 4)]));
    service.login("jane@example.com", "long enough").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_on_one_link_confirm_once() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let token = service.mailed_token("jane@example.com");
    let responses = join_all((0..6).map(|_| service.confirm(&token))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 1), (410, 5)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_requests_for_a_new_link_one_sends_a_mail() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    service.pass(60);
    let body = json!({"username": "jane", "password": "jane's password"});
    let responses = join_all((0..10).map(|_| service.post("/user/confirm", &body))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 1), (429, 9)]));
    assert_eq!(service.local.mailbox().sent(), 2);
    service.confirm(&service.mailed_token("jane@example.com")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_at_once_are_all_counted() {
    let service = Service::start().await;
    service.user("jane").await;
    let responses = join_all((0..5).map(|_| service.login("jane", "guess"))).await;
    assert_eq!(count(&responses), HashMap::from([(403, 5)]));
    service.login("jane", "guess").await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_votes_at_once_all_stand() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(200).await;
    let path = service.picnic(&jane, &guests).await;
    let url = format!("{path}/vote");
    let ballots: Vec<_> = ["01.02.2027", "02.02.2027"].map(|date| vote("date", date)).to_vec();
    let voters = guests.iter().enumerate().map(|(index, guest)| service.put(guest, &url, &ballots[index % 2]));
    assert_eq!(count(&join_all(voters).await), HashMap::from([(200, 200)]));
    let poll = service.get(&jane, &path).await.expect(200).body["event"]["date"][0].clone();
    assert_eq!(poll["voters"], 200);
    for option in poll["drafts"].as_array().unwrap() {
        assert_eq!((&option["votes"], option["voted"].as_array().unwrap().len()), (&json!(100), 100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_of_one_member_on_several_days_at_once_all_stand() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let days: Vec<_> = (1..=20).map(|day| format!("{day:02}.02.2027")).collect();
    let mut body = picnic_on_any_day(std::slice::from_ref(&john));
    body["event"]["date"][0]["drafts"] = days.iter().map(|day| json!({"date": day})).collect();
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    let url = format!("{path}/vote");
    let ballots: Vec<_> = days.iter().map(|day| vote("date", day)).collect();
    let responses = join_all(ballots.iter().map(|ballot| service.put(&john, &url, ballot))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 20)]));
    assert_eq!(service.event(&john, &path).await["date"][0]["my_vote"], json!(days));
    let (kept, taken) = ballots.split_at(5);
    let responses = join_all(taken.iter().map(|ballot| service.call(&john, Method::DELETE, &url, ballot))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 15)]));
    assert_eq!(service.event(&john, &path).await["date"][0]["my_vote"].as_array().unwrap().len(), kept.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_and_answers_at_once_do_not_overwrite_each_other() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let path = service.picnic(&jane, std::slice::from_ref(&john)).await;
    let (votes, answers) = (format!("{path}/vote"), format!("{path}/answer"));
    let (date, place, maybe) = (vote("date", "01.02.2027"), vote("place", "Pub"), json!({"answer": "maybe"}));
    let decision = vote("place", "Park");
    let all = join_all([
        service.put(&john, &votes, &date),
        service.put(&john, &answers, &maybe),
        service.put(&jane, &votes, &decision),
        service.put(&john, &votes, &place),
    ]);
    let responses = all.await;
    assert!(responses[..3].iter().all(|response| response.status == 200));
    let event = service.event(&john, &path).await;
    assert_eq!(event["date"][0]["my_vote"], "01.02.2027");
    assert_eq!(event["place"][0]["confirmed"], "Park");
    assert_eq!(event["members"][0]["invited"][0]["answer"], "maybe");
    let voted = responses[3].status == 200;
    assert_eq!(event["place"][0]["my_vote"], if voted { json!("Pub") } else { json!(null) });
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_at_once_sends_once_and_loses_no_vote() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(150).await;
    let id = service.draft(&jane, &picnic(&guests)).await;
    let (send, url) = (format!("/event/{id}/send"), format!("/event/{id}/vote"));
    // Checked here, since the guest below waits for the sent event.
    let sending = async {
        let responses = join_all((0..8).map(|_| service.call(&jane, Method::POST, &send, &Value::Null))).await;
        assert_eq!(count(&responses), HashMap::from([(200, 8)]));
    };
    // The first guest votes as soon as the event is sent, while other sendings may still run.
    let voting = async {
        let ballot = vote("date", "01.02.2027");
        loop {
            let response = service.put(&guests[0], &url, &ballot).await;
            if response.status == 200 {
                break;
            }
            assert_eq!(response.status, 404);
        }
    };
    tokio::join!(sending, voting);
    let event = service.event(&guests[0], &format!("/event/{id}")).await;
    assert_eq!(event["date"][0]["my_vote"], "01.02.2027");
    assert_eq!(event["members"][0]["invited"].as_array().unwrap().len(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_and_a_sending_at_once_leave_one_of_both_states() {
    let service = Service::start().await;
    let [jane, john, jim] = service.users(["jane", "john", "jim"]).await;
    for _ in 0..10 {
        let id = service.draft(&jane, &picnic(std::slice::from_ref(&john))).await;
        let path = format!("/event/{id}");
        let (send, edited) = (format!("{path}/send"), picnic(std::slice::from_ref(&jim)));
        let (sent, put) =
            tokio::join!(service.call(&jane, Method::POST, &send, &Value::Null), service.put(&jane, &path, &edited));
        sent.expect(200);
        let invited = if put.status == 200 { &jim } else { &john };
        assert!(put.status == 200 || put.status == 409, "{}", put.status);
        let event = service.event(&jane, &path).await;
        assert_eq!((&event["status"], &event["members"][0]["invited"][0]["id"]), (&json!(true), &json!(invited.id)));
        assert_eq!(event["members"][0]["invited"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_at_once_with_if_match_are_not_lost() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let made = service.call(&jane, Method::POST, "/event", &json!({"name": "Picnic"})).await.expect(201);
    let (path, etag) = (made.header("location").to_owned(), made.header("etag").to_owned());
    let put = |index: usize| {
        let request = service.request(Method::PUT, &path).bearer_auth(&jane.access);
        service.send(request.json(&json!({"name": format!("Picnic {index}")})).header("if-match", &etag))
    };
    assert_eq!(count(&join_all((0..20).map(put)).await), HashMap::from([(200, 1), (412, 19)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_at_once_without_if_match_all_succeed_and_each_has_its_version() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let id = service.draft(&jane, &json!({"name": "Picnic"})).await;
    let path = format!("/event/{id}");
    let bodies: Vec<_> = (0..20).map(|index| json!({"name": format!("Picnic {index}")})).collect();
    let responses = join_all(bodies.iter().map(|body| service.put(&jane, &path, body))).await;
    assert_eq!(count(&responses), HashMap::from([(200, 20)]));
    let mut versions: Vec<_> = responses.iter().map(|response| response.header("etag").to_owned()).collect();
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 20, "{versions:?}");
    let last = service.get(&jane, &path).await.expect(200);
    assert_eq!(last.header("etag"), "\"v21\"");
    let winner = responses.iter().find(|response| response.header("etag") == "\"v21\"").unwrap();
    assert_eq!(winner.body, last.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_several_events_at_once_makes_contacts_of_all_invitees() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(4).await;
    join_all(guests.chunks(1).map(|guest| service.picnic(&jane, guest))).await;
    let contacts = service.get(&jane, "/user").await.expect(200).body["user"]["contacts"].clone();
    assert_eq!(contacts.as_array().unwrap().len(), 4, "{contacts}");
}
